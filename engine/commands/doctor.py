# SPDX-License-Identifier: MIT
"""`doctor`: what this machine has, what it lacks, and whether every system trains, saves and comes back bit for bit."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import torch

from engine import data, device
from engine.archive import Checkpoint, LaneCheckpoint, load_checkpoint, save_checkpoint
from engine.export.script import ExportError, script_of
from engine.protocol.arguments import Doctor
from engine.protocol.places import own_chapters, own_command, resources, user_folder
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.models import MODELS
from engine.protocol.version import APP
from engine.run import Run
from engine.train import train

PACKAGES: Final = (
    "PySide6-Essentials", "pyqtgraph", "numpy", "torch", "scipy", "msgspec", "safetensors", "Pillow", "ziamath",
)  # fmt: skip
PATIENCE_S: Final = 60.0
STEPS: Final = 20
DATA: Final = ("digits", "moons", "dial")  #: a system is tried on the first of these that it fits


def main(options: Doctor) -> int:
    """Print what was found, for people or as JSON; exit code 1 where a system fails its test."""
    device.prepare(device.threads(0))
    if options.probe:
        print(json.dumps(_devices()))
        return 0
    found = examined()
    print(json.dumps(found, indent=2, ensure_ascii=False) if options.json else "\n".join(_lines(found)))
    return 0 if found["well"] else 1


def examined() -> dict[str, Any]:
    """Versions, devices, paths, missing libraries and the self-test, as plain data."""
    tests = [_tried(kind) for kind in sorted(str(model.__struct_config__.tag) for model in MODELS)]
    return {
        "app": APP,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "device": _probed(),
        "threads": device.threads(0),
        "paths": {"resources": str(resources()), "own files": str(user_folder()), "own chapters": str(own_chapters())},
        "free_gb": round(shutil.disk_usage(_standing(user_folder())).free / 1e9, 1),
        "missing_libraries": sorted(set(_missing_libraries())),
        "systems": tests,
        "well": all(test["well"] for test in tests),
    }


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"Attractor {found['app']}, Python {found['python']}, {found['system']}"
    yield "packages: " + ", ".join(f"{name} {version}" for name, version in found["packages"].items())
    yield "device: " + ", ".join(f"{name} {value}" for name, value in found["device"].items() if value)
    yield f"threads: {found['threads']}"
    for name, path in found["paths"].items():
        yield f"{name}: {path}"
    yield f"free disk: {found['free_gb']} GB"
    missing = found["missing_libraries"]
    yield "libraries that Qt misses: " + (", ".join(missing) if missing else "none")
    for test in found["systems"]:
        yield f"{test['model']:14} on {test['data']:7} {test['said']}"
    yield "all is well" if found["well"] else "something is wrong, see above"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _standing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return path if path.exists() else _standing(path.parent)


# -------------------------------------------------------------------------------------------------------------- the device


def _probed() -> dict[str, Any]:
    """What a child finds: a driver that hangs or crashes takes only the child with it."""
    try:
        child = subprocess.run(
            [*own_command(), "doctor", "--probe"], capture_output=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL
        )
        return dict(json.loads(child.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        return {"auto": "cpu", "reason": f"no answer within {PATIENCE_S:.0f} s"}
    except (OSError, ValueError, IndexError):
        return {"auto": "cpu", "reason": "the probe gave no answer"}


def _devices() -> dict[str, str]:
    chosen = device.choose("auto")
    x = torch.ones(64, 64, device=chosen)
    right = bool((x @ x == 64).all())
    found = {"auto": chosen.type, "check": "a product came out right" if right else "a product came out wrong"}
    found |= {"torch": str(torch.__version__), "build": _build(), "driver": _driver()}
    if chosen.type == "cuda":
        found["name"] = torch.cuda.get_device_name(chosen)
    return found


def _build() -> str:
    """What this PyTorch was built for."""
    if torch.version.cuda is not None:
        return f"CUDA {torch.version.cuda}"
    return f"ROCm {torch.version.hip}" if torch.version.hip is not None else "processors"


def _driver() -> str:
    """Each card of NVIDIA's with its driver, whether this PyTorch can use it or not; empty where there is none."""
    words = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        said = subprocess.run(words, capture_output=True, text=True, timeout=15, stdin=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return "; ".join(line.strip() for line in said.stdout.splitlines())


def _missing_libraries() -> Iterator[str]:
    """Shared libraries that Qt's own plugins for a Linux desktop need and this machine lacks."""
    spec = importlib.util.find_spec("PySide6")
    if sys.platform != "linux" or spec is None or not spec.submodule_search_locations or not shutil.which("ldd"):
        return
    for plugin in Path(spec.submodule_search_locations[0], "Qt", "plugins", "platforms").glob("libq*.so"):
        listed = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True, check=False)
        yield from (line.split()[0] for line in listed.stdout.splitlines() if line.endswith("not found"))


# ----------------------------------------------------------------------------------------------------------- the self-test


def _tried(kind: str) -> dict[str, Any]:
    experiment = _experiment(kind)
    result = {"model": kind, "data": experiment.data.name}
    try:
        speed = _train_save_and_compare(experiment)
        return {**result, "well": True, "said": f"{STEPS} steps, {speed:,.0f} steps/s, saved and restored bit for bit"}
    except Exception as error:  # whatever it is, the doctor goes on and tells
        return {**result, "well": False, "said": f"{type(error).__name__}: {error}"}


def _experiment(kind: str) -> Experiment:
    for name in DATA[:-1]:
        try:
            return from_plain({"data": {"name": name}, "model": {"kind": kind}, "training": {"device": "cpu"}})
        except RecipeError:
            continue  # this system does not fit these data
    return from_plain({"data": {"name": DATA[-1]}, "model": {"kind": kind}, "training": {"device": "cpu"}})


def _train_save_and_compare(experiment: Experiment) -> float:
    """20 steps; a run restored from the saved file must take the same next steps, and the run must leave as a script.

    Returns steps/s; raises what is wrong.
    """
    examples = data.load(experiment.data, experiment.seed)
    first, second = (Run(experiment.lanes[0], examples, experiment.seed) for _ in range(2))
    since = time.perf_counter()
    _advance(first, STEPS)
    speed = STEPS / (time.perf_counter() - since)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint(experiment, 1, (LaneCheckpoint(1, STEPS, first.state()),))
        save_checkpoint(Path(folder), checkpoint)
        second.restore(load_checkpoint(Path(folder)).lanes[0].state)
    with contextlib.suppress(ExportError):  # a formula has nothing to train
        script_of(first, "doctor")  # an OSError where a bundle left the engine's own source out
    if not torch.equal(_advance(first, 5), _advance(second, 5)):
        raise ArithmeticError("the restored run takes other steps")
    return speed


def _advance(run: Run, steps: int) -> torch.Tensor:
    """Train; returns all weights in one row. Raises ArithmeticError where a figure is not finite."""
    goal = run.step + steps
    for _ in train(run):
        if run.step == goal:
            break
    if not torch.tensor(run.ledger.read()[2]).isfinite().all():
        raise ArithmeticError("a figure is not finite")
    return torch.cat([p.detach().flatten() for p in run.objective.parameters()] or [torch.zeros(0)])
