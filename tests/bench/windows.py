# SPDX-License-Identifier: MIT
"""The window: what it costs the training, how evenly it paints, how soon it is there."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from tests.bench.timing import Row, play, train_rate

ENV = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
RECIPE = Path(__file__).parent / "shapes.json"
SECONDS: Final = 8.0
ROUNDS: Final = 5
FIRST: Final = 2000  #: steps of the first `train`; the others take half as long as a play
SLOW: Final = 40.0  #: pictures a second; fewer were asked for
SHOWN: Final = {  #: what is played → its name on the command lines of the window and of `train`, least share of its speed there
    "digits VAE, all panels of chapter 4": (("--chapter", "training"), "training", 0.80),
    "digits VAE, all panels of chapter 4, 30 pictures a second": (("--chapter", "training", "--fps", "30"), "training", 0.93),
    "VAE 784-400-20": (("--recipe", str(RECIPE)), str(RECIPE), 0.90),
    "moons DAE, chapter 9": (("--chapter", "update"), "update", 0.70),
}


def rows() -> Iterator[Row]:
    """Five plays of each, every one against the `train` before and the `train` after it."""
    reports: list[dict[str, Any]] = []
    for what, (played, trained, share) in SHOWN.items():
        rates, alone = [], [train_rate(trained, "--threads", "1", steps=FIRST)]
        for _ in range(ROUNDS):
            reports.append(play(*played, "--size", "1920x1080", "--threads", "1", seconds=SECONDS, env=ENV))
            rates.append(reports[-1]["steps_per_s"])
            alone.append(train_rate(trained, "--threads", "1", steps=max(round(rates[-1] * SECONDS / 2), 400)))
        pairs = [2 * rate / sum(around) for rate, around in zip(rates, pairwise(alone), strict=True)]
        details = {"pairs": [round(pair, 3) for pair in pairs], "headless": round(statistics.median(alone))}
        yield Row(f"{what}: in the window / headless", statistics.median(pairs), "×", at_least=share, details=details)
    for name, key, at_least, at_most in (
        ("frames a second", "frames_per_s", 50.0, None),
        ("window after start", "window_s", None, 0.6),
        ("first live frame after start", "first_frame_s", None, 3.0),
    ):
        figure = statistics.median(report[key] for report in reports if report["frames_per_s"] > SLOW)
        yield Row(name, figure, "/s" if at_least else "s", at_least=at_least, at_most=at_most)
    yield Row("GUI timer gap, p99", statistics.median(r["gap_ms"]["p99"] for r in reports), "ms", at_most=25.0)
    yield Row("GUI timer gap, largest", statistics.median(r["gap_ms"]["max"] for r in reports), "ms", at_most=60.0)
    yield Row("memory of the window", max(r["rss_mb"]["ui"] for r in reports), "MB", at_most=220.0)
    yield Row("memory of the engine", max(r["rss_mb"]["engine"] for r in reports), "MB", at_most=600.0)
