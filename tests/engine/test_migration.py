# SPDX-License-Identifier: MIT
"""Recipes of every version that ever was are read; steps between versions are pure; the schema says what is true."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.protocol.library import SourceError, read_recipe, recipe_in, shelf
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.experiment import VERSION, encode, schema
from engine.protocol.recipe.migration import STEPS, migrated

OLD = Path(__file__).parents[1] / "golden" / "recipes"


def test_there_is_a_step_and_a_sample_for_every_version():
    assert set(STEPS) == set(range(1, VERSION))
    assert {file.stem for file in OLD.iterdir()} == {f"version_{number}" for number in range(1, VERSION + 1)}


@pytest.mark.parametrize("file", sorted(OLD.iterdir()), ids=lambda file: file.stem)
def test_a_recipe_of_that_version_is_read_and_means_what_it_meant(file):
    found = read_recipe(file)
    first, second = found.lanes[0].recipe, found.lanes[1].recipe
    assert (found.version, found.seed, found.share, found.data.n, found.data.noise) == (VERSION, 11, "steps", 400, 0.1)
    assert (first.model.kind, first.model.width, first.objective.beta, first.training.decay) == ("vae", 48, 0.5, 1000)
    assert (second.model.kind, second.objective.copies, second.flow.eta, second.training.batch) == ("dae", 2, 0.2, 32)


def test_steps_are_taken_one_after_the_other_and_leave_the_old_data_as_they_were():
    def renamed(plain: dict) -> dict:
        return {("noise" if key == "sigma" else key): value for key, value in plain.items()}

    def doubled(plain: dict) -> dict:
        return {**plain, "noise": 2 * plain["noise"]}

    old = {"version": 1, "sigma": 0.5}
    assert migrated(old, {1: renamed, 2: doubled}, 3) == {"version": 3, "noise": 1.0}
    assert migrated({"version": 2, "noise": 0.5}, {1: renamed, 2: doubled}, 3) == {"version": 3, "noise": 1.0}
    assert old == {"version": 1, "sigma": 0.5}


@pytest.mark.parametrize("version", [VERSION + 1, 0, -1, 10**9, True, "1", 1.5, None])
def test_a_version_that_is_none_of_ours_is_refused_in_a_sentence(version):
    text = (OLD / "version_1.json").read_text().replace('"version": 1', f'"version": {msgspec.json.encode(version).decode()}')
    with pytest.raises(SourceError, match="version"):
        recipe_in(text, "The clipboard")


@pytest.mark.parametrize("chapter", shelf()[0], ids=lambda chapter: chapter.key)
def test_what_is_written_is_what_is_read(chapter):
    assert from_plain(msgspec.json.decode(encode(chapter.experiment))) == chapter.experiment


def test_the_schema_names_every_part_and_every_limit():
    found = schema()
    assert found["$ref"] == "#/$defs/Experiment"
    assert found["$defs"]["Experiment"]["required"] == ["data", "lanes"]
    width = found["$defs"]["Dae"]["properties"]["width"]
    assert width["minimum"] >= 1
    assert width["maximum"] > width["minimum"]
    assert width["description"]
