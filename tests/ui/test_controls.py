# SPDX-License-Identifier: MIT
"""The base widgets: what a hand, a key, the wheel and a screen reader do to them, and that they show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.controls.buttons import IconButton, PlayButton
from ui.controls.formula import Formula, symbol_latex, typeset
from ui.controls.groove import Groove
from ui.controls.labels import ElidedLabel, Label
from ui.controls.scale import NumberScale
from ui.controls.sections import Section, SectionLabel
from ui.controls.segments import Chip, Option, Segmented
from ui.controls.slider import SliderRow
from ui.theme import apply, theme

UPDATE = r"x' = x - \eta\,(x - \mathrm{DAE}(x))"


@pytest.fixture(autouse=True)
def dark_application(qapp: QApplication) -> Iterator[None]:
    """Every widget of these tests stands in the dark theme."""
    apply(qapp, theme("dark"))
    yield
    qapp.setStyleSheet("")
    qapp.setProperty("theme", None)


class Said:
    """What a SliderRow said, in order."""

    def __init__(self, row: SliderRow) -> None:
        self.words: list[tuple[str, object]] = []
        row.changed.connect(lambda number: self.words.append(("changed", number)))
        row.committed.connect(lambda number: self.words.append(("committed", number)))
        row.refused.connect(lambda sentence: self.words.append(("refused", sentence)))


def tab_to(widget: QWidget) -> None:
    """Give a widget the focus as the Tab key does, also where it had it for another reason."""
    widget.clearFocus()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.hasFocus()


Show = Callable[..., QWidget]
RowOf = Callable[[NumberScale, float], tuple[SliderRow, Groove, QLineEdit, Said]]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Show]:
    """Shows widgets, one below the other, in an active window that lives as long as the test."""
    windows: list[QWidget] = []

    def show(*widgets: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        layout = QVBoxLayout(window)
        for widget in widgets:
            layout.addWidget(widget)
        window.resize(320, 200)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield show
    for window in windows:
        window.close()


@pytest.fixture
def row_of(shown: Show) -> RowOf:
    """Makes a shown row, and names its parts."""

    def make(scale: NumberScale, value: float) -> tuple[SliderRow, Groove, QLineEdit, Said]:
        row = SliderRow("noise", scale, value, symbol="σ", role="noise", hint="Standard deviation of the noise")
        shown(row)
        groove, field = row.findChild(Groove), row.findChild(QLineEdit)
        assert isinstance(groove, Groove)
        assert isinstance(field, QLineEdit)
        return row, groove, field, Said(row)

    return make


SHARE = NumberScale(0.0, 1.0)
SIGMA = NumberScale(0.01, 10.0, log=True, minimum=0.0, maximum=1000.0)
DEPTH = NumberScale(0, 6, integer=True)


# The slider -----------------------------------------------------------------------------------------------------------


def test_dragging_says_every_change_and_commits_once(qtbot: QtBot, row_of: RowOf) -> None:
    row, groove, _, said = row_of(SHARE, 0.0)
    middle = groove.height() // 2
    qtbot.mousePress(groove, Qt.MouseButton.LeftButton, pos=QPoint(9, middle))
    for x in (60, 120, 180):
        qtbot.mouseMove(groove, QPoint(x, middle))
    assert [word for word, _ in said.words] == ["changed"] * 3
    assert groove.dragging
    qtbot.mouseRelease(groove, Qt.MouseButton.LeftButton, pos=QPoint(180, middle))
    assert said.words[-1] == ("committed", row.value)
    assert [word for word, _ in said.words].count("committed") == 1
    assert 0.4 < row.value < 0.8


def test_taking_the_ring_without_moving_it_changes_nothing(qtbot: QtBot, row_of: RowOf) -> None:
    row, groove, _, said = row_of(SHARE, 0.123456)
    at = QPoint(round(9 + 0.123456 * (groove.width() - 18)) + 3, groove.height() // 2)
    qtbot.mouseClick(groove, Qt.MouseButton.LeftButton, pos=at)
    assert said.words == []
    assert row.value == 0.123456


def test_a_click_on_the_groove_brings_the_ring_there(qtbot: QtBot, row_of: RowOf) -> None:
    row, groove, field, _ = row_of(SIGMA, 0.01)
    qtbot.mouseClick(groove, Qt.MouseButton.LeftButton, pos=QPoint(groove.width() // 2, groove.height() // 2))
    assert row.value == pytest.approx(0.316, rel=0.05)
    assert field.text() == str(row.value)


def test_a_value_that_is_set_says_nothing(row_of: RowOf) -> None:
    row, _, field, said = row_of(SHARE, 0.2)
    row.set_value(0.7)
    assert (row.value, field.text(), said.words) == (0.7, "0.7", [])


def test_a_value_that_is_set_takes_the_ring_from_no_hand(qtbot: QtBot, row_of: RowOf) -> None:
    row, groove, _, _ = row_of(SHARE, 0.0)
    qtbot.mousePress(groove, Qt.MouseButton.LeftButton, pos=QPoint(groove.width() // 2, 9))
    held = row.value
    row.set_value(0.9)
    assert row.value == held
    qtbot.mouseRelease(groove, Qt.MouseButton.LeftButton, pos=QPoint(groove.width() // 2, 9))
    row.set_value(0.9)
    assert row.value == 0.9


@pytest.mark.parametrize(
    ("key", "number"),
    [
        (Qt.Key.Key_Right, 4),
        (Qt.Key.Key_Up, 4),
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Down, 2),
        (Qt.Key.Key_PageUp, 6),
        (Qt.Key.Key_PageDown, 0),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 6),
    ],
)
def test_keys_move_and_commit_when_let_go(qtbot: QtBot, row_of: RowOf, key: Qt.Key, number: int) -> None:
    row, groove, _, said = row_of(DEPTH, 3)
    tab_to(groove)
    qtbot.keyPress(groove, key)
    assert said.words == [("changed", number)]
    qtbot.keyRelease(groove, key)
    assert said.words == [("changed", number), ("committed", number)]
    assert isinstance(row.value, int)


def turn(widget: QWidget, notches: int) -> bool:
    """Turn the wheel over a widget; whether the widget took it."""
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_the_wheel_turns_only_a_slider_with_the_focus(qtbot: QtBot, row_of: RowOf) -> None:
    row, groove, field, said = row_of(DEPTH, 3)
    field.setFocus()
    turn(groove, 1)
    assert row.value == 3
    groove.setFocus()
    assert turn(groove, 2)
    assert row.value == 5
    qtbot.waitUntil(lambda: ("committed", 5) in said.words)


def test_keys_of_the_window_win_over_a_clicked_slider_but_not_over_one_that_tab_reached(qtbot: QtBot, row_of: RowOf) -> None:
    row, groove, _, _ = row_of(DEPTH, 3)
    pressed: list[str] = []
    shortcut = QShortcut(QKeySequence(Qt.Key.Key_PageDown), row.window())
    shortcut.activated.connect(lambda: pressed.append("next"))
    groove.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.keyClick(groove, Qt.Key.Key_PageDown)
    assert (pressed, row.value) == (["next"], 3)
    tab_to(groove)
    qtbot.keyClick(groove, Qt.Key.Key_PageDown)
    assert (pressed, row.value) == (["next"], 0)


def test_a_screen_reader_reads_and_moves_the_slider(row_of: RowOf) -> None:
    row, groove, _, said = row_of(SIGMA, 0.25)
    seen = QAccessible.queryAccessibleInterface(groove)
    assert seen.role() == QAccessible.Role.Slider
    assert seen.text(QAccessible.Text.Name) == "σ noise"
    assert seen.text(QAccessible.Text.Description) == "0.25"
    groove.setValue(groove.maximum())  # what an assistive tool does
    assert said.words == [("changed", 10.0), ("committed", 10.0)]
    assert row.value == 10.0


# The typed value ------------------------------------------------------------------------------------------------------


def typed(qtbot: QtBot, field: QLineEdit, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Click the value, type over it, end with a key."""
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    field.insert(text)  # replaces the selection, in any script
    field.textEdited.emit(field.text())
    qtbot.keyClick(field, key)


