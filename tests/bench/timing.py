# SPDX-License-Identifier: MIT
"""Alternating measurements: on a noisy machine only what ran beside each other can be compared."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass
class Row:
    """One line of the table: a figure, its bound, and what else is worth knowing."""

    what: str
    figure: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its bounds."""
        low = self.at_least is None or self.figure >= self.at_least
        return low and (self.at_most is None or self.figure <= self.at_most)

    @property
    def bound(self) -> str:
        """The bound in words."""
        low = "" if self.at_least is None else f"≥ {self.at_least:g}"
        high = "" if self.at_most is None else f"≤ {self.at_most:g}"
        return " and ".join(part for part in (low, high) if part) or "–"


def rate(work: Callable[[int], None], count: int) -> float:
    """Units of work a second, for `count` of them."""
    since = time.perf_counter()
    work(count)
    return count / (time.perf_counter() - since)


def alternate(runs: dict[str, Callable[[], float]], rounds: int = 5) -> dict[str, float]:
    """The median figure of each contestant over `rounds`, every round in turn, forward and backward."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for index in range(rounds):
        names = list(runs) if index % 2 == 0 else list(reversed(runs))
        for name in names:
            found[name].append(runs[name]())
    return {name: statistics.median(figures) for name, figures in found.items()}


def play(*options: str, seconds: float = 10.0, env: dict[str, str] | None = None) -> dict[str, Any]:
    """The report of `main.py --play`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        argv = [sys.executable, str(ROOT / "main.py"), "--play", str(seconds), "--report", str(report), *options]
        subprocess.run(argv, check=True, env=env, cwd=ROOT, timeout=seconds + 120)
        found: dict[str, Any] = json.loads(report.read_text())
        return found


def train_rate(*options: str, steps: int, start: int = 200) -> float:
    """Steps a second of `main.py train`, from its own metrics.csv, the first `start` steps left out."""
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, str(ROOT / "main.py"), "train", *options, "--steps", str(steps), "--out", f"{folder}/run"]
        subprocess.run(argv, check=True, cwd=ROOT, timeout=600)
        files = sorted(Path(folder).rglob("metrics.csv"))
        seconds = [[float(line.split(",")[1]) for line in file.read_text().splitlines()[1:]] for file in files]
        # Several lanes share the time: all their steps over all their seconds.
        return sum(len(s) - start for s in seconds) / sum(s[-1] - s[start - 1] for s in seconds)
