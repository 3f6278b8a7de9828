# SPDX-License-Identifier: MIT
"""A hand on the curve of σ: dragging it is an edit of the flow, as by the sliders."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt

from engine.protocol.recipe.flows.anneal import Anneal, reshaped
from engine.protocol.recipe.probes.schedule import Schedule
from ui.player import Player
from ui.views.curves import CurvesView
from ui.views.view import View


class Shaping(QObject):
    """Turns drags on a schedule into edits of its lane."""

    def __init__(self, player: Player) -> None:
        super().__init__(player)
        self._player = player
        self._taken = ""  # what the hand has hold of: it does not change its mind on the way

    def take(self, view: View) -> None:
        """Listen to a view, where it shows a schedule."""
        if isinstance(view, CurvesView) and view.panel is not None and isinstance(view.panel.probe, Schedule):
            view.editable = True
            view.setCursor(Qt.CursorShape.OpenHandCursor)
            view.dragged.connect(partial(self._shape, view.panel.lane))

    def _shape(self, name: str, update: float, sigma: float, held: bool) -> None:
        lanes = self._player.session.experiment.lanes
        lane = next((lane for lane in lanes if name in ("", lane.name)), None)
        if lane is None or not isinstance(lane.recipe.flow, Anneal):
            return  # at one σ there is nothing to bend
        at = {"start": 0.0, "bend": max(update, 0.1 * lane.recipe.flow.steps)}.get(self._taken, update)
        field, value = reshaped(lane.recipe.flow, at, sigma)
        self._taken = field if held else ""
        self._player.edit(f"{lane.name}.flow.{field}", value, held)
