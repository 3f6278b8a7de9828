# SPDX-License-Identifier: MIT
"""How a text file writes its numbers: encoding, separator, decimal comma, header. Found from its first lines."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.reading.examples import refuse

HEAD: Final = 2**16  #: bytes that are looked at
LONGEST: Final = 2**20  #: bytes of one line
MOST_COLUMNS: Final = 10_000
SEPARATORS: Final = (";", "\t", ",", "|")
LINES: Final = 50


@dataclass(frozen=True)
class Dialect:
    """How to read the lines of one file."""

    encoding: str
    separator: str
    comma: bool  #: decimals have a comma
    header: bool
    names: tuple[str, ...]  #: one for each column
    sample: tuple[tuple[str, ...], ...]  #: the first rows, split

    def split(self, line: str) -> list[str]:
        """The cells of one line, without the spaces around them."""
        return split(line, self.separator)

    def number(self, cell: str) -> str:
        """A cell with a point for its decimals."""
        return cell.replace(",", ".") if self.comma else cell


def split(line: str, separator: str) -> list[str]:
    """The cells of one line; separator “ ” stands for any white space."""
    if separator == " ":
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def dialect_of(file: Path, header: str) -> Dialect:
    """Look at the beginning of a file. Raises Refused where it is no table of numbers."""
    with file.open("rb") as stream:
        head = stream.read(HEAD)
    encoding = _encoding(file, head)
    lines = head.decode(encoding, "replace").splitlines()
    whole = lines[:-1] if len(head) == HEAD and len(lines) > 1 else lines
    rows = [line for line in whole if line.strip()][:LINES]
    if not rows:
        refuse(file, "it is empty")
    separator = _separator(rows)
    cells = tuple(tuple(split(row, separator)) for row in rows)
    if len(cells[0]) > MOST_COLUMNS:
        refuse(file, f"it has {len(cells[0]):,} columns or more, and at most {MOST_COLUMNS:,} can be")
    comma = separator != "," and any("," in cell for row in cells[1:] or cells for cell in row)
    named = _has_header(cells, comma) if header == "auto" else header == "yes"
    names = _names(file, cells[0]) if named else tuple(f"column {k + 1}" for k in range(len(cells[0])))
    return Dialect(encoding, separator, comma, named, names, cells[named:])


def is_number(cell: str, comma: bool = False) -> bool:
    """Whether a cell holds a number, “nan” and “inf” included: they are refused later, by name."""
    try:
        float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        return False
    return "_" not in cell


def _encoding(file: Path, head: bytes) -> str:
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return name
    if b"\0" in head:
        refuse(file, "it is neither a table nor any other kind of file that this app reads (it holds zero bytes)")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _separator(rows: list[str]) -> str:
    """The one that splits most rows into the same number of cells, two at least; else white space."""

    def share(mark: str) -> tuple[float, int]:
        counts = [len(split(row, mark)) for row in rows]
        usual = max(set(counts), key=counts.count)
        return (counts.count(usual) / len(counts), usual) if usual > 1 else (0.0, 0)

    best = max(SEPARATORS, key=share)
    if share(best)[0] > 0:
        return best
    return " " if len(rows[0].split()) > 1 else ","


def _has_header(cells: tuple[tuple[str, ...], ...], comma: bool) -> bool:
    """The first row has no number where the second has some; a table of one row has none."""
    if len(cells) < 2:
        return False
    first = [is_number(cell, comma) for cell in cells[0]]
    second = [is_number(cell, comma) for cell in cells[1]]
    return not any(first) and any(second)


def _names(file: Path, cells: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(cell or f"column {k + 1}" for k, cell in enumerate(cells))
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        refuse(file, f"two columns are called “{twice[:40]}”")
    return names
