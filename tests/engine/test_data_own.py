# SPDX-License-Identifier: MIT
"""Painted points and imported arrays: what the user brings is checked, and refused in one sentence."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from engine.data import load
from engine.data.imported import fingerprint
from engine.data.refusal import Refused
from engine.protocol.recipe.data import DATA, AnyData
from engine.protocol.recipe.data.imported import Imported
from engine.protocol.recipe.data.painted import MOST, Painted
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.parameter import parameters_of

each = pytest.mark.parametrize


def table(count=8, M=3):
    return np.random.default_rng(0).normal([5, 50, 500][:M], [1, 10, 100][:M], (count, M)).astype(np.float32)


def named(array, size, counts):
    return Imported(sha256=fingerprint(array), size=size, counts=counts), {fingerprint(array): array}


def test_painted_points_travel_within_the_recipe():
    painted = Painted(points=((0.0, 0.0), (1.0, 2.0), (3.5, -1.0)))
    assert msgspec.json.decode(msgspec.json.encode(painted), type=AnyData) == painted


def test_painted_points_are_all_used_three_quarters_to_train():
    points = tuple((float(i), float(i * i)) for i in range(20))
    made = load(Painted(points=points), 3)
    assert (made.N, len(made.test)) == (15, 5)
    back = np.vstack([made.train, made.test])
    slope = np.ptp([x for x, _ in points]) / np.ptp(back[:, 0])
    places = np.sort((back[:, 0] - back[:, 0].min()) * slope)
    np.testing.assert_allclose(places, range(20), atol=1e-5)


def test_the_split_of_painted_points_does_not_hang_on_the_seed():
    np.testing.assert_array_equal(load(Painted(), 3).train, load(Painted(), 4).train)


def test_points_painted_on_one_vertical_line_are_only_centered_across():
    made = load(Painted(points=tuple((7.0, float(i)) for i in range(8))), 3)
    np.testing.assert_array_equal(made.train[:, 0], 0)
    assert made.train[:, 1].std() == pytest.approx(1)


@each(
    ("points", "reason"),
    [
        ([[0, 0]], "a list of at least 2"),
        ([[0, 0]] * (MOST + 1), f"a list of at most {MOST}"),
        ([[0, 0, 0], [1, 1, 1]], "length 2"),
        ([[0, 0], [1, "1"]], "expected a number, got a text"),
        ([[0, 0], [1, 1e300]], "at most 1000000"),
        ([[0, 0], [1, math.nan]], "expected a number of at least"),
        ([[0, 0], [1, math.inf]], "1000000"),
    ],
)
def test_points_that_cannot_be_are_refused_with_the_reason(points, reason):
    with pytest.raises(RecipeError) as refusal:
        from_plain({"data": {"name": "painted", "points": points}, "model": {"kind": "dae"}})
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith("data")


def test_what_no_form_shows_is_no_parameter():
    assert parameters_of(Painted, "data") == parameters_of(Imported, "data") == ()


@each("kind", DATA)
def test_every_parameter_of_a_data_set_has_a_label_and_a_help(kind):
    for parameter in parameters_of(kind, "data"):
        assert parameter.label != parameter.path
        assert parameter.help.endswith(".")


def test_an_imported_table_is_scaled_by_its_training_part():
    data, arrays = named(table(), (3,), (6, 2))
    made = load(data, 3, arrays)
    assert (made.train.shape, made.test.shape) == ((6, 3), (2, 3))
    np.testing.assert_allclose(made.train.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(made.train.std(0), 1, atol=1e-5)
    assert made.draw is None


def test_imported_images_of_bytes_lie_between_0_and_1():
    images = np.arange(5 * 3 * 4 * 4, dtype=np.uint8).reshape(5, 3, 4, 4)
    data, arrays = named(images, (3, 4, 4), (4, 1))
    made = load(data, 3, arrays)
    assert made.shape == (3, 4, 4)
    assert sorted(np.vstack([made.train, made.test])[:, 0] * 255) == pytest.approx(sorted(images[:, 0, 0, 0]))


def test_an_imported_array_that_is_not_there_is_named():
    data, _ = named(table(), (3,), (6, 2))
    with pytest.raises(Refused, match=rf"{data.sha256[:12]}… are not here; import the file again\.$"):
        load(data, 3)


def test_an_array_with_other_bytes_than_its_name_says_is_refused():
    data, arrays = named(table(), (3,), (6, 2))
    with pytest.raises(Refused, match="not those that were imported"):
        load(data, 3, {data.sha256: arrays[data.sha256] + 1})


@each(("size", "counts"), [((3,), (6, 3)), ((4,), (6, 2)), ((1, 2, 2), (6, 2))])
def test_an_array_of_another_size_than_declared_is_refused(size, counts):
    data, arrays = named(table(), size, counts)
    with pytest.raises(Refused, match="it holds 24 numbers, not"):
        load(data, 3, arrays)


@each("value", [np.nan, np.inf])
def test_an_array_with_a_number_that_is_none_is_refused(value):
    bad = table()
    bad[3, 1] = value
    data, arrays = named(bad, (3,), (6, 2))
    with pytest.raises(Refused, match="not finite"):
        load(data, 3, arrays)


@each(
    "wrong",
    [
        {"sha256": "A" * 64},
        {"sha256": "../../etc/passwd"},
        {"size": []},
        {"size": [4, 4]},
        {"size": [0]},
        {"size": [1, 2, 3, 4]},
        {"counts": [0, 5]},
        {"counts": [2**27, 2**27], "size": [2**20]},
        {"counts": [5]},
    ],
)
def test_a_declaration_that_cannot_be_is_refused(wrong):
    plain = {"name": "imported", "sha256": "0" * 64, "size": [3], "counts": [6, 2], **wrong}
    with pytest.raises(RecipeError, match=r"^data"):
        from_plain({"data": plain, "model": {"kind": "dae"}})
