# SPDX-License-Identifier: MIT
"""A real window over a real engine process, as in tests/ui, and what a fault must not leave behind."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from _pytest.mark.structures import ParameterSet

from tests.ui import conftest as ui

# pytest finds fixtures by the names of a module.
stage_for = ui.stage_for
no_collection_inside_qt = ui.no_collection_inside_qt
nothing_left_open = ui.nothing_left_open
what_a_file_left_is_collected = ui.what_a_file_left_is_collected


def wait_until(condition: Callable[[], object], patience_s: float = 60.0) -> None:
    """Wait for something that happens in another process."""
    waited, before = 0.0, time.monotonic()
    while not condition():
        now = time.monotonic()
        waited, before = waited + min(now - before, ui.LONGEST_S), now
        assert waited < patience_s, "it never came"
        time.sleep(0.01)


def wicked(fault: str, *numbers: int, session: Path | None = None) -> list[str]:
    """The words that start a real engine with one fault."""
    own = [] if session is None else ["--session", str(session)]
    script = str(Path(__file__).with_name("wicked.py"))
    return [sys.executable, script, fault, *map(str, numbers), "--", *own, "--threads", "1"]


def by_night(*values: object) -> list[ParameterSet]:
    """More of the same, for the nightly run."""
    return [pytest.param(value, marks=pytest.mark.nightly) for value in values]


def children() -> set[int]:
    """The processes that this one has, zombies included."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture
def no_process_left() -> Iterator[None]:
    """What a test starts has ended, and was seen off, when the test ends."""
    before = children()
    yield
    wait_until(lambda: children() <= before)


def open_files() -> int:
    """How many files and pipes this process holds."""
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
