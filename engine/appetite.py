# SPDX-License-Identifier: MIT
"""How much memory a recipe will take, before it is taken; and how to tell a lack of memory from other troubles."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import torch
from msgspec.structs import asdict, replace

from engine import models
from engine.data.dataset import Dataset
from engine.protocol.recipe.experiment import Recipe
from engine.protocol.recipe.part import Model

NUMBER: Final = 4  #: bytes of a float32
COPIES: Final = 16  #: weights, gradient, two moments; the first and the last snapshot of three; a checkpoint on its way, twice
LAYERS_HELD: Final = 4  #: of each activation: before and after its nonlinearity, forward and backward
LACKS: Final = ("out of memory", "not enough memory", "t allocate memory")
MOST_WORDS: Final = 300  #: characters of a reason
TRIES: Final = (1, 2, 3)  #: sizes at which a small network is built to learn how many numbers a large one has


def check(recipe: Recipe, data: Dataset) -> None:
    """Raise MemoryError, with both figures, where the recipe takes more memory than there is; unknown room is room enough."""
    room = available()
    need = appetite(recipe, data)
    if room is not None and need > room:
        raise MemoryError(f"it takes about {_said(need)}, and {_said(room)} are free")


def appetite(recipe: Recipe, data: Dataset) -> int:
    """Bytes that a run of this recipe takes when it plays, from above: weights and their copies, and one batch on its way."""
    model = recipe.model
    width, depth = getattr(model, "width", 0), getattr(model, "depth", 0)
    batch = min(recipe.training.micro_batch or model.portion(data.shape) or recipe.training.batch, len(data.train))
    activations = batch * (2 * data.M + 2 * width * depth) * LAYERS_HELD
    return NUMBER * (COPIES * numbers(model, data) + activations)


def numbers(model: Model, data: Dataset) -> int:
    """How many parameters the network will have, exactly, without building it.

    At a fixed depth that is a polynomial of the second degree in the width (or the channels), and beyond the first layer one
    of the first degree in the depth: small networks of the same kind tell the coefficients.
    """
    size = next((name for name in ("width", "channels") if name in model.__struct_fields__), "")
    depth = getattr(model, "depth", 1)
    if not size:
        return _built(model, data)
    wanted = int(asdict(model)[size])
    if "depth" not in model.__struct_fields__ or depth <= 2:
        return _along(model, data, size, wanted)
    one, two = (_along(replace(model, depth=d), data, size, wanted) for d in (1, 2))
    return one + (depth - 1) * (two - one)


def available() -> int | None:
    """Bytes that this process may still take: of the machine, its container and its own limit; None where nobody tells."""
    found = [room for room in (_machine(), _container(), _own_limit()) if room is not None]
    return max(0, min(found)) if found else None


def out_of_memory(error: BaseException) -> bool:
    """Whether an error is a lack of memory: PyTorch says it as a RuntimeError of many words."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and any(w in str(error) for w in LACKS))


def reason_of(error: BaseException) -> str:
    """Why something failed, in one line; of a lack of memory that PyTorch met no more than that."""
    if isinstance(error, RuntimeError) and out_of_memory(error):
        return "PyTorch could not get what it asked for"
    kind = "" if isinstance(error, (MemoryError, ValueError)) else f"{type(error).__name__}: "
    return f"{kind}{' '.join(str(error).split())}"[:MOST_WORDS] or type(error).__name__


def _along(model: Model, data: Dataset, size: str, wanted: int) -> int:
    """The number at `wanted` of the parabola through the numbers at 1, 2 and 3 (Newton's form)."""
    a, b, c = (_built(replace(model, **{size: small}), data) for small in TRIES)
    away = wanted - TRIES[0]
    return a + (b - a) * away + (c - 2 * b + a) * away * (away - 1) // 2


def _built(model: Model, data: Dataset) -> int:
    return sum(p.numel() for p in models.build(model, data, torch.Generator()).parameters())


def _machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, ValueError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")  # macOS tells only what is built in
    except (OSError, ValueError, AttributeError):
        return None


def _container() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        return int((folder / "memory.max").read_text()) - int((folder / "memory.current").read_text())
    except (OSError, ValueError):  # no such container, or one without a limit (“max”)
        return None


def _own_limit() -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return None if limit == resource.RLIM_INFINITY else limit - pages * os.sysconf("SC_PAGE_SIZE")


def _said(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
