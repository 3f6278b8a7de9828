# SPDX-License-Identifier: MIT
"""From the command line to a window on the screen, and to an exit code in the end."""

from __future__ import annotations

import itertools
import logging
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from engine.protocol.arguments import Window as Options
from engine.protocol.chapter import Chapter
from engine.protocol.console import CommandError
from engine.protocol.library import SourceError, read_recipe, shelf
from engine.protocol.link import MOST_LOG
from engine.protocol.places import own_command, resources, user_folder
from engine.protocol.recipe.editing import with_value
from engine.protocol.recipe.experiment import Experiment
from ui.appearance import Appearance, Memory
from ui.greeting import Greeting
from ui.housekeeping import Collector, Farewell, Troubles
from ui.meter import Meter
from ui.player import Player
from ui.preferences import AUTOSAVE, with_preferences
from ui.recovery import Sessions
from ui.session import Session
from ui.window import Window

SIZE: Final = (1280, 800)

_log = logging.getLogger(__name__)


def open_window(options: Options) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    Raises CommandError where there is no display, no such chapter, or a recipe that cannot be.
    """
    app = _app()
    window = window_for(options, app, options.profile or user_folder())
    window.show()
    return _left(app.exec(), window)


def play(options: Options) -> int:
    """Play for `options.play` seconds in a profile that is thrown away, and write the report; returns the exit code.

    Raises CommandError as `open_window` does, and where the report cannot be written.
    """
    assert options.play is not None
    assert options.report is not None
    app = _app()
    try:
        options.report.touch()  # now, and not only after so many seconds
    except OSError as error:
        raise CommandError(f"--report {options.report}: cannot be written: {error.strerror}") from None
    with tempfile.TemporaryDirectory(prefix="attractor-", ignore_cleanup_errors=True) as profile:
        meter = Meter(window_for(options, app, Path(profile)), options.play)
        code = meter.run(app)
        if meter.trouble:
            raise CommandError(meter.trouble, code)
        meter.write(options.report)
    return _left(code, meter.window)


def window_for(options: Options, app: QApplication, profile: Path) -> Window:
    """The window that the options ask for, its engine starting; not yet shown."""
    farewell = Farewell(app)
    memory = Memory(profile)
    options = with_preferences(options, memory)
    session, chapters = _begin(options)
    folder, homeless = _session_folder(profile)
    _keep_log(folder)
    player = Player(session, _engine(options, folder), folder / "engine.log")
    player.troupe.watch(fps=options.fps)
    player.start()  # first, for the engine takes longer to come up than the window
    window = Window(player, chapters, Appearance(app, memory, options.projector), memory, Sessions(folder))
    window.notices.watchdog.log_to(folder)
    window.keeper.save_every(int(memory.text("autosave", tuple(AUTOSAVE))))
    if homeless:
        window.notices.say("homeless", {"folder": str(profile), "reason": homeless, "place": str(folder)})
    elif not options.safe_mode and options.play is None:
        window.offer_recovery()
    if options.size is not None:
        window.resize(*options.size)
    elif not memory.data("geometry"):
        window.resize(*SIZE)
    if options.play is None and options.chapter is None and options.recipe is None and not options.safe_mode:
        Greeting(window, player, window.hands, memory)
    Collector(window)
    troubles = Troubles(lambda reason: window.notices.say("trouble", {"reason": reason}))
    window.setProperty("troubles", troubles)
    farewell.asked.connect(window.close)
    return window


def _app() -> QApplication:
    """The application. Raises CommandError where Qt would abort for want of a screen."""
    forced = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform == "linux" and not forced and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise CommandError("there is no display; “attractor train” and “attractor render” need none")
    # Qt would paint each scaled image and each large fill in threads, for whom a busy machine of two cores has no core free.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    app = QApplication(["attractor"])
    app.setApplicationName("Attractor")
    app.setDesktopFileName("app.attractor.Attractor")  # Wayland finds the icon by it
    app.setWindowIcon(QIcon(str(resources() / "attractor.svg")))
    return app


def _begin(options: Options) -> tuple[Session, tuple[Chapter, ...]]:
    """What to play at first, and all chapters."""
    chapters, refused = shelf()
    for refusal in refused:
        _log.warning("%s", refusal)
    if options.recipe is not None:
        try:
            return Session(_adapted(read_recipe(options.recipe), options)), chapters
        except SourceError as error:
            raise CommandError(str(error)) from None
    if not chapters:
        raise CommandError(str(refused[0]) if refused else "there are no chapters")
    keys = [chapter.key for chapter in chapters]
    if options.chapter is not None and options.chapter not in keys:
        raise CommandError(f"chapter: there is no “{options.chapter}”; there are {', '.join(keys)}")
    chapter = chapters[keys.index(options.chapter)] if options.chapter is not None else chapters[0]
    return Session(_adapted(chapter.experiment, options), chapter.key), chapters


def _adapted(experiment: Experiment, options: Options) -> Experiment:
    """The experiment on the device and with the threads that were asked for."""
    device = "cpu" if options.safe_mode else options.device
    for path, value in (("training.device", device), ("training.threads", options.threads)):
        if value is not None:
            experiment = with_value(experiment, path, value)
    return experiment


def _engine(options: Options, folder: Path) -> Sequence[str]:
    """The words that start the engine."""
    if options.engine is not None:
        try:
            return shlex.split(options.engine)
        except ValueError as error:
            raise CommandError(f"engine: {error}") from None
    threads = [] if options.threads is None else ["--threads", str(options.threads)]
    return [*own_command(), "engine", "--session", str(folder), *threads]


def _left(code: int, window: Window) -> int:
    """The exit code. Where a thread still waits for an engine that nothing could end, Python's own end would wait with it."""
    if window.player.troupe.strays:
        logging.shutdown()
        os._exit(code)
    return code


def _session_folder(profile: Path) -> tuple[Path, str]:
    """A folder of this process's own in the profile, or, where that cannot be, in a temporary one; and why not there."""
    try:
        return _own_folder(profile / "sessions"), ""
    except OSError as error:
        # Its neighbors count as sessions, so it has none.
        return _own_folder(Path(tempfile.mkdtemp(prefix="attractor-")) / "sessions"), error.strerror or str(error)


def _own_folder(base: Path) -> Path:
    """A new folder: a sandbox gives its first process the same number every time, and a crash may have left that folder."""
    base.mkdir(parents=True, exist_ok=True)
    names = (f"{os.getpid()}-{number}" if number else str(os.getpid()) for number in itertools.count())
    folder = next(base / name for name in names if not (base / name).exists())
    folder.mkdir()
    (folder / "window.log").touch()
    return folder


def _keep_log(folder: Path) -> None:
    log = RotatingFileHandler(folder / "window.log", maxBytes=MOST_LOG, backupCount=1, encoding="utf-8")
    logging.basicConfig(handlers=[log], level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.raiseExceptions = False  # a full disk must not stop a lecture
