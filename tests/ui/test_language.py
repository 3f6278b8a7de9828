# SPDX-License-Identifier: MIT
"""German: every word that the house declares has one, the screen changes while it plays, and numbers keep their point."""

from __future__ import annotations

import re

import pytest

from engine.protocol.library import shelf
from engine.protocol.messages import Built
from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.editing import parameters
from engine.protocol.recipe.flows import FLOWS
from engine.protocol.recipe.models import MODELS
from engine.protocol.recipe.objectives import OBJECTIVES
from engine.protocol.words import SENTENCES, sentence
from ui.actions import DEEDS
from ui.language import say, table

GERMAN = table("de")
KINDS = [*MODELS, *DATA, *FLOWS, *OBJECTIVES]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_model_cost_flow_and_data_set_has_german_words(kind):
    assert GERMAN.knows(kind.title)
    assert GERMAN.knows(kind.help)


@pytest.mark.parametrize("chapter", shelf()[0], ids=lambda chapter: chapter.key)
def test_every_parameter_of_every_chapter_has_a_german_label(chapter):
    for lane in chapter.experiment.lanes:
        for parameter in parameters(chapter.experiment, lane.name):
            assert GERMAN.knows(parameter.label), parameter


def test_every_action_has_german_words():
    for menu, deeds in DEEDS.items():
        assert GERMAN.knows(menu)
        for deed in filter(None, deeds):
            assert GERMAN.knows(deed.text), deed.key
            assert not deed.tip or GERMAN.knows(deed.tip), deed.key


def test_sentences_are_translated_with_their_values():
    said = GERMAN(sentence("branched", {"step": 1204}))
    assert said == "Weiter von Schritt 1,204. Was danach kam, bleibt auf den Kurven; Rückgängig führt dorthin zurück."
    for kind, template in SENTENCES.items():
        names = set(re.findall(r"{(\w+)}", template))
        filled = sentence(kind, dict.fromkeys(names, 7))
        assert GERMAN(filled).count("7") >= len(names), kind


def test_what_the_table_does_not_know_stays_as_it_is():
    assert GERMAN("0.4473") == "0.4473"
    assert GERMAN("my file") == "my file"
    assert say("Play") == "Play", "without a choice the screen speaks English"


def test_the_screen_changes_its_language_while_it_plays_and_numbers_keep_their_point(stage_for):
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built) and stage.step >= 0)
    window, builds = stage.window, len(stage.heard(Built))
    window.language.choose("de")
    try:
        assert window.deeds["play"].text() == "Abspielen"
        assert window.desk.bar.title.text() == "Das Update"
        assert window.desk.form.more.text() == "Alle Einstellungen"
        row = window.desk.form.rows["objective.sigma"].field
        row._row._field.setText("0.25")
        assert row._row._field.text() == "0.25"
        assert len(stage.heard(Built)) == builds, "another language is no edit"
    finally:
        window.language.choose("en")
    assert window.deeds["play"].text() == "Play"
    assert window.desk.bar.title.text() == "The update"
