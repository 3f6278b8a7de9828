# SPDX-License-Identifier: MIT
"""The exact denoiser of a training set, and what follows from the same posterior: score, density, Jacobian, candidates."""

import math

import torch
from torch import Tensor
from torch.nn.functional import threshold

from engine.closed_form.gaussian import gaussian_log_density
from engine.closed_form.posterior import CHUNK, FEW_DIMENSIONS, pieces, sigma_column

SMALLEST_WEIGHT = 1e-26  # below it a product of two weights may be denormal


@torch.no_grad()
def posterior_weights(x: Tensor, data: Tensor, sigma: float | Tensor) -> Tensor:
    """Return P(x_i | x), (B, N): a softmax over i of -|x - x_i|^2 / (2 sigma^2).

    x (B, M), data (N, M), sigma a number or (B,) in the units of x. Weights under e^-60 of the largest are exactly zero.
    Raises ValueError for other shapes or a negative sigma.
    """
    weights = x.new_zeros(len(x), len(data))
    for piece in pieces(x, data, sigma):
        weights[piece.queries, : piece.examples.start] *= 1 - piece.share
        weights[piece.queries, piece.examples] = piece.weights * piece.share
    return threshold(weights, SMALLEST_WEIGHT, 0.0, inplace=True)


@torch.no_grad()
def exact_denoiser(x: Tensor, data: Tensor, sigma: float | Tensor) -> Tensor:
    """Return E[x_i | x] = sum_i P(x_i | x) x_i, (B, M): the denoiser of least squared error for these examples.

    x (B, M), data (N, M), sigma a number or (B,) in the units of x. Within 1e-5 of the length of the longest example.
    Miyasawa (1961). Raises ValueError for other shapes or a negative sigma.
    """
    denoised = torch.zeros_like(x)
    for piece in pieces(x, data, sigma):
        rows, so_far = data[piece.examples], denoised[piece.queries]
        if bool((piece.share > 0).all()):
            so_far.lerp_(_mean(piece.weights, rows), piece.share)
        else:  # at small sigma most queries have their winner elsewhere: half of the work is saved
            moved = piece.share.squeeze(1).nonzero().squeeze(1)
            so_far[moved] = so_far[moved].lerp_(_mean(piece.weights[moved], rows), piece.share[moved])
        denoised[piece.queries] = so_far
    return denoised


def _mean(weights: Tensor, rows: Tensor) -> Tensor:
    """Return weights @ rows; a product with few columns runs four times faster where they are contiguous."""
    return weights @ (rows.T.contiguous().T if rows.shape[1] <= FEW_DIMENSIONS else rows)


@torch.no_grad()
def effective_number(x: Tensor, data: Tensor, sigma: float | Tensor) -> Tensor:
    """Return the effective number of candidates exp(H(P(. | x))), (B,), between 1 and N.

    x (B, M), data (N, M), sigma a number or (B,) in the units of x. Raises ValueError for other shapes or a negative sigma.
    """
    entropy = x.new_zeros(len(x), 1)
    for piece in pieces(x, data, sigma):
        within = piece.log_sum - (piece.weights * piece.logits).sum(1, keepdim=True)
        between = torch.special.entr(piece.share) + torch.special.entr(1 - piece.share)
        entropy[piece.queries] = entropy[piece.queries].lerp_(within, piece.share) + between
    return entropy.squeeze(1).exp()


@torch.no_grad()
def log_density_smoothed(x: Tensor, data: Tensor, sigma: float | Tensor) -> Tensor:
    """Return log p_sigma(x) in nats, (B,): the density (1/N) sum_i N(x; x_i, sigma^2 I) of the blurred examples.

    x (B, M), data (N, M), sigma > 0 a number or (B,) in the units of x. Raises ValueError for other shapes or sigmas.
    """
    sigmas = _positive(sigma, x)
    log_mass = sigmas.new_empty(len(x), 1)
    for piece in pieces(x, data, sigma):
        log_mass[piece.queries] = piece.log_mass
    wide = x.double()
    about_zero = gaussian_log_density(wide, torch.zeros_like(wide), sigmas.squeeze(1))  # what the masses leave out
    return (log_mass.squeeze(1) + about_zero - math.log(len(data))).to(x.dtype)


@torch.no_grad()
def score(x: Tensor, data: Tensor, sigma: float | Tensor) -> Tensor:
    """Return the gradient of log p_sigma(x), (B, M): (exact_denoiser(x) - x) / sigma^2.

    Miyasawa (1961); Vincent (2011), eq. 7. Shapes, units and errors as for log_density_smoothed.
    """
    return (exact_denoiser(x, data, sigma) - x) / _positive(sigma, x).square().to(x.dtype)


@torch.no_grad()
def exact_denoiser_jacobian(x: Tensor, data: Tensor, sigma: float | Tensor) -> Tensor:
    """Return the derivative of the exact denoiser, (B, M, M): the covariance of the examples given x, over sigma^2.

    x (B, M), data (N, M), sigma > 0 a number or (B,) in the units of x. Raises ValueError for other shapes or sigmas.
    """
    variances = _positive(sigma, x).square().to(x.dtype)
    means, weights = exact_denoiser(x, data, sigma), posterior_weights(x, data, sigma)
    jacobian = x.new_zeros(len(x), x.shape[1], x.shape[1])
    for query in range(len(x)):
        for candidates in torch.split(weights[query].nonzero().squeeze(1), CHUNK):
            root = weights[query, candidates, None].sqrt()
            deviations = root * (data[candidates] - means[query])  # (n, M)
            jacobian[query].addmm_(deviations.T, deviations)
    return jacobian.div_(variances[:, :, None])


def _positive(sigma: float | Tensor, x: Tensor) -> Tensor:
    """Return sigma as a float64 column (B, 1); raises ValueError where it is not above zero."""
    sigmas = sigma_column(sigma, x)
    if not bool((sigmas > 0).all()):
        raise ValueError(f"sigma must be above zero, not {sigma}")
    return sigmas
