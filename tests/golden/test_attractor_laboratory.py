# SPDX-License-Identifier: MIT
"""Chapters 8 to 12 against numbers made elsewhere: what the flows do and what the panels say, held to closed forms."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.data import load
from engine.flows.anneal import AnnealFlow, schedule
from engine.flows.flow import Cloud
from engine.flows.langevin import LangevinFlow
from engine.models.network import Network
from engine.probes.jacobian import leading
from engine.protocol.payloads import Bars, Images, Series
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.probes.candidates import Candidates
from engine.protocol.recipe.probes.film import Film
from engine.protocol.recipe.probes.schedule import Schedule
from engine.protocol.recipe.probes.stage import Stage
from engine.protocol.recipe.probes.within import Spectrum
from engine.run import Run
from engine.scene import Scene, scene_of
from tests.vae_scenes import picture


def scene(data: str, sigma: float = 0.3, model: str = "exact", **flow: Any) -> Scene:
    """The scene of a lane that has not been trained."""
    plain = {"data": {"name": data}, "model": {"kind": model}, "flow": flow, "training": {"batch": 1}}
    experiment = from_plain(plain if model == "diffusion" else {**plain, "objective": {"sigma": sigma}})
    return scene_of(Run(experiment.lanes[0], load(experiment.data, 3), 3), experiment.data.classes)


def settle(scene: Scene, most: int = 3000) -> None:
    for _ in range(most):
        scene.swarm.update()
        if not scene.swarm.active:
            return


class Gaussian(Network):
    """The exact denoiser of data N(0, s²): D(x, σ) = x s²/(s² + σ²)."""

    def __init__(self, s: float, size: int) -> None:
        torch.nn.Module.__init__(self)
        self.s, self.size = s, size

    def denoise(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        return x * (self.s**2 / (self.s**2 + torch.as_tensor(sigma, dtype=x.dtype) ** 2))


# ------------------------------------------------------------------------------------------------------------------- DDIM


def ddim(x: Tensor, data: Tensor, sigmas: list[float]) -> Tensor:
    """DDIM in its own variables (Song et al. 2021, eq. 12, η = 0): x̄ = √ᾱ x, ε = (x̄ − √ᾱ x_0)/√(1 − ᾱ); a plain loop."""
    data = data.double()
    ends = []
    for point in x.double():
        alpha = 1 / (1 + sigmas[0] ** 2)
        bar = math.sqrt(alpha) * point
        for sigma, after in pairwise(sigmas):
            alpha, alpha_after = 1 / (1 + sigma**2), 1 / (1 + after**2)
            here = bar / math.sqrt(alpha)
            weights = torch.softmax(-(data - here).square().sum(1) / (2 * sigma**2), dim=0)
            clean = weights @ data
            eps = (bar - math.sqrt(alpha) * clean) / math.sqrt(1 - alpha)
            bar = math.sqrt(alpha_after) * clean + math.sqrt(1 - alpha_after) * eps
        ends.append(bar)  # ᾱ = 1 at σ = 0
    return torch.stack(ends)


@pytest.mark.parametrize("data", ["moons", "digits"])
def test_the_annealed_points_of_the_stage_are_those_of_ddim(data: str) -> None:
    lab = scene(data, kind="anneal", start=5.0, steps=20)
    lab.swarm.scatter(30, 1.0)
    start = lab.swarm.x.clone()
    settle(lab)
    sigmas = schedule(lab.run.flow).tolist()
    assert sigmas[0] == pytest.approx(5.0)
    assert sigmas[-1] == 0.0
    assert (lab.swarm.age == 20).all()
    torch.testing.assert_close(lab.swarm.x.double(), ddim(start, lab.run.x, sigmas), atol=1e-5, rtol=0)


def test_the_schedule_on_the_screen_is_the_one_that_the_points_follow() -> None:
    lab = scene("moons", kind="anneal", start=5.0, end=0.05, bend=3.0, steps=20)
    sigma, eta = picture(Schedule(), lab).layers
    assert isinstance(sigma, Series)
    assert isinstance(eta, Series)
    t = np.arange(20) / 19
    np.testing.assert_allclose(sigma.y[:-1], (5.0 ** (1 / 3) + t * (0.05 ** (1 / 3) - 5.0 ** (1 / 3))) ** 3, rtol=1e-5)
    assert sigma.y[-1] == 0
    np.testing.assert_allclose(eta.y, 1 - sigma.y[1:] / sigma.y[:-1], rtol=1e-6)


def test_on_a_gaussian_the_annealed_update_multiplies_as_the_closed_form_says() -> None:
    s, live = 0.7, {"start": 4.0, "end": 0.02, "bend": 7.0, "steps": 15}
    flow = AnnealFlow(Gaussian(s, 3), torch.zeros(1, 3), torch.Generator().manual_seed(0))
    start = torch.randn(50, 3, generator=torch.Generator().manual_seed(1))
    cloud = Cloud(start, start, torch.zeros(50, dtype=torch.int64))
    for _ in range(15):
        cloud = Cloud(flow.step(cloud, live, 0.0)[0], start, cloud.age + 1)
    sigmas = schedule(live).tolist()
    factor = math.prod((s**2 + a * b) / (s**2 + a**2) for a, b in pairwise(sigmas))
    torch.testing.assert_close(cloud.x, start * factor, rtol=1e-4, atol=1e-6)


def test_langevin_comes_to_the_variance_of_the_closed_form() -> None:
    s, sigma, eta = 1.0, 0.5, 0.2
    flow = LangevinFlow(Gaussian(s, 2), torch.zeros(1, 2), torch.Generator().manual_seed(0))
    x = torch.zeros(20_000, 2)
    cloud = Cloud(x, x, torch.zeros(len(x), dtype=torch.int64))
    for _ in range(200):
        cloud = Cloud(flow.step(cloud, {"eta": eta}, sigma)[0], x, cloud.age + 1)
    a = eta * sigma**2 / (s**2 + sigma**2)
    assert float(cloud.x.var()) == pytest.approx((s**2 + sigma**2) / (1 - a / 2), rel=0.03)  # standard error 0.7 %


# -------------------------------------------------------------------------------------------------------------- attractors


def nearest(x: Tensor, examples: Tensor) -> tuple[Tensor, Tensor]:
    """Distance and number of the nearest example, in float64 and without the trick of products."""
    found = [(examples.double() - point).norm(dim=1).min(0) for point in x.double()]
    return torch.stack([f.values for f in found]), torch.stack([f.indices for f in found])


@pytest.mark.parametrize(("noise", "original"), [(0.3, (0.75, 0.9)), (1.0, (0.01, 0.08))])
def test_a_small_sigma_restores_the_closest_digit_which_is_not_always_the_original(
    noise: float, original: tuple[float, float]
) -> None:
    lab = scene("digits", sigma=0.1, eta=0.5)
    lab.swarm.corrupt(500, noise)
    settle(lab)
    distance, end = nearest(lab.swarm.x, lab.run.x)
    closest = nearest(lab.swarm.start, lab.run.x)[1]
    assert float((distance < 1e-2).double().mean()) >= 0.99
    assert float((end == closest).double().mean()) >= 0.99
    same = float((end == lab.swarm.origin).double().mean())
    assert original[0] <= same <= original[1]
    shown = picture(Stage(arrows=False), lab)
    assert shown.axes.figure == f"{len(set(end.tolist()))} attractors"  # the screen counts the same


def test_a_large_sigma_leaves_the_mean_alone() -> None:
    lab = scene("digits", sigma=10.0, eta=0.5)
    lab.swarm.scatter(50, 1.0)
    settle(lab)
    mean = lab.run.x.mean(0)
    assert float((lab.swarm.x - mean).norm(dim=1).max()) <= 0.01 * float(mean.norm())
    assert picture(Stage(), lab).axes.figure == "1 attractor"


def test_the_film_names_the_closest_images_and_their_distances() -> None:
    lab = scene("digits", sigma=0.1, eta=0.5)
    lab.swarm.corrupt(1, 1.0)
    settle(lab)
    shown = picture(Film(frames=5), lab)
    images = shown.layers[0]
    assert isinstance(images, Images)
    states = torch.stack([lab.swarm.film[0][1], lab.swarm.film[-1][1]])
    distance, number = nearest(states, lab.run.x)
    labels = lab.run.data.train_labels
    assert labels is not None
    first, last = (f"{labels[int(n)]} · x{int(n) + 1}" for n in number)
    origin = int(lab.swarm.origin[0])
    assert shown.note == f"made from {labels[origin]} · x{origin + 1} · closest at the start: {first}, now: {last}"
    columns = len(images.columns)
    assert images.captions[columns] == f"{float(distance[0]):.2f}"
    assert images.captions[-1] == f"{float(distance[1]):.2f}"
    row = lab.run.data.train[int(number[1])].reshape(8, 8)
    np.testing.assert_array_equal(images.pixels[1, -1], np.clip(row * 255 + 0.5, 0, 255).astype(np.uint8))


# ------------------------------------------------------------------------------------------- effective number, dimension


@pytest.mark.parametrize(("sigma", "share"), [(10.0, 0.977), (20.0, 0.994)])
def test_the_candidates_panel_says_the_effective_number_of_the_closed_form(sigma: float, share: float) -> None:
    lab = scene("digits", sigma=sigma)
    rng = torch.Generator().manual_seed(1)
    figures = []
    for row in range(100):
        lab.swarm.clear()
        x = lab.run.x[row : row + 1] + sigma * torch.randn(1, 64, generator=rng)
        lab.swarm._add(x, torch.tensor([row]))
        figures.append(float(picture(Candidates(), lab).axes.figure.replace(",", "")))
    count = len(lab.run.x)
    spread = np.cov(lab.run.data.train.astype(np.float64).T, bias=True)
    assert math.exp(-np.trace(spread) / (2 * sigma**2)) == pytest.approx(share, abs=0.001)  # as all digits
    assert np.mean(figures) / count == pytest.approx(math.exp(-np.trace(spread) / (2 * sigma**2)), abs=0.003)


@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_the_exact_denoisers_bars_are_the_spread_of_the_candidates(sigma: float) -> None:
    lab = scene("digits", sigma=sigma)
    lab.swarm.corrupt(1, 0.2)
    x, data = lab.swarm.x[0].double().numpy(), lab.run.data.train.astype(np.float64)
    logits = -((data - x) ** 2).sum(1) / (2 * sigma**2)
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    mean = weights @ data
    covariance = sum(w * np.outer(row - mean, row - mean) for w, row in zip(weights, data, strict=True) if w > 1e-30)
    expected = np.linalg.svd(covariance / sigma**2, compute_uv=False)
    shown = picture(Spectrum(most=12, tests=1), lab)
    bars = shown.layers[0]
    assert isinstance(bars, Bars)
    np.testing.assert_allclose(bars.values[:, 0], expected[:12], atol=2e-5)
    assert shown.axes.figure == str(int((expected > 0.5).sum()))


@pytest.mark.parametrize("size", [3, 400])
def test_the_bars_of_a_learned_denoiser_are_those_of_its_derivative(size: int) -> None:
    rng = torch.Generator().manual_seed(size)
    matrix = torch.randn(size, size, generator=rng) @ torch.diag(0.9 ** torch.arange(size)) / math.sqrt(size)
    expected = np.linalg.svd(matrix.double().numpy(), compute_uv=False)
    np.testing.assert_allclose(leading(matrix)[:24], expected[: min(size, 24)], atol=1e-4)


def test_the_bars_of_an_untrained_network_are_those_of_finite_differences() -> None:
    lab = scene("digits", model="dae")
    lab.swarm.corrupt(1, 0.2)
    shown = picture(Spectrum(most=8, tests=1), lab)
    bars = shown.layers[0]
    assert isinstance(bars, Bars)
    network, x, step = lab.run.shown.double(), lab.swarm.x[:1].double(), 1e-5 * torch.eye(64).double()
    with torch.no_grad():
        slopes = (network.denoise(x + step, 0.3) - network.denoise(x - step, 0.3)) / 2e-5  # (64, 64)
    expected = torch.linalg.svdvals(slopes)
    np.testing.assert_allclose(bars.values[:, 0], expected[:8], rtol=1e-4, atol=1e-6)
