# SPDX-License-Identifier: MIT
"""Adam without the first import's cost: `torch.optim` loads 829 modules (0.8 s) before its first step."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

BETAS = (0.9, 0.999)
EPSILON = 1e-8


def rate_at(step: int, rate: float, decay: int) -> float:
    """The learning rate of step `step` (from 0): a half cosine from `rate` to 1 % of it over `decay` steps; 0 keeps it."""
    if decay <= 0:
        return rate
    fraction = min(step / decay, 1.0)
    return rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * fraction)))


def share_at(step: int, decay: float) -> float:
    """The share of the weights of step `step` (from 0) in their moving average; early a plain mean, which forgets the start."""
    return max(1 - decay, 1 / (step + 2))


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, share: float | Tensor) -> None:
    """Move the averaged weights by this share of the way to the present ones."""
    averages, weights = list[Tensor](average.parameters()), list[Tensor](network.parameters())
    if isinstance(share, Tensor):
        torch._foreach_lerp_(averages, weights, [share] * len(averages))
    elif averages:  # the exact denoiser has none, and PyTorch refuses empty lists
        torch._foreach_lerp_(averages, weights, share)


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1) by PyTorch's fused kernel, over parameters whose `.grad` is set.

    A parameter without a gradient is left alone. `state()` and `restore()` carry moments and step counts.
    """

    def __init__(self, parameters: Iterable[Tensor], betas: tuple[float, float] = BETAS) -> None:
        self.parameters = list(parameters)
        self.betas = betas
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]
        self.steps = [torch.zeros((), device=p.device) for p in self.parameters]

    def step(self, rate: float | Tensor) -> None:
        """Move every parameter that has a gradient, then drop the gradients. On a card `rate` may lie there, () float32."""
        grads = [p.grad for p in self.parameters if p.grad is not None]
        if not grads:
            return
        moved = [i for i, p in enumerate(self.parameters) if p.grad is not None]
        chosen = [self.steps[i] for i in moved]
        with torch.no_grad():
            torch._foreach_add_(chosen, 1)
            torch._fused_adam_(
                [self.parameters[i] for i in moved],
                grads,
                [self.first[i] for i in moved],
                [self.second[i] for i in moved],
                [],
                chosen,
                lr=rate, beta1=self.betas[0], beta2=self.betas[1], weight_decay=0.0, eps=EPSILON, amsgrad=False, maximize=False,
            )  # fmt: skip
        for parameter in self.parameters:
            parameter.grad = None

    def state(self) -> dict[str, Tensor]:
        """Moments and step counts, copied."""
        return {
            f"{name}.{i}": tensor.clone()
            for name, tensors in (("first", self.first), ("second", self.second), ("steps", self.steps))
            for i, tensor in enumerate(tensors)
        }

    def restore(self, state: dict[str, Tensor]) -> None:
        """Take back what `state()` gave; gradients of a step that was never finished are dropped."""
        for parameter in self.parameters:
            parameter.grad = None
        for name, tensors in (("first", self.first), ("second", self.second), ("steps", self.steps)):
            for i, tensor in enumerate(tensors):
                tensor.copy_(state[f"{name}.{i}"])
