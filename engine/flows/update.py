# SPDX-License-Identifier: MIT
"""The torch half of the lecture's update."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from engine.flows.flow import Denoise, Flow


class UpdateFlow(Flow):
    """x' = x − η(x − D(x, σ)) = (1 − η)x + η D(x, σ), the same η and σ for ever."""

    def step(self, x: Tensor, age: Tensor, denoise: Denoise, live: Mapping[str, Any], sigma: float) -> Tensor:
        return torch.lerp(x, denoise(x, sigma), float(live["eta"]))
