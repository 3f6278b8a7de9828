# SPDX-License-Identifier: MIT
"""Where panels stand: stages on top, small multiples below, whatever the size of the screen. Pure geometry, Qt-free."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SMALL_WIDTH: Final = 215  #: the least at which a small panel can be read, in pixels at scale 1
SMALL_HEIGHT: Final = 130
STAGE_WIDTH: Final = 95
STAGE_HEIGHT: Final = 200
STAGE_WORDS: Final = 100  #: of a stage's height, for its title, the names of its layers and of its axes
SHARE: Final = 0.70  #: of the height that the stages take
MOST_BELOW: Final = 0.48  #: of the height that small panels may take, if they are many

Rect = tuple[int, int, int, int]  #: left, top, width, height


@dataclass(frozen=True)
class Tiling:
    """The places of the stages and of as many small panels as there is room for."""

    stages: tuple[Rect, ...]
    below: tuple[Rect, ...]


def tiling(width: int, height: int, stages: int, below: int, scale: float = 1.0, share: float = SHARE) -> Tiling:
    """Fill `width` × `height` pixels; small panels that would be too small to read are left out, the last ones first."""
    if not stages:
        return Tiling((), _grid(0, 0, width, height, *_fit(width, height, below, scale), below))
    if not below:
        return Tiling(_stages(width, height, stages, scale), ())
    columns = max(1, min(below, int(width // (SMALL_WIDTH * scale))))
    wanted = math.ceil(below / columns)
    most = min(height * MOST_BELOW, height - _shape(width, height * share, stages, scale)[1] * STAGE_HEIGHT * scale)
    rows = max(1, min(wanted, int(max(most, height * (1 - share)) // (SMALL_HEIGHT * scale))))
    room = max(height * (1 - share), min(rows * SMALL_HEIGHT * scale, most))
    shown = min(below, rows * columns)
    top = height - round(room)
    return Tiling(
        _stages(width, top, stages, scale),
        _grid(0, top, width, height - top, math.ceil(shown / rows), rows, shown),
    )


def _stages(width: int, height: int, count: int, scale: float) -> tuple[Rect, ...]:
    return _grid(0, 0, width, height, *_shape(width, height, count, scale), count)


def _shape(width: float, height: float, count: int, scale: float) -> tuple[int, int]:
    """Columns and rows of `count` stages: those that leave room for the largest squares, since most planes are square."""
    shapes = [(math.ceil(count / rows), rows) for rows in range(1, count + 1)]
    wide = [shape for shape in shapes if width / shape[0] >= STAGE_WIDTH * scale] or shapes[-1:]
    return max(wide, key=lambda shape: min(width / shape[0], height / shape[1] - STAGE_WORDS * scale))


def _fit(width: int, height: int, count: int, scale: float) -> tuple[int, int]:
    columns = max(1, min(count, int(width // (SMALL_WIDTH * scale))))
    return columns, max(1, math.ceil(count / columns))


def _grid(left: int, top: int, width: int, height: int, columns: int, rows: int, count: int) -> tuple[Rect, ...]:
    """`count` cells row by row; the last row's cells share its whole width. Edges fall on whole pixels without gaps."""
    return tuple(_cells(left, top, width, height, columns, rows, count))


def _cells(left: int, top: int, width: int, height: int, columns: int, rows: int, count: int) -> Iterator[Rect]:
    for row, (y, below) in enumerate(pairwise(_cuts(top, height, rows))):
        here = min(columns, count - row * columns)
        for x, right in pairwise(_cuts(left, width, here)):
            yield x, y, right - x, below - y


def _cuts(start: int, length: int, parts: int) -> list[int]:
    return [start + round(length * part / parts) for part in range(parts + 1)] if parts > 0 else []
