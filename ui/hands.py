# SPDX-License-Identifier: MIT
"""What hands do: a click or a spray puts points on the stage, a pen draws on the pad."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.protocol.messages import Clear, Flow, Scatter, Sketch, Spawn
from engine.protocol.recipe.probes.stage import Stage
from ui.controls.sketchpad import SketchPad
from ui.troupe import Troupe
from ui.views.pointer import PointerView
from ui.views.view import View

MODES: Final = {
    "flow_step": Flow(running=False, steps=1), "flow": Flow(running=True), "flow_fixed": Flow(running=True, until_fixed=True),
}  # fmt: skip
RELEASED: Final = 300  #: points that set out at once


class Hands(QObject):
    """Turns clicks, sprays and strokes into commands."""

    flowed = Signal(str)  #: how points move now: a key of MODES

    def __init__(self, troupe: Troupe) -> None:
        super().__init__(troupe)
        self._troupe = troupe
        self._mode = "flow"

    def take(self, view: View | SketchPad) -> None:
        """Listen to a view, where it is a plane that one can point at; to a pad, what is drawn on it."""
        if isinstance(view, SketchPad):
            view.drawn.connect(lambda pixels: self._troupe.send(Sketch(pixels=pixels)))
            return
        panel = view.panel
        if isinstance(view, PointerView) and panel is not None and isinstance(panel.probe, Stage):
            view.clicked.connect(lambda x, y: self.spawn(np.array([[x, y]])))
            view.sprayed.connect(lambda xs, ys: self.spawn(np.stack((xs, ys), axis=1)))

    def release(self) -> None:
        """Let points set out on every stage at once, in place of those that are there."""
        mode = "flow" if self._mode == "flow_step" else self._mode
        for command in (Clear(), Scatter(count=RELEASED)):
            self._troupe.send(command)
        self.flow(mode)

    def flow(self, mode: str) -> None:
        """Move the points: one update, on and on, or until they rest."""
        self._mode = mode
        self._troupe.send(MODES[mode])
        self.flowed.emit(mode)

    def clear(self) -> None:
        """Take the points off."""
        self._troupe.send(Clear())

    def spawn(self, xy: np.ndarray) -> None:
        """Put points at places of the plane, on every stage."""
        self._troupe.send(Spawn(xy=xy))  # (n, 2); all stages show the same points
        if self._mode == "flow_fixed":
            self._troupe.send(MODES[self._mode])  # those before may have come to rest
