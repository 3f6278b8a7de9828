# SPDX-License-Identifier: MIT
"""Turns the pages: which chapter is open, and what form, panels and reader show of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.protocol.chapter import Chapter
from engine.protocol.recipe.editing import RecipeError
from engine.protocol.recipe.experiment import Experiment
from ui.arrangement import Arrangement
from ui.controls.chapters import ChapterList
from ui.controls.form import Form
from ui.controls.reader import Reader
from ui.placing import places_for
from ui.player import Player


class Lecture(QObject):
    """The chapters in their order. One may also play a recipe of one's own: then no chapter is open."""

    opened = Signal(object)  #: the Chapter that is open now

    def __init__(self, chapters: Sequence[Chapter], player: Player, panels: Arrangement, form: Form, reader: Reader) -> None:
        super().__init__(panels)
        self.chapters = tuple(chapters)
        self._contents = ChapterList(panels)
        self._contents.hide()
        self._contents.chosen.connect(self.open)
        self._player, self._panels, self._form, self._reader = player, panels, form, reader
        player.edited.connect(lambda state: self.show_experiment())
        panels.watched.connect(player.troupe.watch)
        form.edited.connect(self._edit)
        reader.lit.connect(form.light)
        reader.beyond.connect(lambda way: self.go(way, step=0 if way > 0 else -1))

    @property
    def chapter(self) -> Chapter | None:
        """The chapter that is open."""
        return next((chapter for chapter in self.chapters if chapter.key == self._player.session.key), None)

    def deeds(self) -> dict[str, Callable[[], object]]:
        """What the actions of the lecture do."""
        return {
            "next": self.next, "next_chapter": lambda: self.go(1), "compare": self.compare,
            "previous": self.previous, "previous_chapter": lambda: self.go(-1),
        }  # fmt: skip

    def open(self, key: str, step: int = 0) -> None:
        """Open a chapter as it was left, at a step of its text."""
        chapter = next(chapter for chapter in self.chapters if chapter.key == key)
        self._player.turn_to(key, chapter.experiment)
        self.show_experiment()
        self._reader.show_chapter(chapter, step)
        self.opened.emit(chapter)

    def go(self, way: int, step: int = 0) -> None:
        """Open the next chapter (1) or the one before (−1); at either end nothing happens."""
        keys = [chapter.key for chapter in self.chapters]
        place = keys.index(self._player.session.key) + way if self._player.session.key in keys else 0
        if 0 <= place < len(keys):
            self.open(keys[place], step)

    def next(self) -> None:
        """The next step of the text, and after the last one the next chapter."""
        if not self._reader.next():
            self.go(1)

    def previous(self) -> None:
        """The step of the text before this one, and before the first one the end of the chapter before."""
        if not self._reader.previous():
            self.go(-1, step=-1)

    def translate(self, chapters: Sequence[Chapter]) -> None:
        """Show these chapters from now on: the same ones in another language."""
        self.chapters = tuple(chapters)
        self._form.translate()
        if self.chapter is not None:
            self.open(self.chapter.key, self._reader.step)

    def compare(self) -> None:
        """Double the lane whose settings are in sight into A and B, and show the settings of B."""
        if self._player.compare(self._form.lane):
            self._form.choose_lane(next(name for name in self._form.lanes if name.endswith("B")))

    def list_below(self, anchor: QWidget) -> None:
        """Offer all chapters in a list below a widget."""
        self._contents.show_chapters(self.chapters, self._player.session.key)
        self._contents.open_at(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def show_experiment(self) -> None:
        """Let form and panels follow the session."""
        experiment, chapter = self._player.session.experiment, self.chapter
        if chapter is None:
            self._form.show_experiment(experiment)
        else:
            controls = chapter.controls if _models(chapter.experiment) == _models(experiment) else None
            self._form.show_experiment(experiment, controls, chapter.hide)
        written = [lane.name for lane in chapter.experiment.lanes] if chapter is not None else []
        self._panels.show_places(places_for(experiment, chapter.panels if chapter is not None else (), written))

    def _edit(self, path: str, value: Any, held: bool) -> None:
        chapter, (lane, _, own) = self.chapter, path.partition(".")
        if chapter is not None and own in chapter.together and lane in [lane.name for lane in chapter.experiment.lanes]:
            path = own
        try:
            self._player.edit(path, value, held)
        except RecipeError as error:
            reason = error.reason if path.endswith(error.field) else str(error)
            self._form.refuse(path, f"{reason[:1].upper()}{reason[1:]}.")


def _models(experiment: Experiment) -> set[str]:
    return {lane.recipe.model.kind for lane in experiment.lanes}
