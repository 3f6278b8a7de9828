# SPDX-License-Identifier: MIT
"""log P(x): quadrature against brute force and the linear decoder, importance sampling against quadrature."""

import math
from unittest import mock

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from engine.closed_form import (
    gaussian_kl,
    linear_decoder_log_density,
    linear_posterior,
    log_density_importance,
    log_density_quadrature,
    quadrature,
    quadrature_slices,
)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def spiral(h: torch.Tensor) -> torch.Tensor:
    """A curve of one and a half turns, run through at the pace of the prior's quantiles."""
    angle = 3 * math.pi * (0.15 + torch.special.ndtr(h)) / 1.15
    return torch.cat([angle * torch.cos(angle), angle * torch.sin(angle)], 1) / 5


def sheet(h: torch.Tensor) -> torch.Tensor:
    """A folded sheet in the plane: steep along its fold, flat elsewhere."""
    return torch.stack([h[:, 0] + torch.tanh(4 * h[:, 1]), torch.sin(2 * h[:, 0]) + 0.5 * h[:, 1]], 1)


def brute_force(x: torch.Tensor, decode, sigma_eps: float, dims: int, count: int) -> torch.Tensor:
    """log P(x) from one fine uniform grid, a point at a time, with densities by torch.distributions."""
    axis = torch.linspace(-7, 7, count, dtype=torch.float64)
    h = torch.cartesian_prod(*[axis] * dims).reshape(-1, dims)
    likelihood, log_prior = Independent(Normal(decode(h), sigma_eps), 1), Normal(0.0, 1.0).log_prob(h).sum(1)
    values = [torch.logsumexp(likelihood.log_prob(point) + log_prior, 0) for point in x]
    return torch.stack(values) + dims * math.log(14 / (count - 1))


