# SPDX-License-Identifier: MIT
"""The torch half of the autoencoder's cost."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.objectives.squares import SquaredError


class ReconstructionObjective(SquaredError):
    """‖x_i − g(f(x_i))‖² per example."""

    def answer(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        return self.network.decode(self.network.encode(x)), x, None
