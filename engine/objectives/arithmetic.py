# SPDX-License-Identifier: MIT
"""Arithmetic with live values: plain numbers, or on a card what stands for them there."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor


def plus(x: Tensor, y: Tensor, times: Any) -> Tensor:
    """x + times·y."""
    return torch.add(x, y, alpha=times) if isinstance(times, (int, float)) else torch.addcmul(x, y, times)


def ln(value: Any) -> Any:
    """The natural logarithm."""
    return math.log(value) if isinstance(value, (int, float)) else value.log()
