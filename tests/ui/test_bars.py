# SPDX-License-Identifier: MIT
"""Top bar, timeline, banner, papers: small parts of the window, each alone."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from engine.protocol.library import read_recipe
from engine.protocol.messages import LaneState
from engine.protocol.recipe.editing import from_plain
from ui.actions import DEEDS, Actions
from ui.appearance import Memory
from ui.controls.banner import Banner
from ui.controls.timeline import Timeline
from ui.controls.transport import TopBar, counter_text, rate_text
from ui.housekeeping import Troubles
from ui.keeper import Keeper
from ui.papers import Papers
from ui.player import Player, label_of
from ui.session import Session

ONE = from_plain({"data": {"name": "moons"}, "model": {"kind": "dae"}})


@pytest.fixture
def bar(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = TopBar(Actions(window))
    window.setCentralWidget(bar)
    window.resize(1280, 80)
    window.show()
    yield bar
    window.close()


@given(st.integers(0, 9_999_999))
def test_the_counter_has_commas_and_never_fewer_than_six_digits(step):
    text = counter_text(step)
    assert int(text.replace(",", "")) == step
    assert len(text.replace(",", "")) == max(6, len(str(step)))
    assert text[-4] == ","


@pytest.mark.parametrize(
    ("rate", "device", "away", "text"),
    [
        (1180.3, "cpu", None, "steps · 1,180/s · CPU"), (0.0, "cuda", None, "steps · CUDA"), (0.0, "", None, "steps"),
        (1180.3, "cuda", 0.0617, "1,180/s · CUDA · 62 ms"), (0.0, "cuda", 0.0617, "steps · CUDA · 62 ms"),
    ],
)  # fmt: skip
def test_speed_device_and_the_way_there_are_said_where_they_are_known(rate, device, away, text):
    assert rate_text(rate, device, away) == text


@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_play_stays_where_it_is_whatever_stands_beside_it(bar, qtbot, width):
    bar.window().resize(width, 80)
    places = set()
    for number, title in enumerate(["Training the VAE", "It is within the DAE", "A", "Where is the low-dimensional space?"]):
        bar.show_chapter(number, 12, title)
        bar.show_lane(LaneState(name="a", build=1, step=10**number, steps_per_s=7.0**number, train_s=0.0), True, "cpu")
        bar.show_playing(number % 2 == 0)
        QApplication.sendPostedEvents()
        places.add(bar.play.geometry().getRect())
    assert len(places) == 1


def test_every_key_stands_for_one_thing_only(qtbot):
    keys = [key for deeds in DEEDS.values() for deed in deeds if deed for key in deed.keys]
    assert len(set(keys)) == len(keys)


def test_every_action_says_what_it_does(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    for deeds in DEEDS.values():
        for deed in filter(None, deeds):
            assert actions[deed.key].toolTip()
            assert not deed.keys or "(" in actions[deed.key].toolTip()


def test_the_timeline_says_where_a_hand_went_and_knows_when_it_is_live(qtbot):
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(900, 40)
    timeline.show()
    timeline.show_moment(101, 100, 500, 500)
    went = []
    timeline.scrubbed.connect(went.append)
    scrub = timeline.scrub
    qtbot.mouseClick(scrub, Qt.MouseButton.LeftButton, pos=scrub.rect().center())
    assert went == [50]
    assert not scrub.live
    qtbot.keyClick(scrub, Qt.Key.Key_End)
    qtbot.keyClick(scrub, Qt.Key.Key_Left)
    assert went == [50, 100, 99]


def test_a_timeline_without_a_past_goes_nowhere(qtbot):
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(900, 40)
    timeline.show()
    with qtbot.assertNotEmitted(timeline.scrubbed):
        qtbot.mouseClick(timeline.scrub, Qt.MouseButton.LeftButton)
        qtbot.keyClick(timeline.scrub, Qt.Key.Key_Home)


def test_a_banner_says_the_newest_thing_and_does_what_its_button_says(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(700, 400)
    host.show()
    banner, done = Banner(host), []
    banner.say("first", "trouble")
    banner.say("second <b>", "note", "Undo", lambda: done.append(1))
    assert banner.text == "second <b>"
    assert host.rect().contains(banner.geometry())
    qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert not banner.isVisible()


def test_trouble_stays_and_a_note_goes_by_itself(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    banner = Banner(host)
    rest = banner.findChild(QTimer)
    banner.say("trouble", "trouble")
    assert not rest.isActive()
    banner.say("note", "note")
    assert rest.isActive()


@pytest.fixture
def papers(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    player = Player(Session(ONE), [], tmp_path / "engine.log")
    yield Papers(window, player, Keeper(player, None, window))
    player.stop()


def test_what_is_saved_can_be_opened_again(papers, tmp_path):
    said = []
    papers.said.connect(lambda kind, values: said.append(kind))
    file = tmp_path / "ü 漢.json"
    papers.write(str(file))
    assert read_recipe(file) == ONE
    papers.load(str(file))
    papers.copy()
    assert QApplication.clipboard().text().encode() == file.read_bytes()
    assert said == ["file_saved"]


@pytest.mark.parametrize(
    "text", ["", "{", '{"data": {"name": "nothing"}}', "[" * 100_000, '{"data": {"name": "moons"}, "extra": 1}'], ids=range(5)
)
def test_a_file_that_is_no_recipe_is_refused_and_the_old_one_stays(papers, tmp_path, text):
    said = []
    papers.said.connect(lambda kind, values: said.append(values["reason"]))
    file = tmp_path / "bad.json"
    file.write_text(text)
    papers.load(str(file))
    (reason,) = said
    assert str(file) in reason
    assert "\n" not in reason


def test_a_folder_that_cannot_be_written_is_named(papers, tmp_path):
    said = []
    papers.said.connect(lambda kind, values: said.append((kind, values["file"])))
    papers.write(str(tmp_path / "nowhere" / "x.json"))
    assert said == [("file_refused", str(tmp_path / "nowhere" / "x.json"))]


def test_a_broken_settings_file_costs_nothing_but_the_memory(tmp_path):
    for content in (b"", b"\x00\xff" * 500, b"[General]\ntheme=@Variant(\\0)\ngeometry=5\n", b"theme=purple"):
        (tmp_path / "window.ini").write_bytes(content)
        memory = Memory(tmp_path)
        assert memory.text("theme", ("dark", "light")) == "dark"
        assert memory.data("geometry").isEmpty()


def test_the_same_error_a_hundred_times_is_said_once_and_counted(monkeypatch, caplog):
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("threading.excepthook", None)
    said = []
    troubles = Troubles(said.append)
    with caplog.at_level(logging.ERROR):
        for _ in range(100):
            try:
                raise ValueError("again")
            except ValueError as error:
                troubles.caught(type(error), error, error.__traceback__)
    assert said == ["ValueError: again"]
    assert list(troubles.counts.values()) == [100]
    assert len(caplog.records) == 1


def test_parameters_are_named_as_the_form_names_them():
    assert label_of(ONE, "model.width") == "Width"
    assert label_of(ONE, "model.kind") == "Model"
    assert label_of(ONE, "dae.objective.sigma") == "Noise"
    assert label_of(ONE, "seed") == "Seed"
