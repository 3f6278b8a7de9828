# SPDX-License-Identifier: MIT
"""How good samples are, as numbers: their distance from the data, whether one can tell them apart, whether they are copies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine import flows
from engine.closed_form import mean_distance_slices
from engine.data.dataset import Dataset
from engine.models import Network
from engine.rng import generator, stream
from engine.run import Run

SAMPLES = 2000  #: in a set; as many as there are held-out examples, where data are finite
SETS = 5  #: of samples


@torch.inference_mode()
def distance(run: Run) -> float:
    """The distance figure of the run's present samples: √(mean energy distance to held-out data / its noise); 1 is perfect.

    LECTURE, section 4: sets of 2,000 against 2,000 that were drawn afresh; of finite data, as many as the test part has.
    """
    for found in Distance(run).slices(run.shown):
        figure = found or 0.0
    return figure


class Distance:
    """The distance figure of one run, again and again; what it needs of the data is measured once.

    The noise is what the energy distance of two independent draws Y, Y' of n points is in expectation: 2 E|Y − Y'|/n, for
    in the means over all pairs within a draw every n-th pair is of a point with itself.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.held_out = _held_out(run.data, run.seed)  # (n, M)
        self._spread: float | None = None  # E|Y − Y'| over all pairs of held-out examples, those with themselves too

    def slices(self, network: Network) -> Iterator[float | None]:
        """None after each slice of some milliseconds; after each of the SETS of samples the figure of those so far.

        `network` stands for the run's own, which may be learning meanwhile.
        """
        run, n, total = self.run, len(self.held_out), 0.0
        flow = flows.build(run.flow["kind"], network, run.x, generator(run.seed, "quality", run.device))
        for spread in mean_distance_slices(self.held_out, self.held_out) if self._spread is None else ():
            self._spread = spread
            yield None
        assert self._spread is not None
        for count in range(1, SETS + 1):
            for places in flow.travel(n, run.flow, run.sigma):
                samples = places.cpu()
                yield None
            for weight, other in ((2.0, self.held_out), (-1.0, samples)):
                for found in mean_distance_slices(samples, other):
                    total += weight * (found or 0.0)
                    yield None
            energy = max(0.0, total / count - self._spread)
            yield float((energy / (2 * self._spread / (n - 1))) ** 0.5)


def _held_out(data: Dataset, seed: int) -> Tensor:
    if data.draw is None:
        return torch.tensor(data.test[:SAMPLES])
    return torch.from_numpy(data.draw(SAMPLES, np.random.default_rng(stream(seed, "quality"))))


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
