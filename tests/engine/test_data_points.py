# SPDX-License-Identifier: MIT
"""Points lie around the manifold that their data set knows, and it is the one that scikit-learn draws."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from engine.data import load
from engine.protocol.recipe.data.circles import Circles
from engine.protocol.recipe.data.grid import Grid
from engine.protocol.recipe.data.moons import Moons
from engine.protocol.recipe.data.pinwheel import Pinwheel
from engine.protocol.recipe.data.s_curve import SCurve
from engine.protocol.recipe.data.spiral import Spiral
from engine.protocol.recipe.data.swiss_roll import SwissRoll

CURVES = (Moons, Circles, Spiral, Pinwheel)
SHEETS = (SwissRoll, SCurve)
each = pytest.mark.parametrize


def nearest(x, y):
    """For each x the distance to the nearest y, and its index."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    found = [((y - point) ** 2).sum(1) for point in x]
    index = np.array([squares.argmin() for squares in found])
    return np.sqrt([squares.min() for squares in found]), index


def boxed(x, box):
    """x with the corners of `box` moved to 0 and 1: undoes any scaling of the components."""
    return (x - box.min(0)) / np.ptp(box, axis=0)


@each("kind", (*CURVES, Grid, *SHEETS))
def test_without_noise_every_example_lies_on_the_manifold(kind):
    made = load(kind(n=400, noise=0.0), 3)
    gap = 0.06 if kind in SHEETS else 0.01  # half the spacing of the drawn manifold
    assert nearest(made.train, made.curve)[0].max() < gap
    assert nearest(made.test[:100], made.curve)[0].max() < gap
    assert nearest(made.draw(100, np.random.default_rng(0)), made.curve)[0].max() < gap


@each("kind", (*CURVES, Grid))
def test_with_noise_examples_lie_within_a_few_noises_and_twice_the_noise_is_twice_as_far(kind):
    once, twice = (nearest((made := load(kind(n=1000, noise=noise), 3)).train, made.curve)[0] for noise in (0.02, 0.04))
    rms = [np.sqrt((far**2).mean()) for far in (once, twice)]
    assert rms[1] / rms[0] == pytest.approx(2, rel=0.1)
    assert once.max() < 5 * rms[0]


def test_the_noise_of_the_spiral_is_nearly_its_noise_after_scaling():
    made = load(Spiral(n=2000), 3)
    assert np.sqrt((nearest(made.train, made.curve)[0] ** 2).mean()) == pytest.approx(0.02, rel=0.1)


@each("kind", CURVES)
def test_the_known_h_is_the_place_along_the_curve(kind):
    made = load(kind(n=300, noise=0.0), 3)
    place = 2 * nearest(made.train, made.curve)[1] / len(made.curve) - 1
    apart = np.abs(place - made.train_latents[:, 0])
    # A circle's end is its beginning.
    pieces = max(1, len(kind.classes))
    assert np.minimum(apart, np.abs(apart - 2 / pieces)).max() < 0.01


@each("kind", (*CURVES, Grid))
def test_every_arc_of_the_manifold_gets_its_fair_share(kind):
    made = load(kind(n=9000, noise=0.001), 3)
    share = np.bincount(nearest(made.train, made.curve)[1] * 9 // len(made.curve), minlength=9)
    assert share.min() > 1000 - 150  # five standard deviations of a binomial
    assert share.max() < 1000 + 150


@each("kind", (Moons, Circles, Pinwheel))
def test_labels_name_the_piece_of_the_manifold(kind):
    made = load(kind(n=300, noise=0.0), 3)
    pieces = len(kind.classes)
    np.testing.assert_array_equal(nearest(made.train, made.curve)[1] * pieces // len(made.curve), made.train_labels)


@each("kind", SHEETS)
def test_the_known_h_of_a_sheet_says_where_the_point_is(kind):
    """Two points with nearly the same h are nearly the same point: the outer turn goes 10.2 for every 1 of h."""
    made = load(kind(n=3000, noise=0.0), 3)
    far, index = nearest(made.test_latents[:50], made.train_latents)
    assert (np.linalg.norm(made.test[:50] - made.train[index], axis=1) < 11 * far + 1e-3).all()


def test_neighboring_turns_of_the_spiral_stay_apart():
    curve = load(Spiral(), 3).curve.astype(np.float64)
    for index in range(0, len(curve), 50):
        apart = np.abs(np.arange(len(curve)) - index) > len(curve) / 4
        assert np.linalg.norm(curve[apart] - curve[index], axis=1).min() > 0.5


SKLEARN = {
    Moons: lambda: datasets.make_moons(4000),
    Circles: lambda: datasets.make_circles(4000, factor=0.5),
    SwissRoll: lambda: datasets.make_swiss_roll(4000, random_state=0),
    SCurve: lambda: datasets.make_s_curve(4000, random_state=0),
}


@each("kind", SKLEARN)
def test_the_manifold_is_scikit_learn_s(kind):
    theirs, _ = SKLEARN[kind]()
    made = load(kind(noise=0.0), 3)
    ours, theirs = boxed(made.curve, made.curve), boxed(theirs, theirs)
    assert nearest(theirs[::10], ours)[0].max() < 0.02
    assert nearest(ours[::20], theirs)[0].max() < 0.08  # random points leave gaps


@each("kind", SKLEARN)
def test_the_density_along_the_manifold_is_scikit_learn_s(kind):
    theirs, _ = SKLEARN[kind]()
    made = load(kind(n=4000, noise=0.0), 3)
    ours, theirs = boxed(made.train, made.curve), boxed(theirs, theirs)
    for row in range(ours.shape[1]):
        quantiles = np.linspace(0.1, 0.9, 9)
        np.testing.assert_allclose(np.quantile(ours[:, row], quantiles), np.quantile(theirs[:, row], quantiles), atol=0.05)
