# SPDX-License-Identifier: MIT
"""A step that takes long holds nobody up: between its micro-batches the engine listens, moves points and shows frames."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.protocol.messages import Change, Changed, Flow, Frame, Paused, Play, Spawn, Started, Step
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.stage import Stage
from tests.driving import Driver, experiment

PARTS = 10
LONG = experiment("moons", "dae", training={"batch": 100, "micro_batch": 100 // PARTS}, flow={"eta": 0.01})
POINTS = Spawn(xy=np.random.default_rng(1).normal(size=(300, 2)).astype(np.float32))
STAGE = (Panel(key="stage", probe=Stage()),)


def sleepy(nap_s: float) -> Driver:
    """An engine that sleeps in every micro-batch; each of its steps has PARTS of them."""
    return Driver(argv=[sys.executable, "-m", "tests.sleepy", str(nap_s)])


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])


def test_a_command_is_answered_in_the_midst_of_a_step():
    with sleepy(0.2) as engine:
        engine.build(LONG)
        engine.send(Step(count=1))
        engine.until(Started)
        engine.send(Change(lane="dae", values={"objective.sigma": 0.5}))
        assert engine.until(Changed).step == 0
        assert engine.until(Paused).steps == {"dae": 1}


def test_points_move_and_frames_come_in_the_midst_of_a_step():
    with sleepy(0.05) as engine:
        engine.build(LONG, STAGE)
        engine.send(POINTS, Flow(running=True, updates_per_s=60))
        engine.train(4)
        shown = [frame.lanes[0].step for frame in engine.frames if frame.training and "stage" in frame.pictures]
        assert max(shown.count(step) for step in range(4)) > 2


@pytest.mark.bench
def test_steps_of_70_ms_leave_50_frames_a_second_and_answers_within_50_ms():
    with sleepy(0.007) as engine:
        engine.build(LONG, STAGE)
        engine.send(POINTS, Flow(running=True, updates_per_s=60), Play())
        engine.until(Frame, lambda frame: frame.training and frame.lanes[0].step > 3)
        since, seen = time.perf_counter(), len(engine.frames)
        waits = []
        for number in range(40):
            asked = time.perf_counter()
            engine.send(Change(lane="dae", values={"objective.sigma": 0.3 + number / 1000}))
            engine.until(Changed)
            waits.append(time.perf_counter() - asked)
            engine.until(Frame)
            engine.until(Frame)
        rate = (len(engine.frames) - seen) / (time.perf_counter() - since)
        assert rate >= 50
        assert max(waits) <= 0.05
