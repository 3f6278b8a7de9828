# SPDX-License-Identifier: MIT
"""Probes are guests: whatever is watched, and however the points move, the training's weights are the same bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.archive import load_checkpoint
from engine.protocol.messages import Frame, Pick, Spawn
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.probes import PROBES, Panel
from tests.driving import Driver, experiment

SYSTEMS = {
    "vae on digits": experiment("digits", "vae"),
    "vae on moons, σ_ε learned": experiment("moons", "vae", objective={"sigma_eps": "learned"}),
    "dae on digits": experiment("digits", "dae"),
    "dae on moons, averaged, in micro-batches": experiment("moons", "dae", training={"ema": 0.99, "micro_batch": 50}),
    "gan on moons": experiment("moons", "gan", model={"width": 32}),
    "diffusion on moons": experiment("moons", "diffusion", model={"width": 32}),
    "vae 784-400-20": experiment("shapes", "vae", model={"width": 400, "depth": 1, "latent": 20}),
}


def panels(what: Experiment) -> tuple[Panel, ...]:
    """Every probe that such a model can answer, each with a panel of its own."""
    model, shape = what.lanes[0].recipe.model, what.data.shape
    fitting = [probe for probe in PROBES if probe.needs <= model.can and probe().misfit(shape) is None]
    return tuple(Panel(key=str(probe.__struct_config__.tag), probe=probe()) for probe in fitting)


def weights_after(session: Path, what: Experiment, watched: tuple[Panel, ...], steps: int = 200) -> dict[str, torch.Tensor]:
    """Train in a real engine process, watched or not, with points on the stage where it is watched."""
    session.mkdir()
    with Driver(session, log=session / "log") as engine:
        engine.build(what, watched)
        if watched:
            engine.send(Spawn(xy=np.zeros((200, 2), np.float32)), *(Pick(panel=p.key, xy=(0.5, 0.5)) for p in watched))
        engine.train(steps)
        if watched:
            engine.until(Frame, lambda frame: not frame.training)
            shown = {key for frame in engine.frames for key in frame.pictures}
            assert len(shown) >= 2, "nobody watched, so nothing was tested"
        assert engine.end().code == 0
    state = load_checkpoint(session).lanes[0].state
    return {key: tensor for key, tensor in state.items() if key != "seconds"}


@pytest.mark.parametrize("name", SYSTEMS)
def test_after_200_steps_the_weights_are_bit_equal_with_all_probes_on_and_off(name: str, tmp_path: Path) -> None:
    what = SYSTEMS[name]
    alone = weights_after(tmp_path / "alone", what, ())
    watched = weights_after(tmp_path / "watched", what, panels(what))
    assert alone.keys() == watched.keys()
    different = [key for key in alone if not torch.equal(alone[key], watched[key])]
    assert different == []
