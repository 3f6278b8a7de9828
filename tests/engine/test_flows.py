# SPDX-License-Identifier: MIT
"""The lecture's update, annealed, with noise, and the straight way of a generator: what each flow does to a point."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch

from engine import flows
from engine.flows.anneal import AnnealFlow, schedule
from engine.flows.flow import STILL, Cloud, Flow
from engine.flows.langevin import LangevinFlow
from engine.flows.update import UpdateFlow
from engine.run import Run
from engine.samples import sample
from tests.trained import made, play

ANNEAL: dict[str, Any] = {"start": 5.0, "end": 0.05, "bend": 7.0, "steps": 12}


@pytest.fixture(scope="module")
def diffusion() -> Run:
    """A diffusion model that has learned a little."""
    run = made("moons", "diffusion", model={"width": 16})
    play(run, 50)
    return run


def flow_of(run: Run, kind: str) -> Flow:
    return flows.build(kind, run.shown, run.x, torch.Generator().manual_seed(0))


def cloud_of(x: torch.Tensor, age: int = 0) -> Cloud:
    return Cloud(x, x, torch.full((len(x),), age, dtype=torch.int64))


def points(count: int, scale: float = 1.0) -> torch.Tensor:
    return scale * torch.randn(count, 2, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
@pytest.mark.parametrize("eta", [0.0, 0.12, 1.0, 1.7])
def test_the_update_takes_eta_of_the_predicted_noise_away(diffusion: Run, eta: float) -> None:
    x, flow = points(30), flow_of(diffusion, "update")
    moved, _ = flow.step(cloud_of(x), {"eta": eta}, 0.4)
    denoised = diffusion.shown.denoise(x, 0.4)
    torch.testing.assert_close(moved, (1 - eta) * x + eta * denoised, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(moved, x - eta * (x - denoised), rtol=1e-5, atol=1e-6)


@torch.no_grad()
def test_a_point_that_hardly_moves_has_arrived(diffusion: Run) -> None:
    x, flow = points(200), flow_of(diffusion, "update")
    noise = (x - diffusion.shown.denoise(x, 0.4)).square().mean(1).sqrt()
    eta = STILL / float(noise.median())
    _, moving = flow.step(cloud_of(x), {"eta": eta}, 0.4)
    assert int(moving.sum()) == pytest.approx(100, abs=2)
    assert UpdateFlow.rests
    assert not AnnealFlow.rests


@torch.no_grad()
def test_the_annealed_update_is_the_update_with_eta_of_the_schedule(diffusion: Run) -> None:
    """DDIM is the lecture's update where η = 1 − σ'/σ (Song et al. 2021, eq. 12)."""
    annealed, update = flow_of(diffusion, "anneal"), flow_of(diffusion, "update")
    one = other = points(40, 5.0)
    sigmas = schedule(ANNEAL).tolist()
    for age, (sigma, after) in enumerate(pairwise(sigmas)):
        one, moving = annealed.step(cloud_of(one, age), ANNEAL, 0.0)
        other, _ = update.step(cloud_of(other), {"eta": 1 - after / sigma}, sigma)
        torch.testing.assert_close(one, other, rtol=0, atol=1e-5)
        assert bool(moving.any()) == (age < ANNEAL["steps"] - 1)
    still, _ = annealed.step(cloud_of(one, ANNEAL["steps"]), ANNEAL, 0.0)
    assert torch.equal(still, one), "at the end of the schedule a point stays"


@torch.no_grad()
def test_each_point_has_its_own_place_in_the_schedule(diffusion: Run) -> None:
    flow, x, ages = flow_of(diffusion, "anneal"), points(12, 3.0), torch.arange(12)
    together, _ = flow.step(Cloud(x, x, ages), ANNEAL, 0.0)
    for row, age in enumerate(ages.tolist()):
        alone, _ = flow.step(cloud_of(x[row : row + 1], age), ANNEAL, 0.0)
        torch.testing.assert_close(together[row : row + 1], alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("steps", [1, 2, 50])
@pytest.mark.parametrize("end", [0.02, 5.0, 80.0])
def test_sigma_falls_from_its_start_to_nothing_whatever_the_end(steps: int, end: float) -> None:
    sigmas = schedule({**ANNEAL, "steps": steps, "end": end})
    assert len(sigmas) == steps + 1
    assert float(sigmas[0]) == pytest.approx(5.0, rel=1e-6)
    assert float(sigmas[-1]) == 0.0
    assert bool((sigmas.diff() <= 1e-6).all())


@torch.no_grad()
def test_langevin_is_the_update_and_noise_of_its_own(diffusion: Run) -> None:
    x, eta, sigma = points(1).repeat(40_000, 1), 0.3, 0.5
    moved, moving = flow_of(diffusion, "langevin").step(cloud_of(x), {"eta": eta}, sigma)
    still, _ = flow_of(diffusion, "update").step(cloud_of(x), {"eta": eta}, sigma)
    noise = moved - still
    assert bool(moving.all()), "it never arrives"
    assert float(noise.std()) == pytest.approx(math.sqrt(2 * eta) * sigma, rel=0.02)
    assert float(noise.mean().abs()) < 0.01
    assert not LangevinFlow.rests


@pytest.mark.parametrize("model", ["vae", "gan", "supervised", "ae"])
def test_the_samples_of_a_generator_are_its_decoded_codes(model: str) -> None:
    run = made("dial", model, data={"n": 60}, training={"batch": 8, "ema": 0.9}, model={"width": 8})
    play(run, 5)
    drawn = sample(run, 30, torch.Generator().manual_seed(4))
    codes = run.shown.prior(30, torch.Generator().manual_seed(4))
    with torch.no_grad():
        torch.testing.assert_close(drawn, run.shown.decode(codes), rtol=1e-5, atol=1e-6)


@torch.no_grad()
def test_the_samples_of_a_denoiser_are_noise_after_200_updates() -> None:
    run = made("moons", "exact", flow={"eta": 0.1}, objective={"sigma": 0.3})
    drawn = sample(run, 20, torch.Generator().manual_seed(4))
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(4))
    for _ in range(200):
        x = x - 0.1 * (x - run.network.denoise(x, 0.3))
    torch.testing.assert_close(drawn, x, rtol=0, atol=2e-3)  # at rest the app's flow stops, this one does not


@pytest.mark.parametrize("kind", ["update", "anneal", "langevin"])
def test_a_flow_draws_from_its_own_stream_only(diffusion: Run, kind: str) -> None:
    live = {**ANNEAL, "eta": 0.1, "kind": kind}
    before = torch.get_rng_state()
    with torch.no_grad():
        first, again = (flow_of(diffusion, kind).sample(25, live, 0.4) for _ in range(2))
    assert torch.equal(first, again)
    assert torch.equal(before, torch.get_rng_state())
