# SPDX-License-Identifier: MIT
"""Color tables for fields. Perceptually uniform, so that equal steps of the value look equally far apart."""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

FieldKind = Literal["sequential", "diverging"]

#: viridis (Smith and van der Walt 2015); CET-D1A, blue to red through white (Kovesi 2015). Both ship with pyqtgraph.
_MAPS: Final[dict[FieldKind, str]] = {"sequential": "viridis", "diverging": "CET-D1A"}


@cache
def color_table(kind: FieldKind = "sequential") -> NDArray[np.uint8]:
    """256 colors from the lowest to the highest value; read-only."""
    import pyqtgraph as pg  # late: it takes 0.3 s, and a window without fields should not wait

    table: NDArray[np.uint8] = pg.colormap.get(_MAPS[kind]).getLookupTable(nPts=256, alpha=False)  # (256, 3)
    table.setflags(write=False)
    return table
