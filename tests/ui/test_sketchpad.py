# SPDX-License-Identifier: MIT
"""The sketch pad: what the hand draws is told while it draws; an empty pad is told as nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.protocol.chapter import Place
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.sketched import Sketched
from tests.ui.looking import on_screen
from ui.arrangement import Arrangement
from ui.controls.sketchpad import EDGE, SketchPad
from ui.theme import apply, theme

MIDDLE = 112  #: the drawing lies between 12 and 212 from left to right, 6 and 206 from above


@pytest.fixture
def pad(qtbot: QtBot, qapp: QApplication) -> SketchPad:
    """A pad of 212 × 212 pixels, whose drawing is 200 wide."""
    return on_screen(qtbot, qapp, SketchPad(), (212, 212))


def draw(qtbot: QtBot, pad: SketchPad, *places: tuple[int, int]) -> None:
    """A stroke through places of the widget."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(pad, left, pos=QPoint(*places[0]))
    for place in places[1:]:
        at = QPointF(*place)
        QApplication.sendEvent(pad, QMouseEvent(QEvent.Type.MouseMove, at, pad.mapToGlobal(at), left, left, none))
    qtbot.mouseRelease(pad, left, pos=QPoint(*places[-1]))


def test_a_stroke_is_told_while_it_is_drawn(qtbot: QtBot, pad: SketchPad) -> None:
    told: list[np.ndarray] = []
    pad.drawn.connect(told.append)
    draw(qtbot, pad, (MIDDLE, 30), (MIDDLE, 100), (MIDDLE, 180))
    assert len(told) == 3
    last = told[-1]
    assert (last.shape, last.dtype, last.min(), last.max()) == ((EDGE, EDGE), np.float32, 0.0, 1.0)
    assert last[:, EDGE // 2].mean() > 0.7, "a stroke from top to bottom"
    assert last[:, : EDGE // 3].max() == 0.0
    assert (told[0] <= last).all(), "a stroke only adds"


def test_a_click_is_a_dot(qtbot: QtBot, pad: SketchPad) -> None:
    draw(qtbot, pad, (MIDDLE, 106))
    lit = pad.pixels() > 0.5
    rows, columns = np.nonzero(lit)
    assert (rows.mean(), columns.mean()) == pytest.approx((EDGE / 2, EDGE / 2), abs=2)
    assert 0.003 < lit.mean() < 0.02


def test_a_finger_draws_as_a_mouse_does(qtbot: QtBot, pad: SketchPad) -> None:
    screen = QTest.createTouchDevice()
    QTest.touchEvent(pad, screen).press(0, QPoint(MIDDLE, 30), pad).commit()
    for down in (60, 100, 140, 180):
        QTest.touchEvent(pad, screen).move(0, QPoint(MIDDLE, down), pad).commit()
    QTest.touchEvent(pad, screen).release(0, QPoint(MIDDLE, 180), pad).commit()
    assert pad.pixels()[:, EDGE // 2].mean() > 0.7, "a stroke from top to bottom"


def test_a_wiped_pad_is_told_as_nothing(qtbot: QtBot, pad: SketchPad) -> None:
    draw(qtbot, pad, (50, 50), (150, 150))
    told: list[object] = []
    pad.drawn.connect(told.append)
    pad._wipe.click()
    assert told == [None]
    assert pad.pixels().max() == 0.0


def test_only_the_panel_of_the_drawing_has_a_pad(qtbot: QtBot, qapp: QApplication) -> None:
    apply(qapp, theme("dark"))
    panels = Arrangement()
    qtbot.addWidget(panels)
    found: list[object] = []
    panels.added.connect(found.append)
    panels.resize(900, 600)
    panels.show_places((
        Place(key="a", probe=Sketched(), place="stage"), Place(key="b", probe=Curves()),
    ))  # fmt: skip
    assert [isinstance(view, SketchPad) for view in found] == [False, True, False]
    assert panels.frames["b"].pad is None
