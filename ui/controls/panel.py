# SPDX-License-Identifier: MIT
"""The frame around a view: its title, a note, and what one can do with a panel."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from engine.protocol.chapter import Place
from engine.protocol.payloads import Picture
from engine.protocol.recipe.part import Probe
from engine.protocol.recipe.probes.sketched import Sketched
from ui.controls.dressed import Dressed
from ui.controls.knobs import Knobs
from ui.controls.panelhead import PanelHead
from ui.controls.sketchpad import SketchPad
from ui.language import say
from ui.reel import Moment
from ui.theme import theme_of
from ui.views import VIEW_FOR
from ui.views.pointer import PointerView


class PanelFrame(Dressed):
    """One panel. The buttons of its head show while the pointer is on it; a double click on the head makes it large.

    The settings of its own stand under the picture: on the stage always, in a small panel where they are asked for.
    """

    tuned = Signal()  #: `place` has another probe
    enlarged = Signal(str)  #: its key; the same again makes it small
    closed = Signal(str)
    shifted = Signal(str, int)  #: its key, and the way: −1 to the left, 1 to the right
    turned = Signal()  #: the panels that found no room are asked for

    def __init__(self, place: Place, *, headed: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.origin = self.place = place
        self.view = VIEW_FOR[type(place.probe).payload](place)
        self.title = place.title or type(place.probe).title
        self.setAccessibleName(say(self.title))
        self.setProperty("surface", self.view.ground)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.knobs = Knobs(place.probe)
        self.knobs.turned.connect(self._tune)
        self.head = PanelHead(self.title, type(place.probe).help, bool(self.knobs.fields), self)
        self.head.menu.clicked.connect(lambda: self._popup(self.head.menu.mapToGlobal(QPoint(0, self.head.menu.height()))))
        self.head.enlarge.clicked.connect(lambda: self.enlarged.emit(self.place.key))
        self.head.settings.clicked.connect(lambda: self.knobs.setVisible(self.knobs.isHidden()))
        self.head.waiting.clicked.connect(self.turned)
        self.head.setVisible(headed)
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.head)
        self._box.addLayout(self._middle(), 1)
        self._box.addWidget(self.knobs)
        # Not before it has a parent: it would be a window of its own for a moment, and take the keys.
        self.knobs.setVisible(bool(self.knobs.fields) and place.place == "stage")
        self._set_lengths()

    def _middle(self) -> QHBoxLayout:
        """The view, and before it the pad where one draws what the view shows."""
        self.pad = SketchPad(self) if isinstance(self.place.probe, Sketched) else None
        line = QHBoxLayout()
        if self.pad is not None:
            line.addWidget(self.pad)
        line.addWidget(self.view, 1)
        return line

    def show_moment(self, moment: Moment) -> None:
        """Let the view draw what was to be seen at a moment."""
        picture = moment.pictures.get(self.place.key)
        self.view.show_picture(picture, moment.past)
        parts = (self._age(picture, moment), picture.note if picture is not None else "", self._clock(moment))
        self.head.show_note(" · ".join(filter(None, parts)))

    def _age(self, picture: Picture | None, moment: Moment) -> str:
        """Of which step a slow picture is, where that was more than a second ago."""
        lane = next((lane for lane in moment.lanes if self.place.lane in ("", lane.name)), None)
        late = picture is not None and lane is not None and lane.step - picture.step > lane.steps_per_s
        return f"step {picture.step:,}" if picture is not None and late and type(self.place.probe).slow else ""

    def _clock(self, moment: Moment) -> str:
        """Where several lanes play: the step and the training time of the one on this stage; there is room for two numbers."""
        lane = next((lane for lane in moment.lanes if lane.name == self.place.lane), None)
        if lane is None or len(moment.lanes) < 2 or self.place.place != "stage":
            return ""
        return f"{lane.step:,} · {lane.train_s:.1f} s"

    @property
    def note(self) -> str:
        """What stands beside the title."""
        return self.head.note.text()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the buttons."""
        self.head.show_buttons(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Leave the words alone."""
        self.head.show_buttons(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Large, or small again."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.enlarged.emit(self.place.key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What one can do with a panel. On a plane the right button moves the view instead."""
        if isinstance(self.view, PointerView) and self.view.geometry().contains(event.pos()):
            return
        self._popup(event.globalPos())

    def _tune(self, probe: Probe) -> None:
        self.place = msgspec.structs.replace(self.place, probe=probe)
        self.tuned.emit()

    def _popup(self, at: QPoint) -> None:
        menu = QMenu(self)
        if self.view.actions():
            menu.addActions(self.view.actions())
            menu.addSeparator()
        menu.addAction(say("Large or small"), lambda: self.enlarged.emit(self.place.key))
        menu.addAction(say("Copy as picture"), lambda: QApplication.clipboard().setPixmap(self.grab()))
        menu.addAction(say("Move left"), lambda: self.shifted.emit(self.place.key, -1))
        menu.addAction(say("Move right"), lambda: self.shifted.emit(self.place.key, 1))
        menu.addSeparator()
        menu.addAction(say("Close"), lambda: self.closed.emit(self.place.key))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Hairlines toward the panels to the left and above; at the edges there is a line already."""
        theme = theme_of(self)
        hair = theme.px(1)
        with QPainter(self) as p:
            p.fillRect(self.rect(), theme.color(self.view.ground))
            if self.x() > 0:
                p.fillRect(0, 0, hair, self.height(), theme.color("line"))
            if self.y() > 0:
                p.fillRect(0, 0, self.width(), hair, theme.color("line"))

    def _set_lengths(self) -> None:
        self._box.setContentsMargins(theme_of(self).px(1), theme_of(self).px(1), 0, 0)
        self._box.setSpacing(0)
