# SPDX-License-Identifier: MIT
"""The form: every declared parameter has a row, rows say what hands do, and a refusal changes nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.editing import RecipeError, from_plain, parameters, value_at, with_value
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.models import MODELS
from ui.controls.datashelf import SIDE, DataTile, has_picture
from ui.controls.form import Form
from ui.controls.groove import Groove
from ui.controls.segments import Chip

ONE = from_plain({"data": {"name": "moons"}, "model": {"kind": "dae"}})
VAE = from_plain({"data": {"name": "moons"}, "model": {"kind": "vae"}})
TWO = from_plain(
    {
        "data": {"name": "moons"},
        "lanes": [{"name": "left", "model": {"kind": "dae"}}, {"name": "right", "model": {"kind": "vae"}}],
    }
)


def fits(kind: type) -> bool:
    try:
        return with_value(ONE, "model.kind", kind.__struct_config__.tag) is not None
    except RecipeError:
        return False


@pytest.fixture
def form(qtbot):
    form = Form()
    qtbot.addWidget(form)
    form.resize(260, 900)
    form.show()
    return form


def said(form: Form) -> list[tuple]:
    """Everything that the form says from now on."""
    heard: list[tuple] = []
    form.edited.connect(lambda path, value, held: heard.append((path, value, held)))
    return heard


def field(form: Form, path: str) -> QLineEdit:
    return form.rows[path].findChild(QLineEdit)


def type_in(qtbot, form: Form, path: str, text: str) -> None:
    edit = field(form, path)
    edit.setFocus()
    edit.selectAll()
    edit.insert(text)  # as a paste does; keys could not type every character
    qtbot.keyClick(edit, Qt.Key.Key_Return)


@pytest.mark.parametrize("kind", [kind for kind in MODELS if fits(kind)], ids=lambda kind: kind.__struct_config__.tag)
def test_every_declared_parameter_of_every_model_has_a_row_that_shows_its_value(form, kind):
    experiment = with_value(ONE, "model.kind", kind.__struct_config__.tag)
    form.show_experiment(experiment)
    lane = experiment.lanes[0].name
    declared = {parameter.path for parameter in parameters(experiment, lane)}
    choices = {"data.name", "model.kind"} | ({"flow.kind"} if "anneal" in kind.can else set())
    assert form.rows.keys() == declared | choices
    for path in declared:
        value = value_at(experiment, f"{lane}.{path}" if path.split(".")[0] not in ("data", "seed") else path)
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert float(field(form, path).text()) == pytest.approx(value, rel=1e-5)


def test_anneal_sigma_is_one_check_box_over_the_same_form(form, qtbot):
    experiment = from_plain({"data": {"name": "moons"}, "model": {"kind": "diffusion"}, "flow": {"kind": "update"}})
    form.show_experiment(experiment)
    box = form.rows["flow.kind"].findChild(QCheckBox)
    assert not box.isChecked()
    heard = said(form)
    box.click()
    assert heard == [("flow.kind", "anneal", False)]
    form.show_experiment(with_value(experiment, "flow.kind", "anneal"))
    box = form.rows["flow.kind"].findChild(QCheckBox)
    assert box.isChecked()
    assert {"flow.start", "flow.steps"} <= form.rows.keys()
    assert "flow.eta" not in form.rows
    box.click()
    assert heard[-1] == ("flow.kind", "update", False)


@pytest.mark.parametrize("data", [kind for kind in DATA if has_picture(str(kind.__struct_config__.tag))])
def test_every_data_set_that_comes_with_the_app_can_be_clicked(form, qtbot, data):
    form.show_experiment(VAE if data.__struct_config__.tag == "moons" else ONE)
    heard = said(form)
    tile = next(tile for tile in form.findChildren(DataTile) if tile.name == data.__struct_config__.tag)
    qtbot.waitUntil(lambda: tile.height() >= SIDE)  # laid out: before that there is nothing to click on
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert heard == [("data.name", data.__struct_config__.tag, False)]


def test_a_chapter_decides_what_is_in_sight_and_the_rest_waits_behind_all_settings(form):
    form.show_experiment(ONE, ("objective.sigma", "dae.model.width"), hide=("training.threads",))
    assert {path for path, row in form.rows.items() if row.isVisible()} == {"objective.sigma", "model.width"}
    form.more.click()
    assert all(row.isVisible() for row in form.rows.values())
    assert "training.threads" not in form.rows


def test_a_typed_number_is_said_once_and_settled(form, qtbot):
    form.show_experiment(ONE)
    heard = said(form)
    type_in(qtbot, form, "objective.sigma", "0.77")
    assert [entry for entry in heard if not entry[2]] == [("objective.sigma", 0.77, False)]


def test_a_live_slider_speaks_while_it_moves_and_another_only_when_it_is_let_go(form, qtbot):
    form.show_experiment(ONE)
    heard = said(form)
    for path in ("objective.sigma", "model.width"):
        groove = form.rows[path].findChild(Groove)
        middle = groove.rect().center()
        qtbot.mousePress(groove, Qt.MouseButton.LeftButton, pos=middle)
        qtbot.mouseMove(groove, middle + (groove.rect().topRight() - middle) / 2)
        qtbot.mouseRelease(groove, Qt.MouseButton.LeftButton)
    held = {path for path, _, held in heard if held}
    settled = [path for path, _, held in heard if not held]
    assert held == {"objective.sigma"}
    assert settled == ["objective.sigma", "model.width"]


@pytest.mark.parametrize("text", ["1e999", "NaN", "0,25", "１２", "-1", "abc", ""])
def test_what_is_no_number_within_the_limits_gets_a_sentence_and_says_nothing(form, qtbot, text):
    form.show_experiment(ONE)
    heard = said(form)
    type_in(qtbot, form, "objective.sigma", text)
    assert heard == []
    assert form.rows["objective.sigma"].refusal.endswith(".")


def test_a_refusal_of_the_recipe_stands_below_the_field_and_the_old_value_returns(form):
    form.show_experiment(ONE)
    form.refuse("training.batch", "601 is more than the 600 training examples.")
    assert form.rows["training.batch"].refusal == "601 is more than the 600 training examples."
    assert field(form, "training.batch").text() == "128"
    form.show_experiment(ONE)
    assert form.rows["training.batch"].refusal == ""


def test_a_word_can_stand_in_the_place_of_a_number(form, qtbot):
    form.show_experiment(VAE)
    heard = said(form)
    chip = form.rows["objective.sigma_eps"].findChild(Chip)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    learned = with_value(VAE, "objective.sigma_eps", "learned")
    form.show_experiment(learned)
    assert chip.isChecked()
    assert not form.rows["objective.sigma_eps"].findChild(Groove).isEnabled()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert heard == [("objective.sigma_eps", "learned", False), ("objective.sigma_eps", 0.2, False)]


def test_one_lane_looks_as_if_there_were_no_others(form):
    form.show_experiment(ONE)
    assert form.lane_choice is None
    form.show_experiment(TWO)
    assert form.lane_choice is not None
    form.show_experiment(ONE)
    assert form.lane_choice is None


def test_with_several_lanes_an_edit_names_the_lane_but_for_what_they_share(form, qtbot):
    form.show_experiment(TWO)
    heard = said(form)
    type_in(qtbot, form, "model.width", "77")
    type_in(qtbot, form, "data.n", "500")
    form.lane_choice.chosen.emit("right")
    type_in(qtbot, form, "model.latent", "1")
    assert [entry[:2] for entry in heard if not entry[2]] == [
        ("left.model.width", 77), ("data.n", 500), ("right.model.latent", 1),
    ]  # fmt: skip


def test_another_model_can_be_chosen(form, qtbot):
    form.show_experiment(ONE)
    heard = said(form)
    box = form.rows["model.kind"].findChild(QComboBox)
    box.activated.emit(box.findData("vae"))
    assert heard == [("model.kind", "vae", False)]


def test_the_light_falls_on_what_the_text_speaks_of(form):
    form.show_experiment(ONE, ("objective.sigma", "flow.eta"))
    form.light(("objective.sigma",))
    assert [path for path, row in form.rows.items() if row.lit] == ["objective.sigma"]
    form.light(())
    assert not any(row.lit for row in form.rows.values())


def test_the_same_rows_stay_while_values_change(form):
    form.show_experiment(ONE)
    before = dict(form.rows)
    form.show_experiment(with_value(ONE, "objective.sigma", 2.0))
    assert form.rows == before
    assert field(form, "objective.sigma").text() == "2.0"


def test_rows_and_rings_lie_within_the_panel(form):
    experiment: Experiment = TWO
    form.show_experiment(experiment)
    for row in form.rows.values():
        left = row.mapTo(form, row.rect().topLeft()).x()
        assert left > 0
        assert left + row.width() < form.width()


def test_the_dice_throw_a_seed(form, qtbot):
    form.show_experiment(ONE)
    heard = said(form)
    form.dice.click()
    ((path, value, held),) = heard
    assert (path, held) == ("seed", False)
    assert 0 <= value < 10_000
