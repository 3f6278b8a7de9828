# SPDX-License-Identifier: MIT
"""Answers for linear models: principal components, their likelihood, the Wiener filter, the linear decoder's density."""

import math

import torch
from torch import Tensor


@torch.no_grad()
def data_covariance(data: Tensor) -> Tensor:
    """Return the covariance of data (N, M) about its mean, divided by N: (M, M), computed in float64."""
    centred = data.double() - data.double().mean(0)
    covariance: Tensor = centred.T @ centred / len(data)
    return covariance.to(data.dtype)


@torch.no_grad()
def covariance_eigenvalues(data: Tensor) -> Tensor:
    """Return the eigenvalues of the covariance (1/N) of data (N, M), largest first, none below zero: (M,) float64."""
    ascending: Tensor = torch.linalg.eigvalsh(data_covariance(data.double()))
    return ascending.flip(0).clamp(min=0)


def linear_autoencoder_loss(data: Tensor, n_components: int) -> float:
    """Return the least loss per example, a squared length, of a linear autoencoder with biases: the eigenvalues left out.

    data (N, M), 0 <= n_components <= M. Baldi & Hornik (1989).
    """
    return float(covariance_eigenvalues(data)[_checked(n_components, data.shape[1]) :].sum())


def ppca_log_likelihood(data: Tensor, n_components: int) -> float:
    """Return the greatest log-likelihood of probabilistic PCA, per example in nats.

    data (N, M), 0 <= n_components < M. Tipping & Bishop (1999), eq. 3.6 to 3.8; it is the greatest ELBO of a linear VAE
    with a learned sigma_eps (Lucas et al. 2019). Raises ValueError where nothing is left for the noise to explain.
    """
    eigenvalues = covariance_eigenvalues(data)
    kept, left = eigenvalues.tensor_split([_checked(n_components, data.shape[1])])
    noise = float(left.mean()) if len(left) else 0.0
    if noise <= 1e-12 * float(eigenvalues[0]) or float(eigenvalues[0]) == 0:
        raise ValueError(f"{n_components} components explain these data fully: their likelihood has no maximum")
    log_determinant = float(kept.log().sum()) + len(left) * math.log(noise)
    return -(len(eigenvalues) * (math.log(2 * math.pi) + 1) + log_determinant) / 2


def _checked(n_components: int, dimensions: int) -> int:
    if not 0 <= n_components <= dimensions:
        raise ValueError(f"n_components must lie between 0 and {dimensions}, not {n_components}")
    return n_components


def active_dimensions(eigenvalues: Tensor, beta_sigma_eps_squared: float) -> int:
    """Return how many dimensions of a linear VAE stay active: those whose eigenvalue exceeds beta sigma_eps^2.

    eigenvalues (M_hidd,): the largest of the data's covariance (1/N). Lucas et al. (2019).
    """
    return int((eigenvalues > beta_sigma_eps_squared).sum())


def collapsed_variances(eigenvalues: Tensor, beta_sigma_eps_squared: float) -> Tensor:
    """Return Var_x mu_j(x) of a linear VAE at its optimum, (M_hidd,): 1 - beta sigma_eps^2 / lambda_j, or 0 if collapsed.

    eigenvalues (M_hidd,) as for active_dimensions.
    """
    return torch.where(eigenvalues > beta_sigma_eps_squared, 1 - beta_sigma_eps_squared / eigenvalues, 0.0)


@torch.no_grad()
def wiener_denoiser(covariance: Tensor, sigma: float) -> Tensor:
    """Return S (S + sigma^2 I)^-1, (M, M): the matrix of the best linear denoiser (with bias) of data with covariance S.

    covariance (M, M), sigma > 0 in the units of the data. Wiener (1949); computed in float64.
    """
    eigenvalues, directions = torch.linalg.eigh(covariance.double())
    matrix: Tensor = (directions * (eigenvalues / (eigenvalues + sigma**2))) @ directions.T
    return matrix.to(covariance.dtype)


def local_dimension(singular_values: Tensor) -> Tensor:
    """Return the local dimension (...), whole numbers, from the singular values (..., M) of a denoiser's Jacobian.

    A direction along the manifold passes the denoiser (near 1), one off it is removed (near 0): how many exceed 1/2.
    """
    return (singular_values > 0.5).sum(-1)


@torch.no_grad()
def linear_decoder_log_density(x: Tensor, W: Tensor, b: Tensor, eps: float) -> Tensor:
    """Return log P(x) = log N(x; b, W W^T + eps^2 I) in nats, (B,), for the decoder g(h) = W h + b and noise eps.

    x (B, M), W (M, M_hidd), b (M,), eps > 0 in the units of x. Tipping & Bishop (1999), eq. 2.4; computed in float64.
    """
    W64, residuals = W.double(), x.double() - b.double()
    covariance = W64 @ W64.T + eps**2 * torch.eye(len(b), dtype=torch.float64, device=x.device)
    root = torch.linalg.cholesky(covariance)
    whitened = torch.linalg.solve_triangular(root, residuals.T, upper=False)  # (M, B)
    log_determinant = 2 * root.diagonal().log().sum()
    log_density: Tensor = -(whitened.square().sum(0) + log_determinant + len(b) * math.log(2 * math.pi)) / 2
    return log_density.to(x.dtype)


@torch.no_grad()
def linear_posterior(x: Tensor, W: Tensor, b: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """Return the mean (B, M_hidd) and the covariance (M_hidd, M_hidd) of P(h | x) for the decoder g(h) = W h + b.

    Arguments as for linear_decoder_log_density; the covariance is the same for all x. Tipping & Bishop (1999), eq. 2.6.
    """
    W64, residuals = W.double(), x.double() - b.double()
    precision = W64.T @ W64 + eps**2 * torch.eye(W.shape[1], dtype=torch.float64, device=x.device)  # times eps^2
    mean = torch.linalg.solve(precision, W64.T @ residuals.T).T
    return mean.to(x.dtype), (eps**2 * torch.linalg.inv(precision)).to(x.dtype)
