# SPDX-License-Identifier: MIT
"""The torch half of the flight from the hidden space into the data's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from engine.flows.flow import Cloud, Flow
from engine.plane import Plane, plane_of


class PriorFlow(Flow):
    """x = (1 − t)·start + t·g(h), t from 0 to 1, slow at both ends; at t = 1 x is the sample g(h).

    The hidden space lies in the data's as a flat sheet through their mean, along the first M_hidd axes of the plane: with
    M_hidd = 1 it is the line x₂ = 0. A point set down beside it takes the h at the foot of its perpendicular.
    """

    @cached_property
    def sheet(self) -> Plane:
        """Hidden space ↔ data space: h (n, M_hidd) lies at `lift(h)` (n, M)."""
        return plane_of(self.data, self.network.latent)

    def birth(self, count: int, scale: float, live: Mapping[str, Any], rng: torch.Generator) -> Tensor:
        return self.sheet.lift(scale * self.network.prior(count, rng))

    def step(self, cloud: Cloud, live: Mapping[str, Any], sigma: float) -> tuple[Tensor, Tensor]:
        steps = self.length(live)
        t = ((cloud.age + 1) / steps).clamp(max=1.0).unsqueeze(1)  # (n, 1)
        end = self.network.decode(self.sheet.project(cloud.start))
        return torch.lerp(cloud.start, end, t * t * (3 - 2 * t)), cloud.age + 1 < steps

    def length(self, live: Mapping[str, Any]) -> int:
        return int(live["steps"])

    def travel(self, count: int, live: Mapping[str, Any], sigma: float) -> Iterator[Tensor]:
        yield self.network.decode(self.network.prior(count, self.rng))  # the way is only for the eye
