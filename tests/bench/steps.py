# SPDX-License-Identifier: MIT
"""The step: our loop against the usual script, one torch thread, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from engine import device
from engine.data import load
from engine.protocol.recipe.editing import from_plain
from engine.run import Run
from engine.train import train
from tests.bench.references import UsualVae, dae_cost, usual_dae, usual_loop, vae_cost
from tests.bench.timing import Row, alternate, rate

DIGITS = {"data": {"name": "digits"}, "model": {"kind": "vae", "width": 64, "depth": 1, "latent": 2}}
LARGE = {"data": {"name": "shapes"}, "model": {"kind": "vae", "width": 400, "depth": 1, "latent": 20}}
MOONS = {"data": {"name": "moons"}, "model": {"kind": "dae", "width": 128, "depth": 3}, "training": {"batch": 256}}


def ours(plain: dict[str, object]) -> tuple[torch.Tensor, Callable[[int], None]]:
    """The training data of a recipe, and our loop for so many steps."""
    experiment = from_plain(plain)
    run = Run(experiment.lanes[0], load(experiment.data, experiment.seed), experiment.seed)
    loop = train(run)

    def work(steps: int) -> None:
        goal = run.step + steps
        while run.step < goal:
            next(loop)
            if run.ledger.full:
                run.ledger.read()

    return run.x, work


def rows() -> Iterator[Row]:
    """Digits VAE 64-64-2, VAE 784-400-20, moons DAE 3×128."""
    device.prepare(1)
    x, work = ours(DIGITS)
    yield _against("digits VAE 64-64-2, batch 128", work, usual_loop(x, UsualVae(64, 64, 2), vae_cost, 128), 600, 1.5)
    x, work = ours(LARGE)
    at_least = 1.4 if device.precision("auto", x.device) == "bfloat16" else 1.2
    yield _against("VAE 784-400-20, batch 128", work, usual_loop(x, UsualVae(784, 400, 20), vae_cost, 128), 120, at_least)
    x, work = ours(MOONS)
    yield _against("moons DAE 3×128, batch 256", work, usual_loop(x, usual_dae(2, 128, 3), dae_cost, 256), 300, 1.4)


def _against(what: str, work: Callable[[int], None], usual: Callable[[int], None], steps: int, at_least: float) -> Row:
    for warm in (work, usual):
        warm(50)
    found = alternate({"ours": lambda: rate(work, steps), "usual": lambda: rate(usual, steps)}, rounds=7)
    details = {f"{name}_steps_per_s": round(figure) for name, figure in found.items()}
    return Row(f"{what}: ours / usual script", found["ours"] / found["usual"], "×", at_least=at_least, details=details)
