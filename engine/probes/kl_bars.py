# SPDX-License-Identifier: MIT
"""The torch half of the KL bars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from engine.closed_form import gaussian_kl_pulls
from engine.probes.codes import codes
from engine.probes.probe import Probe, Reading, subscript, to_numpy
from engine.protocol.payloads import Axes, Bars, Picture
from engine.protocol.recipe.probes.kl_bars import KlBars
from engine.scene import Scene

ACTIVE = 0.01  #: a dimension is active when the variance of μ_j(x) over the data exceeds this (Burda et al. 2016)
SLICE = 4096


class KlBarsProbe(Probe[KlBars]):
    """Means over all training examples. The bars sum to the figure `kl_data` of the curves, which is measured with them."""

    def version(self) -> Any:
        return self.scene.coded

    def measure(self) -> Iterator[Reading]:
        """One picture and the figure, in slices of the data."""
        run = self.scene.run
        place = run.step, run.train_s
        for found in pulls_of(self.scene):
            if found is None:
                yield Reading()
            else:
                pulls, spread = found
        active = (spread > ACTIVE).tolist()
        order = pulls.sum(1).argsort(descending=True)[: self.declared.most].sort().values
        total = float(pulls.sum())
        bars = Bars(
            name="kl", labels=tuple(f"h{subscript(j + 1)}" for j in order.tolist()), values=to_numpy(pulls[order]),
            parts=("½μ²", "½(Σ − ln Σ − 1)"), roles=("exact", "noise"), unit="nats",
            dim=tuple(not active[j] for j in order.tolist()),
        )  # fmt: skip
        note = f"{sum(active)} of {len(active)} active"
        axes = Axes(note=note, figure=f"{total:.2f} nats")
        picture = Picture(step=place[0], layers=(bars,), axes=axes, note=self._verdict(active))
        yield Reading(picture, {"kl_data": total, "active": float(sum(active))}, place)

    def _verdict(self, active: list[bool]) -> str:
        """One sentence where the posterior has collapsed."""
        if any(active) or self.scene.run.step < 100:
            return ""
        return "posterior collapse: every Q(h|x) is the prior, the codes say nothing about x"


def pulls_of(scene: Scene) -> Iterator[tuple[Tensor, Tensor] | None]:
    """Both pulls of each dimension, means over all training examples (M_hidd, 2), and the variance of μ_j (M_hidd,).

    None after each slice of the data; all in float64.
    """
    parts = []
    for x in torch.split(scene.run.x, SLICE):
        mu, log_var = codes(scene, x)
        assert log_var is not None
        parts.append((mu, log_var))
        yield None
    mu, log_var = (torch.cat(tensors).double() for tensors in zip(*parts, strict=True))
    pulls = torch.stack([pull.mean(0) for pull in gaussian_kl_pulls(mu, log_var)], dim=1)
    yield pulls, mu.var(0, unbiased=False)
