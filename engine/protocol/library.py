# SPDX-License-Identifier: MIT
"""Where an experiment comes from: a chapter by its key, or a recipe by its file. Every refusal is one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from engine.protocol.chapters import Chapter, ChapterError, chapters
from engine.protocol.places import own_chapters, resources
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.experiment import Experiment

MAX_BYTES: Final = 16 * 2**20  #: painted points stand in the recipe


class SourceError(ValueError):
    """An experiment that cannot be had; the message names file, field and reason."""


def chapter_folders() -> tuple[Path, ...]:
    """The folder of the chapters that come with the app, and the user's own."""
    return resources() / "chapters", own_chapters()


def shelf(language: str = "en") -> tuple[tuple[Chapter, ...], tuple[ChapterError, ...]]:
    """All chapters that can be read, by number, in a language where they have it, and why the others cannot."""
    refused: list[ChapterError] = []
    return chapters(chapter_folders(), language, refuse=refused.append), tuple(refused)


def experiment_of(source: str) -> Experiment:
    """The experiment of a chapter's key or of a recipe's file. Raises SourceError."""
    found, refused = shelf()
    for chapter in found:
        if chapter.key == source:
            return chapter.experiment
    for error in refused:
        if Path(error.file).stem == source:
            raise SourceError(str(error))
    file = Path(source)
    if file.suffix in READERS or _there(file):
        return read_recipe(file)
    keys = ", ".join(chapter.key for chapter in found) or "there are none"
    raise SourceError(f"“{source}” is neither a chapter ({keys}) nor a recipe file")


def read_recipe(file: Path) -> Experiment:
    """The experiment in a .json or .toml file. Raises SourceError."""
    try:
        return from_plain(plain_of(file))
    except RecipeError as error:
        raise SourceError(f"{file}: {error}") from None


def recipe_in(text: str, name: str) -> Experiment:
    """The experiment in the text of a recipe, JSON or TOML: a file, or what was copied. Raises SourceError."""
    if len(text) > MAX_BYTES:
        raise SourceError(f"{name}: a recipe has at most {MAX_BYTES // 2**20} MB")
    suffix = ".json" if text.lstrip("\ufeff \t\r\n").startswith("{") else ".toml"
    try:
        return from_plain(_parsed(text.lstrip("\ufeff"), suffix, name))
    except RecipeError as error:
        raise SourceError(f"{name}: {error}") from None


def plain_of(file: Path) -> Any:
    """The tables, lists and numbers in a .json or .toml file. Raises SourceError."""
    if file.suffix not in READERS:
        raise SourceError(f"{file}: a recipe is a .attractor, .json or .toml file")
    return _parsed(_text(file), file.suffix, str(file))


def _parsed(text: str, suffix: str, file: str) -> Any:
    try:
        return READERS[suffix](text)
    except RecursionError:
        raise SourceError(f"{file}: too deeply nested") from None
    except (msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"{file}: this is no {suffix[1:].upper()}: {error}") from None
    except ValueError:  # Python's own, for a whole number of more than 4,300 digits
        raise SourceError(f"{file}: a number has too many digits") from None


def _there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # a name too long for the file system
        return False


def _text(file: Path) -> str:
    try:
        if not file.is_file():
            raise SourceError(f"{file}: {'this is no file' if file.exists() else 'there is no such file'}")
        if file.stat().st_size > MAX_BYTES:
            raise SourceError(f"{file}: a recipe has at most {MAX_BYTES // 2**20} MB")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SourceError(f"{file}: this is no text in UTF-8") from None


#: What a file's name ends in; .attractor is JSON under the name that a desktop opens with this app.
READERS: Final[dict[str, Callable[[str], Any]]] = {
    ".attractor": msgspec.json.decode,
    ".json": msgspec.json.decode,
    ".toml": tomllib.loads,
}
