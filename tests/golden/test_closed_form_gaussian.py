# SPDX-License-Identifier: MIT
"""What is known of Gaussians: the KL and its pulls, DDIM, the annealed update, Langevin, and the score of a mixture."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from sklearn.datasets import make_moons
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal, kl_divergence

from engine.closed_form import (
    dae_floor,
    diffusion_gaussian_factor,
    exact_denoiser,
    gaussian_kl,
    gaussian_kl_pulls,
    gaussian_log_density,
    langevin_stationary_variance,
    noisy_copies,
    score,
)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(st.floats(-8, 8), st.floats(-12, 6))
@settings(max_examples=30, deadline=None)
def test_the_kl_equals_that_of_torch_and_its_pulls_add_up_to_it(mean: float, log_variance: float) -> None:
    mu, log_var = torch.tensor([[mean]], dtype=torch.float64), torch.tensor([[log_variance]], dtype=torch.float64)
    expected = kl_divergence(Normal(mu, (log_var / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(gaussian_kl(mu, log_var), expected, rtol=1e-9, atol=1e-12)
    towards_zero, towards_one = gaussian_kl_pulls(mu, log_var)
    assert float(towards_zero) == pytest.approx(mean**2 / 2)
    assert float(towards_one) >= 0
    torch.testing.assert_close(towards_zero + towards_one, expected, rtol=1e-9, atol=1e-12)


def test_the_kl_is_what_monte_carlo_finds_within_its_error() -> None:
    mu, log_var = torch.tensor([[0.7, -1.2]], dtype=torch.float64), torch.tensor([[-1.0, 0.5]], dtype=torch.float64)
    q, prior = Normal(mu, (log_var / 2).exp()), Normal(torch.zeros_like(mu), 1.0)
    h = mu + (log_var / 2).exp() * torch.randn(200_000, 2, generator=generator(), dtype=torch.float64)
    ratios = q.log_prob(h) - prior.log_prob(h)
    z = (ratios.mean(0) - gaussian_kl(mu, log_var)[0]) / (ratios.std(0) / len(h) ** 0.5)
    assert z.abs().max() < 4  # two standard scores: 4 is passed once in 8,000 seeds, and this seed is fixed


def test_the_kl_keeps_its_digits_where_sigma_is_nearly_one_also_in_float32() -> None:
    small = torch.full((1, 1), 1e-3)
    # (e^t - t - 1) / 2 = t^2 / 4 + t^3 / 12 + ...; a plain float32 difference keeps one digit of it
    assert float(gaussian_kl(torch.zeros(1, 1), small)) == pytest.approx(1e-6 / 4 + 1e-9 / 12, rel=1e-3)


def test_the_kl_passes_gradients() -> None:
    mu, log_var = torch.tensor([[0.5]], requires_grad=True), torch.tensor([[0.3]], requires_grad=True)
    gaussian_kl(mu, log_var).sum().backward()
    assert float(mu.grad) == pytest.approx(0.5)
    assert float(log_var.grad) == pytest.approx((math.exp(0.3) - 1) / 2)


@pytest.mark.parametrize("sigma", [0.01, 1.0, 7.0])
def test_the_isotropic_density_equals_that_of_torch(sigma: float) -> None:
    x, mean = torch.randn(2, 6, 4, generator=generator(1), dtype=torch.float64)
    expected = Independent(Normal(mean, sigma), 1).log_prob(x)
    torch.testing.assert_close(gaussian_log_density(x, mean, sigma), expected)
    sigmas = torch.full((6,), sigma, dtype=torch.float64)
    torch.testing.assert_close(gaussian_log_density(x, mean, sigmas), expected)


def ddim(x: torch.Tensor, data: torch.Tensor, sigmas: list[float]) -> torch.Tensor:
    """DDIM in its own variables (Song, Meng & Ermon 2021, eq. 12, without noise): alpha-bar = 1 / (1 + sigma^2)."""
    alphas = [1 / (1 + sigma**2) for sigma in sigmas]
    scaled = math.sqrt(alphas[0]) * x
    for alpha, lower, sigma in zip(alphas[:-1], alphas[1:], sigmas[:-1], strict=True):
        eps = (scaled / math.sqrt(alpha) - exact_denoiser(scaled / math.sqrt(alpha), data, sigma)) / sigma
        predicted = (scaled - math.sqrt(1 - alpha) * eps) / math.sqrt(alpha)
        scaled = math.sqrt(lower) * predicted + math.sqrt(1 - lower) * eps
    return scaled / math.sqrt(alphas[-1])


def annealed(x: torch.Tensor, data: torch.Tensor, sigmas: list[float]) -> torch.Tensor:
    """The lecture's update x' = x - eta (x - D(x, sigma)) with eta = 1 - sigma' / sigma."""
    for sigma, lower in itertools.pairwise(sigmas):
        x = x - (1 - lower / sigma) * (x - exact_denoiser(x, data, sigma))
    return x


