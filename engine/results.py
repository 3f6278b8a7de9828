# SPDX-License-Identifier: MIT
"""What a finished run leaves in its folder: recipe, metrics, weights, samples, latents; all of it, or what was there before."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import safetensors.torch
import torch
from torch import Tensor

from engine.protocol.recipe.experiment import Experiment, encode
from engine.rng import generator
from engine.run import Run
from engine.samples import sample

RECIPE: Final = "recipe.json"
METRICS: Final = "metrics.csv"
FILES: Final = (RECIPE, METRICS, "weights.safetensors", "samples.npy", "latents.npy")
UNFINISHED: Final = ".unfinished-"
FINISHED: Final = ".finished-"  #: whole, and about to take the place of the run before
SAMPLES: Final = 2000
PIECE: Final = 2000  #: examples that pass through the network at once


def holds_run(folder: Path) -> bool:
    """Whether a folder holds a run, or one a lane in its sub-folders."""
    return any(_runs(folder))


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder inside `folder` to write results in; at the end they take the place of the run that `folder` holds.

    When the block raises, `folder` is as it was. Whoever was killed before it ended left its work behind: unfinished, that is
    thrown away here, and finished, it is moved to its place first. Raises OSError where `folder` cannot be written.
    """
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    tidy(folder)
    work = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{_mark()}-", dir=folder))
    try:
        yield work
        _settle(work)
        finished = work.rename(work.with_name(work.name.replace(UNFINISHED, FINISHED)))  # from here on the new run counts
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        if made and not any(folder.iterdir()):
            folder.rmdir()
        raise
    _move(finished, folder)


def tidy(folder: Path) -> None:
    """Clear away what trainings left in `folder` that were killed on this computer; of a finished one nothing is lost."""
    for work in list(folder.glob(f"{FINISHED}*")):
        if _abandoned(work.name.removeprefix(FINISHED)):
            _move(work, folder)
    for work in list(folder.glob(f"{UNFINISHED}*")):
        if _abandoned(work.name.removeprefix(UNFINISHED)):
            shutil.rmtree(work, ignore_errors=True)


def _move(work: Path, folder: Path) -> None:
    """Put finished results in the place of the old ones. A kill may come at any moment: the next call goes on from there."""
    cleared = work / "cleared"  # the old run is gone; what stands in `folder` now is new
    left = sorted(path for path in work.rglob("*") if path.is_file() and path != cleared)
    if left and not cleared.exists():
        _clear(folder)
        cleared.touch()
    for file in left:
        place = folder / file.relative_to(work)
        place.parent.mkdir(exist_ok=True)
        file.replace(place)
    shutil.rmtree(work, ignore_errors=True)


def _settle(work: Path) -> None:
    """Let all that was written reach the disk."""
    for file in (path for path in work.rglob("*") if path.is_file()):
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())


def _mark() -> str:
    """Who writes: the process and its computer, for a folder can be shared."""
    return f"{os.getpid()}-{platform.node().partition('.')[0]}"


def _abandoned(mark: str) -> bool:
    """Whether the process of a mark lives no more; unknown where another computer or Windows has it."""
    pid, _, rest = mark.partition("-")
    if os.name != "posix" or not pid.isdigit() or not rest.startswith(platform.node().partition(".")[0]):
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def save(run: Run, experiment: Experiment, folder: Path) -> None:
    """Write all but the metrics: `experiment` is what builds this run again. Raises OSError."""
    (folder / RECIPE).write_bytes(encode(experiment))
    tensors = {key: value.contiguous().cpu() for key, value in weights(run).items()}
    (folder / "weights.safetensors").write_bytes(safetensors.torch.save(tensors))
    for name, found in (("samples", samples(run)), ("latents", latents(run))):
        if found is not None:
            np.save(folder / f"{name}.npy", found.cpu().numpy(), allow_pickle=False)


def weights(run: Run) -> dict[str, Tensor]:
    """The weights that are shown, by their names in the network, and the objective's own (a learned σ_ε) as `objective.…`."""
    own = {f"objective.{k}": v for k, v in run.objective.state_dict().items() if not k.startswith("network.")}
    return {**run.shown.state_dict(), **own}


def samples(run: Run, count: int = SAMPLES) -> Tensor:
    """New examples (count, M), by a random stream of their own."""
    return sample(run, count, generator(run.seed, "samples", run.device))


@torch.inference_mode()
def latents(run: Run) -> Tensor | None:
    """Where each training example lies inside, (N, units): μ(x), or the activations of the narrowest layer."""
    network = run.shown
    pieces = torch.split(run.x, PIECE)
    if "encode" in network.declared.can:
        return torch.cat([network.encode(x) for x in pieces])
    if "narrowest" in network.declared.can:
        return torch.cat([network.narrowest(x, run.sigma) for x in pieces])
    return None


def _runs(folder: Path) -> Iterator[Path]:
    """The folders with files of a run: this one, and its lanes'."""
    for place in (folder, *(child for child in folder.iterdir() if child.is_dir())):
        if not place.name.startswith((UNFINISHED, FINISHED)) and any((place / name).exists() for name in FILES):
            yield place


def _clear(folder: Path) -> None:
    for place in list(_runs(folder)):
        for name in FILES:
            (place / name).unlink(missing_ok=True)
        if place != folder and not any(place.iterdir()):
            place.rmdir()
