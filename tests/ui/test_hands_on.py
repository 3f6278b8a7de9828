# SPDX-License-Identifier: MIT
"""The whole app under Xvfb, driven by xdotool: everything that a lecture needs by keyboard alone, and the same by mouse."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.protocol.library import shelf

NEEDED = ("Xvfb", "xdotool")
PATIENCE_S = 90.0

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="needs Xvfb and xdotool"),
]


class Hands:
    """A keyboard and a mouse, and what the app said since."""

    def __init__(self, display: str, app: subprocess.Popen[str]) -> None:
        self._env = {**os.environ, "DISPLAY": display}
        self._app, self.said = app, list[dict[str, Any]]()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        assert self._app.stdout is not None
        for line in self._app.stdout:
            with contextlib.suppress(json.JSONDecodeError):
                self.said.append(json.loads(line))

    def do(self, *words: str) -> str:
        """One xdotool command."""
        return subprocess.run(["xdotool", *words], env=self._env, capture_output=True, text=True, check=True).stdout

    def until(self, condition: Callable[[list[dict[str, Any]]], object], since: int, what: str) -> None:
        """Wait until it holds for what was said since."""
        end = time.monotonic() + PATIENCE_S
        while not condition(self.said[since:]):
            assert self._app.poll() is None, f"the app ended with {self._app.returncode} before {what}"
            assert time.monotonic() < end, f"{what}; said since: {self.said[since:][-12:]}"
            time.sleep(0.02)

    def key(self, keys: str, kind: str, value: Any = None) -> None:
        """Press keys, and wait until the app says this kind of thing."""
        since = len(self.said)
        self.do("key", keys)
        self._heard(kind, value, since, f"{keys} → {kind}")

    def click(self, name: str, kind: str, value: Any = None, aside: tuple[int, int] = (0, 0)) -> None:
        """Click on a thing, and wait until the app says this kind of thing."""
        self.until(lambda said: name in self.places, 0, f"{name} is on the screen")
        since = len(self.said)
        x, y = self.places[name]
        self.do("mousemove", str(x + aside[0]), str(y + aside[1]), "click", "1")
        self._heard(kind, value, since, f"{name} → {kind}")

    def _heard(self, kind: str, value: Any, since: int, what: str) -> None:
        self.until(lambda said: any(kind in found and value in (None, found[kind]) for found in said), since, what)

    @property
    def places(self) -> dict[str, list[int]]:
        """Where things are now."""
        return next((found["places"] for found in reversed(self.said) if "places" in found), {})

    @property
    def step(self) -> int:
        """The last step that was seen."""
        return next((found["step"] for found in reversed(self.said) if "step" in found), -1)

    def type_a_name(self, file: Path) -> None:
        """Answer a dialog that asks for a file."""
        self.until(lambda said: "dialog" in self.places, 0, "a dialog")
        self.do("key", "ctrl+a")
        self.do("type", str(file))
        self.do("key", "Return")
        end = time.monotonic() + PATIENCE_S
        while not (file.is_file() and file.stat().st_size):
            assert time.monotonic() < end, f"{file} was not written"
            time.sleep(0.05)


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    """The app on a display of its own."""
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(words, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as stream:
        display = f":{stream.readline().strip()}"
    env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    manager = subprocess.Popen(["openbox"], env=env, stderr=subprocess.DEVNULL) if shutil.which("openbox") else None
    app = subprocess.Popen([sys.executable, "-m", "tests.ui.driven", str(tmp_path / "profile")], env=env, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # fmt: skip
    made = Hands(display, app)
    try:
        made.until(lambda said: any(found.get("event") == "Built" for found in said), 0, "the first build")
        made.until(lambda said: made.step >= 0, 0, "the first frame")
        window = made.do("search", "--onlyvisible", "--name", "Attractor").split()[0]
        made.do("windowfocus", window)
        yield made
        made.do("key", "ctrl+q")
        assert app.wait(30) == 0, "it ends in order"
    finally:
        for process in filter(None, (app, manager, server)):
            process.kill()
            process.wait()
        made.listener.join(10)
        app.stdout.close()


def test_a_lecture_by_keyboard_alone(hands: Hands, tmp_path: Path) -> None:
    keys = [chapter.key for chapter in shelf()[0]]
    for chapter in keys[1:]:
        hands.key("ctrl+Next", "chapter", chapter)
    while hands.said and next(found["chapter"] for found in reversed(hands.said) if "chapter" in found) != "update":
        place = keys.index(next(found["chapter"] for found in reversed(hands.said) if "chapter" in found))
        hands.key("ctrl+Prior", "chapter", keys[place - 1])
    hands.key("space", "event", "Started")
    hands.until(lambda said: hands.step > 60, 0, "it learns")
    hands.key("f", "command", "Scatter")
    hands.key("space", "event", "Paused")
    before = hands.step
    hands.key("Right", "step", before + 1)
    for _ in range(3):
        hands.key("shift+Left", "scrubbed")
    hands.key("ctrl+shift+b", "event", "Built")
    hands.key("Right", "event", "Paused")
    hands.key("F11", "deed", "projector")
    hands.key("Next", "deed", "next")
    hands.key("Prior", "deed", "previous")
    hands.key("b", "deed", "blank")
    hands.key("b", "deed", "blank")
    hands.key("Escape", "deed", "restore")
    hands.key("r", "event", "Built")
    hands.key("ctrl+z", "event", "Built")
    hands.key("ctrl+e", "deed", "picture")
    hands.type_a_name(tmp_path / "panels.png")


def test_a_lecture_by_mouse(hands: Hands) -> None:
    bar = sorted((place, name) for name, place in hands.places.items() if name.startswith("bar-"))
    by_place = [name for _, name in bar]  # ‹ › reset step undo redo A|B theme projector, from the left
    hands.click(by_place[1], "chapter", "autoencoder")
    hands.click(by_place[0], "chapter", "where")
    hands.click("play", "event", "Started")
    hands.until(lambda said: hands.step > 30, 0, "it learns")
    hands.click("play", "event", "Paused")
    stage = next(name for name in hands.places if name.startswith("panel-"))
    hands.click(stage, "command", "Spawn")
    step = next(name for name in by_place if abs(hands.places[name][0] - hands.places["play"][0]) < 90
                and hands.places[name][0] > hands.places["play"][0])  # fmt: skip
    hands.click(step, "deed", "step")
    hands.click("scrub", "scrubbed")
    hands.click("projector", "deed", "projector")
    hands.until(lambda said: hands.places["play"][1] > 0, 0, "it is larger")
    hands.click("projector", "deed", "projector")
    reset = next(name for name in by_place if 0 < hands.places["play"][0] - hands.places[name][0] < 90)
    hands.click(reset, "event", "Built")
