# SPDX-License-Identifier: MIT
"""Sweeps that run: real engines, killed and broken ones, and the same figures that one run would give by hand."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import main
from engine import data
from engine.commands.sweep import Progress
from engine.memory import learned_recall
from engine.protocol.line import HEADER, LinkError
from engine.protocol.link import MAGIC
from engine.protocol.messages import PROTOCOL, Hello
from engine.protocol.places import own_command
from engine.protocol.sweeping.cells import Cell, cells_of
from engine.protocol.sweeping.declared import Sweep, read_sweep
from engine.protocol.sweeping.table import results
from engine.protocol.version import APP
from engine.protocol.wire import encode
from engine.quality import distance
from engine.run import Run
from engine.sweeping import crew
from engine.train import train

SMALL = """
name = "small"
steps = {steps}
seeds = [3, 4]
figures = ["loss", "copies"]
[base]
data = {{name = "moons", n = 60}}
model = {{kind = "dae", width = 8}}
training = {{batch = 20}}
[axes]
objective.sigma = [0.1, 0.3]
"""


def written(folder: Path, text: str = SMALL, steps: int = 150) -> Path:
    """The file of a small sweep."""
    file = folder / "small.toml"
    file.write_text(text.format(steps=steps), encoding="utf-8")
    return file


def cells(folder: Path, text: str = SMALL, steps: int = 150) -> tuple[Sweep, tuple[Cell, ...]]:
    sweep = read_sweep(written(folder, text, steps))
    return sweep, cells_of(sweep)


def lines(table: Path) -> list[str]:
    return [line.split(",")[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]] if table.exists() else []


def by_hand(cell: Cell) -> dict[str, float]:
    """The same figures without engine, pipe and probes."""
    torch.set_num_threads(1)
    run = Run(cell.experiment.lanes[0], data.load(cell.experiment.data, cell.experiment.seed), cell.experiment.seed)
    loop = train(run)
    while run.step < cell.steps:
        next(loop)
    _, _, figures = run.ledger.read()
    with torch.inference_mode():
        *_, recall = learned_recall(run, run.sigma)
    assert recall is not None
    return {"loss": float(figures[-100:, 0].mean()), "copies": recall.train, "distance": distance(run)}


def test_the_figures_of_a_cell_are_those_that_one_run_gives_by_hand(tmp_path: Path):
    _, wanted = cells(tmp_path, SMALL.replace('"copies"', '"copies", "distance"'))
    ((_, result),) = crew.run(wanted[:1], 1)
    assert result.failure == ""
    assert result.figures == pytest.approx(by_hand(wanted[0]), rel=1e-6)


def test_a_cell_that_fails_is_written_down_with_its_reason_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    text = SMALL.replace("objective.sigma = [0.1, 0.3]", "training.learning_rate = [1e6, 1e-3]").replace(', "copies"', "")
    file = written(tmp_path, text.replace("seeds = [3, 4]", "seeds = [3]"))
    out = tmp_path / "out"
    assert main.main(["sweep", str(file), "--out", str(out), "--workers", "1"]) == 1
    assert "1 of 2 cells failed; the column “failure” of " in capsys.readouterr().err
    bad, good = (results(out / "cells.csv")[cell.key] for cell in cells_of(read_sweep(file)))
    assert "became infinite at step" in bad.failure
    assert bad.figures == {}
    assert good.failure == ""
    assert good.figures["loss"] > 0


def test_what_is_in_the_table_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file, out = written(tmp_path), tmp_path / "out"
    assert main.main(["sweep", str(file), "--out", str(out), "--workers", "2"]) == 0
    before = (out / "cells.csv").read_bytes()
    monkeypatch.setattr(crew, "Worker", None)
    assert main.main(["sweep", str(file), "--out", str(out)]) == 0
    assert (out / "cells.csv").read_bytes() == before


def test_an_engine_that_dies_is_replaced_and_its_cell_is_not_lost(tmp_path: Path):
    """The first engine ends as by kill -9 when it is told to build; the next ones are whole."""
    _, wanted = cells(tmp_path)
    mark = tmp_path / "died"
    body = encode(Hello(protocol=PROTOCOL, app=APP, torch="2", device="cpu", threads=1, pid=1, session=""))
    hello = MAGIC + len(body).to_bytes(HEADER, "little") + body  # who never says it is no engine at all
    program = f"""import os, sys
if not os.path.exists({str(mark)!r}):
    os.write(1, {hello!r})
    os.mkdir({str(mark)!r})
    os._exit(9)
os.execv(sys.executable, [sys.executable, {own_command()[-1]!r}, "engine", "--threads", "1"])"""
    found = list(crew.run(wanted[:2], 1, [sys.executable, "-c", program]))
    assert mark.exists()
    assert [result.failure for _, result in found] == ["", ""]


def test_without_any_engine_nothing_is_written_down(tmp_path: Path):
    _, wanted = cells(tmp_path)
    with pytest.raises(LinkError, match=r"no engine answers to “.*”: no such luck"):
        list(crew.run(wanted, 2, [sys.executable, "-c", "import sys; sys.exit('no such luck')"]))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_sweep_that_is_stopped_leaves_no_engine_and_goes_on_where_it_was(blow: signal.Signals, tmp_path: Path):
    file, out = written(tmp_path, SMALL.replace("seeds = [3, 4]", "seeds = [1, 2, 3]"), steps=600), tmp_path / "out"
    words = [*own_command(), "sweep", str(file), "--out", str(out), "--workers", "1"]
    sweep = subprocess.Popen(words, stderr=subprocess.PIPE)
    engines = wait_for(sweep, out)
    sweep.send_signal(blow)
    _, said = sweep.communicate(timeout=60)
    assert sweep.returncode == (-9 if blow is signal.SIGKILL else 130), said
    assert said == (b"" if blow is signal.SIGKILL else b"attractor: stopped\n")
    for engine in engines:
        gone(engine)
    before = lines(out / "cells.csv")
    assert 1 <= len(before) < 6
    done = subprocess.run(words, capture_output=True, timeout=240, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    after = lines(out / "cells.csv")
    assert after[: len(before)] == before
    assert sorted(after) == sorted(cell.key for cell in cells_of(read_sweep(file)))  # none twice, none lost


def wait_for(sweep: subprocess.Popen[bytes], out: Path) -> list[int]:
    """Until the first cell is in the table; the engines that then run."""
    psutil = pytest.importorskip("psutil")
    while not lines(out / "cells.csv"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            sweep.wait(0.05)
            raise AssertionError("the sweep ended before its first cell")
    return [child.pid for child in psutil.Process(sweep.pid).children(recursive=True)]


def gone(pid: int) -> None:
    """Wait until a process has left."""
    psutil = pytest.importorskip("psutil")
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(30)


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are those of Unix")
def test_a_terminal_shows_how_far_it_is_and_how_long_the_rest_takes(monkeypatch: pytest.MonkeyPatch):
    ours, theirs = os.openpty()
    now = [100.0]
    monkeypatch.setattr("engine.commands.sweep.time.monotonic", lambda: now[0])
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        progress = Progress(total=10, done=4)
        now[0] += 130.0
        progress.show("")
        progress.show("it broke")
        progress.close()
    written = b""
    with contextlib.suppress(OSError):  # Linux says EIO where nothing more will come
        while part := os.read(ours, 10_000):  # it comes in pieces
            written += part
    said = written.decode().split("\r")
    os.close(ours)
    assert "4 of 10 cells" in said[1]
    assert "5 of 10 cells  10 min 50 s left" in said[2]
    assert "6 of 10 cells  1 failed  4 min 20 s left" in said[3]
