# SPDX-License-Identifier: MIT
"""Chapters: what a lecturer writes in one TOML file, read and checked whole. Every refusal is one sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from engine.protocol.prose import ROLES, plain, unknown_roles
from engine.protocol.recipe.editing import RecipeError, from_plain, parameters
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.parameter import Role
from engine.protocol.recipe.part import Capability
from engine.protocol.recipe.probes import PROBES, Panel

MAX_BYTES: Final = 256 * 1024
#: Figures that are measured beside the scalars of the objectives, and what the model must be able to do for each.
#: rms: √E‖DAE(x) − exact(x)‖² over x = x_i + σn, x_i from the training set.
FIGURES: Final[dict[str, Capability]] = {"rms": "denoise"}
#: What can be chosen in place of a whole part; a control as any parameter.
CHOICES: Final = ("data.name", "model.kind")

T = TypeVar("T")
Line = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\A[^\n]+\Z")]
Prose = Annotated[str, Meta(max_length=10_000)]


class ChapterError(ValueError):
    """A chapter that cannot be: `file` and `field` say where (`field` may be empty), `reason` what is wrong."""

    def __init__(self, file: str, field: str, reason: str) -> None:
        super().__init__(f"{file}: {field}: {reason}" if field else f"{file}: {reason}")
        self.file = file
        self.field = field
        self.reason = reason


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of everything that a chapter's file says."""


class Point(_Sheet, frozen=True, kw_only=True):
    """What the chapter shows, as a figure that keeps a bound after so many steps: a scalar's name, or one of FIGURES."""

    figure: Line
    steps: Annotated[int, Meta(ge=1, le=10_000_000)]
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("expected either at_most or at_least")

    def holds(self, value: float) -> bool:
        """Whether the figure keeps the bound."""
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


class Place(Panel, frozen=True, kw_only=True):
    """A panel and where it stands: on the stage, or in the row below it.

    A panel below that does not fit the data waits until data are chosen that it fits.
    """

    place: Literal["stage", "below"] = "below"

    @property
    def panel(self) -> Panel:
        """The part of it that the engine is told."""
        return Panel(key=self.key, probe=self.probe, lane=self.lane, title=self.title)


class Passage(_Sheet, frozen=True, kw_only=True):
    """One step of a chapter's text: read in ten seconds, one formula, a question to try."""

    title: Line
    text: Prose  #: see `engine.protocol.prose`; the formula stands after its first paragraph
    question: Prose = ""
    formula: Annotated[str, Meta(max_length=500)] = ""  #: LaTeX
    colors: dict[str, Role] = {}  #: symbol of the formula → role
    light: tuple[str, ...] = ()  #: paths of the controls to light

    def __post_init__(self) -> None:
        for role in (*unknown_roles(self.text), *unknown_roles(self.question)):
            raise ValueError(f"“{role}” colors words and is no role; roles are {', '.join(ROLES)}")
        for symbol in self.colors:
            if symbol not in self.formula:
                raise ValueError(f"colors “{symbol}”, which is not in the formula")


class Chapter(_Sheet, frozen=True, kw_only=True):
    """One chapter of the lecture: an experiment, what is to be seen of it, and the text."""

    key: Annotated[str, Meta(max_length=40, pattern=r"\A[a-z][a-z0-9-]*\Z")]
    number: Annotated[int, Meta(ge=1, le=999)]
    title: Line
    point: Point
    experiment: Experiment
    panels: Annotated[tuple[Place, ...], Meta(min_length=1, max_length=12)]
    controls: tuple[str, ...]  #: parameters in view; the others wait behind “more”
    hide: tuple[str, ...] = ()  #: parameters not to be seen at all
    steps: Annotated[tuple[Passage, ...], Meta(min_length=1, max_length=40)]


class _Words(_Sheet, frozen=True, kw_only=True):
    title: Line
    text: Prose
    question: Prose = ""


class _Translation(_Sheet, frozen=True, kw_only=True):
    """A chapter's texts in another language; the structure stands once, in the chapter itself."""

    title: Line
    steps: tuple[_Words, ...]
    panels: dict[str, Line] = {}  #: key → title


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
    for field, reason in _faults(chapter):
        raise ChapterError(file.name, field, reason)
    return chapter


def translated(chapter: Chapter, folder: Path) -> Chapter:
    """The chapter with the texts of folder/KEY.toml, or as it is where there is no such file; raises ChapterError."""
    file = folder / f"{chapter.key}.toml"
    if not file.exists():
        return chapter
    name = f"{folder.name}/{file.name}"
    words = _convert(_table(file, name), _Translation, name)
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


def controls_of(experiment: Experiment) -> frozenset[str]:
    """Every path that a chapter may show, hide or light: `section.field`, also with its lane's name before it."""
    paths = set(CHOICES)
    for lane in experiment.lanes:
        own = {parameter.path for parameter in parameters(experiment, lane.name)}
        paths |= own | {f"{lane.name}.{path}" for path in (*own, "model.kind")}
    return frozenset(paths)


