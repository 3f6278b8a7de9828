# SPDX-License-Identifier: MIT
"""The language of the screen: every word stands in the code once, in English; a table turns it into another one.

A table's key is the English text, or a sentence with {names} where values stand. Translation happens where a text is put on
the screen (`say`), so whoever composes a sentence need not know of it. What the table does not know stays English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QMenu

from engine.protocol.places import resources
from ui.appearance import Memory

LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
_PROPERTY: Final = "attractor_language"
_REMEMBERED: Final = 4000  #: texts whose translation need not be looked for again
_NAME: Final = re.compile(r"\{(\w+)\}")


class Table:
    """The words of one language, by the English ones."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = {key: text for key, text in words.items() if not _NAME.search(key)}
        self._patterns = [(_pattern(key), text) for key, text in words.items() if _NAME.search(key)]
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text in this language, or as it is."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._found(text)
        return known

    def knows(self, text: str) -> bool:
        """Whether there is a translation of it."""
        return text in self._words or any(pattern.fullmatch(text) for pattern, _ in self._patterns)

    def _found(self, text: str) -> str:
        if text in self._words or not any(letter.isalpha() for letter in text):
            return self._words.get(text, text)
        for pattern, translation in self._patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return self._filled(translation, match.groupdict())
        return text

    def _filled(self, translation: str, values: Mapping[str, str]) -> str:
        return _NAME.sub(lambda name: self(values.get(name[1], "?")), translation)


class Language(QObject):
    """The one place that changes the language."""

    changed = Signal(str)  #: "en" or "de"

    def __init__(self, app: QApplication, memory: Memory) -> None:
        super().__init__(app)
        self._app, self._memory = app, memory
        self.name = memory.text("language", tuple(LANGUAGES))
        app.setProperty(_PROPERTY, table(self.name))

    def offer(self, menu: QMenu) -> None:
        """Put every language into a menu, each by its own name."""
        group = QActionGroup(menu)
        for name, title in LANGUAGES.items():
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(name == self.name)
            action.triggered.connect(lambda *_, name=name: self.choose(name))
            group.addAction(action)

    def choose(self, name: str) -> None:
        """Speak another language from now on, and remember it."""
        if name != self.name:
            self.name = name
            self._memory.keep("language", name)
            self._app.setProperty(_PROPERTY, table(name))
            for window in self._app.topLevelWidgets():
                QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
            self.changed.emit(name)


def say(text: str) -> str:
    """A text in the language of the screen."""
    app = QCoreApplication.instance()
    found = app.property(_PROPERTY) if app is not None else None
    return found(text) if isinstance(found, Table) else text


def table(language: str) -> Table | None:
    """The table of a language; None for English, which needs none."""
    if language == "en":
        return None
    return Table(tomllib.loads((resources() / "translations" / f"{language}.toml").read_text(encoding="utf-8")))


def _pattern(key: str) -> re.Pattern[str]:
    """A sentence with values as what its filled forms look like; a name that comes twice stands for the same."""
    parts, seen = [], set()
    for index, part in enumerate(_NAME.split(key)):
        if index % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)
