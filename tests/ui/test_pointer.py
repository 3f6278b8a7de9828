# SPDX-License-Identifier: MIT
"""Hands on a plane: clicks, sprays, moving, zooming, pointing; a double click is the frame's."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.looking import middle, on_screen, stage
from ui.reel import Past
from ui.views.plane import PlaneView


@pytest.fixture
def plane(qtbot: QtBot, qapp: QApplication) -> PlaneView:
    return on_screen(qtbot, qapp, PlaneView(), (500, 400))


def drag(qtbot: QtBot, view: PlaneView, button: Qt.MouseButton, *places: QPoint) -> None:
    qtbot.mousePress(view, button, pos=places[0])
    for place in places[1:]:
        moved = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), view.mapToGlobal(QPointF(place)), button, button,
                            Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(view, moved)
    qtbot.mouseRelease(view, button, pos=places[-1])


def test_a_click_says_the_place_of_the_plane(qtbot: QtBot, plane: PlaneView) -> None:
    plane.show_picture(stage(), Past())
    with qtbot.waitSignal(plane.clicked) as said:
        qtbot.mouseClick(plane, Qt.MouseButton.LeftButton, pos=middle(plane, 1.0, -0.5))
    assert said.args == pytest.approx([1.0, -0.5], abs=0.02)


def test_a_drag_sprays_along_its_way_and_is_no_click(qtbot: QtBot, plane: PlaneView) -> None:
    plane.show_picture(stage(), Past())
    sprays: list[np.ndarray] = []
    clicks: list[float] = []
    plane.sprayed.connect(lambda xs, ys: sprays.append(np.stack([xs, ys], axis=1)))
    plane.clicked.connect(lambda x, y: clicks.append(x))
    way = [middle(plane, x, 0.5) for x in np.linspace(-1, 1, 15)]
    drag(qtbot, plane, Qt.MouseButton.LeftButton, *way)
    places = np.concatenate(sprays)
    assert not clicks
    assert places[0] == pytest.approx([-1, 0.5], abs=0.02)
    assert places[-1, 0] > 0.8
    gaps = np.diff(places[:, 0])
    assert (gaps > 0).all()
    assert gaps.std() < 0.1 * gaps.mean(), "evenly spaced, however the mouse moved"


def test_the_right_button_moves_the_view_until_fit(qtbot: QtBot, plane: PlaneView) -> None:
    plane.show_picture(stage(), Past())
    before = plane.camera()
    held: list[bool] = []
    plane.held_changed.connect(held.append)
    start = middle(plane, 0.0, 0.0)
    drag(qtbot, plane, Qt.MouseButton.RightButton, start, start + QPoint(40, 25))
    assert middle(plane, 0.0, 0.0) == start + QPoint(40, 25)
    plane.show_picture(stage(), Past())
    assert middle(plane, 0.0, 0.0) == start + QPoint(40, 25), "a new picture does not move it back"
    plane.fit()
    assert plane.camera() == before
    assert held == [True, False]


def test_the_wheel_zooms_about_the_cursor(plane: PlaneView) -> None:
    plane.show_picture(stage(), Past())
    at = middle(plane, 1.0, 0.5)
    before = plane.camera()
    assert before is not None
    turned = QWheelEvent(QPointF(at), plane.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
                         Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(plane, turned)
    after = plane.camera()
    assert after is not None
    assert after.scale[0] == pytest.approx(1.44 * before.scale[0])
    assert (middle(plane, 1.0, 0.5) - at).manhattanLength() <= 2  # `at` is a whole pixel, the point need not be


def test_pointing_says_where_and_leaving_says_so(qtbot: QtBot, plane: PlaneView) -> None:
    plane.show_picture(stage(), Past())
    with qtbot.waitSignal(plane.pointed) as said:
        qtbot.mouseMove(plane, pos=middle(plane, -1.0, 0.5))
    assert said.args == pytest.approx([-1.0, 0.5], abs=0.02)
    with qtbot.waitSignal(plane.left):
        QApplication.sendEvent(plane, QEvent(QEvent.Type.Leave))


def test_a_double_click_is_left_to_the_frame(qtbot: QtBot) -> None:
    asked: list[QPointF] = []

    class Frame(QWidget):
        def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
            asked.append(event.position())

    frame, plane = Frame(), PlaneView()
    qtbot.addWidget(frame)
    QVBoxLayout(frame).addWidget(plane)
    frame.resize(500, 400)
    with qtbot.waitExposed(frame):
        frame.show()
    plane.show_picture(stage(), Past())
    clicks: list[float] = []
    plane.clicked.connect(lambda x, y: clicks.append(x))
    qtbot.mouseDClick(plane, Qt.MouseButton.LeftButton, pos=middle(plane, 0.0, 0.0))
    assert len(asked) == 1
    assert not clicks
