# SPDX-License-Identifier: MIT
"""Every experiment has panels that suit it, whether a chapter speaks of it or not."""

from __future__ import annotations

import pytest

from engine.protocol.library import shelf
from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.editing import RecipeError, from_plain, with_value
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.models import MODELS
from ui.placing import places_for, suits

CHAPTERS = shelf()[0]
START = from_plain({"data": {"name": "moons"}, "model": {"kind": "dae"}})
TWO = from_plain(
    {
        "data": {"name": "moons"},
        "lanes": [{"name": "left", "model": {"kind": "dae"}}, {"name": "right", "model": {"kind": "vae"}}],
    }
)


def experiments() -> list[Experiment]:
    """Every model on every data set with which it can be."""
    found = [TWO]
    for data in ("moons", "digits", "swiss_roll"):
        for kind in MODELS:
            try:
                with_data = with_value(START, "data.name", data)
                found.append(with_value(with_data, "model.kind", kind.__struct_config__.tag))
            except RecipeError:
                continue
    return found


@pytest.mark.parametrize("experiment", experiments(), ids=lambda e: f"{e.data.name}-{e.lanes[0].recipe.model.kind}")
def test_a_recipe_of_ones_own_has_a_stage_and_panels_that_suit_it(experiment):
    places = places_for(experiment)
    assert [place.place for place in places].count("stage") == len(experiment.lanes)
    assert len({place.key for place in places}) == len(places)
    assert all(suits(place, experiment) for place in places)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)
def test_a_chapter_gets_its_own_panels(chapter):
    places = places_for(chapter.experiment, chapter.panels)
    assert {place.key for place in places} <= {place.key for place in chapter.panels}
    assert any(place.place == "stage" for place in places)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)
def test_other_data_never_leave_a_chapter_without_a_stage(chapter):
    for data in DATA:
        try:
            experiment = with_value(chapter.experiment, "data.name", data.__struct_config__.tag)
        except RecipeError:
            continue
        places = places_for(experiment, chapter.panels)
        assert any(place.place == "stage" for place in places)
        assert all(suits(place, experiment) for place in places)