def drawn(decode, sigma_eps: float, dims: int, count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Latent points h ~ N(0, I) and what the decoder makes of them, with its noise."""
    h = torch.randn(count, dims, generator=generator(seed), dtype=torch.float64)
    means = decode(h)
    return h, means + sigma_eps * torch.randn(means.shape, generator=generator(seed + 1), dtype=torch.float64)


@pytest.mark.parametrize("sigma_eps", [0.3, 0.05, 0.02])
def test_quadrature_on_the_spiral_equals_brute_force(sigma_eps: float) -> None:
    _, x = drawn(spiral, sigma_eps, 1, 12, seed=1)
    # where cells of unlike size meet, three Gauss-Legendre nodes a cell leave up to 3e-5; 1e-4 is 200 times finer than
    # the 0.02 nats to which importance sampling is held
    torch.testing.assert_close(
        log_density_quadrature(x, spiral, sigma_eps, 1), brute_force(x, spiral, sigma_eps, 1, 40_001), rtol=0, atol=1e-4
    )


def test_quadrature_on_a_folded_sheet_equals_brute_force() -> None:
    _, x = drawn(sheet, 0.2, 2, 6, seed=3)
    expected = brute_force(x, sheet, 0.2, 2, 601)
    torch.testing.assert_close(log_density_quadrature(x, sheet, 0.2, 2), expected, rtol=0, atol=1e-4)
    single = log_density_quadrature(x.float(), sheet, 0.2, 2)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("dims", [1, 2])
def test_the_linear_decoder_s_density_equals_the_quadrature_and_the_gap_is_the_kl(dims: int) -> None:
    rng, eps = generator(5), 0.3
    loadings, b = (torch.randn(shape, generator=rng, dtype=torch.float64) for shape in ((4, dims), (4,)))
    _, x = drawn(lambda h: h @ loadings.T + b, eps, dims, 20, seed=6)
    log_density = linear_decoder_log_density(x, loadings, b, eps)
    quadrature = log_density_quadrature(x, lambda h: h @ loadings.T + b, eps, dims)
    torch.testing.assert_close(quadrature, log_density, rtol=0, atol=1e-5)
    mu, log_var = (torch.randn(20, dims, generator=rng, dtype=torch.float64) / 2 for _ in range(2))
    spread = loadings.square().sum(0) * log_var.exp()  # E over Q of |W (h - mu)|^2, a latent dimension at a time
    squared_error = (x - mu @ loadings.T - b).square().sum(1) + spread.sum(1)
    reconstruction = squared_error / (2 * eps**2) + 2 * math.log(2 * math.pi * eps**2)
    elbo = -reconstruction - gaussian_kl(mu, log_var).sum(1)
    mean, covariance = linear_posterior(x, loadings, b, eps)
    gap = kl_divergence(MultivariateNormal(mu, log_var.exp().diag_embed()), MultivariateNormal(mean, covariance))
    torch.testing.assert_close(log_density - elbo, gap, rtol=1e-9, atol=1e-9)


def test_quadrature_grows_coarse_first_and_refines_only_where_the_decoder_is_steep() -> None:
    def cliff(h: torch.Tensor) -> torch.Tensor:
        return torch.stack([h[:, 0], torch.tanh(20 * h[:, 1])], 1)

    _, x = drawn(cliff, 0.1, 2, 4, seed=7)
    decoded = []

    def counted(h: torch.Tensor) -> torch.Tensor:
        decoded.append(len(h))
        return cliff(h)

    *_, last = quadrature_slices(x, counted, 0.1, 2)
    torch.testing.assert_close(last, log_density_quadrature(x, cliff, 0.1, 2))
    everywhere_as_fine = (12 / (0.05 / 20)) ** 2  # nodes of a uniform grid for the cliff's slope of 20
    assert sum(decoded) < everywhere_as_fine / 10


@given(seed=st.integers(0, 2**20), steepness=st.floats(0.5, 6.0), sigma_eps=st.floats(0.05, 0.5))
@settings(max_examples=25, deadline=None)
def test_cells_that_are_not_halved_hold_nothing_and_a_floor_saves_more(seed: int, steepness: float, sigma_eps: float) -> None:
    rng = generator(seed)
    first, second = (torch.randn(*shape, generator=rng, dtype=torch.float64) for shape in ((2, 24), (24, 16)))

    def network(h: torch.Tensor) -> torch.Tensor:
        return torch.tanh(steepness * h @ first) @ second / 5

    _, x = drawn(network, sigma_eps, 2, 2, seed=seed)
    with mock.patch.object(quadrature, "NEGLIGIBLE", math.inf):
        *_, whole = every = list(quadrature_slices(x, network, sigma_eps, 2))
    *_, alone = some = list(quadrature_slices(x, network, sigma_eps, 2))
    *_, floored = few = list(quadrature_slices(x, network, sigma_eps, 2, floor=whole - 3.0))
    torch.testing.assert_close(alone, whole, rtol=0, atol=1e-9)
    torch.testing.assert_close(floored, whole, rtol=0, atol=1e-9)
    assert len(few) <= len(some) <= len(every)


def test_of_a_steep_decoder_only_what_is_near_x_is_looked_at_closely() -> None:
    def network(h: torch.Tensor) -> torch.Tensor:
        return torch.cat([torch.sin(5 * h), torch.cos(5 * h), h], dim=1)

    _, x = drawn(network, 0.05, 2, 1, seed=9)
    with mock.patch.object(quadrature, "NEGLIGIBLE", math.inf):
        *_, whole = every = list(quadrature_slices(x, network, 0.05, 2))
    *_, floored = few = list(quadrature_slices(x, network, 0.05, 2, floor=whole - 1.0))
    torch.testing.assert_close(floored, whole, rtol=0, atol=1e-9)
    assert len(few) < len(every) / 10


def test_a_decoder_too_steep_for_its_noise_is_refused_and_so_are_three_latent_dimensions() -> None:
    x = torch.zeros(2, 1)
    with pytest.raises(ValueError, match=r"too steep for sigma_eps = 0\.01"):
        log_density_quadrature(x, lambda h: (h > 0.1).to(h), 0.01, 1)
    with pytest.raises(ValueError, match="too steep"):
        log_density_quadrature(x, lambda h: 50 * h.sum(1, keepdim=True), 0.01, 2, most_nodes=100_000)
    with pytest.raises(ValueError, match="1 or 2 latent dimensions"):
        log_density_quadrature(x, lambda h: h, 0.1, 3)


def fair_encoder(h: torch.Tensor, sigma_eps: float) -> tuple[torch.Tensor, torch.Tensor]:
    """An encoder for the spiral that is nearly right: half a standard deviation beside h, and 1.3 times too wide."""
    slope = (spiral(h + 1e-5) - spiral(h - 1e-5)).norm(dim=1, keepdim=True) / 2e-5
    std = (1 + (slope / sigma_eps).square()).rsqrt()
    return h + std / 2, 2 * (1.3 * std).log()


def test_the_mixed_proposal_comes_within_0_02_nats_of_the_quadrature_and_rises_with_k() -> None:
    h, x = drawn(spiral, 0.05, 1, 64, seed=8)
    expected = log_density_quadrature(x, spiral, 0.05, 1).mean()
    shortfalls = []
    for K in (1, 10, 100, 1000):
        estimate, effective = log_density_importance(x, spiral, *fair_encoder(h, 0.05), 0.05, K, generator(11))
        shortfalls.append(float(expected - estimate.mean()))
        assert ((effective >= 1 - 1e-9) & (effective <= K * (1 + 1e-9))).all()
    assert shortfalls[0] > shortfalls[1] > shortfalls[2]
    assert abs(shortfalls[3]) < 0.02


def test_q_alone_misses_a_mode_where_the_mixture_does_not() -> None:
    """g(h) = h^2 has two modes, Q knows one of them: Q alone is short of ln 2, and its sample size does not tell."""

    def fold(h: torch.Tensor) -> torch.Tensor:
        return h.square()

    x = torch.linspace(0.8, 2.5, 64, dtype=torch.float64)[:, None]
    mu, log_var = x.sqrt(), torch.full_like(x, 2 * math.log(0.03))
    expected = log_density_quadrature(x, fold, 0.05, 1)
    q_alone, effective = log_density_importance(x, fold, mu, log_var, 0.05, 1000, generator(12), mixed=False)
    mixed, _ = log_density_importance(x, fold, mu, log_var, 0.05, 1000, generator(13))
    assert float((expected - q_alone).mean()) == pytest.approx(math.log(2), abs=0.02)
    assert effective.mean() > 500
    # the prior's 250 draws find the other mode with about 10 of them: 0.3 nats of noise a point, 0.04 in the mean of 64
    assert float((expected - mixed).mean()) == pytest.approx(0, abs=0.12)


def test_the_estimate_of_the_density_itself_is_unbiased_for_every_split_of_k() -> None:
    h, x = drawn(spiral, 0.2, 1, 1, seed=14)
    expected = log_density_quadrature(x, spiral, 0.2, 1)
    x, h = x.expand(20_000, 2), h.expand(20_000, 1)
    for K in (1, 5, 8):
        mu, log_var = h + 0.05, torch.full_like(h, 2 * math.log(0.3))
        ratios = (log_density_importance(x, spiral, mu, log_var, 0.2, K, generator(15 + K))[0] - expected).exp()
        assert abs(float(ratios.mean()) - 1) < 4 * float(ratios.std()) / 20_000**0.5


def test_half_of_the_samples_come_from_q_a_quarter_from_q_three_times_as_wide_a_quarter_from_the_prior() -> None:
    asked = []

    def spy(h: torch.Tensor) -> torch.Tensor:
        asked.append(h)
        return h

    mu, log_var = torch.full((1, 1), 5.0), torch.full((1, 1), 2 * math.log(0.1))
    log_density_importance(mu, spy, mu, log_var, 0.1, 40_000, generator(30))
    from_q, widened, from_prior = torch.cat(asked).split([20_000, 10_000, 10_000])
    for samples, mean, std in ((from_q, 5.0, 0.1), (widened, 5.0, 0.3), (from_prior, 0.0, 1.0)):
        assert float(samples.mean()) == pytest.approx(mean, abs=4 * std / 100)
        assert float(samples.std()) == pytest.approx(std, rel=0.03)  # four standard errors of 10,000 draws


def test_no_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="a sample or more"):
        log_density_importance(torch.zeros(1, 2), spiral, torch.zeros(1, 1), torch.zeros(1, 1), 0.1, 0)
