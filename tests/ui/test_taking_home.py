# SPDX-License-Identifier: MIT
"""What the window gives to take home, over a real engine: scripts, arrays, films, a report."""

from __future__ import annotations

import runpy

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Built
from ui.exporting.camera import Camera
from ui.exporting.pictures import copy_picture
from ui.exporting.report import on_paper, write_report


def trained(stage, steps=30):
    stage.until(lambda: stage.heard(Built))
    if stage.step < steps:
        stage.player.troupe.step(steps)
        stage.until(lambda: stage.step >= steps and not stage.player.troupe.playing)


def saved(stage, file):
    stage.until(lambda: stage.window.desk.banner.text == f"Saved {file}.")


def test_the_window_writes_a_script_that_knows_its_weights(stage, tmp_path):
    trained(stage)
    file = tmp_path / "my net.py"
    stage.window.exporter.takeaway.ask(str(file), "script")
    saved(stage, file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my net.npz", "my net.py"]
    names = runpy.run_path(str(file))
    assert f"after {stage.step:,} steps" in file.read_text()
    assert names["sample"](names["trained_before"](), 5).shape == (5, 2)


@pytest.mark.parametrize(("what", "shape"), [("samples", (2000, 2)), ("latents", (600, 128))])
def test_the_window_writes_samples_and_latents(stage, tmp_path, what, shape):
    trained(stage)
    stage.window.exporter.takeaway.ask(str(tmp_path / "a.npy"), what)
    saved(stage, tmp_path / "a.npy")
    values = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert values.shape == shape
    assert np.isfinite(values).all()


def test_training_goes_on_while_something_is_made(stage, tmp_path):
    trained(stage)
    start = stage.step
    stage.player.troupe.play()
    stage.window.exporter.takeaway.ask(str(tmp_path / "a.safetensors"), "weights")
    saved(stage, tmp_path / "a.safetensors")
    stage.until(lambda: stage.step > start + 20)
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing)


def test_a_folder_that_is_not_there_is_said_and_the_order_forgotten(stage, tmp_path):
    trained(stage)
    stage.window.exporter.takeaway.ask(str(tmp_path / "nothing" / "a.npy"), "samples")
    stage.until(lambda: "No such file" in stage.window.desk.banner.text)


def test_the_report_is_one_page_with_the_recipe_and_curves(stage, tmp_path):
    trained(stage)
    file = tmp_path / "a.pdf"
    stage.window.exporter.report(str(file))
    saved(stage, file)
    content = file.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") == 1


def test_the_panels_of_a_report_are_white_and_show_what_the_dark_window_shows(stage):
    trained(stage)
    panels = stage.window.desk.panels
    paper = on_paper(panels, stage.player.reel.now(stage.player.session.state.run_id))
    image = paper.grab().toImage()
    bright = np.array([[image.pixelColor(x, y).lightness() for x in range(0, 600, 7)] for y in range(0, 400, 7)])
    assert np.median(bright) > 230, "paper is white"
    assert (bright < 180).sum() > 20, "and something is drawn on it"
    assert [frame.view.picture for frame in paper.seen] == [frame.view.picture for frame in panels.seen]
    paper.deleteLater()


def test_a_report_before_anything_was_trained_says_so(stage, tmp_path):
    write_report("Nothing", stage.player.session.experiment, None, stage.window.desk.panels, tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").stat().st_size > 1000


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_a_film_of_the_panels_has_its_pictures_and_the_window_lives(stage, tmp_path, suffix):
    if suffix == ".mp4":
        pytest.importorskip("av", reason="MP4 needs PyAV, the extra “movies”")
    trained(stage)
    dialog = stage.window.exporter.film()
    dialog.seconds, dialog.rate = 1, 10
    dialog.film(str(tmp_path / f"a{suffix}"))
    assert dialog.camera is not None
    saved(stage, tmp_path / f"a{suffix}")
    assert counted(tmp_path / f"a{suffix}") == 10


def counted(file):
    """The pictures of a film, decoded one by one."""
    if file.suffix == ".gif":
        with Image.open(file) as film:
            return film.n_frames
    import av

    with av.open(str(file)) as film:
        return sum(1 for _ in film.decode(video=0))


def test_a_film_that_is_cancelled_leaves_no_file(stage, tmp_path):
    trained(stage)
    dialog = stage.window.exporter.film()
    dialog.seconds = 60
    gone = []
    dialog.destroyed.connect(lambda: gone.append(True))
    dialog.film(str(tmp_path / "a.gif"))
    stage.until(lambda: dialog.progress.value() >= 2)
    dialog.reject()
    stage.until(lambda: gone)
    assert list(tmp_path.iterdir()) == []


def test_a_film_keeps_its_size_when_the_window_changes(stage, tmp_path):
    panels = stage.window.desk.panels
    camera, ends = Camera(panels, tmp_path / "a.gif", 6, 50, stage.window), []
    size = panels.size()
    camera.ended.connect(ends.append)
    camera.progressed.connect(lambda taken, _: stage.window.resize(QSize(1100, 700)) if taken == 3 else None)
    stage.until(lambda: ends)
    stage.window.resize(1280, 800)
    with Image.open(tmp_path / "a.gif") as film:
        assert (ends, film.n_frames, film.size) == ([""], 6, (size.width(), size.height()))


def test_without_pyav_the_dialog_says_how_to_get_it(stage, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    dialog = stage.window.exporter.film()
    dialog.film(str(tmp_path / "a.mp4"))
    assert "pip install attractor[movies]" in dialog.said.text()
    assert dialog.camera is None
    dialog.reject()


def test_a_copied_panel_is_twice_as_large(stage):
    panel = stage.window.desk.panels.seen[0]
    copy_picture(panel)
    image: QImage = QApplication.clipboard().image()
    assert image.size() == 2 * panel.size()
    assert image.pixelColor(image.rect().center()) != QColor("#000000")
