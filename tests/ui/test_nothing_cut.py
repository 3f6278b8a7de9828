# SPDX-License-Identifier: MIT
"""All chapters at three sizes, two scales, in both themes and both languages: no word is cut, nothing lies over its neighbor.

By default a few of the combinations, all chapters in each; `pytest -m nightly tests/ui/test_nothing_cut.py` tries them all.
Each runs in a process of its own (`python -m tests.ui.test_nothing_cut`), for the scale holds for a process, with a real
engine that trains a little, so that curves, bars and pictures are there to be measured.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Built
from tests.ui.measuring import faults, painted_faults

SIZES = ("1024x768", "1280x800", "1920x1080")
SETTLES_S = 3.0  #: layouts settle within a few turns of the loop; figures come with the frames


@pytest.mark.parametrize(
    ("size", "scale", "language", "theme"),
    [("1024x768", 1, "de", "dark"), ("1280x800", 2, "en", "light"), ("1920x1080", 1, "de", "light")],
)
def test_no_word_is_cut_and_nothing_overlaps(size, scale, language, theme):
    check(size, scale, language, theme)


@pytest.mark.nightly
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("size", SIZES)
def test_no_word_is_cut_and_nothing_overlaps_anywhere(size, scale, language, theme):
    check(size, scale, language, theme)


def test_a_button_that_is_too_narrow_is_found(stage):
    stage.until(lambda: stage.heard(Built) and stage.window.desk.panels.seen)
    more = stage.window.desk.form.more
    more.setFixedWidth(20)
    assert any("is cut" in fault for fault in faults(stage.window))
    more.setFixedSize(more.sizeHint())


def test_painted_words_that_end_early_or_meet_are_found(stage):
    stage.until(lambda: stage.step >= 0 and stage.window.desk.panels.seen)  # the counter has a number to lie over
    title = stage.window.desk.bar.title
    title.show_title("A title of far more words than there is room for in the bar at the top of this window", "")
    try:
        assert any("is cut" in fault for fault in painted_faults(stage.window))
        before, counter = title.pos(), stage.window.desk.bar._counter
        title.move(counter.x() - 20, before.y())
        assert any("lies over" in fault for fault in painted_faults(stage.window))
        title.move(before)
    finally:
        stage.window.lecture.open(stage.window.lecture.chapter.key)


def check(size: str, scale: int, language: str, theme: str) -> None:
    """Look at every chapter in a process of its own."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)}
    words = [sys.executable, "-m", "tests.ui.test_nothing_cut", size, language, theme]
    found = subprocess.run(words, env=env, capture_output=True, text=True, timeout=280, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def main() -> int:
    """Print the faults of every chapter; 1 where there are any."""
    parser = argparse.ArgumentParser()
    for name in ("size", "language", "theme"):
        parser.add_argument(name)
    asked = parser.parse_args()
    app = QApplication(["attractor"])
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for place, found in looked_at(app, Path(folder), asked.size, asked.language, asked.theme):
            count += len(found)
            for fault in found:
                print(f"{place}: {fault}")
    return min(count, 1)


def looked_at(app: QApplication, folder: Path, size: str, language: str, theme: str) -> Iterator[tuple[str, list[str]]]:
    """Every chapter's key, and its faults after a few steps of training."""
    from tests.ui.conftest import Stage
    from ui.appearance import Memory

    for key, value in (("theme", theme), ("language", language)):
        Memory(folder).keep(key, value)
    stage = Stage(app, folder, "where")
    wanted = tuple(int(part) for part in size.split("x"))
    try:
        stage.window.resize(*wanted)
        stage.until(lambda: stage.heard(Built) and stage.window.desk.panels.seen)
        for chapter in stage.window.lecture.chapters:
            stage.window.lecture.open(chapter.key)
            stage.until(lambda: stage.step >= 0)
            stage.player.troupe.step(30)
            with contextlib.suppress(AssertionError):
                stage.until(lambda: stage.step >= 30, patience_s=10)
            end = time.monotonic() + SETTLES_S
            while found := [*faults(stage.window), *painted_faults(stage.window)]:
                if time.monotonic() > end:
                    break
                QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
            if stage.window.size().toTuple() != wanted:
                found.append(f"the window became {stage.window.size().toTuple()}")
            yield chapter.key, found
    finally:
        stage.close()


if __name__ == "__main__":
    sys.exit(main())
