# SPDX-License-Identifier: MIT
"""The one owner of what the hand points at: the place under the cursor, and the example that is picked.

    view → Picking → views that show the example (a mark, at once) and → engine (panels of one example follow)

An example is picked while the cursor is on it; a click holds it until another click, so that one can look elsewhere.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.protocol.messages import Built, Event, Pick, Resumed
from engine.protocol.recipe.probes.stage import Stage
from ui.arrangement import Arrangement
from ui.controls.sketchpad import SketchPad
from ui.player import Player
from ui.session import State
from ui.views.pointer import PointerView
from ui.views.view import View

Place = tuple[str, tuple[float, float]]  #: a panel, and a place of its plane


class Picking(QObject):
    """Hears all views, tells all views. There is one cursor: what it is on now is all that is pointed at."""

    changed = Signal(object)  #: the number of the example that is picked, or None

    def __init__(self, player: Player, panels: Arrangement) -> None:
        super().__init__(panels)
        self._troupe = player.troupe
        self._touched: int | None = None  # under the cursor
        self._held: int | None = None  # by a click
        self._place: Place | None = None
        self._told = Pick()
        self._belongs: object = None  # the data whose examples these are
        player.troupe.reported.connect(self._hear)
        player.edited.connect(self._settle)
        panels.added.connect(self._take)
        self.changed.connect(panels.picked)

    @property
    def example(self) -> int | None:
        """The number of the example that is picked; None where none is."""
        return self._held if self._touched is None else self._touched

    def _take(self, view: View | SketchPad) -> None:
        """Listen to a view, and tell it."""
        if not isinstance(view, View):
            return
        view.show_picked(self.example)
        view.touched.connect(self._touch)
        panel = view.panel
        if panel is None or not isinstance(panel.probe, Stage):  # there a click sets a point
            view.chosen.connect(self._hold)
        if panel is not None and isinstance(view, PointerView):
            view.pointed.connect(lambda x, y: self._point((panel.key, (x, y))))
            view.left.connect(lambda: self._point(None))

    def _settle(self, state: State) -> None:
        """The examples of other data are others."""
        belongs = state.run_id, state.experiment.data, state.experiment.seed
        if belongs != self._belongs:
            self._belongs = belongs
            self._touched = self._held = None
            self._tell()

    def _touch(self, example: int | None) -> None:
        self._touched = example
        self._tell()

    def _hold(self, example: int | None) -> None:
        self._held = None if example == self._held else example
        self._tell()

    def _point(self, place: Place | None) -> None:
        self._place = place
        self._tell()

    def _tell(self) -> None:
        panel, xy = self._place or ("", None)
        pick = Pick(panel=panel, xy=xy, example=self.example)
        if pick != self._told:
            news = pick.example != self._told.example
            self._told = pick
            self._troupe.send(pick)
            if news:
                self.changed.emit(pick.example)

    def _hear(self, event: Event) -> None:
        """A run that was just built has not been told yet."""
        if isinstance(event, Built | Resumed) and self._told != Pick():
            self._troupe.send(self._told)
