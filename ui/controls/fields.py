# SPDX-License-Identifier: MIT
"""One editor for each kind of declared parameter: a number, a number or a word, a choice, a switch."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from engine.protocol.recipe.parameter import Parameter
from ui.controls.dressed import Dressed
from ui.controls.formula import Formula, symbol_latex
from ui.controls.labels import ElidedLabel
from ui.controls.scale import NumberScale
from ui.controls.segments import Chip, Option, Segmented
from ui.controls.slider import SliderRow
from ui.language import say
from ui.theme import theme_of

SEGMENTS: Final = 4  #: more answers than these hide in a list that drops down


class Field(Dressed):
    """An editor of one value. `moved` follows the hand, `settled` comes once, `refused` says why a text was not taken."""

    moved = Signal(object)
    settled = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._set_lengths()

    def show_value(self, value: Any) -> None:
        """Show a value; says nothing."""
        raise NotImplementedError

    def _set_lengths(self) -> None:
        self._box.setSpacing(theme_of(self).px(3))


class NumberField(Field):
    """A number on a groove; beside it the words that may stand in its place ("learned"), each as a small toggle."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = SliderRow(
            parameter.label, scale_of(parameter), _first_number(parameter),
            symbol=parameter.symbol, role=parameter.role, hint=hint_of(parameter),
        )  # fmt: skip
        self._box.addWidget(self._row)
        self._words = {word: Chip(word, parameter.role, checked=False) for word in parameter.words}
        if self._words:
            line = QHBoxLayout()
            for word, chip in self._words.items():
                chip.clicked.connect(lambda on, word=word: self.settled.emit(word if on else self._row.value))
                line.addWidget(chip)
            line.addStretch()
            self._box.addLayout(line)
        self._row.changed.connect(self.moved)
        self._row.committed.connect(self.settled)
        self._row.refused.connect(self.refused)

    def show_value(self, value: Any) -> None:
        """A number on the groove; a word rests the groove where it was."""
        for word, chip in self._words.items():
            chip.setChecked(value == word)
        self._row.setEnabled(not isinstance(value, str))
        if not isinstance(value, str):
            self._row.set_value(value)


class ChoiceField(Field):
    """One of a few words, all in sight; or of many, in a list."""

    def __init__(self, options: tuple[Option, ...], label: str, hint: str, symbol: str = "") -> None:
        super().__init__()
        self._editor: Segmented | QComboBox
        if label:
            self._box.addLayout(_heading(symbol, label))
        if len(options) <= SEGMENTS and sum(len(option.label) for option in options) <= 20:
            self._editor = Segmented(options)
            self._editor.chosen.connect(self.settled.emit)
        else:
            self._editor = _list_of(options)
            self._editor.activated.connect(lambda index: self.settled.emit(self._editor.itemData(index)))
        self._editor.setToolTip(say(hint))
        self._editor.setAccessibleName(say(label or hint))
        self._box.addWidget(self._editor)

    def show_value(self, value: Any) -> None:
        """The answer that is picked."""
        if isinstance(self._editor, Segmented):
            self._editor.set_value(value)
        else:
            self._editor.setCurrentIndex(self._editor.findData(value))


class SwitchField(Field):
    """Yes or no."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check = QCheckBox(say(parameter.label))
        self._check.setToolTip(say(hint_of(parameter)))
        self._check.clicked.connect(self.settled.emit)
        self._box.addWidget(self._check)

    def show_value(self, value: Any) -> None:
        """Checked for yes."""
        self._check.setChecked(bool(value))


class EitherField(Field):
    """One of two words, as a check-box: a word for yes, and one for no."""

    def __init__(self, label: str, hint: str, yes: str, no: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._yes = yes
        self._check = QCheckBox(say(label))
        self._check.setToolTip(say(hint))
        self._check.clicked.connect(lambda on: self.settled.emit(yes if on else no))
        self._box.addWidget(self._check)

    def show_value(self, value: Any) -> None:
        """Checked for the one word, not for any other."""
        self._check.setChecked(value == self._yes)


def field_for(parameter: Parameter) -> Field:
    """The editor that the kind of a parameter asks for."""
    if parameter.kind == "bool":
        return SwitchField(parameter)
    if parameter.kind == "choice":
        options = tuple(Option(word, word) for word in parameter.words)
        return ChoiceField(options, parameter.label, hint_of(parameter), parameter.symbol)
    return NumberField(parameter)


def scale_of(parameter: Parameter) -> NumberScale:
    """The groove of a number: its comfortable range, within its hard limits."""
    low, high = parameter.slider or (parameter.low or 0.0, parameter.high or 1.0)
    return NumberScale(
        low, high, log=parameter.scale == "log", integer=parameter.kind == "int",
        minimum=parameter.low, maximum=parameter.high,
    )  # fmt: skip


def hint_of(parameter: Parameter) -> str:
    """The tooltip: what it does, and whether it acts at once."""
    effect = "Acts at once." if parameter.live else "The network starts again; undo brings the old one back."
    return f"{parameter.help} {effect}".strip()


def _first_number(parameter: Parameter) -> float:
    if isinstance(parameter.default, (int, float)):
        return parameter.default
    scale = scale_of(parameter)
    return scale.number(0.5)


def _heading(symbol: str, label: str) -> QHBoxLayout:
    line = QHBoxLayout()
    if symbol:
        line.addWidget(Formula(symbol_latex(symbol), style="body", inline=True))
    line.addWidget(ElidedLabel(label, "body", "soft"), 1)
    return line


def _list_of(options: tuple[Option, ...]) -> QComboBox:
    box = QComboBox()
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    box.setMinimumContentsLength(6)
    for index, option in enumerate(options):
        box.addItem(say(option.label), option.key)
        box.setItemData(index, say(option.hint), Qt.ItemDataRole.ToolTipRole)
    return box
