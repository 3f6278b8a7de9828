# SPDX-License-Identifier: MIT
"""The command line: one parser, and a frozen value for what was asked. Help and limits derive from the declared parameters."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn

from engine.protocol import typed
from engine.protocol.console import CommandError
from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.flows import FLOWS
from engine.protocol.recipe.models import MODELS
from engine.protocol.recipe.objectives import OBJECTIVES
from engine.protocol.recipe.parameter import Parameter, parameters_of
from engine.protocol.recipe.training import Training
from engine.protocol.version import APP


@dataclass(frozen=True)
class Window:
    """Open the window; with `play`, for so many seconds, and write a report."""

    chapter: str | None = None
    recipe: Path | None = None
    engine: str | None = None  #: a command that starts an engine elsewhere (ssh …)
    projector: bool = False
    profile: Path | None = None
    safe_mode: bool = False
    device: str | None = None
    threads: int | None = None
    play: float | None = None
    report: Path | None = None
    size: tuple[int, int] | None = None  #: pixels
    fps: int | None = None  #: pictures a second at most


@dataclass(frozen=True)
class Train:
    """Train without a window."""

    source: str  #: a chapter's key or a recipe's file
    steps: int
    out: Path
    values: list[tuple[str, typed.Value]]  #: (path, value)
    seed: int | None = None
    threads: int | None = None
    device: str | None = None
    force: bool = False


@dataclass(frozen=True)
class Chapters:
    """List the chapters."""


@dataclass(frozen=True)
class Schema:
    """Print the JSON Schema of a recipe."""


@dataclass(frozen=True)
class Doctor:
    """Look at this machine, and train a little."""

    json: bool = False
    probe: bool = False  #: only look for devices: what the doctor's own child does


@dataclass(frozen=True)
class Engine:
    """Be an engine on the standard streams."""

    session: Path | None = None
    threads: int | None = None


@dataclass(frozen=True)
class Read:
    """Read a file of data as the window does, and say what it holds."""

    file: Path
    side: int = 28  #: pixels of a picture's side, for folders
    color: str = "auto"  #: auto, gray or color
    label: str = "auto"  #: the column of the labels; auto, or none
    header: str = "auto"  #: auto, yes or no

    @property
    def words(self) -> list[str]:
        """The words that ask for this on a command line."""
        return ["read", f"--side={self.side}", f"--color={self.color}", f"--label={self.label}", f"--header={self.header}",
                "--", str(self.file)]  # fmt: skip


@dataclass(frozen=True)
class Render:
    """Make a picture or a film of a chapter or a recipe, without a screen."""

    source: str
    steps: int
    out: Path
    size: tuple[int, int] = (1280, 720)  #: pixels
    seconds: float = 10.0  #: of a film
    fps: float = 25.0
    panel: str = ""
    threads: int | None = None


@dataclass(frozen=True)
class Sweep:
    """Train a recipe many times over, and write a table of figures."""

    source: str  #: a shipped sweep's name or a file
    out: Path
    workers: int | None = None  #: engines at once on this machine
    cluster: str | None = None  #: the address of a Dask scheduler


Options = Window | Read | Render | Sweep | Train | Chapters | Schema | Doctor | Engine


def parse(argv: Sequence[str]) -> Options:
    """What was asked. Raises CommandError; --help and --version print and raise SystemExit."""
    word = argv[0] if argv else ""
    if word in COMMANDS:
        kind, declare = COMMANDS[word]
        asked = vars(declare(_parser(f"attractor {word}", _about(kind))).parse_args(argv[1:]))
        return kind(**asked)
    if word and not word.startswith("-"):
        raise CommandError(f"“{word}” is no command; commands are {', '.join(COMMANDS)}")
    window = Window(**vars(_window(_parser("attractor", _about(Window))).parse_args(argv)))
    if (window.play is None) != (window.report is None):
        raise CommandError("--play SECONDS and --report FILE go together")
    return window


class _Parser(argparse.ArgumentParser):
    """argparse that refuses in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message.removeprefix('argument ')}; see {self.prog} --help")


