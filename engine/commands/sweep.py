# SPDX-License-Identifier: MIT
"""`sweep`: many cells, a table that grows by a line for each; what is in the table is not run again."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Generator, Sequence

from engine.protocol.arguments import Sweep as Options
from engine.protocol.console import CommandError, say
from engine.protocol.link import LinkError
from engine.protocol.sweeping.cells import Cell, cells_of
from engine.protocol.sweeping.declared import SweepError, sweep_of
from engine.protocol.sweeping.table import Result, Table
from engine.sweeping import crew

FAILED = 1


def main(options: Options) -> int:
    """Run what is missing of the sweep in `options.out`; the exit code is 1 where a cell failed. Raises CommandError."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill ends the engines too, as Ctrl-C
    try:
        sweep = sweep_of(options.source)
        cells = cells_of(sweep)
        table = Table(options.out, sweep)
    except SweepError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"--out {error.filename or options.out}: {error.strerror or error}") from None
    with contextlib.closing(table):
        _run(options, cells, table)
        failed = [cell.key for cell in cells if table.done[cell.key].failure]
    if failed:
        say(f"attractor: {len(failed):,} of {len(cells):,} cells failed; the column “failure” of {table.file} says why")
    return FAILED if failed else 0


def _run(options: Options, cells: Sequence[Cell], table: Table) -> None:
    missing = [cell for cell in cells if cell.key not in table.done]
    progress = Progress(len(cells), len(cells) - len(missing))
    try:
        with contextlib.closing(_results(options, missing)) as results:
            for cell, result in results:
                table.add(cell, result)
                progress.show(result.failure)
    except LinkError as error:
        raise CommandError(str(error), FAILED) from None
    except OSError as error:
        raise CommandError(f"{table.file}: cannot be written: {error.strerror or error}", FAILED) from None
    finally:
        progress.close()


def _results(options: Options, cells: Sequence[Cell]) -> Generator[tuple[Cell, Result], None, None]:
    if options.cluster is None:
        return crew.run(cells, options.workers or cores())
    try:
        from engine import sweep  # only now: Dask is an extra
    except ImportError as error:
        raise CommandError(f"--cluster needs Dask ({error}): python -m pip install \"attractor[cluster]\"") from None
    return sweep.run(cells, options.cluster)


def cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows do not say
        return os.cpu_count() or 1


class Progress:
    """How many cells are done and how long the rest will take, on a terminal only."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._before, self._done, self._failed = total, done, done, 0
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._since = time.monotonic()
        self._draw()

    def show(self, failure: str) -> None:
        """One more cell is done."""
        self._done += 1
        self._failed += bool(failure)
        self._draw()

    def _draw(self) -> None:
        if self._shown:
            bar = "█" * round(30 * self._done / max(1, self._total))
            failed = f"  {self._failed:,} failed" if self._failed else ""
            sys.stderr.write(f"\r{bar:·<30}  {self._done:,} of {self._total:,} cells{failed}  {self._left()}   ")
            sys.stderr.flush()

    def _left(self) -> str:
        """The time left, if the rest goes as fast as what this call has done."""
        ours = self._done - self._before
        if not ours or self._done == self._total:
            return " " * 12
        seconds = round((time.monotonic() - self._since) / ours * (self._total - self._done))
        hours, minutes = seconds // 3600, seconds // 60 % 60
        return f"{hours} h {minutes:02} min left" if hours else f"{minutes} min {seconds % 60:02} s left"

    def close(self) -> None:
        """Leave the line."""
        if self._shown:
            sys.stderr.write("\n")
