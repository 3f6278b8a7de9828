# SPDX-License-Identifier: MIT
"""Data as large as people have: taken in with progress, by a window that lives, in less memory than three times the data."""

from __future__ import annotations

import gzip
import struct
import time

import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QTimer

from engine.protocol.messages import Built
from engine.protocol.recipe.data.imported import Imported
from engine.protocol.recipe.editing import with_values
from ui.importing.preview import Preview

BASE = 60e6  #: bytes of a Python with NumPy, before it has read anything
DEAD_MS = 3000  #: a window that stands still for longer is taken for dead; timing proper is measured in tests/bench


def mnist(folder, count):
    """A pair of files in MNIST's own format: magic, sizes (big endian), then bytes; the labels packed. Its name."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count).astype(np.uint8)
    file = folder / "train-images-idx3-ubyte"
    file.write_bytes(struct.pack(">IIII", 2051, count, 28, 28) + images.tobytes())
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(struct.pack(">II", 2049, count) + labels.tobytes()))
    return file, images.nbytes


def pictures(folder, count):
    """Pictures of every kind and size in sub-folders; what the network gets of them is 28 × 28 in color."""
    rng = np.random.default_rng(0)
    for index in range(count):
        place = folder / "photos" / f"class {index % 3}"
        place.mkdir(parents=True, exist_ok=True)
        size = 24 + index % 90, 24 + index % 61
        pixels = rng.integers(0, 256, (*size, 3) if index % 4 else size, np.uint8)
        kind = ("png", "jpg", "bmp", "tiff", "webp")[index % 5]
        Image.fromarray(pixels).save(place / f"{index}.{kind}")
    data = sum(file.stat().st_size for file in (folder / "photos").rglob("*.*"))
    return folder / "photos", max(data, count * 3 * 28 * 28)


def table(folder, megabytes):
    """A table of ten columns."""
    rng = np.random.default_rng(0)
    block = "\n".join(",".join(f"{v:.6f}" for v in row) for row in rng.normal(size=(5000, 10))) + "\n"
    file = folder / "large.csv"
    with file.open("w") as stream:
        while stream.tell() < megabytes * 1e6:
            stream.write(block)
    return file, file.stat().st_size


MAKERS = {
    "an MNIST pair": (lambda folder: mnist(folder, 60_000), (1, 28, 28), 60_000),
    "2,000 pictures": (lambda folder: pictures(folder, 2000), (3, 28, 28), 2000),
    "a table of 100 MB": (lambda folder: table(folder, 100), (10,), None),
}


@pytest.mark.nightly
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", MAKERS)
def test_large_data_come_in_with_progress_and_the_window_lives(stage_for, tmp_path, name):
    make, size, count = MAKERS[name]
    file, data = make(tmp_path)
    stage = stage_for()
    stage.until(lambda: stage.heard(Built), 300)
    ui = psutil.Process()
    before, most, gaps, progress = ui.memory_info().rss, [0, 0], [], []

    def tick():
        gaps.append(time.perf_counter())
        most[0] = max(most[0], ui.memory_info().rss - before)
        readers = [child for child in ui.children() if " read " in " ".join(_words(child))]
        most[1] = max([most[1], *(_rss(child) for child in readers)])

    timer = QTimer(stage.window)
    timer.setInterval(16)
    timer.timeout.connect(tick)
    timer.start()
    since = time.monotonic()
    stage.window.importer.take(str(file))
    preview: Preview = stage.window.importer.preview
    preview._reading.progressed.connect(lambda done, of, _: progress.append((done, of)))
    stage.until(lambda: preview.facts is not None or not preview._said.text().startswith("Reading"), 900)
    took = time.monotonic() - since
    timer.stop()
    assert preview.facts is not None, preview._said.text()
    longest = max(np.diff(gaps)) * 1000
    print(f"\n{name}: {data / 1e6:.0f} MB in {took:.1f} s; reader {most[1] / 1e6:.0f} MB, window +{most[0] / 1e6:.0f} MB, "
          f"longest gap {longest:.0f} ms, {len(progress)} words of progress")  # fmt: skip
    assert preview.facts.data.size == size
    assert count is None or sum(preview.facts.data.counts) == count
    assert progress == sorted(progress)
    assert longest < DEAD_MS
    assert most[1] - BASE <= 3 * data
    assert most[0] <= 3 * data
    built = len(stage.heard(Built))
    preview.accept()
    stage.until(lambda: len(stage.heard(Built)) > built, 300)
    stage.player.troupe.step(3)
    stage.until(lambda: stage.step >= 3, 300)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["unet", "conv-vae"])
def test_colored_pictures_train_in_the_networks_for_images(stage_for, tmp_path, kind):
    folder, _ = pictures(tmp_path, 60)
    stage = stage_for()
    stage.until(lambda: stage.heard(Built), 300)
    stage.window.importer.take(str(folder))
    stage.until(lambda: stage.window.importer.preview.facts is not None)
    built = len(stage.heard(Built))
    stage.window.importer.preview.accept()
    stage.until(lambda: len(stage.heard(Built)) > built)
    data = stage.player.session.experiment.data
    assert isinstance(data, Imported)
    assert (data.size, data.classes) == ((3, 28, 28), ("class 0", "class 1", "class 2"))
    stage.player.load(with_values(stage.player.session.experiment, {"model.kind": kind, "training.batch": 8}))
    stage.until(lambda: len(stage.heard(Built)) > built + 1)
    stage.player.troupe.step(3)
    stage.until(lambda: stage.step >= 3)

    def curve():
        moment = stage.player.reel.now(stage.player.session.state.run_id)
        return moment.past.series(moment.lanes[0].name, "loss")

    stage.until(lambda: curve() is not None and len(curve().values) >= 3)
    assert np.isfinite(curve().values).all()


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _rss(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
