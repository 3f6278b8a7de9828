# SPDX-License-Identifier: MIT
"""The views: one for each kind of payload, chosen by the name that a probe declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.protocol.recipe.probes import Panel
from ui.views.bars import BarsView
from ui.views.curves import CurvesView
from ui.views.gallery import GalleryView
from ui.views.graph import GraphView
from ui.views.plane import PlaneView
from ui.views.text import TextView
from ui.views.view import View

#: `probe.payload` → the view of its panel. All are made as `view(panel, parent)`.
VIEW_FOR: Final[Mapping[str, type[View]]] = {
    "bars": BarsView,
    "field": PlaneView,
    "graph": GraphView,
    "images": GalleryView,
    "paths": PlaneView,
    "points": PlaneView,
    "series": CurvesView,
    "text": TextView,
}


def view_for(panel: Panel) -> View:
    """A new view that shows what the panel's probe measures."""
    return VIEW_FOR[panel.probe.payload](panel)


__all__ = ["VIEW_FOR", "View", "view_for"]
