# SPDX-License-Identifier: MIT
"""A window over a real engine process, for all tests that need one."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from engine.protocol.library import shelf
from engine.protocol.places import own_command
from ui.appearance import Appearance, Memory
from ui.player import Player
from ui.session import Session
from ui.theme import apply, theme
from ui.window import Window

PATIENCE_S = 60.0  #: a loaded machine takes long to import torch
LONGEST_S = 0.5  #: of one look: a machine that stood still for a while has not waited


class Stage:
    """A window, what its engine said, and how to wait for something."""

    def __init__(self, app: QApplication, folder: Path, chapter: str, argv: list[str] | None = None) -> None:
        chapters = shelf()[0]
        experiment = next(found.experiment for found in chapters if found.key == chapter)
        self.folder = folder
        argv = argv or [*own_command(), "engine", "--session", str(folder), "--threads", "1"]
        self.player = Player(Session(experiment, chapter), argv, folder / "engine.log")
        memory = Memory(folder)
        self.window = Window(self.player, chapters, Appearance(app, memory), memory)
        self.window.resize(1280, 800)
        self.said: list[object] = []
        self.sent: list[object] = []
        self.player.troupe.reported.connect(self.said.append)
        send = self.player.troupe.send
        self.player.troupe.send = lambda command: (self.sent.append(command), send(command))  # type: ignore[method-assign]
        self.player.start()
        self.window.show()
        self.window.activateWindow()

    @property
    def step(self) -> int:
        """The step of the first lane, as the screen shows it."""
        moment = self.player.reel.now(self.player.session.state.run_id)
        return moment.lanes[0].step if moment is not None else -1

    def heard(self, kind: type) -> list:
        """The events of one kind, oldest first."""
        return [event for event in self.said if isinstance(event, kind)]

    def until(self, condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Let the window live until something is so; AssertionError where it does not become so."""
        waited, before = 0.0, time.monotonic()
        while not condition():
            now = time.monotonic()
            waited, before = waited + min(now - before, LONGEST_S), now
            assert waited < patience_s, f"waited in vain; the banner says {self.window.desk.banner.text!r}"
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)

    def close(self) -> None:
        """Take it all down; a second time does nothing."""
        if isValid(self.window):
            self.window.close()
            self.window.deleteLater()
            bury()


def bury() -> None:
    """Delete what was put off: outside of an event loop nobody does, and a theme would dress all windows of earlier tests."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def stage_for(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """A maker of windows, each closed at the end."""
    stages: list[Stage] = []

    def make(chapter: str = "update", argv: list[str] | None = None) -> Stage:
        stages.append(Stage(qapp, tmp_path, chapter, argv))
        return stages[-1]

    yield make
    for stage in stages:
        stage.close()
    apply(qapp, theme())


@pytest.fixture(scope="module")
def stage(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One window for all tests of a file, its engine up."""
    made = Stage(qapp, tmp_path_factory.mktemp("session"), "update")
    yield made
    made.close()
    apply(qapp, theme())


@pytest.fixture(scope="session", autouse=True)
def no_collection_inside_qt() -> None:
    """As in the app: Qt walks lists of all widgets while it polishes them, and none may be collected under its feet."""
    gc.disable()


@pytest.fixture(scope="module", autouse=True)
def what_a_file_left_is_collected(no_collection_inside_qt: None) -> Iterator[None]:
    """Between two files, where Qt has nothing in its hands: no window of one file is seen by the next."""
    yield
    for window in QApplication.topLevelWidgets():
        if window.parent() is None:  # the popup of a combo box is a window, too, but not ours to delete
            window.deleteLater()
    bury()
    gc.collect()


@pytest.fixture(autouse=True)
def nothing_left_open(qapp: QApplication) -> Iterator[None]:
    """A menu or dialog that a test leaves open would take the clicks of the next one."""
    yield
    for _ in range(10):
        left = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if left is None:
            return
        left.close()
