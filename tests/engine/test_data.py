# SPDX-License-Identifier: MIT
"""Every data set keeps what it declares: shapes, counts, scaling, a fixed split, the seed, its known dimension."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine.data import MAKERS, load
from engine.protocol.recipe.data import DATA, AnyData
from engine.protocol.recipe.data.blob import Blob
from engine.protocol.recipe.data.circles import Circles
from engine.protocol.recipe.data.dial import Dial
from engine.protocol.recipe.data.digits import Digits
from engine.protocol.recipe.data.grid import Grid
from engine.protocol.recipe.data.imported import Imported
from engine.protocol.recipe.data.moons import Moons
from engine.protocol.recipe.data.painted import Painted
from engine.protocol.recipe.data.pinwheel import Pinwheel
from engine.protocol.recipe.data.s_curve import SCurve
from engine.protocol.recipe.data.shapes import Shapes
from engine.protocol.recipe.data.spiral import Spiral
from engine.protocol.recipe.data.swiss_roll import SwissRoll

CURVES = (Moons, Circles, Spiral, Pinwheel)
SHEETS = (SwissRoll, SCurve)
ENDLESS = (*CURVES, Grid, *SHEETS, Dial, Blob, Shapes)
SHIPPED = (*ENDLESS, Digits, Painted)
FIRST_MOONS = [[1.707695, -0.002123], [0.034769, -1.349970]]
each = pytest.mark.parametrize


def distances(x, y):
    """|x_i − y_j|, (len(x), len(y)), in float64."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T
    return np.sqrt(np.maximum(squares, 0))


def energy(x, y):
    """The energy distance 2E|X − Y| − E|X − X'| − E|Y − Y'| (Székely & Rizzo 2013), pairs of a point with itself left out."""
    def within(z):
        return distances(z, z).sum() / (len(z) * (len(z) - 1))
    return 2 * distances(x, y).mean() - within(x) - within(y)


def test_every_declaration_has_a_maker_and_every_maker_a_declaration():
    assert set(MAKERS) == set(DATA)


@each("kind", SHIPPED)
def test_examples_are_as_many_and_of_the_shape_declared(kind):
    data = kind()
    made = load(data, 3)
    count, held_out = data.examples
    assert made.train.shape == (count, np.prod(data.shape)) == (made.N, made.M)
    assert made.test.shape == (held_out, made.M)
    assert made.shape == data.shape
    assert made.dimension == data.dimension
    assert made.train.dtype == made.test.dtype == np.float32


@each("kind", SHIPPED)
def test_nobody_can_write_into_the_examples(kind):
    made = load(kind(), 3)
    with pytest.raises(ValueError, match="read-only"):
        made.train[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        made.test[0, 0] = 1


@each("kind", SHIPPED)
def test_labels_are_numbers_of_the_declared_classes(kind):
    made = load(kind(), 3)
    if not kind.classes:
        assert made.train_labels is None
        return
    assert made.train_labels.dtype == np.int32
    assert set(made.train_labels) == set(range(len(kind.classes))) >= set(made.test_labels)


@each("kind", ENDLESS)
def test_the_same_seed_gives_the_same_examples_and_another_seed_others(kind):
    first, again, other = load(kind(), 3), load(kind(), 3), load(kind(), 4)
    np.testing.assert_array_equal(first.train, again.train)
    np.testing.assert_array_equal(first.test, again.test)
    assert not np.array_equal(first.train, other.train)
    assert not np.array_equal(first.test, other.test)


def test_the_stream_of_seed_3_is_the_one_of_the_first_release():
    np.testing.assert_allclose(load(Moons(), 3).train[:2], FIRST_MOONS, atol=1e-5)


@each("kind", SHIPPED)
def test_no_test_example_was_trained_on(kind):
    made = load(kind(), 3)
    trained = {row.tobytes() for row in made.train}
    assert not any(row.tobytes() in trained for row in made.test)


@each("kind", (*CURVES, Grid, *SHEETS, Painted))
def test_points_have_zero_mean_and_unit_variance_over_the_training_part(kind):
    train = load(kind(), 3).train.astype(np.float64)
    np.testing.assert_allclose(train.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(train.std(0), 1, atol=1e-6)


@each("kind", (Dial, Blob, Shapes, Digits))
def test_images_stay_between_black_and_white(kind):
    made = load(kind(), 3)
    assert made.low <= made.train.min() < 0.01
    assert 0.98 < made.train.max() <= made.high


@each("kind", ENDLESS)
def test_fresh_draws_are_like_the_training_and_the_test_examples(kind):
    """Two samples: the energy distance is no larger than between two draws, and half a unit of shift is noticed."""
    made = load(kind(n=300), 3)
    rng = np.random.default_rng(0)
    chance = [energy(made.draw(300, rng), made.draw(300, rng)) for _ in range(30)]
    limit = np.mean(chance) + 4 * np.std(chance)
    assert made.draw(5, rng).dtype == np.float32
    assert energy(made.train, made.draw(300, rng)) < limit
    assert energy(made.test, made.draw(300, rng)) < limit
    assert energy(made.train + 0.5, made.draw(300, rng)) > limit


@each("kind", ENDLESS)
def test_draws_follow_the_generator_that_is_given(kind):
    made = load(kind(n=10), 3)
    np.testing.assert_array_equal(made.draw(7, np.random.default_rng(1)), made.draw(7, np.random.default_rng(1)))


@each("kind", (*CURVES, Grid, *SHEETS))
@each("n", (1, 2, 10))
def test_a_handful_of_points_is_finite(kind, n):
    made = load(kind(n=n, noise=0.0), 3)
    assert np.isfinite(made.train).all()
    assert np.isfinite(made.curve).all()
    assert len(made.train) == n


@each("kind", DATA)
def test_every_default_survives_the_recipe_file(kind):
    data = Imported(sha256="0" * 64, size=(2,), counts=(3, 1)) if kind is Imported else kind()
    assert msgspec.json.decode(msgspec.json.encode(data), type=AnyData) == data


def test_the_lecture_s_counts_are_the_defaults():
    assert Moons().examples == (600, 200)
    assert SwissRoll().n == SCurve().n == 2000
    assert Dial().examples == Blob().examples == Shapes().examples == (2000, 400)
    assert Digits().examples == (1437, 360)
    assert Spiral().noise == 0.02


def test_the_known_dimensions_are_the_lecture_s():
    known = {kind: kind.dimension for kind in SHIPPED}
    lecture = {Grid: 0, Dial: 1, Blob: 2, Shapes: 4, Digits: None, Painted: None}
    assert known == {**dict.fromkeys(CURVES, 1), **dict.fromkeys(SHEETS, 2), **lecture}
