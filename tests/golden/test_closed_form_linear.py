# SPDX-License-Identifier: MIT
"""Linear models have known answers: principal components, probabilistic PCA, collapse, the Wiener filter."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal
from sklearn.decomposition import PCA

from engine.closed_form import (
    active_dimensions,
    collapsed_variances,
    covariance_eigenvalues,
    data_covariance,
    linear_autoencoder_loss,
    linear_decoder_log_density,
    linear_posterior,
    local_dimension,
    ppca_log_likelihood,
    wiener_denoiser,
)


def cloud(seed: int = 0, n: int = 300) -> torch.Tensor:
    """Points in six dimensions with unlike spreads, far from the origin."""
    rng = torch.Generator().manual_seed(seed)
    points = torch.randn(n, 6, generator=rng, dtype=torch.float64) * torch.tensor([3, 2, 1, 0.5, 0.2, 0.1])
    mixing = torch.linalg.qr(torch.randn(6, 6, generator=rng, dtype=torch.float64)).Q
    return points @ mixing + 5


def test_covariance_and_eigenvalues_are_those_of_numpy() -> None:
    data = cloud()
    expected = np.cov(data.numpy(), rowvar=False, bias=True)
    np.testing.assert_allclose(data_covariance(data), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(covariance_eigenvalues(data), np.linalg.eigvalsh(expected)[::-1], rtol=0, atol=1e-12)
    assert data_covariance(data.float()).dtype == torch.float32


@pytest.mark.parametrize("n_components", range(7))
def test_the_linear_autoencoder_s_least_loss_is_what_the_principal_components_leave(n_components: int) -> None:
    data = cloud()
    centred = data.numpy() - data.numpy().mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    kept = directions[:n_components]
    left = np.square(centred - centred @ kept.T @ kept).sum(1).mean()
    assert linear_autoencoder_loss(data, n_components) == pytest.approx(left, rel=1e-9, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_no_linear_autoencoder_does_better(seed: int, n_components: int) -> None:
    data = cloud()
    encoder = torch.randn(n_components, 6, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    codes = (data - data.mean(0)) @ encoder.T
    decoder = torch.linalg.lstsq(codes, data - data.mean(0)).solution  # the best decoder for this encoder
    loss = (data - data.mean(0) - codes @ decoder).square().sum(1).mean()
    assert float(loss) >= linear_autoencoder_loss(data, n_components) - 1e-9


def ppca_model(data: np.ndarray, n_components: int) -> tuple[np.ndarray, float]:
    """W and the noise variance that maximize the likelihood (Tipping & Bishop 1999, eq. 3.7, 3.8), by NumPy."""
    values, vectors = np.linalg.eigh(np.cov(data, rowvar=False, bias=True))
    noise = values[: len(values) - n_components].mean()
    kept = slice(len(values) - n_components, None)
    return vectors[:, kept] * np.sqrt(values[kept] - noise), float(noise)


def mean_log_density(data: np.ndarray, loadings: np.ndarray, noise: float) -> float:
    covariance = loadings @ loadings.T + noise * np.eye(len(loadings))
    return float(multivariate_normal(data.mean(0), covariance).logpdf(data).mean())


@pytest.mark.parametrize("n_components", range(6))
def test_the_greatest_likelihood_of_ppca_is_that_of_its_explicit_density(n_components: int) -> None:
    data = cloud().numpy()
    expected = mean_log_density(data, *ppca_model(data, n_components))
    assert ppca_log_likelihood(torch.tensor(data), n_components) == pytest.approx(expected, rel=1e-9)


def test_no_other_loadings_or_noise_are_likelier_and_scikit_learn_nearly_agrees() -> None:
    data, rng = cloud().numpy(), np.random.default_rng(0)
    greatest = ppca_log_likelihood(torch.tensor(data), 2)
    loadings, noise = ppca_model(data, 2)
    for _ in range(50):
        other = loadings + 0.1 * rng.standard_normal(loadings.shape)
        assert mean_log_density(data, other, noise * math.exp(0.1 * rng.standard_normal())) < greatest
    # scikit-learn divides by N - 1, so its model is a little off the maximum: by about (M / 4) / N^2 = 2e-5 here
    assert 0 <= greatest - PCA(2).fit(data).score(data) < 1e-4


@pytest.mark.parametrize("n_components", [-1, 7])
def test_more_components_than_dimensions_are_refused(n_components: int) -> None:
    for function in (ppca_log_likelihood, linear_autoencoder_loss):
        with pytest.raises(ValueError, match="between 0 and 6"):
            function(cloud(), n_components)


def test_a_likelihood_without_maximum_is_refused() -> None:
    flat = torch.cat([cloud()[:, :2], torch.zeros(300, 1, dtype=torch.float64)], 1)
    for data, n_components in ((flat, 2), (cloud(), 6), (torch.ones(5, 3), 0)):
        with pytest.raises(ValueError, match="no maximum"):
            ppca_log_likelihood(data, n_components)


@pytest.mark.parametrize("pull", [0.05, 0.3, 0.9, 1.1, 4.0])
def test_collapse_is_what_minimizing_a_linear_vae_finds(pull: float) -> None:
    """One direction of variance 1: encoder a x with noise v, decoder w; pull = beta sigma_eps^2."""

    def objective(parameters: np.ndarray) -> float:
        a, w, log_v = parameters
        squared_error = (1 - w * a) ** 2 + w**2 * math.exp(log_v)
        return float(squared_error / (2 * pull) + (a**2 + math.exp(log_v) - log_v - 1) / 2)

    starts = [(0.5, 0.5, -1.0), (0.1, 0.1, 0.0)]
    options = {"xatol": 1e-9, "fatol": 1e-14, "maxiter": 20_000, "maxfev": 20_000}
    best = min((minimize(objective, start, method="Nelder-Mead", options=options) for start in starts), key=lambda r: r.fun)
    variance = collapsed_variances(torch.ones(1, dtype=torch.float64), pull)
    assert best.x[0] ** 2 == pytest.approx(float(variance), abs=1e-4)
    assert active_dimensions(torch.ones(1), pull) == (best.x[0] ** 2 > 0.01)


def test_the_wiener_filter_is_the_least_squares_denoiser_with_the_noise_integrated_out() -> None:
    data, sigma = cloud(), 0.6
    centred = (data - data.mean(0)).numpy()
    # E |x - A (x + eps)|^2 over eps is least squares with sigma sqrt(N) I stacked under the data and zeros as targets
    inputs = np.vstack([centred, sigma * math.sqrt(len(data)) * np.eye(6)])
    matrix = np.linalg.lstsq(inputs, np.vstack([centred, np.zeros((6, 6))]), rcond=None)[0].T
    wiener = wiener_denoiser(data_covariance(data), sigma)
    np.testing.assert_allclose(wiener, matrix, rtol=0, atol=1e-10)
    assert int(local_dimension(torch.linalg.svdvals(wiener))) == int((covariance_eigenvalues(data) > sigma**2).sum())


def test_local_dimension_counts_what_exceeds_one_half() -> None:
    assert local_dimension(torch.tensor([[0.99, 0.6, 0.4, 0.0], [0.5, 0.2, 0.1, 0.0]])).tolist() == [2, 0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_linear_decoder_s_density_and_posterior_are_those_of_the_joint_gaussian(dtype: torch.dtype) -> None:
    rng = torch.Generator().manual_seed(3)
    loadings, b, x = (torch.randn(shape, generator=rng, dtype=dtype) for shape in ((6, 2), (6,), (10, 6)))
    eps = 0.4
    wide = loadings.double().numpy()
    joint = np.block([[np.eye(2), wide.T], [wide, wide @ wide.T + eps**2 * np.eye(6)]])  # of (h, x)
    gain = joint[:2, 2:] @ np.linalg.inv(joint[2:, 2:])
    residuals = (x - b).double().numpy()
    expected = multivariate_normal(np.zeros(6), joint[2:, 2:]).logpdf(residuals)
    tolerance = 1e-9 if dtype == torch.float64 else 1e-5
    np.testing.assert_allclose(linear_decoder_log_density(x, loadings, b, eps), expected, rtol=tolerance)
    mean, covariance = linear_posterior(x, loadings, b, eps)
    assert mean.dtype == covariance.dtype == dtype
    np.testing.assert_allclose(mean, residuals @ gain.T, rtol=0, atol=tolerance)
    np.testing.assert_allclose(covariance, np.eye(2) - gain @ joint[2:, :2], rtol=0, atol=tolerance)
