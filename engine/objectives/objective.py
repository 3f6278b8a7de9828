# SPDX-License-Identifier: MIT
"""What every objective of the app is: it turns a minibatch into gradients and into the figures of the curves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.network import Network
from engine.optimizer import BETAS
from engine.protocol.recipe.part import Objective as Declared


class Objective(nn.Module):
    """The torch half of a declared objective: a cost, and where needed parameters of its own (a learned σ_ε).

    `names` are the figures of a step, `loss` first. `live` holds the values that sliders change; plain numbers, or what stands
    for them on a card. `betas` are the optimizer's. `rounded` lets `backward` take wide products in bfloat16; all else stays
    float32.
    """

    names: tuple[str, ...] = ("loss",)
    betas: tuple[float, float] = BETAS

    def __init__(self, declared: Declared, network: Network) -> None:
        super().__init__()
        self.network = network
        self.rounded = False
        self.live: dict[str, Any] = {name: getattr(declared, name) for name in declared.__struct_fields__}

    @property
    def sigma(self) -> float:
        """The σ of the noise that is added to x, its middle where there are many; 0 where there is none."""
        return 0.0

    def figures(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        """The figures of a minibatch, each a mean over its examples, `loss` (differentiable) first.

        x (B, M) examples, rows (B,) their places in the training set, rng the training's noise.
        """
        raise NotImplementedError

    def backward(self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        """Add `weight` times the minibatch's gradients to the parameters; returns the figures, without gradients.

        By automatic differentiation; an objective that knows its gradient in closed form may say so here, and spare PyTorch
        a dozen small operations a step.
        """
        figures = self.figures(x, rows, rng)
        (figures[0] if weight == 1.0 else figures[0] * weight).backward()  # type: ignore[no-untyped-call]
        return tuple(figure.detach() for figure in figures)

    def begin(
        self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float
    ) -> Callable[[], tuple[Tensor, ...]] | None:
        """The way there; what it returns is the way back. Together they are `backward`, bit for bit, with a pause between.

        None where the whole is so short that it has no middle.
        """
        return None
