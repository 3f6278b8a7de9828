# SPDX-License-Identifier: MIT
"""Reader of text tables (.csv, .tsv, .txt): streamed in blocks, every refusal names row and column."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

import numpy as np

from engine.protocol.arguments import Read
from engine.protocol.recipe.data.imported import LARGEST, MOST_CLASSES
from engine.reading.dialect import LONGEST, Dialect, dialect_of, is_number
from engine.reading.examples import Examples, Tell, fits, refuse
from engine.reading.shaping import check_finite

MOST_BYTES: Final = 4 * 2**30
BLOCK: Final = 2**20  #: characters that are read as one
MB: Final = 2**20
LABELS: Final = frozenset({"label", "labels", "class", "classes", "target", "species", "category", "digit"})


def read_table(file: Path, asked: Read, tell: Tell) -> Examples:
    """The rows of a text table, (N, M) float32, and its labels where a column holds them."""
    size = file.stat().st_size
    if size > MOST_BYTES:
        refuse(file, f"it has {size / 2**30:.1f} GB, and at most {MOST_BYTES // 2**30} GB are read")
    dialect = dialect_of(file, asked.header)
    label = _label(file, dialect, asked.label)
    reader = _Reader(file, dialect, label)
    if not reader.used:
        refuse(file, "it holds words, but no column of numbers")
    with file.open("r", encoding=dialect.encoding, errors="replace", newline=None) as stream:
        for lines, first in _blocks(file, stream, dialect):
            reader.take(lines, first)
            tell(min(stream.buffer.tell(), size) // MB, max(size // MB, 1), "MB")  # type: ignore[attr-defined]
    return reader.examples(asked)


Converters = dict[int, Callable[[str], float]] | None


class _Reader:
    """Takes blocks of lines, gives numbers and labels."""

    def __init__(self, file: Path, dialect: Dialect, label: int | None) -> None:
        self.file, self.dialect, self.label = file, dialect, label
        self.used = [k for k in range(len(dialect.names)) if k != label]
        self.names = tuple(dialect.names[k] for k in self.used)
        self._blocks: list[np.ndarray] = []
        self._numbers: dict[str, int] = {}
        self._labels: list[int] = []
        self._count = 0

    def take(self, lines: list[str], first: int) -> None:
        """Read some lines, of which the first is row `first` of the file. Raises Refused."""
        if self.dialect.comma:
            lines = [line.replace(",", ".") for line in lines]
        labels: list[int] = []
        # A function for the label's column alone; the others are read by NumPy's own parser.
        converters: Converters = None if self.label is None else {self.label: lambda cell: self._number(cell, labels)}
        separator = None if self.dialect.separator == " " else self.dialect.separator
        try:
            x = _parsed(lines, separator, converters)
        except ValueError:
            x = None
        filled = sum(map(bool, map(str.strip, lines)))
        if x is None or x.shape != (filled, len(self.dialect.names)):
            self._explain(lines, first)
        assert x is not None
        if self.label is not None:
            x = np.delete(x, self.label, axis=1)
        check_finite(self.file, x, self.names, first)
        self._blocks.append(x.astype(np.float32))
        self._labels += labels
        self._count += len(x)
        if self._count * len(self.used) > LARGEST:
            refuse(self.file, f"it holds more than {LARGEST:,} numbers")

    def examples(self, asked: Read) -> Examples:
        """All that was read."""
        fits(self.file, self._count, self._count * len(self.used))
        x = np.concatenate(self._blocks)
        self._blocks.clear()
        columns = self.dialect.names[:200]
        labels, classes, label = None, tuple(sorted(self._numbers, key=_by_value)), ""
        if self.label is not None:
            order = np.array([classes.index(name) for name in self._numbers], np.int32)
            labels, label = order[np.array(self._labels)], self.dialect.names[self.label][:80]
        return Examples(x, float(x.min()), float(x.max()), "", labels, tuple(c[:80] for c in classes), label,
                        tuple(c[:80] for c in columns), self._notes(x))  # fmt: skip

    def _notes(self, x: np.ndarray) -> list[str]:
        notes = []
        if self.dialect.comma:
            notes.append("Decimals have a comma in this file.")
        if self.dialect.encoding == "latin-1":
            notes.append("The text is no UTF-8; it was read as Latin-1.")
        constant = [name for name, spread in zip(self.names, np.ptp(x, axis=0), strict=True) if spread == 0]
        if constant:
            notes.append(f"Column “{constant[0][:40]}” holds the same number everywhere; it is only centered.")
        return notes

    def _number(self, cell: str, labels: list[int]) -> float:
        name = cell.strip()
        labels.append(self._numbers.setdefault(name, len(self._numbers)))
        if not name or len(self._numbers) > MOST_CLASSES or (is_number(name) and not _is_class(name)):
            raise ValueError(name)
        return 0.0

    def _explain(self, lines: list[str], first: int) -> None:
        """Find the row that cannot be read, and say why not. Raises Refused."""
        wide = len(self.dialect.names)
        for row, line in enumerate(lines, first):
            if not line.strip():
                continue
            try:
                cells = self.dialect.split(line)
            except csv.Error as error:
                refuse(self.file, f"row {row} cannot be split into cells ({error})")
            if len(cells) != wide:
                refuse(self.file, f"row {row} has {len(cells)} cells, where the first has {wide}")
            for index, cell in enumerate(cells):
                self._check(row, index, cell)
        refuse(self.file, f"the rows from {first} on cannot be read as a table")

    def _check(self, row: int, index: int, cell: str) -> None:
        where = f"row {row}, column “{self.dialect.names[index][:40]}”"
        if not cell:
            refuse(self.file, f"{where} is empty")
        if index != self.label and not is_number(cell):
            refuse(self.file, f"{where} holds “{cell[:40]}”, which is no number")
        if index == self.label and is_number(cell) and not _is_class(cell):
            refuse(self.file, f"{where} holds {cell[:40]}, which is no class; classes are words, or whole numbers from 0 on")
        if index == self.label and len(self._numbers) > MOST_CLASSES:
            refuse(self.file, f"column “{self.dialect.names[index][:40]}” names more than {MOST_CLASSES} classes")


def _parsed(lines: list[str], separator: str | None, converters: Converters) -> np.ndarray:
    """NumPy's own parser. Raises ValueError."""
    x: np.ndarray = np.loadtxt(  # type: ignore[call-overload]  # its stub wants converters of a wider type
        lines, np.float64, comments=None, delimiter=separator, converters=converters, ndmin=2, quotechar='"', encoding=None
    )
    return x


