# SPDX-License-Identifier: MIT
"""Kills at random moments, of the engine and of the window: nothing is lost but seconds, and nobody is left behind.

The mass runs are for the night: `python -m pytest -m nightly tests/faults`. A few of each run every time.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from engine.archive import load_checkpoint
from engine.protocol.messages import Built, Resumed, Saved
from tests.faults.conftest import children, wait_until
from ui.recovery import AUTOSAVE, CHECKPOINTS

LECTURE = [sys.executable, str(Path(__file__).with_name("lecture.py"))]
CLEAN = re.compile(r"Traceback|Destroyed while|QThread|Fatal|Aborted|Segmentation")
OLDEST_S = 20.0


def progress(number: int, count: int, what: str) -> None:
    """A line for the log of the night."""
    if count > 2:
        print(f"{number}/{count} {what}", flush=True)


def newest_step(stage) -> int:
    """The step of the last checkpoint that the engine said it saved."""
    return max((max(event.steps.values()) for event in stage.heard(Saved)), default=0)


def kill_and_go_on(stage, chance: random.Random) -> str:
    """Kill the engine at a random moment of its life, see it said, click, see it play on."""
    troupe, folder = stage.player.troupe, stage.folder
    moment = chance.choice(["starting", "building", "playing", "playing", "paused"])
    if moment == "starting":
        pid = troupe._thread._process.process.pid if troupe._thread and troupe._thread._process else None
        stage.until(lambda: troupe._thread._process is not None)
        pid = troupe._thread._process.process.pid
    else:
        stage.until(lambda: stage.heard(Built) or stage.heard(Resumed))
        pid = troupe.hello.pid
        if moment != "building":
            if not troupe.playing:
                troupe.play()
            stage.until(lambda: troupe.playing)
            end = time.monotonic() + chance.uniform(0.0, 0.8)
            stage.until(lambda: time.monotonic() > end)
        if moment == "paused":
            troupe.pause()
    deaths, saved = troupe.deaths, newest_step(stage)
    os.kill(pid, signal.SIGKILL)
    stage.until(lambda: troupe.deaths > deaths)
    if any((folder / name).exists() for name in CHECKPOINTS):
        kept = load_checkpoint(folder)  # never a corrupt file
        assert max(lane.step for lane in kept.lanes) >= saved, "older than what was said to be saved"
    stage.said.clear()
    assert stage.window.desk.banner.button.isVisible(), stage.window.desk.banner.text
    stage.window.desk.banner.button.click()
    return moment


@pytest.mark.parametrize("count", [1, pytest.param(200, marks=[pytest.mark.nightly, pytest.mark.timeout(5000)])])
def test_kills_of_the_engine_at_random_moments(no_process_left, stage_for, count):
    stage, chance = stage_for("update"), random.Random(count)
    before, oldest, moments = children(), 0.0, []
    for _ in range(count):
        moments.append(kill_and_go_on(stage, chance))
        ages = [time.time() - file.stat().st_mtime for name in CHECKPOINTS[:1] if (file := stage.folder / name).exists()]
        oldest = max(oldest, *ages, 0.0) if moments[-1] == "playing" else oldest
        progress(len(moments), count, f"killed while {moments[-1]}; the oldest checkpoint so far {oldest:.1f} s")
    stage.until(lambda: stage.heard(Resumed) or stage.heard(Built))
    stage.player.troupe.play()
    start = stage.step
    stage.until(lambda: stage.step > start)
    assert stage.player.troupe.deaths == count
    assert len(children() - before) <= 1, "an engine was left behind"
    assert oldest < OLDEST_S
    print(f"\n{count} kills of the engine ({', '.join(f'{m} {moments.count(m)}' for m in sorted(set(moments)))}); "
          f"the oldest checkpoint of a playing run was {oldest:.1f} s old")


class Watched:
    """A lecture in a process of its own, and what it said."""

    def __init__(self, profile: Path, *words: str, **settings: str) -> None:
        self.process = subprocess.Popen([*LECTURE, str(profile), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **settings})  # fmt: skip
        self.lines: list[tuple[float, str]] = []
        self.errors = ""
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.strip()))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors = self.process.stderr.read()

    def figures(self, word: str) -> list[tuple[float, int]]:
        """When it said a word, and with which number."""
        return [(at, int(line.split()[1])) for at, line in list(self.lines) if line.startswith(word + " ")]

    def said(self, word: str) -> bool:
        return any(line.startswith(word) for _, line in list(self.lines))

    def end(self) -> None:
        """Read it to its end."""
        self.process.wait(30)
        for reader in self._readers:
            reader.join(30)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


def of_profile(profile: Path) -> list[int]:
    """The processes, zombies aside, that name a profile in their command."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(str(profile) in word for word in words):
            found.append(process.pid)
    return found


@pytest.mark.parametrize("count", [1, pytest.param(50, marks=[pytest.mark.nightly, pytest.mark.timeout(5000)])])
def test_kills_of_the_window_at_random_moments_lose_at_most_what_came_after_the_last_autosave(tmp_path, count):
    chance, recovered, lost_s = random.Random(count), 0, []
    for _ in range(count):
        first = Watched(tmp_path)
        wait_until(lambda first=first: first.said("kept") and len(first.figures("step")) > 5)
        time.sleep(chance.uniform(0.0, 3.0))  # the random moment
        first.process.kill()
        killed = time.monotonic()
        first.end()
        kept, steps = first.figures("kept"), first.figures("step")
        assert kept[-1][0] > killed - OLDEST_S
        wait_until(lambda: not of_profile(tmp_path), 20)  # the engine saw that the window is gone
        second = Watched(tmp_path)
        wait_until(lambda second=second: second.said("recovered"), 180)
        back = second.figures("recovered")[-1][1]
        recovered += 1
        progress(recovered, count, f"back at step {back}")
        lost_s.append(killed - max((at for at, step in steps if step <= back), default=steps[0][0]))
        wait_until(lambda second=second, back=back: any(step > back for _, step in second.figures("step")))
        second.process.send_signal(signal.SIGTERM)
        second.end()
        assert second.process.returncode == 0, second.errors
        assert not CLEAN.search(second.errors), second.errors
        assert not list(tmp_path.glob(f"sessions/{second.process.pid}/{AUTOSAVE}")), "it ended in order"
    assert recovered == count
    assert max(lost_s) < OLDEST_S
    print(f"\n{count} kills of the window, {recovered} recovered; at most {max(lost_s):.1f} s of training were lost")


@pytest.mark.parametrize("count", [1, pytest.param(100, marks=[pytest.mark.nightly, pytest.mark.timeout(5000)])])
def test_closing_the_window_at_random_moments_ends_at_once_and_without_a_word(tmp_path, count):
    chance, took = random.Random(count + 1), []
    for _ in range(count):
        lecture = Watched(tmp_path, "--close-after", str(chance.randrange(0, 5000)))
        wait_until(lambda lecture=lecture: lecture.said("closing") or lecture.process.poll() is not None)
        lecture.end()
        closing = [at for at, line in lecture.lines if line == "closing"]
        took.append(time.monotonic() - closing[0])
        progress(len(took), count, f"{took[-1]:.2f} s, exit code {lecture.process.returncode}")
        assert lecture.process.returncode == 0, lecture.errors
        assert not CLEAN.search(lecture.errors), lecture.errors
    assert not of_profile(tmp_path)
    print(f"\n{count} windows closed: the slowest took {max(took):.2f} s, the median {sorted(took)[len(took) // 2]:.2f} s")
    if count > 2:  # times are for the night, when nothing else runs
        assert max(took) < 3.0
