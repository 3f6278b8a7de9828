# SPDX-License-Identifier: MIT
"""What every flow of the app is: it says where points set out, moves them once, and knows when they have arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from engine.models.network import Network

STILL = 1e-4  #: a point that moves less than this in one update (RMS over components) has arrived


class Cloud(NamedTuple):
    """Points on their way."""

    x: Tensor  # (n, M) where they are
    start: Tensor  # (n, M) where they set out
    age: Tensor  # (n,) int64, the updates that each has had


class Flow:
    """The torch half of a declared flow through one network. It keeps no state but its own random stream.

    `live` holds the flow's values, which sliders change; `sigma` is the σ at which a flow of fixed σ asks the denoiser.
    """

    rests: ClassVar[bool] = False  #: whether its points end where the denoiser finds no more noise: at attractors

    def __init__(self, network: Network, data: Tensor, rng: torch.Generator) -> None:
        self.network = network
        self.data = data  # (N, M) training examples
        self.rng = rng

    def birth(self, count: int, scale: float, live: Mapping[str, Any], rng: torch.Generator) -> Tensor:
        """`count` points where this flow's samples set out, (count, M), drawn `scale` times as wide: N(0, scale² I)."""
        return scale * torch.randn(count, self.network.size, generator=rng, device=rng.device)

    def step(self, cloud: Cloud, live: Mapping[str, Any], sigma: float) -> tuple[Tensor, Tensor]:
        """x after one more update (n, M), and which points are still on their way (n,) bool."""
        raise NotImplementedError

    def length(self, live: Mapping[str, Any]) -> int:
        """Updates from birth to sample. A walk without an end of its own is given 200 (LECTURE, section 4)."""
        return 200

    def travel(self, count: int, live: Mapping[str, Any], sigma: float) -> Iterator[Tensor]:
        """`count` points (count, M) after each update of the whole way; the last are samples."""
        x = self.birth(count, 1.0, live, self.rng)
        cloud = Cloud(x, x, torch.zeros(count, dtype=torch.int64, device=x.device))
        for _ in range(self.length(live)):
            x, moving = self.step(cloud, live, sigma)
            cloud = Cloud(x, cloud.start, cloud.age + 1)
            yield x
            if not bool(moving.any()):
                break

    def sample(self, count: int, live: Mapping[str, Any], sigma: float) -> Tensor:
        """`count` points that have gone the whole way, (count, M)."""
        for x in self.travel(count, live, sigma):
            end = x
        return end


def moves(before: Tensor, after: Tensor) -> Tensor:
    """Which points an update has moved, (n,) bool."""
    return (after - before).square().mean(1).sqrt() > STILL
