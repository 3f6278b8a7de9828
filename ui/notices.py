# SPDX-License-Identifier: MIT
"""From what happened to what is said: the banner's sentence, its tone, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject

from engine.protocol.messages import Built, Event, Hello
from engine.protocol.words import sentence
from ui.controls.banner import Banner, Tone
from ui.player import Player
from ui.views.view import View
from ui.watchdog import Watchdog

NOTES: Final = frozenset({
    "resumed", "rebuilt", "reset", "branched", "compared", "file_saved", "making", "copied_diagnostics", "imported",
    "painted", "run_opened",
})  # fmt: skip
WAITS: Final = frozenset({"warming_up", "building"})


class Notices(QObject):
    """Says on the banner what the player notices. The same trouble twice in a row is said once."""

    def __init__(self, player: Player, banner: Banner) -> None:
        super().__init__(banner)
        self._player, self._banner = player, banner
        self._kind = ""  # of what was said last
        self._deeds: dict[str, tuple[str, Callable[[], None]]] = {
            "engine_stopped": ("Go on from there", player.start),
            "engine_stopped_early": ("Start it again", player.start),
            "engine_refused": ("Try again", player.start),
            "engine_differs": ("Try again", player.start),
            "unsaved": ("Go on from there", player.start),
            "engine_silent": ("Force restart", player.restart),
            "diverged_after": ("Undo", player.undo),
            "rebuilt": ("Undo", player.undo),
            "reset": ("Undo", player.undo),
            "branched": ("Undo", player.undo),
            "compared": ("Undo", player.undo),
            "imported": ("Undo", player.undo),
            "painted": ("Undo", player.undo),
            "run_opened": ("Undo", player.undo),
        }
        player.noticed.connect(self.say)
        player.troupe.reported.connect(self._hear)
        self.watchdog = Watchdog(player.troupe)
        self.watchdog.silent.connect(lambda seconds: self.say("engine_silent", {"seconds": seconds}))
        self.watchdog.spoke.connect(self._spoke)
        self.say("warming_up", {})

    def say(self, kind: str, values: Mapping[str, Any]) -> None:
        """Say the sentence of a kind, with its values."""
        tone: Tone = "note" if kind in NOTES else "wait" if kind in WAITS else "trouble"
        label, deed = self._deeds.get(kind, ("", None))
        self._kind = kind
        self._banner.say(sentence(kind, values), tone, label, deed)

    def follow(self, part: object) -> None:
        """Say so when a view switches itself off."""
        if isinstance(part, View) and part.panel is not None:
            key = part.panel.key
            part.failed.connect(lambda fault: self._banner.say(f"{key}: {fault}", "trouble"))

    def offer(self, kind: str, values: Mapping[str, Any], label: str, deed: Callable[[], None]) -> None:
        """Say something with a thing to do about it; it stays until somebody answers or closes it."""
        self._kind = kind
        self._banner.say(sentence(kind, values), "trouble", label, deed)

    def _spoke(self) -> None:
        """The engine is back by itself: there is nothing to force any more."""
        if self._kind == "engine_silent":
            self._banner.hide()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Hello) and self._banner.tone == "wait":
            self.say("building", {})
        elif isinstance(event, Built) and self._banner.tone == "wait":
            self._banner.hide()
