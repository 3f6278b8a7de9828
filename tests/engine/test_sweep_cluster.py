# SPDX-License-Identifier: MIT
"""The same sweep on Dask: real scheduler and workers on loopback; one is killed, and no cell is lost or run twice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from engine.protocol.places import own_command
from engine.protocol.sweeping.cells import cells_of
from engine.protocol.sweeping.declared import sweep_of
from engine.protocol.sweeping.table import results
from tests.cluster import Process, cluster

pytest.importorskip("distributed", reason="the extra “cluster” is not installed: dask[distributed]")
pytestmark = [pytest.mark.slow, pytest.mark.cluster]

SWEEP = """
name = "clustered"
steps = 200
figures = ["loss", "copies"]
seeds = [1, 2, 3]
[base]
data = {name = "moons", n = 60}
model = {kind = "dae", width = 8}
training = {batch = 20}
[axes]
objective.sigma = [0.1, 0.3]
"""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[tuple[str, list[Process]]]:
    """A scheduler and two workers of one thread each, on loopback alone."""
    with cluster(tmp_path) as found:
        yield found


def test_a_killed_worker_costs_no_cell_and_the_figures_are_those_of_this_machine(
    there: tuple[str, list[Process]], tmp_path: Path
):
    address, workers = there
    file = tmp_path / "sweep.toml"
    file.write_text(SWEEP, encoding="utf-8")
    out = tmp_path / "there"
    sweep = subprocess.Popen([*own_command(), "sweep", str(file), "--out", str(out), "--cluster", address])
    table = out / "cells.csv"
    while not (table.exists() and results(table)):
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"it ended with {sweep.wait(0.05)} before its first cell")
    os.kill(workers[0].pid, signal.SIGKILL)
    assert sweep.wait(240) == 0
    lines = [line.split(",")[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(lines) == sorted(cell.key for cell in cells_of(sweep_of(str(file))))
    assert main.main(["sweep", str(file), "--out", str(tmp_path / "here"), "--workers", "1"]) == 0
    here, there = (
        {key: (result.figures, result.failure) for key, result in results(tmp_path / name / "cells.csv").items()}
        for name in ("here", "there")
    )
    assert here == there


def test_no_scheduler_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.sweep.PATIENCE_S", 1)
    file = tmp_path / "sweep.toml"
    file.write_text(SWEEP, encoding="utf-8")
    assert main.main(["sweep", str(file), "--out", str(tmp_path / "out"), "--cluster", "tcp://127.0.0.1:9"]) == 1
    assert "attractor: --cluster tcp://127.0.0.1:9: no Dask scheduler answers there" in capsys.readouterr().err
