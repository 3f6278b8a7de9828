# SPDX-License-Identifier: MIT
"""bfloat16 around the step: what it gains on this machine, and that the loss goes the same way with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from engine import device
from engine.data import load
from engine.protocol.recipe.editing import from_plain
from engine.run import Run
from engine.train import train
from tests.bench.steps import LARGE, ours
from tests.bench.timing import Row, alternate, rate

STEPS, EVERY = 2000, 100


def rows() -> Iterator[Row]:
    """VAE 784-400-20: steps a second, and the loss of 2,000 steps, with the same data, weights and noise."""
    device.prepare(1)
    auto = device.precision("auto", torch.device("cpu"))
    works = {name: ours(_recipe(name))[1] for name in ("bfloat16", "float32")}
    for work in works.values():
        work(20)
    found = alternate({name: lambda work=work: rate(work, 60) for name, work in works.items()}, rounds=7)
    gain, at_least = found["bfloat16"] / found["float32"], 1.2 if auto == "bfloat16" else None
    yield Row("VAE 784-400-20: bfloat16 / float32", gain, "×", at_least=at_least, details={"auto": auto})
    yield curves()


def curves() -> Row:
    """Where the two curves, means over 100 steps, are furthest apart; as a part of the way that the loss comes down."""
    single, half, other = losses("float32"), losses("bfloat16"), losses("float32", seed=1)
    way = np.ptp(single)
    details = {
        "float32": [round(float(v), 1) for v in single[[0, 4, 9, 19]]],
        "bfloat16": [round(float(v), 1) for v in half[[0, 4, 9, 19]]],
        "another_seed": round(float(np.abs(other - single).max() / way), 5),
    }
    apart = float(np.abs(half - single).max() / way)
    return Row(f"… loss of {STEPS:,} steps: furthest apart, of its whole way", apart, "", at_most=0.005, details=details)


def losses(precision: str, seed: int = 0) -> np.ndarray:
    """The loss of `STEPS` steps, means over `EVERY`."""
    experiment = from_plain({**_recipe(precision), "seed": seed})
    run = Run(experiment.lanes[0], load(experiment.data, 0), seed)
    loop, found = train(run), []
    while run.step < STEPS:
        next(loop)
        if run.step % EVERY == 0:
            found.append(run.ledger.read()[2][:, 0].mean())
    return np.array(found)


def _recipe(precision: str) -> dict[str, object]:
    return {**LARGE, "training": {"precision": precision, "threads": 1}}
