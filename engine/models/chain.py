# SPDX-License-Identifier: MIT
"""Chains of linear layers, and backpropagation through them by hand: small networks spend most of a step in autograd's own
bookkeeping, and the chain rule for a chain is ten lines (Rumelhart, Hinton & Williams 1986)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import silu


class Chain(nn.Sequential):
    """Linear layers with SiLU between them; a single layer is linear. As a module it is any other `nn.Sequential`."""

    def walk(self, x: Tensor) -> Walk:
        """Send x (B, M) through, and remember the way; call without gradients."""
        return Walk([layer for layer in self if isinstance(layer, nn.Linear)], x)


class Walk:
    """One pass through a chain, and the way back: `out` (B, units), then `back`."""

    def __init__(self, layers: list[nn.Linear], x: Tensor) -> None:
        self._layers = layers
        self._inputs: list[Tensor] = []  # of each linear layer
        self._sums: list[Tensor] = []  # of each linear layer, before its nonlinearity
        for layer in layers:
            if self._sums:
                x = silu(self._sums[-1])
            self._inputs.append(x)
            self._sums.append(torch.addmm(layer.bias, x, layer.weight.t()))
        self.out = self._sums[-1]

    def back(self, grad: Tensor) -> None:
        """Add the gradients of all weights, given that of `out` (B, units)."""
        for place in range(len(self._layers) - 1, 0, -1):
            grad = torch.ops.aten.silu_backward(self._learn(place, grad), self._sums[place - 1])
        self._learn(0, grad, inward=False)

    def back_to_input(self, grad: Tensor) -> Tensor:
        """The same, and the gradient of the chain's input (B, M)."""
        for place in range(len(self._layers) - 1, 0, -1):
            grad = torch.ops.aten.silu_backward(self._learn(place, grad), self._sums[place - 1])
        return self._learn(0, grad)

    def _learn(self, place: int, grad: Tensor, inward: bool = True) -> Tensor:
        """Add the gradients of one layer's weights; returns the gradient of its input."""
        layer = self._layers[place]
        _add(layer.weight, grad.t() @ self._inputs[place])
        _add(layer.bias, grad.sum(0))
        return grad @ layer.weight if inward else grad


def _add(parameter: Tensor, grad: Tensor) -> None:
    if parameter.grad is None:
        parameter.grad = grad
    else:
        parameter.grad.add_(grad)
