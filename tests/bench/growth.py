# SPDX-License-Identifier: MIT
"""How the cost grows with the work: ten times the examples, the dimensions, the points, the batch. 10 is linear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch

from engine import device
from engine.closed_form import exact_denoiser
from tests.bench.steps import ours
from tests.bench.timing import Row, alternate, rate

LINEAR = 12.0  #: ten times the work, and a fifth for caches that no longer hold it


def rows() -> Iterator[Row]:
    """The exact denoiser by N, M and B; the step by N (it sees a batch, so it should not grow) and by batch."""
    device.prepare(1)
    small = {"n": 3000, "m": 64, "b": 64}
    for what, name in (("examples N", "n"), ("dimensions M", "m"), ("points B", "b")):
        large = {**small, name: 10 * small[name]}
        yield _growth(f"exact denoiser, {what} × 10", _denoise(**small), _denoise(**large), LINEAR)
    few, many = (_steps({"data": {"name": "moons", "n": n}, "model": {"kind": "dae"}}) for n in (600, 6000))
    yield _growth("one step, examples N × 10", few, many, 1.2)
    few, many = (_steps({"data": {"name": "moons", "n": 6000}, "model": {"kind": "dae"}, "training": {"batch": batch}})
                 for batch in (128, 1280))  # fmt: skip
    yield _growth("one step, batch × 10", few, many, LINEAR)


def _growth(what: str, small: Callable[[int], object], large: Callable[[int], object], at_most: float) -> Row:
    for warm in (small, large):
        warm(3)
    found = alternate({"small": lambda: rate(small, 200), "large": lambda: rate(large, 40)})
    return Row(what, found["small"] / found["large"], "×", at_most=at_most)


def _denoise(n: int, m: int, b: int) -> Callable[[int], None]:
    rng = torch.Generator().manual_seed(0)
    data = torch.rand(n, m, generator=rng)
    x = torch.rand(b, m, generator=rng)
    return partial(_repeat, lambda: exact_denoiser(x, data, 0.5))


def _repeat(work: Callable[[], object], count: int) -> None:
    for _ in range(count):
        work()


def _steps(plain: dict[str, object]) -> Callable[[int], None]:
    return ours(plain)[1]
