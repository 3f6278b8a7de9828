# SPDX-License-Identifier: MIT
"""The mouse on a plane: left clicks and sprays, right moves the view, the wheel zooms; a double click is the frame's."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from engine.protocol.recipe.probes import Panel
from ui.theme import theme_of
from ui.views.camera import Camera, Range
from ui.views.view import View

_ZOOM = 1.2  #: per notch of the wheel
_SPRAY_PX = 12.0  #: between the places of a drag


class PointerView(View):
    """A view of a plane that one can point at. Where the user has moved or zoomed it, that holds until `fit`."""

    clicked = Signal(float, float)  #: a place of the plane
    sprayed = Signal(object, object)  #: xs, ys (k,) of the plane: the way of a drag since the last of these
    pointed = Signal(float, float)  #: the cursor is over this place
    left = Signal()  #: the cursor is over no place any more
    held_changed = Signal(bool)  #: whether the view is where the user put it

    def __init__(self, panel: Panel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(panel, parent)
        self.held: Range | None = None
        self.here: bool | None = None  #: whether the cursor is on the plane; None: it never was, as on a second screen
        self._pressed: QPointF | None = None  # of the left button
        self._sprayed: QPointF | None = None  # the last place of the spray
        self._grabbed: QPointF | None = None  # of the right button
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)

    @abstractmethod
    def camera(self) -> Camera | None:
        """Where the plane is now; None where there is none to point at."""
        raise NotImplementedError

    def fit(self) -> None:
        """Show again what the picture asks to show."""
        self._hold(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where; what it becomes is known on release or after a few pixels."""
        at = event.position()
        camera = self.camera()
        if self.fault or camera is None or not camera.room.contains(at):
            super().mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._sprayed = at, None
        elif event.button() == Qt.MouseButton.RightButton:
            self._grabbed = at
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point, spray, or move the view."""
        at = event.position()
        camera = self.camera()
        if camera is None:
            return
        if self._grabbed is not None:
            self._hold(camera.moved(at.x() - self._grabbed.x(), at.y() - self._grabbed.y()))
            self._grabbed = at
            return
        if camera.room.contains(at):
            self.here = True
            self.touch(self.example_at(at))
            self.pointed.emit(*camera.plane(at.x(), at.y()))
        else:
            self.leave()
        if self._pressed is not None:
            self._spray(camera, self._pressed, at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that did not move far is a click."""
        camera = self.camera()
        if event.button() == Qt.MouseButton.LeftButton:
            if self._pressed is not None and self._sprayed is None and camera is not None:
                self.clicked.emit(*camera.plane(self._pressed.x(), self._pressed.y()))
                self.chosen.emit(self.example_at(self._pressed))
            self._pressed = self._sprayed = None
        elif event.button() == Qt.MouseButton.RightButton:
            self._grabbed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor."""
        camera, at = self.camera(), event.position()
        notches = event.angleDelta().y() / 120
        if camera is not None and notches and camera.room.contains(at):
            self._hold(camera.zoomed(_ZOOM**notches, at.x(), at.y()))
        else:
            event.ignore()

    def leave(self) -> None:
        """What hangs on the cursor goes at once, whatever pictures are still under way."""
        super().leave()
        self.left.emit()
        if self.here:
            self.here = False
            self.update()

    def _hold(self, shown: Range | None) -> None:
        was, self.held = self.held, shown
        if (was is None) != (shown is None):
            self.held_changed.emit(shown is not None)
        self.update()

    def _spray(self, camera: Camera, pressed: QPointF, at: QPointF) -> None:
        """The places between the last one and the cursor, evenly spaced, the press first."""
        start = self._sprayed or pressed
        way = QLineF(start, at)
        if self._sprayed is None and way.length() < QApplication.startDragDistance():
            return
        step = _SPRAY_PX * theme_of(self).scale
        count = int(way.length() / step)
        if count or self._sprayed is None:
            shares = np.arange(0 if self._sprayed is None else 1, count + 1) * (step / max(way.length(), step))
            places = [camera.plane(*way.pointAt(share).toTuple()) for share in shares.tolist()]
            self._sprayed = way.pointAt(float(shares[-1]))
            xs, ys = np.array(places).T
            self.sprayed.emit(xs, ys)
