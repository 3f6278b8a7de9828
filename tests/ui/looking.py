# SPDX-License-Identifier: MIT
"""Pictures to show and ways to look at what a view made of them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.protocol.messages import Frame, LaneState, Scalars
from engine.protocol.payloads import Axes, Bars, Field, Graph, Images, Node, Paths, Payload, Picture, Points, Series, Text
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.curves import Curves
from ui.reel import Past, Reel
from ui.theme import Theme, apply, theme
from ui.views.plane import PlaneView

RNG = np.random.default_rng(11)


W = TypeVar("W", bound=QWidget)


def on_screen(qtbot: QtBot, qapp: QApplication, widget: W, size: tuple[int, int], look: Theme | None = None) -> W:
    """A widget that is shown at a size, in the dark theme unless told; its first button does not have the focus."""
    apply(qapp, look or theme("dark"))
    qtbot.addWidget(widget)
    widget.resize(*size)
    widget.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def picture(*layers: Payload, axes: Axes | None = None) -> Picture:
    return Picture(step=1, layers=layers, axes=axes or Axes(range=(-3.0, 3.0, -2.0, 2.0)))


def cloud(count: int = 400, classes: int = 3, name: str = "data", size_px: float = 4.0) -> Points:
    xy = RNG.normal(size=(count, 2))
    label = RNG.integers(0, classes, count) if classes else None
    sigma = np.full((count, 2), 0.05) if classes else None
    return Points(name=name, xy=xy, label=label, sigma=sigma, classes=("a", "b", "c")[:classes], size_px=size_px)


def stage() -> Picture:
    """Every kind of layer that a plane can show."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None]
    values = RNG.normal(size=(9, 12))
    plane = (-3.0, 3.0, -2.0, 2.0)
    return picture(
        Field(name="density", values=values, range=plane, low=-2, high=2, label="p(x)"),
        Field(name="basins", values=values.round(), range=plane, low=0, high=3, classes=True),
        Field(name="level", values=values, range=plane, low=0, high=1, contours=(0.0, 0.5)),
        Paths(name="arrows", role="exact", xy=RNG.normal(size=(2, 60, 2)), arrows=True),
        Paths(name="prior", role="prior", xy=circle, closed=True, dashed=True, texts=("1σ",)),
        cloud(),
        Paths(name="tails", role="learned", xy=np.cumsum(RNG.normal(size=(8, 30, 2)), axis=0) / 9),
        Points(name="starts", role="noise", xy=RNG.normal(size=(30, 2)), ring=True),
        Points(name="points", role="learned", xy=RNG.normal(size=(200, 2)), size_px=8),
        Images(name="g(h)", pixels=RNG.integers(0, 255, (1, 1, 8, 8)).astype(np.uint8), at=(0.5, -0.5)),
        axes=Axes(x="PC 1", y="PC 2", range=(-3.0, 3.0, -2.0, 2.0), note="RMS", figure="0.038"),
    )


def images() -> Picture:
    pixels = RNG.integers(0, 255, (3, 5, 8, 8)).astype(np.uint8)
    color = RNG.integers(0, 255, (1, 4, 6, 6, 3)).astype(np.uint8)
    rows = Images(name="rows", pixels=pixels, rows=("clean", "noisy", "denoised"))
    return picture(rows, Images(name="film", pixels=color, columns=("0", "1", "2", "3")))


def bars() -> Picture:
    thumbnails = RNG.integers(0, 255, (4, 8, 8)).astype(np.uint8)
    values = np.array([[2.1, 0.8], [1.5, 0.2], [0.01, 0.0], [-0.4, 0.3]])
    parts, labels = ("½μ²", "½(Σ − ln Σ − 1)"), ("h₁", "h₂", "h₃", "h₄")
    layer = Bars(name="kl", labels=labels, values=values, parts=parts, unit="nats", thumbnails=thumbnails,
                 marks=(0.5,), dim=(False, False, True, False))  # fmt: skip
    return picture(layer)


def graph() -> Picture:
    nodes = (
        Node(key="x", title="x", column=0, units=64, values=RNG.uniform(size=(8, 8))),
        Node(key="h", title="h", column=1, units=2, lit=True, values=RNG.normal(size=2)),
        Node(key="y", title="x̂", column=2, units=64, text="0.12 −0.5", caption="out"),
        Node(key="eps", title="ε", column=1, row=1, text="0.91"),
    )
    edges = (("x", "h"), ("eps", "h"), ("h", "y"), ("y", "x"))
    return picture(Graph(name="net", nodes=nodes, edges=edges, dashed=(("eps", "h"),)))


def text() -> Picture:
    return picture(Text(name="said", figure="0.038", text="RMS between the learned and the exact denoiser. " * 6))


def series() -> Picture:
    x = np.linspace(0, 10, 50)
    return picture(Series(name="s", x=x, y=np.sin(x)), Series(name="half", role="exact", x=x, y=0 * x + 0.5, dashed=True))


EVERY_KIND = {"points": stage, "images": images, "bars": bars, "graph": graph, "text": text, "series": series}


def past(count: int = 300, builds: int = 1, lanes: tuple[str, ...] = ("A",)) -> Past:
    """What a reel says after some training; the last build is the present one."""
    reel = Reel()
    for build in range(builds):
        steps = np.arange(1, count + 1)
        values = {"loss": 1.0 / (1 + 0.1 * steps) + build, "floor": np.full(count, 0.1), "kl": steps / count}
        reports = tuple(
            Scalars(lane=lane, build=10 * build + k, steps=steps, seconds=steps / 50, values=values)
            for k, lane in enumerate(lanes)
        )
        states = tuple(
            LaneState(name=lane, build=10 * build + k, step=count, steps_per_s=50.0, train_s=count / 50)
            for k, lane in enumerate(lanes)
        )
        reel.add(Frame(run_id=1, number=build, training=True, lanes=states, scalars=reports, pictures={}))
    now = reel.now()
    assert now is not None
    return now.past


def curves_panel(*names: str, log: bool = False, lane: str = "") -> Panel:
    return Panel(key="curves", probe=Curves(names=names, log=log), lane=lane)


def seen(widget: QWidget) -> NDArray[np.uint8]:
    """What a widget shows, (h, w, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def share_of(pixels: NDArray[np.uint8], color: str, within: float = 30.0) -> float:
    """The share of the pixels that have about a color "#RRGGBB"."""
    wanted = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)])
    return float((np.abs(pixels.astype(int) - wanted).max(axis=2) <= within).mean())


def pixel(pixels: NDArray[np.uint8], at: QPointF | tuple[float, float]) -> NDArray[np.uint8]:
    x, y = (at.x(), at.y()) if isinstance(at, QPointF) else at
    return pixels[int(y), int(x)]


def middle(view: PlaneView, x: float, y: float) -> QPoint:
    """The pixel of a place of the plane."""
    camera = view.camera()
    assert camera is not None
    return QPointF(*camera.pixels(np.array((x, y)))).toPoint()
