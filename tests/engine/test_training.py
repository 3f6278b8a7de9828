# SPDX-License-Identifier: MIT
"""The step, the optimizer, the random streams, and the way back: everything that must give the same bits twice."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from engine.data import load
from engine.optimizer import Adam, rate_at
from engine.protocol.recipe.editing import from_plain
from engine.rng import generator, stream
from engine.run import Run
from engine.train import train
from tests.trained import play

RECIPES = {
    "vae": {"data": {"name": "digits"}, "model": {"kind": "vae", "width": 32, "depth": 1}, "training": {"batch": 64}},
    "vae learned": {
        "data": {"name": "moons"}, "model": {"kind": "vae", "width": 16}, "objective": {"sigma_eps": "learned"},
        "training": {"batch": 64},
    },
    "dae": {"data": {"name": "moons"}, "model": {"kind": "dae", "width": 32}, "objective": {"copies": 2}},
    "dae averaged": {"data": {"name": "moons"}, "model": {"kind": "dae", "width": 16}, "training": {"ema": 0.99}},
}  # fmt: skip


def make(name: str, **training: object) -> Run:
    plain = dict(RECIPES[name])
    plain["training"] = {**plain.get("training", {}), **training}  # type: ignore[dict-item]
    experiment = from_plain(plain)
    return Run(experiment.lanes[0], load(experiment.data, experiment.seed), experiment.seed)


def weights(run: Run) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in run.network.parameters()])


@pytest.mark.parametrize("name", RECIPES)
def test_the_gradient_said_in_closed_form_is_the_one_that_autograd_finds(name: str) -> None:
    run = make(name)
    rows = torch.arange(64)
    figures = run.objective.figures(run.x[rows], rows, generator(1, "same"))
    figures[0].backward()
    expected = [None if p.grad is None else p.grad.clone() for p in run.objective.parameters()]
    run.objective.zero_grad()
    said = run.objective.backward(run.x[rows], rows, generator(1, "same"), 1.0)
    torch.testing.assert_close(torch.stack(said), torch.stack(figures).detach(), rtol=1e-5, atol=1e-5)
    for grad, parameter in zip(expected, run.objective.parameters(), strict=True):
        if grad is not None:
            torch.testing.assert_close(parameter.grad, grad, rtol=2e-4, atol=1e-5)


def test_our_adam_is_pytorchs_adam() -> None:
    start = [torch.randn(5, 3, generator=generator(0, "a")), torch.randn(7, generator=generator(0, "b"))]
    ours, theirs = ([t.clone().requires_grad_() for t in start] for _ in range(2))
    adam, reference = Adam(ours), torch.optim.Adam(theirs, lr=1e-2)
    noise = generator(0, "gradients")
    for _ in range(50):
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn(mine.shape, generator=noise)
            other.grad = mine.grad.clone()
        adam.step(1e-2)
        reference.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-6, atol=1e-7)


def test_the_rate_falls_by_a_half_cosine_to_one_percent() -> None:
    assert rate_at(0, 0.1, 100) == pytest.approx(0.1)
    assert rate_at(50, 0.1, 100) == pytest.approx(0.1 * (0.01 + 0.99 * 0.5))
    assert rate_at(100, 0.1, 100) == rate_at(5000, 0.1, 100) == pytest.approx(0.001)
    assert rate_at(5000, 0.1, 0) == 0.1


@pytest.mark.parametrize("name", RECIPES)
def test_the_same_seed_gives_the_same_figures(name: str) -> None:
    np.testing.assert_array_equal(play(make(name), 60), play(make(name), 60))


@pytest.mark.parametrize("name", RECIPES)
def test_a_restored_run_goes_on_bit_for_bit(name: str) -> None:
    run = make(name)
    play(run, 40)
    state = run.state()
    expected, end = play(run, 40), weights(run)
    other = make(name)
    other.restore(state)
    assert other.step == 40
    np.testing.assert_array_equal(play(other, 40), expected)
    assert torch.equal(weights(other), end)


def test_micro_batches_give_the_gradient_of_the_whole_batch() -> None:
    # Without noise in the cost (σ = 0) the parts' weighted mean is the whole, up to rounding.
    plain = {"data": {"name": "moons"}, "model": {"kind": "dae", "width": 16}, "objective": {"sigma": 0.0}}
    runs = []
    for micro in (0, 20):
        experiment = from_plain({**plain, "training": {"batch": 128, "micro_batch": micro}})
        runs.append(Run(experiment.lanes[0], load(experiment.data, 3), 3))
    whole, parts = (play(run, 5) for run in runs)
    np.testing.assert_allclose(parts, whole, rtol=1e-4)
    torch.testing.assert_close(weights(runs[1]), weights(runs[0]), rtol=1e-3, atol=1e-4)


def test_a_long_step_gives_the_word_back_between_its_parts() -> None:
    run = make("dae", batch=128, micro_batch=32)
    assert [next(loop) for loop in [train(run)] for _ in range(8)] == [False, False, False, True] * 2


@pytest.mark.parametrize("model", ["unet", "diffusion-unet"])
@pytest.mark.parametrize(("data", "examples"), [("digits", 32), ("dial", 8), ("shapes", 2)])
def test_of_larger_images_a_u_net_takes_fewer_at_a_time(model: str, data: str, examples: int) -> None:
    shape = from_plain({"data": {"name": data}, "model": {"kind": "ae"}}).data.shape
    own = from_plain({"data": {"name": data}, "model": {"kind": model}}).lanes[0].recipe
    assert own.model.portion(shape) == examples
    wide, narrow, huge = (msgspec.structs.replace(own.model, channels=channels) for channels in (32, 4, 512))
    assert wide.portion(shape) < examples < narrow.portion(shape)
    assert huge.portion(shape) == 1, "there is nothing smaller"


def test_a_recipe_may_say_how_many_examples_a_u_net_takes_at_a_time() -> None:
    for asked, taken in ((0, 32), (100, 100)):
        plain = {"data": {"name": "digits"}, "model": {"kind": "unet"}, "training": {"micro_batch": asked}}
        experiment = from_plain(plain)
        assert Run(experiment.lanes[0], load(experiment.data, 3), 3).training["micro_batch"] == taken


def test_live_values_count_from_the_next_step_and_are_logged() -> None:
    run = make("dae")
    play(run, 3)
    change = run.change("objective.sigma", 0.7)
    assert (change.step, run.sigma, run.log) == (3, 0.7, [change])
    run.change("flow.sigma", 0.2)
    assert run.sigma == 0.2


def test_streams_differ_by_purpose_and_repeat_by_seed() -> None:
    assert stream(3, "weights") == stream(3, "weights")
    assert len({stream(seed, purpose) for seed in range(20) for purpose in ("weights", "noise", "batches")}) == 60


@pytest.mark.parametrize("model", ["unet", "diffusion-unet", "diffusion", "ae"])
def test_a_slow_network_gives_the_word_back_also_halfway_and_learns_the_same(model: str) -> None:
    small = {"channels": 2} if "unet" in model else {"width": 16}
    recipe = {"data": {"name": "digits"}, "model": {"kind": model, **small}, "training": {"batch": 8, "micro_batch": 4}}
    experiment = from_plain(recipe)
    halfway, at_once = (Run(experiment.lanes[0], load(experiment.data, 3), 3) for _ in range(2))
    loop = train(halfway)
    assert [next(loop) for _ in range(8)] == [False, False, False, True] * 2
    at_once.objective.begin = lambda *_: None  # type: ignore[method-assign]
    loop = train(at_once)
    assert [next(loop) for _ in range(4)] == [False, True] * 2
    assert torch.equal(weights(halfway), weights(at_once))
    np.testing.assert_array_equal(halfway.ledger.read()[2], at_once.ledger.read()[2])


@pytest.mark.parametrize("parts", [1, 2, 3, 4])
def test_a_state_taken_within_a_step_goes_on_from_before_it_bit_for_bit(parts: int) -> None:
    training = {"batch": 700, "micro_batch": 350}
    recipe = {"data": {"name": "digits"}, "model": {"kind": "unet", "channels": 2}, "training": training}
    experiment = from_plain(recipe)
    whole, left, other = (Run(experiment.lanes[0], load(experiment.data, 3), 3) for _ in range(3))
    play(whole, 4)
    play(left, 2)  # the third step begins a new permutation
    loop = train(left)
    for _ in range(parts):
        next(loop)
    other.restore(left.state())
    play(other, 4 - other.step)
    assert torch.equal(weights(other), weights(whole))


@pytest.mark.parametrize("model", ["dae", "unet"])
def test_a_step_that_is_left_halfway_leaves_nothing_behind(model: str) -> None:
    small = {"channels": 2} if model == "unet" else {"width": 16}
    recipe = {"data": {"name": "digits"}, "model": {"kind": model, **small}, "training": {"batch": 12, "micro_batch": 4}}
    experiment = from_plain(recipe)
    left, other = (Run(experiment.lanes[0], load(experiment.data, 3), 3) for _ in range(2))
    play(left, 2)
    start, loop = left.state(), train(left)
    assert [next(loop) for _ in range(2)] == [False, False]
    for run in (left, other):
        run.restore(start)
        play(run, 3)
    assert torch.equal(weights(left), weights(other))
