# SPDX-License-Identifier: MIT
"""Chapters: those that are shipped keep what they promise, those that are wrong are refused in one sentence."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.protocol.chapter import Chapter, Point, controls_of
from engine.protocol.chapters import ChapterError, chapters, read, translated
from engine.protocol.places import resources
from engine.protocol.prose import blocks, plain

SHIPPED = resources() / "chapters"
LANGUAGES = sorted(folder.name for folder in SHIPPED.iterdir() if folder.is_dir())
CHAPTERS = chapters([SHIPPED])
EACH = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)

GOOD = """
key = "mine"
number = 13
title = "My own"
point = {figure = "loss", at_most = 1.0, steps = 10}
controls = ["objective.sigma", "data.name"]
hide = ["training.threads"]

[experiment]
data = {name = "moons"}
model = {kind = "dae"}

[[panels]]
key = "stage"
place = "stage"
probe = {kind = "stage"}

[[steps]]
title = "First"
text = "Some [noise]{noise}."
formula = 'x + \\varepsilon'
colors = {'\\varepsilon' = "noise"}
question = "Why?"
light = ["objective.sigma"]
"""


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    """A file with this text in a folder that is made on the way."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


# ---------------------------------------------------------------------------------------------------------- what is shipped


def test_the_first_three_chapters_are_shipped_in_the_order_of_the_lecture() -> None:
    keys = [chapter.key for chapter in CHAPTERS]
    numbers = [chapter.number for chapter in CHAPTERS]
    assert {"training": 4, "denoising": 8, "update": 9}.items() <= dict(zip(keys, numbers, strict=True)).items()
    assert numbers == sorted(numbers)


@EACH
def test_a_shipped_chapter_is_named_as_its_file(chapter: Chapter) -> None:
    assert (SHIPPED / f"{chapter.key}.toml").is_file()


@EACH
def test_its_controls_are_declared_parameters(chapter: Chapter) -> None:
    assert chapter.controls
    assert {*chapter.controls, *chapter.hide} <= controls_of(chapter.experiment)


@EACH
def test_its_panels_show_what_its_models_can_do(chapter: Chapter) -> None:
    lanes = chapter.experiment.lanes
    for place in chapter.panels:
        lane = chapter.experiment.lane(place.lane) if place.lane else lanes[0]
        assert place.probe.needs <= lane.recipe.model.can, place.key


@EACH
def test_each_step_is_read_in_ten_seconds(chapter: Chapter) -> None:
    for step in chapter.steps:
        assert 10 <= len(step.text.split()) <= 50, step.title
        assert len(step.question.split()) <= 25, step.title
        assert step.formula, step.title


@EACH
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_says_every_step_of_the_chapter(chapter: Chapter, language: str) -> None:
    file = SHIPPED / language / f"{chapter.key}.toml"
    assert file.is_file()
    other = translated(chapter, file.parent)
    assert len(other.steps) == len(chapter.steps)
    assert all(a.text != b.text for a, b in zip(other.steps, chapter.steps, strict=True))
    assert (other.experiment, other.point, other.controls) == (chapter.experiment, chapter.point, chapter.controls)
    assert [step.formula for step in other.steps] == [step.formula for step in chapter.steps]


@EACH
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_colors_the_same_roles(chapter: Chapter, language: str) -> None:
    for mine, yours in zip(chapter.steps, translated(chapter, SHIPPED / language).steps, strict=True):
        assert roles(mine.text) == roles(yours.text), mine.title


def roles(text: str) -> list[str]:
    """The roles of the colored words, in the order of the alphabet, for languages order their words differently."""
    return sorted({span.role for block in blocks(text) for span in block.spans if span.role is not None})


def test_no_file_is_shipped_that_nobody_reads() -> None:
    keys = {chapter.key for chapter in CHAPTERS}
    assert {file.stem for file in SHIPPED.rglob("*.toml")} == keys


# ------------------------------------------------------------------------------------------------------------ the user's own


def test_a_chapter_of_the_user_stands_among_the_shipped_ones(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    found = chapters([SHIPPED, tmp_path, tmp_path / "missing"])
    assert [chapter.key for chapter in found] == [*(chapter.key for chapter in CHAPTERS), "mine"]


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read(file).title == "My own"


def test_what_cannot_be_read_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path, "key = ", "broken.toml")
    write(tmp_path, GOOD)
    refused: list[ChapterError] = []
    assert [chapter.key for chapter in chapters([tmp_path], refuse=refused.append)] == ["mine"]
    assert [error.file for error in refused] == ["broken.toml"]
    with pytest.raises(ChapterError):
        chapters([tmp_path])


def test_a_key_can_be_taken_only_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "a.toml")
    write(tmp_path, GOOD, "b.toml")
    with pytest.raises(ChapterError, match=r"^b.toml: key: “mine” is the key of a.toml too$"):
        chapters([tmp_path])


def test_the_engine_is_told_a_panel_without_its_place(tmp_path: Path) -> None:
    place = read(write(tmp_path, GOOD)).panels[0]
    assert "place" in msgspec.to_builtins(place)
    assert "place" not in msgspec.to_builtins(place.panel)


