# SPDX-License-Identifier: MIT
"""The scale under a slider: from a number to a place on the groove and back, and from typed text to a number."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

#: Digits that are not ASCII, a comma, "nan" and "inf" do not match: a typed number has one meaning in every locale.
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DRAG_DIGITS: Final = 3  #: significant digits of a value that was dragged; what is shown is then what is used
_SHOWN_DIGITS: Final = 6
_PLACES: Final = 100  #: one arrow key moves by this part of the groove
_PAGE: Final = 10  #: PgUp and PgDn move by this many arrow keys

Fault = Literal["comma", "no_number", "no_integer", "too_small", "too_large"]


class Refused(ValueError):
    """A typed value that the scale does not take; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


@dataclass(frozen=True)
class NumberScale:
    """A soft range `low` … `high` that the groove offers, within hard limits that a typed value must keep.

    ValueError where the range is empty, leaves the limits, or is logarithmic and not positive.
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False
    minimum: float | None = None  #: hard limit; `low` where None
    maximum: float | None = None  #: hard limit; `high` where None

    def __post_init__(self) -> None:
        lowest, highest = self.limits
        if not (math.isfinite(self.low) and math.isfinite(self.high) and lowest <= self.low < self.high <= highest):
            raise ValueError(f"a scale from {self.low} to {self.high} within {lowest} to {highest} is not a range")
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic scale cannot start at {self.low}")

    @property
    def limits(self) -> tuple[float, float]:
        """The hard limits, both allowed."""
        return (
            self.low if self.minimum is None else self.minimum,
            self.high if self.maximum is None else self.maximum,
        )

    def place(self, number: float) -> float:
        """Where a number lies on the groove, 0 … 1; beyond the soft range, at its end."""
        inside = self._inside(number)
        if self.log:
            return math.log(inside / self.low) / math.log(self.high / self.low)
        return (inside - self.low) / (self.high - self.low)

    def number(self, place: float) -> float:
        """The round number at a place 0 … 1 of the groove."""
        share = min(max(place, 0.0), 1.0)
        raw = self.low * (self.high / self.low) ** share if self.log else self.low + share * (self.high - self.low)
        return self._inside(self._rounded(raw))

    def moved(self, number: float, notches: int) -> float:
        """The number that many arrow keys away; one beyond the soft range only comes back to its end."""
        inside = self._inside(number)
        if inside != number:
            return number if (number > inside) == (notches > 0) else inside
        if self.integer and not self.log:
            return self._inside(round(number) + notches)
        there = self.number(self.place(number) + notches / _PLACES)
        if self.integer and notches and there == number:  # low on a logarithmic scale an arrow is less than 1
            there = self._inside(round(number) + (1 if notches > 0 else -1))
        return there

    def paged(self, number: float, pages: int) -> float:
        """The number that many pages away."""
        return self.moved(number, pages * _PAGE)

    def read(self, text: str) -> float:
        """The number that a person typed, with a point whatever the locale. Refused where it is none or off limits."""
        typed = text.strip().replace("\N{MINUS SIGN}", "-")
        if not _NUMBER.fullmatch(typed):
            raise Refused("comma" if _NUMBER.fullmatch(typed.replace(",", "")) else "no_number")
        number = float(typed)
        if not math.isfinite(number):
            raise Refused("too_large" if number > 0 else "too_small")
        if self.integer and number != int(number):
            raise Refused("no_integer")
        lowest, highest = self.limits
        if number < lowest:
            raise Refused("too_small")
        if number > highest:
            raise Refused("too_large")
        return int(number) if self.integer else number

    def text(self, number: float) -> str:
        """How a number is shown: 128, 0.25, 2.0e-3. What `text` shows to three digits, `read` gives back."""
        if self.integer:
            return str(round(number))
        return number_text(number)

    def _inside(self, number: float) -> float:
        """The nearest number of the soft range, an int where the scale counts."""
        nearest = min(max(number, self.low), self.high)
        return int(nearest) if self.integer else float(nearest)

    def _rounded(self, raw: float) -> float:
        if self.integer:
            return round(raw)
        if self.log:
            return float(f"{raw:.{_DRAG_DIGITS}g}")
        # A linear groove moves in even steps: three digits of its span, not of the number, which may be near 0.
        decimals = _DRAG_DIGITS - 1 - math.floor(math.log10(self.high - self.low))
        return round(raw, decimals) + 0.0  # + 0.0 turns −0.0 into 0.0


def number_text(number: float) -> str:
    """A real number in at most six digits and with a point: 0.25, 12.0, 2.0e-3, 1.5e+6."""
    if number == 0:
        return "0.0"
    mantissa, exponent = f"{number:.{_SHOWN_DIGITS - 1}e}".split("e")
    power = int(exponent)
    if -3 < power < 5:
        plain = f"{number:.{_SHOWN_DIGITS}g}"
        return plain if "." in plain else f"{plain}.0"
    digits = mantissa.rstrip("0")
    return f"{digits}0e{power}" if digits.endswith(".") else f"{digits}e{power}"
