# SPDX-License-Identifier: MIT
"""The panels of chapters 9 to 12: grounds of the stage, gathering, spectrum along the way, distance; another flow at play."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.closed_form import effective_number, energy_distance, local_dimension, log_density_smoothed
from engine.probes.candidates import EffectiveNumberProbe
from engine.probes.jacobian import singular_values
from engine.probes.quality import QualityProbe
from engine.probes.stage import StageProbe
from engine.protocol.messages import Change, Flow, Frame, Scatter
from engine.protocol.payloads import Field, Images, Series, Text
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.candidates import EffectiveNumber
from engine.protocol.recipe.probes.film import Gathering
from engine.protocol.recipe.probes.quality import Quality
from engine.protocol.recipe.probes.schedule import Schedule
from engine.protocol.recipe.probes.stage import Stage
from engine.protocol.recipe.probes.within import Spectrum, SpectrumWay
from engine.quality import Distance, distance
from tests.driving import Driver
from tests.vae_scenes import guest, made, picture, readings


def centers(field: Field) -> torch.Tensor:
    rows, columns = field.values.shape
    left, right, bottom, top = field.range
    xs = left + (right - left) / columns * (np.arange(columns) + 0.5)
    ys = bottom + (top - bottom) / rows * (np.arange(rows) + 0.5)
    return torch.tensor(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2), dtype=torch.float32)


@pytest.mark.parametrize("ground", ["number", "density"])
def test_the_ground_of_the_stage_says_at_each_place_what_the_closed_form_says(ground: str) -> None:
    scene = made("moons", "dae", 2, objective={"sigma": 0.3})
    probe = guest(Stage(ground=ground), scene, StageProbe)  # type: ignore[arg-type]
    with torch.inference_mode():
        for errand in probe.errands:
            list(errand.measure())
        shown = list(probe.measure())[-1].picture
    field = next(layer for layer in shown.layers if isinstance(layer, Field))
    x = centers(field)
    if ground == "number":
        expected = effective_number(x, scene.run.x, 0.3).log10()
    else:
        expected = log_density_smoothed(x, scene.run.x, 0.3)
    np.testing.assert_allclose(field.values.ravel(), expected.numpy(), atol=1e-4)


def test_the_effective_number_comes_coarse_first_and_breaks_off_for_another_sigma() -> None:
    scene = made("moons", "dae", 2, objective={"sigma": 0.3})
    probe = guest(EffectiveNumber(grid=64), scene, EffectiveNumberProbe)
    with torch.inference_mode():
        pictures = [reading.picture for reading in probe.measure() if reading.picture is not None]
        sizes = [layer.values.size for p in pictures for layer in p.layers if isinstance(layer, Field)]
        assert len(sizes) == 2
        assert sizes[0] < sizes[1]
        work, before = probe.measure(), probe.version()
        next(work)
        scene.run.change("objective.sigma", 0.5)
        assert not any(reading.picture for reading in work)
        assert probe.version() != before


def test_a_gathering_shows_the_newest_points_as_they_are_now() -> None:
    scene = made("digits", "dae", 2)
    assert not readings(Gathering(count=6), scene)
    scene.swarm.scatter(10, 1.0)
    scene.swarm.update()
    images = picture(Gathering(count=6), scene).layers[0]
    assert isinstance(images, Images)
    flat = images.pixels.reshape(-1, 8, 8)
    expected = np.clip(scene.swarm.x[-6:].numpy() * 255 + 0.5, 0, 255).astype(np.uint8).reshape(-1, 8, 8)
    np.testing.assert_array_equal(flat[:6], expected)
    assert not flat[6:].any()


def test_the_way_of_the_newest_point_ends_with_its_present_spectrum() -> None:
    scene = made("digits", "dae", 100)
    assert not readings(SpectrumWay(), scene)
    scene.swarm.corrupt(1, 0.5)
    for _ in range(30):
        scene.swarm.update()
    shown = picture(SpectrumWay(most=4, places=6), scene)
    *lines, half = shown.layers
    assert len(lines) == 4
    assert isinstance(half, Series)
    assert (half.y == 0.5).all()
    with torch.inference_mode():
        for place, x in ((0, scene.swarm.start[0]), (-1, scene.swarm.x[0])):
            values = next(v for v in singular_values(scene.run.shown, x, scene.run.sigma) if v is not None)
            found = [line.y[place] for line in lines if isinstance(line, Series)]
            np.testing.assert_allclose(found, values[:4], rtol=1e-4)
            assert str(int(local_dimension(values))) in shown.note


@pytest.mark.slow
@pytest.mark.parametrize(("data", "dimension"), [("dial", 1), ("blob", 2)])
def test_the_dial_has_one_dimension_and_the_blob_two(data: str, dimension: int) -> None:
    scene = made(
        data, "dae", 3000, model={"width": 128, "depth": 3}, objective={"sigma": 0.1},
        training={"learning_rate": 3e-3, "decay": 3000},
    )  # fmt: skip
    probe = guest(Spectrum(tests=32), scene)
    (errand,) = probe.errands
    with torch.inference_mode():
        assert list(errand.measure())[-1].figures == {"local_dimension": float(dimension)}
        assert list(probe.measure())[-1].picture.note == f"median of 32 test points: {dimension}"
    found = []
    with torch.inference_mode():
        for x in scene.run.test[:32]:
            found += [int(local_dimension(v)) for v in singular_values(scene.run.shown, x, 0.1) if v is not None]
    assert np.mean(np.array(found) == dimension) >= 0.9


def test_the_distance_panel_says_the_distance_figure() -> None:
    scene = made("moons", "vae", 50)
    found = readings(Quality(), scene)
    figure = found[-1].figures["distance"]
    assert figure == pytest.approx(distance(scene.run))
    assert found[-1].picture is not None
    text = found[-1].picture.layers[0]
    assert isinstance(text, Text)
    assert text.figure == f"{figure:.2f}"
    assert sum(reading.picture is not None for reading in found) == 5, "a picture after each set"


@pytest.mark.parametrize("data", ["moons", "digits"])
def test_the_noise_of_the_distance_is_the_mean_of_many_pairs_of_draws(data: str) -> None:
    """LECTURE, section 4: 20 pairs of independent draws; here 100, for 20 leave an error of 15 %."""
    scene = made(data, "vae", 0)
    measure = Distance(scene.run)
    with torch.inference_mode():
        list(measure.slices(scene.run.shown))
    rng, found, n = np.random.default_rng(0), [], 300
    for _ in range(100):
        if scene.run.data.draw is None:
            rows = rng.permutation(scene.run.data.N)
            one, other = (scene.run.data.train[part] for part in (rows[:n], rows[n : 2 * n]))
        else:
            one, other = (scene.run.data.draw(n, rng) for _ in range(2))
        found.append(energy_distance(torch.tensor(one), torch.tensor(other)))
    error = np.std(found) / np.sqrt(len(found))
    assert measure._spread is not None
    assert np.mean(found) == pytest.approx(2 * measure._spread / n, abs=3 * error)


def test_the_distance_of_data_from_themselves_is_about_one() -> None:
    """The exact denoiser of a few digits, annealed, gives back training digits: as near to the test part as they are."""
    scene = made("digits", "exact", 0, flow={"kind": "anneal", "start": 10.0, "steps": 20})
    assert distance(scene.run) == pytest.approx(1.0, abs=0.25)


def test_another_setting_breaks_the_distance_off() -> None:
    scene = made("moons", "dae", 2)
    with torch.inference_mode():
        work = guest(Quality(), scene, QualityProbe).measure()
        next(work)
        scene.change()
        assert not list(work)


def test_another_flow_moves_the_same_points_of_the_same_run() -> None:
    plain = {"data": {"name": "moons"}, "model": {"kind": "diffusion", "width": 16}, "flow": {"kind": "update"}}
    panels = (Panel(key="stage", probe=Stage()), Panel(key="schedule", probe=Schedule()))
    with Driver() as engine:
        engine.build(from_plain(plain), panels)
        engine.send(Scatter(count=20, scale=1.0), Flow(running=True, updates_per_s=200.0))
        engine.until(Frame, lambda frame: "stage" in frame.pictures)
        engine.send(Change(lane="diffusion", values={"flow.kind": "anneal", "flow.steps": 30}))
        frame = engine.until(Frame, lambda frame: "schedule" in frame.pictures and len(sigma_of(frame)) == 31)
        assert sigma_of(frame)[0] == pytest.approx(10.0)
        assert sigma_of(frame)[-1] == 0.0
        engine.until(Frame, lambda frame: frame.moving == 0)  # at the end of the schedule all have arrived


def sigma_of(frame: Frame) -> np.ndarray:
    """The schedule's curve in a frame."""
    return next(layer.y for layer in frame.pictures["schedule"].layers if isinstance(layer, Series) and layer.name == "sigma")
