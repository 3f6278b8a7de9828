# SPDX-License-Identifier: MIT
"""The crew on this machine: some workers, a thread each to listen to its engine, and the cells as they finish."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Sequence
from queue import Empty, SimpleQueue

from engine.protocol.link import LinkError
from engine.protocol.sweeping.cells import Cell
from engine.protocol.sweeping.table import Result
from engine.sweeping.worker import Stopped, Worker

PATIENCE_S = 0.2  #: between two looks, so that Ctrl-C is heard on every system


def run(cells: Sequence[Cell], count: int, command: Sequence[str] = ()) -> Generator[tuple[Cell, Result], None, None]:
    """The cells and what came of them, as they finish, by `count` engines. Closing the iterator ends the engines at once.

    Raises LinkError where no engine can be started.
    """
    todo: SimpleQueue[Cell] = SimpleQueue()
    for cell in cells:
        todo.put(cell)
    done: SimpleQueue[tuple[Cell, Result] | LinkError] = SimpleQueue()
    workers = [Worker(command) for _ in range(min(count, len(cells)))]
    threads = [threading.Thread(target=_work, args=(worker, todo, done), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        for _ in cells:
            yield _next(done)
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join()


def _next(done: SimpleQueue[tuple[Cell, Result] | LinkError]) -> tuple[Cell, Result]:
    while True:
        with contextlib.suppress(Empty):
            found = done.get(timeout=PATIENCE_S)
            if isinstance(found, LinkError):
                raise found
            return found


def _work(worker: Worker, todo: SimpleQueue[Cell], done: SimpleQueue[tuple[Cell, Result] | LinkError]) -> None:
    """A thread's life: cells, until there are none."""
    try:
        with contextlib.suppress(Empty, Stopped):
            while True:
                cell = todo.get_nowait()
                done.put((cell, worker.measure(cell)))
    except LinkError as error:
        done.put(error)
    finally:
        worker.close()
