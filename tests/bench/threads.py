# SPDX-License-Identifier: MIT
"""What a trainer in a QThread of the GUI process would give: the usual script, one signal a step, four plots at 60 Hz.

Run as a program it prints its steps a second; the room compares it with our window on the same recipe.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.timing import ROOT, Row, play

ENV = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
RECIPE = ROOT / "tests" / "bench" / "digits.json"
SECONDS = 8.0


def rows() -> Iterator[Row]:
    """Three plays of each, in turn."""
    pairs = []
    for _ in range(3):
        ours = play("--recipe", str(RECIPE), "--size", "1280x800", "--threads", "1", seconds=SECONDS, env=ENV)["steps_per_s"]
        argv = [sys.executable, "-m", "tests.bench.threads"]
        told = subprocess.run(argv, env=ENV, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120)
        pairs.append((ours, float(told.stdout)))
    details = {"ours_steps_per_s": round(statistics.median(a for a, _ in pairs)),
               "thread_steps_per_s": round(statistics.median(b for _, b in pairs))}  # fmt: skip
    figure = statistics.median(a / b for a, b in pairs)
    yield Row("digits VAE 64-64-2 in the window / a QThread trainer", figure, "×", at_least=5.0, details=details)


def main() -> None:
    """The QThread trainer for SECONDS, its first second left out."""
    import numpy as np
    import pyqtgraph as pg
    import torch
    from PySide6.QtCore import Qt, QThread, QTimer, Signal
    from PySide6.QtWidgets import QApplication, QGridLayout, QWidget
    from sklearn.datasets import load_digits

    from tests.bench.references import UsualVae, usual_steps, vae_cost

    torch.set_num_threads(1)
    app = QApplication([])
    pixels = load_digits().data
    x = torch.tensor(pixels / 16.0, dtype=torch.float32)
    model = UsualVae(64, 64, 2)

    class Trainer(QThread):
        """Trains until it is asked to stop."""

        stepped = Signal(float)
        done = 0

        def run(self) -> None:
            for loss in usual_steps(x, model, vae_cost, 128):
                self.stepped.emit(loss)
                self.done += 1
                if self.isInterruptionRequested():
                    return

    window, trainer = QWidget(), Trainer()
    window.resize(1280, 800)
    grid = QGridLayout(window)
    plots = [pg.PlotWidget() for _ in range(4)]
    for index, plot in enumerate(plots):
        grid.addWidget(plot, *divmod(index, 2))
    curves = [plot.plot(pen="y") for plot in plots[:2]]
    clouds = [plot.plot(pen=None, symbol="o", symbolSize=4) for plot in plots[2:]]
    losses: list[float] = []
    trainer.stepped.connect(losses.append, Qt.ConnectionType.QueuedConnection)

    def paint() -> None:
        with torch.no_grad():
            mu = model(x)[1].numpy()
        for curve in curves:
            curve.setData(np.asarray(losses[-2000:]))
        for cloud in clouds:
            cloud.setData(mu[:, 0], mu[:, 1])

    timer = QTimer(interval=16, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(paint)
    window.show()
    trainer.start()
    timer.start()
    counted: list[int] = []
    QTimer.singleShot(1000, lambda: counted.append(trainer.done))

    def end() -> None:
        counted.append(trainer.done)
        trainer.requestInterruption()
        trainer.wait()
        app.quit()

    QTimer.singleShot(round(SECONDS * 1000), end)
    app.exec()
    print((counted[1] - counted[0]) / (SECONDS - 1))


if __name__ == "__main__":
    main()
