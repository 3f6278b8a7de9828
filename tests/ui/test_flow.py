# SPDX-License-Identifier: MIT
"""The flow's clock, the training's pace, and who has the keys when the window opens."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.protocol.library import shelf
from engine.protocol.messages import Built, Clear, Flow, Play, Scatter
from ui.controls.segments import Segmented


@pytest.fixture(autouse=True)
def ready(request):
    """The engine is up and the window has the keys."""
    if "stage" in request.fixturenames:
        stage = request.getfixturevalue("stage")
        stage.until(lambda: stage.heard(Built) and stage.step >= 0)
        stage.until(stage.window.isActiveWindow)


def click(stage, words: str) -> None:
    modes = stage.window.desk.flow.modes
    segment = next(child for child in modes.children() if getattr(child, "text", str)() == words)
    QTest.mouseClick(segment, Qt.MouseButton.LeftButton)


def moving(stage) -> int:
    moment = stage.player.reel.now(stage.player.session.state.run_id)
    return moment.moving


def test_scattered_points_move_until_they_rest(stage):
    QTest.keyClick(stage.window, Qt.Key.Key_F)
    assert [type(command) for command in stage.sent[-3:]] == [Clear, Scatter, Flow]
    stage.until(lambda: moving(stage) > 0)
    click(stage, "Until fixed")
    assert stage.sent[-1] == Flow(running=True, until_fixed=True)
    stage.window.hands.spawn(np.zeros((1, 2)))
    assert stage.sent[-1] == Flow(running=True, until_fixed=True), "new points move, too"


def test_every_click_on_one_step_is_a_step(stage):
    for _ in range(2):
        click(stage, "One step")
        assert stage.sent[-1] == Flow(running=False, steps=1)
    QTest.keyClick(stage.window, Qt.Key.Key_G)
    assert stage.sent[-1] == Flow(running=True)
    assert stage.window.desk.flow.modes.value == "flow"


def test_slow_motion_trains_ten_steps_a_second_and_then_one(stage):
    stage.player.troupe.play()
    stage.until(lambda: stage.player.troupe.playing)
    paces = []
    for _ in range(3):
        QTest.keyClick(stage.window, Qt.Key.Key_S)
        paces.append((stage.window.desk.flow.pace.text(), stage.sent[-1]))
    assert paces == [
        ("10 steps/s", Play(steps_per_s=10.0)), ("1 step/s", Play(steps_per_s=1.0)), ("Full speed", Play()),
    ]  # fmt: skip
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing)


def test_a_chapter_without_a_stage_has_no_flow_to_steer(stage):
    flow = stage.window.desk.flow
    assert flow.modes.isVisible()
    flow.follow([])
    assert not flow.modes.isVisible()
    assert flow.pace.isVisible()
    flow.follow([frame.place for frame in stage.window.desk.panels.seen])
    assert isinstance(flow.modes, Segmented)
    assert flow.modes.isVisible()


def test_space_plays_in_the_first_chapter_when_the_window_has_just_opened(stage_for):
    first = shelf()[0][0].key
    stage = stage_for(first)
    stage.until(lambda: stage.heard(Built) and stage.step >= 0)
    stage.until(stage.window.isActiveWindow)
    assert not stage.window.deeds["previous_chapter"].isEnabled()
    assert QApplication.focusWidget() is stage.window.desk
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    stage.until(lambda: stage.player.troupe.playing)
    assert stage.player.session.key == first
