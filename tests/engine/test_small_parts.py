# SPDX-License-Identifier: MIT
"""Tails, budgets, planes, minibatches: the small parts on which the scheduler stands."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.batches import Batches
from engine.budget import Budget
from engine.plane import extent, plane_of, principal
from engine.protocol.recipe.editing import from_plain, with_value
from engine.rng import generator
from engine.tails import SLOTS, Tails


@given(moves=st.integers(0, 300), late=st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_a_tail_leads_from_birth_to_the_present_in_the_order_of_time(moves: int, late: int) -> None:
    tails = Tails()
    tails.add(np.array([[0.0, 0.0]]))
    for k in range(1, moves + 1):
        if k == late:
            tails.add(np.array([[-1.0, float(k)]]))
        tails.move(np.arange(len(tails)), np.array([[float(k), 0.0], [-1.0, float(k)]])[: len(tails)])
    now = np.array([[float(moves), 0.0], [-1.0, float(moves)]])[: len(tails)]
    paths = tails.paths(now)
    assert paths.shape == (SLOTS + 1, len(tails), 2)
    assert paths[0, 0, 0] == 0.0
    assert paths[-1, 0, 0] == moves
    assert (np.diff(paths[:, 0, 0]) >= 0).all()
    gaps = np.diff(np.unique(paths[:, 0, 0]))
    assert len(gaps) == 0 or gaps.max() <= max(1, 4 * moves / SLOTS)  # no part of the way is missing


def test_the_oldest_points_are_forgotten_first() -> None:
    tails = Tails()
    tails.add(np.arange(10.0).reshape(5, 2))
    tails.drop(3)
    np.testing.assert_array_equal(tails.paths(np.zeros((2, 2)))[0], [[6, 7], [8, 9]])


def test_the_tail_of_a_point_that_rests_stays_as_it_is() -> None:
    tails = Tails()
    tails.add(np.array([[0.0, 0.0], [5.0, 5.0]]))
    for k in range(1, 100):
        tails.move(np.array([0]), np.array([[float(k), 0.0]]))
    paths = tails.paths(np.array([[99.0, 0.0], [5.0, 5.0]]))
    assert (paths[:, 1] == 5.0).all()
    assert paths[-1, 0, 0] == 99.0


def test_of_very_many_tails_fewer_positions_are_told_from_birth_to_the_present() -> None:
    tails = Tails()
    tails.add(np.zeros((5000, 2)))
    for k in range(1, 41):
        tails.move(np.arange(5000), np.full((5000, 2), float(k)))
    paths = tails.paths(np.full((5000, 2), 40.0))
    assert len(paths) <= 10
    assert (paths[0] == 0).all()
    assert (paths[-1] == 40).all()
    assert np.diff(paths[:, 0, 0]).max() <= 8


def test_a_budget_is_a_share_of_the_clock() -> None:
    budget, now, used = Budget(0.08, 0.02), 0.0, 0.0
    while now < 10.0:
        if budget.allows(now):
            budget.spend(0.003)
            used += 0.003
        now += 0.001
    assert used == pytest.approx(0.8, rel=0.05)
    assert budget.spent() == pytest.approx(used)
    assert budget.spent() == 0.0


def test_a_budget_does_not_save_up_for_ever() -> None:
    budget = Budget(0.1, 0.02)
    assert budget.allows(1000.0)
    budget.spend(0.03)
    assert not budget.allows(1000.05)


@pytest.mark.parametrize(("count", "size"), [(500, 6), (1000, 900), (40, 900), (5, 6)])  # dense, Lanczos, snapshots
def test_principal_axes_are_those_of_numpy(count: int, size: int) -> None:
    scales = torch.tensor([9.0, 6, 4, 1, 0.5, 0.1], dtype=torch.float64).repeat_interleave(-(-size // 6))[:size] ** 0.5
    scales[:3] = torch.tensor([30.0, 20, 12])  # far apart, so that each axis is one direction
    x = torch.randn(count, size, generator=generator(0, "x"), dtype=torch.float64) * scales
    mean, axes, shares = principal(x, 3)
    _, values, vectors = np.linalg.svd(x.numpy() - x.numpy().mean(0), full_matrices=False)
    np.testing.assert_allclose(shares, values[:3] ** 2 / (values**2).sum(), rtol=1e-9)
    np.testing.assert_allclose(np.abs(axes.numpy() @ vectors[:3].T), np.eye(3), atol=1e-7)
    np.testing.assert_allclose(mean.numpy(), x.numpy().mean(0))


@pytest.mark.parametrize("size", [1, 2, 3, 64])
def test_the_plane_gives_back_what_lies_in_it(size: int) -> None:
    plane = plane_of(torch.randn(200, size, generator=generator(0, "x")))
    xy = torch.randn(10, 2, generator=generator(1, "xy"))
    xy[:, size:] = 0  # a line has no second axis
    torch.testing.assert_close(plane.project(plane.lift(xy)), xy, rtol=1e-4, atol=1e-5)


def test_an_extent_is_wider_than_its_points_even_for_one_point() -> None:
    left, right, bottom, top = extent(np.array([[1.0, 2.0]]), 0.1)
    assert left < 1 < right
    assert bottom < 2 < top


@given(count=st.integers(1, 50), batch=st.integers(1, 50))
@settings(max_examples=40, deadline=None)
def test_an_epoch_shows_each_example_at_most_once(count: int, batch: int) -> None:
    batch = min(batch, count)
    batches = Batches(count, batch, generator(0, "batches"))
    for _ in range(3):
        rows = torch.cat([batches.draw() for _ in range(count // batch)])
        assert len(rows.unique()) == len(rows) == count // batch * batch


def test_other_data_keep_the_values_that_they_allow_and_take_their_own_for_the_rest() -> None:
    blob = from_plain({"data": {"name": "blob"}, "model": {"kind": "vae"}})
    digits = with_value(blob, "data.name", "digits")
    assert digits.data == type(digits.data)(), "2,000 are more digits than there are"
    few = with_value(with_value(blob, "data.n", 700), "data.name", "digits")
    assert few.data == type(digits.data)(n=700)


def test_a_vae_of_points_is_deeper_and_learns_faster_where_a_recipe_leaves_it_open() -> None:
    def recipe(data: str, **sections: object) -> tuple[int, float, int]:
        found = from_plain({"data": {"name": data}, "model": {"kind": "vae"}, **sections}).lanes[0].recipe
        return found.model.depth, found.training.learning_rate, found.training.batch

    assert recipe("spiral") == recipe("swiss_roll") == (4, 1e-2, 64)
    assert recipe("digits") == recipe("shapes") == (2, 2e-3, 128)
    assert recipe("spiral", model={"kind": "vae", "depth": 1}, training={"batch": 128}) == (1, 1e-2, 128)


def test_who_chooses_a_vae_for_points_has_its_training_unless_it_was_touched() -> None:
    denoiser = from_plain({"data": {"name": "spiral"}, "model": {"kind": "dae"}})
    chosen = with_value(denoiser, "model.kind", "vae")
    training = chosen.lanes[0].recipe.training
    assert (training.learning_rate, training.batch, training.decay) == (1e-2, 64, 3000)
    touched = with_value(with_value(denoiser, "training.batch", 32), "model.kind", "vae")
    assert touched.lanes[0].recipe.training.batch == 32
    back = with_value(chosen, "model.kind", "dae")
    assert back.lanes[0].recipe.training == denoiser.lanes[0].recipe.training
