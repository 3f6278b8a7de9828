# SPDX-License-Identifier: MIT
"""Sweeps: the same sixty trainings by one engine, by two, and by two workers of Dask on loopback."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

from engine.protocol.places import own_command
from engine.protocol.sweeping.table import results
from tests.bench.timing import Row, alternate
from tests.cluster import cluster

CELLS = 60
SWEEP = """
name = "sixty"
steps = 2000
figures = ["loss", "copies"]
seeds = [1, 2, 3, 4, 5]
[base]
data = {name = "moons", n = 60}
model = {kind = "dae", width = 64}
training = {batch = 16}
[axes]
objective.sigma = [0.05, 0.1, 0.2, 0.3]
data.n = [20, 60, 200]
"""


def rows() -> Iterator[Row]:
    """Three rounds of each; Dask only where it is installed. Starting Dask itself is no part of a sweep's time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sixty.toml").write_text(SWEEP, encoding="utf-8")
        there = cluster(folder) if importlib.util.find_spec("distributed") else nullcontext(("", []))
        with there as (address, _):
            runs = {"one": _swept(folder, "--workers", "1"), "two": _swept(folder, "--workers", "2")}
            if address:
                runs["dask"] = _swept(folder, "--cluster", address)
            found = alternate(runs, rounds=3)
    details = {f"{name}_s": round(seconds, 1) for name, seconds in found.items()}
    yield Row(f"{CELLS} cells: two engines against one", found["one"] / found["two"], "×", at_least=1.7, details=details)
    if "dask" in found:
        yield Row(f"{CELLS} cells: Dask with two workers / two engines", found["dask"] / found["two"], "×", at_most=1.15)


def _swept(folder: Path, *words: str) -> Callable[[], float]:
    """Seconds of the whole command, every cell in its table."""

    def sweep() -> float:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            argv = [*own_command(), "sweep", str(folder / "sixty.toml"), "--out", out, *words]
            since = time.perf_counter()
            subprocess.run(argv, check=True, capture_output=True)
            took_s = time.perf_counter() - since
            assert len(results(Path(out) / "cells.csv")) == CELLS
        return took_s

    return sweep
