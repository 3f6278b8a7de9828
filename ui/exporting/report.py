# SPDX-License-Identifier: MIT
"""One page about a run, as PDF: the recipe, the curves, and what the panels show; everything drawn, nothing rasterised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from PySide6.QtCore import QMarginsF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.protocol.recipe.experiment import Experiment
from engine.protocol.version import APP
from engine.protocol.words import said
from ui.arrangement import Arrangement
from ui.curve import Curve
from ui.reel import Moment
from ui.runfile import RunFileError, replacing
from ui.theme import Role, apply, theme

DPI: Final = 300
MM: Final = DPI / 25.4
MARGIN_MM: Final = 15.0
LOOK: Final = theme("light")  #: paper is white
INK, SOFT, LINE = LOOK.color("ink"), LOOK.color("soft"), LOOK.color("line")
ROLES: Final[tuple[Role, ...]] = ("exact", "noise", "prior", "learned", "data")
ROWS: Final = 64  #: of the recipe; of four lanes the last lines may be left out
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


def write_report(title: str, experiment: Experiment, moment: Moment | None, panels: Arrangement, file: Path) -> None:
    """Write the page, whole or not at all. Raises RunFileError."""
    with replacing(file) as fresh:
        writer = QPdfWriter(str(fresh))
        writer.setResolution(DPI)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(*[MARGIN_MM] * 4), QPageLayout.Unit.Millimeter)
        writer.setTitle(title)
        writer.setCreator(f"Attractor {APP}")
        p = QPainter()
        if not p.begin(writer):
            raise RunFileError("it cannot be written here")
        with p:
            paper = on_paper(panels, moment)
            _Page(p, QRectF(0, 0, writer.width(), writer.height())).draw(title, experiment, moment, paper)
            paper.deleteLater()


def on_paper(panels: Arrangement, moment: Moment | None) -> Arrangement:
    """The same panels at the same size in the light theme, on no screen: a dark page drinks the printer's ink."""
    paper = Arrangement()
    paper.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    apply(paper, LOOK)
    paper.resize(panels.size())
    paper.show_places([frame.place for frame in panels.seen])
    paper.show()
    if moment is not None:
        paper.show_moment(moment)
    return paper