def test_the_annealed_update_is_ddim() -> None:
    data = torch.tensor(make_moons(600, noise=0.05, random_state=0)[0])
    sigmas = [10 * (0.02 / 10) ** (k / 39) for k in range(40)] + [0.0]
    x = 10 * torch.randn(50, 2, generator=generator(2), dtype=torch.float64)
    # the requirement is 1e-5; float64 leaves 1e-9 of room for 40 steps of a flow that pulls neighbors apart
    torch.testing.assert_close(annealed(x, data, sigmas), ddim(x, data, sigmas), rtol=0, atol=1e-7)
    single = annealed(x.float(), data.float(), sigmas)
    ends = (single - ddim(x, data, sigmas)).norm(dim=1)
    assert ends.median() < 1e-4  # float32 may send a point that starts on a watershed elsewhere, but not half of them


def test_the_annealed_update_scales_a_gaussian_by_the_product() -> None:
    s, sigmas, x = 0.7, [5.0, 2.0, 0.9, 0.3, 0.0], 3.0
    for sigma, lower in itertools.pairwise(sigmas):
        denoised = s**2 / (s**2 + sigma**2) * x
        x = x - (1 - lower / sigma) * (x - denoised)
    assert x == pytest.approx(3.0 * diffusion_gaussian_factor(sigmas, s), rel=1e-12)


def test_with_fine_steps_diffusion_carries_the_noise_onto_the_data_s_own_spread() -> None:
    sigmas = [5 * (1e-4 / 5) ** (k / 20_000) for k in range(20_001)]
    # the probability flow keeps quantiles: x_0 / x_T = s / sqrt(s^2 + sigma_T^2); the error is first order in the step
    assert diffusion_gaussian_factor(sigmas, 0.7) == pytest.approx(0.7 / math.hypot(0.7, 5), rel=1e-3)


@pytest.mark.parametrize(("s", "sigma", "eta"), [(1.0, 0.5, 0.2), (0.3, 1.0, 1.0), (2.0, 3.0, 0.05)])
def test_langevin_settles_at_the_variance_of_its_own_recursion(s: float, sigma: float, eta: float) -> None:
    keep = 1 - eta + eta * s**2 / (s**2 + sigma**2)
    variance = 0.0
    for _ in range(20_000):
        variance = keep**2 * variance + 2 * eta * sigma**2
    assert langevin_stationary_variance(s, sigma, eta) == pytest.approx(variance, rel=1e-9)


def test_langevin_that_never_settles_is_refused() -> None:
    with pytest.raises(ValueError, match="settles only for"):
        langevin_stationary_variance(0.1, 1.0, 2.5)


