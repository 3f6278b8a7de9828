# SPDX-License-Identifier: MIT
"""Curves as a table: one row a step and lane, a column for each figure; no cell that a spreadsheet would compute. Qt-free."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Final

from ui.reel import Moment
from ui.runfile import replacing

RISKY: Final = ("=", "+", "-", "@", "\t", "\r")  #: a spreadsheet takes such a text for a formula


def cell(value: object) -> str:
    """A cell: numbers with a point, in full; texts that begin like a formula get a quotation mark in front."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(RISKY) else text


def curves_of(moment: Moment) -> str:
    """The curves of the builds that play, up to this moment, as CSV: lane, step, seconds, then each figure."""
    names = sorted({name for lane in moment.lanes for name in moment.past.names(lane.name)})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(cell, ("lane", "step", "seconds", *names)))
    for lane in moment.lanes:
        rows: dict[int, dict[str, float]] = {}
        for name in moment.past.names(lane.name):
            curve = moment.past.series(lane.name, name)
            for step, seconds, value in zip(*(part.tolist() for part in curve), strict=True) if curve is not None else ():
                rows.setdefault(int(step), {"seconds": seconds})[name] = value
        for step in sorted(rows):
            figures = (cell(rows[step][name]) if name in rows[step] else "" for name in names)
            writer.writerow((cell(lane.name), step, cell(rows[step]["seconds"]), *figures))
    return text.getvalue()


def write_curves(moment: Moment, file: Path) -> None:
    """Write the curves, whole or not at all. Raises RunFileError."""
    with replacing(file) as fresh:
        fresh.write_text(curves_of(moment), encoding="utf-8", newline="")
