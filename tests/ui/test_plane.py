# SPDX-License-Identifier: MIT
"""The plane: places come out where they belong, hands do what they should, words meet no points."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.protocol.payloads import Axes, Field, Images, Paths, Points
from tests.ui.looking import RNG, cloud, middle, on_screen, picture, pixel, seen, share_of
from ui.controls.segments import Chip
from ui.reel import Past
from ui.theme import apply, theme
from ui.views.camera import Camera
from ui.views.card import beside
from ui.views.chips import ChipRow
from ui.views.dots import Ink, dots
from ui.views.plane import PlaneView, extent
from ui.views.words import Crowd, ends_within, place_on, width_of

ROOM = QRectF(20, 40, 400, 300)
ends = st.floats(-1e6, 1e6)
spans = st.floats(1e-3, 1e6)


@pytest.fixture
def plane(qtbot: QtBot, qapp: QApplication) -> PlaneView:
    return on_screen(qtbot, qapp, PlaneView(), (500, 400))


# ------------------------------------------------------------------------------------------------------------- the camera


@given(ends, spans, ends, spans, st.booleans(), st.floats(0, 1), st.floats(0, 1))
def test_a_camera_goes_there_and_back(
    x: float, wide: float, y: float, high: float, equal: bool, across: float, up: float
) -> None:
    camera = Camera.fit((x, x + wide, y, y + high), ROOM, equal)
    place = np.array((x + across * wide, y + up * high))
    at = camera.pixels(place)
    assert ROOM.adjusted(-1e-3, -1e-3, 1e-3, 1e-3).contains(QPointF(*at)), "all that was wanted is shown"
    tolerance = 1e-6 * max(wide, high, abs(x), abs(y))
    np.testing.assert_allclose(camera.plane(*at), place, atol=tolerance)
    if equal:
        assert camera.scale[0] == pytest.approx(camera.scale[1], rel=1e-6)


@given(st.floats(0.1, 10), st.floats(0, 400), st.floats(0, 300))
def test_zooming_leaves_the_place_under_the_cursor_where_it_is(factor: float, x: float, y: float) -> None:
    camera = Camera.fit((-2, 2, -2, 2), ROOM)
    place = camera.plane(ROOM.left() + x, ROOM.top() + y)
    zoomed = Camera.fit(camera.zoomed(factor, ROOM.left() + x, ROOM.top() + y), ROOM)
    np.testing.assert_allclose(zoomed.pixels(np.array(place)), (ROOM.left() + x, ROOM.top() + y), atol=1e-6)
    assert zoomed.scale[0] == pytest.approx(factor * camera.scale[0])


def test_what_shows_everything_shows_every_layer() -> None:
    points = Points(name="a", xy=np.array([[0.0, 0], [2, 1], [np.nan, 5]]))
    field = Field(name="b", values=np.zeros((2, 2)), range=(-4, 1, 0, 3), low=0, high=1)
    x0, x1, y0, y1 = extent(picture(points, field))
    assert x0 < -4 < 2 < x1
    assert y0 < 0 < 3 < y1
    assert extent(picture()) == (0, 1, 0, 1)


# ------------------------------------------------------------------------------------------------------------------ marks


def test_points_stand_where_they_belong_in_the_color_of_their_class(plane: PlaneView) -> None:
    label = np.array([0, 1, 2, -1])
    xy = np.array([[-2.0, 1], [0.5, 0.5], [2, -1], [-1, -1]])
    plane.show_picture(picture(Points(name="a", role="exact", xy=np.repeat(xy, 60, 0), label=np.repeat(label, 60), size_px=9)),
                       Past())  # fmt: skip
    pixels = seen(plane)
    look = theme("dark")
    colors = [look.class_color(k) for k in (0, 1, 2)] + [look.color("exact")]
    for place, color in zip(xy, colors, strict=True):
        assert QColor(*pixel(pixels, QPointF(middle(plane, *place))).tolist()).name() == color.name()


@pytest.mark.parametrize("count", [40, 400], ids=["one by one", "as stamps"])
def test_few_and_many_points_look_alike(plane: PlaneView, count: int) -> None:
    xy = np.repeat([[0.0, 0.0]], count, axis=0)
    plane.show_picture(picture(Points(name="a", role="learned", xy=xy, size_px=10)), Past())
    ink = share_of(seen(plane), "#F2B134") * 500 * 400
    assert ink == pytest.approx(np.pi * 25, rel=0.3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.floats(1, 24), st.sampled_from([0.0, 0.7, 2.0]), st.integers(0, 2**32 - 1))
def test_stamps_at_and_beyond_the_edges_stay_inside_the_image(count: int, size: float, outline: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    px = rng.uniform(-60, 160, (count, 2))
    px[rng.uniform(size=count) < 0.1] = np.nan
    inks = [Ink(QColor("red"), QColor("black")), Ink(QColor("blue"), QColor("black"))]
    image, margin = dots(px, rng.integers(0, 2, count), inks, QRectF(0, 0, 100, 80), 1.0, size + 2 * outline, outline)
    assert image.width() >= 100 + 2 * margin
    assert image.height() == 80 + 2 * margin


@pytest.mark.parametrize(("size", "outline"), [(4.0, 0.0), (9.0, 0.0), (9.0, 1.0)])
def test_a_stamp_has_the_area_of_its_disk(size: float, outline: float) -> None:
    ink = Ink(QColor("white"), QColor("white"))
    image, _ = dots(np.array([[50.3, 50.8]]), None, [ink], QRectF(0, 0, 100, 100), 1.0, size, outline)
    alpha = sum(image.pixelColor(x, y).alphaF() for x in range(image.width()) for y in range(image.height()))
    assert alpha == pytest.approx(np.pi * size**2 / 4, rel=0.12)


def test_tails_fade_with_age(plane: PlaneView) -> None:
    line = np.linspace(-2.5, 2.5, 9)
    xy = np.stack([line, np.full(9, 0.3)], axis=1)[:, None]  # (T, 1, 2) from left, the oldest, to right
    plane.show_picture(picture(Paths(name="tails", role="learned", xy=xy)), Past())
    red = seen(plane)[:, :, 0].astype(int)  # of the grid there is little
    y = middle(plane, 0, 0.3).y()
    strength = [red[y - 2 : y + 3, middle(plane, x, 0.3).x() + 5].max() for x in line[:-1]]
    assert strength == sorted(strength)
    assert strength[-1] > 4 * strength[0]


def test_long_tails_of_many_points_end_where_the_points_are(plane: PlaneView) -> None:
    xy = np.cumsum(RNG.normal(scale=0.02, size=(24, 5000, 2)), axis=0)
    xy[-1] = (2.0, 1.0)
    plane.show_picture(picture(Paths(name="tails", role="learned", xy=xy)), Past())
    end = middle(plane, 2.0, 1.0)
    assert seen(plane)[end.y() - 1 : end.y() + 2, end.x() - 1 : end.x() + 2].max() > 200


def test_a_layer_that_is_switched_off_is_not_drawn(plane: PlaneView) -> None:
    large = Points(name="b", role="prior", xy=np.zeros((1, 2)), size_px=40)
    plane.show_picture(picture(cloud(classes=0, name="a"), large), Past())
    with_b = share_of(seen(plane)[80:], "#3FC08F")
    plane.toggle_layer(1)
    without = share_of(seen(plane)[80:], "#3FC08F")
    plane.toggle_layer(1)
    assert without == 0 < with_b == share_of(seen(plane)[80:], "#3FC08F")
    plane.toggle_layer(7)  # there is no such layer, and nothing happens


def test_a_layer_stays_off_while_it_is_away(plane: PlaneView) -> None:
    both = picture(cloud(name="a"), cloud(name="b"), cloud(name="c"))
    plane.show_picture(both, Past())
    plane.chips.switch("b", False)
    plane.show_picture(picture(cloud(name="a"), cloud(name="c")), Past())
    plane.show_picture(both, Past())
    assert plane.chips.off == {"b"}


def test_chips_give_way_to_dots_but_never_overlap(qtbot: QtBot, qapp: QApplication) -> None:
    row, host = chips(qtbot, qapp)
    for width in (2000, 600, 420):
        row.place(theme("dark", projector=True), QRect(10, 0, width, 60))
        shown = sorted((chip for chip in host.children() if isinstance(chip, QWidget)), key=QWidget.x)
        assert shown[0].accessibleName() == "Data"
        for one, other in pairwise(shown):
            assert one.geometry().right() < other.x()
        assert shown[-1].geometry().right() <= 10 + width
    assert row.size(theme("dark", projector=True), 2000).width() > 600, "it still knows what it would like to have"


def test_where_the_plane_is_narrow_and_high_chips_stand_in_two_rows_with_all_their_words(
    qtbot: QtBot, qapp: QApplication
) -> None:
    row, host = chips(qtbot, qapp)
    one = row.size(theme("dark", projector=True), 2000)
    wide = round(0.62 * one.width())
    wanted = row.size(theme("dark", projector=True), wide)
    assert one.height() < wanted.height() < 2 * one.height() + 20
    room = QRect(10, 0, wide, round(wanted.height()))
    row.place(theme("dark", projector=True), room)
    shown = [chip for chip in host.children() if isinstance(chip, Chip)]
    assert all(chip.text() for chip in shown)
    assert len({chip.y() for chip in shown}) == 2
    assert all(room.contains(chip.geometry()) for chip in shown)
    assert not any(a.geometry().intersects(b.geometry()) for a, b in combinations(shown, 2))
    assert row.size(theme("dark", projector=True), wide, small=True).height() < one.height(), "a low plane has no second row"


def test_chips_that_find_no_room_even_without_words_are_left_out_until_there_is_some(qtbot: QtBot, qapp: QApplication) -> None:
    row, host = chips(qtbot, qapp)
    large = theme("dark", projector=True)

    def shown(wide: int) -> list[Chip]:
        room = QRect(10, 0, wide, round(row.size(large, wide).height()))
        row.place(large, room)
        found = [chip for chip in host.children() if isinstance(chip, Chip) and not chip.isHidden()]
        assert all(room.contains(chip.geometry()) for chip in found)
        return found

    assert len(shown(120)) == 4
    assert len(shown(1200)) == 5


def chips(qtbot: QtBot, qapp: QApplication) -> tuple[ChipRow, QWidget]:
    """Five chips, one of them off, as a projector shows them; and the widget that they stand in."""
    apply(qapp, theme("dark", projector=True))
    host = QWidget()
    qtbot.addWidget(host)
    row = ChipRow(host)
    row.show(dict.fromkeys(("Data", "Points and tails", "Arrows", "Basins", "Density"), "exact"))
    row.switch("Arrows", False)
    return row, host


# ------------------------------------------------------------------------------------------------------------------ words


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 2**32 - 1))
def test_a_name_meets_no_points_where_there_is_a_place_for_it(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    px = rng.normal((220, 190), 90, (count, 2))
    angle = np.linspace(0, 2 * np.pi, 200)
    ring = np.array((220, 190)) + 100 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    taken = [QRectF(200, 80, 60, 30)]
    rect = place_on(ring, 30, 16, ROOM, Crowd(ROOM, px), taken)
    assert rect is not None
    assert ROOM.contains(rect)
    assert not rect.intersects(taken[0])
    if ((px > (rect.left(), rect.top())) & (px < (rect.right(), rect.bottom()))).all(axis=1).any():
        for x, y in ring:  # then there is no place that is well clear of points and of the other name
            near = (np.abs(px - (x, y)) < (15 + 16, 8 + 16)).all(axis=1).any()
            assert near or QRectF(x - 25, y - 18, 50, 36).intersects(taken[0])


@given(st.floats(0, 400))
def test_a_note_keeps_its_figure_however_narrow_its_place_is(qapp: QApplication, wide: float) -> None:
    font = theme("dark").font("caption")
    note = "RMS to the exact denoiser 0.056"
    words = ends_within(note, font, wide)
    assert words.startswith("RMS ")
    assert words.removesuffix(" 0.056") in ("RMS", "RMS to the exact", "RMS to the exact denoiser")
    assert width_of(words, font) <= wide or words == "RMS 0.056"
    assert (words == note) == (width_of(note, font) <= wide)


def test_a_percent_sign_stays_with_its_number(qapp: QApplication) -> None:
    assert ends_within("plane holds 42 %", theme("dark").font("caption"), 0) == "plane 42\N{NO-BREAK SPACE}%"


def test_a_line_outside_the_picture_has_no_name() -> None:
    assert place_on(np.full((5, 2), -100.0), 30, 16, ROOM, Crowd(ROOM, np.zeros((0, 2))), []) is None


@given(st.floats(-100, 600), st.floats(-100, 500), st.floats(20, 200), st.floats(20, 200))
def test_a_card_is_always_in_the_picture(x: float, y: float, wide: float, high: float) -> None:
    card = beside(QPointF(x, y), QRectF(0, 0, wide, high).size(), ROOM, 44)
    assert ROOM.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(card)


def test_the_card_shows_its_image_beside_its_place(plane: PlaneView) -> None:
    white = np.full((1, 1, 8, 8), 255, np.uint8)
    plane.show_picture(picture(Images(name="g(h)", pixels=white, at=(-1.0, 0.0))), Past())
    pixels = seen(plane)
    whites = np.argwhere((pixels == 255).all(axis=2))
    assert len(whites) > 60 * 60
    assert whites[:, 1].mean() > middle(plane, -1.0, 0.0).x() + 40


def test_the_bands_of_words_are_not_drawn_over_by_the_plane(plane: PlaneView) -> None:
    axes = Axes(x="PC 1", y="PC 2", range=(-1, 1, -1, 1), note="note", figure="5.85")
    everywhere = Points(name="a", role="prior", xy=RNG.uniform(-2, 2, (20_000, 2)), size_px=6)
    plane.show_picture(picture(everywhere, axes=axes), Past())
    camera = plane.camera()
    assert camera is not None
    pixels, room = seen(plane), camera.room.toRect()
    outside = np.ones(pixels.shape[:2], bool)
    outside[room.top() : room.bottom() + 1, room.left() : room.right() + 1] = False
    assert share_of(pixels[outside][None], "#3FC08F") == 0
    assert share_of(pixels[~outside][None], "#3FC08F") > 0.25
