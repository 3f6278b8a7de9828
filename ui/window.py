# SPDX-License-Identifier: MIT
"""The window: connects the rooms, the actions and the player. What happens in each of them is its own affair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow

from engine.protocol.chapter import Chapter
from engine.protocol.library import shelf
from ui.actions import Actions
from ui.appearance import Appearance, Memory
from ui.arrangement import list_in, switch_by
from ui.desk import Desk
from ui.exporting.exporter import Exporter
from ui.hands import MODES, Hands
from ui.importing.importer import Importer
from ui.keeper import Keeper
from ui.language import Language
from ui.lecture import Lecture
from ui.notices import Notices
from ui.overlays import Blank, Keys
from ui.painting import Painting
from ui.papers import Papers
from ui.picking import Picking
from ui.player import Player
from ui.preferences import Preferences
from ui.projecting import Projecting
from ui.recovery import Sessions
from ui.shaping import Shaping
from ui.showing import Showing
from ui.sweeping.opener import Sweeps
from ui.theme import Theme

SMALLEST: Final = (960, 620)  #: less, and a screen of 1024 × 768 would not hold it beside a task bar


class Window(QMainWindow):
    """One window over one player."""

    def __init__(self, player: Player, chapters: Sequence[Chapter], appearance: Appearance, memory: Memory,
                 sessions: Sessions | None = None) -> None:  # fmt: skip
        super().__init__()
        self.player, self.appearance, self._memory = player, appearance, memory
        self.language = Language(appearance.app, memory)
        self.deeds = Actions(self)
        self.desk = desk = Desk(self.deeds)
        self.hands, self.picking = Hands(player.troupe), Picking(player, desk.panels)
        self.shaping = Shaping(player)
        desk.panels.added.connect(self.hands.take)
        desk.panels.added.connect(self.shaping.take)
        chapters = chapters if self.language.name == "en" else shelf(self.language.name)[0]
        self.lecture = Lecture(chapters, player, desk.panels, desk.form, desk.reader)
        self.showing = Showing(player, desk.panels, desk.timeline, desk.bar, desk.form, desk.flow)
        self.hands.flowed.connect(desk.flow.show_mode)
        self.notices = Notices(player, desk.banner)
        self.keeper = Keeper(player, sessions, self)
        self.papers = Papers(self, player, self.keeper)
        self.exporter = Exporter(self, player, desk.panels)
        self.importer = Importer(self, player, self.papers.load)
        self.painting = Painting(self, player, desk.form)
        self.projecting = Projecting(self, self.deeds, appearance, desk.panels)
        self.sweeps = Sweeps(self, player)
        self._furnished = False
        self.setWindowTitle("Attractor")
        self.setMinimumSize(*SMALLEST)
        self.setCentralWidget(desk)
        desk.setFocus()  # no button has it before Tab leads there
        self.deeds.fill(self.menuBar())
        self._prefer = partial(Preferences, self, memory, self.language, appearance, self.keeper, player.troupe)
        self._blank, self._keys = Blank(self), Keys(self)
        desk.panels.added.connect(self.notices.follow)
        self._connect()
        self._dress(appearance.theme)
        self.restoreGeometry(memory.data("geometry"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The window stands before its rooms are furnished: formulas and sliders come with the next turn of the loop."""
        super().paintEvent(event)
        if not self._furnished:
            self._furnished = True
            QTimer.singleShot(0, self, self._furnish)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say good-bye to the engine first; it writes its checkpoint."""
        self._memory.keep("geometry", self.saveGeometry())
        self.sweeps.close()
        self.player.stop()
        self.keeper.close()
        super().closeEvent(event)

    def offer_recovery(self) -> None:
        """Say that a session was lost, where one was; one click brings it back."""
        if (lost := self.keeper.offer()) is not None:
            self.notices.offer("unfinished", {"step": lost.step}, "Recover", lambda: self.keeper.recover(lost))

    def _furnish(self) -> None:
        """Open the chapter that the session begins with; without one, show its recipe."""
        if self.player.session.key:
            self.lecture.open(self.player.session.key)
        else:
            self.desk.bar.show_chapter(0, 0, "Your recipe")
            self.lecture.show_experiment()

    def _connect(self) -> None:
        for key in ("recipe", "reader"):
            self.deeds[key].setChecked(True)
        for key, deed in self._effects().items():
            self.deeds[key].triggered.connect(lambda *_, deed=deed: deed())
        for key, follow in self._followers().items():
            self.deeds[key].toggled.connect(follow)
        switch_by(self.deeds.layers, self.desk.panels)
        self.deeds.panels.aboutToShow.connect(lambda: list_in(self.deeds.panels, self.desk.panels))
        self._blank.dismissed.connect(lambda: self.deeds["blank"].setChecked(False))
        self._keys.dismissed.connect(lambda: self.deeds["keys"].setChecked(False))
        for follower in (self.deeds, self.desk.bar):
            self.player.troupe.playing_changed.connect(follower.show_playing)
        self.player.edited.connect(lambda state: self._show_history())
        for speaker in (self.painting, self.papers, self.importer, self.exporter, self.keeper, self.sweeps):
            speaker.said.connect(self.notices.say)
        self.lecture.opened.connect(self._show_chapter)
        self.desk.widened.connect(self._show_sides)
        self.appearance.changed.connect(self._dress)
        self.language.offer(self.deeds.languages)
        self.language.changed.connect(self._translate)
        self._show_history()

    def _effects(self) -> dict[str, Callable[[], object]]:
        """What each action does."""
        player, lecture, papers, desk = self.player, self.lecture, self.papers, self.desk
        return {
            "play": player.troupe.toggle, "step": player.troupe.step, "clear": self.hands.clear,
            "release": self.hands.release, "reset": player.reset, "undo": player.undo, "redo": player.redo,
            **{mode: partial(self.hands.flow, mode) for mode in MODES}, "pace": self.showing.turn_pace,
            "back": desk.timeline.back, "forth": desk.timeline.forth, "branch": self.showing.branch,
            "contents": lambda: lecture.list_below(desk.bar.title), **lecture.deeds(), **self.importer.deeds(),
            **papers.deeds(), **self.exporter.deeds(), "quit": self.close, "sweep": self.sweeps.ask, "restore": self._escape,
            "paint": self.painting.ask, "theme": self.appearance.toggle_theme, "preferences": lambda: self._prefer().open(),
        }  # fmt: skip

    def _followers(self) -> dict[str, Callable[[bool], object]]:
        """What follows each action that can be on or off."""
        return {
            "blank": self._blank.lay, "recipe": partial(self._show_side, "recipe", "reader"),
            "keys": self._keys.lay, "reader": partial(self._show_side, "reader", "recipe"),
        }  # fmt: skip

    def _show_side(self, side: str, other: str, shown: bool) -> None:
        """Show or hide recipe or text; where there is no room for both, the other one goes."""
        {"recipe": self.desk.form, "reader": self.desk.reader}[side].setVisible(shown)
        if shown and not self.desk.wide:
            self.deeds[other].setChecked(False)

    def _show_sides(self, wide: bool) -> None:
        """Both where there is room; else the text, which a lecture needs more."""
        self.deeds["recipe"].setChecked(wide)
        self.deeds["reader"].setChecked(True)

    def _escape(self) -> None:
        """One thing at a time: black screen, keys, the large panel, projector mode."""
        covered = next((key for key in ("blank", "keys") if self.deeds[key].isChecked()), "")
        if covered:
            self.deeds[covered].setChecked(False)
        elif not self.desk.panels.restore() and self.deeds["projector"].isChecked():
            self.deeds["projector"].trigger()

    def _show_history(self) -> None:
        self.deeds["undo"].setEnabled(self.player.session.can_undo)
        self.deeds["redo"].setEnabled(self.player.session.can_redo)

    def _show_chapter(self, chapter: Chapter) -> None:
        place, count = self.lecture.chapters.index(chapter), len(self.lecture.chapters)
        self.desk.bar.show_chapter(place + 1, count, chapter.title)
        self.setWindowTitle(f"{chapter.title} – Attractor")
        self.projecting.show_chapter(chapter)
        self.deeds["previous_chapter"].setEnabled(place > 0)
        self.deeds["next_chapter"].setEnabled(place < count - 1)
        self._show_history()

    def _translate(self, language: str) -> None:
        self.deeds.translate()
        self.lecture.translate(shelf(language)[0])

    def _dress(self, theme: Theme) -> None:
        self.deeds.paint(theme)
        self.deeds["projector"].setChecked(theme.projecting)
        self.menuBar().setVisible(not theme.projecting)
