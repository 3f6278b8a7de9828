# SPDX-License-Identifier: MIT
"""The energy distance against a double loop and SciPy, and the figure that is 1 for a perfect sampler."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import energy_distance as scipy_energy_distance

from engine.closed_form import distance, distance_figure, energy_distance


def draw(seed: int, n: int = 400, dims: int = 2) -> torch.Tensor:
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def mean_distance(x: torch.Tensor, y: torch.Tensor) -> float:
    return sum(math.dist(a, b) for a in x.tolist() for b in y.tolist()) / (len(x) * len(y))


def test_the_energy_distance_equals_the_double_loop() -> None:
    x, y = draw(0, 60, 5), 1.5 * draw(1, 40, 5) + 0.3
    expected = 2 * mean_distance(x, y) - mean_distance(x, x) - mean_distance(y, y)
    # float64 products leave 1e-7 of a distance of zero, so a point's distance from itself costs 1e-9 in the mean
    assert energy_distance(x, y) == pytest.approx(expected, abs=1e-7)
    assert energy_distance(x.float(), y.float()) == pytest.approx(expected, abs=1e-6)


def test_in_one_dimension_it_is_the_square_of_scipy_s() -> None:
    x, y = draw(2, 300, 1), draw(3, 200, 1) + 1
    assert energy_distance(x, y) == pytest.approx(scipy_energy_distance(x[:, 0], y[:, 0]) ** 2, rel=1e-6)


def test_sets_too_large_for_one_go_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = draw(4), draw(5, 333)
    expected = energy_distance(x, y)
    monkeypatch.setattr(distance, "PAIRS", 1000)
    assert energy_distance(x, y) == pytest.approx(expected, abs=1e-9)  # a self-distance is zero to within 1e-7


@given(st.integers(0, 10**6), st.floats(0, 5))
@settings(max_examples=25, deadline=None)
def test_it_is_symmetric_never_negative_and_zero_for_a_set_and_itself(seed: int, shift: float) -> None:
    x, y = draw(seed, 30, 3), draw(seed + 1, 20, 3) + shift
    assert energy_distance(x, y) == pytest.approx(energy_distance(y, x), abs=1e-9)
    assert energy_distance(x, y) >= 0
    assert energy_distance(x, x.flip(0)) == pytest.approx(0, abs=1e-6)


def test_the_figure_is_one_for_a_perfect_sampler_and_grows_with_the_shift() -> None:
    held_out = draw(100)
    pairs = [(draw(200 + k), draw(300 + k)) for k in range(20)]
    perfect = distance_figure([draw(400 + k) for k in range(5)], held_out, pairs)
    shifted = [distance_figure([draw(400 + k) + shift for k in range(5)], held_out, pairs) for shift in (0.2, 1.0)]
    assert 0.7 < perfect < 1.4  # five distances that share one held-out set: the figure spreads by about 0.15
    assert perfect < shifted[0] < shifted[1]
    expected = (energy_distance(held_out + 1, held_out) / (sum(energy_distance(*pair) for pair in pairs) / 20)) ** 0.5
    assert distance_figure([held_out + 1], held_out, pairs) == pytest.approx(expected)


def test_a_figure_without_samples_or_noise_is_refused() -> None:
    one = draw(6)
    for sets, pairs in (([], [(one, draw(7))]), ([one], []), ([one], [(one[:1], one[:1])])):
        with pytest.raises(ValueError, match="needs sample sets"):
            distance_figure(sets, one, pairs)