def _parser(prog: str, about: str) -> _Parser:
    return _Parser(prog=prog, description=about, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)


def _about(kind: type[Options]) -> str:
    return (kind.__doc__ or "").strip()


def _window(parser: _Parser) -> _Parser:
    parser.add_argument("--version", action="version", version=f"attractor {APP}")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--chapter", metavar="KEY", help="open this chapter")
    source.add_argument("--recipe", metavar="FILE", type=typed.path, help="open this recipe (.json or .toml)")
    parser.add_argument("--engine", metavar="COMMAND", help="a command that starts the engine elsewhere, such as "
                        "“ssh lab attractor engine”")  # fmt: skip
    parser.add_argument("--projector", action="store_true", help="large type and strong lines")
    parser.add_argument("--profile", metavar="DIR", type=typed.path, help="keep settings and sessions in this folder")
    parser.add_argument("--safe-mode", action="store_true", help="restore nothing, use the CPU and the default settings")
    _machine(parser)
    parser.add_argument("--play", metavar="SECONDS", type=typed.seconds, help="play by itself for so long, then leave")
    parser.add_argument("--report", metavar="FILE", type=typed.path, help="what --play measured, as JSON")
    parser.add_argument("--size", metavar="WxH", type=typed.size, help="the window's size in pixels")
    parser.add_argument("--fps", metavar="F", type=typed.whole(1, 120), help="pictures a second at most (60); fewer leave more "
                        "to the training")  # fmt: skip
    lines = [f"  {word:10} {_about(kind)}" for word, (kind, _) in COMMANDS.items()]
    parser.epilog = "\n".join(["commands (each has its own --help):", *lines])
    return parser


def _train(parser: _Parser) -> _Parser:
    parser.add_argument("source", metavar="KEY|FILE", help="a chapter's key, or a recipe (.json or .toml)")
    parser.add_argument("--steps", type=typed.whole(1, 10**9), required=True, help="gradient steps of each lane")
    parser.add_argument("--out", metavar="DIR", type=typed.path, required=True, help="the folder for the results")
    seed = next(p for p in parameters_of(Experiment, "") if p.path == "seed")
    parser.add_argument("--seed", type=typed.whole(int(seed.low or 0), int(seed.high or 0)), help=seed.help)
    parser.add_argument("--set", dest="values", metavar="[LANE.]PATH=VALUE", nargs="+", action="extend", default=[],
                        type=typed.assignment, help="change values of the recipe, see below")  # fmt: skip
    _machine(parser)
    parser.add_argument("--force", action="store_true", help="replace the run that the folder holds")
    parser.epilog = "\n".join(["values for --set:", *_settable()])
    return parser


def _machine(parser: _Parser) -> None:
    """Where and with how many threads to compute; limits and words are those of the recipe."""
    declared = {p.path: p for p in parameters_of(Training, "training")}
    device, threads = declared["training.device"], declared["training.threads"]
    parser.add_argument("--device", choices=[word for word in device.words if word != "auto"], help=device.help)
    parser.add_argument("--threads", type=typed.whole(1, int(threads.high or 1)), help="threads of the engine's mathematics")


def _nothing(parser: _Parser) -> _Parser:
    return parser


def _doctor(parser: _Parser) -> _Parser:
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.add_argument("--probe", action="store_true", help=argparse.SUPPRESS)
    return parser


def _engine(parser: _Parser) -> _Parser:
    parser.add_argument("--session", metavar="DIR", type=typed.path, help="the folder of the checkpoints")
    parser.add_argument("--threads", type=typed.whole(1, 1024), help="threads of the engine's mathematics")
    return parser


