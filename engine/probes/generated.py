# SPDX-License-Identifier: MIT
"""The torch half of the latent grid and of the walk."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from engine.probes.probe import Probe, Reading, gallery
from engine.protocol.payloads import NO_EXAMPLE
from engine.protocol.recipe.probes.generated import LatentGrid, Walk

REACH = 3.0  #: standard deviations of the prior


class LatentGridProbe(Probe[LatentGrid]):
    """g(h) row by row, h₂ rising upward as in the plane beside it."""

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run, count = self.scene.run, self.declared.count
        ticks = torch.linspace(-REACH, REACH, count, device=run.device)
        h = torch.zeros(count, count, run.shown.latent, device=run.device)
        h[:, :, 0] = ticks
        if run.shown.latent > 1:
            h[:, :, 1] = ticks.flip(0)[:, None]
        else:
            h = h[:1]
        yield Reading(gallery(self.scene, [("", run.shown.decode(row), 0.0, 1.0) for row in h]))


class WalkProbe(Probe[Walk]):
    """Two straight ways between the same two test images."""

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        chosen = [row % len(run.test) for row in (self.declared.start, self.declared.end)]
        ends = run.test[chosen]  # (2, M)
        start, end = map(self.scene.test, chosen)
        way = torch.linspace(0, 1, self.declared.frames, device=run.device)[:, None]
        h = run.shown.encode(ends)
        through = run.shown.decode(torch.lerp(h[:1], h[1:], way))
        across = torch.lerp(ends[:1], ends[1:], way)
        rows = [("g(h)", through, 0.0, 1.0), ("pixels", across, 0.0, 1.0)]
        yield Reading(gallery(self.scene, rows, examples=(start, *[NO_EXAMPLE] * (len(way) - 2), end)))
