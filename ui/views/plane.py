# SPDX-License-Identifier: MIT
"""The stage and the latent cloud: layers of points, lines, fields and a card of images on one plane."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from engine.protocol.payloads import PICKED, Field, Images, Paths, Payload, Picture, Points
from engine.protocol.recipe.probes import Panel
from ui.controls.buttons import IconButton
from ui.theme import Role, Theme, theme_of
from ui.views.camera import Camera, Range
from ui.views.card import draw_card
from ui.views.chips import ChipRow
from ui.views.fields import draw_field
from ui.views.frame import EDGE, Plan, draw_bands, draw_grid, is_low
from ui.views.paths import draw_paths
from ui.views.pointer import PointerView
from ui.views.points import draw_picked, draw_points, example_near
from ui.views.words import Crowd, place_on, width_of, write_on_line

_MARGIN: Final = 0.06  #: around the data, where the picture names no range
_CORNER_STEP: Final = 40.0
_REACH: Final = 9.0  #: pixels between the cursor and a point that it is on
_CROWD: Final = 20_000  #: so many points are asked whether a name would meet them


class PlaneView(PointerView):
    """Draws the layers of a picture from back to front; each can be switched off by its chip."""

    ground: ClassVar[Role] = "plot"

    def __init__(self, panel: Panel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(panel, parent)
        self.chips = ChipRow(self)
        self.chips.changed.connect(self._switched)
        self._fit = IconButton("fit", "Show all again", flat=True, parent=self)
        self._fit.hide()
        self._fit.clicked.connect(self.fit)
        self.held_changed.connect(self._offer_fit)

    def camera(self) -> Camera | None:
        """Where the plane is now; None without a picture."""
        if self.picture is None:
            return None
        plan = self._plan(theme_of(self), self.picture)
        if self.held is not None:
            return Camera.fit(self.held, plan.room, self.picture.axes.equal)
        wanted = self.picture.axes.range or extent(self.picture)
        return Camera.fit(wanted, plan.room, self.picture.axes.equal)

    def toggle_layer(self, index: int) -> None:
        """Switch the layer with this index on or off, 0 the first; nothing happens where there is none."""
        self.chips.toggle(index)

    def arrange(self) -> None:
        """Offer the layers of the picture, and lay the chips out."""
        layers = self.picture.layers if self.picture is not None else ()
        lasting = (layer for layer in layers if not isinstance(layer, Images) and layer.name != PICKED)
        self.chips.show({layer.name: layer.role for layer in lasting})
        if self.picture is None:
            return
        theme = theme_of(self)
        plan, edge = self._plan(theme, self.picture), theme.px(EDGE)
        top = plan.top.toRect()
        right = top.right() - edge
        if plan.corner.width() and plan.corner.top() == 0:
            step = theme.px(_CORNER_STEP)  # a figure whose width changes from frame to frame does not push the chips about
            right -= -int(-plan.corner.width() // step) * step + edge
        if not self._fit.isHidden():
            size = self._fit.sizeHint()
            y = top.center().y() - size.height() // 2 if top.height() else edge // 2
            self._fit.setGeometry(right - size.width(), y, size.width(), size.height())
            right -= size.width() + edge
        self.chips.place(theme, QRect(edge, top.top(), right - edge, top.height()))

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Grid, layers, names of the lines, card; then what stands around."""
        picture, camera = self.picture, self.camera()
        if picture is None or camera is None:
            return
        plan = self._plan(theme, picture)
        draw_grid(p, theme, camera, plan, picture.axes.x)
        layers = self._layers(picture)
        p.save()
        p.setClipRect(camera.room)
        for layer in layers:
            draw_layer(p, theme, camera, layer)
        draw_names(p, theme, camera, layers)
        if self.picked is not None:
            draw_picked(p, theme, camera, layers, self.picked)
        for layer in layers:
            if isinstance(layer, Images):
                draw_card(p, theme, camera, layer)
        p.restore()
        draw_bands(p, theme, picture, plan)

    def example_at(self, at: QPointF) -> int | None:
        """The example whose point is nearest to a pixel, of those within reach, the uppermost layer first."""
        camera = self.camera()
        if self.picture is None or camera is None:
            return None
        clouds = (layer for layer in reversed(self._layers(self.picture)) if isinstance(layer, Points))
        reach = theme_of(self).px(_REACH)
        return next((found for cloud in clouds if (found := example_near(cloud, camera, at, reach)) is not None), None)

    def _layers(self, picture: Picture) -> list[Payload]:
        """The layers that are switched on. A card that hangs on the cursor goes with it."""
        gone = self.here is False
        shown = (layer for layer in picture.layers if layer.name not in self.chips.off)
        return [layer for layer in shown if not (gone and isinstance(layer, Images) and layer.at is not None)]

    def _plan(self, theme: Theme, picture: Picture) -> Plan:
        wide = self.width() - 2 * theme.px(EDGE)
        return Plan.of(theme, QSizeF(self.size()), picture, self.chips.size(theme, wide, is_low(theme, self.height())))

    def _switched(self) -> None:
        self.arrange()
        self.update()

    def _offer_fit(self, held: bool) -> None:
        self._fit.setVisible(held)
        self.arrange()


def draw_layer(p: QPainter, theme: Theme, camera: Camera, layer: Payload) -> None:
    """Draw one layer; TypeError for a payload that has no place on a plane. Cards of images come later, over all."""
    match layer:
        case Field():
            draw_field(p, theme, camera, layer)
        case Paths():
            draw_paths(p, theme, camera, layer)
        case Points():
            draw_points(p, theme, camera, layer)
        case Images():
            pass
        case _:
            raise TypeError(f"{type(layer).__name__} “{layer.name}” has no place on a plane")


def draw_names(p: QPainter, theme: Theme, camera: Camera, layers: list[Payload]) -> None:
    """Write the names of lines on them, where they meet no points."""
    named = [layer for layer in layers if isinstance(layer, Paths) and layer.texts]
    if not named:
        return
    clouds = [layer.xy[:_CROWD] for layer in layers if isinstance(layer, Points)]
    crowd = Crowd(camera.room, camera.pixels(np.concatenate(clouds) if clouds else np.zeros((0, 2))))
    font = theme.font("caption")
    taken: list[QRectF] = []
    for layer in named:
        lines = np.moveaxis(camera.pixels(layer.xy), 1, 0)
        for line, text in zip(lines, layer.texts, strict=False):
            wide = width_of(text, font) + theme.px(8)
            rect = place_on(line, wide, theme.px(16), camera.room, crowd, taken)
            if text and rect is not None:
                taken.append(rect)
                write_on_line(p, rect, text, font, theme.color(layer.role), theme.color("plot"))


def extent(picture: Picture) -> Range:
    """A range that shows everything in a picture, with some air; the unit square where there is nothing."""
    corners = [np.zeros((0, 2))]
    for layer in picture.layers:
        match layer:
            case Points() | Paths():
                corners.append(layer.xy.reshape(-1, 2))
            case Field():
                x0, x1, y0, y1 = layer.range
                corners.append(np.array([(x0, y0), (x1, y1)]))
            case _:
                pass
    xy = np.concatenate(corners)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return 0.0, 1.0, 0.0, 1.0
    low, high = xy.min(axis=0), xy.max(axis=0)
    air = _MARGIN * (high - low)
    (x0, y0), (x1, y1) = (low - air).tolist(), (high + air).tolist()
    return x0, x1, y0, y1