def test_a_click_on_the_value_selects_it_for_typing(qtbot: QtBot, row_of: RowOf) -> None:
    row, _, field, said = row_of(SIGMA, 0.25)
    typed(qtbot, field, "500")
    assert said.words == [("changed", 500.0), ("committed", 500.0)]
    assert (row.value, field.text()) == (500.0, "500.0")


@pytest.mark.parametrize("text", ["0,25", "1e999", "NaN", "１２", "", "1.0001", "-1"])
def test_a_wrong_text_is_refused_marked_and_stays_to_be_mended(qtbot: QtBot, row_of: RowOf, text: str) -> None:
    row, _, field, said = row_of(SHARE, 0.5)
    typed(qtbot, field, text)
    assert [word for word, _ in said.words] == ["refused"]
    assert row.value == 0.5
    assert field.text() == text
    assert field.property("refused") is True
    red = theme("dark").color("alert")
    assert field.palette().color(field.foregroundRole()) == red
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.5"
    assert field.property("refused") is False


def test_a_refusal_is_a_sentence_that_names_the_limit(qtbot: QtBot, row_of: RowOf) -> None:
    _, _, field, said = row_of(SIGMA, 0.5)
    typed(qtbot, field, "2000")
    assert said.words == [("refused", "The largest possible value is 1000.0.")]


