# SPDX-License-Identifier: MIT
"""From the hand to the picture: a slider is dragged while training runs; how long until the painted picture follows."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Built, Pick, Play
from engine.protocol.payloads import Bars, Field, Images, Picture
from tests.bench.timing import Row
from tests.ui.conftest import Stage
from ui.player import Player

DRAGS = 60


def rows() -> Iterator[Row]:
    """What a slider, the cursor and a click change: at once what takes a millisecond, coarse first what takes longer."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    for what, drag in DRAGGED.items():
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(app, Path(folder), drag.chapter)
            found = _drags(stage, drag)
            stage.close()
        details = {"median_ms": round(statistics.median(found)), "largest_ms": round(max(found))}
        p95 = statistics.quantiles(found, n=20)[-1]
        yield Row(f"{what} while training, p95", p95, "ms", at_most=drag.at_most, details=details)


@dataclass(frozen=True)
class Drag:
    """What a hand does in a chapter, and what in a panel differs afterwards."""

    chapter: str
    panel: str
    move: Callable[[Player, int], object]
    shown: Callable[[Picture], object]
    at_most: float = 100.0  #: ms


def _to_sigma(path: str) -> Callable[[Player, int], object]:
    return lambda player, index: player.edit(path, 0.1 + 0.02 * (index % 20), held=True)


def _values(kind: type[Bars | Field]) -> Callable[[Picture], object]:
    return lambda picture: [layer.values.tobytes() for layer in picture.layers if isinstance(layer, kind)]


def _whole_posterior(picture: Picture) -> object:
    """The gap, when it is known: then the picture is fine."""
    return None if picture.axes is None or picture.axes.figure == "…" else picture.axes.figure


DRAGGED: Final = {
    "σ to the candidates": Drag("attractors", "candidates", _to_sigma("exact.objective.sigma"), _values(Bars)),
    "σ to the exact denoiser's basins, coarse": Drag(
        "attractors", "exact", _to_sigma("exact.objective.sigma"), _values(Field), 250.0
    ),
    "cursor to g(h)": Drag(
        "autoencoder", "latent",
        lambda player, index: player.troupe.send(Pick(panel="latent", xy=(0.1 * (index % 20), 0.05 * index))),
        lambda picture: [layer.at for layer in picture.layers if isinstance(layer, Images)],
    ),
    "σ_ε to the true posterior, coarse": Drag("training", "posterior", _to_sigma("objective.sigma_eps"), _values(Field), 250.0),
    "a picked image to its whole true posterior": Drag(
        "training", "posterior", lambda player, index: player.troupe.send(Pick(example=7 * index)), _whole_posterior, 1500.0
    ),
}  # fmt: skip


def _drags(stage: Stage, drag: Drag) -> list[float]:
    """Milliseconds from each move of the hand to the paint of a picture that is another one."""
    pictures = lambda: stage.player.reel.now(stage.player.session.state.run_id).pictures  # noqa: E731
    stage.until(lambda: stage.heard(Built))
    stage.player.troupe.send(Play())
    stage.until(lambda: stage.step > 100 and drag.panel in pictures())
    view, found = stage.window.desk.panels.frames[drag.panel].view, []
    for index in range(DRAGS):
        before, since = drag.shown(pictures()[drag.panel]), time.perf_counter()
        drag.move(stage.player, index)
        stage.until(lambda before=before: drag.shown(pictures()[drag.panel]) not in (None, before))
        view.repaint()
        found.append(1000 * (time.perf_counter() - since))
    return found
