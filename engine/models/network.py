# SPDX-License-Identifier: MIT
"""What every network of the app is: flat examples in, flat examples out, and a name for each thing that it can do."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from engine.data.dataset import Dataset
from engine.models.chain import Chain
from engine.protocol.recipe.part import Model


class Network(nn.Module):
    """The torch half of a declared model. Examples are flat, (B, M); images are folded inside.

    A network implements the methods that its declaration's `can` promises; the others raise NotImplementedError. What it keeps
    of the data (their mean, the examples themselves) is no part of its weights.
    """

    def __init__(self, declared: Model, data: Dataset) -> None:
        super().__init__()
        self.declared = declared
        self.shape = data.shape
        self.size = data.M  #: M

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer from input to output, as the anatomy shows them."""
        raise NotImplementedError

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The chains that do all of its work, one after the other; empty where more happens. Training walks them by hand."""
        return ()

    @property
    def latent(self) -> int:
        """M_hidd, the dimensions of the code that `encode` gives and `decode` takes."""
        raise NotImplementedError

    def prior(self, count: int, rng: torch.Generator) -> Tensor:
        """Codes as they are drawn to make new examples, (count, M_hidd): h ~ N(0, I)."""
        return torch.randn(count, self.latent, generator=rng, device=rng.device)

    def encode(self, x: Tensor) -> Tensor:
        """The code of each example: x (B, M) → h (B, M_hidd)."""
        raise NotImplementedError

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean μ and log-variance of Q(h|x): x (B, M) → two (B, M_hidd)."""
        raise NotImplementedError

    def decode(self, h: Tensor) -> Tensor:
        """The generator g: h (B, M_hidd) → x (B, M)."""
        raise NotImplementedError

    def discriminate(self, x: Tensor) -> Tensor:
        """The logit of “x is one of the data”: x (B, M) → (B,)."""
        raise NotImplementedError

    def denoise(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        """D(x, σ): noisy x (B, M) → clean estimate (B, M). `sigma` is a number or one for each example, (B, 1)."""
        raise NotImplementedError

    @property
    def narrowest_layer(self) -> int:
        """The place in `widths` of the narrowest layer between input and output."""
        raise NotImplementedError

    def narrowest(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        """Activations of the narrowest layer while x passes: (B, M) → (B, units)."""
        raise NotImplementedError

    def maps(self, x: Tensor, sigma: float | Tensor) -> tuple[Tensor, ...]:
        """Feature maps of each convolution while x passes, from input to output: x (B, M) → (B, channels, height, width) each.

        An autoencoder passes its code on without noise, and has no use for `sigma`.
        """
        raise NotImplementedError


def mlp(sizes: list[int], generator: torch.Generator) -> Chain:
    """Linear layers of `sizes` with SiLU between them; a single layer is linear. Weights drawn from `generator`."""
    layers: list[nn.Module] = []
    for index, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        if index:
            layers.append(nn.SiLU())
        layers.append(linear(fan_in, fan_out, generator))
    return Chain(*layers)


def linear(fan_in: int, fan_out: int, generator: torch.Generator) -> nn.Linear:
    """A linear layer with PyTorch's usual initial weights U(−1/√fan_in, 1/√fan_in), from our own stream."""
    layer = nn.Linear(fan_in, fan_out, device="meta")
    draw(layer, fan_in, generator)
    return layer


def draw(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, fan_in: int, generator: torch.Generator) -> None:
    """Give a layer that was declared on the device "meta" its weights and bias, U(−1/√fan_in, 1/√fan_in), on the CPU.

    `nn.utils.skip_init` does as much, but loads the compiler's symbolic shapes and sympy for it: 1.8 s before the first step.
    """
    bound = 1 / math.sqrt(fan_in)
    assert layer.bias is not None
    layer.weight, layer.bias = (
        nn.Parameter(torch.empty(declared.shape).uniform_(-bound, bound, generator=generator))
        for declared in (layer.weight, layer.bias)
    )
