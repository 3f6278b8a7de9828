# SPDX-License-Identifier: MIT
"""Rewinding: the very weights of a seen step, and a branch that repeats its parent bit for bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import figures, track
from engine.history import History, Snapshot
from engine.protocol.recipe.editing import from_plain, with_value
from engine.protocol.recipe.experiment import Experiment
from engine.repertoire import Repertoire
from engine.track import Track

EXPERIMENT = from_plain({"data": {"name": "moons"}, "model": {"kind": "dae", "width": 16}, "training": {"batch": 64}})


def play(track: Track, step: int) -> None:
    while track.replaying:
        track.replay()
    while track.run.step < step:
        track.advance()


def start(experiment: Experiment = EXPERIMENT) -> Repertoire:
    repertoire = Repertoire()
    repertoire.play(1, experiment, (1,))
    return repertoire


def test_a_branch_begins_with_the_very_weights_of_its_step() -> None:
    straight = start()
    play(straight.tracks[0], 173)
    repertoire = start()
    play(repertoire.tracks[0], 412)
    repertoire.play(1, EXPERIMENT, (2,), ((1, 173),))
    branch = repertoire.tracks[0]
    play(branch, 173)
    assert branch.run.step == 173
    assert branch.digest() == straight.tracks[0].digest()


def test_a_branch_with_unchanged_settings_repeats_its_parent_bit_for_bit() -> None:
    repertoire = start()
    parent = repertoire.tracks[0]
    play(parent, 60)
    parent.run.change("objective.sigma", 0.5)
    play(parent, 130)
    parent.run.change("training.learning_rate", 5e-4)
    play(parent, 260)
    now = with_value(with_value(EXPERIMENT, "objective.sigma", 0.5), "training.learning_rate", 5e-4)
    repertoire.play(1, now, (2,), ((1, 140),))
    branch = repertoire.tracks[0]
    play(branch, 260)
    assert branch.digest() == parent.digest()


def test_a_branch_with_other_settings_takes_its_own_way_from_its_step() -> None:
    repertoire = start()
    parent = repertoire.tracks[0]
    play(parent, 150)
    repertoire.play(1, with_value(EXPERIMENT, "objective.sigma", 1.5), (2,), ((1, 100),))
    branch = repertoire.tracks[0]
    play(branch, 100)
    assert [(c.step, c.path, c.value) for c in branch.run.log] == [(100, "objective.sigma", 1.5)]
    play(branch, 150)
    assert branch.digest() != parent.digest()


def test_snapshots_are_rarer_where_copies_cost_more_than_steps_and_figures_come_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(track, "KEEP_SHARE", 1e-9)
    monkeypatch.setattr(figures, "READ_S", 0.0)
    playing = start().tracks[0]
    play(playing, 120)
    assert playing.history.steps == (0, 50), "the first after 50 steps, the next when it is paid for"
    scalars = playing.scalars()
    assert scalars is not None
    assert scalars.steps.tolist() == list(range(1, 121)), "READ_S = 0: figures are read after every step"
    playing.go_back()
    assert playing.run.step == 50
    play(playing, 100)
    assert playing.history.steps == (0, 50, 100), "who went back owes nothing"


def test_undo_after_a_branch_finds_the_parent_as_it_was() -> None:
    repertoire = start()
    parent = repertoire.tracks[0]
    play(parent, 80)
    digest = parent.digest()
    repertoire.play(1, EXPERIMENT, (2,), ((1, 40),))
    play(repertoire.tracks[0], 60)
    assert repertoire.play(1, EXPERIMENT, (1,)) == [True]
    assert repertoire.tracks[0].digest() == digest


def test_who_waits_in_the_wings_remembers_less_and_can_still_be_rewound_to_any_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "KEEP_SHARE", math.inf)  # a snapshot after every 50 steps, whatever it costs
    wide = from_plain({"data": {"name": "moons"}, "model": {"kind": "dae", "width": 256}, "training": {"batch": 64}})
    repertoire = start(wide)
    waiting = repertoire.tracks[0]
    play(waiting, 400)
    digest, held = waiting.digest(), len(waiting.history.steps)
    repertoire.play(2, EXPERIMENT, (2,))
    assert held > 5
    assert 2 <= len(waiting.history.steps) < held
    assert (waiting.history.steps[0], waiting.history.last.step) == (0, 400)
    repertoire.play(1, wide, (1,))
    assert repertoire.tracks[0].digest() == digest
    repertoire.play(1, wide, (3,), ((1, 173),))
    play(repertoire.tracks[0], 400)
    assert repertoire.tracks[0].digest() == digest


@given(count=st.integers(1, 200), room=st.integers(2, 30))
@settings(max_examples=40, deadline=None)
def test_a_history_keeps_its_budget_its_ends_and_its_order(count: int, room: int) -> None:
    def snapshot(step: int) -> Snapshot:
        return Snapshot(step, {"w": torch.zeros(25)})

    history = History(snapshot(0), budget=100 * room)
    for k in range(1, count):
        history.keep(snapshot(50 * k))
    steps = np.array(history.steps)
    assert len(steps) <= room
    assert steps[0] == 0
    assert steps[-1] == 50 * (count - 1)
    assert (np.diff(steps) > 0).all()
    assert history.before(50 * count).step == steps[-1]
