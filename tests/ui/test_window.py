# SPDX-License-Identifier: MIT
"""The window over a real engine: by keys, by mouse, through a death of the engine, at every size."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from itertools import dropwhile

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from engine.protocol.messages import PROTOCOL, Build, Built, Change, Changed, Paused, Spawn, Started, Watch
from engine.protocol.payloads import Points
from engine.protocol.version import APP
from ui.controls.buttons import Button
from ui.housekeeping import Troubles
from ui.views.plane import PlaneView

SIZES = [(1024, 768), (1280, 800), (1920, 1080)]


@pytest.fixture(autouse=True)
def settled(request):
    """Each test begins with a paused engine in the chapter `update`, nothing covered."""
    if "stage" not in request.fixturenames:
        return
    stage = request.getfixturevalue("stage")
    stage.until(lambda: stage.heard(Built))
    stage.until(lambda: stage.window.desk.panels.seen)
    if stage.player.session.key != "update":
        stage.window.lecture.open("update")
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing)
    stage.window.desk.panels.restore()
    stage.window.setFocus()
    stage.until(stage.window.isActiveWindow)


def press(stage, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(stage.window, key, modifier)


def train(stage, steps=20):
    """Play until some steps are done, and pause."""
    start = stage.step
    stage.player.troupe.play()
    stage.until(lambda: stage.step >= start + steps)
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing and stage.step == max(stage.heard(Paused)[-1].steps.values()))


def plane(stage) -> PlaneView:
    return next(frame.view for frame in stage.window.desk.panels.seen if isinstance(frame.view, PlaneView))


def test_space_plays_and_pauses_and_the_counter_runs(stage):
    before = stage.step
    press(stage, Qt.Key.Key_Space)
    stage.until(lambda: stage.player.troupe.playing and stage.step > before)
    press(stage, Qt.Key.Key_Space)
    stage.until(lambda: not stage.player.troupe.playing)
    assert stage.window.deeds["play"].text() == "Play"


def test_right_arrow_trains_a_single_step(stage):
    stage.until(lambda: stage.step >= 0)

    def right() -> int:
        """Where it rests after the key: by the pause after this start, for the answer to one before may be under way."""
        before = len(stage.said)
        press(stage, Qt.Key.Key_Right)

        def rest() -> Paused | None:
            since_start = dropwhile(lambda event: not isinstance(event, Started), stage.said[before:])
            return next((event for event in since_start if isinstance(event, Paused)), None)

        stage.until(rest)
        return max(rest().steps.values())

    before = right()
    assert right() == before + 1
    stage.until(lambda: stage.step == before + 1 and not stage.player.troupe.playing)


def test_keys_do_nothing_while_somebody_types(stage):
    train(stage)
    before, sent = stage.step, len(stage.sent)
    field = stage.window.desk.form.rows["objective.sigma"].findChild(QLineEdit)
    field.setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_Right, Qt.Key.Key_C, Qt.Key.Key_1, Qt.Key.Key_B, Qt.Key.Key_Period):
        QTest.keyClick(field, key)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert stage.sent[sent:] == []
    assert stage.step == before
    assert not stage.window.deeds["blank"].isChecked()


def test_a_live_value_reaches_the_running_network(stage):
    sent = len(stage.sent)
    stage.player.edit("objective.sigma", 0.37)
    assert stage.sent[sent:] == [Change(lane="dae", values={"objective.sigma": 0.37})]
    stage.until(lambda: any(event.value == 0.37 for event in stage.heard(Changed)))
    stage.window.deeds["undo"].trigger()
    stage.until(lambda: stage.heard(Changed)[-1].value == 0.25)


def test_a_rebuild_says_so_and_undo_brings_recipe_weights_and_curves_back(stage):
    train(stage, 40)
    step, state = stage.step, stage.player.session.state
    losses = stage.player.reel.now().past.series("dae", "loss")
    builds = len(stage.heard(Built))
    stage.player.edit("model.width", 33)
    assert "starts again" in stage.window.desk.banner.text
    stage.until(lambda: len(stage.heard(Built)) > builds and stage.step == 0)
    assert stage.heard(Built)[-1].lanes[0].widths == (2, 33, 33, 33, 2)
    stage.window.desk.banner.button.click()
    assert stage.player.session.state == state
    stage.until(lambda: stage.heard(Built)[-1].lanes[0].revived and stage.step >= step)
    again = stage.player.reel.now().past.series("dae", "loss")
    assert np.array_equal(again.steps[: len(losses.steps)], losses.steps)


def test_reset_goes_to_step_0_and_undo_comes_back(stage):
    train(stage)
    step = stage.step
    press(stage, Qt.Key.Key_R)
    stage.until(lambda: stage.step == 0)
    press(stage, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    stage.until(lambda: stage.step == step)


def test_a_refused_value_stands_beside_its_field_and_nothing_is_sent(stage):
    sent = len(stage.sent)
    stage.window.desk.form.edited.emit("training.batch", 601, False)
    assert "600 training examples" in stage.window.desk.form.rows["training.batch"].refusal
    assert stage.sent[sent:] == []


def test_a_click_on_the_stage_puts_a_point_there(stage):
    view = plane(stage)
    stage.until(lambda: view.picture is not None)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.camera().room.center().toPoint())
    assert isinstance(stage.sent[-1], Spawn)

    def points() -> int:
        layers = view.picture.layers if view.picture is not None else ()
        return sum(len(layer.xy) for layer in layers if isinstance(layer, Points) and layer.name == "points")

    stage.until(lambda: points() == 1)
    press(stage, Qt.Key.Key_C)
    stage.until(lambda: points() == 0)


def test_hidden_panels_are_not_watched(stage):
    panels = stage.window.desk.panels
    everything = {frame.place.key for frame in panels.seen}
    stages = {frame.place.key for frame in panels.seen if frame.place.place == "stage"}
    panels.enlarge(next(iter(stages)))
    assert {panel.key for panel in stage.sent[-1].panels} == stages
    press(stage, Qt.Key.Key_Escape)
    assert isinstance(stage.sent[-1], Watch)
    assert {panel.key for panel in stage.sent[-1].panels} == everything


def test_a_closed_panel_comes_back_by_its_name(stage):
    panels = stage.window.desk.panels
    key = next(frame.place.key for frame in panels.seen if frame.place.place == "below")
    panels.frames[key].closed.emit(key)
    assert key not in {panel.key for panel in stage.sent[-1].panels}
    stage.window.deeds.panels.aboutToShow.emit()
    action = next(action for action in stage.window.deeds.panels.actions() if action.text() == panels.frames[key].title)
    action.setChecked(True)
    assert key in {panel.key for panel in stage.sent[-1].panels}


def test_the_timeline_shows_what_was_seen_and_comes_back_to_now(stage):
    train(stage, 30)
    run = stage.player.session.state.run_id
    count = stage.player.reel.count(run)
    stage.window.desk.timeline.scrub.go(count // 2)
    shown = stage.player.reel.at(count // 2, run)
    assert plane(stage).picture is shown.pictures.get(plane(stage).panel.key)
    assert not stage.window.showing.live
    stage.window.desk.timeline.scrub.go_live()
    assert stage.window.showing.live


def test_the_remote_turns_the_steps_and_then_the_chapter_which_is_found_as_it_was_left(stage):
    train(stage)
    step, reader = stage.step, stage.window.desk.reader
    stage.window.lecture.open("update", step=0)
    steps = len(stage.window.lecture.chapter.steps)
    for index in range(steps):
        assert reader.step == index
        press(stage, Qt.Key.Key_PageUp if index < 0 else Qt.Key.Key_PageDown)
    keys = [chapter.key for chapter in stage.window.lecture.chapters]
    last = keys.index("update") == len(keys) - 1
    if last:
        assert stage.player.session.key == "update"
        press(stage, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert stage.player.session.key != "update"
    stage.until(lambda: stage.step >= 0)
    stage.window.lecture.open("update")
    stage.until(lambda: stage.step == step)


def test_a_digit_switches_a_layer_of_the_stage(stage):
    view = plane(stage)
    stage.until(lambda: view.picture is not None)
    press(stage, Qt.Key.Key_1)
    assert len(view.chips.off) == 1
    press(stage, Qt.Key.Key_1)
    assert not view.chips.off


def test_projector_mode_is_larger_has_no_menu_bar_and_ends_with_escape(stage):
    press(stage, Qt.Key.Key_F11)
    assert stage.window.appearance.theme.projecting
    assert not stage.window.menuBar().isVisible()
    press(stage, Qt.Key.Key_Escape)
    assert not stage.window.appearance.theme.projecting
    assert stage.window.menuBar().isVisible()
    stage.window.resize(1280, 800)


def test_a_narrow_window_shows_recipe_or_text_but_not_both(stage):
    deeds, desk = stage.window.deeds, stage.window.desk
    stage.window.appearance.set_projecting(True)
    stage.window.resize(1024, 768)
    try:
        stage.until(lambda: not desk.form.isVisible())
        assert desk.reader.isVisible()
        deeds["recipe"].trigger()
        assert (desk.form.isVisible(), desk.reader.isVisible()) == (True, False)
        deeds["reader"].trigger()
        assert (desk.form.isVisible(), desk.reader.isVisible()) == (False, True)
    finally:
        stage.window.appearance.set_projecting(False)
        stage.window.resize(1280, 800)
    stage.until(lambda: desk.form.isVisible() and desk.reader.isVisible())


def test_escape_uncovers_one_thing_after_the_other(stage):
    deeds = stage.window.deeds
    press(stage, Qt.Key.Key_Question)
    press(stage, Qt.Key.Key_B)
    assert deeds["keys"].isChecked()
    assert deeds["blank"].isChecked()
    press(stage, Qt.Key.Key_Escape)
    assert (deeds["blank"].isChecked(), deeds["keys"].isChecked()) == (False, True)
    press(stage, Qt.Key.Key_Escape)
    assert not deeds["keys"].isChecked()


def test_an_error_in_a_slot_becomes_one_sentence_and_the_window_goes_on(stage):
    hook = sys.excepthook
    said = []
    try:
        troubles = Troubles(lambda reason: (said.append(reason), stage.window.notices.say("trouble", {"reason": reason})))
        for _ in range(3):
            try:
                raise KeyError("lost")
            except KeyError as error:
                sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.excepthook = hook
    assert said == ["KeyError: 'lost'"]
    assert list(troubles.counts.values()) == [3]
    assert "Something went wrong" in stage.window.desk.banner.text
    train(stage, 2)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("projecting", [False, True], ids=["desk", "projector"])
def test_nothing_overlaps_and_nothing_is_cut_in_any_chapter(stage, size, projecting):
    stage.window.appearance.set_projecting(projecting)
    stage.window.resize(*size)
    try:
        for chapter in stage.window.lecture.chapters:
            stage.window.lecture.open(chapter.key)
            for offered in (True, False):  # as if the pointer were on every panel, then on none
                for frame in stage.window.desk.panels.seen:
                    frame.head.show_buttons(offered)
                with contextlib.suppress(AssertionError):  # layouts settle within a few turns of the loop
                    stage.until(lambda: not faults(stage.window), patience_s=3.0)
                assert (chapter.key, faults(stage.window)) == (chapter.key, [])
            assert stage.window.size().toTuple() == size
    finally:
        stage.window.appearance.set_projecting(False)
        stage.window.resize(1280, 800)


def faults(window: QWidget) -> list[str]:
    """What is cut off by its parent or lies over its neighbor, of all that can be seen and has words or pictures."""
    found = []
    desk = window.desk
    groups = [
        [child for child in desk.bar.children() if isinstance(child, QWidget) and child.isVisible()],
        list(desk.panels.seen),
        [part for part in (desk.form, desk.panels, desk.reader) if part.isVisible()],
        [child for child in desk.timeline.children() if isinstance(child, QWidget) and child.isVisible()],
    ]
    for group in groups:
        rects = [(type(w).__name__, QRect(w.mapTo(window, QPoint(0, 0)), w.size())) for w in group]
        found += [f"{name} leaves the window" for name, rect in rects if not window.rect().contains(rect)]
        found += [
            f"{a} lies over {b}"
            for k, (a, one) in enumerate(rects) for b, other in rects[k + 1 :] if one.intersects(other)
        ]  # fmt: skip
    for button in desk.findChildren(Button):
        if button.isVisible() and not button.visibleRegion().isEmpty():
            needed = button.minimumSizeHint() if button.minimumSizeHint().isValid() else button.sizeHint()
            if button.width() < needed.width():
                found.append(f"“{button.accessibleName()}” is cut")
    return found


def test_the_window_stands_before_the_engine_and_says_what_is_happening(stage_for):
    stage = stage_for()
    assert stage.window.isVisible()
    assert stage.window.desk.banner.text == "Warming up the engine…"
    stage.until(lambda: stage.heard(Built) and not stage.window.desk.banner.isVisible())


def test_a_killed_engine_is_said_and_goes_on_from_its_checkpoint_at_a_click(stage_for):
    stage = stage_for("training")
    stage.until(lambda: stage.heard(Built))
    stage.player.troupe.play()
    stage.until(lambda: [event for event in stage.said if type(event).__name__ == "Saved" and max(event.steps.values()) > 0])
    stage.player.edit("objective.beta", 2.5)
    saved = max(max(event.steps.values()) for event in stage.said if type(event).__name__ == "Saved")
    os.kill(stage.player.troupe.hello.pid, signal.SIGKILL)
    stage.until(lambda: "signal 9" in stage.window.desk.banner.text)
    assert not stage.player.troupe.playing
    builds = [command for command in stage.sent if isinstance(command, Build)]
    stage.window.desk.banner.button.click()
    stage.until(lambda: stage.player.troupe.playing and stage.step > saved)
    assert [command for command in stage.sent if isinstance(command, Build)] == builds
    assert stage.player.troupe.deaths == 1


def test_an_engine_that_cannot_start_is_said_with_its_log(stage_for):
    stage = stage_for(argv=[sys.executable, "-c", "import sys; sys.exit(7)"])
    stage.until(lambda: "could not start" in stage.window.desk.banner.text)
    assert "engine.log" in stage.window.desk.banner.text
    assert stage.window.isVisible()


def test_an_engine_of_another_version_is_one_clear_sentence(stage_for):
    older = "import sys, engine.protocol.version as v; v.APP = '0.0.9'; import main; sys.exit(main.main(['engine']))"
    stage = stage_for(argv=[sys.executable, "-c", older])
    stage.until(lambda: "this window is" in stage.window.desk.banner.text)
    assert stage.window.desk.banner.text == (
        f"The engine is Attractor 0.0.9 (protocol {PROTOCOL}), this window is Attractor {APP} (protocol {PROTOCOL}); "
        "update the older of the two."
    )
    assert stage.window.desk.banner.button.text() == "Try again"
    assert not stage.heard(Built)


def test_a_command_that_does_not_exist_is_said_too(stage_for):
    stage = stage_for(argv=["/nowhere/engine"])
    stage.until(lambda: "could not start" in stage.window.desk.banner.text)
