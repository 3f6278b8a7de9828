# SPDX-License-Identifier: MIT
"""The exact denoiser on 60,000 × 784: against the matrix-product rate, the naive form, and float64."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import torch

from engine.closed_form import exact_denoiser
from tests.bench.references import naive_denoiser
from tests.bench.timing import Row, alternate

N, M = 60_000, 784


def rows() -> Iterator[Row]:
    """Rate with 64 and 256 points, gain over the naive form with and without denormals, error."""
    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(0)
    data = torch.rand(N, M, generator=rng)
    for points, at_least in ((64, 0.70), (256, 0.90)):
        x = data[:points] + 0.5 * torch.randn(points, M, generator=rng)
        runs = {"exact": _seconds(lambda x=x: exact_denoiser(x, data, 3.0)), "product": _seconds(_products(x, data))}
        found = alternate(runs)
        share = found["product"] / found["exact"]
        yield Row(f"exact denoiser, {points} points: share of the matrix-product rate", share, "", at_least=at_least)
    torch.set_flush_denormal(False)
    x = data[:64] + 0.3 * torch.randn(64, M, generator=rng)
    for sigma, name, at_least in ((3.0, "plain", 2.5), (0.82, "denormals", 8.0)):
        runs = {"exact": lambda s=sigma: exact_denoiser(x, data, s), "naive": lambda s=sigma: naive_denoiser(x, data, s)}
        found = alternate({key: _seconds(run) for key, run in runs.items()}, rounds=5)
        yield Row(f"exact denoiser against the naive form, {name}", found["naive"] / found["exact"], "×", at_least=at_least)
    worst = max(_error(sigma, near, rng) for sigma in (0.05, 0.1, 0.3, 1.0, 3.0) for near in (False, True))
    yield Row("exact denoiser: largest error against float64", worst, "", at_most=1e-4)


def _seconds(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        since = time.perf_counter()
        work()
        return time.perf_counter() - since

    return run


def _products(x: torch.Tensor, data: torch.Tensor) -> Callable[[], object]:
    """The two matrix products that no exact denoiser can do without."""
    weights = torch.rand(len(x), len(data))
    return lambda: (x @ data.T, weights @ data)


def _error(sigma: float, near: bool, rng: torch.Generator) -> float:
    data = torch.rand(2000, 64, generator=rng)
    if near:
        data[1000:] = data[:1000] + 1e-3 * torch.randn(1000, 64, generator=rng)
    x = data[:200] + sigma * torch.randn(200, 64, generator=rng)
    exact = naive64(x.double(), data.double(), sigma)
    return float((exact_denoiser(x, data, sigma).double() - exact).abs().max())


def naive64(x: torch.Tensor, data: torch.Tensor, sigma: float) -> torch.Tensor:
    """In float64, differences first, no expanded square."""
    squares = torch.stack([(row - data).square().sum(1) for row in x])
    return torch.softmax(-squares / (2 * sigma**2), dim=1) @ data
