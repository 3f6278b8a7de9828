# SPDX-License-Identifier: MIT
"""`train`: the window's training without a window; what it leaves depends on the recipe and what `_machine` says alone."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TextIO

import msgspec
import numpy as np

from engine import data, results
from engine.appetite import check, reason_of
from engine.data.dataset import Dataset
from engine.data.refusal import Refused
from engine.device import DeviceError, prepare
from engine.gap import floor
from engine.protocol.arguments import Train
from engine.protocol.console import CommandError
from engine.protocol.library import SourceError, experiment_of
from engine.protocol.recipe.editing import RecipeError, with_values
from engine.protocol.recipe.experiment import Experiment, Lane, encode
from engine.protocol.words import sentence
from engine.run import Run
from engine.train import train

FAILED = 1


def main(options: Train) -> int:
    """Train every lane for `options.steps` steps and leave the results in `options.out`. Raises CommandError."""
    experiment = _experiment(options)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill leaves nothing unfinished behind, as Ctrl-C
    try:
        if options.out.is_dir():
            results.tidy(options.out)
        if options.out.exists() and results.holds_run(options.out) and not options.force:
            raise CommandError(f"--out {options.out}: this folder holds a run; --force replaces it")
        with results.replacing(options.out) as work:
            _train_lanes(experiment, options.steps, work)
    except OSError as error:
        raise CommandError(f"--out {error.filename or options.out}: {error.strerror or error}") from None
    return 0


def _experiment(options: Train) -> Experiment:
    asked = {"seed": options.seed, "training.threads": options.threads, "training.device": options.device}
    try:
        experiment = experiment_of(options.source)
        values = {**dict(options.values), **{path: value for path, value in asked.items() if value is not None}}
        return with_values(experiment, values)
    except SourceError as error:
        raise CommandError(str(error)) from None
    except RecipeError as error:
        raise CommandError(f"--set {error}") from None


def _train_lanes(experiment: Experiment, steps: int, work: Path) -> None:
    try:
        examples = data.load(experiment.data, experiment.seed)
    except Refused as error:
        raise CommandError(f"data.name: {error}") from None
    several = len(experiment.lanes) > 1
    used = experiment
    for lane in experiment.lanes:
        folder = work / lane.name if several else work
        folder.mkdir(exist_ok=True)
        run = _built(lane, examples, experiment.seed)
        used = with_values(used, {f"{lane.name}.training.{name}": value for name, value in _machine(run).items()})
        _train(run, steps, folder)
        results.save(run, msgspec.structs.replace(used, lanes=(used.lane(lane.name),)), folder)
    (work / results.RECIPE).write_bytes(encode(used))


def _machine(run: Run) -> dict[str, int | str]:
    """What decides on the bits beside the recipe."""
    return {"threads": run.threads, "device": run.device.type, "precision": run.precision}


def _built(lane: Lane, examples: Dataset, seed: int) -> Run:
    try:
        check(lane.recipe, examples)
        return Run(lane, examples, seed)
    except DeviceError as error:
        raise CommandError(f"training.device: {error}") from None
    except (MemoryError, RuntimeError) as error:
        raise CommandError(sentence("out_of_memory", {"reason": reason_of(error)})) from None


def _train(run: Run, steps: int, folder: Path) -> None:
    """Train, and write a row of metrics for each step. Raises CommandError at the first figure that is not finite."""
    prepare(run.threads)
    constants = {"floor": floor(run)} if "floor" in run.lane.recipe.objective.terms else {}
    bar = Bar(run.lane.name, steps)
    with (folder / results.METRICS).open("w", encoding="ascii", newline="\n") as file:
        print("step", "seconds", *run.ledger.names, *constants, sep=",", file=file)
        for whole in train(run):
            if whole and (run.ledger.full or run.step == steps or bar.due):
                _write(run, [repr(value) for value in constants.values()], file)
                bar.show(run.step)
            if run.step == steps:
                break
    bar.close()
    if not all(bool(weights.isfinite().all()) for weights in run.objective.parameters()):
        raise _diverged(run, "a weight", steps)


def _write(run: Run, constants: list[str], file: TextIO) -> None:
    for step, seconds, figures in zip(*run.ledger.read(), strict=True):
        bad = np.flatnonzero(~np.isfinite(figures))
        if len(bad):
            raise _diverged(run, run.ledger.names[bad[0]], step)
        print(step, repr(float(seconds)), *map(repr, figures.tolist()), *constants, sep=",", file=file)


def _diverged(run: Run, what: str, step: int) -> CommandError:
    rate = run.training["learning_rate"]
    return CommandError(f"{run.lane.name}: {what} became infinite at step {step}, so nothing was written; "
                        f"try a smaller training.learning_rate (now {rate:g})", FAILED)  # fmt: skip


class Bar:
    """A progress bar, on a terminal only."""

    PERIOD_S = 0.1

    def __init__(self, name: str, steps: int) -> None:
        self.name, self.steps = name, steps
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._since = self._at = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether it is time to show it again."""
        return self._shown and time.monotonic() - self._at > self.PERIOD_S

    def show(self, step: int) -> None:
        """Draw it."""
        if self._shown:
            self._at = time.monotonic()
            speed = step / max(self._at - self._since, 1e-9)
            done = "█" * round(30 * step / self.steps)
            sys.stderr.write(f"\r{self.name}  {done:·<30}  {step:,} of {self.steps:,}  {speed:,.0f} steps/s  ")
            sys.stderr.flush()

    def close(self) -> None:
        """Leave the line."""
        if self._shown:
            sys.stderr.write("\n")