def test_refusals_in_a_row_leave_the_field_where_it_was(qtbot: QtBot, row_of: RowOf) -> None:
    _, _, field, _ = row_of(SHARE, 0.5)
    home = field.pos()
    for _ in range(3):
        typed(qtbot, field, "x")
        qtbot.waitUntil(lambda: field.pos() != home)
    qtbot.waitUntil(lambda: field.pos() == home)


def test_typed_numbers_mean_the_same_in_a_german_locale(qtbot: QtBot, row_of: RowOf) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        row, _, field, _ = row_of(SHARE, 0.5)
        typed(qtbot, field, "0.25")
        assert (row.value, field.text()) == (0.25, "0.25")
    finally:
        QLocale.setDefault(before)


def test_leaving_the_field_takes_a_right_text_and_drops_a_wrong_one(qtbot: QtBot, row_of: RowOf) -> None:
    row, groove, field, said = row_of(SHARE, 0.5)
    typed(qtbot, field, "0.7", Qt.Key.Key_Tab)
    assert (row.value, said.words[-1]) == (0.7, ("committed", 0.7))
    typed(qtbot, field, "0,8", Qt.Key.Key_Tab)
    assert (row.value, field.text()) == (0.7, "0.7")
    assert not groove.dragging


def test_a_value_that_is_set_leaves_the_text_that_is_being_typed(qtbot: QtBot, row_of: RowOf) -> None:
    row, _, field, _ = row_of(SHARE, 0.5)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "0.")
    row.set_value(0.9)
    assert field.text() == "0."
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.9"


# Choices --------------------------------------------------------------------------------------------------------------

OPTIONS = (Option("learned", "Learned"), Option("exact", "Exact"), Option("both", "Both"))


def test_a_click_picks_one_answer_and_says_it_once(qtbot: QtBot, shown: Show) -> None:
    choice = Segmented(OPTIONS)
    shown(choice)
    said: list[str] = []
    choice.chosen.connect(said.append)
    exact = choice.childAt(choice.rect().center())
    assert exact is not None
    qtbot.mouseClick(exact, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(exact, Qt.MouseButton.LeftButton)
    assert (choice.value, said) == ("exact", ["exact"])


def test_arrows_move_through_the_answers_even_where_the_window_has_them_as_shortcuts(qtbot: QtBot, shown: Show) -> None:
    choice = Segmented(OPTIONS)
    window = shown(choice)
    stolen: list[int] = []
    QShortcut(QKeySequence(Qt.Key.Key_Right), window).activated.connect(lambda: stolen.append(1))
    said: list[str] = []
    choice.chosen.connect(said.append)
    tab_to(choice.findChildren(QWidget)[0])
    for _ in range(2):
        focus = QApplication.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, Qt.Key.Key_Right)
    assert (said, stolen) == (["exact", "both"], [])


def test_an_answer_that_is_set_says_nothing_and_an_unknown_one_is_an_error(qtbot: QtBot) -> None:
    choice = Segmented(OPTIONS, "both")
    qtbot.addWidget(choice)
    with qtbot.assertNotEmitted(choice.chosen):
        choice.set_value("exact")
    assert choice.value == "exact"
    with pytest.raises(KeyError):
        choice.set_value("none")


def pixels(widget: QWidget) -> QImage:
    """What a widget shows."""
    return widget.grab().toImage()


def count(image: QImage, color: QColor, tolerance: int = 12, within: QRect | None = None) -> int:
    """How many pixels have nearly a color."""
    area = within or image.rect()
    return sum(
        max(abs(a - b) for a, b in zip(image.pixelColor(x, y).getRgb()[:3], color.getRgb()[:3], strict=True)) <= tolerance
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    )


def test_a_chip_shows_its_role_filled_where_on_and_hollow_where_off(qtbot: QtBot, shown: Show) -> None:
    chip = Chip("Arrows", "exact", "Where the update goes")
    shown(chip)
    role = theme("dark").color("exact")
    full = count(pixels(chip), role)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not chip.isChecked()
    hollow = count(pixels(chip), role)
    assert 0 < hollow < full


