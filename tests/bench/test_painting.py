# SPDX-License-Identifier: MIT
"""How long a frame takes to paint, at 1280×800: the median CPU time of the painting thread. Run alone: `pytest -m bench`.

Why the views paint for themselves (pyqtgraph 0.14, same machine, same size): an empty PlotWidget with grid takes 36 ms a
repaint, 0.7 ms without grid, 4.4 ms when its range changes; 100,000 points in one antialiased curve take 18 ms. It repaints
twice where the range changes, because ViewBox updates its transform inside the paint event, which makes the scene dirty
again; `scene().prepareForPaint()` before the paint avoids that.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.protocol.payloads import Axes, Images, Paths, Picture, Points, Series
from tests.ui.looking import curves_panel, past
from ui.reel import Past
from ui.theme import apply, theme
from ui.views import VIEW_FOR, View
from ui.views.chart import Settings
from ui.views.curves import CurvesView

pytestmark = pytest.mark.bench
RNG = np.random.default_rng(5)
AXES = Axes(range=(-3.0, 3.0, -3.0, 3.0))
REPEATS = 24


def picture(*layers: Points | Paths | Images | Series) -> Picture:
    return Picture(step=0, layers=layers, axes=AXES)


def cloud(count: int, classes: bool = True, size_px: float = 4.0) -> Points:
    label = RNG.integers(0, 10, count) if classes else None
    return Points(name="cloud", xy=RNG.normal(size=(count, 2)).astype(np.float32), label=label, size_px=size_px)


def tails() -> Paths:
    """5,000 points on their way to a circle, 24 positions each."""
    way = [RNG.normal(size=(5000, 2)) * 1.3]
    for _ in range(23):
        way.append(way[-1] - 0.12 * (way[-1] - 1.5 * way[-1] / np.linalg.norm(way[-1], axis=1, keepdims=True)))
    return Paths(name="tails", role="learned", xy=np.array(way, np.float32))


def long_series() -> Series:
    x = np.arange(100_000.0)
    return Series(name="s", role="learned", x=x, y=np.exp(-x / 2e4) + 0.05 * RNG.normal(size=len(x)))


def noise_images() -> Images:
    return Images(name="samples", pixels=RNG.integers(0, 255, (1, 64, 28, 28)).astype(np.uint8))


BUDGETS: dict[str, tuple[str, Callable[[], Picture], float]] = {
    "10,000 points by class": ("points", lambda: picture(cloud(10_000)), 6.0),
    "60,000 points by class": ("points", lambda: picture(cloud(60_000)), 12.0),
    "5,000 large points": ("points", lambda: picture(cloud(5_000, classes=False, size_px=8)), 8.0),
    "tails of 5,000 points": ("points", lambda: picture(tails()), 10.0),
    "64 images": ("images", lambda: picture(noise_images()), 8.0),
    "a series of 100,000 points": ("series", lambda: picture(long_series()), 10.0),
}


def median_ms(view: View, pictures: Sequence[Picture], pasts: Sequence[Past] = (Past(),)) -> float:
    times = []
    for k in range(REPEATS):
        view.show_picture(pictures[k % len(pictures)], pasts[k % len(pasts)])
        start = time.thread_time()
        view.repaint()
        times.append(time.thread_time() - start)
    assert not view.fault
    return 1e3 * statistics.median(times)


@pytest.mark.parametrize("name", BUDGETS)
def test_a_frame_is_painted_in_time(qtbot: QtBot, qapp: QApplication, name: str) -> None:
    apply(qapp, theme("dark"))
    kind, make, budget_ms = BUDGETS[name]
    view = VIEW_FOR[kind]()
    qtbot.addWidget(view)
    view.resize(1280, 800)
    with qtbot.waitExposed(view):
        view.show()
    took = median_ms(view, [make() for _ in range(3)])
    print(f"{name}: {took:.1f} ms of {budget_ms}")
    assert took <= budget_ms


@pytest.mark.parametrize("log", [False, True])
def test_curves_of_a_long_run_are_painted_in_time(qtbot: QtBot, qapp: QApplication, log: bool) -> None:
    apply(qapp, theme("dark"))
    view = CurvesView(curves_panel("loss", "floor", "kl"))
    view.set_settings(Settings(log=log))
    qtbot.addWidget(view)
    view.resize(640, 240)
    with qtbot.waitExposed(view):
        view.show()
    pasts = [past(count=60_000, builds=2, lanes=("A", "B")) for _ in range(2)]
    took = median_ms(view, [picture()], pasts)
    print(f"three scalars, two lanes, two builds, 60,000 steps: {took:.1f} ms of 12")
    assert took <= 12
