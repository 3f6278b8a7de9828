# SPDX-License-Identifier: MIT
"""What a sweep asks for: its file, its cells, its table; all of it without an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

import main
from engine.protocol.recipe.editing import value_at
from engine.protocol.sweeping.cells import cells_of, columns_of
from engine.protocol.sweeping.declared import Sweep, SweepError, encode, from_table, read_sweep, shipped
from engine.protocol.sweeping.table import SWEEP, Result, Table, header, results

BASE: dict[str, Any] = {"data": {"name": "moons", "n": 100}, "model": {"kind": "dae", "width": 8}, "training": {"batch": 16}}


def sweep(**changes: Any) -> Sweep:
    plain = {"name": "test", "base": BASE, "steps": 5, "figures": ["loss"], "axes": {"objective.sigma": [0.1, 0.3]}, **changes}
    return from_table({key: value for key, value in plain.items() if value is not None})


# ------------------------------------------------------------------------------------------------------------- cells


def test_every_combination_is_a_cell_for_every_seed():
    cells = cells_of(sweep(axes={"data.n": [32, 64, 96], "objective.sigma": [0.1, 0.3]}, seeds=[1, 2]))
    assert len(cells) == len({cell.key for cell in cells}) == 12
    places = {
        (value_at(c.experiment, "data.n"), value_at(c.experiment, "objective.sigma"), c.experiment.seed) for c in cells
    }  # fmt: skip
    assert places == {(n, s, seed) for n in (32, 64, 96) for s in (0.1, 0.3) for seed in (1, 2)}
    assert {cell.experiment.lanes[0].recipe.training.threads for cell in cells} == {1}


def test_a_cell_is_known_by_what_decides_on_it_and_by_nothing_else():
    one = cells_of(sweep())
    other = cells_of(sweep(name="another", title="Other words", axes={"objective.sigma": [0.3, 0.1, 0.2]}))
    assert {cell.key for cell in one} < {cell.key for cell in other}
    wider = {**BASE, "model": {"kind": "dae"}}
    for change in ({"steps": 6}, {"seeds": [4]}, {"figures": ["loss", "distance"]}, {"base": wider}):
        assert not {cell.key for cell in cells_of(sweep(**change))} & {cell.key for cell in one}, change


def test_paths_without_quotes_are_tables_in_toml_and_mean_the_same():
    assert sweep(axes={"objective": {"sigma": [0.1, 0.3]}}) == sweep()


def test_steps_and_kinds_of_models_may_be_axes():
    cells = cells_of(sweep(axes={"model.kind": ["vae", "dae"], "steps": [5, 10]}, figures=["loss", "kl", "copies"]))
    found = [(cell.experiment.lanes[0].recipe.model.kind, cell.steps) for cell in cells]
    assert found == [("vae", 5), ("vae", 10), ("dae", 5), ("dae", 10)]


def test_a_range_is_evenly_spaced_and_whole_where_the_recipe_is():
    cells = cells_of(sweep(axes={"data.n": {"low": 16, "high": 64, "count": 3, "scale": "log"}}))
    assert [cell.values["data.n"] for cell in cells] == [16, 32, 64]


def test_a_random_sample_lies_in_its_ranges_and_a_longer_one_begins_with_it():
    axes = {"objective.sigma": {"low": 0.01, "high": 1.0, "scale": "log"}, "data.n": [32, 64]}
    few, many = (cells_of(sweep(axes=axes, random=count)) for count in (10, 20))
    assert [cell.key for cell in few] == [cell.key for cell in many[:10]]
    sigmas = [float(cell.values["objective.sigma"]) for cell in many]
    assert min(sigmas) >= 0.01
    assert max(sigmas) <= 1.0
    assert len(set(sigmas)) == 20


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"axes": {"objective.sgima": [1]}}, "axes.objective.sgima: there is no such field; here are copies, kind, sigma"),
        ({"axes": {"data.n": [10]}}, r"axes.training.batch: 16 is more than the 10 training examples \(at data.n = 10"),
        ({"axes": {"objective.sigma": [-1]}}, "axes.objective.sigma: expected a number of at least 0"),
        ({"axes": {"steps": [0]}}, "axes.steps: expected a whole number from 1 to 10,000,000, got 0"),
        ({"axes": {}}, "axes: expected a table of at least 1"),
        ({"axes": {"data.n": []}}, "axes.* of at least 1"),
        ({"axes": {"data.n": {"low": 2, "high": 1}}}, "expected low below high"),
        ({"axes": {"data.n": list(range(16, 1000)), "seed": list(range(999))}}, "cells are more than 100,000"),
        ({"figures": ["beauty"]}, "figures: “beauty” is not known here; known are loss, "),
        ({"figures": ["kl"]}, "figures: no cell has “kl”"),
        ({"figures": []}, "figures: "),
        ({"base": "nowhere"}, "base: “nowhere” is neither a chapter"),
        ({"base": {"data": {"name": "moons"}}}, "base.model: is missing"),
        ({"base": {"data": {"name": "moons"}, "lanes": [{"name": n, "model": {"kind": n}} for n in ("dae", "vae")]}},
         "lane: base has 2 lanes, name the one to sweep: dae, vae"),
        ({"lane": "both"}, "lane: “both” is none of its lanes: dae"),
        ({"steps": None, "speed": 3}, "speed: there is no such field"),
        ({"name": "My sweep"}, "name: expected small letters, digits and hyphens"),
        ({"seeds": [-1]}, "seeds.*: expected a whole number of at least 0"),
    ],
)
def test_what_cannot_be_is_one_sentence(changes: dict[str, Any], sentence: str):
    with pytest.raises(SweepError, match=sentence) as refusal:
        cells_of(sweep(**changes))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "this is no TOML"),
        ("name = 'x'", "base: is missing"),
        (None, "there is no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_code_2(
    text: str | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "sweep.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert main.main(["sweep", str(file), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"attractor: {file}: ")
    assert sentence in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", shipped())
def test_a_sweep_of_the_app_can_be_read_and_all_its_cells_too(name: str):
    found = read_sweep(shipped()[name])
    assert found.name == name
    assert len(cells_of(found)) >= 16
    assert found.about


# ------------------------------------------------------------------------------------------------------------- table


def test_the_table_has_a_line_for_each_cell_and_is_read_back(tmp_path: Path):
    asked = sweep(axes={"steps": [5, 6], "seed": [1]}, figures=["loss"])
    one, other = cells_of(asked)
    table = Table(tmp_path, asked)
    told = [Result(one.key, {"loss": 0.1 + 0.2}, 1.5), Result(other.key, {}, 0.5, "it, said “no”\nand left")]
    table.add(one, told[0])
    table.add(other, told[1])
    table.close()
    lines = (tmp_path / "cells.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "cell,steps,seed,loss,seconds,failure" == ",".join(header(asked))
    assert lines[1] == f"{one.key},5,1,0.30000000000000004,1.500,"
    assert lines[2] == f'{other.key},6,1,,0.500,"it, said “no” and left"'
    found = results(tmp_path / "cells.csv")
    assert found[one.key] == told[0]
    assert found[other.key].failure == "it, said “no” and left"
    assert read_sweep(tmp_path / SWEEP) == asked
    assert columns_of(asked) == ("steps", "seed")


def test_a_line_that_was_cut_short_is_forgotten_and_its_cell_runs_again(tmp_path: Path):
    asked = sweep()
    one, other = cells_of(asked)
    table = Table(tmp_path, asked)
    table.add(one, Result(one.key, {"loss": 1.0}))
    table.close()
    file = tmp_path / "cells.csv"
    whole = file.read_bytes()
    file.write_bytes(whole + other.key.encode() + b",0.3,5,3,0.12")
    assert set(results(file)) == {one.key}
    table = Table(tmp_path, asked)
    assert set(table.done) == {one.key}
    table.add(other, Result(other.key, {"loss": 2.0}))
    table.close()
    assert file.read_bytes().startswith(whole)
    assert set(results(file)) == {one.key, other.key}


def test_another_sweeps_folder_is_refused_and_a_longer_axis_is_the_same_table(tmp_path: Path):
    Table(tmp_path, sweep()).close()
    Table(tmp_path, sweep(axes={"objective.sigma": [0.1, 0.2]})).close()
    for _ in range(2):  # the refusal lets go of the folder
        with pytest.raises(SweepError, match="this is the table of another sweep; choose another folder"):
            Table(tmp_path, sweep(axes={"data.n": [32]}))


def test_two_processes_do_not_write_one_table(tmp_path: Path):
    table = Table(tmp_path, sweep())
    with pytest.raises(SweepError, match="another process runs the sweep in this folder"):
        Table(tmp_path, sweep())
    table.close()
    Table(tmp_path, sweep()).close()


def test_a_sweep_is_read_as_it_was_written():
    asked = sweep(axes={"data.n": {"low": 16, "high": 64, "scale": "log"}, "objective.sigma": [0.1]}, random=4)
    assert from_table(msgspec.json.decode(encode(asked))) == asked
