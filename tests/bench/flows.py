# SPDX-License-Identifier: MIT
"""Points in motion: 5,000 in the plane while the denoiser learns, and 64 digits through the exact one."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engine.data import load
from engine.protocol.messages import Clear, Scatter
from engine.protocol.recipe.editing import from_plain
from engine.run import Run
from engine.scene import scene_of
from tests.bench.timing import Row, alternate, rate
from tests.ui.conftest import Stage
from ui.meter import Meter

SECONDS = 8.0
AGAIN_MS = 1500  #: by then most have come near the data; new ones set out, so that all 5,000 are always on their way


def rows() -> Iterator[Row]:
    """Frames a second of the window, and updates a second of the swarm alone."""
    report, moving = _five_thousand()
    details = {"steps_per_s": report["steps_per_s"], "gap_p99_ms": report["gap_ms"]["p99"], "least_moving": moving}
    yield Row("frames a second with 5,000 points on the way, in training", report["frames_per_s"], "/s", at_least=50.0,
              details=details)  # fmt: skip
    yield Row("64 digits, exact denoiser of all 1,797", _digits(), "/s", at_least=60.0)


def _five_thousand() -> tuple[dict[str, Any], int]:
    """The report of the meter in chapter 9, and how many points moved at the least."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    moving: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(app, Path(folder), "update")
        stage.window.resize(1920, 1080)
        meter = Meter(stage.window, SECONDS)
        again = QTimer(stage.window, interval=AGAIN_MS)
        again.timeout.connect(lambda: [stage.player.troupe.send(command) for command in (Clear(), Scatter(count=5000))])
        stage.player.framed.connect(lambda moment: moving.append(moment.moving))
        again.start()
        stage.until(lambda: not stage.window.isVisible())
        meter.write(Path(folder) / "report.json")
        report = json.loads((Path(folder) / "report.json").read_text())
        stage.close()
    late = sorted(moving[len(moving) // 3 :])
    return report, late[len(late) // 20]  # between two clouds there are none for a frame


def _digits() -> float:
    """Updates a second of 64 points in 64 dimensions, one torch thread."""
    torch.set_num_threads(1)
    whole = {"data": {"name": "digits", "n": 1797}, "model": {"kind": "exact"}, "objective": {"sigma": 0.3},
             "training": {"batch": 1}}  # fmt: skip
    experiment = from_plain(whole)
    run = Run(experiment.lanes[0], load(experiment.data, 3), 3)
    swarm = scene_of(run, experiment.data.classes).swarm
    assert len(run.x) == 1797

    def move(count: int) -> None:
        for _ in range(count):
            swarm.update(everyone=True)

    def once() -> float:
        swarm.clear()
        swarm.scatter(64, 1.0)
        return rate(move, 100)

    with torch.inference_mode():
        return alternate({"exact": once})["exact"]
