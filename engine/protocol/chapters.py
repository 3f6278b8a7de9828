# SPDX-License-Identifier: MIT
"""Reading chapters from TOML files, and their texts in another language. Every refusal is one sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from engine.protocol.chapter import Chapter, Passage, Place, Point, Translation, faults
from engine.protocol.prose import plain
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.probes import PROBES
from engine.protocol.recipe.refusal import in_words, parted

__all__ = ["Chapter", "ChapterError", "Passage", "Place", "Point", "chapters", "read", "translated"]

MAX_BYTES: Final = 256 * 1024
T = TypeVar("T")


class ChapterError(ValueError):
    """A chapter that cannot be: `file` and `field` say where (`field` may be empty), `reason` what is wrong."""

    def __init__(self, file: str, field: str, reason: str) -> None:
        super().__init__(f"{file}: {field}: {reason}" if field else f"{file}: {reason}")
        self.file = file
        self.field = field
        self.reason = reason


def chapters(
    folders: Iterable[Path], language: str = "en", refuse: Callable[[ChapterError], None] | None = None
) -> tuple[Chapter, ...]:
    """The chapters of all folders by number, their texts in `language` where FOLDER/LANGUAGE/KEY.toml has them.

    A folder that does not exist has none. What cannot be read is handed to `refuse`, and the rest goes on; without `refuse`
    its ChapterError is raised.
    """
    found: dict[str, tuple[Chapter, str]] = {}
    for file in (file for folder in folders for file in sorted(folder.glob("*.toml"))):
        try:
            chapter = read(file)
            if chapter.key in found:
                raise ChapterError(file.name, "key", f"“{chapter.key}” is the key of {found[chapter.key][1]} too")
            found[chapter.key] = chapter, file.name
            found[chapter.key] = translated(chapter, file.parent / language), file.name
        except ChapterError as error:
            if refuse is None:
                raise
            refuse(error)
    return tuple(sorted((chapter for chapter, _ in found.values()), key=lambda chapter: (chapter.number, chapter.key)))


def read(file: Path) -> Chapter:
    """The chapter in a file, checked whole; raises ChapterError."""
    sheet = _table(file, file.name)
    try:
        if "experiment" in sheet:
            sheet["experiment"] = from_plain(sheet["experiment"])
    except RecipeError as error:
        raise ChapterError(file.name, f"experiment.{error.field}".rstrip("."), error.reason) from None
    chapter = _convert(sheet, Chapter, file.name)
    for field, reason in faults(chapter):
        raise ChapterError(file.name, field, reason)
    return chapter


def translated(chapter: Chapter, folder: Path) -> Chapter:
    """The chapter with the texts of folder/KEY.toml, or as it is where there is no such file; raises ChapterError."""
    file = folder / f"{chapter.key}.toml"
    if not file.exists():
        return chapter
    name = f"{folder.name}/{file.name}"
    words = _convert(_table(file, name), Translation, name)
    if len(words.steps) != len(chapter.steps):
        raise ChapterError(name, "steps", f"expected {len(chapter.steps)} as in the chapter, got {len(words.steps)}")
    unknown = words.panels.keys() - {panel.key for panel in chapter.panels}
    if unknown:
        raise ChapterError(name, "panels", f"the chapter has no panel “{min(unknown)}”")
    steps = []
    for number, (passage, said) in enumerate(zip(chapter.steps, words.steps, strict=True), 1):
        if bool(passage.question) != bool(said.question):
            raise ChapterError(name, f"step {number}: question", "stands in the chapter or here, but not in both")
        steps.append(msgspec.structs.replace(passage, **msgspec.structs.asdict(said)))
    panels = tuple(msgspec.structs.replace(panel, title=words.panels.get(panel.key, panel.title)) for panel in chapter.panels)
    return msgspec.structs.replace(chapter, title=words.title, steps=tuple(steps), panels=panels)


def _table(file: Path, name: str) -> dict[str, Any]:
    """The TOML table in a file, its texts without control characters; raises ChapterError."""
    text = _text(file, name)
    try:
        return {plain(key): _cleaned(value) for key, value in tomllib.loads(text).items()}
    except RecursionError:
        raise ChapterError(name, "", "too deeply nested") from None
    except tomllib.TOMLDecodeError as error:
        raise ChapterError(name, "", f"this is no TOML: {error}") from None
    except ValueError:  # Python's own, for a whole number of more than 4,300 digits
        raise ChapterError(name, "", "a number has too many digits") from None


def _text(file: Path, name: str) -> str:
    if not file.is_file():
        raise ChapterError(name, "", "this is no file")
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ChapterError(name, "", f"a chapter has at most {MAX_BYTES // 1024} kB")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ChapterError(name, "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ChapterError(name, "", "this is no text in UTF-8") from None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {plain(key): _cleaned(entry) for key, entry in value.items()}
    return value


_ENTRY = re.compile(r"(step|panel)s\[(\d+)\]\.?")


def _convert(table: dict[str, Any], kind: type[T], name: str) -> T:
    """The table as a value of its type; raises ChapterError."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise ChapterError(name, *_said(error)) from None


def _said(error: msgspec.ValidationError) -> tuple[str, str]:
    """msgspec's JSON path and words as a lecturer reads them: (field, reason)."""
    reason, where = parted(error)
    field = _ENTRY.sub(lambda m: f"{m[1]} {int(m[2]) + 1}: ", where)
    field = re.sub(r"\[.*?\]", "", field).removesuffix(": ")
    named = re.search(r"(unknown|required) field `(.+)`", reason)
    if named:
        field = f"{field}: {named[2]}" if " " in field else f"{field}.{named[2]}".lstrip(".")
        return field, "there is no such field" if named[1] == "unknown" else "is missing"
    if "matching regex" in reason:
        return field, "expected small letters, digits and hyphens" if field == "key" else "expected one line"
    known = [str(probe.__struct_config__.tag) for probe in PROBES] if field.endswith("probe.kind") else []
    return field, in_words(reason, known)
