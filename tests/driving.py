# SPDX-License-Identifier: MIT
"""A window without a window: drives a real engine process through its pipe, as the bridge does."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np

from engine.protocol.link import Ending, Link, LinkError
from engine.protocol.messages import Build, Built, Command, Credit, Failed, Frame, Message, Paused, Scalars, Step, Watch
from engine.protocol.places import own_command
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.probes import Panel

M = TypeVar("M", bound=Message)
PATIENCE_S = 120.0


def experiment(data: str, model: str, /, **sections: dict[str, Any]) -> Experiment:
    """A single lane on one torch thread: `experiment("digits", "vae", model={"width": 32}, training={"batch": 64})`."""
    training = {"threads": 1, "device": "cpu", **sections.pop("training", {})}
    own = {"kind": model, **sections.pop("model", {})}
    return from_plain({"data": {"name": data, **sections.pop("data", {})}, "model": own, "training": training, **sections})


class Driver:
    """One engine process. Everything it says is kept in `said`; each frame is paid with a credit unless `stingy`."""

    def __init__(self, session: Path | None = None, argv: Sequence[str] = (), log: Path | None = None) -> None:
        words = list(argv) or [*own_command(), "engine", *([] if session is None else ["--session", str(session)])]
        self.link = Link(words, log)
        self.said: list[Message] = []
        self.stingy = False
        # A silent engine must fail its test, not hang it.
        self._alarm = threading.Timer(PATIENCE_S, self.link.kill)
        self._alarm.daemon = True
        self._alarm.start()
        try:
            self.hello = self.link.shake_hands()
        except LinkError:
            self.kill()
            raise

    def send(self, *commands: Command) -> None:
        """Send commands in order."""
        for command in commands:
            self.link.send(command)

    def build(self, what: Experiment, panels: tuple[Panel, ...] = ()) -> Built:
        """Let it build an experiment and watch panels; returns what was built."""
        self.send(Watch(panels=panels), Build(run_id=1, experiment=what, builds=tuple(range(1, len(what.lanes) + 1))))
        return self.until(Built)

    def train(self, steps: int) -> Paused:
        """Train so many steps, and wait until they are done."""
        self.send(Step(count=steps))
        return self.until(Paused)

    def until(self, kind: type[M], condition: Callable[[M], bool] = lambda _: True) -> M:
        """Read until a message of this kind comes for which the condition holds."""
        while True:
            message = self.link.read()
            if message is None:
                said = [message if isinstance(message, Failed) else type(message).__name__ for message in self.said[-5:]]
                raise AssertionError(f"the engine ended before it said {kind.__name__}: {self._see_off()}; it last said {said}")
            self.said.append(message)
            if isinstance(message, Frame) and not self.stingy:
                self.link.send(Credit())
            if isinstance(message, kind) and condition(message):
                return message

    @property
    def frames(self) -> list[Frame]:
        """All frames so far."""
        return [message for message in self.said if isinstance(message, Frame)]

    def scalars(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Steps and values of one figure, as they came."""
        found = [s for frame in self.frames for s in frame.scalars if name in s.values]
        return _joined(found, lambda s: s.steps), _joined(found, lambda s: s.values[name])

    def end(self) -> Ending:
        """Ask it to quit, and read what it still says."""
        self.link.close()
        while (message := self.link.read()) is not None:
            self.said.append(message)
        return self._see_off()

    def kill(self) -> Ending:
        """End it as kill -9 does."""
        self.link.kill()
        return self._see_off()

    def _see_off(self) -> Ending:
        self._alarm.cancel()
        ending = self.link.end()
        if self.link.process.stdout is not None:
            self.link.process.stdout.close()
        return ending

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.link.process.poll() is None or self._alarm.is_alive():
            self.kill()


def _joined(found: list[Scalars], part: Callable[[Scalars], np.ndarray]) -> np.ndarray:
    return np.concatenate([part(s) for s in found]) if found else np.empty(0)


PYTHON = sys.executable
