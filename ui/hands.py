# SPDX-License-Identifier: MIT
"""What hands do on a plane: a click or a spray puts points on the stage, a cursor asks the decoder what stands there."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QObject

from engine.protocol.messages import Clear, Flow, Pick, Scatter, Spawn
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.stage import Stage
from ui.troupe import Troupe
from ui.views.pointer import PointerView
from ui.views.view import View

RELEASED: Final = 300  #: points that set out at once


class Hands(QObject):
    """Turns clicks, sprays and pointing into commands."""

    def __init__(self, troupe: Troupe) -> None:
        super().__init__(troupe)
        self._troupe = troupe

    def take(self, view: View) -> None:
        """Listen to a view, where it is a plane that one can point at."""
        panel = view.panel
        if isinstance(view, PointerView) and panel is not None:
            if isinstance(panel.probe, Stage):
                view.clicked.connect(lambda x, y: self._spawn(panel, np.array([[x, y]])))
                view.sprayed.connect(lambda xs, ys: self._spawn(panel, np.stack((xs, ys), axis=1)))
            view.pointed.connect(lambda x, y: self._troupe.send(Pick(panel=panel.key, xy=(x, y))))
            view.left.connect(lambda: self._troupe.send(Pick(panel=panel.key)))

    def release(self) -> None:
        """Let points set out on every stage at once, in place of those that are there."""
        for command in (Clear(), Scatter(count=RELEASED), Flow(running=True)):
            self._troupe.send(command)

    def clear(self) -> None:
        """Take the points off."""
        self._troupe.send(Clear())

    def _spawn(self, panel: Panel, xy: np.ndarray) -> None:
        self._troupe.send(Spawn(xy=xy, lane=panel.lane))  # (n, 2)
