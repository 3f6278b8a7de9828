# SPDX-License-Identifier: MIT
"""A run as a plain, commented PyTorch script, with its weights and data beside it in one .npz: it samples, and it trains anew.

The network, the cost and the flow are the engine's own source. The script draws its random numbers from the same seeds in the
same order as the app, so that its samples are the app's and its loss follows the app's.
"""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from string import Template
from typing import Any, Final

import msgspec
import numpy as np

from engine.export.cutting import Cut, Symbol, has
from engine.export.frame import CELL, HEAD, MAIN, SAMPLE, SETTINGS, TRAIN
from engine.flows import FLOWS
from engine.objectives.objective import Objective
from engine.rng import stream
from engine.run import Run
from engine.samples import PIECE

FORMS: Final = (".py", ".ipynb")
PURPOSES: Final = ("weights", "noise", "batches", "samples")
BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  #: what would end a comment
#: Title of a section, and the rooms of the engine whose code stands in it.
SECTIONS: Final = (
    ("The network", ("engine.models", "engine.plane")),
    ("The cost", ("engine.objectives",)),
    ("Training", ("engine.batches", "engine.optimizer")),
    ("New examples", ("engine.flows",)),
)
IMPORTS: Final = ("copy", "math", "sys", "numpy as np", "torch")


class ExportError(ValueError):
    """A run that cannot leave as a script; the message is a reason without a full stop."""


def files_of(run: Run, stem: str, form: str) -> dict[str, bytes]:
    """Suffix and bytes of the script (or notebook) and its .npz. Raises ExportError; OSError where the sources are missing."""
    text = notebook_of(run, stem) if form == ".ipynb" else script_of(run, stem)
    return {form: text.encode(), ".npz": _arrays(run)}


def script_of(run: Run, name: str) -> str:
    """The text of a script that reads `name`.npz beside it. Raises ExportError for models that have nothing to learn."""
    parts = [f"# {'-' * 100} {title}\n\n{text}" if title != "Settings" else text for title, text in sections(run, name)]
    return "\n\n\n".join([*parts, MAIN.strip("\n")]) + "\n"


def notebook_of(run: Run, name: str) -> str:
    """The same as a notebook (.ipynb, format 4.5), a cell for each section. Raises ExportError."""
    cells: list[dict[str, Any]] = []
    for number, (title, source) in enumerate([*sections(run, name), ("Try it", CELL.strip("\n"))]):
        words = {"cell_type": "markdown", "id": f"words{number}", "metadata": {}, "source": f"## {title}"}
        code: dict[str, Any] = {"cell_type": "code", "id": f"code{number}", "metadata": {}, "source": source,
                "outputs": [], "execution_count": None}  # fmt: skip
        cells += [words, code]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}, indent=1, ensure_ascii=False)


def sections(run: Run, name: str) -> list[tuple[str, str]]:
    """Title and text of each section of the script. Raises ExportError."""
    if not any(True for _ in run.network.parameters()):
        raise ExportError("this model is a formula and has no weights; there is nothing to train or to sample anew")
    roles = {
        "network": _symbol(type(run.network)), "objective": _symbol(type(run.objective)),
        "flow": next(_symbol(flow) for kind, flow in FLOWS.items() if kind.__struct_config__.tag == run.flow["kind"]),
        "batches": Symbol("engine.batches", "Batches"),
    }  # fmt: skip
    frame = {"Training": TRAIN, "New examples": SAMPLE}
    used = {role.capitalize(): symbol.name for role, symbol in roles.items()} | {"piece": str(PIECE)}
    frame = {title: Template(text).substitute(used).strip("\n") for title, text in frame.items()}
    cut = Cut(roles, _by_hand(roles["objective"]))
    for symbol in (*roles.values(), Symbol("engine.optimizer", "rate_at")):
        cut.add(symbol)
    for text in frame.values():
        cut.follow(ast.parse(text))
    body = [
        (title, "\n\n\n".join([*_pieces(cut, rooms), *([frame[title]] if title in frame else [])])) for title, rooms in SECTIONS
    ]
    head = Template(HEAD).substitute(name=BREAKS.sub("_", name)).strip("\n")
    settings = "\n\n".join(filter(None, (head, _imports(cut), _constants(cut), _settings(run, name))))
    return [("Settings", settings), *body]


def _symbol(kind: type) -> Symbol:
    return Symbol(kind.__module__, kind.__name__)


def _by_hand(objective: Symbol) -> frozenset[tuple[str, str]]:
    """Backpropagation by hand, which the app has for speed, stays behind where automatic differentiation does the same."""
    if not has(objective, "figures"):
        return frozenset()
    return frozenset((kind.__name__, "backward") for kind in _below(Objective))


def _below(kind: type[Objective]) -> Iterator[type[Objective]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _pieces(cut: Cut, rooms: tuple[str, ...]) -> list[str]:
    """The functions and classes of some rooms."""
    return [cut.text(symbol) for symbol in cut.order if symbol.module.startswith(rooms) and not symbol.name.isupper()]


def _constants(cut: Cut) -> str:
    return "\n".join(cut.text(symbol) for symbol in cut.order if symbol.name.isupper())


def _imports(cut: Cut) -> str:
    """What the script takes from elsewhere."""
    plain = [f"import {name}" for name in IMPORTS]
    found: dict[str, set[str]] = {"pathlib": {"Path"}, "types": {"SimpleNamespace"}, "torch": {"nn"}}
    for symbol in cut.outside:
        if symbol.name:
            found.setdefault(symbol.module, set()).add(symbol.name)
    froms = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(found.items())]
    return "\n".join([*plain, *froms])


def _settings(run: Run, name: str) -> str:
    changed = "  # as they were at the end: some of them were changed while it learned" if run.log else ""
    return Template(SETTINGS).substitute(
        file=repr(f"{name}.npz"), step=f"{run.step:,}", shape=run.network.shape, size=run.network.size, changed=changed,
        model=_keywords(msgspec.structs.asdict(run.lane.recipe.model)), objective=_keywords(run.objective.live),
        training=_keywords(run.training), flow=repr(run.flow), sigma=repr(run.sigma),
        seeds="".join(f'\n    "{purpose}": {stream(run.seed, purpose)},' for purpose in PURPOSES),
    ).strip("\n")  # fmt: skip


def _keywords(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def _arrays(run: Run) -> bytes:
    """The weights that are shown and the training data, as the bytes of an .npz."""
    arrays: dict[str, Any] = {f"weights/{key}": value.detach().cpu().numpy() for key, value in run.shown.state_dict().items()}
    if run.data.train_latents is not None:
        arrays["h"] = run.data.train_latents
    stream_ = io.BytesIO()
    np.savez(stream_, x=run.x.cpu().numpy(), **arrays)
    return stream_.getvalue()
