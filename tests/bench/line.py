# SPDX-License-Identifier: MIT
"""An engine far away: what a window still does whose engine answers over a line of 50 ms and 5 Mbit/s, and one at home."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Changed, Paused, Started
from engine.protocol.places import own_command
from tests.bench.timing import Row
from tests.slowline import slow
from tests.ui.conftest import Stage

WATCHED_S: Final = 8.0
ASKED: Final = 20  #: commands of each kind
ENGINE: Final = [*own_command(), "engine", "--threads", "1"]
LINES: Final = {  #: 50 ms from here to there and back; and 50 ms each way, which no bound asks for
    "near": ENGINE, "50 ms": slow(ENGINE, delay_s=0.025), "100 ms": slow(ENGINE, delay_s=0.05),
}  # fmt: skip
SHOWN: Final = {"update": "dae.objective.sigma", "where": "VAE.training.learning_rate", "training": "vae.objective.beta"}


def rows() -> Iterator[Row]:
    """Three chapters, each over all lines in turn."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    for chapter, path in SHOWN.items():
        for name, argv in LINES.items():
            with tempfile.TemporaryDirectory() as folder:
                stage = Stage(app, Path(folder), chapter, argv)
                found = _measured(stage, path)
                stage.close()
            bound = name == "50 ms"
            what = f"{chapter}, {name}"
            yield Row(f"{what}: ticks of the window", found["ticks"], "/s", at_least=58.0 if bound else None)
            yield Row(f"{what}: pictures", found["pictures"], "/s", at_least=5.0 if bound else None)
            details = {"median_ms": round(found["median"]), "round_ms": round(found["round"])}
            yield Row(f"{what}: answers, p95", found["p95"], "ms", at_most=300.0 if bound else None, details=details)


def _measured(stage: Stage, path: str) -> dict[str, float]:
    """Ticks and pictures a second while it trains, and milliseconds from each command to its answer."""
    player, troupe = stage.player, stage.player.troupe
    ticks: list[bool] = []
    troupe.play()
    stage.until(lambda: stage.step > 100)
    player.ticked.connect(ticks.append)
    since = time.perf_counter()
    stage.until(lambda: time.perf_counter() > since + WATCHED_S)
    seconds, count, news = time.perf_counter() - since, len(ticks), sum(ticks)
    waits: list[float] = []
    for index in range(ASKED):
        value = 0.1 + 0.01 * (index % 7)
        waits.append(_answered(stage, Changed, lambda value=value: player.edit(path, value)))
        waits.append(_answered(stage, Paused, troupe.pause))
        waits.append(_answered(stage, Started, troupe.play))
    milliseconds = 1000 * np.asarray(waits)
    return {
        "ticks": count / seconds, "pictures": news / seconds, "median": statistics.median(milliseconds),
        "p95": float(np.percentile(milliseconds, 95)), "round": 1000 * (troupe.round_s or 0.0),
    }  # fmt: skip


def _answered(stage: Stage, kind: type, deed: Callable[[], object]) -> float:
    """Seconds until the engine has said an event of a kind once more."""
    before, since = len(stage.heard(kind)), time.perf_counter()
    deed()
    stage.until(lambda: len(stage.heard(kind)) > before)
    return time.perf_counter() - since
