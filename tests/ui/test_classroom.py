# SPDX-License-Identifier: MIT
"""In front of a class: the second screen, a display kept on, panels that change places, preferences, the first start."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.protocol.arguments import Window as Options
from engine.protocol.messages import Built, Pause, Play, Watch
from tests.ui.looking import seen
from ui.appearance import Memory
from ui.awake import Awake
from ui.greeting import Greeting
from ui.order import Order
from ui.preferences import Preferences, with_preferences


class Record:
    """A way to keep a display on that only remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def hold(self) -> None:
        self.said.append("hold")

    def free(self) -> None:
        self.said.append("free")


def test_a_display_is_kept_on_once_however_often_one_asks(qapp):
    record = Record()
    awake = Awake(qapp, record)
    for on in (True, True, False, False):
        awake.keep(on)
    assert record.said == ["hold", "free"]


def test_the_display_is_kept_on_while_projecting_and_no_longer(stage):
    awake, record = stage.window.projecting.awake, Record()
    awake._keeper = record
    stage.window.deeds["projector"].trigger()
    stage.window.deeds["projector"].trigger()
    assert record.said == ["hold", "free"]
    stage.window.showNormal()
    stage.window.resize(1280, 800)


def test_the_second_screen_shows_the_same_panels_and_the_engine_measures_nothing_twice(stage):
    stage.until(lambda: stage.heard(Built) and stage.step >= 0)
    stage.window.lecture.open("update")
    deeds, second, panels = stage.window.deeds, stage.window.projecting.second, stage.window.desk.panels
    sent = len(stage.sent)
    deeds["second"].trigger()
    try:
        mirror = second.mirror
        assert list(mirror.panels.frames) == list(panels.frames)
        assert "Watch" not in {type(command).__name__ for command in stage.sent[sent:]}
        stage.player.troupe.step(3)
        key = panels.seen[0].place.key
        stage.until(lambda: stage.step >= 3 and mirror.panels.frames[key].view.picture is not None)
        stage.until(lambda: mirror.panels.frames[key].view.picture is panels.frames[key].view.picture)
        assert len(np.unique(seen(mirror).reshape(-1, 3), axis=0)) > 100, "a picture can be seen there"
        stage.window.lecture.open("denoising")
        stage.until(lambda: list(mirror.panels.frames) == list(panels.frames))
    finally:
        mirror.close()
        stage.window.lecture.open("update")
    assert not deeds["second"].isChecked()


def test_a_head_that_is_dragged_onto_another_panel_changes_places_with_it(stage):
    stage.until(lambda: len(stage.window.desk.panels.seen) >= 2)
    panels = stage.window.desk.panels
    stage.window.lecture.open("training")
    stage.until(lambda: len(panels.seen) >= 4)
    below = [frame for frame in panels.seen if frame.place.place == "below"]
    one, other = below[0], below[1]
    places = one.geometry(), other.geometry()
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(one.head, left, pos=one.head.rect().center())
    at = one.head.mapFromGlobal(other.mapToGlobal(other.rect().center()))
    QTest.mouseMove(one.head, at)
    QTest.mouseRelease(one.head, left, pos=at)
    assert (other.geometry(), one.geometry()) == places
    panels.swap(one.place.key, other.place.key)
    assert (one.geometry(), other.geometry()) == places


def test_a_small_panel_takes_the_stage_and_the_stage_goes_below(stage):
    panels = stage.window.desk.panels
    stage.window.lecture.open("training")
    stage.until(lambda: len(panels.seen) >= 2)
    big = next(frame for frame in panels.seen if frame.place.place == "stage")
    small = next(frame for frame in panels.seen if frame.place.place == "below")
    panels.swap(big.place.key, small.place.key)
    assert (big.place.place, small.place.place) == ("below", "stage")
    assert small.width() > big.width()
    panels.swap(big.place.key, small.place.key)


def test_order_brings_panels_without_room_to_the_front():
    order = Order()
    order.take("sabcd")
    order.rotate(list("abcd"), list("ab"))
    assert order.keys == list("scdab")
    order.close("c")
    assert order.opened == list("sdab")
    order.enlarge("d")
    assert order.here == ["d"]
    assert order.restore()
    assert not order.restore()


def test_preferences_are_kept_and_hold_from_the_next_start_where_the_command_line_says_nothing(stage, tmp_path):
    memory = Memory(tmp_path)
    assert with_preferences(Options(), memory) == Options(fps=60)
    window, troupe = stage.window, stage.player.troupe
    dialog = Preferences(window, memory, window.language, window.appearance, window.keeper, troupe)
    for key, value in (("threads", "1"), ("device", "cpu"), ("autosave", "60"), ("fps", "30")):
        box = dialog.boxes[key]
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())
    assert stage.window.keeper._timer.interval() == 60_000
    assert [command.frames_per_s for command in stage.sent if isinstance(command, Watch)][-1:] == [30.0], "it acts at once"
    assert with_preferences(Options(), memory) == Options(threads=1, device="cpu", fps=30)
    assert with_preferences(Options(threads=4, device="mps", fps=60), memory) == Options(threads=4, device="mps", fps=60)
    troupe.watch(fps=60)
    dialog.close()


def test_the_first_start_plays_for_a_moment_and_no_other_start_does(stage_for, tmp_path):
    stage = stage_for("update")
    memory = Memory(tmp_path / "new")
    Greeting(stage.window, stage.player, stage.window.hands, memory, seconds=0.5)
    stage.until(lambda: [command for command in stage.sent if isinstance(command, Pause)])
    assert [command for command in stage.sent if isinstance(command, Play)]
    stage.until(lambda: stage.step > 0)
    again = Greeting(stage.window, stage.player, stage.window.hands, memory)
    assert again._done


@pytest.mark.parametrize("place", [QPointF(5, 5)])
def test_whoever_does_something_first_is_left_alone(stage_for, tmp_path, place):
    stage = stage_for("update")
    Greeting(stage.window, stage.player, stage.window.hands, Memory(tmp_path / "new"), seconds=0.1)
    QTest.mouseClick(stage.window.desk.panels, Qt.MouseButton.LeftButton, pos=place.toPoint())
    stage.until(lambda: stage.heard(Built) and stage.step >= 0)
    assert not [command for command in stage.sent if isinstance(command, Play)]
