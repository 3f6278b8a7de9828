# SPDX-License-Identifier: MIT
"""Attractors: where points come to rest, how many places that are, and which part of the plane leads to each."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.attractors import APART, MOST, NONE, Attractors
from engine.budget import Budget
from engine.data import load
from engine.flowing import Flowing
from engine.probes import invite
from engine.probes.stage import StageProbe
from engine.protocol.messages import Flow
from engine.protocol.payloads import Field, Paths, Picture, Points
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.stage import Stage
from engine.repertoire import Repertoire
from engine.run import Run
from engine.scene import Scene, scene_of
from engine.train import train


def exact(data: dict[str, Any], sigma: float, eta: float = 0.5) -> Scene:
    """The scene of an exact denoiser."""
    plain = {"data": data, "model": {"kind": "exact"}, "objective": {"sigma": sigma}, "flow": {"eta": eta}}
    experiment = from_plain({**plain, "training": {"batch": 1}})
    return scene_of(Run(experiment.lanes[0], load(experiment.data, 3), 3), experiment.data.classes)


def settle(scene: Scene, most: int = 2000) -> None:
    """Move the points until nothing moves any more."""
    for _ in range(most):
        scene.swarm.update()
        if not scene.swarm.active:
            return


def stage(scene: Scene, **options: Any) -> StageProbe:
    probe = invite(Panel(key="stage", probe=Stage(**options)), scene)
    assert isinstance(probe, StageProbe)
    return probe


def shown(probe: StageProbe) -> Picture:
    with torch.inference_mode():
        (reading,) = probe.measure()
    assert reading.picture is not None
    return reading.picture


def do_errands(probe: StageProbe) -> None:
    with torch.inference_mode():
        for errand in probe.errands:
            assert all(reading.picture is None for reading in errand.measure())


# ------------------------------------------------------------------------------------------------------------------ the book


def by_hand(x: np.ndarray) -> int:
    """How many ends that lie APART from each other one finds, in a plain loop."""
    found: list[np.ndarray] = []
    for end in x:
        if all(np.linalg.norm(end - other) >= APART for other in found):
            found.append(end)
    return len(found)


@given(seed=st.integers(0, 1000), places=st.integers(1, 30), count=st.integers(0, 700))
@settings(max_examples=30, deadline=None)
def test_ends_that_lie_near_each_other_are_one_attractor(seed: int, places: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    centers = rng.permutation(100)[:places, None] * np.array([[0.1, 0.05]])  # farther apart than APART
    which = rng.integers(places, size=count)
    x = centers[which] + rng.uniform(-0.004, 0.004, (count, 2))
    book = Attractors()
    labels = book.name(torch.tensor(x, dtype=torch.float32)).numpy()
    assert len(book) == len(set(which.tolist()))
    assert all(len(set(labels[which == place].tolist())) <= 1 for place in range(places))


def test_the_count_is_that_of_a_plain_loop() -> None:
    x = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32) * 0.1
    book = Attractors()
    labels = book.name(torch.tensor(x))
    assert len(book) == pytest.approx(by_hand(x), rel=0.02)  # ends between two attractors may go to either
    distance = np.linalg.norm(x - book.places[labels].numpy(), axis=1)
    assert distance.max() < APART


def test_a_full_book_names_no_more() -> None:
    book = Attractors()
    labels = book.name(torch.arange(MOST + 10.0)[:, None])
    assert book.full
    assert labels[-10:].tolist() == [NONE] * 10


# ----------------------------------------------------------------------------------------------------------------- the points


def test_a_point_takes_its_color_when_it_has_arrived_and_is_moved_no_more() -> None:
    scene = exact({"name": "moons", "n": 20}, sigma=0.05)
    scene.swarm.spawn(scene.run.x[:3].numpy() + 0.01)
    scene.swarm.update()
    assert scene.swarm.end.tolist() == [NONE] * 3
    settle(scene)
    assert sorted(scene.swarm.end.tolist()) == [0, 1, 2]
    before = scene.swarm.x.clone()
    scene.swarm.spawn(np.array([[0.0, 0.0]]))
    scene.swarm.update()
    assert torch.equal(scene.swarm.x[:3], before)


def test_points_tails_and_the_count_on_the_stage_say_the_same() -> None:
    scene = exact({"name": "moons", "n": 20}, sigma=0.05)
    scene.swarm.spawn(np.random.default_rng(1).normal(size=(100, 2)))
    settle(scene)
    picture = shown(stage(scene))
    points = next(layer for layer in picture.layers if isinstance(layer, Points) and layer.name == "points")
    tails = next(layer for layer in picture.layers if isinstance(layer, Paths) and layer.name == "tails")
    assert points.label is not None
    np.testing.assert_array_equal(points.label, tails.label)
    assert picture.axes.figure == f"{len(set(points.label.tolist()))} attractors"
    assert len(set(points.label.tolist())) <= 20


def test_points_on_their_way_have_no_color() -> None:
    scene = exact({"name": "moons", "n": 20}, sigma=0.05, eta=0.1)
    scene.swarm.spawn(np.array([[0.0, 0.0], [3.0, 3.0]]))
    scene.swarm.update()
    layers = shown(stage(scene)).layers
    assert all(layer.label is None for layer in layers if isinstance(layer, Points) and layer.name == "points")


def test_when_the_denoiser_learns_on_points_at_rest_are_asked_again() -> None:
    scene = exact({"name": "moons", "n": 20}, sigma=0.05)
    scene.swarm.spawn(np.array([[0.0, 0.0]]))
    settle(scene)
    assert not scene.swarm.behind
    scene.run.step += 1
    assert scene.swarm.behind
    scene.swarm.update(everyone=True)
    assert not scene.swarm.behind
    assert scene.swarm.end.tolist() == [0]


def test_until_fixed_ends_when_nothing_moves_any_more() -> None:
    repertoire = Repertoire()
    experiment = from_plain({"data": {"name": "moons", "n": 20}, "model": {"kind": "exact"}, "flow": {"eta": 0.5},
                             "objective": {"sigma": 0.05}, "training": {"batch": 1}})  # fmt: skip
    repertoire.play(1, experiment, (1,))
    swarm, flowing = repertoire.tracks[0].scene.swarm, Flowing(repertoire, Budget(0.35, 0.02))
    swarm.spawn(np.array([[0.3, 0.2]]))
    flowing.command(Flow(running=True, until_fixed=True, updates_per_s=1e9))
    updates = 0
    while flowing.advance(float(updates), unbounded=True):
        updates += 1
    assert not flowing.running
    assert not swarm.active
    assert 5 < updates < 1000


def test_the_same_points_are_on_the_stages_of_all_lanes() -> None:
    scenes = [exact({"name": "digits"}, sigma=0.3) for _ in range(2)]
    for scene in scenes:
        scene.swarm.spawn(np.array([[1.0, 0.5]]))
        scene.swarm.scatter(5, 1.0)
        scene.swarm.corrupt(5, 0.3)
    assert torch.equal(scenes[0].swarm.start, scenes[1].swarm.start)
    assert torch.equal(scenes[0].swarm.origin, scenes[1].swarm.origin)
    far = scenes[0].swarm.start[-5:] - scenes[0].run.x[scenes[0].swarm.origin[-5:]]
    assert float(far.square().mean().sqrt()) == pytest.approx(0.3, rel=0.2)


# ------------------------------------------------------------------------------------------------------------------- basins


def basins(scene: Scene) -> Field:
    probe = stage(scene, ground="basins")
    do_errands(probe)
    return next(layer for layer in shown(probe).layers if isinstance(layer, Field))


def places_of(field: Field) -> np.ndarray:
    rows, columns = field.values.shape
    left, right, bottom, top = field.range
    xs = left + (right - left) / columns * (np.arange(columns) + 0.5)
    ys = bottom + (top - bottom) / rows * (np.arange(rows) + 0.5)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def test_the_basins_of_a_small_sigma_are_those_of_the_nearest_training_point() -> None:
    scene = exact({"name": "moons", "n": 12}, sigma=0.03)
    field = basins(scene)
    nearest = np.linalg.norm(places_of(field)[:, None] - scene.run.data.train[None], axis=2).argmin(1)
    labels = field.values.astype(int).ravel()
    # For each basin the training point that most of its cells are nearest to; the others lie at its borders.
    agree = sum(np.bincount(nearest[labels == label]).max() for label in np.unique(labels))
    assert agree / len(labels) > 0.97


def test_a_point_ends_in_the_basin_on_which_it_was_set_down_even_by_small_steps() -> None:
    scene = exact({"name": "moons", "n": 40}, sigma=0.15, eta=0.1)
    scene.swarm.spawn(np.random.default_rng(5).uniform(-2, 2, (200, 2)))
    settle(scene)
    field = basins(scene)  # it knows the attractors that the points have found
    left, right, bottom, top = field.range
    rows, columns = field.values.shape
    start = scene.swarm.start_xy
    row = ((start[:, 1] - bottom) / (top - bottom) * rows).astype(int)
    column = ((start[:, 0] - left) / (right - left) * columns).astype(int)
    assert (field.values[row, column].astype(int) == scene.swarm.end.numpy()).mean() > 0.93


def test_the_first_basins_are_coarse_and_come_in_slices() -> None:
    scene = exact({"name": "moons", "n": 50}, sigma=0.1)
    probe = stage(scene, ground="basins")
    (errand,) = probe.errands
    assert not any(isinstance(layer, Field) for layer in shown(probe).layers)
    sizes, seen = [], probe.version()
    with torch.inference_mode():
        for _ in errand.measure():
            if probe.version() != seen:
                seen = probe.version()
                sizes.append(next(layer for layer in shown(probe).layers if isinstance(layer, Field)).values.size)
    assert len(sizes) >= 3
    assert all(4 * a == b for a, b in pairwise(sizes))


def test_another_sigma_breaks_the_basins_off() -> None:
    scene = exact({"name": "moons", "n": 50}, sigma=0.1)
    (errand,) = stage(scene, ground="basins").errands
    with torch.inference_mode():
        work = errand.measure()
        next(work)
        version = errand.version()
        scene.run.change("objective.sigma", 0.2)
        scene.change()
        assert len(list(work)) <= 1
    assert errand.version() != version


def test_the_stage_says_how_far_the_learned_denoiser_is_from_the_exact_one() -> None:
    experiment = from_plain({"data": {"name": "moons"}, "model": {"kind": "dae", "width": 16}})
    run = Run(experiment.lanes[0], load(experiment.data, 3), 3)
    loop, scene = train(run), scene_of(run)
    for _ in range(50):
        next(loop)
    probe = stage(scene)
    do_errands(probe)
    axes = shown(probe).axes
    with torch.inference_mode():
        x = run.x + run.sigma * torch.randn(run.x.shape, generator=torch.Generator().manual_seed(0))
        d = torch.cdist(x.double(), run.x.double()).square() / (-2 * run.sigma**2)
        there = (torch.softmax(d, 1) @ run.x.double()).float()
        rms = float((run.shown.denoise(x, run.sigma) - there).square().sum(1).mean().sqrt())
    assert axes.note.startswith("RMS to exact ")
    assert float(axes.note.split()[-1]) == pytest.approx(rms, rel=0.15)


def test_images_are_colored_by_their_class_and_the_plane_says_what_it_holds() -> None:
    scene = exact({"name": "digits"}, sigma=0.1)
    scene.swarm.corrupt(30, 0.1)
    settle(scene)
    picture = shown(stage(scene))
    points = next(layer for layer in picture.layers if isinstance(layer, Points) and layer.name == "points")
    assert scene.run.data.train_labels is not None
    np.testing.assert_array_equal(points.label, scene.run.data.train_labels[scene.swarm.origin.numpy()])
    assert picture.axes.note == "plane holds 28 %"