def test_a_class_chip_on_white_has_an_outline(shown: Show, qapp: QApplication) -> None:
    apply(qapp, theme("light"))
    chip = Chip("6", color=theme("light").class_color(6))
    shown(chip)
    dot = QRect(0, 0, 22, chip.height())
    assert count(pixels(chip), theme("light").color("ink"), 110, dot) > 8


# Buttons --------------------------------------------------------------------------------------------------------------


def test_play_is_one_toggle_that_never_moves(qtbot: QtBot, shown: Show) -> None:
    play = PlayButton("Train", "Pause")
    shown(play)
    said: list[bool] = []
    play.asked.connect(said.append)
    place, before = play.geometry(), pixels(play)
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert (said, play.playing, play.toolTip(), play.accessibleName()) == ([True], True, "Pause", "Pause")
    assert play.geometry() == place
    assert pixels(play) != before
    with qtbot.assertNotEmitted(play.asked):
        play.set_playing(False)
    assert play.toolTip() == "Train"


def test_a_click_leaves_the_focus_where_the_lecturers_keys_need_it(qtbot: QtBot, shown: Show) -> None:
    stage, button, chip = QLineEdit(), IconButton("reset", "Reset"), Chip("Data", "data")
    shown(stage, button, chip)
    stage.setFocus()
    for widget in (button, chip):
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        assert stage.hasFocus()


def test_the_button_that_gets_the_focus_only_because_the_window_opened_leaves_space_to_play(qtbot: QtBot, shown: Show) -> None:
    button = IconButton("reset", "Reset")
    window = shown(button)
    played: list[int] = []
    QShortcut(QKeySequence(Qt.Key.Key_Space), window).activated.connect(lambda: played.append(1))
    button.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    assert button.hasFocus()
    assert not button.ringed()
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert played == [1]


def test_space_presses_the_button_that_tab_reached_and_not_the_windows_shortcut(qtbot: QtBot, shown: Show) -> None:
    button = IconButton("reset", "Reset")
    window = shown(button)
    stolen: list[int] = []
    QShortcut(QKeySequence(Qt.Key.Key_Space), window).activated.connect(lambda: stolen.append(1))
    tab_to(button)
    with qtbot.waitSignal(button.clicked, timeout=1000):
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert stolen == []


def test_every_button_has_a_spoken_name_and_a_tooltip(shown: Show) -> None:
    bare, worded = IconButton("reset", "Back to step 0"), IconButton("projector", "Large type", "Projector")
    shown(bare, worded)
    assert (bare.accessibleName(), bare.toolTip()) == ("Back to step 0", "Back to step 0")
    assert (worded.accessibleName(), worded.toolTip()) == ("Projector", "Large type")
    assert worded.width() > bare.width() == bare.height()


def test_the_focus_is_seen_on_every_control(shown: Show) -> None:
    row = SliderRow("noise", SHARE, 0.5)
    groove = row.findChild(Groove)
    assert groove is not None
    controls = [IconButton("reset", "Reset"), PlayButton("Train", "Pause"), Chip("Data", "data"), groove]
    shown(row, *controls[:3])
    for control in controls:
        control.clearFocus()
        calm = pixels(control)
        tab_to(control)
        assert count(pixels(control), theme("dark").color("ink")) > count(calm, theme("dark").color("ink")), control


# Formulas -------------------------------------------------------------------------------------------------------------


def test_a_formula_is_not_blank_and_its_symbols_have_the_colors_of_their_roles(shown: Show) -> None:
    formula = Formula(UPDATE, {r"\eta": "learned", r"\mathrm{DAE}": "exact"})
    shown(formula)
    image = pixels(formula)
    for role in ("ink", "learned", "exact"):
        assert count(image, theme("dark").color(role), 40) > 5, role
    assert count(image, theme("dark").color("noise"), 8) == 0


def test_no_symbol_is_colored_that_was_not_named(shown: Show) -> None:
    formula = Formula(UPDATE)
    shown(formula)
    image = pixels(formula)
    assert count(image, theme("dark").color("ink"), 40) > 30
    assert count(image, theme("dark").color("learned"), 8) == 0


