# SPDX-License-Identifier: MIT
"""How far samples are from data: the energy distance, and the figure that is 1 for a perfect sampler."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

PAIRS = 2**22  #: distances held at once


@torch.no_grad()
def energy_distance(x: Tensor, y: Tensor) -> float:
    """Return 2 E|X - Y| - E|X - X'| - E|Y - Y'| over all pairs, in the units of x: zero or more, 0 iff the sets are equal.

    x (n, M), y (m, M), in float64 inside. Szekely & Rizzo (2013).
    """
    return 2 * _mean_distance(x, y) - _mean_distance(x, x) - _mean_distance(y, y)


@torch.no_grad()
def mean_distance_slices(x: Tensor, y: Tensor, pairs: int = 2**18) -> Iterator[float | None]:
    """Yield None after each slice of so many distances (2^18 take some milliseconds), and E|X - Y| over all pairs at last.

    x (n, M), y (m, M), in float64 inside; where they are one set, the pairs of a point with itself count.
    """
    total, wide = 0.0, y.double()
    for rows in torch.split(x.double(), max(1, pairs // len(y))):
        total += float(torch.cdist(rows, wide).sum())
        yield None
    yield total / (len(x) * len(y))


def distance_figure(sample_sets: Iterable[Tensor], held_out: Tensor, draw_pairs: Iterable[tuple[Tensor, Tensor]]) -> float:
    """Return sqrt(mean energy distance of the sample sets to held_out / noise level): 1 is perfect.

    sample_sets: sets of samples (n, M); held_out (m, M). The noise level is the mean energy distance within draw_pairs,
    pairs of independent draws (n, M), (m, M) of the data. Raises ValueError without sample sets, pairs, or any noise.
    """
    distances = [energy_distance(samples, held_out) for samples in sample_sets]
    noise = [energy_distance(one, other) for one, other in draw_pairs]
    if not distances or not noise or sum(noise) <= 0:
        raise ValueError("the distance figure needs sample sets and pairs of different draws")
    return float((sum(distances) / len(distances) / (sum(noise) / len(noise))) ** 0.5)


def _mean_distance(x: Tensor, y: Tensor) -> float:
    *_, found = mean_distance_slices(x, y, PAIRS)
    assert found is not None
    return found
