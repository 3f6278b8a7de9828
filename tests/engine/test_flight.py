# SPDX-License-Identifier: MIT
"""Chapter 1's flight: at one command points set out in every lane, by one clock; a generator's end at g(h)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.flows.prior import PriorFlow
from engine.protocol.messages import Flow, Frame, Scatter
from engine.protocol.payloads import Paths, Picture, Points
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.stage import Stage
from tests.driving import Driver
from tests.vae_scenes import made, picture

LANES = {
    "vae": {"model": {"kind": "vae", "width": 32, "latent": 1}},
    "gan": {"model": {"kind": "gan", "width": 32, "latent": 1}},
    "dae": {"model": {"kind": "dae", "width": 32}},
}


def layers(shown: Picture) -> dict[str, Any]:
    """The layers by their names."""
    return {layer.name: layer for layer in shown.layers}


@pytest.mark.parametrize(("kind", "latent"), [("vae", 1), ("vae", 2), ("gan", 1), ("ae", 2)])
def test_points_fly_straight_from_the_hidden_space_to_where_the_generator_sends_them(kind: str, latent: int) -> None:
    scene = made("spiral", kind, 50, model={"latent": latent})
    swarm = scene.swarm
    swarm.scatter(300, 1.0)
    assert isinstance(swarm.flow, PriorFlow)
    start = swarm.x.clone()
    for _ in range(swarm.flow.length(scene.run.flow)):
        assert swarm.active
        swarm.update()
    assert not swarm.active
    with torch.no_grad():
        expected = scene.run.shown.decode(swarm.flow.sheet.project(start))
    torch.testing.assert_close(swarm.x, expected, rtol=1e-4, atol=1e-5)
    assert not len(swarm.attractors), "g(h) is no attractor"


def test_the_hidden_line_is_drawn_where_the_points_set_out() -> None:
    scene = made("spiral", "vae", 2, model={"latent": 1})
    scene.swarm.scatter(300, 1.0)
    shown = layers(picture(Stage(), scene))
    line, starts = shown["h"], shown["starts"]
    assert isinstance(line, Paths)
    assert isinstance(starts, Points)
    assert line.role == starts.role == "prior"
    assert np.ptp(line.xy[..., 1]) == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(starts.xy[:, 1], line.xy[0, 0, 1], atol=1e-6)
    assert np.ptp(line.xy[..., 0]) == pytest.approx(6.0, abs=1e-3), "three standard deviations on both sides"
    assert "arrows" not in shown


def test_what_the_generator_makes_of_the_line_is_drawn_and_the_points_arrive_on_it() -> None:
    scene = made("spiral", "vae", 50, model={"latent": 1})
    scene.swarm.scatter(100, 0.8)
    for _ in range(scene.swarm.flow.length(scene.run.flow)):
        scene.swarm.update()
    shown = layers(picture(Stage(), scene))
    bent, arrived = shown["g(h)"].xy[:, 0], shown["points"].xy
    apart = np.linalg.norm(arrived[:, None] - bent[None], axis=2).min(1)
    between = np.linalg.norm(np.diff(bent, axis=0), axis=1).max()
    assert apart.max() <= between, "no farther than two neighbors on the curve are from each other"


def test_a_denoiser_has_arrows_and_no_hidden_space() -> None:
    assert {"arrows", "data"} == set(layers(picture(Stage(), made("spiral", "dae", 2))))


def test_one_command_releases_the_points_of_all_lanes_and_one_clock_moves_them() -> None:
    what = from_plain({
        "data": {"name": "spiral"},
        "lanes": [{"name": name, "recipe": {**recipe, "training": {"threads": 1}}} for name, recipe in LANES.items()],
    })
    panels = tuple(Panel(key=name, lane=name, probe=Stage()) for name in LANES)
    with Driver() as engine:
        engine.build(what, panels)
        engine.send(Flow(running=False), Scatter(count=300), Flow(running=True, steps=40, updates_per_s=240.0))
        engine.until(Frame, lambda frame: frame.moving > 0)
        engine.until(Frame, lambda frame: bool(arrived(engine.frames)))
        assert {name: len(points.xy) for name, points in arrived(engine.frames).items()} == dict.fromkeys(LANES, 300)
        assert engine.end().code == 0


def arrived(frames: list[Frame]) -> dict[str, Points]:
    """The points of all lanes, when all of them are where the updates have brought them."""
    seen: dict[str, Points] = {}
    for frame in frames:
        for key, shown in frame.pictures.items():
            if "points" in layers(shown):
                seen[key] = layers(shown)["points"]
    return seen if len(seen) == len(LANES) else {}
