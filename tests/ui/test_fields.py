# SPDX-License-Identifier: MIT
"""Fields over the plane and the strokes of lines: against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.payloads import Field
from ui.theme import theme
from ui.theme.colormap import color_table
from ui.views.fields import contour, field_image, levels
from ui.views.paths import dashes

pytestmark = pytest.mark.usefixtures("qapp")  # fonts need one
SQUARE = (-2.0, 2.0, -2.0, 2.0)


def sampled(count: int) -> tuple[np.ndarray, np.ndarray]:
    centers = -2 + (np.arange(count) + 0.5) * 4 / count
    x, y = np.meshgrid(centers, centers)
    return x, y


@pytest.mark.parametrize("radius", [0.4, 1.0, 1.7])
def test_the_contour_of_a_cone_is_a_circle(radius: float) -> None:
    x, y = sampled(120)
    start, end = contour(np.hypot(x, y), radius, SQUARE)
    np.testing.assert_allclose(np.hypot(*start.T), radius, atol=2e-3)
    np.testing.assert_allclose(np.hypot(*end.T), radius, atol=2e-3)
    assert np.hypot(*(end - start).T).sum() == pytest.approx(2 * np.pi * radius, rel=2e-3)


def test_a_contour_closes() -> None:
    x, y = sampled(30)
    start, end = contour(np.cos(2 * x) + np.sin(3 * y), 0.3, (0.0, 1.0, 0.0, 1.0))
    ends, counts = np.unique(np.concatenate([start, end]).round(9), axis=0, return_counts=True)
    inside = ((ends > 1 / 60 + 1e-6) & (ends < 1 - 1 / 60 - 1e-6)).all(axis=1)
    assert inside.any()
    assert (counts[inside] == 2).all(), "every segment goes on, but for those at the edge"


def test_a_level_that_is_never_reached_has_no_contour_and_holes_stay_holes() -> None:
    values = np.arange(12.0).reshape(3, 4)
    assert len(contour(values, 99, SQUARE)[0]) == 0
    values[1, 1] = np.nan
    start, end = contour(values, 5.5, SQUARE)
    assert np.isfinite(start).all()
    assert np.isfinite(end).all()


def test_row_0_of_a_field_is_at_the_bottom_and_its_ends_have_the_ends_of_the_map() -> None:
    values = np.array([[0.0, 1.0], [0.5, np.nan]])
    image = field_image(theme("dark"), Field(name="p", values=values, range=SQUARE, low=0, high=1))
    table = color_table()
    below_left, below_right = image.pixelColor(0, 1), image.pixelColor(1, 1)
    assert below_left.getRgb()[:3] == tuple(table[0])
    assert below_right.getRgb()[:3] == tuple(table[-1])
    assert image.pixelColor(1, 0).alpha() == 0, "no value, no color"


def test_regions_have_the_colors_of_their_classes() -> None:
    look = theme("light")
    image = field_image(look, Field(name="b", values=np.array([[0.0, 3, -1, 12]]), range=SQUARE, low=0, high=12, classes=True))
    found = [image.pixelColor(k, 0) for k in range(4)]
    for color, label in zip((found[0], found[1], found[3]), (0, 3, 12), strict=True):
        assert color.getRgb()[:3] == look.class_color(label).getRgb()[:3]
    assert found[2].alpha() == 0


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(-1e3, 1e3), st.floats(0, 1e3))
def test_every_value_has_a_place_in_the_map(value: float, low: float, span: float) -> None:
    place = levels(np.array([value]), low, low + span, 256)[0]
    assert 0 <= place <= 255


@given(st.integers(3, 60), st.floats(20, 800))
def test_a_dashed_circle_closes_and_is_drawn_for_five_parts_in_nine(count: int, radius: float) -> None:
    angle = np.linspace(0, 2 * np.pi, count + 1)
    ring = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    start, end = dashes(ring, 1.0)
    around = np.hypot(*np.diff(ring, axis=0).T).sum()
    assert np.hypot(*(end - start).T).sum() == pytest.approx(around * 5 / 9, rel=1e-6)
    middle = (start + end) / 2
    assert (np.hypot(*middle.T) <= radius + 1e-6).all()
    assert (np.hypot(*middle.T) >= radius * np.cos(np.pi / count) - 1e-6).all()
