# SPDX-License-Identifier: MIT
"""`device: auto` of the window, by trial: a small network often learns faster on the CPU than on a card that waits for orders.

The command line does not try: what it leaves must not depend on the clock.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

import torch
from msgspec.structs import replace

from engine import device
from engine.data.dataset import Dataset
from engine.graph import WARM as REHEARSALS
from engine.protocol.recipe.experiment import Lane
from engine.run import Run
from engine.train import train

WARM, STEPS = 2, 20  #: steps before the clock runs, and with it; on a card also those that make a graph of them
MOST_S = 0.3  #: on each device, once it is warm

Rates = Mapping[str, float]
Trial = Callable[[Lane, Dataset, int], float]


def steps_per_s(lane: Lane, data: Dataset, seed: int) -> float:
    """The speed of a fresh run of this lane on the device that it names; 0 where it cannot run there."""
    try:
        run = Run(lane, data, seed)
        torch.set_num_threads(run.threads)
        loop, steps = train(run), 0
        while run.step < WARM + (REHEARSALS if run.graphed else 0):
            next(loop)
        run.ledger.read()  # which waits for the device
        since = time.perf_counter()
        while steps < STEPS and (not steps or time.perf_counter() - since < MOST_S):
            steps += next(loop)
        run.ledger.read()
        return steps / (time.perf_counter() - since)
    except Exception:  # a device can fail in many ways; it is not taken then
        return 0.0


def rates(lanes: tuple[Lane, ...], data: Dataset, seed: int, trial: Trial = steps_per_s) -> dict[str, float]:
    """Steps a second of all lanes together on each device of this machine; 0 where one of them cannot run there.

    Lanes that leave the device open get the same one, so that equal recipes give equal bits.
    """
    found = {name: [trial(on(lane, name), data, seed) for lane in lanes] for name in device.present()}
    return {name: len(each) / sum(1 / rate if rate else math.inf for rate in each) for name, each in found.items()}


def fastest(rates: Rates) -> str:
    """The device with the most steps a second, of equals the first; `auto` where there is none that can."""
    best = max(rates, key=lambda name: rates[name], default="auto")
    return best if rates.get(best) else "auto"


def on(lane: Lane, name: str) -> Lane:
    """The lane on a device."""
    return replace(lane, recipe=replace(lane.recipe, training=replace(lane.recipe.training, device=name)))
