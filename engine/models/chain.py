# SPDX-License-Identifier: MIT
"""Chains of linear layers, and backpropagation through them by hand: small networks spend most of a step in autograd's own
bookkeeping, and the chain rule for a chain is ten lines (Rumelhart, Hinton & Williams 1986)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

#: Multiplications in one product, B × inputs × units, from which on bfloat16 pays: here 128 × 256 × 256. On an AMD EPYC with
#: avx512_bf16 a layer's three products and the rounding take there 0.70 of float32's time, at 128 × 784 × 400 0.53.
WIDE = 2**23


class Chain(nn.Sequential):
    """Linear layers with SiLU between them; a single layer is linear. As a module it is any other `nn.Sequential`."""

    def walk(self, x: Tensor, rounded: bool = False) -> Walk:
        """Send x (B, M) through, and remember the way; call without gradients. `rounded` takes wide products in bfloat16."""
        return Walk([layer for layer in self if isinstance(layer, nn.Linear)], x, rounded)


class Walk:
    """One pass through a chain, and the way back: `out` (B, units), then `back`."""

    def __init__(self, layers: list[nn.Linear], x: Tensor, rounded: bool = False) -> None:
        self._passed: list[Passed | Rounded] = []
        for layer in layers:
            if self._passed:
                x = silu(self._passed[-1].out)
            wide = rounded and len(x) * layer.weight.numel() >= WIDE
            self._passed.append(Rounded(layer, x) if wide else Passed(layer, x))
        self.out = self._passed[-1].out

    def back(self, grad: Tensor) -> None:
        """Add the gradients of all weights, given that of `out` (B, units)."""
        self._passed[0].back(self._to_first(grad), inward=False)

    def back_to_input(self, grad: Tensor) -> Tensor:
        """The same, and the gradient of the chain's input (B, M)."""
        return self._passed[0].back(self._to_first(grad))

    def _to_first(self, grad: Tensor) -> Tensor:
        """From the last layer to the first: the gradient of what the first gives."""
        for place in range(len(self._passed) - 1, 0, -1):
            grad = torch.ops.aten.silu_backward(self._passed[place].back(grad), self._passed[place - 1].out)
        return grad


class Passed:
    """A linear layer that x (B, M) has passed: `out` (B, units), then `back`."""

    def __init__(self, layer: nn.Linear, x: Tensor) -> None:
        self._layer, self._x = layer, x
        self.out = torch.addmm(layer.bias, x, layer.weight.t())

    def back(self, grad: Tensor, inward: bool = True) -> Tensor:
        """Add the gradients of the layer's weights, given that of `out`; returns that of x."""
        _add(self._layer.weight, grad.t() @ self._x)
        _add(self._layer.bias, grad.sum(0))
        return grad @ self._layer.weight if inward else grad


class Rounded:
    """The same with products of bfloat16 numbers, for which some CPUs have units that take half the time.

    What goes into a product is rounded to 8 binary places, and its result again; weights, biases and all between stay float32.
    """

    def __init__(self, layer: nn.Linear, x: Tensor) -> None:
        self._layer, self._x, self._weight = layer, x.bfloat16(), layer.weight.bfloat16()
        self.out = (self._x @ self._weight.t()).float().add_(layer.bias)

    def back(self, grad: Tensor, inward: bool = True) -> Tensor:
        """Add the gradients of the layer's weights, given that of `out`; returns that of x."""
        _add(self._layer.bias, grad.sum(0))
        grad = grad.bfloat16()
        _add(self._layer.weight, (grad.t() @ self._x).float())
        return (grad @ self._weight).float() if inward else grad


def _add(parameter: Tensor, grad: Tensor) -> None:
    if parameter.grad is None:
        parameter.grad = grad
    else:
        parameter.grad.add_(grad)
