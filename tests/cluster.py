# SPDX-License-Identifier: MIT
"""A Dask cluster on loopback: a real scheduler and real workers, each a process. Needs the extra “cluster”."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house import ROOT

Process = subprocess.Popen[str]


@contextmanager
def cluster(folder: Path, count: int = 2) -> Iterator[tuple[str, list[Process]]]:
    """The address of a scheduler, and its workers of one thread each."""
    scheduler = _dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    processes = [scheduler]
    try:
        address = _said(scheduler, r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder), "--death-timeout", "60")
        workers = [_dask("worker", address, "--host", "127.0.0.1", *words) for _ in range(count)]
        processes += workers
        for worker in workers:
            _said(worker, r"(Registered to:)")
        yield address, workers
    finally:
        for process in reversed(processes):
            process.kill()
            process.communicate()


def _dask(*words: str) -> Process:
    """A process of Dask's own command line, its log on a pipe."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False"}
    code = "import sys; from dask.__main__ import main; main()"
    return subprocess.Popen([sys.executable, "-c", code, *words], stderr=subprocess.PIPE, text=True, env=env)


def _said(process: Process, pattern: str) -> str:
    """Read a process's log until a line matches; the match."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError(f"it ended before it said {pattern}")
