# SPDX-License-Identifier: MIT
"""A lecture that gives itself, in a process of its own: `python lecture.py PROFILE [--close-after MS]`.

It is the app's own window over the app's own engine. It takes up what a crash left, plays, and says on stdout what happens:
`recovered STEP`, `step STEP` (of a frame on the screen), `kept STEP` (of an autosave), `closing`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QTimer

from engine.protocol.arguments import parse
from engine.protocol.messages import Built, Event, Resumed
from ui import keeper, launch
from ui.views.view import View
from ui.window import Window

AUTOSAVE_MS = 1000  #: instead of 20 s, so that a short life has one, too


def say(*words: object) -> None:
    """One line, at once."""
    print(*words, flush=True)


class Lecture:
    """Presses the buttons."""

    def __init__(self, window: Window) -> None:
        self.window, self.player = window, window.player
        self.lost = window.keeper._offered
        self.player.troupe.reported.connect(self.hear)
        self.player.framed.connect(lambda moment: say("step", max(lane.step for lane in moment.lanes)))
        sessions = window.keeper._sessions
        assert sessions is not None
        write = sessions.write

        def written(run, arrays) -> None:
            moment = self.player.reel.now(self.player.session.state.run_id)
            write(run, arrays)
            say("kept", max(lane.step for lane in moment.lanes) if moment else 0)

        sessions.write = written  # type: ignore[method-assign]

    def hear(self, event: Event) -> None:
        """Recover where there is something, then play; one edit on the way."""
        if isinstance(event, Built) and self.lost is not None:
            lost, self.lost = self.lost, None
            self.window.desk.banner.button.click()
            say("recovering", lost.folder.name)
        elif isinstance(event, Built | Resumed):
            if isinstance(event, Resumed):
                say("recovered", max(event.steps.values()))
            self.player.troupe.play()


def bend(window: Window, place: str) -> None:
    """Let something raise with every frame, and leave after some; say how often it was caught, and what was said."""
    troubles = window.property("troubles")
    say_it = window.notices.say

    def broken(*_: object) -> None:
        raise RuntimeError("bent on purpose")

    if place == "slot":
        window.player.framed.connect(broken)
    else:
        View.paintEvent = broken  # type: ignore[method-assign]
        for view in window.findChildren(View):
            type(view).paintEvent = broken  # type: ignore[method-assign]

    def said(kind: str, values: Mapping[str, object]) -> None:
        say_it(kind, values)
        if kind == "trouble":
            say("said", window.desk.banner.text)

    window.notices.say = said  # type: ignore[method-assign]

    def look(*_: object) -> None:
        if sum(troubles.counts.values()) >= 20:
            say("troubles", sum(troubles.counts.values()))
            window.close()

    window.player.ticked.connect(look)


def main() -> int:
    """Give the lecture until it is closed."""
    words = sys.argv[1:]
    keeper.PERIOD_MS = AUTOSAVE_MS  # type: ignore[misc]
    app = launch._app()
    options = parse(["--profile", words[0], "--chapter", "update", "--threads", "1"])
    window = launch.window_for(options, app, Path(words[0]))
    lecture = Lecture(window)
    window.show()
    if "--close-after" in words:
        QTimer.singleShot(int(words[words.index("--close-after") + 1]), window, lambda: (say("closing"), window.close()))
    if "--bend" in words:
        bend(window, words[words.index("--bend") + 1])
    if window.notices._kind == "homeless":
        say("homeless", window.desk.banner.text)
    say("shown", window.player.folder)
    return launch._left(app.exec(), lecture.window)


if __name__ == "__main__":
    sys.exit(main())