def _is_class(cell: str) -> bool:
    value = float(cell)
    return value >= 0 and value == int(value) if np.isfinite(value) else False


def _by_value(name: str) -> tuple[float, str]:
    return (float(name), "") if is_number(name) else (float("inf"), name)


def _label(file: Path, dialect: Dialect, asked: str) -> int | None:
    """The column of the labels: as asked, or the one that holds words, or one with a telling name."""
    names = dialect.names
    if asked == "none":
        return None
    if asked != "auto":
        if asked in names:
            return names.index(asked)
        refuse(file, f"it has no column “{asked[:40]}”")
    words = [k for k in range(len(names)) if any(len(row) > k and row[k] and not is_number(row[k], dialect.comma)
                                                 for row in dialect.sample)]  # fmt: skip
    if len(words) == 1 and sum(bool(row[words[0]]) for row in dialect.sample if len(row) > words[0]) == len(dialect.sample):
        values = {row[words[0]] for row in dialect.sample}
        numbers = sum(is_number(value, dialect.comma) for value in values)
        return words[0] if numbers == 0 else None
    telling = [k for k, name in enumerate(names) if name.lower() in LABELS]
    whole = [k for k in telling if all(is_number(row[k]) and _is_class(row[k]) for row in dialect.sample if len(row) > k)]
    return whole[0] if len(whole) == 1 and not words else None


def _blocks(file: Path, stream: IO[str], dialect: Dialect) -> Iterator[tuple[list[str], int]]:
    """Lines in blocks of about a megabyte, the header left out, with the number of the first row (the file's first is 1)."""
    row = 1
    if dialect.header:
        while not stream.readline(LONGEST).strip():  # blank lines may come first
            row += 1
        row += 1
    while lines := stream.readlines(BLOCK // 8):
        if max(map(len, lines)) > LONGEST:
            refuse(file, f"one of its lines has more than {LONGEST:,} characters")
        if any("\0" in line for line in lines):
            refuse(file, f"there are zero bytes after row {row}, which no text has")
        yield lines, row
        row += len(lines)
