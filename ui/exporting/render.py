# SPDX-License-Identifier: MIT
"""`render`: a chapter or a recipe as picture or film, without a screen: the same window, the same engine, the same painters."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from engine.protocol.arguments import Render
from engine.protocol.arguments import Window as Options
from engine.protocol.console import CommandError, say
from engine.protocol.library import shelf
from engine.protocol.messages import Built, Failed
from engine.protocol.words import sentence
from ui.exporting.film import check, pixels_of, write_film
from ui.exporting.pictures import image_of, write_picture
from ui.launch import window_for
from ui.player import TICK_MS
from ui.reel import Moment
from ui.runfile import RunFileError
from ui.window import Window

FILMS = (".gif", ".mp4")
PATIENCE_MS = 150_000
LONGEST_MS = 120_000  #: that the panels may measure on after the last step
MOVING_MS = 5_000  #: … while points move, of which some panels show something new again and again


def main(options: Render) -> int:
    """Train `options.steps` steps and write the picture, or the film on the way there. Raises CommandError."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    film = options.out.suffix.lower() in FILMS
    if not film and options.out.suffix.lower() not in (".png", ".svg"):
        raise CommandError(f"--out {options.out}: expected .png, .svg, .gif or .mp4")
    try:
        if film:
            check(options.out)
        app = QApplication.instance() or QApplication(["attractor"])
        assert isinstance(app, QApplication)
        with tempfile.TemporaryDirectory(prefix="attractor-", ignore_cleanup_errors=True) as profile:
            window = window_for(_asked(options), app, Path(profile))
            try:
                window.show()
                _Director(window, options).shoot(film)
            finally:
                window.close()
    except RunFileError as error:
        raise CommandError(f"--out {options.out}: {error}") from None
    return 0


def _asked(options: Render) -> Options:
    is_chapter = options.source in {chapter.key for chapter in shelf()[0]}
    return Options(
        chapter=options.source if is_chapter else None, recipe=None if is_chapter else Path(options.source),
        size=options.size, play=1.0, threads=options.threads, device="cpu",
    )  # fmt: skip


class _Director:
    """Waits for what is to be seen, and takes the pictures."""

    def __init__(self, window: Window, options: Render) -> None:
        self._window, self._options = window, options
        self._built = False
        self._failure = ""
        window.player.troupe.reported.connect(self._hear)
        window.player.troupe.died.connect(lambda kind, values: self._fail(sentence(kind, values)))

    def shoot(self, film: bool) -> None:
        """Train, and write. Raises CommandError or RunFileError."""
        self._until(lambda: self._built and bool(self._window.desk.panels.seen))
        self._arrange()
        self._window.resize(*self._options.size)
        if film:
            count = max(2, round(self._options.seconds * self._options.fps))
            self._film(count)
            return
        self._train(self._options.steps)
        self._settle()
        write_picture(self._scene(), self._options.out, 1.0)

    def _film(self, count: int) -> None:
        marks = np.linspace(0, self._options.steps, count).round().astype(int).tolist()
        write_film(self._frames(marks), self._options.fps, self._options.out)

    def _frames(self, marks: list[int]) -> Iterator[np.ndarray]:
        """A picture at each of these steps: the film does not hang on the speed of the machine."""
        for before, mark in zip([0, *marks], marks, strict=False):
            if mark > before:
                self._train(mark)
            else:
                _wait(round(1000 / self._options.fps))  # flows move on
            yield pixels_of(image_of(self._scene()))

    def _train(self, step: int) -> None:
        left = step - self._step
        if left > 0:
            self._window.player.troupe.step(left)
            self._until(lambda: self._step >= step)

    def _settle(self) -> None:
        """Wait until every panel has shown all that it measures at this step; who measures on for ever is not waited for."""
        clock = QElapsedTimer()
        clock.start()
        self._until(lambda: self._rests or clock.elapsed() > (MOVING_MS if self._moving else LONGEST_MS))
        _wait(TICK_MS * 4)  # the last of it is on its way to the screen
        if not self._rests and not self._moving:
            say(f"attractor: a panel still measured after {LONGEST_MS // 1000} s; the picture shows what it had")

    @property
    def _now(self) -> Moment | None:
        return self._window.player.reel.now(self._window.player.session.state.run_id)

    @property
    def _rests(self) -> bool:
        return self._now is not None and not self._now.training and not self._now.measuring

    @property
    def _moving(self) -> bool:
        return self._now is not None and self._now.moving > 0

    @property
    def _step(self) -> int:
        return max((lane.step for lane in self._now.lanes), default=0) if self._now is not None else 0

    def _scene(self) -> QWidget:
        """The whole window; of its panels the one that was asked for, where one was."""
        return self._window

    def _arrange(self) -> None:
        """Leave away what is for hands, and where a panel was asked for all but that."""
        desk, panel = self._window.desk, self._options.panel
        self._window.menuBar().hide()
        if panel and panel not in desk.panels.frames:
            raise CommandError(f"--panel: there is no “{panel}”; there are {', '.join(desk.panels.frames)}")
        if panel:
            for part in (desk.form, desk.reader, desk.bar, desk.timeline):
                part.hide()
            desk.panels.enlarge(panel)

    def _until(self, condition: object) -> None:
        clock = QElapsedTimer()
        clock.start()
        while callable(condition) and not condition():
            if self._failure:
                raise CommandError(self._failure)
            if clock.elapsed() > PATIENCE_MS:
                raise CommandError(f"nothing moved for {PATIENCE_MS // 1000} s; gave up")
            _wait(10)

    def _hear(self, event: object) -> None:
        if isinstance(event, Built):
            self._built = True
        elif isinstance(event, Failed):
            self._fail(sentence(event.kind, event.values))

    def _fail(self, words: str) -> None:
        self._failure = self._failure or words
        say(f"attractor: {words}")


def _wait(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
