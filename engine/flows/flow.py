# SPDX-License-Identifier: MIT
"""What every flow of the app is: it moves points once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

#: D(x, σ): noisy x (n, M), σ a number or (n, 1) → clean estimate (n, M).
Denoise = Callable[[Tensor, "float | Tensor"], Tensor]


class Flow:
    """The torch half of a declared flow. It keeps no state but its own random stream."""

    def __init__(self, rng: torch.Generator) -> None:
        self.rng = rng

    def step(self, x: Tensor, age: Tensor, denoise: Denoise, live: Mapping[str, Any], sigma: float) -> Tensor:
        """x after one more update: x (n, M), age (n,) the updates that each point has had, `live` the flow's values."""
        raise NotImplementedError
