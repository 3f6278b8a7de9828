# SPDX-License-Identifier: MIT
"""What people read: whole sentences, whatever crossed the pipe."""

from __future__ import annotations

from string import Formatter

import pytest

from engine.protocol.words import SENTENCES, said, sentence


def test_a_divergence_says_what_where_and_what_to_try():
    values = {"what": "Loss", "step": 1204, "back_to": 1200, "label": "learning rate", "value": 1.0}
    assert sentence("diverged", values) == (
        "Loss became infinite at step 1,204. Weights are back at step 1,200. Try a smaller learning rate (now 1.0)."
    )


def test_the_end_of_the_engine_says_how_old_the_checkpoint_is():
    assert sentence("engine_stopped", {"how": "signal 9", "age_s": 1}) == (
        "The engine stopped (signal 9). Your last checkpoint is 1 s old."
    )


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_kind_gives_a_sentence_even_without_its_values(kind):
    text = sentence(kind)
    assert text[0].isupper() or text[0] == "?"
    assert text[-1] in ".…"
    assert "{" not in text


@pytest.mark.parametrize("kind", SENTENCES)
def test_braces_in_a_value_are_shown_as_they_are(kind):
    names = {name for _, name, _, _ in Formatter().parse(SENTENCES[kind]) if name}
    text = sentence(kind, dict.fromkeys(names, "{x} <b>"))
    assert text.count("{x} <b>") == len(names)


def test_an_unknown_kind_is_shown_with_its_values():
    assert sentence("lost_marbles", {"count": 2000}) == "Lost marbles: count 2,000."
    assert sentence("lost_marbles") == "Lost marbles."


def test_a_reason_that_ends_with_a_point_gets_no_second_one():
    assert sentence("refused", {"reason": "Too large."}) == "Too large."


@pytest.mark.parametrize(
    ("value", "text"),
    [(1204, "1,204"), (1.0, "1.0"), (0.25, "0.25"), (1e-6, "1e-06"), (True, "on"), ("cpu", "cpu"), (float("nan"), "nan")],
)
def test_numbers_are_said_with_a_point(value, text):
    assert said(value) == text
