# SPDX-License-Identifier: MIT
"""Small trained scenes for the tests of probes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

import torch

from engine.data import load
from engine.data.dataset import Dataset
from engine.probes import Probe, Reading, invite
from engine.protocol.payloads import Picture
from engine.protocol.recipe.data import AnyData
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.probes import Panel
from engine.run import Run
from engine.scene import Scene, scene_of
from engine.train import train

P = TypeVar("P", bound=Probe[Any])
NARROW = {"width": 32}


@lru_cache(maxsize=8)
def _examples(data: AnyData) -> Dataset:
    return load(data, 3)


def made(data: str, model: str, steps: int, /, **sections: dict[str, Any]) -> Scene:
    """A scene after so many steps: `made("moons", "vae", 30, model={"latent": 1}, objective={"beta": 2.0})`."""
    narrow = {} if model in ("conv-vae", "unet", "diffusion-unet", "exact") else NARROW
    plain = {"data": {"name": data}, **sections, "model": {"kind": model, **narrow, **sections.get("model", {})}}
    experiment = from_plain(plain)
    run = Run(experiment.lanes[0], _examples(experiment.data), 3)
    loop = train(run)
    while run.step < steps:
        next(loop)
        if run.ledger.full:
            run.ledger.read()
    return scene_of(run, experiment.data.classes)


def guest(declared: Any, scene: Scene, kind: type[P] | None = None) -> Any:
    """The probe of a panel."""
    probe = invite(Panel(key="p", probe=declared), scene)
    assert probe is not None
    assert kind is None or isinstance(probe, kind)
    return probe


def readings(declared: Any, scene: Scene) -> list[Reading]:
    """All that a measurement gives."""
    with torch.inference_mode():
        return list(guest(declared, scene).measure())


def picture(declared: Any, scene: Scene) -> Picture:
    """The last picture of a measurement."""
    return [reading.picture for reading in readings(declared, scene) if reading.picture is not None][-1]


def figures(declared: Any, scene: Scene) -> dict[str, float]:
    """All figures of a measurement."""
    found: dict[str, float] = {}
    for reading in readings(declared, scene):
        found |= reading.figures
    return found
