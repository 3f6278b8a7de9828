# SPDX-License-Identifier: MIT
"""Images that are smooth in what made them, and the digits as scikit-learn has them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from engine.data import load
from engine.data.digits import read
from engine.data.pictures import pixels
from engine.data.shapes import paint
from engine.protocol.recipe.data.blob import Blob
from engine.protocol.recipe.data.dial import Dial
from engine.protocol.recipe.data.digits import Digits
from engine.protocol.recipe.data.shapes import Shapes

each = pytest.mark.parametrize
KINDS = (0, 1, 2)


def center(images, edge):
    """The center of brightness of each image: right and up, in pixels from the middle."""
    x, y = pixels(edge)
    weight = images / images.sum(1, keepdims=True)
    return np.stack([weight @ x, weight @ y], axis=1)


def shape(h, kind):
    """One image of a shape, from a list of right, up, size, turn."""
    return paint(np.array([h]), np.array([kind]), *pixels(28))[0]


def tangents(h, kind, step):
    """The derivatives of a shape's image by its four numbers, (4, M), by central differences."""
    h = np.array(h)
    return np.array([(shape(h + e, kind) - shape(h - e, kind)) / (2 * step) for e in step * np.eye(4)])


def test_the_hand_of_the_dial_points_along_its_angle():
    made = load(Dial(n=200), 3)
    right, up = center(made.train, 16).T
    apart = np.angle(np.exp(1j * (np.arctan2(up, right) - np.pi * made.train_latents[:, 0])))
    assert np.abs(apart).max() < 0.05


def test_the_dial_turns_counterclockwise_from_the_right():
    curve = load(Dial(), 3).curve.reshape(-1, 16, 16)  # h from −1, a thousand images a turn
    right, up = curve[500], curve[750]
    assert right[:, 8:].sum() > 4 * right[:, :8].sum()
    assert up[:8].sum() > 4 * up[8:].sum()


def test_the_dial_turns_evenly_and_comes_back():
    curve = load(Dial(), 3).curve.astype(np.float64)
    steps = np.linalg.norm(np.diff(curve, axis=0, append=curve[:1]), axis=1)
    assert steps.max() / steps.min() < 1.1


def test_the_dial_has_no_corner():
    """Where a curve has a tangent, second differences go with the square of the step."""
    curve = load(Dial(), 3).curve.astype(np.float64)
    bend = [np.linalg.norm(np.roll(curve, k, 0) - 2 * curve + np.roll(curve, -k, 0), axis=1).max() for k in (2, 4)]
    assert bend[1] / bend[0] == pytest.approx(4, rel=0.05)


def test_the_blob_is_where_its_h_says():
    made = load(Blob(n=200), 3)
    where = center(made.train, 16)
    np.testing.assert_allclose(where, 4.0 * made.train_latents, atol=0.25)  # the border cuts a little off


@each("kind", KINDS)
def test_a_shape_is_where_its_h_says(kind):
    for right, up in ((-1, -1), (0.3, -0.7), (1, 1)):
        image = shape([right, up, 0, 0.4], kind)
        np.testing.assert_allclose(center(image[None], 28)[0], [5 * right, 5 * up], atol=0.1)


@each("kind", KINDS)
def test_a_larger_size_is_a_larger_shape(kind):
    areas = [shape([0, 0, size, 0.2], kind).sum() for size in (-1, 0, 1)]
    assert np.sqrt(areas[1] / areas[0]) == pytest.approx(1.5, rel=0.06)
    assert np.sqrt(areas[2] / areas[0]) == pytest.approx(2.0, rel=0.06)


@each("kind", KINDS)
def test_a_full_turn_of_h_comes_back_and_half_of_it_does_not(kind):
    start, end, half = (shape([0, 0, 0.5, turn], kind) for turn in (-1, 1, 0))
    np.testing.assert_allclose(start, end, atol=1e-9)
    assert np.linalg.norm(start - half) > 1


@each("kind", KINDS)
def test_a_shape_is_smooth_in_its_four_numbers(kind):
    h = [0.13, -0.21, 0.1, 0.37]
    coarse, fine = tangents(h, kind, 4e-3), tangents(h, kind, 1e-3)
    assert np.linalg.norm(coarse - fine) < 0.01 * np.linalg.norm(fine)


@each("kind", KINDS)
def test_the_four_numbers_of_a_shape_are_four_directions(kind):
    singular = np.linalg.svd(tangents([0.13, -0.21, 0.1, 0.37], kind, 1e-3), compute_uv=False)
    assert singular[-1] > 0.5


@each("kind", KINDS)
def test_no_shape_leaves_the_image(kind):
    x, y = pixels(28)
    border = np.maximum(np.abs(x), np.abs(y)) > 13
    for turn in (-1, -0.5, 0, 0.5):
        assert shape([1, 1, 1, turn], kind)[border].max() < 0.5


def test_h_of_a_shape_names_its_kind_too():
    made = load(Shapes(n=300), 3)
    np.testing.assert_array_equal(made.train_latents[:, 4:].argmax(1), made.train_labels)
    np.testing.assert_array_equal(made.train_latents[:, 4:].sum(1), 1)


@each("kind", (Dial, Blob, Shapes))
def test_every_known_h_lies_in_minus_one_to_one(kind):
    h = load(kind(), 3).train_latents
    assert -1 <= h.min() < -0.99
    assert 0.99 < h.max() <= 1


def test_the_digits_are_scikit_learn_s_in_another_order():
    ours, labels = read()
    theirs, names = load_digits(return_X_y=True)
    def rows(x, y):
        return sorted(map(tuple, np.column_stack([x, y]).tolist()))
    assert rows(ours.astype(np.float64) * 16, labels) == rows(theirs, names)


def test_the_digits_have_scikit_learn_s_mean_and_eigenvalues():
    theirs = load_digits().data / 16
    ours = load(Digits(n=1797), 3).train.astype(np.float64)
    np.testing.assert_allclose(ours.mean(0), theirs.mean(0), atol=1e-12)
    for x in (ours, theirs):
        assert np.trace(np.cov(x.T, bias=True)) == pytest.approx(4.693, abs=5e-3)
    spectrum = [np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1] for x in (ours, theirs)]
    np.testing.assert_allclose(spectrum[0], spectrum[1], atol=1e-12)


def test_few_digits_are_the_first_of_the_many_and_the_test_set_stays():
    many, few = load(Digits(), 3), load(Digits(n=10), 4)
    np.testing.assert_array_equal(few.train, many.train[:10])
    np.testing.assert_array_equal(few.test, many.test)


def test_training_and_test_digits_show_all_ten_about_equally():
    made = load(Digits(), 3)
    assert np.bincount(made.train_labels).min() > 0.08 * 1437
    assert np.bincount(made.test_labels).min() > 0.07 * 360
