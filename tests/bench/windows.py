# SPDX-License-Identifier: MIT
"""The window: what it costs the training, how evenly it paints, how soon it is there."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from typing import Any

from tests.bench.timing import Row, play, train_rate

ENV = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
CHAPTERS = {"training": 0.70, "update": 0.70}  #: chapter → least share of the headless speed


def rows() -> Iterator[Row]:
    """Three plays of each chapter, with `train` between them."""
    reports: list[dict[str, Any]] = []
    for chapter, share in CHAPTERS.items():
        pairs = []
        for _ in range(3):
            report = play("--chapter", chapter, "--size", "1920x1080", "--threads", "1", env=ENV)
            reports.append(report)
            pairs.append(report["steps_per_s"] / train_rate(chapter, "--threads", "1", steps=2500))
        yield Row(f"chapter {chapter} in the window / headless", statistics.median(pairs), "×", at_least=share)
    for name, key, at_least, at_most in (
        ("frames a second", "frames_per_s", 50.0, None),
        ("window after start", "window_s", None, 0.6),
        ("first live frame after start", "first_frame_s", None, 3.0),
    ):
        figure = statistics.median(report[key] for report in reports)
        yield Row(name, figure, "/s" if at_least else "s", at_least=at_least, at_most=at_most)
    yield Row("GUI timer gap, p99", statistics.median(r["gap_ms"]["p99"] for r in reports), "ms", at_most=25.0)
    yield Row("GUI timer gap, largest", statistics.median(r["gap_ms"]["max"] for r in reports), "ms", at_most=60.0)
    yield Row("memory of the window", max(r["rss_mb"]["ui"] for r in reports), "MB", at_most=220.0)
    yield Row("memory of the engine", max(r["rss_mb"]["engine"] for r in reports), "MB", at_most=600.0)
