# SPDX-License-Identifier: MIT
"""The torch half of the update with a falling σ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from engine.flows.flow import Cloud, Flow


def schedule(live: Mapping[str, Any]) -> Tensor:
    """σ before each update and after the last, (steps + 1,): from `start` to `end`, then 0 (Karras et al. 2022, eq. 5).

    ρ = `bend` says how much more of the steps small σ get; the paper takes 7. The flow ends at 0, whatever `end`.
    """
    start, bend, steps = float(live["start"]), float(live["bend"]), int(live["steps"])
    end = min(start, float(live["end"]))
    roots = torch.linspace(start ** (1 / bend), end ** (1 / bend), steps, dtype=torch.float64)
    return torch.cat([roots.pow(bend), torch.zeros(1, dtype=torch.float64)]).float()


class AnnealFlow(Flow):
    """x' = x − η(x − D(x, σ)), η = 1 − σ'/σ: DDIM without noise (Song et al. 2021, eq. 12). Each point has its own place in
    the schedule, and arrives at its end."""

    def birth(self, count: int, scale: float, live: Mapping[str, Any], rng: torch.Generator) -> Tensor:
        return super().birth(count, scale * float(live["start"]), live, rng)

    def step(self, cloud: Cloud, live: Mapping[str, Any], sigma: float) -> tuple[Tensor, Tensor]:
        steps = self.length(live)
        sigmas = schedule(live).to(cloud.x.device)
        before = sigmas[cloud.age.clamp(max=steps - 1)].unsqueeze(1)  # (n, 1)
        after = sigmas[(cloud.age + 1).clamp(max=steps)].unsqueeze(1)
        moved = torch.lerp(cloud.x, self.network.denoise(cloud.x, before), 1 - after / before)
        x = torch.where((cloud.age < steps).unsqueeze(1), moved, cloud.x)
        return x, cloud.age + 1 < steps

    def length(self, live: Mapping[str, Any]) -> int:
        return int(live["steps"])
