# SPDX-License-Identifier: MIT
"""The torch half of the lecture's update."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.flows.flow import Cloud, Flow, moves


class UpdateFlow(Flow):
    """x' = x − η(x − D(x, σ)) = (1 − η)x + η D(x, σ), the same η and σ for ever. A point that rests has arrived."""

    rests: ClassVar[bool] = True

    def step(self, cloud: Cloud, live: Mapping[str, Any], sigma: float) -> tuple[Tensor, Tensor]:
        x = torch.lerp(cloud.x, self.network.denoise(cloud.x, sigma), float(live["eta"]))
        return x, moves(cloud.x, x)
