# SPDX-License-Identifier: MIT
"""The reader shows every step whole, turns its pages, follows the theme; and what a hostile chapter says stays mere text."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from engine.protocol.chapter import Chapter, Passage
from engine.protocol.chapters import chapters, read
from engine.protocol.places import resources
from ui.controls.chapters import ChapterList
from ui.controls.formula import Formula, symbol_latex, typeset
from ui.controls.prose import Prose
from ui.controls.reader import FormulaCard, Reader, StepBars
from ui.theme import ThemeName, apply, theme

SHIPPED = resources() / "chapters"
LANGUAGES = ("en", *sorted(folder.name for folder in SHIPPED.iterdir() if folder.is_dir()))
EVERY = [(chapter, language) for language in LANGUAGES for chapter in chapters([SHIPPED], language)]
EACH = pytest.mark.parametrize(("chapter", "language"), EVERY, ids=lambda value: getattr(value, "key", value))
WIDTH = 300  #: of the panel at 1024×768
HEIGHT = 540  #: what top bar, menu and timeline leave there


@pytest.fixture
def reader(qtbot: QtBot, qapp: QApplication) -> Reader:
    """A reader in the dark theme, as large as the panel at 1024×768."""
    apply(qapp, theme("dark"))
    reader = Reader()
    qtbot.addWidget(reader)
    reader.resize(WIDTH, HEIGHT)
    reader.show()
    return reader


def first() -> Chapter:
    """Some chapter with several steps."""
    return chapters([SHIPPED])[0]


def written(**words: str) -> Chapter:
    """A chapter of a single step that says this."""
    passage = Passage(**{"title": "Title", "text": "Text.", **words})  # type: ignore[arg-type]
    return msgspec.structs.replace(first(), steps=(passage,))


def prose(reader: Reader) -> list[Prose]:
    """The pieces of text in sight."""
    return [piece for piece in reader.findChildren(Prose) if not piece.isHidden()]


def document(piece: Prose) -> QTextDocument:
    """The words of a piece of text as Qt has them."""
    found = piece.findChild(QTextDocument)
    assert isinstance(found, QTextDocument)
    return found


def cut_off(reader: Reader) -> list[str]:
    """What does not fit its place: words beyond their widget, parts beyond the page."""
    area = reader.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    page, room = area.widget(), area.viewport().width()
    faults = ["the page is wider than its room"] if page.width() > room else []
    for piece in prose(reader):
        needed = piece.heightForWidth(piece.width())
        if needed > piece.height() or document(piece).size().width() > piece.width():
            faults.append(f"{piece.accessibleName()}: {needed} in {piece.size()}")
    for part in (*prose(reader), *reader.findChildren(FormulaCard)):
        if not part.isHidden() and not page.rect().contains(part.geometry()):
            faults.append(f"{part} is beyond the page")
    for card in reader.findChildren(FormulaCard):
        formula = card.findChild(Formula)
        assert isinstance(formula, Formula)
        if not card.isHidden() and not card.rect().contains(formula.geometry()):
            faults.append("the formula is beyond its card")
    return faults


def settled(reader: Reader, qtbot: QtBot, what: str = "") -> None:
    """Wait until the layout has come to rest, and find nothing cut off."""
    with contextlib.suppress(qtbot.TimeoutError):
        qtbot.waitUntil(lambda: not cut_off(reader), timeout=2000)
    assert cut_off(reader) == [], what


# ----------------------------------------------------------------------------------------------------- the shipped chapters


@EACH
def test_each_step_of_each_chapter_fits_a_panel_of_300_pixels(
    reader: Reader, qtbot: QtBot, chapter: Chapter, language: str
) -> None:
    for step in range(len(chapter.steps)):
        reader.show_chapter(chapter, step)
        settled(reader, qtbot, chapter.steps[step].title)
        area = reader.findChild(QScrollArea)
        assert isinstance(area, QScrollArea)
        assert area.verticalScrollBar().maximum() == 0, f"{chapter.steps[step].title} has to scroll"


@EACH
@pytest.mark.parametrize("name", ["dark", "light"])
def test_nothing_is_cut_off_in_projector_type(
    reader: Reader, qapp: QApplication, qtbot: QtBot, chapter: Chapter, language: str, name: ThemeName
) -> None:
    apply(qapp, theme(name, projector=True))
    for step in range(len(chapter.steps)):
        reader.show_chapter(chapter, step)
        settled(reader, qtbot, chapter.steps[step].title)


@pytest.mark.parametrize("chapter", chapters([SHIPPED]), ids=lambda chapter: chapter.key)
def test_every_formula_can_be_set_large_enough_and_each_of_its_colors_is_seen(qapp: QApplication, chapter: Chapter) -> None:
    look = theme("dark")
    for step in chapter.steps:
        tints = tuple((symbol_latex(symbol), look.text(role)) for symbol, role in step.colors.items())
        found = typeset(step.formula, look.sizes["counter"] * 1.2, look.text("ink"), tints)
        assert found.width <= (WIDTH - 2 * 20 - 2 * 14) / 0.8, f"{step.title}: the formula has to shrink by more than a fifth"
        for symbol, color in tints:
            plain = typeset(
                step.formula, look.sizes["counter"] * 1.2, look.text("ink"), tuple(t for t in tints if t[0] != symbol)
            )
            assert found.svg.lower().count(color.lower().encode()) > plain.svg.lower().count(color.lower().encode()), symbol


# ----------------------------------------------------------------------------------------------------------- turning the page


def test_next_turns_page_by_page_and_says_no_at_the_end(reader: Reader) -> None:
    chapter = first()
    reader.show_chapter(chapter)
    assert [reader.next() for _ in chapter.steps] == [True] * (len(chapter.steps) - 1) + [False]
    assert reader.step == len(chapter.steps) - 1


def test_previous_turns_back_and_says_no_at_the_beginning(reader: Reader) -> None:
    chapter = first()
    reader.show_chapter(chapter, -1)
    assert reader.step == len(chapter.steps) - 1
    assert [reader.previous() for _ in chapter.steps] == [True] * (len(chapter.steps) - 1) + [False]
    assert reader.step == 0


def test_an_empty_reader_has_no_pages(reader: Reader) -> None:
    assert not reader.next()
    assert not reader.previous()


def test_each_page_says_its_step_and_lights_its_controls(reader: Reader) -> None:
    chapter = first()
    steps: list[int] = []
    lit: list[tuple[str, ...]] = []
    reader.step_changed.connect(steps.append)
    reader.lit.connect(lit.append)
    reader.show_chapter(chapter)
    while reader.next():
        pass
    assert steps == list(range(len(chapter.steps)))
    assert lit == [step.light for step in chapter.steps]


def test_its_buttons_ask_for_the_next_chapter_only_at_the_end(reader: Reader, qtbot: QtBot) -> None:
    chapter = first()
    reader.show_chapter(chapter, -1)
    beyond: list[int] = []
    reader.beyond.connect(beyond.append)
    back, on = reader.back, reader.on
    qtbot.mouseClick(on, Qt.MouseButton.LeftButton)
    assert beyond == [1]
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert (beyond, reader.step) == ([1], len(chapter.steps) - 2)


def test_a_click_on_a_bar_goes_to_its_step(reader: Reader, qtbot: QtBot) -> None:
    reader.show_chapter(first())
    bars = reader.findChild(StepBars)
    assert isinstance(bars, StepBars)
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(2 * 24 + 5, bars.height() // 2))
    assert reader.step == 2
    assert bars.accessibleName() == f"Step 3 of {len(first().steps)}"
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(bars.width() - 1, bars.height() // 2))
    assert reader.step == 2


def test_a_text_that_has_to_scroll_is_read_to_its_end_before_the_page_turns(reader: Reader, qtbot: QtBot) -> None:
    long = Passage(title="Long", text="\n\n".join(["word " * 60] * 6))
    chapter = msgspec.structs.replace(first(), steps=(long, long))
    reader.show_chapter(chapter)
    settled(reader, qtbot)
    turns = 0
    while reader.step == 0:
        assert reader.next()
        turns += 1
    assert turns > 2


# ------------------------------------------------------------------------------------------------------------------ the theme


def test_colored_words_take_the_color_of_their_role_in_each_theme(reader: Reader, qapp: QApplication) -> None:
    reader.show_chapter(written(text="Some [noise]{noise} in [data]{data}."))
    for name in ("dark", "light"):
        look = theme(name)
        apply(qapp, look)
        (piece,) = (piece for piece in prose(reader) if "noise" in piece.accessibleName())
        fragments = [it.fragment() for it in document(piece).begin()]
        colors = {fragment.text(): fragment.charFormat().foreground().color().name().upper() for fragment in fragments}
        assert colors["noise"] == look.text("noise")
        assert colors["data"] == look.text("data")
        assert colors["Some "] == look.text("ink")


def test_projector_type_is_larger_where_there_is_room(reader: Reader, qapp: QApplication) -> None:
    reader.show_chapter(written())
    reader.resize(800, 900)
    heights = []
    for projector in (False, True):
        apply(qapp, theme("dark", projector=projector))
        qapp.processEvents()
        heights.append(prose(reader)[0].height())
    assert heights[1] == pytest.approx(1.6 * heights[0], rel=0.1)


def test_a_screen_reader_says_every_word(reader: Reader) -> None:
    step = first().steps[0]
    reader.show_chapter(first())
    said = "\n".join(piece.accessibleName() for piece in prose(reader))
    assert step.title in said
    assert step.question.split()[0] in said


# ---------------------------------------------------------------------------------------------------------- a hostile chapter

HTML = '<img src="file:///etc/hostname"><a href="https://example.org">x</a><b>&lt;</b><script>1</script>'


@pytest.mark.parametrize("text", [HTML, "a" * 5000, "<" * 3000, "אבג " * 300, "\u0301" * 2000, "[" * 2000, "- " * 500])
def test_whatever_a_text_says_it_is_shown_as_words_and_not_cut_off(reader: Reader, qtbot: QtBot, text: str) -> None:
    reader.show_chapter(written(text=f"{text}\n\n{text}", question=text))
    settled(reader, qtbot)
    assert reader.minimumSizeHint().width() < WIDTH
    for piece in prose(reader):
        block = document(piece).begin()
        while block.isValid():
            for it in block:
                look = it.fragment().charFormat()
                assert not look.isAnchor()
                assert not look.isImageFormat()
            block = block.next()
    assert reader.grab().toImage().size() == reader.size()


def test_html_is_seen_letter_by_letter(reader: Reader) -> None:
    reader.show_chapter(written(text=HTML, title="<b>Title</b>"))
    shown = [document(piece).toPlainText() for piece in prose(reader)]
    assert shown == ["<b>Title</b>", HTML]


@pytest.mark.parametrize("latex", [r"\frac{", "x" * 480, "<script>", r"\input{/etc/passwd}", "{" * 400, r"\color{red}" * 40])
def test_a_formula_that_cannot_be_set_stays_on_its_card(reader: Reader, qtbot: QtBot, latex: str) -> None:
    reader.show_chapter(written(formula=latex))
    settled(reader, qtbot)
    assert not reader.grab().isNull()


def test_marks_that_turn_the_direction_do_not_reach_the_screen(reader: Reader, tmp_path: Path) -> None:
    text = (SHIPPED / f"{first().key}.toml").read_text(encoding="utf-8")
    file = tmp_path / "turned.toml"
    file.write_text(text.replace(first().steps[0].title, "\u202eTurned\u2066"), encoding="utf-8")
    reader.show_chapter(read(file))
    assert document(prose(reader)[0]).toPlainText() == "Turned"


# ---------------------------------------------------------------------------------------------------------------- the contents


@pytest.fixture
def contents(qtbot: QtBot, qapp: QApplication) -> ChapterList:
    """The list of the shipped chapters, the second one open."""
    apply(qapp, theme("dark"))
    contents = ChapterList()
    qtbot.addWidget(contents)
    contents.show_chapters(chapters([SHIPPED]), chapters([SHIPPED])[1].key)
    return contents


def test_the_contents_light_the_present_chapter(contents: ChapterList) -> None:
    assert contents.count() == len(chapters([SHIPPED]))
    assert contents.currentRow() == 1


def test_a_click_chooses_a_chapter(contents: ChapterList, qtbot: QtBot) -> None:
    contents.resize(contents.sizeHint())
    contents.show()
    chosen: list[str] = []
    contents.chosen.connect(chosen.append)
    place = contents.visualItemRect(contents.item(0)).center()
    qtbot.mouseClick(contents.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [chapters([SHIPPED])[0].key]


def test_arrows_and_enter_choose_a_chapter_and_the_menu_closes(contents: ChapterList, qtbot: QtBot) -> None:
    contents.open_at(QPoint(5, 5))
    chosen: list[str] = []
    contents.chosen.connect(chosen.append)
    qtbot.keyClick(contents, Qt.Key.Key_Down)
    qtbot.keyClick(contents, Qt.Key.Key_Return)
    assert chosen == [chapters([SHIPPED])[2].key]
    assert not contents.isVisible()


def test_the_menu_stays_on_the_screen(contents: ChapterList, qapp: QApplication) -> None:
    contents.open_at(QPoint(100_000, 100_000))
    assert qapp.primaryScreen().availableGeometry().contains(contents.geometry())


def test_a_title_of_the_user_is_plain_text(contents: ChapterList) -> None:
    hostile = msgspec.structs.replace(first(), title="<b>" + "x" * 90, key="hostile")
    contents.show_chapters([hostile], "hostile")
    contents.resize(200, 60)
    assert contents.item(0).text().endswith("x" * 90)
    assert not contents.grab().isNull()