def test_a_bound_holds_or_does_not() -> None:
    assert Point(figure="rms", steps=1, at_most=0.06).holds(0.06)
    assert not Point(figure="rms", steps=1, at_most=0.06).holds(float("nan"))
    assert not Point(figure="rms", steps=1, at_least=2.0).holds(1.9)


# ------------------------------------------------------------------------------------------------------------ what is refused

REFUSED = {
    "broken TOML": ('key = "mine"', "key = = 1", "this is no TOML: "),
    "unknown field": ('title = "My own"', 'title = "My own"\ncolour = 3', "colour: there is no such field"),
    "missing field": ('key = "mine"\n', "", "key: is missing"),
    "missing experiment": ("[experiment]", "[experiments]", "experiments: there is no such field"),
    "wrong type": ("number = 13", 'number = "13"', "number: expected a whole number, got a text"),
    "number out of range": ("number = 13", "number = 0", "number: expected a whole number of at least 1"),
    "no key at all": ('key = "mine"', 'key = "../mine"', "key: expected small letters, digits and hyphens"),
    "two lines": ('title = "My own"', 'title = """My\nown"""', "title: expected one line"),
    "point without steps": (", steps = 10}", "}", "point.steps: is missing"),
    "point without bound": ("at_most = 1.0, ", "", "point: expected either at_most or at_least"),
    "point with both": ("at_most = 1.0", "at_most = 1.0, at_least = 0.0", "point: expected either at_most or at_least"),
    "unknown figure": ('"loss"', '"beauty"', "point.figure: “beauty” is not measured here; "),
    "no experiment": ('data = {name = "moons"}', "data = 3", "experiment.data: expected a table, got a whole number"),
    "unknown model": ('"dae"}', '"oracle"}', "experiment.model.kind: “oracle” is not known here; known are "),
    "value out of range": ('"dae"}', '"dae", width = 0}', "experiment.model.width: expected a whole number of at least 1"),
    "unknown probe": ('{kind = "stage"}', '{kind = "magic"}', "panel 1: probe.kind: “magic” is not known here; known are "),
    "unknown place": ('place = "stage"', 'place = "above"', "panel 1: place: “above” is not known here"),
    "nothing on the stage": ('place = "stage"', "", "panels: none of them stands on the stage"),
    "a probe that needs more": ('{kind = "stage"}', '{kind = "latent"}',
                                "panel “stage”: probe: “latent” needs a model that can encode, and a dae cannot"),
    "a film of points": ('{kind = "stage"}', '{kind = "film"}',
                         "panel “stage”: probe: “film” does not fit “moons”: a film is made of images, and these are points"),
    "unknown lane": ('place = "stage"', 'place = "stage"\nlane = "b"', "panel “stage”: lane: there is no lane “b”"),
    "a panel twice": ("[[steps]]", '[[panels]]\nkey = "stage"\nprobe = {kind = "curves"}\n[[steps]]',
                      "panel “stage”: two panels have this key"),
    "unknown control": ('"data.name"', '"data.color"', "controls: “data.color” is no parameter of this experiment"),
    "hidden and shown": ('"training.threads"', '"data.name"', "hide: “data.name” is among the controls too"),
    "a light that nobody sees": ('light = ["objective.sigma"]', 'light = ["flow.eta"]',
                                 "step 1: light: “flow.eta” is not among the controls, so nobody would see it lit"),
    "unknown role in the text": ("]{noise}", "]{orange}",
                                 "step 1: “orange” colors words and is no role; roles are data, learned, exact, noise, prior"),
    "unknown role in the formula": ("= \"noise\"}\nquestion", "= \"orange\"}\nquestion",
                                    "step 1: colors: “orange” is not known here"),
    "color of what is not there": ("'\\varepsilon' =", "'\\beta' =", "step 1: colors “\\beta”, which is not in the formula"),
    "no steps": (GOOD[GOOD.index("[[steps]]"):], "", "steps: is missing"),
    "steps that are a table": ("[[steps]]", "[steps]", "steps: expected a list, got a table"),
    "a huge number": ("number = 13", f"number = {'9' * 5000}", "a number has too many digits"),
    "nested too deeply": ("number = 13", f"number = {'[' * 5000}", "too deeply nested"),
    "too long": ("number = 13", f"number = 13 # {'x' * 300_000}", "a chapter has at most 256 kB"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.replace(" ", "_"))
def test_a_bad_chapter_is_refused_in_one_sentence(case: str, tmp_path: Path) -> None:
    old, new, reason = REFUSED[case]
    assert GOOD.count(old) == 1, "the case has to change one place"
    with pytest.raises(ChapterError) as caught:
        read(write(tmp_path, GOOD.replace(old, new)))
    sentence = str(caught.value)
    assert sentence.startswith(f"mine.toml: {reason}")
    assert len(sentence.splitlines()) == 1
    assert sentence.startswith(": ".join(part for part in (caught.value.file, caught.value.field, caught.value.reason) if part))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(ChapterError, match=r"^mine.toml: this is no text in UTF-8$"):
        read(file)


def test_a_folder_is_no_chapter(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").mkdir()
    with pytest.raises(ChapterError, match=r"^mine.toml: this is no file$"):
        chapters([tmp_path])


GERMAN = """
title = "Mein eigenes"
panels = {stage = "Die Bühne"}
[[steps]]
title = "Erstens"
text = "Etwas [Rauschen]{noise}."
question = "Warum?"
"""
MISTRANSLATED = {
    "a step too many": ("[[steps]]", '[[steps]]\ntitle = "Nulltens"\ntext = ""\n[[steps]]',
                        "steps: expected 1 as in the chapter, got 2"),
    "no such panel": ("stage =", "curves =", "panels: the chapter has no panel “curves”"),
    "no question": ('question = "Warum?"\n', "", "step 1: question: stands in the chapter or here, but not in both"),
    "structure": ("panels =", "number = 3\npanels =", "number: there is no such field"),
    "unknown role": ("{noise}", "{rauschen}", "step 1: “rauschen” colors words and is no role"),
}  # fmt: skip


def test_a_translation_takes_the_place_of_the_words_only(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GERMAN, "de/mine.toml")
    (mine,), (deine,) = chapters([tmp_path]), chapters([tmp_path], "de")
    assert (deine.title, deine.panels[0].title) == ("Mein eigenes", "Die Bühne")
    assert deine.steps[0].text == "Etwas [Rauschen]{noise}."
    assert (deine.steps[0].formula, deine.steps[0].light) == (mine.steps[0].formula, mine.steps[0].light)


@pytest.mark.parametrize("case", MISTRANSLATED, ids=lambda case: case.replace(" ", "_"))
def test_a_bad_translation_is_refused_and_the_chapter_stays(case: str, tmp_path: Path) -> None:
    old, new, reason = MISTRANSLATED[case]
    assert GERMAN.count(old) == 1
    write(tmp_path, GOOD)
    write(tmp_path, GERMAN.replace(old, new), "de/mine.toml")
    refused: list[ChapterError] = []
    assert [chapter.title for chapter in chapters([tmp_path], "de", refused.append)] == ["My own"]
    assert [str(error).startswith(f"de/mine.toml: {reason}") for error in refused] == [True]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x3000, exclude_categories=["Cs"]))
