# SPDX-License-Identifier: MIT
"""A run as a plain, commented PyTorch script, with its weights and data beside it in one .npz: it samples, and it trains anew.

The script draws its random numbers from the same seeds in the same order as the app, so that its samples are the app's and its
loss follows the app's.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Template
from typing import Any, Final

import numpy as np

from engine.export.parts import HEAD, LOOP, MODELS, SAMPLERS
from engine.results import weights
from engine.rng import stream
from engine.run import Run


class ExportError(ValueError):
    """A run that cannot leave as a script; the message is a reason without a full stop."""


def script_of(run: Run, name: str) -> str:
    """The text of a script that reads `name`.npz beside it. Raises ExportError for models without a plain form."""
    return "\n\n".join(part.strip("\n") for _, part in sections(run, name)) + "\n"


def notebook_of(run: Run, name: str) -> str:
    """The same as a notebook (.ipynb, format 4.5), a cell for each section. Raises ExportError."""
    cells: list[dict[str, Any]] = []
    for number, (title, source) in enumerate(sections(run, name)):
        words = {"cell_type": "markdown", "id": f"words{number}", "metadata": {}, "source": f"## {title}"}
        code: dict[str, Any] = {"cell_type": "code", "id": f"code{number}", "metadata": {}, "source": source.strip("\n"),
                "outputs": [], "execution_count": None}  # fmt: skip
        cells += [words, code]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}, indent=1, ensure_ascii=False)


def sections(run: Run, name: str) -> list[tuple[str, str]]:
    """Title and text of each section of the script. Raises ExportError."""
    kind = run.lane.recipe.model.kind
    flow = str(run.flow["kind"])
    if kind not in MODELS or flow not in SAMPLERS[kind]:
        raise ExportError(f"a script can be made of {', '.join(MODELS)}, not of “{kind}” with the flow “{flow}”")
    if run.objective.live.get("sigma_eps") == "learned" or run.objective.live.get("gradient") == "score":
        raise ExportError("a script trains with a fixed σ_ε and gradients through h_s only")
    values = _values(run, name)
    return [
        ("Settings", Template(HEAD).substitute(values)),
        ("The network", MODELS[kind]),
        ("Training", LOOP),
        ("New examples", SAMPLERS[kind][flow]),
    ]


FILES: Final = re.compile(r"[^A-Za-z0-9_-]+")


def write(run: Run, file: Path) -> None:
    """Write `file` (.py or .ipynb) and its .npz. Raises ExportError or OSError."""
    name = FILES.sub("_", file.stem) or "run"
    text = notebook_of(run, name) if file.suffix == ".ipynb" else script_of(run, name)
    arrays = {f"weights/{key}": value.detach().cpu().numpy() for key, value in weights(run).items()}
    np.savez(file.with_name(f"{name}.npz"), x=run.x.cpu().numpy(), **arrays)  # type: ignore[arg-type]  # its stub
    file.write_text(text, encoding="utf-8")


def _values(run: Run, name: str) -> dict[str, Any]:
    recipe, live = run.lane.recipe, run.objective.live
    return {
        "name": name, "step": run.step, "data": run.x.shape[1], "ema": recipe.training.ema,
        "width": getattr(recipe.model, "width", 0), "depth": getattr(recipe.model, "depth", 0),
        "latent": getattr(recipe.model, "latent", 0), "batch": recipe.training.batch,
        "rate": repr(float(run.training["learning_rate"])),
        "decay": run.training["decay"], "sigma": repr(float(live.get("sigma", 0.0))), "copies": live.get("copies", 1),
        "sigma_eps": repr(float(live.get("sigma_eps", 1.0))), "beta": repr(float(live.get("beta", 1.0))),
        "eta": repr(float(run.flow.get("eta", 0.0))), "flow_sigma": repr(float(run.sigma)),
        "betas": repr(run.objective.betas),
        "seeds": {purpose: stream(run.seed, purpose) for purpose in ("weights", "noise", "batches", "samples")},
    }  # fmt: skip
