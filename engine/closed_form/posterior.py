# SPDX-License-Identifier: MIT
"""P(x_i | x), the posterior over the training examples, taken chunk by chunk and never held whole.

Two sets of examples answer together as the mixture of their answers, each weighted by its share of the mass; so every exact
answer over N examples is a running mixture over chunks of them, and its memory does not grow with N.

The logit of example i is (x.x_i - |x_i|^2 / 2) / sigma^2: -|x - x_i|^2 / (2 sigma^2) less what all examples have in common.
At small sigma it is a small difference of large numbers, and float32 loses it. So the few examples near enough to the
winner to carry weight are scored again in float64. On CPU or CUDA; MPS has no float64.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import threshold

from engine.device import halves_are_fast

CHUNK = 1024  # examples at a time: their product with the queries runs at full rate and stays in the cache
LOGITS = 2**18  # so many logits at a time, so that memory stays flat: 1 MB in float32
FEW_DIMENSIONS = 64  # up to here a float64 product costs less than the softmax that follows it
LOWEST_LOGIT = -60.0  # e^-60 N is below what float64 resolves, and still far enough from a denormal to be multiplied
NO_WEIGHT = -1e4  # a logit whose exponential is exactly zero
STEP = 2.0**-24  # the relative rounding error of float32
FEW = 0.5  # the part of the queries that a chunk moved, below which it pays to look first whom the next one may move
COARSE = 3.1 * 2.0**-8  # of |x||x_i|: how wrong a bfloat16 product of bfloat16 numbers may be, for it is rounded three times
TOLERATED = 128 * STEP  # an error of a logit that moves a blend of two examples by at most 5e-6 of the longest example


class Piece(NamedTuple):
    """The posterior of some queries over one chunk of the examples, normalized within the chunk."""

    queries: slice | Tensor  # rows of x: a block of them, or the numbers (b,) of those in it that these examples may move
    examples: slice
    weights: Tensor  # (b, n)
    logits: Tensor  # (b, n), each query's shifted by a constant, so that the greatest is 0
    log_sum: Tensor  # (b, 1) ln of the sum of exp(logits)
    share: Tensor  # (b, 1) this chunk's part of the mass of all chunks so far; 1 for the first
    log_mass: Tensor  # (b, 1) float64, ln of the sum of exp((x.x_i - |x_i|^2 / 2) / sigma^2) over all chunks so far


def pieces(x: Tensor, data: Tensor, sigma: float | Tensor) -> Iterator[Piece]:
    """Yield the posterior P(x_i | x): for each block of queries, every chunk of the examples in turn that may move one of it.

    x (B, M) and data (N, M) in one floating type; sigma >= 0 a number or (B,), in the units of x; at sigma = 0 the nearest
    example takes all. Raises ValueError for other shapes, no examples, or a negative sigma.
    """
    if x.ndim != 2 or data.ndim != 2 or x.shape[1] != data.shape[1] or len(data) == 0:
        raise ValueError(f"expected x (B, M) and data (N, M), N >= 1; got {tuple(x.shape)} and {tuple(data.shape)}")
    precision = sigma_column(sigma, x).pow(-2).clamp(max=1e30)  # (B, 1), finite in float32 too
    best = torch.full_like(x[:, :1], -torch.inf)  # (B, 1) the greatest x.x_i - |x_i|^2 / 2 so far
    log_mass = best.double()
    block = max(CHUNK // 4, LOGITS // min(CHUNK, len(data)))
    may_look = x.dtype == torch.float32 and x.shape[1] > FEW_DIMENSIONS and x.device.type == "cpu" and halves_are_fast()
    for first in range(0, len(x), block):
        whole, moved = slice(first, min(first + block, len(x))), 1.0
        for start in range(0, len(data), CHUNK):
            queries: slice | Tensor = whole
            examples = slice(start, min(start + CHUNK, len(data)))
            if may_look and moved < FEW:
                queries = first + _may_move(x[whole], data[examples], precision[whole], log_mass[whole])
                moved = len(queries) / len(x[whole])
                if not len(queries):
                    continue
            piece, best[queries] = _piece(x, data, precision, best[queries], log_mass[queries], queries, examples)
            log_mass[queries] = piece.log_mass
            if queries is whole:
                moved = float((piece.share > 0).float().mean())
            yield piece


def _piece(
    x: Tensor, data: Tensor, precision: Tensor, best: Tensor, log_mass: Tensor, queries: slice | Tensor, examples: slice
) -> tuple[Piece, Tensor]:
    """Return the posterior over one chunk, given the best and the mass so far (b, 1), and the best thereafter."""
    logits, shift, best = _logits(x[queries], data[examples], precision[queries], best)
    weights = torch.softmax(threshold(logits, LOWEST_LOGIT, NO_WEIGHT, inplace=True), dim=1)
    # The greatest logit is 0, so its weight is 1 / sum: ten times faster than torch.logsumexp under underflow.
    log_sum = -weights.amax(1, keepdim=True).log()
    share = torch.sigmoid(threshold(shift + log_sum - log_mass, LOWEST_LOGIT, NO_WEIGHT)).to(x.dtype)
    return Piece(queries, examples, weights, logits, log_sum, share, torch.logaddexp(log_mass, shift + log_sum)), best


def _may_move(x: Tensor, rows: Tensor, precision: Tensor, log_mass: Tensor) -> Tensor:
    """Return the numbers of the queries that these examples may still move, by a product of a third of float32's time.

    At small sigma few queries have a winner here. None is missed: the coarse logits are raised by all that rounding took.
    """
    norms = torch.linalg.vector_norm(rows, dim=1)
    coarse = torch.mm(x.bfloat16(), rows.bfloat16().T).float().sub_(norms.square() / 2).amax(1, keepdim=True)
    longest = norms.amax()
    error = longest * (COARSE * torch.linalg.vector_norm(x, dim=1, keepdim=True) + 128 * STEP * longest)  # product, square
    highest = (coarse + error) * precision  # float64
    beyond: Tensor = highest < log_mass + LOWEST_LOGIT
    return (~beyond).squeeze(1).nonzero().squeeze(1)  # NaN goes the usual way


def sigma_column(sigma: float | Tensor, x: Tensor) -> Tensor:
    """Return sigma, a number or (B,), as a float64 column (B, 1); raises ValueError unless it is zero or more."""
    sigmas = torch.as_tensor(sigma, dtype=torch.float64, device=x.device).reshape(-1, 1)
    if not bool((sigmas >= 0).all()):
        raise ValueError(f"sigma must be zero or more, not {sigma}")
    return sigmas.expand(len(x), 1)


def _logits(x: Tensor, rows: Tensor, precision: Tensor, best: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the logits (b, n) less the greatest, that one (b, 1) in float64, and the best x.x_i - |x_i|^2/2 so far."""
    if x.dtype == torch.float64 or x.shape[1] <= FEW_DIMENSIONS:
        wide = lifted_logits(x, rows, precision)
        shift = wide.amax(1, keepdim=True)
        return wide.sub_(shift).to(x.dtype), shift, best
    squared = torch.linalg.vector_norm(rows, dim=1).square_()
    logits = torch.addmm(squared, x, rows.T, beta=-0.5)
    top = logits.amax(1, keepdim=True)
    best = torch.maximum(best, top)
    logits.sub_(top).mul_(precision.to(x.dtype))
    shift = top * precision
    reach = _reach(STEP * (top.abs() + squared.amax()) * precision) + (top - best) * precision  # (b, 1)
    doubtful = (reach > 0).squeeze(1).nonzero().squeeze(1)  # queries for which an example here may matter
    if len(doubtful):
        near = ((logits[doubtful] + reach[doubtful].to(x.dtype)).amax(0) > 0).nonzero().squeeze(1)
        wide = lifted_logits(x[doubtful], rows[near], precision[doubtful])
        peak = wide.amax(1, keepdim=True)  # each query's winner is among the near ones
        logits[doubtful] += (shift[doubtful] - peak).to(x.dtype)
        logits[doubtful[:, None], near] = (wide - peak).to(x.dtype)
        shift[doubtful] = peak
    return logits, shift, best


def _reach(error: Tensor) -> Tensor:
    """Return how far below the winner an example's logit may lie and still deserve float64, given the logits' error.

    Independent errors of candidates that lie t below the winner move the answer by at most error * exp(-t/2) times the
    spread of the data, for sum w^2 <= max w; what they move it by must stay under the tolerated. And the winner
    itself is only known to within a few errors. Negative where float32 is good enough for all.
    """
    return 2 * torch.log(error / TOLERATED) + 8 * error


def lifted_logits(x: Tensor, rows: Tensor, precision: Tensor) -> Tensor:
    """Return (x.x_i - |x_i|^2 / 2) / sigma^2 in float64, (b, n), as one product of the points lifted by a dimension."""
    rows = rows.double()
    queries = torch.cat([x.double() * precision, precision], dim=1)  # (b, M + 1)
    return queries @ torch.cat([rows, rows.square().sum(1, keepdim=True) / -2], dim=1).T
