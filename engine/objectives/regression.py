# SPDX-License-Identifier: MIT
"""The torch half of the supervised generator's cost."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.supervised import SupervisedNetwork
from engine.objectives.squares import SquaredError
from engine.protocol.recipe.objectives.regression import Regression


class RegressionObjective(SquaredError):
    """‖x_i − g(h_i)‖² per example, h_i as the data tell it."""

    network: SupervisedNetwork

    def __init__(self, declared: Regression, network: SupervisedNetwork) -> None:
        super().__init__(declared, network)

    def answer(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        return self.network.decode(self.network.known.index_select(0, rows)), x, None
