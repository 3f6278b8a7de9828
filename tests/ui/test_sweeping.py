# SPDX-License-Identifier: MIT
"""A sweep on the screen: it fills as its table grows, says what is under the cursor, and a click plays the cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.protocol.messages import Built
from engine.protocol.sweeping.cells import cells_of
from engine.protocol.sweeping.declared import shipped, sweep_of
from engine.protocol.sweeping.figures import FIGURES
from engine.protocol.sweeping.map import map_of
from engine.protocol.sweeping.table import SWEEP, Result, Table
from ui.language import table

PATIENCE_S = 240.0  #: engines of the sweep's own import torch first, twice

TEXT = """
name = "shown"
about = "What it asks."
steps = 20
figures = ["loss"]
[base]
data = {name = "moons", n = 60}
model = {kind = "dae", width = 8}
training = {batch = 20}
[axes]
data.n = [40, 60]
objective.sigma = [0.1, 0.3]
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = tmp_path / "shown.toml"
    found.write_text(TEXT, encoding="utf-8")
    return found


def moved(place: QPointF) -> QMouseEvent:
    none = Qt.MouseButton.NoButton
    return QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier)


def test_a_map_is_the_mean_over_seeds_of_what_is_done(file: Path):
    sweep = sweep_of(str(file))
    cells = cells_of(sweep)
    done = {cells[0].key: Result(cells[0].key, {"loss": 2.0}), cells[1].key: Result(cells[1].key, {}, failure="no")}
    found = map_of(sweep, cells, done, "loss")
    assert (found.axes, found.xs, found.ys, found.lines) == (("data.n", "objective.sigma"), (40, 60), (0.1, 0.3), False)
    assert found.means == {(40, 0.1): 2.0}
    assert found.failures == {(40, 0.3): "no"}


def test_words_on_an_axis_become_lines():
    sweep = sweep_of("quality")
    found = map_of(sweep, cells_of(sweep), {}, "distance")
    assert found.lines
    assert found.axes == ("steps", "model.kind")
    assert found.ys == ("vae", "gan", "diffusion", "dae")


def test_a_sheet_fills_while_the_table_grows_and_a_click_plays_the_cell(stage_for, file: Path, qtbot):
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    sweep, out = sweep_of(str(file)), file.parent / "out"
    cells = cells_of(sweep)
    written = Table(out, sweep)
    written.add(cells[0], Result(cells[0].key, {"loss": 1.5}))
    stage.window.sweeps.open(str(out / SWEEP))
    sheet = stage.window.sweeps.sheet
    assert sheet.progress.value() == 1
    assert sheet.status.text() == "1 of 4 cells; click one to open it as a live run"
    written.add(cells[1], Result(cells[1].key, {"loss": 2.5}))
    written.close()
    sheet.running.look()
    assert sheet.progress.value() == 2
    sheet.chart.mouseMoveEvent(moved(sheet.chart.center((40, 0.3))))
    assert sheet.status.text() == "data.n = 40, objective.sigma = 0.3, steps = 20, seed = 3: 2.5"
    qtbot.mouseClick(sheet.chart, Qt.MouseButton.LeftButton, pos=sheet.chart.center((40, 0.3)).toPoint())
    assert stage.player.session.experiment == cells[1].experiment


@pytest.mark.slow
def test_run_and_stop_and_go_on(stage_for, file: Path):
    stage = stage_for("update")
    stage.window.sweeps.open(str(file))
    sheet = stage.window.sweeps.sheet
    assert sheet.button.text() == "Run"
    sheet.button.click()
    assert sheet.button.text() == "Stop"
    stage.until(lambda: sheet.progress.value() >= 1, PATIENCE_S)
    sheet.button.click()
    stage.until(lambda: not sheet.running.busy, PATIENCE_S)
    if sheet.progress.value() < 4:
        assert sheet.button.text() == "Go on"
        sheet.button.click()
    stage.until(lambda: sheet.progress.value() == 4, PATIENCE_S)
    stage.until(lambda: not sheet.running.busy, PATIENCE_S)
    assert not sheet.button.isEnabled()
    assert (sheet.running.done.keys()) == {cell.key for cell in cells_of(sweep_of(str(file)))}


def test_what_is_no_sweep_is_refused_with_a_sentence(stage_for, file: Path):
    stage = stage_for("update")
    file.write_text("name = 3", encoding="utf-8")
    said = []
    stage.window.sweeps.said.connect(lambda kind, values: said.append((kind, values["reason"])))
    stage.window.sweeps.open(str(file))
    assert stage.window.sweeps.sheet is None
    assert said == [("refused", f"{file}: name: expected a text, got a whole number")]


def test_figures_and_shipped_sweeps_have_german_words():
    german = table("de")
    assert [figure.label for figure in FIGURES.values() if not german.knows(figure.label)] == []
    assert [name for name in shipped() if not german.knows(sweep_of(name).title)] == []
