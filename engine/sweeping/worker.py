# SPDX-License-Identifier: MIT
"""A worker: one engine process over the ordinary pipe, which builds, trains and measures one cell after the other."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.protocol.link import Link, LinkError
from engine.protocol.messages import Build, Credit, Failed, Frame, Report, Step, Watch
from engine.protocol.places import own_command
from engine.protocol.recipe.probes import Panel
from engine.protocol.sweeping.cells import Cell
from engine.protocol.sweeping.figures import FIGURES, LAST
from engine.protocol.sweeping.table import Result
from engine.protocol.words import sentence

RUN = 1
TRIES = 2  #: engines that one cell may cost


class EngineLost(OSError):
    """The engine ended in the middle of a cell."""


class CellFailed(Exception):
    """The engine said why a cell cannot be had."""


class Stopped(Exception):
    """Somebody called `stop`."""


class Worker:
    """Measures cells with an engine that lives on; a cell that fails takes its engine with it, and leaves nothing behind."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        """`command` starts an engine; without one it is this app's own."""
        self._command = list(command) or [*own_command(), "engine", "--threads", "1"]
        self._lock = threading.Lock()  # guards the two that `stop` touches
        self._link: Link | None = None
        self._stopped = False
        self._number = 0
        self._folder = tempfile.TemporaryDirectory(prefix="attractor-")

    def measure(self, cell: Cell) -> Result:
        """Train the cell and measure its figures; what goes wrong is the result's `failure`.

        Raises LinkError where no engine can be started, and Stopped.
        """
        since, failure = time.monotonic(), ""
        for _ in range(TRIES):
            link = self._engine()
            try:
                return Result(cell.key, self._figures(link, cell), time.monotonic() - since)
            except CellFailed as error:
                failure = str(error)
                break
            except (EngineLost, LinkError) as error:
                failure = str(error)
            finally:
                if failure:
                    self._dismiss()
        return Result(cell.key, {}, time.monotonic() - since, failure)

    def stop(self) -> None:
        """End the engine at once, from any thread; `measure` then raises Stopped."""
        with self._lock:
            self._stopped = True
            if self._link is not None:
                self._link.kill()

    def close(self) -> None:
        """See the engine off, when `measure` has returned."""
        self._dismiss()
        self._folder.cleanup()

    def _engine(self) -> Link:
        with self._lock:
            if self._stopped:
                raise Stopped
            if self._link is not None:
                return self._link
            self._link = link = Link(self._command, Path(self._folder.name) / "engine.log")
        try:
            link.shake_hands()
        except LinkError:
            words = self._dismiss()
            if self._stopped:
                raise Stopped from None
            raise LinkError(f"no engine answers to “{' '.join(self._command)}”: {words or 'it said nothing'}") from None
        return link

    def _dismiss(self) -> str:
        """End the engine; returns its last line."""
        with self._lock:
            link, self._link = self._link, None
        if link is None:
            return ""
        link.kill()
        lines = link.end().words.strip().splitlines()
        return lines[-1] if lines else ""

    def _figures(self, link: Link, cell: Cell) -> dict[str, float]:
        self._number += 1
        link.send(Watch(panels=()))
        # One run, another build for each cell: of one run the engine keeps but the last few builds.
        link.send(Build(run_id=RUN, experiment=cell.experiment, builds=(self._number,)))
        link.send(Step(count=cell.steps))
        wanted = [name for name in cell.figures if FIGURES[name].fits(cell.experiment, name)]
        found = self._trained(link, cell, {name for name in wanted if FIGURES[name].probe is None})
        probed = {name for name in wanted if FIGURES[name].probe is not None}
        return found | self._probed(link, cell, probed)

    def _trained(self, link: Link, cell: Cell, names: set[str]) -> dict[str, float]:
        """Read until the training is over; the means of the last steps' scalars."""
        tail: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=LAST))
        for frame in self._frames(link):
            for scalars in frame.scalars:
                for name in names & scalars.values.keys():
                    tail[name].extend(scalars.values[name][-LAST:].tolist())
            if not frame.training and frame.lanes[0].step >= cell.steps:
                break
        return {name: sum(values) / len(values) for name, values in tail.items()}

    def _probed(self, link: Link, cell: Cell, names: set[str]) -> dict[str, float]:
        """Let the trained network be measured; the figures, when all have come."""
        probes = dict.fromkeys(probe for name in sorted(names) if (probe := FIGURES[name].probe) is not None)
        link.send(Watch(panels=tuple(Panel(key=probe.kind, probe=probe) for probe in probes)))  # type: ignore[arg-type]
        found: dict[str, float] = {}
        while not names <= found.keys():
            for scalars in next(self._frames(link)).scalars:
                if scalars.steps[-1] == cell.steps:
                    found |= {name: float(scalars.values[name][-1]) for name in names & scalars.values.keys()}
        return found

    def _frames(self, link: Link) -> Iterator[Frame]:
        """The frames of the present cell. Raises CellFailed for what the engine could not do, EngineLost at its end."""
        while (report := self._heard(link)) is not None:
            if isinstance(report, Failed):
                raise CellFailed(sentence(report.kind, report.values))
            if isinstance(report, Frame):
                link.send(Credit())
                if report.lanes[0].build == self._number:
                    yield report
        if self._stopped:
            raise Stopped
        words = self._dismiss()
        raise EngineLost(f"the engine ended: {words}" if words else "the engine ended")

    def _heard(self, link: Link) -> Report | None:
        try:
            return link.read()
        except LinkError:
            if self._stopped:  # a message cut short by our own hand
                return None
            raise
