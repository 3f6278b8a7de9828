# SPDX-License-Identifier: MIT
"""Chains of linear layers, and backpropagation through them by hand: small networks spend most of a step in autograd's own
bookkeeping, and the chain rule for a chain is ten lines (Rumelhart, Hinton & Williams 1986)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

silu_backward = torch.ops.aten.silu_backward

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

    def back(self, grad: Tensor, bends: Sequence[Tensor] = ()) -> None:
        """Add the gradients of all weights, given that of `out` (B, units); `bends` are what a `Slope` adds on the way."""
        self._passed[0].back(self._to_first(grad, bends), inward=False)

    def back_to_input(self, grad: Tensor) -> Tensor:
        """The same, and the gradient of the chain's input (B, M)."""
        return self._passed[0].back(self._to_first(grad))

    def slope(self) -> Slope:
        """How `out` (B, 1) changes with the chain's input."""
        return Slope([passed.layer for passed in self._passed], [passed.out for passed in self._passed])

    def _to_first(self, grad: Tensor, bends: Sequence[Tensor] = ()) -> Tensor:
        """From the last layer to the first: the gradient of what the first gives."""
        for place in range(len(self._passed) - 1, 0, -1):
            grad = silu_backward(self._passed[place].back(grad), self._passed[place - 1].out)
            if bends:
                grad[: len(bends[place - 1])] += bends[place - 1]
        return grad


class Slope:
    """∂ out/∂x along a walk through a chain with one output, `at_input` (B, M); and the way back for a cost that depends on it.

    The chain rule applied to the chain rule (double backpropagation; Drucker & LeCun 1992): `back` goes up the layers again.
    """

    def __init__(self, layers: list[nn.Linear], outs: list[Tensor]) -> None:
        self._layers, self._hidden = layers, outs[:-1]
        grad = layers[-1].weight.expand(len(outs[-1]), -1)  # (B, units): the last layer is linear, alike for all examples
        self._of_activations: list[Tensor] = []  # ∂ out/∂ silu(a) of each hidden layer, the last one first
        self._of_hidden: list[Tensor] = []  # ∂ out/∂ a
        for layer, hidden in zip(reversed(layers[:-1]), reversed(self._hidden), strict=True):
            self._of_activations.append(grad)
            self._of_hidden.append(silu_backward(grad, hidden))
            grad = self._of_hidden[-1] @ layer.weight
        self.at_input = grad

    def back(self, grad: Tensor) -> list[Tensor]:
        """Add the gradients of the weights, given a cost's by the first rows of `at_input`, (b, M) with b ≤ B.

        They depend on a through silu′(a) too: returned is the cost's gradient by each hidden a, (b, units), for `Walk.back`.
        """
        bends = []
        passed = zip(self._layers, self._hidden, reversed(self._of_activations), reversed(self._of_hidden), strict=False)
        for layer, *remembered in passed:
            hidden, of_activation, of_hidden = (tensor[: len(grad)] for tensor in remembered)
            add_grad(layer.weight, of_hidden.t() @ grad)
            grad = grad @ layer.weight.t()  # by ∂ out/∂ a
            bends.append(grad * of_activation * _silu_bend(hidden))
            grad = silu_backward(grad, hidden)  # by ∂ out/∂ silu(a)
        add_grad(self._layers[-1].weight, grad.sum(0, keepdim=True))
        return bends


def _silu_bend(a: Tensor) -> Tensor:
    """silu″(a) = s(1 − s)(2 + a(1 − 2s)), s the logistic function of a."""
    s = torch.sigmoid(a)
    return torch.addcmul(a, a, s, value=-2).add_(2).mul_(torch.addcmul(s, s, s, value=-1))


class Passed:
    """A linear layer that x (B, M) has passed: `out` (B, units), then `back`."""

    def __init__(self, layer: nn.Linear, x: Tensor) -> None:
        self.layer, self._x = layer, x
        self.out = torch.addmm(layer.bias, x, layer.weight.t())

    def back(self, grad: Tensor, inward: bool = True) -> Tensor:
        """Add the gradients of the layer's weights, given that of `out`; returns that of x."""
        add_grad(self.layer.weight, grad.t() @ self._x)
        add_grad(self.layer.bias, grad.sum(0))
        return grad @ self.layer.weight if inward else grad


class Rounded:
    """The same with products of bfloat16 numbers, for which some CPUs have units that take half the time.

    What goes into a product is rounded to 8 binary places, and its result again; weights, biases and all between stay float32.
    """

    def __init__(self, layer: nn.Linear, x: Tensor) -> None:
        self.layer, self._x, self._weight = layer, x.bfloat16(), layer.weight.bfloat16()
        self.out = (self._x @ self._weight.t()).float().add_(layer.bias)

    def back(self, grad: Tensor, inward: bool = True) -> Tensor:
        """Add the gradients of the layer's weights, given that of `out`; returns that of x."""
        add_grad(self.layer.bias, grad.sum(0))
        grad = grad.bfloat16()
        add_grad(self.layer.weight, (grad.t() @ self._x).float())
        return (grad @ self._weight).float() if inward else grad


def add_grad(parameter: Tensor, grad: Tensor) -> None:
    """Add to the gradient of a parameter; the first of a step is kept as it is, not copied."""
    if parameter.grad is None:
        parameter.grad = grad
    else:
        parameter.grad.add_(grad)
