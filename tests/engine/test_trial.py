# SPDX-License-Identifier: MIT
"""`device: auto` of the window: a few steps on each device, and the fastest stands in the recipe."""

from __future__ import annotations

import pytest

from engine import device, trial
from engine.data import load
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.experiment import Experiment
from engine.repertoire import Repertoire


def experiment(**devices: str) -> Experiment:
    """A lane for each device that is named."""
    small = {"model": {"kind": "dae", "width": 8}}
    lanes = [{"name": name, "recipe": {**small, "training": {"threads": 1, "device": to}}} for name, to in devices.items()]
    return from_plain({"data": {"name": "moons", "n": 200}, "lanes": lanes})


def played(found: Experiment) -> Repertoire:
    repertoire = Repertoire()
    repertoire.play(1, found, tuple(range(len(found.lanes))))
    return repertoire


def devices_of(repertoire: Repertoire) -> list[str]:
    assert repertoire.experiment is not None
    return [lane.recipe.training.device for lane in repertoire.experiment.lanes]


@pytest.mark.parametrize(
    ("rates", "best"),
    [({"cuda": 900.0, "cpu": 2100.0}, "cpu"), ({"cuda": 900.0, "cpu": 30.0}, "cuda"), ({"cuda": 5.0, "cpu": 5.0}, "cuda"),
     ({"cuda": 0.0, "cpu": 1.0}, "cpu"), ({"cuda": 0.0, "cpu": 0.0}, "auto"), ({}, "auto")],
)  # fmt: skip
def test_the_fastest_device_is_taken_and_of_equals_the_preferred_one(rates, best):
    assert trial.fastest(rates) == best


def test_lanes_share_the_time_so_their_seconds_add_up(monkeypatch):
    monkeypatch.setattr(device, "present", lambda: ("cuda", "cpu"))
    speeds = {("A", "cuda"): 100.0, ("B", "cuda"): 100.0, ("A", "cpu"): 400.0, ("B", "cpu"): 25.0}
    lanes = experiment(A="auto", B="auto").lanes
    found = trial.rates(lanes, None, 0, lambda lane, data, seed: speeds[lane.name, lane.recipe.training.device])
    assert found == pytest.approx({"cuda": 100.0, "cpu": 2 / (1 / 400 + 1 / 25)})
    found = trial.rates(lanes, None, 0, lambda lane, data, seed: 0.0 if lane.name == "B" else 9.0)
    assert found == {"cuda": 0.0, "cpu": 0.0}


def test_a_device_that_is_not_there_has_no_speed_and_this_one_has():
    plain = experiment(A="auto")
    examples = load(plain.data, 0)
    assert trial.steps_per_s(trial.on(plain.lanes[0], "cpu"), examples, 0) > 0
    missing = next(name for name in ("cuda", "mps") if name not in device.present())
    assert trial.steps_per_s(trial.on(plain.lanes[0], missing), examples, 0) == 0


def test_what_was_left_open_is_tried_and_written_into_the_recipe_and_what_was_said_stays(monkeypatch):
    missing = next(name for name in ("cuda", "mps") if name not in device.present())
    monkeypatch.setattr(device, "present", lambda: (missing, "cpu"))  # so that the trial finds only one that works
    repertoire = played(experiment(A="auto", B="cpu"))
    assert devices_of(repertoire) == ["cpu", "cpu"]
    tried = repertoire.tried[0]
    assert (repertoire.tracks[0].run.device.type, tried[missing]) == ("cpu", 0.0)
    assert tried["cpu"] > 0


def test_where_there_is_only_one_device_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(device, "present", lambda: ("cpu",))
    monkeypatch.setattr(trial, "rates", lambda *_: pytest.fail("there was nothing to choose from"))
    repertoire = played(experiment(A="auto"))
    assert devices_of(repertoire) == ["auto"]
    assert repertoire.tried == {}
