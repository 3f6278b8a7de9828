# SPDX-License-Identifier: MIT
"""The middle of the window: the panels of a chapter, which of them can be seen, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from engine.protocol.chapter import Place
from engine.protocol.recipe.probes import Panel
from ui.controls.panel import PanelFrame
from ui.language import say
from ui.order import Order
from ui.reel import Moment
from ui.theme import theme_of
from ui.tiling import SHARE, tiling
from ui.views.plane import PlaneView

GRIP = 6  #: the height of the seam that a hand can take, in pixels at scale 1


class Seam(QWidget):
    """The line between the stage and the small panels, to be dragged."""

    dragged = Signal(int)  #: where the pointer is, from the top of the parent

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.SplitVCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(self.mapToParent(event.position().toPoint()).y())


class Arrangement(QWidget):
    """Lays the panels out. Only those that can be seen are watched; nothing hidden is computed."""

    watched = Signal(tuple)  #: the Panels that can be seen
    arranged = Signal(tuple)  #: the Places that are up now, as a second screen shows them
    moved = Signal(object)  #: the Moment that they show
    picked = Signal(object)  #: the example to mark in all panels, by its number, or None
    added = Signal(object)  #: a View or a SketchPad that is new here: connect its signals

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "plot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.frames: dict[str, PanelFrame] = {}
        self._order = Order()
        self._share = SHARE
        self._told: tuple[Panel, ...] | None = None
        self._moment: Moment | None = None
        self._seam = Seam(self)
        self._seam.dragged.connect(self._drag)

    @property
    def seen(self) -> tuple[PanelFrame, ...]:
        """The frames that can be seen, in their order."""
        return tuple(frame for key in self._order.keys if not (frame := self.frames[key]).isHidden())

    @property
    def closed(self) -> frozenset[str]:
        """The keys of the panels that were closed by hand."""
        return frozenset(self._order.closed)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of all panels that are not closed, in their order."""
        return tuple(self.frames[key].place for key in self._order.opened)

    def show_places(self, places: Sequence[Place]) -> None:
        """Put these panels up. Those that stay the same keep their zoom and layers."""
        wanted = {place.key: place for place in places}
        for key in [key for key, frame in self.frames.items() if wanted.get(key) != frame.origin]:
            frame = self.frames.pop(key)
            frame.hide()
            frame.deleteLater()
        self._order.take(wanted)
        for key, place in wanted.items():
            if key not in self.frames:
                self._add(place)
        self._arrange()

    def show_moment(self, moment: Moment) -> None:
        """Let every panel that can be seen draw what was to be seen at a moment."""
        self._moment = moment
        self.moved.emit(moment)
        for frame in self.seen:
            frame.show_moment(moment)

    def enlarge(self, key: str) -> None:
        """Show one panel alone; the same again, or an empty key, brings the others back."""
        self._order.enlarge(key)
        self._arrange()

    def open(self, key: str, opened: bool = True) -> None:
        """Bring a closed panel back, before the others of its row, or close it."""
        (self._order.open if opened else self._order.close)(key)
        self._arrange()

    def swap(self, one: str, other: str) -> None:
        """Two panels change places, from the stage to the row below where they stand there."""
        a, b = self.frames[one], self.frames[other]
        a.place, b.place = (msgspec.structs.replace(x.place, place=y.place.place) for x, y in ((a, b), (b, a)))
        self._order.swap(one, other)
        self._arrange()

    def restore(self) -> bool:
        """All panels, none large; False where that was so already."""
        was = self._order.restore()
        self._arrange()
        return was

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the places anew."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other lengths."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._arrange()

    def _add(self, place: Place) -> None:
        frame = PanelFrame(place, parent=self)
        frame.enlarged.connect(self.enlarge)
        frame.closed.connect(lambda key: self.open(key, False))
        frame.turned.connect(self._rotate)
        frame.tuned.connect(self._tell)
        frame.shifted.connect(partial(shift, self))
        frame.head.dropped.connect(partial(drop, self, place.key))
        self.picked.connect(frame.view.show_picked)
        self.frames[place.key] = frame
        for part in filter(None, (frame.view, frame.pad)):
            self.added.emit(part)

    def _arrange(self) -> None:
        """Give every panel its place, and tell what can be seen."""
        here = [self.frames[key] for key in self._order.here]
        stages = [frame for frame in here if frame.place.place == "stage"]
        below = [frame for frame in here if frame.place.place != "stage"]
        theme = theme_of(self)
        plan = tiling(self.width(), self.height(), len(stages), len(below), theme.scale, self._share)
        for frame in self.frames.values():
            frame.head.setVisible(frame.place.place != "stage" or len(stages) > 1 or bool(self._order.large))
            frame.head.show_large(frame.place.key == self._order.large)
        placed = [*zip(stages, plan.stages, strict=False), *zip(below, plan.below, strict=False)]
        for frame, rect in placed:
            frame.setGeometry(QRect(*rect))
        self._seam.setVisible(bool(plan.stages and plan.below))
        if plan.below:
            grip = theme.px(GRIP)
            self._seam.setGeometry(0, plan.below[0][1] - grip // 2, self.width(), grip)
        self._reveal([frame for frame, _ in placed], len(below) - len(plan.below))

    def _reveal(self, shown: list[PanelFrame], waiting: int) -> None:
        for frame in self.frames.values():
            if frame.isHidden() and frame in shown and self._moment is not None:
                frame.show_moment(self._moment)
            frame.setVisible(frame in shown)
            frame.head.show_waiting(waiting if shown and frame is shown[-1] else 0)
        self._seam.raise_()
        self._tell()

    def _tell(self) -> None:
        """Say which panels can be seen, and with which settings."""
        panels = tuple(frame.place.panel for frame in self.seen)
        if panels != self._told:
            self._told = panels
            self.arranged.emit(self.places)
            self.watched.emit(panels)

    def _drag(self, y: int) -> None:
        self._share = min(max(y / max(1, self.height()), 0.3), 0.85)
        self._arrange()

    def _rotate(self) -> None:
        """Let those that found no room come first."""
        below = [key for key in self._order.keys if self.frames[key].place.place != "stage"]
        self._order.rotate(below, [frame.place.key for frame in self.seen])
        self._arrange()


def shift(panels: Arrangement, key: str, way: int) -> None:
    """Let a panel change places with the one before (−1) or after (1) it; at either end nothing happens."""
    keys = [frame.place.key for frame in panels.seen]
    target = keys.index(key) + way if key in keys else -1
    if 0 <= target < len(keys):
        panels.swap(key, keys[target])


def drop(panels: Arrangement, key: str, at: QPoint) -> None:
    """A head was let go at a place of the screen: its panel changes places with the one there."""
    there = panels.mapFromGlobal(at)
    found = next((frame.place.key for frame in panels.seen if frame.geometry().contains(there)), key)
    if found != key:
        panels.swap(key, found)


def switch_by(actions: Sequence[QAction], panels: Arrangement) -> None:
    """Let each of the actions switch one layer, the first to the last, on every plane that can be seen."""

    def toggle(index: int) -> None:
        for frame in panels.seen:
            if isinstance(frame.view, PlaneView):
                frame.view.toggle_layer(index)

    for index, action in enumerate(actions):
        action.triggered.connect(lambda *_, index=index: toggle(index))


def list_in(menu: QMenu, panels: Arrangement) -> None:
    """Name every panel in a menu, to be opened and closed there."""
    menu.clear()
    for key, frame in panels.frames.items():
        action = menu.addAction(say(frame.title))
        action.setCheckable(True)
        action.setChecked(not frame.isHidden())
        action.toggled.connect(lambda on, key=key: panels.open(key, on))
