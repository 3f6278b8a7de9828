# SPDX-License-Identifier: MIT
"""Where the marks of an axis stand and what they say: linear, logarithmic, and logarithmic on both sides of zero."""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Scale = Literal["linear", "log", "symlog"]

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def scaled(values: NDArray[np.float64], scale: Scale, knee: float = 1.0) -> NDArray[np.float64]:
    """Values as heights on the axis. `log` gives NaN for what is not positive; `symlog` is linear within ± `knee`."""
    if scale == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            heights = np.log10(values)
        return np.where(values > 0, heights, np.nan)
    if scale == "symlog":
        return np.asarray(np.arcsinh(values / (2 * knee)) / math.log(10))
    return values


def unscaled(height: float, scale: Scale, knee: float = 1.0) -> float:
    """The value at a height on the axis."""
    if scale == "log":
        return float(10.0**height)
    return float(2 * knee * math.sinh(height * math.log(10))) if scale == "symlog" else height


def linear(low: float, high: float, most: int) -> list[float]:
    """At most `most` round numbers within low … high, evenly spaced."""
    span = high - low
    if not (math.isfinite(span) and span > 0) or most < 1:
        return []
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next((s * power for s in _STEPS if span / (s * power) <= most), 20 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def logarithmic(low: float, high: float, most: int) -> list[float]:
    """At most `most` round numbers within low … high (positive), about evenly spaced on a logarithmic axis."""
    if not (0 < low < high < math.inf) or most < 1:
        return []
    for digits in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        found = [d * 10.0**k for k in range(_decade(low), _decade(high) + 1) for d in digits]
        found = [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        if len(found) <= most:
            return found if len(found) >= 2 else linear(low, high, most)
    stride = math.ceil(len(found) / most)
    return found[::-1][::stride][::-1]


def symmetric(low: float, high: float, knee: float, most: int) -> list[float]:
    """Powers of ten on both sides of zero, and zero, within low … high; none of them within ± `knee` but zero."""
    powers = [10.0**k for k in range(_decade(knee) + 1, _decade(max(abs(low), abs(high), knee)) + 1)]
    found = [-v for v in reversed(powers)] + [0.0] + powers
    found = [v for v in found if low <= v <= high]
    stride = max(math.ceil(len(found) / max(most, 1)), 1)
    anchor = found.index(0.0) % stride if 0.0 in found else 0
    return found[anchor::stride]


def label(value: float, step: float | None = None) -> str:
    """A number as short as it can be said, with a point and thousands separators; `step` to the next mark, if even."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-3:
        power = math.floor(math.log10(size) + 1e-9)
        digits = f"{value / 10.0**power:.3g}"
        tens = "10" + str(power).translate(_SUPERSCRIPT)
        text = tens if digits == "1" else f"-{tens}" if digits == "-1" else f"{digits}·{tens}"
    elif step is not None:
        text = f"{value:,.{max(0, _places(step))}f}"
    else:
        text = f"{value:,.4g}" if size < 1000 else f"{value:,.0f}"
    return text.replace("-", "−")


def exact(value: float) -> str:
    """A number to be read off: four significant digits, all digits of a whole number."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "no number")
    if abs(value) >= 1e6 or 0 < abs(value) < 1e-3:
        return label(float(f"{value:.3e}"))
    places = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{places}f}".replace("-", "−")


def _decade(value: float) -> int:
    return math.floor(math.log10(value) + 1e-9)


def _places(step: float) -> int:
    """Decimals that tell multiples of `step` apart."""
    places = -math.floor(math.log10(abs(step)) + 1e-9)
    return places + (abs(step * 10.0**places - 2.5) < 1e-6)
