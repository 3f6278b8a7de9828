# SPDX-License-Identifier: MIT
"""An engine whose denoising step takes its time: `python -m tests.sleepy SECONDS` sleeps so long in every micro-batch."""

from __future__ import annotations

import sys
import time

import torch
from torch import Tensor

from engine.objectives import COSTS
from engine.objectives.denoising import DenoisingObjective
from engine.process import main
from engine.protocol.recipe.objectives.denoising import Denoising

NAP_S = float(sys.argv[1])


class Sleepy(DenoisingObjective):
    """The denoising cost of a network that is slow."""

    def backward(self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        """Sleep, then do it."""
        time.sleep(NAP_S)
        return super().backward(x, rows, rng, weight)


if __name__ == "__main__":
    COSTS[Denoising] = Sleepy
    sys.exit(main(None, 1))
