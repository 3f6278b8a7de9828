# SPDX-License-Identifier: MIT
"""What one takes home: pictures that are sharp, tables that no spreadsheet computes, films whose frames are counted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel

from engine.protocol.messages import Frame, LaneState, Scalars
from ui.exporting.film import MISSING, check, write_film
from ui.exporting.pictures import write_picture
from ui.exporting.tables import cell, curves_of
from ui.reel import Reel
from ui.runfile import RunFileError


@pytest.mark.parametrize("scale", [2, 4])
def test_a_picture_is_so_many_times_as_large_and_painted_anew(qtbot, tmp_path, scale):
    label = QLabel("x̂ = g(μ(x))")
    qtbot.addWidget(label)
    label.resize(120, 40)
    write_picture(label, tmp_path / "a.png", scale)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (120 * scale, 40 * scale)
        sharp = np.asarray(picture.convert("L"), float)
    blurred = np.kron(sharp[::scale, ::scale], np.ones((scale, scale)))
    assert np.abs(sharp - blurred).mean() > 1  # not the small one, stretched


def test_a_drawing_holds_letters_not_pixels(qtbot, tmp_path):
    label = QLabel("sigma")
    qtbot.addWidget(label)
    label.resize(120, 40)
    write_picture(label, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert text.startswith("<?xml")
    assert "<text" in text or "<path" in text


def test_a_folder_that_is_not_there_is_said_in_a_sentence(qtbot, tmp_path):
    label = QLabel("x")
    qtbot.addWidget(label)
    with pytest.raises(RunFileError, match="No such file"):
        write_picture(label, tmp_path / "nothing" / "a.png")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd", "@sum", "\t=1"])
def test_a_text_that_a_spreadsheet_would_compute_is_quoted(text):
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers():
    values = (-1.5, 1e-300, 0.1, float("nan"), float("-inf"), 7)
    assert [cell(value) for value in values] == ["-1.5", "1e-300", "0.1", "nan", "-inf", "7"]


def test_curves_have_a_row_a_step_and_no_lane_that_computes():
    reel = Reel()
    steps = np.arange(1, 4)
    values = {"loss": np.array([3.0, 2.0, 0.1])}
    scalars = Scalars(lane="=A", build=1, steps=steps, seconds=steps / 10, values=values)
    measured = Scalars(lane="=A", build=1, steps=steps[1:2], seconds=steps[1:2] / 10, values={"floor": np.array([0.5])})
    state = LaneState(name="=A", build=1, step=3, steps_per_s=1.0, train_s=0.3)
    reel.add(Frame(run_id=1, number=0, training=True, lanes=(state,), scalars=(scalars, measured), pictures={}))
    moment = reel.now()
    assert moment is not None
    rows = list(csv.reader(io.StringIO(curves_of(moment))))
    assert rows == [
        ["lane", "step", "seconds", "floor", "loss"],
        ["'=A", "1", "0.1", "", "3.0"], ["'=A", "2", "0.2", "0.5", "2.0"], ["'=A", "3", "0.3", "", "0.1"],
    ]  # fmt: skip


def frames(count: int):
    for index in range(count):
        frame = np.zeros((60, 80, 3), np.uint8)
        frame[:, : 2 * index + 2] = 200
        yield frame


def test_a_gif_has_every_frame_and_the_right_length(tmp_path):
    assert write_film(frames(20), 10, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as film:
        durations = []
        for index in range(film.n_frames):
            film.seek(index)
            durations.append(film.info["duration"])
        assert (film.n_frames, film.size, sum(durations)) == (20, (80, 60), 2000)


def test_a_film_that_is_stopped_leaves_nothing(tmp_path):
    assert not write_film(frames(20), 10, tmp_path / "a.gif", lambda number: number < 5)
    assert list(tmp_path.iterdir()) == []


def test_without_pyav_one_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunFileError) as refusal:
        check(Path("a.mp4"))
    assert str(refusal.value) == MISSING
