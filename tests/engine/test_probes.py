# SPDX-License-Identifier: MIT
"""The probes: what they show is finite, crosses the pipe, and says what the network says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.data import load
from engine.probes import Reading, invite
from engine.probes.turning import Turning
from engine.protocol.chapters import chapters
from engine.protocol.messages import Frame
from engine.protocol.payloads import Bars, Images, Paths, Picture, Points
from engine.protocol.places import resources
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.probes import PROBES, Panel
from engine.protocol.recipe.probes.candidates import Candidates, EffectiveNumber
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.film import Film
from engine.protocol.recipe.probes.generated import Walk
from engine.protocol.recipe.probes.kl_bars import KlBars
from engine.protocol.recipe.probes.latent import Latent
from engine.protocol.recipe.probes.memorize import Copies, Memorize
from engine.protocol.recipe.probes.stage import Stage
from engine.protocol.wire import decode_report, encode
from engine.run import Run
from engine.scene import Scene, scene_of
from engine.train import train

#: what takes long otherwise
QUICK: dict[Any, Any] = {Memorize: Memorize(values=(0.1, 0.3), steps=5, starts=10), Copies: Copies(starts=20)}
SYSTEMS = [("digits", "vae"), ("moons", "vae"), ("digits", "dae"), ("moons", "dae")]


def make(data: str, model: str, steps: int = 20, **objective: Any) -> Scene:
    plain = {"data": {"name": data}, "model": {"kind": model, "width": 16}, "objective": objective, "training": {"batch": 64}}
    experiment = from_plain(plain)
    run = Run(experiment.lanes[0], load(experiment.data, 3), 3)
    loop = train(run)
    while run.step < steps:
        next(loop)
    scene = scene_of(run, experiment.data.classes)
    if "denoise" in run.network.declared.can:
        scene.swarm.spawn(np.array([[1.0, 1.0], [-1.0, 0.5]], np.float32))
        for _ in range(5):
            scene.swarm.update()
    return scene


def readings(declared: Any, scene: Scene) -> list[Reading]:
    probe = invite(Panel(key="p", probe=declared), scene)
    assert probe is not None
    with torch.inference_mode():
        return list(probe.measure())


def picture(declared: Any, scene: Scene) -> Picture:
    return [r.picture for r in readings(declared, scene) if r.picture is not None][-1]


@pytest.mark.parametrize(("data", "model"), SYSTEMS)
@pytest.mark.parametrize("kind", PROBES, ids=lambda kind: kind.__struct_config__.tag)
def test_what_a_probe_shows_is_finite_and_crosses_the_pipe(kind: Any, data: str, model: str) -> None:
    scene = make(data, model, steps=2)
    declared = QUICK.get(kind) or kind()
    if not declared.needs <= scene.run.network.declared.can:
        assert invite(Panel(key="p", probe=declared), scene) is None
        return
    if declared.misfit(scene.run.data.shape):
        assert invite(Panel(key="p", probe=declared), scene) is None, "the panel of the chapter before, for a moment"
        return
    for reading in readings(declared, scene):
        assert all(np.isfinite(value) for value in reading.figures.values())
        if reading.picture is not None:
            frame = Frame(run_id=1, number=1, training=True, lanes=(), scalars=(), pictures={"p": reading.picture})
            back = decode_report(encode(frame))
            for layer in back.pictures["p"].layers:
                for name in layer.__struct_fields__:
                    value = getattr(layer, name)
                    assert not isinstance(value, np.ndarray) or np.isfinite(value).all(), (layer.name, name)


def test_the_bars_sum_to_the_figure_of_the_curves_and_to_the_objectives_kl() -> None:
    scene = make("digits", "vae", 200)
    found = readings(KlBars(most=64), scene)[-1]
    assert found.picture is not None
    bars = found.picture.layers[0]
    assert isinstance(bars, Bars)
    assert float(bars.values.sum()) == pytest.approx(found.figures["kl_data"], rel=1e-5)
    rows = torch.arange(len(scene.run.x))
    _, _, kl = scene.run.objective.figures(scene.run.x, rows, torch.Generator().manual_seed(0))
    assert found.figures["kl_data"] == pytest.approx(float(kl.detach()), rel=1e-5)


def test_the_bars_on_the_screen_sum_to_the_end_of_the_curve_beside_them() -> None:
    """Chapter 4 as it stands: what the panel of curves draws last, against what the panel of bars draws."""
    chapter = next(chapter for chapter in chapters([resources() / "chapters"]) if chapter.key == "training")
    probes = {panel.key: panel.probe for panel in chapter.panels}
    assert isinstance(probes["costs"], Curves)
    scene = make("digits", "vae", 60)
    curves = readings(probes["costs"], scene)[-1]
    (ending,) = (value for name, value in curves.figures.items() if name in probes["costs"].names)
    shown = readings(probes["dimensions"], scene)[-1].picture
    assert shown is not None
    assert isinstance(shown.layers[0], Bars)
    assert float(shown.layers[0].values.sum()) == pytest.approx(ending, rel=1e-5)
    assert shown.axes.figure == f"{ending:.2f} nats"
    assert curves.place is not None
    assert curves.place[0] == 60, "the figure stands at the step of the weights that it is of"


def test_an_arrow_ends_where_one_update_takes_its_place() -> None:
    scene = make("moons", "dae")
    arrows = next(layer for layer in picture(Stage(), scene).layers if isinstance(layer, Paths) and layer.arrows)
    x = torch.tensor(arrows.xy[0])
    with torch.inference_mode():
        expected = x - 0.12 * (x - scene.run.shown.denoise(x, scene.run.sigma))
    np.testing.assert_allclose(arrows.xy[1], expected, atol=1e-5)


def test_the_latent_picture_does_not_flip_while_training() -> None:
    experiment = from_plain({"data": {"name": "digits"}, "model": {"kind": "vae", "width": 32, "latent": 6}})
    run = Run(experiment.lanes[0], load(experiment.data, 3), 3)
    scene, loop = scene_of(run), train(run)
    probe = invite(Panel(key="p", probe=Latent(points=300)), scene)
    assert probe is not None
    last: tuple[np.ndarray, np.ndarray] | None = None
    for _ in range(1000):
        next(loop)
        with torch.inference_mode():
            cloud, h = next(probe.measure()).picture, run.shown.encode(run.x[:300]).numpy()
        assert cloud is not None
        xy = next(layer for layer in cloud.layers if isinstance(layer, Points) and layer.name == "codes").xy
        if last is not None:
            moved, really = (np.linalg.norm(a - b, axis=1).mean() for a, b in ((xy, last[0]), (h, last[1])))
            # A flip of one axis moves the points by about twice their distance from the other one: more than their mean
            # distance from the origin. The glide takes GLIDE of the way, at most a quarter turn, in one picture.
            assert moved <= really + 0.16 * np.linalg.norm(h, axis=1).mean()
        last = xy, h


def test_the_axes_glide_where_two_variances_change_places() -> None:
    turning, noise = Turning(), torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    turning.axes(noise * torch.tensor([3.0, 2.0, 1.0]))
    before = turning.axes(noise * torch.tensor([3.0, 2.0, 1.0]))[1]
    after = turning.axes(noise * torch.tensor([3.0, 1.0, 2.0]))[1]
    assert float((after - before).norm()) < 0.5
    for _ in range(60):
        settled = turning.axes(noise * torch.tensor([3.0, 1.0, 2.0]))
    assert abs(float(settled[1][1, 2])) > 0.99
    torch.testing.assert_close(settled[1] @ settled[1].T, torch.eye(2), atol=1e-5, rtol=0)


def test_the_candidates_weights_sum_to_one_and_a_small_sigma_names_the_nearest() -> None:
    scene = make("digits", "dae", sigma=0.05)
    scene.swarm.clear()
    scene.swarm._add(scene.run.x[7:8] + 0.01, torch.tensor([7]))
    shown = picture(Candidates(), scene)
    bars = shown.layers[0]
    assert isinstance(bars, Bars)
    assert float(bars.values[0, 0]) == pytest.approx(1.0, abs=1e-6)
    assert bars.labels[0].endswith("x8")
    assert shown.axes.figure == "1.00"


def test_the_effective_number_nears_n_for_large_sigma() -> None:
    scene = make("moons", "dae", sigma=100.0)
    field = picture(EffectiveNumber(grid=16), scene).layers[0]
    assert 10 ** float(field.values.min()) > 0.99 * 600  # type: ignore[union-attr]


def test_a_walk_begins_and_ends_at_its_two_images() -> None:
    scene = make("digits", "vae")
    images = picture(Walk(frames=5, start=2, end=4), scene).layers[0]
    assert isinstance(images, Images)
    expected = np.clip(scene.run.data.test[[2, 4]] * 255 + 0.5, 0, 255).astype(np.uint8).reshape(2, 8, 8)
    np.testing.assert_array_equal(images.pixels[1, [0, -1]], expected)


def test_a_film_shows_the_newest_point_from_its_start_to_its_present() -> None:
    scene = make("digits", "dae")
    images = picture(Film(frames=4), scene).layers[0]
    assert isinstance(images, Images)
    assert images.columns[0] == "0"
    assert images.columns[-1] == "5"


def test_floor_and_validation_differ_by_the_square_of_the_rms() -> None:
    scene = make("moons", "dae", 100)
    figures = readings(Curves(names=("loss", "floor", "validation", "rms")), scene)[-1].figures
    # E‖x − D‖² − E‖x − D*‖² = E‖D − D*‖² holds in expectation; on 2,048 noisy points within a few percent.
    assert figures["validation"] - figures["floor"] == pytest.approx(figures["rms"] ** 2, rel=0.15)