@pytest.mark.parametrize(
    ("latex", "symbol"),
    [
        (r"2\sigma_\varepsilon^2", "σ_ε"),
        (r"\frac{1}{\sigma_\varepsilon}", r"\sigma_\varepsilon"),
        (r"h \in R^{M_{\mathrm{hidd}}}", "M_hidd"),
        (r"x - \mathrm{DAE}(x)", r"\mathrm{DAE}"),
        (r"\|x - g(h_s)\|^2", "h_s"),
    ],
)
def test_a_symbol_is_found_in_fractions_powers_and_indices(latex: str, symbol: str) -> None:
    assert b"#FF0000" in typeset(latex, 20, "#000000", ((symbol_latex(symbol), "#FF0000"),)).svg


def test_symbols_of_recipes_become_latex() -> None:
    assert symbol_latex("M_hidd") == r"M_{\mathrm{hidd}}"
    assert symbol_latex("σ_ε") == "σ_ε"


def test_the_same_formula_is_set_once() -> None:
    assert typeset("x", 20, "#000000") is typeset("x", 20, "#000000")


def test_what_cannot_be_set_is_shown_as_it_was_written(shown: Show) -> None:
    with pytest.raises(ValueError, match="cannot be set"):
        typeset(r"\frac{a", 20, "#000000")
    formula = Formula(r"\frac{a")
    shown(formula)
    assert count(pixels(formula), theme("dark").color("faint"), 40) > 5


def test_a_formula_follows_theme_and_projector(shown: Show, qapp: QApplication) -> None:
    formula = Formula(UPDATE)
    shown(formula)
    desk = formula.sizeHint()
    apply(qapp, theme("light", projector=True))
    hall = formula.sizeHint()
    assert hall.width() == pytest.approx(1.6 * desk.width(), rel=0.03)
    assert count(pixels(formula), theme("light").color("ink"), 40) > 30


def test_a_formula_shrinks_where_it_has_no_room(qtbot: QtBot) -> None:
    formula = Formula(UPDATE)
    qtbot.addWidget(formula)
    formula.resize(formula.sizeHint().width() // 2, formula.sizeHint().height())
    formula.show()
    image = pixels(formula)
    inked = [x for x in range(image.width()) if count(image, theme("dark").color("ink"), 90, QRect(x, 0, 1, image.height()))]
    assert inked
    assert max(inked) < image.width() - 1


# Labels and sections --------------------------------------------------------------------------------------------------


def test_labels_show_markup_as_it_was_written(qtbot: QtBot) -> None:
    label, plain = Label("<b>x</b>"), Label("bxb")
    qtbot.addWidget(label)
    qtbot.addWidget(plain)
    assert label.sizeHint().width() > 1.5 * plain.sizeHint().width()


def test_a_label_takes_the_color_of_a_role(shown: Show) -> None:
    label = Label("alert", "strong", "alert")
    shown(label)
    assert count(pixels(label), theme("dark").color("alert"), 30) > 5
    label.set_role("exact")
    assert count(pixels(label), theme("dark").color("exact"), 30) > 5


def test_a_long_label_gives_way(qtbot: QtBot) -> None:
    label = ElidedLabel("a very long name of a very small thing")
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() < 60 < label.sizeHint().width()


def test_section_labels_are_capitals_only_for_the_eye(qtbot: QtBot) -> None:
    label = SectionLabel("The update")
    qtbot.addWidget(label)
    assert (label.text(), label.accessibleName()) == ("THE UPDATE", "The update")


def test_a_section_folds_by_click_and_by_key_and_says_so(qtbot: QtBot, shown: Show) -> None:
    section, content = Section("Training", folds=True), Label("inside")
    section.add(content)
    shown(section)
    said: list[bool] = []
    section.folded.connect(said.append)
    heading = section.childAt(5, 5)
    assert heading is not None
    qtbot.mouseClick(heading, Qt.MouseButton.LeftButton)
    assert not section.is_open
    assert not content.isVisible()
    tab_to(heading)
    qtbot.keyClick(heading, Qt.Key.Key_Space)
    assert section.is_open
    assert content.isVisible()
    section.set_open(False)
    assert said == [True, False]


def test_all_controls_grow_for_the_projector(shown: Show, qapp: QApplication) -> None:
    widgets = [
        SliderRow("noise", SHARE, 0.5, symbol="σ"), Segmented(OPTIONS), Chip("Data", "data"), IconButton("reset", "Reset"),
        PlayButton("Train", "Pause"), Section("Training", folds=True), SectionLabel("Data"),
    ]  # fmt: skip
    shown(*widgets)
    desk = [widget.sizeHint().height() for widget in widgets]
    apply(qapp, theme("dark", projector=True))
    hall = [widget.sizeHint().height() for widget in widgets]
    for before, after in zip(desk, hall, strict=True):
        assert after == pytest.approx(1.6 * before, rel=0.12)