class _Page:
    """From top to bottom: title, recipe beside curves, panels."""

    def __init__(self, p: QPainter, area: QRectF) -> None:
        self._p, self._area = p, area

    def draw(self, title: str, experiment: Experiment, moment: Moment | None, panels: QWidget) -> None:
        """Everything."""
        area = self._area
        steps = "  ·  ".join(f"{lane.name}: step {lane.step:,}" for lane in moment.lanes) if moment is not None else "not begun"
        self._text(QRectF(0, 0, area.width(), 9 * MM), title, 17, INK, LEFT)
        self._text(QRectF(0, 9 * MM, area.width(), 6 * MM), f"{steps}  ·  Attractor {APP}", 9, SOFT, LEFT)
        height = area.width() * panels.height() / max(1, panels.width())
        height = min(height, 0.5 * area.height())
        middle = QRectF(0, 18 * MM, area.width(), area.height() - height - 24 * MM)
        self._recipe(QRectF(middle.left(), middle.top(), 0.42 * middle.width(), middle.height()), experiment)
        self._curves(middle.adjusted(0.46 * middle.width(), 0, 0, 0), moment)
        self._panels(QRectF(0, area.height() - height, area.width(), height), panels)

    def _recipe(self, area: QRectF, experiment: Experiment) -> None:
        rows = list(_rows(experiment))[:ROWS]
        high = min(5.2 * MM, area.height() / max(1, len(rows)))
        for index, (name, value) in enumerate(rows):
            line = QRectF(area.left(), area.top() + index * high, area.width(), high)
            points = min(8.0, 2.4 * high / MM)
            self._text(line, name, points if value else 1.1 * points, SOFT if value else INK, LEFT)
            self._text(line, value, points, INK, RIGHT)

    def _curves(self, area: QRectF, moment: Moment | None) -> None:
        curves = _curves_of(moment)
        if not curves:
            self._text(area, "No curves yet", 9, SOFT, LEFT)
            return
        high = area.height() / len(curves)
        for index, (name, lines) in enumerate(curves.items()):
            self._chart(QRectF(area.left(), area.top() + index * high, area.width(), high - 3 * MM), name, lines)

    def _chart(self, area: QRectF, name: str, lines: Mapping[str, Curve]) -> None:
        """One figure over the steps, a line a lane; what no screen could tell apart is not drawn."""
        finite = np.concatenate([curve.values[np.isfinite(curve.values)] for curve in lines.values()])
        low, high = (float(np.quantile(finite, q)) for q in (0.0, 0.995)) if len(finite) else (0.0, 1.0)
        last = max(float(curve.steps[-1]) for curve in lines.values()) or 1.0
        head = QRectF(area.left(), area.top(), area.width(), 5 * MM)
        plot = QRectF(area.left() + 13 * MM, head.bottom(), area.width() - 13 * MM, area.height() - 10 * MM)
        self._text(head, name, 9, INK, LEFT)
        self._p.setPen(QPen(LINE, 0.2 * MM))
        self._p.drawLines([plot.bottomLeft(), plot.bottomRight(), plot.bottomLeft(), plot.topLeft()])
        for value, top in ((high, plot.top() - 1 * MM), (low, plot.bottom() - 3 * MM)):
            self._text(QRectF(area.left(), top, 12 * MM, 4 * MM), f"{value:.3g}", 7, SOFT, RIGHT)
        self._text(QRectF(plot.left(), plot.bottom(), plot.width(), 4 * MM), f"step {last:,.0f}", 7, SOFT, RIGHT)
        for color, (lane, curve) in zip(map(LOOK.color, ROLES), lines.items(), strict=False):
            self._p.setPen(QPen(color, 0.25 * MM))
            self._p.drawPolyline(_polygon(curve, plot, last, low, high))
            if len(lines) > 1:
                head.setRight(head.right() - 14 * MM)
                self._text(head, lane, 8, color, RIGHT)

    def _panels(self, area: QRectF, panels: QWidget) -> None:
        scale = min(area.width() / max(1, panels.width()), area.height() / max(1, panels.height()))
        self._p.save()
        self._p.translate(area.center().x() - scale * panels.width() / 2, area.top())
        self._p.scale(scale, scale)
        panels.render(self._p, QPoint())
        self._p.restore()

    def _text(self, area: QRectF, words: str, points: float, color: QColor, align: Qt.AlignmentFlag) -> None:
        font = QFont(self._p.font())
        font.setPointSizeF(points)
        self._p.setFont(font)
        self._p.setPen(color)
        elided = self._p.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(area.width()))
        self._p.drawText(area, int(align | Qt.AlignmentFlag.AlignVCenter), elided)


def _rows(experiment: Experiment) -> Sequence[tuple[str, str]]:
    """Name and value of everything in a recipe; a heading has no value. Points and names that fill pages are counted."""
    plain: dict[str, Any] = msgspec.to_builtins(experiment)
    rows = [("Data", ""), *_values(plain["data"]), ("seed", str(plain["seed"]))]
    for lane in plain["lanes"]:
        several = f"{lane['name']}: " if len(plain["lanes"]) > 1 else ""
        for section, values in lane["recipe"].items():
            rows += [(f"{several}{section.capitalize()}", ""), *_values(values)]
    return rows


def _values(values: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    return [
        (name.replace("_", " "), f"{len(value):,} of them" if isinstance(value, list | dict) and len(value) > 4 else (
            " × ".join(map(str, value)) if isinstance(value, list) else said(value)))
        for name, value in values.items()
    ]  # fmt: skip


def _curves_of(moment: Moment | None) -> dict[str, dict[str, Curve]]:
    """Figure → lane → curve, of those that move; at most three figures have room on a page, the loss first."""
    found: dict[str, dict[str, Curve]] = {}
    for lane in moment.lanes if moment is not None else ():
        assert moment is not None
        for name in moment.past.names(lane.name):
            curve = moment.past.series(lane.name, name)
            if curve is not None and len(curve.steps) > 1:
                found.setdefault(name, {})[lane.name] = curve
    names = sorted(found, key=lambda name: (name != "loss", -max(len(curve.steps) for curve in found[name].values())))[:3]
    return {name: found[name] for name in names}


def _polygon(curve: Curve, plot: QRectF, last: float, low: float, high: float) -> QPolygonF:
    rows = np.unique(np.linspace(0, len(curve.steps) - 1, min(1500, len(curve.steps))).astype(int))
    span = (high - low) or 1.0
    values = np.clip((np.nan_to_num(curve.values[rows], nan=high) - low) / span, 0, 1)
    xs, ys = plot.left() + plot.width() * curve.steps[rows] / last, plot.bottom() - plot.height() * values
    return QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])