def test_the_exact_score_nears_that_of_the_mixture_smoothed_by_sigma() -> None:
    """The examples stand for the mixture; their score's error must be that of 20,000 draws, no more and no less."""
    means = torch.tensor([[-1.5, 0.0], [1.0, 1.0]], dtype=torch.float64)
    roots = torch.tensor([[[0.6, 0.0], [0.3, 0.2]], [[0.3, 0.0], [0.0, 0.5]]], dtype=torch.float64)
    covariances, sigma = roots @ roots.mT, 0.4
    which = torch.randint(2, (20_000,), generator=generator(3))
    noise = torch.randn(20_000, 2, 1, generator=generator(4), dtype=torch.float64)
    data = means[which] + (roots[which] @ noise).squeeze(-1)
    x = noisy_copies(data[:60], sigma, 1, generator(5))[0].requires_grad_()
    smoothed = MixtureSameFamily(
        Categorical(torch.ones(2, dtype=torch.float64)), MultivariateNormal(means, covariances + sigma**2 * torch.eye(2))
    )
    (expected,) = torch.autograd.grad(smoothed.log_prob(x).sum(), x)
    x = x.detach()
    weights = torch.softmax(-torch.cdist(x, data).square() / (2 * sigma**2), 1)  # (60, N)
    deviations = data - exact_denoiser(x, data, sigma)[:, None]  # (60, N, 2)
    standard_error = (weights[..., None].square() * deviations.square()).sum(1).sqrt() / sigma**2
    z = (score(x, data, sigma) - expected) / standard_error
    assert 0.6 < float(z.square().mean().sqrt()) < 1.4  # 120 correlated scores: their rms is 1 within about 0.15


def test_the_floor_of_two_points_is_the_integral() -> None:
    a, sigma = 0.6, 0.5
    data = torch.tensor([[-a], [a]], dtype=torch.float64)

    def loss(n: float) -> float:
        error = a - a * math.tanh(a * (a + sigma * n) / sigma**2)
        return error**2 * math.exp(-(n**2) / 2) / math.sqrt(2 * math.pi)

    expected = quad(loss, -10, 10)[0]
    floor, standard_error = dae_floor(data, sigma, 20_000, generator(6))
    assert abs(floor - expected) < 4 * standard_error
    assert standard_error < 0.02 * expected


def test_no_denoiser_undercuts_the_floor_and_loss_less_floor_is_the_mean_square_between_them() -> None:
    data, sigma = torch.tensor(make_moons(200, noise=0.05, random_state=1)[0]), 0.3
    noisy = noisy_copies(data, sigma, 100, generator(7))
    floor, _ = dae_floor(data, sigma, noisy=noisy)
    exact = exact_denoiser(noisy.reshape(-1, 2), data, sigma).reshape(noisy.shape)
    for other in (0.9 * noisy, 0.8 * exact + 0.2 * noisy, exact + 0.1):
        excess = (data - other).square().sum(-1) - (data - exact).square().sum(-1)
        between = (exact - other).square().sum(-1)
        error = (excess - between).std() / excess.numel() ** 0.5
        assert (data - other).square().sum(-1).mean() > floor
        assert abs(excess.mean() - between.mean()) < 4 * error


def test_the_floor_draws_from_its_generator_only_and_scores_any_clean_points_of_the_data() -> None:
    data = torch.randn(50, 3, generator=generator(8))
    before = torch.get_rng_state()
    assert dae_floor(data, 0.3, 2, generator(9)) == dae_floor(data, 0.3, noisy=noisy_copies(data, 0.3, 2, generator(9)))
    assert torch.equal(before, torch.get_rng_state())
    some = data[:7]
    noisy = noisy_copies(some, 0.3, 5, generator(10))
    by_hand = (exact_denoiser(noisy.flatten(0, 1), data, 0.3) - some.repeat(5, 1)).square().sum(1)
    floor, standard_error = dae_floor(data, 0.3, clean=some, noisy=noisy)
    assert floor == pytest.approx(float(by_hand.mean()), rel=1e-5)
    assert standard_error == pytest.approx(float(by_hand.std()) / 35**0.5, rel=1e-5)