def test_a_chapter_with_one_letter_changed_is_read_or_refused(tmp_path: Path, at: int, letter: str) -> None:
    file = write(tmp_path, GOOD[:at] + letter + GOOD[at + 1 :])
    with contextlib.suppress(ChapterError):
        assert read(file).steps


# ------------------------------------------------------------------------------------------------------------------ the text


def test_marks_become_spans() -> None:
    (block,) = blocks("The **[loss]{learned}** falls, *slowly*.")
    assert [(span.text, span.bold, span.italic, span.role) for span in block.spans] == [
        ("The ", False, False, None), ("loss", True, False, "learned"), (" falls, ", False, False, None),
        ("slowly", False, True, None), (".", False, False, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "below"), [("βσ_ε² and x_i", ["ε", "i"]), ("M_hidd", ["hidd"]), ("sigma_eps, my_file_name, a_toolong", [])]
)
def test_symbols_have_subscripts_and_names_keep_their_underscores(text: str, below: list[str]) -> None:
    (block,) = blocks(text)
    assert [span.text for span in block.spans if span.sub] == below
    assert block.text == "".join(c for c in text if c != "_") or not below


def test_paragraphs_and_lists_stand_apart() -> None:
    found = blocks("One\nline.\n\n- first\n- second\n  goes on\n\nLast.")
    assert [(block.text, block.item) for block in found] == [
        ("One line.", False), ("first", True), ("second goes on", True), ("Last.", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["<b>x</b> & <img src=x>", "2 * 3 * 4", "[x](http://a.b)", "[x]{magic}", "# no heading", "a** b"]
)
def test_what_is_no_mark_is_shown_as_it_was_typed(text: str) -> None:
    (block,) = blocks(text)
    assert block.text == text
    assert len(block.spans) == 1


def test_a_formula_in_the_text_does_not_break() -> None:
    (block,) = blocks("With η = 0.05 it is 28 % of x − DAE(x).")
    assert block.text == "With η = 0.05 it is 28 % of x − DAE(x).".replace(" = ", "\xa0=\xa0").replace(" %", "\xa0%").replace(
        " − ", "\xa0−\xa0"
    )


def test_marks_that_turn_the_text_around_are_taken_out() -> None:
    assert plain("a\u202eb\u2066c\x07\x00\td\r\ne\ufeff") == "abc d\ne"


@given(st.text(max_size=300))
def test_any_text_becomes_blocks_without_losing_a_letter_of_plain_words(text: str) -> None:
    words = "".join(c for c in text if c.isalpha())
    shown = "".join(c for block in blocks(text) for c in block.text if c.isalpha())
    assert shown == words or any(mark in text for mark in "{}")
