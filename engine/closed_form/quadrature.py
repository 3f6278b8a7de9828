# SPDX-License-Identifier: MIT
"""log P(x) of a decoder by quadrature over its latent space, on a grid that is refined where the decoder is steep."""

import math
from collections import deque
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from engine.closed_form.gaussian import gaussian_log_density
from engine.closed_form.posterior import lifted_logits

Decode = Callable[[Tensor], Tensor]  #: (K, M_hidd) to (K, M), in the type of its argument

CELL = 0.25  #: width of the coarsest cells, in units of the prior's standard deviation
FINEST = CELL / 2**24  #: a decoder that still moves by sigma_eps within this jumps
ENTRIES = 2**20  #: log-likelihoods held at once
NODES = torch.tensor([-math.sqrt(0.6), 0.0, math.sqrt(0.6)], dtype=torch.float64)  #: Gauss-Legendre in [-1, 1]
NEGLIGIBLE = 40.0  #: nats below log P(x): what 2^25 cells like that hold together is 1e-10 of it
WEIGHTS = torch.tensor([5 / 18, 8 / 18, 5 / 18], dtype=torch.float64)  #: of a cell's volume


@torch.no_grad()
def log_density_quadrature(
    x: Tensor, decode: Decode, sigma_eps: float, latent_dims: int, reach: float = 6.0, most_nodes: int = 2**25
) -> Tensor:
    """Return log P(x) = log of the integral of N(x; g(h), sigma_eps^2 I) N(h; 0, I) dh in nats, (B,).

    x (B, M); decode g; sigma_eps > 0 in the units of x; the integral is over |h_j| <= reach for latent_dims of 1 or 2. Cells
    are halved until g moves by less than sigma_eps / 2 from node to node, unless they hold next to nothing for any x.
    Sums are float64, decode is called in the type of x. Raises ValueError for other latent_dims, or where that takes more
    than most_nodes: g too steep.
    """
    return deque(quadrature_slices(x, decode, sigma_eps, latent_dims, reach, most_nodes), maxlen=1).pop()


