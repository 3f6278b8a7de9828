# SPDX-License-Identifier: MIT
"""Convolutions, and the U of them: what all networks for images are made of. Weights are drawn from our own stream."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, silu

from engine.models.network import draw, linear


def convolution(fan_in: int, fan_out: int, kernel: int, generator: torch.Generator, stride: int = 1) -> nn.Conv2d:
    """A convolution that keeps the edge, or halves it with `stride` 2."""
    layer = nn.Conv2d(fan_in, fan_out, kernel, stride=stride, padding=(kernel - 1) // 2, device="meta")
    draw(layer, fan_in * kernel**2, generator)
    return layer


def enlargement(fan_in: int, fan_out: int, generator: torch.Generator) -> nn.ConvTranspose2d:
    """A transposed convolution that doubles the edge; each of its pixels hears 2 × 2 of the smaller image."""
    layer = nn.ConvTranspose2d(fan_in, fan_out, 4, stride=2, padding=1, device="meta")
    draw(layer, fan_in * 4, generator)
    return layer


class Block(nn.Module):
    """Two convolutions beside a short cut (He et al. 2016, pre-activation); between them it may be told σ."""

    def __init__(self, fan_in: int, fan_out: int, told: int, generator: torch.Generator) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.GroupNorm(math.gcd(8, n), n) for n in (fan_in, fan_out)])
        self.first = convolution(fan_in, fan_out, 3, generator)
        self.second = convolution(fan_out, fan_out, 3, generator)
        self.short = convolution(fan_in, fan_out, 1, generator) if fan_in != fan_out else nn.Identity()
        self.told = linear(told, fan_out, generator) if told else None

    def forward(self, x: Tensor, waves: Tensor | None) -> Tensor:
        h = self.first(silu(self.norms[0](x)))
        if self.told is not None:
            h = h + self.told(waves)[:, :, None, None]
        y: Tensor = self.short(x) + self.second(silu(self.norms[1](h)))
        return y


class UBody(nn.Module):
    """Two halvings down, two doublings up (Ronneberger et al. 2015). `told` is the number of inputs that tell σ, or 0.

    With `skips` each layer on the way up also hears its partner on the way down; without, all must pass through the middle.
    """

    MIDDLE = 3  #: the narrowest of the maps: four times the channels, a sixteenth of the pixels

    def __init__(self, colors: int, channels: int, skips: bool, told: int, generator: torch.Generator) -> None:
        super().__init__()
        one, two, four = channels, 2 * channels, 4 * channels
        half, full = (four + two, two + one) if skips else (four, two)  # channels that meet on the way up
        self.skips = skips
        self.enter = convolution(colors, one, 3, generator)
        self.down = nn.ModuleList([Block(one, one, told, generator), Block(two, two, told, generator)])
        self.shrink = nn.ModuleList([convolution(n, 2 * n, 3, generator, stride=2) for n in (one, two)])
        self.middle = Block(four, four, told, generator)
        self.up = nn.ModuleList([Block(half, two, told, generator), Block(full, one, told, generator)])
        self.norm = nn.GroupNorm(math.gcd(8, one), one)
        self.leave = convolution(one, colors, 3, generator)

    def forward(self, x: Tensor, waves: Tensor | None) -> Tensor:
        return self.maps(x, waves)[-1]

    def maps(self, x: Tensor, waves: Tensor | None) -> tuple[Tensor, ...]:
        """What enters, two levels down, the middle, two levels up, what leaves: (B, channels, height, width) each."""
        entered = self.enter(x)
        high = self.down[0](entered, waves)
        half = self.down[1](self.shrink[0](high), waves)
        low = self.middle(self.shrink[1](half), waves)
        back_half = self.up[0](self._join(low, half), waves)
        back_high = self.up[1](self._join(back_half, high), waves)
        return entered, high, half, low, back_half, back_high, self.leave(silu(self.norm(back_high)))

    def _join(self, low: Tensor, high: Tensor) -> Tensor:
        grown = interpolate(low, scale_factor=2.0)
        return torch.cat([grown, high], dim=1) if self.skips else grown
