# SPDX-License-Identifier: MIT
"""New examples from any system: the ends of its flow."""

from __future__ import annotations

import torch
from torch import Tensor

from engine import flows
from engine.run import Run

PIECE = 2048  #: points on their way at a time


@torch.inference_mode()
def sample(run: Run, count: int, rng: torch.Generator) -> Tensor:
    """`count` new examples (count, M) of the run's present weights, by the flow of its recipe.

    A decoder's are g(h) of h from the prior; a denoiser's are N(0, I) after 200 updates, or pure noise annealed.
    """
    flow = flows.build(run.flow["kind"], run.shown, run.x, rng)
    pieces = [min(PIECE, count - done) for done in range(0, count, PIECE)]
    return torch.cat([flow.sample(piece, run.flow, run.sigma) for piece in pieces])