@torch.no_grad()
def quadrature_slices(
    x: Tensor,
    decode: Decode,
    sigma_eps: float,
    latent_dims: int,
    reach: float = 6.0,
    most_nodes: int = 2**25,
    at_once: int = 2**12,
    floor: Tensor | None = None,
) -> Iterator[Tensor]:
    """Yield log P(x), (B,), as the quadrature grows cell by cell, coarse cells first; the last one is the answer.

    For callers that have other things to do between slices of about `at_once` nodes. Arguments as for log_density_quadrature.
    `floor` (B,) are lower bounds of the answers, such as the ELBO: the higher, the fewer cells are halved in vain.
    """
    if latent_dims not in (1, 2):
        raise ValueError(f"quadrature is for 1 or 2 latent dimensions, not {latent_dims}")
    log_density = torch.full((len(x),), -torch.inf, dtype=torch.float64, device=x.device)
    centres, width, nodes_so_far = _grid(reach, latent_dims).to(x.device), CELL, 0
    cells = max(1, min(ENTRIES // max(1, len(x)), at_once) // 3**latent_dims)
    while len(centres):
        steep = []
        for batch in torch.split(centres, cells):
            nodes = _nodes(batch, width)  # (cells, 3^d, d)
            decoded = decode(nodes.flatten(0, 1).to(x.dtype)).double().reshape(*nodes.shape[:2], -1)  # (cells, 3^d, M)
            step = _largest_step(decoded, latent_dims)
            fine = step < sigma_eps / 2
            part = _log_integral(x, nodes[fine].flatten(0, 1), decoded[fine].flatten(0, 1), width, sigma_eps)
            log_density = torch.logaddexp(log_density, part)
            most = _most(x, batch[~fine], decoded[~fine], step[~fine], width, sigma_eps)
            known = log_density if floor is None else torch.maximum(log_density, floor.double())
            steep.append(batch[~fine][(most > known[:, None] - NEGLIGIBLE).any(0)])
            nodes_so_far += nodes.shape[0] * nodes.shape[1]
            yield log_density.to(x.dtype)
        centres, width = _halves(torch.cat(steep), width), width / 2
        if len(centres) and (width < FINEST or nodes_so_far + len(centres) * 3**latent_dims > most_nodes):
            raise ValueError(f"the decoder is too steep for sigma_eps = {sigma_eps:g}: over {most_nodes} nodes needed")


def _grid(reach: float, dims: int) -> Tensor:
    """Return the centres of the coarsest cells that cover |h_j| <= reach: (cells, d)."""
    half = math.ceil(reach / CELL)
    axis = (torch.arange(-half, half, dtype=torch.float64) + 0.5) * CELL
    return torch.cartesian_prod(*[axis] * dims).reshape(-1, dims)


def _offsets(positions: Tensor, dims: int) -> Tensor:
    """Return every combination of the positions along the axes, the last axis fastest: (positions^d, d)."""
    return torch.cartesian_prod(*[positions] * dims).reshape(-1, dims)


def _nodes(centres: Tensor, width: float) -> Tensor:
    """Return the Gauss-Legendre nodes of each cell, (cells, 3^d, d)."""
    return centres[:, None] + _offsets(NODES.to(centres), centres.shape[1]) * (width / 2)


def _halves(centres: Tensor, width: float) -> Tensor:
    """Return the centres of the 2^d cells of half the width that make up each cell."""
    corners = _offsets(torch.tensor([-0.25, 0.25]).to(centres), centres.shape[1]) * width
    return (centres[:, None] + corners).flatten(0, 1)


def _largest_step(decoded: Tensor, dims: int) -> Tensor:
    """Return the longest step of g between neighboring nodes of each cell: (cells,) from (cells, 3^d, M)."""
    grid = decoded.reshape(-1, *(3,) * dims, decoded.shape[2])
    steps = [grid.diff(dim=1 + axis).norm(dim=-1).flatten(1).amax(1) for axis in range(dims)]
    return torch.stack(steps).amax(0)


def _most(x: Tensor, centres: Tensor, decoded: Tensor, step: Tensor, width: float, sigma_eps: float) -> Tensor:
    """Return the log of the most that the integral over each of these cells can be for each x, (B, cells) float64.

    From decoded (cells, 3^d, M). It takes g to come nowhere in a cell nearer to x than at a node, less twice the longest step.
    """
    wide, dims = x.double(), centres.shape[1]
    nearest = torch.cdist(wide, decoded.flatten(0, 1)).reshape(len(x), *decoded.shape[:2]).amin(2)  # (B, cells)
    inner = (centres.abs() - width / 2).clamp(min=0)  # the point of each cell where the prior is highest
    log_prior = gaussian_log_density(inner, torch.zeros_like(inner), 1.0)
    gap = (nearest - 2 * step).clamp(min=0) / sigma_eps
    log_top = gaussian_log_density(wide, wide, sigma_eps)[:, None]
    return log_prior + dims * math.log(width) + log_top - gap.square() / 2


def _log_integral(x: Tensor, nodes: Tensor, decoded: Tensor, width: float, sigma_eps: float) -> Tensor:
    """Return the log of the integral of N(x; g(h), sigma_eps^2 I) N(h; 0, I) over these cells, (B,) float64."""
    if len(nodes) == 0:
        return torch.full((len(x),), -torch.inf, dtype=torch.float64, device=x.device)
    dims = nodes.shape[1]
    log_weights = _offsets(WEIGHTS.to(nodes), dims).log().sum(1) + dims * math.log(width)  # (3^d,)
    log_prior = -(nodes.square().sum(1) + dims * math.log(2 * math.pi)) / 2  # (K,)
    precision = torch.full((len(x), 1), sigma_eps**-2, dtype=torch.float64, device=x.device)
    logits = lifted_logits(x, decoded, precision) + log_prior + log_weights.repeat(len(nodes) // len(log_weights))
    log_sum = logits.amax(1) - torch.softmax(logits, dim=1).amax(1).log()
    wide = x.double()
    return log_sum + gaussian_log_density(wide, torch.zeros_like(wide), sigma_eps)  # the second is what the logits leave out
