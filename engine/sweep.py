# SPDX-License-Identifier: MIT
"""A sweep on Dask: its workers start engines of their own and drive them as the crew on one machine does.

The one room of the house whose library listens on the network and pickles (extra `cluster`); nothing else imports it, and it is
imported only by `sweep --cluster`. What is sent is the bytes of a cell, and the bytes of its result come back. For an address
tls://… Dask takes its certificates from its own settings (DASK_DISTRIBUTED__COMM__TLS__CA_FILE and its neighbors).
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Final

import msgspec
from distributed import Client, as_completed, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from engine.protocol.link import LinkError
from engine.protocol.sweeping.cells import Cell
from engine.protocol.sweeping.table import Result
from engine.protocol.version import APP
from engine.sweeping.worker import Worker

ENGINES: Final = "attractor-engines"
PATIENCE_S: Final = 15


class Engines(WorkerPlugin):  # type: ignore[misc]
    """The engines of one Dask worker: one for each of its threads that has work, kept from cell to cell."""

    name = ENGINES

    def setup(self, worker: Any) -> None:
        """The Dask worker has taken us in."""
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._all: list[Worker] = []
        if self._app != APP:
            raise RuntimeError(f"this Dask worker has attractor {APP}, the sweep {self._app}")

    def __init__(self) -> None:
        self._app = APP

    def teardown(self, worker: Any) -> None:
        """The sweep is over, or the Dask worker is."""
        for engine in self._all:
            engine.stop()
        with contextlib.suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def measure(self, cell: Cell) -> Result:
        """Measure a cell with an engine that is free, or a new one."""
        try:
            engine = self._idle.get_nowait()
        except Empty:
            engine = Worker()
            self._all.append(engine)
        try:
            return engine.measure(cell)
        finally:
            self._idle.put(engine)


def measure(cell: bytes) -> bytes:
    """A Dask task: measure a cell where this runs; both are JSON."""
    engines: Engines = get_worker().plugins[ENGINES]
    return msgspec.json.encode(engines.measure(msgspec.json.decode(cell, type=Cell)))


def run(cells: Sequence[Cell], address: str) -> Generator[tuple[Cell, Result], None, None]:
    """The cells and what came of them, as they finish, on the workers of a Dask scheduler. Closing the iterator cancels others.

    A worker that dies gives its cells to the others. Raises LinkError where no scheduler answers, or it goes away.
    """
    try:
        client = Client(address, timeout=PATIENCE_S, name="attractor-sweep")
    except (OSError, ValueError, TypeError) as error:
        raise LinkError(f"--cluster {address}: no Dask scheduler answers there: {error}") from None
    with client:
        try:
            client.register_plugin(Engines())
            yield from _finished(client, cells)
        except RuntimeError as error:  # of a worker with another version of the app
            raise LinkError(f"--cluster {address}: {error}") from None
        finally:
            with contextlib.suppress(Exception):  # whatever went wrong has been said; a scheduler that is gone stays gone
                client.unregister_worker_plugin(ENGINES)


def _finished(client: Client, cells: Sequence[Cell]) -> Generator[tuple[Cell, Result], None, None]:
    named = {f"{ENGINES}-{cell.key}": cell for cell in cells}
    futures = [client.submit(measure, msgspec.json.encode(cell), key=key, pure=True) for key, cell in named.items()]
    try:
        for future in as_completed(futures):
            cell = named[future.key]
            error = future.exception()
            if error is None:
                result = msgspec.json.decode(future.result(), type=Result)
            elif isinstance(error, LinkError):  # no engine can be started there: no fault of the cell's
                raise error
            elif future.cancelled():
                raise LinkError("the Dask scheduler went away; the same command goes on from here")
            else:
                result = Result(cell.key, {}, failure=f"{type(error).__name__}: {error}")
            future.release()
            yield cell, result
    finally:
        client.cancel(futures, force=True)
