# SPDX-License-Identifier: MIT
"""How good samples are, as numbers: their distance from the data, whether one can tell them apart, whether they are copies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine import flows
from engine.closed_form import energy_slices
from engine.data.dataset import Dataset
from engine.models import Network
from engine.rng import generator, stream
from engine.run import Run

SAMPLES = 2000  #: in a set, where the data never run out
SETS = 5  #: of samples
PAIRS = 20  #: of independent draws of the data, whose distance is noise


@torch.inference_mode()
def distance(run: Run) -> float:
    """The distance figure of the run's present samples: √(mean energy distance to held-out data / its noise); 1 is perfect.

    LECTURE, section 4: sets of 2,000, against data that were drawn afresh. Where data are finite, sets are as large as the
    test part, and stand against it; the noise is then that between random parts of the training examples.
    """
    for found in Distance(run).slices(run.shown):
        figure = found or 0.0
    return figure


class Distance:
    """The distance figure of one run, again and again; the data's own noise is measured once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.held_out, self._pairs = _draws(run.data, run.seed)
        self._noise = 0.0

    def slices(self, network: Network) -> Iterator[float | None]:
        """None after each slice of some milliseconds; after each of the SETS of samples the figure of those so far.

        `network` stands for the run's own, which may be learning meanwhile.
        """
        run, total = self.run, 0.0
        flow = flows.build(run.flow["kind"], network, run.x, generator(run.seed, "quality", run.device))
        yield from self._measure_noise()
        for count in range(1, SETS + 1):
            for places in flow.travel(len(self.held_out), run.flow, run.sigma):
                samples = places.cpu()
                yield None
            for found in energy_slices(samples, self.held_out):
                total += found or 0.0
                yield None
            yield float((max(0.0, total) / count / self._noise) ** 0.5)

    def _measure_noise(self) -> Iterator[None]:
        pairs, self._pairs = self._pairs, []
        for one, other in pairs:
            for found in energy_slices(one, other):
                self._noise += (found or 0.0) / PAIRS
                yield


def _draws(data: Dataset, seed: int) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
    rng = np.random.default_rng(stream(seed, "quality"))
    if data.draw is None:
        size = min(len(data.test), data.N // 2)
        orders = [torch.from_numpy(rng.permutation(data.N)) for _ in range(PAIRS)]
        train = torch.tensor(data.train)
        return torch.tensor(data.test[:size]), [(train[rows[:size]], train[rows[size : 2 * size]]) for rows in orders]
    held_out, *draws = (torch.from_numpy(data.draw(SAMPLES, rng)) for _ in range(1 + 2 * PAIRS))
    return held_out, list(zip(draws[::2], draws[1::2], strict=True))


def told_apart(samples: Tensor, held_out: Tensor) -> float:
    """How often the nearest other point is of one's own set, over both sets: ½ where nobody can tell them apart, 1 at worst.

    samples and held_out (n, M) each. Leave-one-out accuracy of one nearest neighbor (Lopez-Paz & Oquab 2017).
    """
    both = torch.cat([samples, held_out]).double()
    distances = torch.cdist(both, both).fill_diagonal_(torch.inf)
    kind = torch.arange(len(both)) < len(samples)
    return float((kind[distances.argmin(1)] == kind).double().mean())


def novelty(samples: Tensor, train: Tensor, held_out: Tensor) -> float:
    """Median distance to the nearest training example, over that of held-out examples: 0 for copies, about 1 for new ones."""
    nearest = [torch.cdist(x.double(), train.double()).amin(1).median() for x in (samples, held_out)]
    return float(nearest[0] / nearest[1])


def near(samples: Tensor, curve: Tensor, reach: float) -> float:
    """The part of the samples (n, M) within `reach` of a curve, given as dense points (K, M)."""
    return float((torch.cdist(samples, curve).amin(1) <= reach).double().mean())


def covered(samples: Tensor, curve: Tensor, arcs: int = 50) -> int:
    """How many of the equal arcs of a curve, given as dense points (K, M) in their order, hold a fifth of their fair share."""
    arc = torch.cdist(samples, curve).argmin(1) * arcs // len(curve)
    return int((torch.bincount(arc, minlength=arcs) >= len(samples) / arcs / 5).sum())
