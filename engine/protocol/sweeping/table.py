# SPDX-License-Identifier: MIT
"""The table of a sweep: a CSV to which each finished cell adds one whole line; read while it grows, and to go on from."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from engine.protocol.sweeping.cells import Cell, columns_of
from engine.protocol.sweeping.declared import Sweep, SweepError, encode
from engine.protocol.sweeping.lock import Lock

TABLE: Final = "cells.csv"
SWEEP: Final = "sweep.json"
MAX_BYTES: Final = 2**26


class Result(msgspec.Struct, frozen=True):
    """What came of a cell: its figures (those that its model has), or the reason why there are none."""

    key: str
    figures: dict[str, float]
    seconds: float = 0.0
    failure: str = ""


class Table:
    """The table of a sweep in a folder, open for one process at a time. Nothing that stands in it is ever written again."""

    def __init__(self, folder: Path, sweep: Sweep) -> None:
        """Raises SweepError where the folder holds another sweep's table or another process writes it; OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(folder / ".running")
        if not self._lock.taken:
            raise SweepError(f"{folder}: another process runs the sweep in this folder")
        self.file = folder / TABLE
        self._columns = header(sweep)
        self._figures = sweep.figures
        self._open()
        (folder / SWEEP).write_bytes(encode(sweep))
        self.done = results(self.file)

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._to = os.open(self.file, flags, 0o644)
        text = self.file.read_bytes()
        whole = text[: text.rfind(b"\n") + 1]
        if len(whole) < len(text):  # a line that a power cut left unfinished
            os.truncate(self.file, len(whole))
        if not whole:
            self._write(self._columns)
        elif next(csv.reader([whole.split(b"\n", 1)[0].decode("utf-8", "replace")])) != list(self._columns):
            self.close()
            raise SweepError(f"{self.file}: this is the table of another sweep; choose another folder")

    def add(self, cell: Cell, result: Result) -> None:
        """Write the line of a finished cell, in one piece. Raises OSError."""
        figures = [repr(result.figures[name]) if name in result.figures else "" for name in self._figures]
        failure = " ".join(result.failure.split())
        self._write((cell.key, *map(str, cell.values.values()), *figures, f"{result.seconds:.3f}", failure))
        self.done[cell.key] = result

    def _write(self, words: Iterable[str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(words)
        os.write(self._to, line.getvalue().encode("utf-8"))

    def close(self) -> None:
        """Let the next one write."""
        os.close(self._to)
        self._lock.release()


def header(sweep: Sweep) -> tuple[str, ...]:
    """The names of the columns."""
    return ("cell", *columns_of(sweep), *sweep.figures, "seconds", "failure")


def results(file: Path) -> dict[str, Result]:
    """The finished cells in a table, also while it grows; nothing where it is not there yet. Raises SweepError, OSError."""
    if not file.exists():
        return {}
    if file.stat().st_size > MAX_BYTES:
        raise SweepError(f"{file}: a table has at most {MAX_BYTES // 2**20} MB")
    text = file.read_bytes()
    lines = text[: text.rfind(b"\n") + 1].decode("utf-8", "replace").splitlines()
    found = {}
    for number, row in enumerate(csv.DictReader(lines), 2):
        result = _result(row)
        if result is None:
            raise SweepError(f"{file}: line {number} is none of a sweep's table")
        found[result.key] = result
    return found


def _result(row: Mapping[str | None, str | list[str] | None]) -> Result | None:
    """A line of a table; None where it is not one."""
    key, seconds, failure = (row.get(name) for name in ("cell", "seconds", "failure"))
    if not (isinstance(key, str) and isinstance(seconds, str) and isinstance(failure, str)) or None in row:
        return None
    names = list(row)
    try:
        words = {str(name): row[name] for name in names[names.index("seed") + 1 : names.index("seconds")]}
        figures = {name: float(str(word)) for name, word in words.items() if word}
        return Result(key, figures, float(seconds), failure)
    except ValueError:
        return None
