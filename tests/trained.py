# SPDX-License-Identifier: MIT
"""Runs that were really trained, for tests that hold what was learned against what is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine import device
from engine.data import load
from engine.data.dataset import Dataset
from engine.protocol.recipe.editing import from_plain
from engine.run import Run
from engine.train import train


def made(data: str, model: str, /, examples: Dataset | None = None, seed: int = 3, **sections: dict[str, Any]) -> Run:
    """An untrained run on one thread: `made("moons", "vae", model={"latent": 1})`. `examples` stand for the data's own."""
    training = {"threads": 1, "device": "cpu", **sections.pop("training", {})}
    own = {"kind": model, **sections.pop("model", {})}
    named = {"name": data, **sections.pop("data", {})}
    device.prepare(1)  # flushed denormals, as in the engine's own process
    experiment = from_plain({"data": named, "model": own, "training": training, "seed": seed, **sections})
    return Run(experiment.lanes[0], load(experiment.data, seed) if examples is None else examples, seed)


def play(run: Run, steps: int) -> np.ndarray:
    """Train for `steps` more; their figures, (steps, k)."""
    goal, loop, found = run.step + steps, train(run), []
    while run.step < goal:
        next(loop)
        if run.ledger.full:
            found.append(run.ledger.read()[2])
    found.append(run.ledger.read()[2])
    return np.concatenate(found)


def all_digits() -> Dataset:
    """The 1,797 digits as training examples: the numbers of the literature are about them all."""
    digits = load(from_plain({"data": {"name": "digits"}, "model": {"kind": "ae"}}).data, 3)
    return replace(digits, train=np.concatenate([digits.train, digits.test]))


def examples_of(train: np.ndarray) -> Dataset:
    """A data set of one's own points (N, M), each a training and a test example."""
    x = np.asarray(train, np.float32)
    return Dataset(train=x, test=x.copy(), shape=(x.shape[1],))
