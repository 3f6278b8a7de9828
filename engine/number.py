# SPDX-License-Identifier: MIT
"""Numbers that may change between two replays of a CUDA graph: each lies on the device, where it is written before a replay.

A graph repeats its kernels with the arguments that they had, so a slider's plain number would be held fast in it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Read = Callable[[], float]


class Number:
    """A number that is read anew for every step. Arithmetic with plain numbers gives another; with a tensor it is a tensor ().

    So 0.5 * beta / batch stays one number, which is worked out here, in double precision, and not by kernels on the device.
    """

    def __init__(self, read: Read, place: Callable[[Read], Tensor]) -> None:
        self._read, self._place = read, place

    def __add__(self, other: float) -> Number:
        return self._with(operator.add, other)

    def __mul__(self, other: float) -> Number:
        return self._with(operator.mul, other)

    def __truediv__(self, other: float) -> Number:
        return self._with(operator.truediv, other)

    def __pow__(self, other: float) -> Number:
        return self._with(operator.pow, other)

    __radd__, __rmul__ = __add__, __mul__

    def log(self) -> Number:
        """Its natural logarithm."""
        return Number(lambda: math.log(self._read()), self._place)

    def tensor(self) -> Tensor:
        """Where it lies on the device, ()."""
        return self._place(self._read)

    @classmethod
    def __torch_function__(
        cls, func: Callable[..., Any], types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return func(*(arg.tensor() if isinstance(arg, Number) else arg for arg in args), **(kwargs or {}))

    def _with(self, join: Callable[[float, float], float], other: float) -> Number:
        if not isinstance(other, int | float):
            return NotImplemented  # a tensor knows what to do
        return Number(lambda: join(self._read(), other), self._place)


class Numbers:
    """The numbers of one step, in the order in which it uses them: the next time it goes the same way, they are the same."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._places: list[tuple[Read, Tensor]] = []
        self._values: list[float] = []
        self._next: int | None = None  #: None: the step goes this way for the first time

    def number(self, read: Read) -> Number:
        """A number that `read` tells."""
        return Number(read, self._place)

    def again(self) -> None:
        """The step sets out once more; what it used before is all that it may use."""
        self._next = 0 if self._places else None

    def refresh(self) -> None:
        """Write down the numbers that have changed."""
        for index, (read, place) in enumerate(self._places):
            value = read()
            if value != self._values[index]:
                place.fill_(value)
                self._values[index] = value

    def _place(self, read: Read) -> Tensor:
        if self._next is None:
            value = read()
            self._places.append((read, torch.full((), value, dtype=torch.float32, device=self._device)))
            self._values.append(value)
            return self._places[-1][1]
        self._next += 1
        return self._places[self._next - 1][1]
