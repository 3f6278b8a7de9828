# SPDX-License-Identifier: MIT
"""The window over an engine that is killed, stopped, hangs, lies or is deaf, in every state that the window can be in."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest
from PySide6.QtCore import QTimer

from engine.protocol.messages import Built, Frame, Paused, Resumed, Saved
from engine.protocol.places import own_command
from tests.driving import experiment
from tests.faults.conftest import by_night, children, wait_until, wicked
from tests.faults.test_kills import Watched
from tests.ui.conftest import Stage
from ui.player import Player
from ui.session import Session
from ui.watchdog import BEAT_MS, LOG, PATIENCE, Watchdog

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")


def warming_up(stage: Stage) -> None:
    stage.player.start()
    stage.until(lambda: stage.player.troupe._thread._process is not None)


def paused(stage: Stage) -> None:
    if stage.player.troupe.playing:
        stage.player.troupe.pause()
        stage.until(lambda: not stage.player.troupe.playing)


def playing(stage: Stage) -> None:
    if not stage.player.troupe.playing:
        stage.player.troupe.play()
    start = stage.step
    stage.until(lambda: stage.player.troupe.playing and stage.step > start)


def in_slow_motion(stage: Stage) -> None:
    stage.window.deeds["pace"].trigger()
    stage.window.deeds["pace"].trigger()
    playing(stage)


def stepping(stage: Stage) -> None:
    paused(stage)
    stage.player.troupe.step(100_000)
    stage.until(lambda: stage.player.troupe.playing)


def flowing(stage: Stage) -> None:
    stage.window.deeds["release"].trigger()
    now = stage.player.reel.now
    stage.until(lambda: now() is not None and now().moving > 0)


def rewound(stage: Stage) -> None:
    playing(stage)
    stage.window.desk.timeline.scrub.go(0)
    assert not stage.window.showing.live


def branched(stage: Stage) -> None:
    rewound(stage)
    builds = len(stage.heard(Built))
    stage.window.deeds["branch"].trigger()
    stage.until(lambda: len(stage.heard(Built)) > builds)


def just_reset(stage: Stage) -> None:
    stage.window.deeds["reset"].trigger()


def comparing(stage: Stage) -> None:
    builds = len(stage.heard(Built))
    stage.window.deeds["compare"].trigger()
    stage.until(lambda: len(stage.heard(Built)) > builds)
    playing(stage)


def in_another_chapter(stage: Stage) -> None:
    builds = len(stage.heard(Built))
    stage.window.deeds["next_chapter"].trigger()
    stage.until(lambda: len(stage.heard(Built)) > builds)
    playing(stage)


def projecting(stage: Stage) -> None:
    stage.window.deeds["blank"].trigger()
    playing(stage)


STATES = (warming_up, paused, playing, in_slow_motion, stepping, flowing, rewound, branched, just_reset, comparing,
          in_another_chapter, projecting)  # fmt: skip


def in_step(stage: Stage) -> bool:
    """Whether the engine says that it plays what the session holds."""
    state = stage.player.session.state
    for event in reversed(stage.said):
        if isinstance(event, Built):
            return (event.run_id, tuple(lane.build for lane in event.lanes)) == (state.run_id, state.builds)
        if isinstance(event, Resumed):
            return (event.run_id, event.builds) == (state.run_id, state.builds)
    return False


@pytest.mark.parametrize("states", [
    (paused, rewound, comparing), pytest.param(STATES, marks=[pytest.mark.nightly, pytest.mark.timeout(3000)]),
], ids=len)  # fmt: skip
def test_an_engine_killed_in_every_state_of_the_window_is_said_and_goes_on_at_a_click(no_process_left, stage_for, states):
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    playing(stage)
    stage.until(lambda: stage.heard(Saved))
    before = children()
    for state in states:
        state(stage)
        troupe = stage.player.troupe
        deaths = troupe.deaths
        pid = troupe._thread._process.process.pid
        os.kill(pid, signal.SIGKILL)
        stage.until(lambda troupe=troupe, deaths=deaths: troupe.deaths == deaths + 1)
        banner = stage.window.desk.banner
        assert not banner.isHidden(), state.__name__
        assert "signal 9" in banner.text or "could not start" in banner.text or "hello" in banner.text, (state, banner.text)
        assert banner.button.text() in ("Go on from there", "Start it again", "Try again"), state.__name__
        assert not troupe.playing
        stage.said.clear()
        banner.button.click()
        stage.until(lambda: in_step(stage))
        if stage.window.deeds["blank"].isChecked():
            stage.window.deeds["blank"].trigger()
        stage.window.showing._player.troupe.set_pace(0.0)
        playing(stage)
        assert len(children() - before) <= 1
    stage.close()


@pytest.fixture
def hasty(stage_for):
    """A window whose watchdog counts twentieths of seconds."""

    def make(argv: list[str] | None = None) -> Stage:
        stage = stage_for("update", argv)
        stage.window.notices.watchdog._timer.setInterval(50)
        stage.window.notices.watchdog.log_to(stage.folder)
        return stage

    return make


def said(stage: Stage, words: str) -> bool:
    banner = stage.window.desk.banner
    return not banner.isHidden() and words in banner.text


def test_a_stopped_engine_is_said_and_when_it_speaks_again_nothing_is_forced(hasty):
    stage = hasty()
    stage.until(lambda: stage.heard(Built))
    playing(stage)
    os.kill(stage.player.troupe.hello.pid, signal.SIGSTOP)
    stage.until(lambda: said(stage, "has said nothing for"))
    assert stage.window.desk.banner.button.text() == "Force restart"
    assert "window.py" in (stage.folder / LOG).read_text() or "conftest.py" in (stage.folder / LOG).read_text()
    os.kill(stage.player.troupe.hello.pid, signal.SIGCONT)
    stage.until(lambda: stage.window.desk.banner.isHidden())
    start = stage.step
    stage.until(lambda: stage.step > start)
    assert stage.player.troupe.deaths == 0


@pytest.mark.parametrize("fault", ["stopped", *by_night("hangs", "hangs_with_the_lock")])
def test_an_engine_that_hangs_is_forced_and_goes_on_from_its_checkpoint(hasty, fault, tmp_path):
    argv = None if fault == "stopped" else wicked(fault, 400, session=tmp_path)
    stage = hasty(argv)
    stage.until(lambda: stage.heard(Built))
    stage.player.troupe.step(300)
    stage.until(lambda: any(max(event.steps.values()) == 300 for event in stage.heard(Saved)))
    stage.player.troupe.play()
    if argv is None:
        playing(stage)
        os.kill(stage.player.troupe.hello.pid, signal.SIGSTOP)
    stage.until(lambda: said(stage, "has said nothing for"))
    stage.player.troupe._argv = (*own_command(), "engine", "--session", str(tmp_path), "--threads", "1")
    before = stage.player.troupe.hello.pid
    stage.said.clear()
    stage.window.desk.banner.button.click()
    stage.until(lambda: stage.heard(Resumed))
    assert max(stage.heard(Resumed)[0].steps.values()) >= 300
    stage.until(lambda: stage.player.troupe.playing and stage.step > 400)
    assert before not in children()


def test_a_silence_is_counted_in_beats_so_that_a_computer_that_slept_has_not_waited(stage_for):
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    watchdog = stage.window.notices.watchdog
    watchdog._timer.stop()
    stage.player._timer.stop()
    stage.player.troupe.owing = True
    watchdog.beat()
    for _ in range(PATIENCE - 1):
        watchdog.beat()
    assert not said(stage, "has said nothing")
    watchdog.beat()
    assert said(stage, f"has said nothing for {PATIENCE * BEAT_MS // 1000} s")
    stage.player.troupe.owing = False
    watchdog.beat()
    assert stage.window.desk.banner.isHidden()


def test_an_engine_that_rests_owes_nothing(stage_for):
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built) and not stage.player.troupe.owing)
    playing(stage)
    assert stage.player.troupe.owing
    paused(stage)
    assert not stage.player.troupe.owing


@pytest.mark.parametrize("fault", ["hangs", *by_night("stopped", "never_syncs", "is_mute")])
def test_a_window_whose_engine_does_not_answer_closes_all_the_same(no_process_left, stage_for, fault, tmp_path):
    argv = None if fault == "stopped" else wicked(fault, 5, session=tmp_path)
    stage = stage_for("update", argv)
    if fault == "is_mute":
        stage.until(lambda: stage.player.troupe._thread._process is not None)
    else:
        stage.until(lambda: stage.heard(Built))
        stage.player.troupe.play()
        stage.until(lambda: stage.player.troupe.playing)
    if fault == "stopped":
        os.kill(stage.player.troupe.hello.pid, signal.SIGSTOP)
    since = time.monotonic()
    stage.close()
    assert stage.player.troupe.strays == 0
    assert time.monotonic() - since < 20, "bounded; how fast is measured by the nightly run"


@pytest.mark.parametrize("fault", ["dies_in_mid_frame", *by_night("sends_garbage", "sends_no_message")])
def test_garbage_in_place_of_a_frame_is_the_end_of_that_engine_and_not_of_the_window(stage_for, fault, tmp_path):
    stage = stage_for("update", wicked(fault, 20, session=tmp_path))
    stage.until(lambda: stage.heard(Built))
    stage.player.troupe.play()
    stage.until(lambda: stage.player.troupe.deaths == 1)
    assert "engine stopped" in stage.window.desk.banner.text
    stage.player.troupe._argv = (*own_command(), "engine", "--session", str(tmp_path), "--threads", "1")
    stage.window.deeds["play"].trigger()  # as good as the button: an engine that died is wanted again
    stage.until(lambda: stage.player.troupe.playing)
    start = stage.step
    stage.until(lambda: stage.step > start)


def test_a_flood_of_frames_leaves_the_newest_few(stage_for, tmp_path):
    stage = stage_for("update", wicked("floods", session=tmp_path))
    stage.until(lambda: stage.heard(Built))
    playing(stage)
    stage.player._timer.stop()  # the window stalls
    end = time.monotonic() + 0.5
    stage.until(lambda: time.monotonic() > end)
    frames = stage.player.troupe.take()
    assert 0 < len(frames) <= 8
    assert all(isinstance(frame, Frame) for frame in frames)


def test_a_stalled_window_holds_two_frames_and_catches_up_without_losing_a_step(stage_for):
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    playing(stage)
    stage.player._timer.stop()
    end = time.monotonic() + 1.0
    stage.until(lambda: time.monotonic() > end)
    assert len(stage.player.troupe._thread._frames) <= 2
    stage.player._timer.start()
    paused(stage)
    stage.until(lambda: stage.step == max(stage.heard(Paused)[-1].steps.values()))
    past = stage.player.reel.now().past
    lane = stage.player.reel.now().lanes[0].name
    assert past.series(lane, "loss").steps[-1] == stage.step


@pytest.mark.parametrize("place", ["paint", *by_night("slot")])
def test_an_error_in_every_frame_is_said_once_and_the_window_plays_on_and_leaves_in_order(place, tmp_path):
    lecture = Watched(tmp_path, "--bend", place, "--close-after", "60000")
    wait_until(lambda: lecture.said("troubles") or lecture.process.poll() is not None)
    lecture.end()
    assert lecture.process.returncode == 0, lecture.errors
    counts = next(int(line.split()[1]) for _, line in lecture.lines if line.startswith("troubles"))
    said = [line for _, line in lecture.lines if line.startswith("said")]
    assert counts >= 20
    assert said == ["said Something went wrong: RuntimeError: bent on purpose. The window goes on; the log has the details."]
    assert "Segmentation" not in lecture.errors
    log = next(tmp_path.glob("sessions/*/window.log")).read_text()
    assert log.count("bent on purpose") <= 3, "logged once, with its stack"


def test_a_run_that_waits_for_a_dead_engine_is_said_and_saved_at_the_next_try(stage_for, tmp_path):
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    playing(stage)
    stage.until(lambda: stage.heard(Saved))
    pid, file = stage.player.troupe.hello.pid, tmp_path / "mine.run"
    os.kill(pid, signal.SIGSTOP)
    stage.window.keeper.save_run(str(file))
    os.kill(pid, signal.SIGKILL)
    stage.until(lambda: said(stage, "was not written"))
    stage.said.clear()
    stage.window.desk.banner.button.click()
    stage.until(lambda: stage.heard(Resumed))
    stage.window.keeper.save_run(str(file))
    stage.until(file.exists)


def test_the_diagnostics_tell_versions_experiment_and_the_ends_of_the_logs(stage_for):
    from PySide6.QtWidgets import QApplication

    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    (stage.folder / "window.log").write_text("the last word\n")
    stage.window.deeds["diagnose"].trigger()
    text = QApplication.clipboard().text()
    for word in ("Attractor ", "torch ", '"moons"', "the last word", "engine.log", str(stage.folder)):
        assert word in text
    assert said(stage, "on the clipboard")


def test_a_watchdog_needs_no_window():
    player = Player(Session(experiment("moons", "dae")), ["/nowhere"], None)
    watchdog = Watchdog(player.troupe)
    assert isinstance(watchdog._timer, QTimer)
    watchdog.beat()
    assert watchdog.beats == 0
