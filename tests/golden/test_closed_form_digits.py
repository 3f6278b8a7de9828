# SPDX-License-Identifier: MIT
"""The lecture's figures on scikit-learn's 1,797 handwritten digits, pixels / 16, and how the scale is chosen by sigma."""

import math

import pytest
import torch
from sklearn.datasets import load_digits, make_swiss_roll

from engine.closed_form import (
    active_dimensions,
    covariance_eigenvalues,
    effective_number,
    exact_denoiser,
    exact_denoiser_jacobian,
    local_dimension,
    ppca_log_likelihood,
    wiener_denoiser,
)

DIGITS = torch.tensor(load_digits().data / 16)  # (1797, 64)


def noise(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_probabilistic_pca_with_eight_dimensions_reaches_14_21_nats() -> None:
    assert ppca_log_likelihood(DIGITS, 8) == pytest.approx(14.21, abs=0.005)


def test_of_eight_dimensions_5_4_3_and_0_stay_active() -> None:
    eigenvalues = covariance_eigenvalues(DIGITS)[:8]
    assert [active_dimensions(eigenvalues, pull) for pull in (0.25, 0.375, 0.5, 0.81)] == [5, 4, 3, 0]


def test_the_linear_denoiser_s_local_dimension_counts_eigenvalues_above_sigma_squared() -> None:
    centred = DIGITS - DIGITS.mean(0)
    matrix = wiener_denoiser(centred.T @ centred / len(DIGITS), 0.3)
    assert int(local_dimension(torch.linalg.svdvals(matrix))) == int((covariance_eigenvalues(DIGITS) > 0.09).sum())


@pytest.mark.parametrize(("sigma", "fraction"), [(10.0, 0.977), (20.0, 0.994)])
def test_at_large_sigma_nearly_all_digits_are_candidates(sigma: float, fraction: float) -> None:
    x = DIGITS + sigma * noise(1797, 64, seed=0)
    measured = effective_number(x, DIGITS, sigma) / 1797
    assert float(measured.mean()) == pytest.approx(fraction, abs=0.001)
    trace = float(DIGITS.var(0, correction=0).sum())
    assert float(measured.mean()) == pytest.approx(math.exp(-trace / (2 * sigma**2)), abs=0.001)


def settled(x: torch.Tensor, data: torch.Tensor, sigma: float) -> torch.Tensor:
    """Follow x' = exact(x) until nothing moves."""
    for _ in range(200):
        x, before = exact_denoiser(x, data, sigma), x
        if (x - before).norm(dim=1).max() < 1e-5:
            return x
    raise AssertionError("the flow did not settle in 200 updates")


# Measured over 20 draws: 81.3 +- 0.8 % from noise 0.3 and 5.4 +- 0.4 % from noise 1.0 have their own digit nearest.
@pytest.mark.parametrize(("size", "least", "most"), [(0.1, 0.999, 1), (0.3, 0.78, 0.85), (1.0, 0.03, 0.08)])
def test_every_digit_attracts_and_the_closest_image_is_restored_not_the_original(
    size: float, least: float, most: float
) -> None:
    digits = DIGITS.float()
    x = (DIGITS + size * noise(1797, 64, seed=1)).float()
    distances, ends = torch.cdist(settled(x, digits, 0.1).double(), DIGITS).min(1)
    starts = torch.cdist(x.double(), DIGITS).argmin(1)
    assert (distances < 1e-2).double().mean() >= 0.99
    assert (ends == starts).double().mean() >= 0.99
    assert least <= float((ends == torch.arange(1797)).double().mean()) <= most


def test_at_sigma_10_every_point_ends_within_one_percent_of_the_mean_image() -> None:
    ends, mean = settled(DIGITS + noise(1797, 64, seed=2), DIGITS, 10.0), DIGITS.mean(0)
    assert ((ends - mean).norm(dim=1) / mean.norm()).max() < 0.01


def dial(angles: torch.Tensor) -> torch.Tensor:
    """A hand from the middle of 16 x 16 pixels, softly drawn: (n, 256)."""
    axis = torch.arange(16, dtype=torch.float64) - 7.5
    across, down = (grid.flatten() for grid in torch.meshgrid(axis, axis, indexing="xy"))
    along = across * angles.cos()[:, None] + down * angles.sin()[:, None]
    beside = down * angles.cos()[:, None] - across * angles.sin()[:, None]
    return torch.exp(-((along - along.clamp(0, 6.5)).square() + beside.square()) / (2 * 0.8**2))


def test_the_exact_denoiser_of_a_dial_has_local_dimension_1_and_of_the_swiss_roll_2() -> None:
    rng = torch.Generator().manual_seed(3)
    hands = dial(2 * math.pi * torch.rand(2032, generator=rng, dtype=torch.float64))
    roll = torch.tensor(make_swiss_roll(2032, random_state=0)[0])
    roll = (roll - roll.mean(0)) / roll.std(0)
    for data, sigma, dimension in ((hands, 0.1, 1), (roll, 0.2, 2)):
        jacobian = exact_denoiser_jacobian(data[2000:], data[:2000], sigma)  # at 32 points that it has not seen
        dimensions = local_dimension(torch.linalg.svdvals(jacobian))
        assert int(dimensions.median()) == dimension
        assert (dimensions == dimension).double().mean() >= 0.8  # the learned denoiser smooths over gaps, and gets 0.9


def test_sigma_chooses_the_scale_at_which_the_dimension_is_seen() -> None:
    """A strip 10 long and 1 wide: a point, a surface, a line, and a point again."""
    rng = torch.Generator().manual_seed(4)
    strip = torch.rand(4000, 3, generator=rng, dtype=torch.float64) * torch.tensor([10, 1, 0])
    middle = torch.tensor([[5.0, 0.5, 0.0]], dtype=torch.float64)
    counts = [
        int(local_dimension(torch.linalg.svdvals(exact_denoiser_jacobian(middle, strip, sigma)))[0])
        for sigma in (1e-4, 0.15, 1.0, 30.0)
    ]
    assert counts == [0, 2, 1, 0]
