# SPDX-License-Identifier: MIT
"""Memorize or generalize: do points come to rest on the training examples, or between them?

Everything that takes long is a generator: it gives None after a slice of some milliseconds, and what was asked for at last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from msgspec.structs import replace as changed
from torch import Tensor

from engine.closed_form import exact_denoiser
from engine.data.dataset import Dataset
from engine.flows.flow import moves
from engine.models import Network
from engine.protocol.recipe.experiment import Lane
from engine.rng import generator, stream
from engine.run import Run
from engine.train import train

Denoise = Callable[[Tensor], Tensor]

REACH = 0.2  #: of the median distance between nearest training examples: an end so near to an example is called a copy
STARTS = 500
SPREAD = 0.3  #: standard deviation of the noise in x_i + SPREAD·n, where points set out
ETA = 0.2
UPDATES = 400
SETS = 8  #: of held-out examples, where there is no end of them
PIECE_WORK = 2**20  #: numbers that are moved in one slice: points on their way × what the denoiser holds for each


@dataclass(frozen=True)
class Recall:
    """The parts of the ends that are copies of a training example, and (by chance) of a held-out one; 0 … 1 both."""

    train: float
    held_out: float


def spacing(x: Tensor) -> float:
    """The median distance from an example to its nearest other, x (N, M), N ≥ 2."""
    return float(torch.cat([_nearest_other(piece, x) for piece in torch.split(x, 1024)]).median())


def recall(ends: Tensor, train: Tensor, *held_out: Tensor) -> Recall:
    """How many of the ends (n, M) lie within 0.2 spacings of a training example (N, M), and of a held-out one.

    It takes as many held-out examples as there are training examples for the two to compare; of several sets the mean, for
    where all points come to a few ends, it is a matter of luck whether one of them lies beside an example.
    """
    reach = REACH * spacing(train)

    def share(x: Tensor) -> float:
        return float((torch.cdist(ends, x).amin(1) < reach).double().mean())

    return Recall(share(train), sum(map(share, held_out)) / len(held_out))


def starts(data: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """x_i + SPREAD·n, i uniform: (count, M)."""
    rows = torch.randint(len(data), (count,), generator=rng, device=data.device)
    return data[rows] + SPREAD * torch.randn(count, data.shape[1], generator=rng, device=data.device)


def ends(x: Tensor, denoise: Denoise, work: int = 128, updates: int = UPDATES, eta: float = ETA) -> Iterator[Tensor | None]:
    """Where points x (n, M) are after `updates` updates x' = x − η(x − D(x)); those at rest are left alone.

    `work` is how many numbers the denoiser holds for each point: its width, or N for the exact one.
    """
    found = []
    for piece in torch.split(x, max(1, PIECE_WORK // work)):
        piece = piece.clone()
        rows = torch.arange(len(piece), device=x.device)
        for _ in range(updates):
            before = piece[rows]
            after = torch.lerp(before, denoise(before), eta)
            piece[rows] = after
            rows = rows[moves(before, after)]
            yield None
            if not len(rows):
                break
        found.append(piece)
    yield torch.cat(found)


def exact_recall(data: Dataset, sigma: float, seed: int, count: int = STARTS) -> Iterator[Recall | None]:
    """The recall of the exact denoiser of these data, σ in their units."""
    train = torch.tensor(data.train)
    yield from _recall(data, seed, count, lambda x: exact_denoiser(x, train, sigma), len(train))


def learned_recall(run: Run, sigma: float, count: int = STARTS, network: Network | None = None) -> Iterator[Recall | None]:
    """The recall of a run's present network, asked at σ, or of one that stands for it."""
    asked = network or run.shown
    yield from _recall(run.data, run.seed, count, lambda x: asked.denoise(x, sigma), max(asked.widths), run.device)


def student(lane: Lane, data: Dataset, seed: int, steps: int, sigma: float | None = None) -> Iterator[Run | None]:
    """A run of this lane's recipe on other data, or for another σ, trained for `steps`."""
    recipe = lane.recipe
    objective = recipe.objective if sigma is None else changed(recipe.objective, sigma=sigma)
    training = changed(recipe.training, batch=min(recipe.training.batch, data.N))
    taught = changed(lane, recipe=changed(recipe, objective=objective, training=training))
    with torch.inference_mode(False):  # a probe's slices run in inference mode, and this one learns
        run = Run(taught, data, seed)
        loop = train(run)
    while run.step < steps:
        with torch.inference_mode(False):
            next(loop)
        if run.ledger.full:
            run.ledger.read()
        yield None
    yield run


def of_size(data: Dataset, count: int, seed: int) -> Dataset | None:
    """The data with `count` training examples, the first ones, or fresh ones where there are too few; None of finite data."""
    if count <= data.N:
        return replace(data, train=data.train[:count], train_labels=None, train_latents=None)
    if data.draw is None:
        return None
    train = data.draw(count, np.random.default_rng(stream(seed, "more examples")))
    return replace(data, train=train, train_labels=None, train_latents=None)


def _recall(
    data: Dataset, seed: int, count: int, denoise: Denoise, work: int, device: torch.device | str = "cpu"
) -> Iterator[Recall | None]:
    train = torch.tensor(data.train, device=device)
    held_out = [torch.tensor(x, device=device) for x in _held_out(data, seed)]
    for found in ends(starts(train, count, generator(seed, "memory", device)), denoise, work):
        yield None if found is None else recall(found, train, *held_out)


def _held_out(data: Dataset, seed: int) -> list[np.ndarray]:
    """Sets of as many examples as the training set has, that are not in it; of finite data one, of as many as there are."""
    if data.draw is None:
        return [data.test[: data.N]]
    rng = np.random.default_rng(stream(seed, "held out"))
    return [data.draw(data.N, rng) for _ in range(SETS)]


def _nearest_other(piece: Tensor, x: Tensor) -> Tensor:
    return torch.cdist(piece, x).topk(2, largest=False).values[:, 1]
