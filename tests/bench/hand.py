# SPDX-License-Identifier: MIT
"""From the hand to the picture: a slider is dragged while training runs; how long until the painted picture follows."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Built, Pick, Play
from engine.protocol.payloads import Bars, Images, Picture
from tests.bench.timing import Row
from tests.ui.conftest import Stage

DRAGS = 60


def rows() -> Iterator[Row]:
    """σ under the candidates of the exact denoiser; the cursor in the latent plane."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    for what, chapter, drag in (("σ to the candidates", "attractors", Sigma), ("cursor to g(h)", "autoencoder", Cursor)):
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(app, Path(folder), chapter)
            found = _drags(stage, drag(stage))
            stage.close()
        details = {"median_ms": round(statistics.median(found)), "largest_ms": round(max(found))}
        yield Row(f"{what} while training, p95", statistics.quantiles(found, n=20)[-1], "ms", at_most=100.0, details=details)


class Sigma:
    """Turns σ; the bars change with it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.panel = "candidates"

    def move(self, index: int) -> None:
        """To another σ."""
        self._stage.player.edit("exact.objective.sigma", 0.1 + 0.02 * (index % 20), held=True)

    def shown(self, picture: Picture) -> object:
        """What differs with σ."""
        return [layer.values.tobytes() for layer in picture.layers if isinstance(layer, Bars)]


class Cursor:
    """Moves over the latent plane; the decoded image stands beside it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.panel = "latent"

    def move(self, index: int) -> None:
        """To another place."""
        self._stage.player.troupe.send(Pick(panel=self.panel, xy=(0.1 * (index % 20), 0.05 * index)))

    def shown(self, picture: Picture) -> object:
        """What differs with the place."""
        return [layer.at for layer in picture.layers if isinstance(layer, Images)]


def _drags(stage: Stage, drag: Sigma | Cursor) -> list[float]:
    """Milliseconds from each move of the hand to the paint of a picture that is another one."""
    pictures = lambda: stage.player.reel.now(stage.player.session.state.run_id).pictures  # noqa: E731
    stage.until(lambda: stage.heard(Built))
    stage.player.troupe.send(Play())
    stage.until(lambda: stage.step > 100 and drag.panel in pictures())
    view, found = stage.window.desk.panels.frames[drag.panel].view, []
    for index in range(DRAGS):
        before, since = drag.shown(pictures()[drag.panel]), time.perf_counter()
        drag.move(index)
        stage.until(lambda before=before: drag.shown(pictures()[drag.panel]) != before)
        view.repaint()
        found.append(1000 * (time.perf_counter() - since))
    return found