def _faults(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """What no single limit can see: (field, reason), the first thing first."""
    yield from _panel_faults(chapter)
    known = controls_of(chapter.experiment)
    lights = {f"step {number}: light": passage.light for number, passage in enumerate(chapter.steps, 1)}
    for field, paths in {"controls": chapter.controls, "hide": chapter.hide, **lights}.items():
        for path in paths:
            if path not in known:
                yield field, f"“{path}” is no parameter of this experiment"
            elif field == "hide" and path in chapter.controls:
                yield field, f"“{path}” is among the controls too"
            elif field in lights and path not in chapter.controls:
                yield field, f"“{path}” is not among the controls, so nobody would see it lit"
    figures = {"loss"}
    for lane in chapter.experiment.lanes:
        figures.update(lane.recipe.objective.terms)
        figures.update(name for name, need in FIGURES.items() if need in lane.recipe.model.can)
    if chapter.point.figure not in figures:
        yield "point.figure", f"“{chapter.point.figure}” is not measured here; {', '.join(sorted(figures))} are"


def _panel_faults(chapter: Chapter) -> Iterator[tuple[str, str]]:
    lanes = {"": chapter.experiment.lanes[0], **{lane.name: lane for lane in chapter.experiment.lanes}}
    keys = [panel.key for panel in chapter.panels]
    for panel in chapter.panels:
        field = f"panel “{panel.key}”"
        if keys.count(panel.key) > 1:
            yield field, "two panels have this key"
        if panel.lane not in lanes:
            yield f"{field}: lane", f"there is no lane “{panel.lane}”"
            continue
        model = lanes[panel.lane].recipe.model
        missing = sorted(panel.probe.needs - model.can)
        if missing:
            yield f"{field}: probe", f"“{panel.probe.kind}” needs a model that can {missing[0]}, and a {model.kind} cannot"
        misfit = panel.probe.misfit(chapter.experiment.data.shape)
        if misfit and panel.place == "stage":
            yield f"{field}: probe", f"“{panel.probe.kind}” does not fit “{chapter.experiment.data.name}”: {misfit}"
    if all(panel.place != "stage" for panel in chapter.panels):
        yield "panels", "none of them stands on the stage"


def _table(file: Path, name: str) -> dict[str, Any]:
    """The TOML table in a file, its texts without control characters; raises ChapterError."""
    try:
        if not file.is_file():
            raise ChapterError(name, "", "this is no file")
        if file.stat().st_size > MAX_BYTES:
            raise ChapterError(name, "", f"a chapter has at most {MAX_BYTES // 1024} kB")
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        return {key: _cleaned(value) for key, value in table.items()}
    except OSError as error:
        raise ChapterError(name, "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ChapterError(name, "", "this is no text in UTF-8") from None
    except RecursionError:
        raise ChapterError(name, "", "too deeply nested") from None
    except tomllib.TOMLDecodeError as error:
        raise ChapterError(name, "", f"this is no TOML: {error}") from None
    except ValueError:  # Python refuses whole numbers of more than 4,300 digits with a ValueError of its own
        raise ChapterError(name, "", "a number has too many digits") from None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {plain(key): _cleaned(entry) for key, entry in value.items()}
    return value


_AT = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<where>.*)`)?$", re.DOTALL)
_ENTRY = re.compile(r"(step|panel)s\[(\d+)\]\.?")
_NOUNS: Final = {
    "`str`": "a text", "`int`": "a whole number", "`float`": "a number", "`bool`": "true or false", "`array`": "a list",
    "`object`": "a table", "`null`": "nothing",
}  # fmt: skip


def _convert(plain: dict[str, Any], kind: type[T], name: str) -> T:
    """The table as a value of its type; raises ChapterError."""
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise ChapterError(name, *_said(str(error))) from None


def _said(error: str) -> tuple[str, str]:
    """msgspec's JSON path and words as a lecturer reads them: (field, reason)."""
    match = _AT.match(error)
    reason, where = (match["reason"], match["where"] or "$") if match else (error, "$")
    field = _ENTRY.sub(lambda m: f"{m[1]} {int(m[2]) + 1}: ", where.removeprefix("$").lstrip("."))
    field = re.sub(r"\[.*?\]", "", field).removesuffix(": ")
    named = re.search(r"(unknown|required) field `(.+)`", reason)
    if named:
        field = f"{field}: {named[2]}" if " " in field else f"{field}.{named[2]}".lstrip(".")
        return field, "there is no such field" if named[1] == "unknown" else "is missing"
    invalid = re.search(r"[Ii]nvalid (?:enum )?value '?(.*?)'?$", reason)
    if invalid:
        kinds = sorted(str(probe.__struct_config__.tag) for probe in PROBES) if field.endswith("probe.kind") else []
        return field, f"“{invalid[1]}” is not known here" + (f"; known are {', '.join(kinds)}" if kinds else "")
    if "matching regex" in reason:
        return field, "expected small letters, digits and hyphens" if field == "key" else "expected one line"
    for noun, words in _NOUNS.items():
        reason = reason.replace(noun, words)
    return field, reason[:1].lower() + reason[1:]
