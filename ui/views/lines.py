# SPDX-License-Identifier: MIT
"""Which curves a panel shows, how each is called and colored, and how many of its points a screen can tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.protocol.payloads import Picture, Series
from engine.protocol.recipe.probes.curves import Curves
from ui.reel import Past
from ui.theme import Role

Array = NDArray[np.float64]

#: name of the scalar → its color and what it is called on the screen. The floor is what no training comes under.
_KNOWN: Final[Mapping[str, tuple[Role, str]]] = {
    "loss": ("learned", "loss"),
    "reconstruction": ("learned", "reconstruction"),
    "kl": ("prior", "KL"),
    "kl_data": ("prior", "KL"),
    "floor": ("exact", "exact floor"),
    "validation": ("learned", "validation"),
    "loss_generator": ("learned", "generator"),
    "loss_discriminator": ("noise", "discriminator"),
}
_DASHED: Final = frozenset({"floor"})
_SPARE: Final[tuple[Role, ...]] = ("data", "noise", "prior", "exact", "ink")


@dataclass(frozen=True)
class Line:
    """A curve ready to be drawn: present values, or those of an older build, which are faint and have no name."""

    x: Array  # (n,) rising
    y: Array  # (n,)
    role: Role
    label: str
    dashed: bool = False
    lane: int = 0  #: 0 for the first lane: chooses the pattern of the stroke
    older: bool = False
    plain: bool = False  #: its last value says nothing

    @cached_property
    def numbers(self) -> Array:
        """The values that are numbers; all of them, without a copy, in a run that is well."""
        return self.y if np.isfinite(self.y.sum()) else self.y[np.isfinite(self.y)]

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest number; ValueError where there is none."""
        return float(self.numbers.min()), float(self.numbers.max())

    @cached_property
    def last(self) -> tuple[float, float]:
        """The last point whose value is a number; IndexError where there is none."""
        index = len(self.y) - 1 if np.isfinite(self.y[-1]) else int(np.flatnonzero(np.isfinite(self.y))[-1])
        return float(self.x[index]), float(self.y[index])


def lines_of(picture: Picture | None, past: Past, probe: Curves | None, lane: str, in_seconds: bool) -> list[Line]:
    """The curves of a panel, those of older builds first, so that the present ones lie over them.

    `lane` empty means all lanes. ValueError where a series has not one y for each x.
    """
    lines = list(_trained(past, probe, lane, in_seconds)) if probe is not None else []
    for layer in picture.layers if picture is not None else ():
        if isinstance(layer, Series):
            if layer.x.ndim != 1 or layer.x.shape != layer.y.shape:
                raise ValueError(f"“{layer.name}” has {layer.x.shape} x and {layer.y.shape} y")
            x, y = np.asarray(layer.x, np.float64), np.asarray(layer.y, np.float64)
            lines.append(Line(x, y, layer.role, layer.label or layer.name, layer.dashed, plain=layer.plain))
    return sorted(lines, key=lambda line: not line.older)


def _trained(past: Past, probe: Curves, lane: str, in_seconds: bool) -> Iterable[Line]:
    lanes = [name for name, _ in past.builds if lane in ("", name)]
    styles = _styles(probe.names)
    for index, name in enumerate(lanes):
        for scalar, (role, label) in styles.items():
            said = label if len(lanes) == 1 else name if len(styles) == 1 else f"{label} · {name}"
            curve = past.series(name, scalar)
            found = [*((old, True) for old in past.older(name, scalar)), *([(curve, False)] if curve else [])]
            for each, older in found:
                x = each.seconds if in_seconds else each.steps
                yield Line(x, each.values, role, said, scalar in _DASHED, index, older)


def _styles(names: Iterable[str]) -> dict[str, tuple[Role, str]]:
    """A color and a label for each scalar; no two of a panel have the same color while there are others."""
    styles: dict[str, tuple[Role, str]] = {}
    for name in names:
        taken = {role for role, _ in styles.values()}
        role, label = _KNOWN.get(name, ("data", name.replace("_", " ")))
        if role in taken:
            role = next((spare for spare in _SPARE if spare not in taken), role)
        styles[name] = (role, label)
    return styles


def thinned(x: Array, y: Array, low: float, high: float, columns: int) -> tuple[Array, Array]:
    """The points of a curve that a raster of so many columns over low … high can show, and one more at each side.

    Of the values in one column stay the lowest and the highest, so that no peak is lost. First comes the one nearer to
    the end of the column before: slopes stay slopes, and the strokes from column to column are short.
    """
    first = max(int(np.searchsorted(x, low)) - 1, 0)
    last = min(int(np.searchsorted(x, high, side="right")) + 1, len(x))
    x, y = x[first:last], y[first:last]
    if len(x) <= 2 * columns:
        return x, y
    starts = np.searchsorted(x, np.linspace(low, high, columns + 1)[:-1]).clip(0, len(x) - 1)
    starts = np.unique(np.concatenate([[0], starts]))
    ends = np.concatenate([starts[1:], [len(x)]]) - 1
    values: list[float] = []
    before = float(y[0])
    lows, highs = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)  # NaN only where all values are
    for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
        values += [low, high] if abs(low - before) <= abs(high - before) else [high, low]
        before = values[-1]
    sides = np.stack([x[starts], x[ends]], axis=1).ravel()
    return np.append(sides, x[-1]), np.append(values, y[-1])


def value_at(line: Line, x: float) -> tuple[float, float]:
    """The measured point (x, y) of a curve that is nearest to `x`; the curve must have one."""
    after = int(np.searchsorted(line.x, x))
    near = [index for index in (after - 1, after) if 0 <= index < len(line.x)]
    index = min(near, key=lambda k: abs(line.x[k] - x))
    return float(line.x[index]), float(line.y[index])


