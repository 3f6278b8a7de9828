# SPDX-License-Identifier: MIT
"""The bar at the top: which chapter, reset, Play, step, the counter; then the settings of the window itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from engine.protocol.messages import LaneState
from ui.actions import Actions
from ui.controls.buttons import Button, IconButton, PlayButton
from ui.controls.dressed import Dressed
from ui.controls.labels import Label
from ui.controls.title import TitleButton
from ui.language import say
from ui.theme import TextStyle, theme_of

WIDEST = "0,000,000"
AWAY = "Milliseconds to the engine on its machine, and back"


def counter_text(step: int) -> str:
    """A step padded so that its digits do not jump: 012,450."""
    return f"{step:07,}"


def rate_text(steps_per_s: float, device: str, round_s: float | None = None) -> str:
    """What is counted, how fast and where: steps · 1,180/s · CPU; elsewhere, how far away: 1,180/s · CUDA · 62 ms."""
    rate = [f"{steps_per_s:,.0f}/s"] if steps_per_s >= 0.5 else []
    counted = [] if rate and round_s is not None else ["steps"]  # one of the two gives way to the other
    away = [] if round_s is None else [f"{1000 * round_s:,.0f} ms"]
    return " · ".join(counted + rate + ([device.upper()] if device else []) + away)


def bound(action: QAction, button: Button) -> Button:
    """Let a button do an action, and follow its state and its tooltip."""

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.set_hint(action.toolTip())
        if button.isCheckable():
            button.setChecked(action.isChecked())

    button.clicked.connect(action.trigger)
    action.changed.connect(follow)
    follow()
    return button


class Figures(QWidget):
    """A line of figures in a fixed width, so that nothing beside it moves when they change."""

    def __init__(self, style: TextStyle, *widest: str, soft: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style, self._widest, self._soft, self._text = style, widest, soft, ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    @property
    def text(self) -> str:
        """What stands there."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show other figures."""
        text = say(text)
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the widest."""
        metrics = QFontMetrics(theme_of(self).font(self._style))
        return max((metrics.size(0, say(text)) for text in self._widest), key=QSize.width)

    def changeEvent(self, event: QEvent) -> None:
        """Another language, or another theme, needs another room."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text."""
        theme = theme_of(self)
        with QPainter(self) as p:
            p.setFont(theme.font(self._style))
            p.setPen(theme.color("soft" if self._soft else "ink"))
            p.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)


class TopBar(Dressed):
    """Three groups; the middle one keeps its place whatever stands beside it, so Play never moves."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._place = Label("", "body", "faint")
        self.title = TitleButton()
        self.title.clicked.connect(actions["contents"].trigger)
        self._counter = Figures("counter", WIDEST)
        self._rate = Figures("body", "steps · 00,000/s · CUDA", "00,000/s · CUDA · 000 ms", soft=True)
        self.play = PlayButton("Train until you pause (Space)", "Pause; points go on moving (Space)")
        self.play.clicked.connect(actions["play"].trigger)
        self._undo = bound(actions["undo"], IconButton("undo", "", flat=True))
        self._redo = bound(actions["redo"], IconButton("redo", "", flat=True))
        self._compare = bound(actions["compare"], IconButton("ab", ""))
        self._theme = IconButton("sun", "")
        self._projector = IconButton("projector", "", "Projector", checkable=True)
        bound(actions["theme"], self._theme)
        bound(actions["projector"], self._projector)
        before = bound(actions["previous_chapter"], IconButton("chevron-left", ""))
        after = bound(actions["next_chapter"], IconButton("chevron-right", ""))
        reset = bound(actions["reset"], IconButton("reset", ""))
        step = bound(actions["step"], IconButton("step", ""))
        self._groups = (
            _row(before, self._place, self.title, after),
            _row(reset, self.play, step, self._counter, self._rate),
            _row(self._undo, self._redo, self._compare, self._theme, self._projector),
        )
        self._grid = QGridLayout(self)
        for column, group in enumerate(self._groups):
            side = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)[column]
            self._grid.addLayout(group, 0, column, side | Qt.AlignmentFlag.AlignVCenter)
        self._grid.setColumnStretch(0, 1)
        self._set_lengths()

    def show_chapter(self, number: int, count: int, title: str) -> None:
        """Which chapter this is, of how many."""
        self._place.setText(f"{number} / {count}" if count else "")
        self.title.show_title(title, "contents of the lecture")

    def show_playing(self, playing: bool) -> None:
        """Pause where it plays, play where it rests."""
        self.play.set_playing(playing)

    def show_lane(self, lane: LaneState, training: bool, device: str, round_s: float | None = None) -> None:
        """The step of a lane, its speed and where it computes; `round_s`: seconds to an engine elsewhere and back."""
        self._counter.show_text(counter_text(lane.step))
        self._rate.show_text(rate_text(lane.steps_per_s if training else 0.0, device, round_s))
        self._rate.setToolTip("" if round_s is None else say(AWAY))

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._grid.setContentsMargins(theme.px(14), theme.px(5), theme.px(14), theme.px(5))
        self._grid.setHorizontalSpacing(theme.px(16))
        for group in self._groups:
            group.setSpacing(theme.px(8))
        self._theme.set_icon_name("sun" if theme.name == "dark" else "moon")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what does not fit, the least needed first."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        roomy = self.width() / theme_of(self).scale
        self._grid.setColumnStretch(2, roomy >= 860)  # Play in the middle, or else more room for the title
        self._rate.setVisible(roomy >= 860)
        self._place.setVisible(roomy >= 1100)  # the contents say it, too
        self._undo.setVisible(roomy >= 720)
        self._redo.setVisible(roomy >= 720)
        self._projector.setText("Projector" if roomy >= 1000 else "")


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row
