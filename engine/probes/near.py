# SPDX-License-Identifier: MIT
"""The torch half of the share of samples on the curve."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from engine import flows
from engine.probes.probe import Probe, Reading
from engine.probes.still import frozen
from engine.protocol.payloads import Picture, Text
from engine.protocol.recipe.probes.near import Near


class NearProbe(Probe[Near]):
    """New samples at every measurement, by always the same noise."""

    every_s = 1.0
    share = 3.0  # all of a chapter waits for this figure, and the way to it takes 200 updates

    def measure(self) -> Iterator[Reading]:
        """The samples travel an update a slice; then one picture."""
        run, declared = self.scene.run, self.declared
        step, live = run.step, self.scene.live
        if run.data.curve is None:
            return
        self.rng.manual_seed(self.rng.initial_seed())
        flow = flows.build(run.flow["kind"], frozen(run.shown), run.x, self.rng)
        for x in flow.travel(declared.count, run.flow, run.sigma):
            ends = x
            if self.scene.live != live:  # another flow has begun meanwhile
                return
            yield Reading()
        distances = torch.cdist(ends, run.x.new_tensor(run.data.curve)).amin(1)  # (count,)
        share = float((distances <= declared.radius).float().mean())
        words = f"of {declared.count} samples lie within {declared.radius:g} of the curve at step {step:,}"
        text = Text(name="near", figure=f"{100 * share:.0f} %", text=words)
        yield Reading(Picture(step=step, layers=(text,)), {"near": share})
