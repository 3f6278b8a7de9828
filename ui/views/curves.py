# SPDX-License-Identifier: MIT
"""Training curves and measured series: names at the ends of the lines, exact values under the cursor."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

import ui.views.ticks as ticks
from engine.protocol.payloads import Axes
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.curves import Curves
from ui.theme import RADIUS, Theme, theme_of
from ui.views.chart import Chart, Settings, draw_axes, draw_line_ends, draw_strokes
from ui.views.frame import draw_corner
from ui.views.lines import Line, lines_of, value_at
from ui.views.view import View
from ui.views.words import CENTER, LEFT, RIGHT, width_of, write


class CurvesView(View):
    """Scalars over steps or seconds, of every lane that the panel shows. Its `actions` are the switches of its panel's menu."""

    dragged = Signal(float, float, bool)  #: a hand is at this point (x, y); whether it holds on

    follows_past: ClassVar[bool] = True

    def __init__(self, panel: Panel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(panel, parent)
        probe = panel.probe if panel is not None else None
        self._probe = probe if isinstance(probe, Curves) else None
        self.settings = Settings(log=self._probe.log if self._probe is not None else False)
        self._hover: QPointF | None = None
        self._held: Chart | None = None  # as it was when the hand took hold: an axis that gives way would run away
        self.editable = False  #: whether a hand may bend a curve
        self.setMouseTracking(True)
        self._switch("log", "Logarithmic", "Equal factors look equally high; linear around zero where values are negative")
        self._switch("outliers", "Outliers", "Let the few extreme values set the axis, too")
        if self._probe is not None:
            self._switch("seconds", "Seconds", "Seconds of training on the axis, instead of steps")

    def set_settings(self, settings: Settings) -> None:
        """Show the curves so from now on."""
        self.settings = settings
        for action in self.actions():
            action.setChecked(bool(getattr(settings, action.objectName())))
        self.update()

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Axes, strokes, names, and what is under the cursor."""
        chart, titles = self._chart(theme), self._titles()
        if chart is None:
            write(p, QRectF(self.rect()), "No values yet", theme.font("body"), theme.color("faint"), CENTER)
            return
        draw_axes(p, theme, chart, titles)
        draw_strokes(p, theme, chart)
        draw_line_ends(p, theme, chart)
        if self._probe is None and self.picture is not None:
            draw_figure(p, theme, self.picture.axes, self.width())
        if self._hover is not None and chart.camera.room.contains(self._hover):
            draw_reading(p, theme, chart, self._hover.x(), titles[0])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a curve that can be bent."""
        chart = self._chart(theme_of(self)) if self.editable and not self.fault else None
        if chart is None or event.button() != Qt.MouseButton.LeftButton or not chart.camera.room.contains(event.position()):
            super().mousePressEvent(event)
            return
        self._held = chart
        self._drag(event.position(), True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the values under the cursor, or bend the curve."""
        self._hover = event.position()
        self._drag(self._hover, True)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag(event.position(), False)
        self._held = None
        super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is read any more."""
        super().leaveEvent(event)
        self._hover = None
        self.update()

    def _chart(self, theme: Theme) -> Chart | None:
        lane = self.panel.lane if self.panel is not None else ""
        lines = lines_of(self.picture, self.past, self._probe, lane, self.settings.seconds)
        start = 0.0 if self._probe is not None else None
        return Chart.of(theme, QSizeF(self.size()), lines, self.settings, self._titles(), start)

    def _titles(self) -> tuple[str, str]:
        axes = self.picture.axes if self.picture is not None else Axes()
        return axes.x if self._probe is None else "seconds" if self.settings.seconds else "steps", axes.y

    def _drag(self, at: QPointF, held: bool) -> None:
        if self._held is not None:
            room = self._held.camera.room
            inside = (min(max(at.x(), room.left()), room.right()), min(max(at.y(), room.top()), room.bottom()))
            self.dragged.emit(*self._held.value(*inside), held)

    def _switch(self, name: str, text: str, hint: str) -> None:
        action = QAction(text, self, checkable=True, checked=bool(getattr(self.settings, name)))
        action.setObjectName(name)
        action.setToolTip(hint)
        action.toggled.connect(lambda on: self.set_settings(replace(self.settings, **{name: on})))
        self.addAction(action)


def draw_figure(p: QPainter, theme: Theme, axes: Axes, width: float) -> None:
    """The figure that measured curves come to, beside the title of the axis; its words where there is room for them."""
    taken = theme.px(28) + width_of(axes.y, theme.font("caption"))
    band = QRectF(taken, 0, width - taken - theme.px(12), theme.px(22))
    words = width_of(axes.note, theme.font("caption")) + theme.px(8)
    figure = width_of(axes.figure, theme.font("number"))
    if axes.figure and figure <= band.width():
        shown = axes if figure + words <= band.width() else msgspec.structs.replace(axes, note="")
        draw_corner(p, theme, shown, band, one_line=True)


def draw_reading(p: QPainter, theme: Theme, chart: Chart, at_px: float, x_title: str) -> None:
    """A hair line at the measured point nearest to the cursor, and the exact values of all curves there."""
    room = chart.camera.room
    wanted = chart.camera.plane(at_px, room.top())[0]
    present = [line for line in chart.lines if not line.older]
    nearest = min((value_at(line, wanted)[0] for line in present), key=lambda x: abs(x - wanted))
    read = [(line, *value_at(line, nearest)) for line in present]
    x_px = chart.pixel(nearest, 0.0)[0]
    p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    p.setPen(QPen(theme.color("faint"), theme.px(1)))
    p.drawLine(QPointF(round(x_px), room.top()), QPointF(round(x_px), room.bottom()))
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line, x, y in read:
        point = QPointF(*chart.pixel(x, y))
        if not math.isnan(point.y()) and room.adjusted(-1, -1, 1, 1).contains(point):
            p.setPen(QPen(theme.color("panel"), 1.5 * theme.scale))
            p.setBrush(theme.color(line.role))
            p.drawEllipse(point, 4.0 * theme.scale, 4.0 * theme.scale)
    _draw_reading_card(p, theme, room, x_px, f"{ticks.exact(nearest)} {x_title}", [(line, y) for line, _, y in read])


def _draw_reading_card(
    p: QPainter, theme: Theme, room: QRectF, x_px: float, title: str, read: list[tuple[Line, float]]
) -> None:
    """The values as a small table, on that side of the hair line where there is more room."""
    small, row, pad = theme.font("caption"), theme.px(17), theme.px(8)
    labels = max(width_of(line.label, small) for line, _ in read)
    values = max(width_of(ticks.exact(y), small) for _, y in read)
    wide = max(labels + theme.px(14) + values, width_of(title, small)) + 2 * pad
    high = row * (len(read) + 1) + pad
    left = x_px + theme.px(10) if x_px < room.center().x() else x_px - theme.px(10) - wide
    card = QRectF(left, min(room.top() + theme.px(4), max(room.bottom() - high, 0)), wide, high)
    p.setPen(QPen(theme.color("line"), theme.px(1)))
    p.setBrush(theme.color("raised", 0.95))
    p.drawRoundedRect(card, theme.px(RADIUS) * 0.7, theme.px(RADIUS) * 0.7)
    line_room = QRectF(card.left() + pad, card.top() + pad / 2, card.width() - 2 * pad, row)
    write(p, line_room, title, small, theme.color("soft"), LEFT)
    for line, y in read:
        line_room.translate(0, row)
        write(p, line_room, line.label, small, QColor(theme.text(line.role)), LEFT)
        write(p, line_room, ticks.exact(y), small, theme.color("ink"), RIGHT)