def _read(parser: _Parser) -> _Parser:
    parser.add_argument("file", metavar="FILE", type=typed.path, help="a folder of pictures, or a .csv, .npy, .npz or IDX file")
    parser.add_argument("--side", type=typed.whole(4, 256), default=Read.side, help="pixels of a picture's side")
    parser.add_argument("--color", choices=["auto", "gray", "color"], default=Read.color, help="colors of the pictures")
    parser.add_argument("--label", metavar="COLUMN", default=Read.label, help="the column that holds the class; auto, or none")
    parser.add_argument("--header", choices=["auto", "yes", "no"], default=Read.header, help="whether row 1 holds names")
    return parser


def _render(parser: _Parser) -> _Parser:
    parser.add_argument("source", metavar="KEY|FILE", help="a chapter's key, or a recipe (.json or .toml)")
    parser.add_argument("--steps", type=typed.whole(0, 10**7), required=True, help="gradient steps until then")
    parser.add_argument("--out", metavar="FILE", type=typed.path, required=True, help="a .png, .svg, .gif or .mp4")
    parser.add_argument("--size", metavar="WxH", type=typed.size, default=Render.size, help="the window's size in pixels")
    parser.add_argument("--seconds", type=typed.seconds, default=Render.seconds, help="the length of a film")
    parser.add_argument("--fps", type=typed.seconds, default=Render.fps, help="pictures a second in a film")
    parser.add_argument("--panel", metavar="NAME", default=Render.panel, help="one panel instead of all")
    parser.add_argument("--threads", type=typed.whole(1, 1024), help="threads of the engine's mathematics")
    return parser


def _sweep(parser: _Parser) -> _Parser:
    parser.add_argument("source", metavar="NAME|FILE", help="a sweep that comes with the app, or one of yours (.toml or .json)")
    parser.add_argument("--out", metavar="DIR", type=typed.path, required=True, help="the folder of its table; if it holds a "
                        "part of this sweep, the rest is run")  # fmt: skip
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", metavar="N", type=typed.whole(1, 256), help="engines at once; as many as cores unless told")
    where.add_argument("--cluster", metavar="ADDRESS", help="run on the workers of the Dask scheduler there (extra “cluster”)")
    return parser


COMMANDS: Final[dict[str, tuple[type[Options], Callable[[_Parser], _Parser]]]] = {
    "train": (Train, _train),
    "chapters": (Chapters, _nothing),
    "schema": (Schema, _nothing),
    "doctor": (Doctor, _doctor),
    "engine": (Engine, _engine),
    "read": (Read, _read),
    "render": (Render, _render),
    "sweep": (Sweep, _sweep),
}


def _settable() -> list[str]:
    """One line for each declared parameter: path, limits, the kinds that have it, help."""
    lines = [f"  {p.path:24} {_limits(p)}  {p.help}" for p in parameters_of(Experiment, "")]
    for section, chooser, table in (
        ("data", "name", DATA), ("model", "kind", MODELS), ("objective", "kind", OBJECTIVES), ("flow", "kind", FLOWS),
    ):  # fmt: skip
        kinds: dict[Parameter, list[str]] = {}
        for part in table:
            for parameter in parameters_of(part, section):
                kinds.setdefault(replace(parameter, default=None), []).append(str(part.__struct_config__.tag))
        lines.append(f"  {section}.{chooser:{23 - len(section)}} {', '.join(str(p.__struct_config__.tag) for p in table)}")
        lines += [f"  {p.path:24} {_limits(p)}  {p.help} ({', '.join(names)})" for p, names in kinds.items()]
    return lines + [f"  {p.path:24} {_limits(p)}  {p.help}" for p in parameters_of(Training, "training")]


def _limits(parameter: Parameter) -> str:
    limits = "" if parameter.low is None else f"{parameter.low:.12g} … {parameter.high:.12g} {parameter.unit}".rstrip()
    words = ("true", "false") if parameter.kind == "bool" else parameter.words
    return " or ".join(filter(None, (limits, *words)))

