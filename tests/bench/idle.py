# SPDX-License-Identifier: MIT
"""What the app takes of a core while it is paused: the window and its engine, in a profile of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import psutil

from tests.bench.timing import ROOT, Row

ENV = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
SETTLED_S = 12.0  #: the first pictures and long measurements are over by then
WATCHED_S = 20.0


def rows() -> Iterator[Row]:
    """One chapter of plane points, one of images."""
    for chapter in ("update", "training"):
        yield Row(f"paused in chapter {chapter}: both processes", 100 * _share(chapter), "%", at_most=2.0)


def _share(chapter: str) -> float:
    """CPU time over wall time while nothing happens."""
    with tempfile.TemporaryDirectory() as profile:
        argv = [sys.executable, str(ROOT / "main.py"), "--chapter", chapter, "--profile", profile, "--threads", "1"]
        app = psutil.Popen(argv, env=ENV, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            time.sleep(SETTLED_S)
            both = [app, *app.children(recursive=True)]
            assert len(both) == 2, "a window and an engine"
            before = sum(sum(process.cpu_times()[:2]) for process in both)
            time.sleep(WATCHED_S)
            return (sum(sum(process.cpu_times()[:2]) for process in both) - before) / WATCHED_S
        finally:
            app.terminate()
            app.wait(30)
