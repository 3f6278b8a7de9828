# SPDX-License-Identifier: MIT
"""Where a plane meets the screen: an affine map from plane to pixels, y up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

Range = tuple[float, float, float, float]  #: xmin, xmax, ymin, ymax

#: Pixels beyond this are off every screen; Qt's rasterizer works in 24.8 fixed point and must not see 1e300.
_FAR: Final = 30_000.0
_TINY: Final = 1e-12


@dataclass(frozen=True)
class Camera:
    """Shows the range `shown` of the plane in the rectangle `room` of the widget."""

    room: QRectF
    shown: Range

    @staticmethod
    def fit(wanted: Range, room: QRectF, equal: bool = True) -> Camera:
        """The camera that shows all of `wanted`; with `equal`, a unit is as long on both axes and more is shown on one."""
        x0, x1, y0, y1 = _proper(wanted)
        if equal:
            unit = max((x1 - x0) / max(room.width(), 1.0), (y1 - y0) / max(room.height(), 1.0))
            dx, dy = unit * room.width() / 2, unit * room.height() / 2
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            x0, x1, y0, y1 = x - dx, x + dx, y - dy, y + dy
        return Camera(room, (x0, x1, y0, y1))

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels per unit along x and y, both positive."""
        x0, x1, y0, y1 = self.shown
        return self.room.width() / max(x1 - x0, _TINY), self.room.height() / max(y1 - y0, _TINY)

    def pixels(self, xy: NDArray[np.floating]) -> NDArray[np.float64]:
        """Places of the plane (…, 2) in pixels of the widget; what is far off the screen is moved to just far off."""
        kx, ky = self.scale
        left, top = self.room.left(), self.room.top()
        with np.errstate(over="ignore", invalid="ignore"):
            out: NDArray[np.float64] = np.multiply(xy, (kx, -ky), dtype=np.float64)
            out += (left - self.shown[0] * kx, top + self.shown[3] * ky)
        np.clip(out, -_FAR, _FAR, out=out)
        return out

    def plane(self, x_px: float, y_px: float) -> tuple[float, float]:
        """The place of the plane under a pixel of the widget."""
        kx, ky = self.scale
        return self.shown[0] + (x_px - self.room.left()) / kx, self.shown[3] - (y_px - self.room.top()) / ky

    def moved(self, dx_px: float, dy_px: float) -> Range:
        """The range shown after the plane was dragged by so many pixels."""
        kx, ky = self.scale
        x0, x1, y0, y1 = self.shown
        return x0 - dx_px / kx, x1 - dx_px / kx, y0 + dy_px / ky, y1 + dy_px / ky

    def zoomed(self, factor: float, x_px: float, y_px: float) -> Range:
        """The range shown after zooming in by `factor` about a pixel of the widget, whose place stays where it is."""
        x, y = self.plane(x_px, y_px)
        x0, x1, y0, y1 = self.shown
        return x + (x0 - x) / factor, x + (x1 - x) / factor, y + (y0 - y) / factor, y + (y1 - y) / factor


def _proper(wanted: Range) -> Range:
    """A range with finite ends and some extent."""
    x0, x1, y0, y1 = (float(np.clip(np.nan_to_num(end), -1e30, 1e30)) for end in wanted)
    if x1 - x0 < _TINY * max(abs(x0), abs(x1), 1.0):
        x0, x1 = x0 - 0.5, x1 + 0.5
    if y1 - y0 < _TINY * max(abs(y0), abs(y1), 1.0):
        y0, y1 = y0 - 0.5, y1 + 0.5
    return x0, x1, y0, y1
