# SPDX-License-Identifier: MIT
"""The window: puts the rooms side by side and connects them. What happens in them is their own affair."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QSplitter, QVBoxLayout, QWidget

from engine.protocol.chapter import Chapter
from ui.actions import Actions
from ui.appearance import Appearance, Memory
from ui.arrangement import Arrangement
from ui.controls.banner import Banner
from ui.controls.form import Form
from ui.controls.reader import Reader
from ui.controls.timeline import Timeline
from ui.controls.transport import TopBar
from ui.hands import Hands
from ui.lecture import Lecture
from ui.notices import Notices
from ui.overlays import Blank, Keys
from ui.papers import Papers
from ui.player import Player
from ui.showing import Showing
from ui.theme import Theme
from ui.views.plane import PlaneView

SMALLEST = (1024, 700)  #: less, and a window of 1024 × 768 would not fit beside a task bar
WIDE = 900  #: from this width on, in pixels at scale 1, the recipe stands open beside the stage
FORM = (0.16, 244, 300)  #: share of the width, least and most in pixels at scale 1
READER = (0.235, 244, 400)


class Window(QMainWindow):
    """One window over one player."""

    def __init__(self, player: Player, chapters: Sequence[Chapter], appearance: Appearance, memory: Memory) -> None:
        super().__init__()
        self.player, self.appearance, self._memory = player, appearance, memory
        self.actions_ = Actions(self)
        self.bar = TopBar(self.actions_)
        self.form, self.reader = Form(), Reader()
        self.panels = Arrangement()
        self.timeline = Timeline()
        self.banner = Banner(self.panels)
        self.hands = Hands(player)
        self.panels.added.connect(self.hands.take)
        self.lecture = Lecture(chapters, player, self.panels, self.form, self.reader)
        self.showing = Showing(player, self.panels, self.timeline, self.bar, self.form)
        self.notices = Notices(player, self.banner)
        self.papers = Papers(self, player)
        self._wide: bool | None = None
        self._furnished = False
        self._compose()
        self._blank, self._keys = Blank(self), Keys(self)
        self._connect()
        self._dress(appearance.theme)
        self.restoreGeometry(memory.data("geometry"))
        self.notices.say("warming_up", {})

    def paintEvent(self, event: QPaintEvent) -> None:
        """The window stands before its rooms are furnished: formulas and sliders come with the next turn of the loop."""
        super().paintEvent(event)
        if not self._furnished:
            self._furnished = True
            QTimer.singleShot(0, self, self._furnish)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the window is narrow the recipe gives its place to the stage."""
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say good-bye to the engine first; it writes its checkpoint."""
        self._memory.keep("geometry", self.saveGeometry())
        self.player.stop()
        super().closeEvent(event)

    def _furnish(self) -> None:
        """Open the chapter that the session begins with; without one, show its recipe."""
        if self.player.session.key:
            self.lecture.open(self.player.session.key)
        else:
            self.bar.show_chapter(0, 0, "Your recipe")
            self.lecture.show_experiment()

    def _compose(self) -> None:
        self.setWindowTitle("Attractor")
        self.setMinimumSize(*SMALLEST)
        self.actions_.fill(self.menuBar())
        self._split = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.form, self.panels, self.reader):
            self._split.addWidget(part)
        self._split.setStretchFactor(1, 1)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in (self.bar, _hairline(), self._split, _hairline(), self.timeline):
            column.addWidget(row)
        column.setStretchFactor(self._split, 1)
        self.setCentralWidget(middle)

    def _connect(self) -> None:
        for key, deed in self._deeds().items():
            self._act(key).triggered.connect(lambda *_, deed=deed: deed())
        for key, follow in self._switches().items():
            self._act(key).toggled.connect(follow)
        for index, action in enumerate(self.actions_.layers):
            action.triggered.connect(lambda *_, index=index: self._toggle_layer(index))
        self._blank.dismissed.connect(lambda: self._act("blank").setChecked(False))
        self._keys.dismissed.connect(lambda: self._act("keys").setChecked(False))
        self.actions_.panels.aboutToShow.connect(self._list_panels)
        self.player.playing_changed.connect(self._show_playing)
        self.player.edited.connect(lambda state: self._show_history())
        self.papers.said.connect(self.notices.say)
        self.lecture.opened.connect(self._show_chapter)
        self.appearance.changed.connect(self._dress)
        self._show_history()

    def _deeds(self) -> dict[str, Callable[[], object]]:
        """What each action does."""
        player, lecture, papers = self.player, self.lecture, self.papers
        return {
            "play": player.toggle, "step": player.step, "reset": player.reset, "undo": player.undo, "redo": player.redo,
            "clear": self.hands.clear, "next": lecture.next, "previous": lecture.previous,
            "next_chapter": lambda: lecture.go(1), "previous_chapter": lambda: lecture.go(-1),
            "open": papers.open, "save": papers.save, "copy": papers.copy, "about": papers.about, "quit": self.close,
            "theme": self.appearance.toggle_theme, "restore": self._escape,
            "projector": lambda: self.showFullScreen() if self._act("projector").isChecked() else self.showNormal(),
        }  # fmt: skip

    def _switches(self) -> dict[str, Callable[[bool], object]]:
        """What follows each action that can be on or off."""
        return {
            "projector": self.appearance.set_projecting, "recipe": self.form.setVisible, "reader": self.reader.setVisible,
            "blank": self._blank.lay, "keys": self._keys.lay,
        }  # fmt: skip

    def _act(self, key: str) -> QAction:
        return self.actions_[key]

    def _toggle_layer(self, index: int) -> None:
        for frame in self.panels.seen:
            if isinstance(frame.view, PlaneView):
                frame.view.toggle_layer(index)

    def _escape(self) -> None:
        """One thing at a time: black screen, keys, the large panel, projector mode."""
        checked = next((key for key in ("blank", "keys") if self._act(key).isChecked()), "")
        if checked:
            self._act(checked).setChecked(False)
        elif not self.panels.restore() and self._act("projector").isChecked():
            self._act("projector").trigger()

    def _list_panels(self) -> None:
        menu = self.actions_.panels
        menu.clear()
        for key, frame in self.panels.frames.items():
            action = menu.addAction(frame.title)
            action.setCheckable(True)
            action.setChecked(not frame.isHidden())
            action.toggled.connect(lambda on, key=key: self.panels.open(key, on))

    def _show_playing(self, playing: bool) -> None:
        self.actions_.show_playing(playing)
        self.bar.show_playing(playing)

    def _show_history(self) -> None:
        self._act("undo").setEnabled(self.player.session.can_undo)
        self._act("redo").setEnabled(self.player.session.can_redo)

    def _show_chapter(self, chapter: Chapter) -> None:
        chapters = self.lecture.chapters
        place = chapters.index(chapter)
        self.bar.show_chapter(place + 1, len(chapters), chapter.title)
        self.setWindowTitle(f"{chapter.title} – Attractor")
        self._act("previous_chapter").setEnabled(place > 0)
        self._act("next_chapter").setEnabled(place < len(chapters) - 1)
        self._show_history()

    def _dress(self, theme: Theme) -> None:
        self.actions_.paint(theme)
        self._act("projector").setChecked(theme.projecting)
        self.menuBar().setVisible(not theme.projecting)
        self._wide = None
        self._fit()

    def _fit(self) -> None:
        """Share the width out anew where it changed its kind: wide enough for the recipe, or not."""
        theme = self.appearance.theme
        wide = self.width() / theme.scale >= WIDE
        if wide != self._wide:
            self._wide = wide
            self._act("recipe").setChecked(wide)
            self._act("reader").setChecked(True)
            form, reader = (
                round(min(max(share * self.width(), theme.px(least)), theme.px(most))) for share, least, most in (FORM, READER)
            )
            self.form.setMinimumWidth(theme.px(FORM[1]))
            self.reader.setMinimumWidth(theme.px(READER[1]))
            self._split.setSizes([form, self.width() - reader - form * wide, reader])


def _hairline() -> QFrame:
    line = QFrame()
    line.setProperty("surface", "line")
    line.setFixedHeight(1)
    return line
