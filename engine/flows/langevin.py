# SPDX-License-Identifier: MIT
"""The torch half of Langevin's walk."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from engine.flows.flow import Cloud, Flow


class LangevinFlow(Flow):
    """x' = x − η(x − D(x, σ)) + √(2η) σ n (Langevin with the score (D(x) − x)/σ² and step ησ²). It never arrives."""

    def step(self, cloud: Cloud, live: Mapping[str, Any], sigma: float) -> tuple[Tensor, Tensor]:
        eta = float(live["eta"])
        x = torch.lerp(cloud.x, self.network.denoise(cloud.x, sigma), eta)
        noise = torch.randn(x.shape, generator=self.rng, device=x.device)
        return x.add_(noise, alpha=math.sqrt(2 * eta) * sigma), torch.ones_like(cloud.age, dtype=torch.bool)
