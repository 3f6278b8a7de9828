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

MISSING = [name for name in ("Xvfb", "xdotool", "openbox") if shutil.which(name) is None]
PATIENCE_S = 180.0

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
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
            if time.monotonic() >= end:
                told = [found for found in self.said if "looked" not in found and "places" not in found]
                raise AssertionError(f"waited in vain for {what}; the last that was said: {told[-30:]}")
            time.sleep(0.02)

    def key(self, keys: str, kind: str, value: Any = None) -> None:
        """Press keys, and wait until the app says this kind of thing."""
        since = len(self.said)
        self.do("key", keys)
        self._heard(kind, value, since, f"{keys} → {kind}")

    def click(self, name: str, kind: str, value: Any = None, aside: tuple[int, int] = (0, 0)) -> None:
        """Click on a thing, and wait until the app says this kind of thing."""
        x, y = self.find(name)
        since = len(self.said)
        self.do("mousemove", str(x + aside[0]), str(y + aside[1]), "click", "1")
        self._heard(kind, value, since, f"{name} → {kind}")

    def find(self, name: str) -> list[int]:
        """Where a thing is, after two more looks: what was just clicked may have moved it."""
        since = len(self.said)
        self.until(lambda said: sum("looked" in found for found in said) > 1, since, "a look around")
        self.until(lambda said: name in self.places, 0, f"{name} is on the screen")
        return [int(x) for x in self.places[name]]

    def point(self, name: str, kind: str, value: Any) -> None:
        """Move the cursor on a thing, and wait until this is so."""
        self.do("mousemove", *map(str, self.find(name)))
        self.until(lambda said: self.last(kind) == value, 0, f"the cursor on {name} → {kind} {value}")

    def drag(self, name: str, way: int, kind: str) -> None:
        """Press the button on a thing, pull to the left, let go."""
        self.sweep(name, way, kind, "mousedown", "mouseup")

    def sweep(self, name: str, way: int, kind: str, press: str = "", release: str = "") -> None:
        """Move the cursor from a thing so many pixels to the left, and wait until the app says this kind of thing."""
        x, y = self.find(name)
        since = len(self.said)
        self.do("mousemove", str(x), str(y))
        if press:
            self.do(press, "1")
        for k in range(1, 13):
            self.do("mousemove", str(x - way * k // 12), str(y - k))
        if release:
            self.do(release, "1")
        self._heard(kind, None, since, f"{name} → {kind}")

    def _heard(self, kind: str, value: Any, since: int, what: str) -> None:
        self.until(lambda said: any(kind in found and value in (None, found[kind]) for found in said), since, what)

    def last(self, kind: str) -> Any:
        """The last thing of this kind that was said."""
        return next((found[kind] for found in reversed(self.said) if kind in found), None)

    @property
    def bar(self) -> list[str]:
        """The buttons of the top bar, from the left."""
        return [name for _, name in sorted((place, name) for name, place in self.places.items() if name.startswith("bar-"))]

    def beside(self, name: str, away: int) -> str:
        """The button of the top bar that stands so many places to the right of another thing in it."""
        row = sorted((self.places[known][0], known) for known in {*self.bar, name})
        return row[[known for _, known in row].index(name) + away][1]

    @property
    def places(self) -> dict[str, list[int]]:
        """Where things are now."""
        return self.last("places") or {}

    @property
    def step(self) -> int:
        """The last step that was seen."""
        step = self.last("step")
        return -1 if step is None else int(step)

    def type_a_name(self, file: Path) -> None:
        """Answer a dialog that asks for a file."""
        self.until(lambda said: "dialog" in self.places, 0, "a dialog")
        self.do("key", "ctrl+a")
        self.do("type", str(file))
        self.do("key", "Return")
        self._written(file)

    def save_as(self, file: Path) -> None:
        """The same with the mouse, but for the letters."""
        self.do("mousemove", *map(str, self.find("dialog-name")), "click", "--repeat", "3", "1")  # all of the line
        self.do("type", str(file))
        self.do("mousemove", *map(str, self.find("dialog-save")), "click", "1")
        self._written(file)

    def _written(self, file: Path) -> None:
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
    manager = subprocess.Popen(["openbox"], env=env, stderr=subprocess.DEVNULL)
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
        for process in (app, manager, server):
            process.kill()
            process.wait()
        made.listener.join(10)
        app.stdout.close()


def test_a_lecture_by_keyboard_alone(hands: Hands, tmp_path: Path) -> None:
    keys = [chapter.key for chapter in shelf()[0]]
    for chapter in keys[1:]:
        hands.key("ctrl+Next", "chapter", chapter)
    for chapter in keys[keys.index("update") : -1][::-1]:
        hands.key("ctrl+Prior", "chapter", chapter)
    hands.key("space", "event", "Started")
    hands.until(lambda said: hands.step > 60, 0, "it learns")
    hands.key("f", "command", "Scatter")
    hands.key("space", "event", "Paused")
    hands.key("Right", "step", hands.last("rests") + 1)
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


def test_a_lecture_by_mouse(hands: Hands, tmp_path: Path) -> None:
    keys = [chapter.key for chapter in shelf()[0]]
    before, after = hands.bar[:2]  # the bar from the left: ‹ › reset step undo redo A|B theme projector
    for chapter in keys[1:]:
        hands.click(after, "chapter", chapter)
    for chapter in keys[keys.index("update") : -1][::-1]:
        hands.click(before, "chapter", chapter)
    hands.click("play", "event", "Started")
    hands.until(lambda said: hands.step > 60, 0, "it learns")
    hands.click("panel-stage", "command", "Spawn")
    hands.drag("panel-stage", 60, "command")
    hands.click("play", "event", "Paused")
    rested = hands.last("rests")
    hands.click(hands.beside("play", 1), "event", "Paused")
    hands.until(lambda said: hands.step == rested + 1, 0, "one more step")
    hands.click("back", "scrubbed")
    hands.click("scrub", "scrubbed")
    hands.drag("scrub", 40, "scrubbed")
    hands.click("branch", "event", "Built")
    hands.click(hands.beside("play", 1), "event", "Paused")
    for _ in range(2):
        hands.click("projector", "deed", "projector")
    hands.click(hands.beside("play", -1), "event", "Built")
    hands.click(hands.beside("play", 2), "event", "Built")  # undo
    hands.click("menu-File", "places")
    hands.click("item-picture", "deed", "picture")
    hands.save_as(tmp_path / "panels.png")


def test_the_card_goes_with_the_cursor_while_it_learns(hands: Hands) -> None:
    while hands.last("chapter") != "training":
        hands.click(hands.bar[1], "chapter")
    hands.click("play", "event", "Started")
    hands.until(lambda said: hands.step > 20, 0, "it learns")
    for _ in range(5):
        hands.point("panel-latent", "card", True)
        hands.point("play", "card", False)
        since, step = len(hands.said), hands.step
        hands.until(lambda said, step=step: hands.step > step + 50, 0, "it goes on learning")
        assert not any(found.get("card") for found in hands.said[since:]), "nothing puts it back"


def test_what_is_under_the_cursor_is_picked_until_it_is_elsewhere(hands: Hands) -> None:
    while hands.last("chapter") != "denoising":
        hands.click(hands.bar[1], "chapter")
    hands.until(lambda said: "panel-denoised" in hands.places, 0, "the rows")
    hands.sweep("panel-denoised", 120, "picked")
    assert hands.last("picked") is not None
    hands.point("play", "picked", None)
