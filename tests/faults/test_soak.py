# SPDX-License-Identifier: MIT
"""Hours of lecture in short: memory, threads, files and None's references do not grow; the window never holds its breath."""

from __future__ import annotations

import gc
import sys
import time

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QObject

from engine.protocol.messages import Built, Frame, LaneState, Scalars
from tests.faults.conftest import open_files
from tests.ui.conftest import Stage
from ui.reel import BUDGET

WARM_UP = 0.3  #: of the time
HISTORY_MB = 96  #: the engine's snapshots
FRAMES = 5000


class Gauge:
    """What a process takes, again and again."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.engine = stage, psutil.Process(stage.player.troupe.hello.pid)
        self.own = psutil.Process()
        self.rows: list[tuple[float, ...]] = []
        self.ticks: list[float] = []
        stage.player.ticked.connect(lambda news: self.ticks.append(time.perf_counter()))

    def read(self) -> None:
        """One row: time, MB of window and engine, threads and files of both, Qt's objects, None's references."""
        gc.collect()
        with self.own.oneshot(), self.engine.oneshot():
            self.rows.append((
                time.monotonic(), self.own.memory_info().rss / 2**20, self.engine.memory_info().rss / 2**20,
                self.own.num_threads(), self.engine.num_threads(), open_files(), self.engine.num_fds(),
                len(self.stage.window.findChildren(QObject)), sys.getrefcount(None),
            ))  # fmt: skip


def soak(stage: Stage, seconds: float) -> Gauge:
    """Play, with hands on it: release points, turn a knob, look back, come forward, again and again."""
    stage.until(lambda: stage.heard(Built))
    stage.player.troupe.play()
    gauge = Gauge(stage)
    begin, turn = time.monotonic(), 0
    while time.monotonic() - begin < seconds:
        turn += 1
        deeds = stage.window.deeds
        (deeds["release"] if turn % 3 else deeds["clear"]).trigger()
        stage.player.edit("objective.sigma", 0.2 + 0.01 * (turn % 30))
        stage.window.desk.timeline.scrub.go(turn % 7)
        until = time.monotonic() + 0.4
        stage.until(lambda until=until: time.monotonic() > until)
        stage.window.desk.timeline.scrub.go_live()
        until = time.monotonic() + 0.1
        stage.until(lambda until=until: time.monotonic() > until)
        stage.said.clear()
        stage.sent.clear()
        gauge.read()
    return gauge


def held(gauge: Gauge) -> dict[str, float]:
    """How much each figure grew between the end of the warm-up and the end of it all (medians of a tenth)."""
    rows = np.array(gauge.rows)[int(WARM_UP * len(gauge.rows)) :]
    part = max(1, len(rows) // 10)
    grown = np.median(rows[-part:], axis=0) - np.median(rows[:part], axis=0)
    names = "seconds", "window_mb", "engine_mb", "threads", "engine_threads", "files", "engine_files", "objects", "none"
    return dict(zip(names, grown.tolist(), strict=True))


@pytest.mark.parametrize("seconds", [60, pytest.param(600, marks=[pytest.mark.nightly, pytest.mark.timeout(1500)])])
def test_a_lecture_that_goes_on_and_on_takes_no_more(stage_for, seconds):
    stage = stage_for("update")
    gauge = soak(stage, seconds)
    grown, gaps = held(gauge), np.diff(gauge.ticks) * 1000
    print(f"\n{seconds} s: grown {({name: round(value, 1) for name, value in grown.items()})}; "
          f"gaps p50 {np.percentile(gaps, 50):.1f}, p99 {np.percentile(gaps, 99):.1f}, max {gaps.max():.0f} ms; "
          f"window {gauge.rows[-1][1]:.0f} MB, engine {gauge.rows[-1][2]:.0f} MB")  # fmt: skip
    assert grown["threads"] <= 0
    assert grown["engine_threads"] <= 0
    assert grown["files"] <= 1
    assert grown["engine_files"] <= 1
    assert grown["objects"] <= 20
    assert grown["window_mb"] < BUDGET / 2**20 + 20, "the reel, and no more"
    assert grown["engine_mb"] < HISTORY_MB + 40, "the snapshots, and no more"
    assert abs(grown["none"]) < 20_000 + 20 * seconds, "each moment that is kept refers to None a few times"
    assert stage.player.troupe.deaths == 0


def test_five_thousand_frames_in_a_row_leave_nones_references_where_they_were(stage_for):
    """PySide6 6.12 drops references to None and True on Python 3.11, and aborts after some hundred frames."""
    stage = stage_for("training")
    stage.until(lambda: stage.heard(Built))
    stage.player.troupe.step(30)
    stage.until(lambda: stage.step == 30)
    end = time.monotonic() + 1.5
    stage.until(lambda: time.monotonic() > end)  # every panel has had its turn
    moment = stage.player.reel.now()
    stage.player._timer.stop()
    stage.player.troupe.stop()
    lane, counts = moment.lanes[0], []

    def frame(number: int) -> Frame:
        steps = np.array([lane.step + number])
        scalars = Scalars(lane=lane.name, build=lane.build, steps=steps, seconds=steps / 1000, values={"loss": np.array([1.0])})
        state = LaneState(name=lane.name, build=lane.build, step=int(steps[0]), steps_per_s=60.0, train_s=1.0)
        pictures = dict(moment.pictures) if number % 10 == 0 else {}
        return Frame(run_id=moment.run_id, number=number, training=True, lanes=(state,), scalars=(scalars,), pictures=pictures)

    for number in range(1, FRAMES + 1):
        stage.player.reel.add(frame(number))
        stage.player.framed.emit(stage.player.reel.now(moment.run_id))
        if number % 10 == 0:
            stage.window.desk.panels.repaint()
        if number % 1000 == 0:
            gc.collect()
            counts.append((sys.getrefcount(None), sys.getrefcount(True), sys.getrefcount(False)))
    print(f"\nreferences to None, True, False after each thousand frames: {counts}")
    # A dropped reference each call would take thousands away; what is kept in the reel adds some.
    assert all(abs(later - sooner) < 30_000 for sooner, later in zip(counts[1], counts[-1], strict=True))
    assert min(min(count) for count in counts) > 50
