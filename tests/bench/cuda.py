# SPDX-License-Identifier: MIT
"""A card: steps as CUDA graphs against steps taken one by one, that both learn the same, and the exact denoiser's rate.

It needs torch, numpy, msgspec and safetensors only. `run.graphed` says how a run takes its steps, and whether it still does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from engine import device
from engine.closed_form import exact_denoiser
from engine.data import load
from engine.graph import WARM
from engine.protocol.recipe.editing import from_plain
from engine.run import Run
from engine.train import train
from tests.bench.timing import Row, alternate, rate

DEVICE = "cuda"
STEPS, EVERY = 2000, 100
N, M = 60_000, 784
Plain = dict[str, Any]
DIGITS: Plain = {"model": {"kind": "vae", "width": 64, "depth": 1, "latent": 2}}
LARGE: Plain = {"data": {"name": "shapes"}, "model": {"kind": "vae", "width": 400, "depth": 1, "latent": 20}}
#: Every way that a step can take.
WAYS: dict[str, Plain] = {
    "vae": DIGITS,
    "vae, σ_ε learned": {"model": {"kind": "vae"}, "objective": {"sigma_eps": "learned"}},
    "vae by the score": {"model": {"kind": "vae"}, "objective": {"gradient": "score"}},
    "vae in parts": {"model": {"kind": "vae"}, "training": {"micro_batch": 48}},
    "vae in bfloat16": {"model": {"kind": "vae", "width": 2048}, "training": {"precision": "bfloat16"}},
    "conv-vae": {"model": {"kind": "conv-vae"}},
    "ae": {"model": {"kind": "ae"}, "training": {"decay": 100}},
    "dae": {"model": {"kind": "dae"}, "objective": {"copies": 2}, "training": {"ema": 0.99}},
    "unet": {"model": {"kind": "unet"}},
    "diffusion": {"model": {"kind": "diffusion"}},
    "diffusion-unet": {"model": {"kind": "diffusion-unet"}},
    "gan": {"model": {"kind": "gan"}},
}


def rows() -> Iterator[Row]:
    """Nothing where there is no card, and a line that says so."""
    if not torch.cuda.is_available():
        print(f"    cuda: PyTorch {torch.__version__} finds no CUDA on this machine; nothing was measured")
        return
    print(f"    {torch.cuda.get_device_name()}, PyTorch {torch.__version__}")
    device.prepare(1)
    yield speed("digits VAE 64-64-2 on a card: graph / one by one", DIGITS, 2000, at_least=4.0)
    yield speed("VAE 784-400-20 on a card: graph / one by one", LARGE, 1000)
    yield from ways()
    yield curves()
    yield restored()
    yield from denoiser()


def speed(what: str, plain: Plain, steps: int, at_least: float | None = None) -> Row:
    """Steps a second, in turn."""
    works = {"graph": steps_of(made(plain)), "one_by_one": steps_of(made(plain, graphed=False))}
    for work in works.values():
        work(100)
    found = alternate({name: lambda work=work: rate(work, steps) for name, work in works.items()})
    details = {f"{name}_steps_per_s": round(figure) for name, figure in found.items()}
    return Row(what, found["graph"] / found["one_by_one"], "×", at_least=at_least, details=details)


def ways() -> Iterator[Row]:
    """Whether every kind of step becomes a graph, and learns what the ordinary one learns."""
    given_up, apart = [], {}
    for name, plain in WAYS.items():
        runs = [made(plain), made(plain, graphed=False)]
        losses = [steps_of(run)(WARM + 20) for run in runs]
        apart[name] = float(f"{np.abs(losses[0] - losses[1]).max() / np.ptp(losses[1]):.1g}")
        if not runs[0].graphed:
            given_up.append(name)
    yield Row(f"… of {len(WAYS)} kinds of steps, those of which no graph could be made", len(given_up), "", at_most=0,
              details={"which": given_up} if given_up else {})  # fmt: skip
    worst = max(apart.values())
    yield Row(f"… loss of {WARM + 20} steps: furthest apart, of its whole way", worst, "", at_most=0.01, details=apart)


def curves() -> Row:
    """Where the two curves, means over 100 steps, are furthest apart; as a part of the way that the loss comes down."""
    graph, single = (_means(made(DIGITS, graphed=graphed)) for graphed in (True, False))
    other = _means(made({**DIGITS, "seed": 1}, graphed=False))
    way = np.ptp(single)
    details = {"another_seed": round(float(np.abs(other - single).max() / way), 5)}
    apart = float(np.abs(graph - single).max() / way)
    return Row(f"… loss of {STEPS:,} steps: furthest apart, of its whole way", apart, "", at_most=0.005, details=details)


def restored() -> Row:
    """Weights that differ after a run went on from a state, by another graph, and by the same one."""
    run, other = made(DIGITS), made(DIGITS)
    work = steps_of(run)
    work(60)
    state = run.state()
    work(60)
    end = _weights(run)
    other.restore(state)
    steps_of(other)(60)
    run.restore(state)
    work(60)
    differ = int((_weights(other) != end).sum() + (_weights(run) != end).sum())
    return Row("… weights that differ after a replay from a state", differ, "", at_most=0)


def denoiser() -> Iterator[Row]:
    """The exact denoiser on 60,000 × 784, against the two products that none can do without."""
    rng = torch.Generator(DEVICE).manual_seed(0)
    data = torch.rand(N, M, generator=rng, device=DEVICE)
    for points in (64, 256, 1024):
        x = data[:points] + 0.5 * torch.randn(points, M, generator=rng, device=DEVICE)
        weights = torch.rand(points, N, generator=rng, device=DEVICE)
        runs = {
            "exact": _seconds(lambda x=x: exact_denoiser(x, data, 3.0)),
            "products": _seconds(lambda x=x, weights=weights: (x @ data.T, weights @ data)),
        }
        for run in runs.values():
            run()
        found = alternate(runs)
        details = {f"{name}_ms": round(1e3 * seconds, 3) for name, seconds in found.items()}
        details["products_tflop_per_s"] = round(4e-12 * points * N * M / found["products"], 1)
        share = found["products"] / found["exact"]
        yield Row(f"exact denoiser on a card, {points} points: share of the matrix-product rate", share, "", details=details)


def made(plain: Plain, graphed: bool = True) -> Run:
    """A run on the card."""
    training = {"threads": 1, "device": DEVICE, **plain.get("training", {})}
    experiment = from_plain({"data": {"name": "digits"}, **plain, "training": training})
    run = Run(experiment.lanes[0], load(experiment.data, 0), experiment.seed)
    run.graphed = run.graphed and graphed
    return run


def steps_of(run: Run) -> Callable[[int], np.ndarray]:
    """The loop of a run, for so many steps, to their very end on the card; their losses."""
    loop = train(run)

    def work(steps: int) -> np.ndarray:
        goal, found = run.step + steps, []
        while run.step < goal:
            next(loop)
            if run.ledger.full or run.step == goal:
                found.append(run.ledger.read()[2][:, 0])
        return np.concatenate(found)

    return work


def _means(run: Run) -> np.ndarray:
    return steps_of(run)(STEPS).reshape(-1, EVERY).mean(1)


def _weights(run: Run) -> np.ndarray:
    return torch.cat([p.detach().flatten() for p in run.objective.parameters()]).cpu().numpy()


def _seconds(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        torch.cuda.synchronize()
        since = time.perf_counter()
        work()
        torch.cuda.synchronize()
        return time.perf_counter() - since

    return run
