# SPDX-License-Identifier: MIT
"""Galleries, bars, graphs and texts: crisp, in their room, in proportion."""

from __future__ import annotations

from itertools import combinations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.protocol.payloads import NO_EXAMPLE, Axes, Bars, Graph, Images, Node, Series
from tests.ui.looking import on_screen, picture, pixel, seen, share_of
from ui.reel import Past
from ui.theme import theme
from ui.views import VIEW_FOR, View
from ui.views.bars import said_value
from ui.views.gallery import GalleryView, fit
from ui.views.graph import placed
from ui.views.text import fitted, text_height

pytestmark = pytest.mark.usefixtures("qapp")  # fonts need one
LOOK = theme("dark")
NOTHING = Past()


def shown(qtbot: QtBot, qapp: QApplication, kind: str, size: tuple[int, int] = (500, 240)) -> View:
    return on_screen(qtbot, qapp, VIEW_FOR[kind](), size, LOOK)


def grid_of(down: int, across: int, high: int = 8, wide: int = 8, names: tuple[str, ...] = ()) -> Images:
    return Images(name="i", pixels=np.zeros((down, across, high, wide), np.uint8), rows=names)


# --------------------------------------------------------------------------------------------------------------- gallery


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 5), st.integers(1, 20), st.integers(4, 32), st.integers(4, 32), st.floats(120, 1200), st.floats(80, 700),
    st.booleans(),
)  # fmt: skip
def test_images_keep_their_aspect_and_stay_in_their_room(
    rows: int, columns: int, high: int, wide: int, across: float, down: float, named: bool
) -> None:
    room = QRectF(10, 5, across, down)
    layer = grid_of(rows, columns, high, wide, tuple(f"row {k}" for k in range(rows)) if named else ())
    grid = fit(LOOK, room, layer)
    images = [grid.image(k) for k in range(rows * columns)]
    seen_images = [image for image in images if not image.isEmpty()]
    assert len(seen_images) == rows * columns or named
    for image in seen_images:
        assert room.adjusted(-1, -1, 1.5, 1.5).contains(image)
        assert image.width() / image.height() == pytest.approx(wide / high)
    for one, other in combinations(seen_images, 2):
        assert not one.adjusted(0.1, 0.1, -0.1, -0.1).intersects(other)


def test_a_film_wraps_where_that_makes_it_larger_and_rows_with_names_do_not() -> None:
    room = QRectF(0, 0, 400, 200)
    assert fit(LOOK, room, grid_of(1, 10)).rows == 2
    assert fit(LOOK, QRectF(0, 0, 1000, 100), grid_of(1, 10)).rows == 1
    named = fit(LOOK, room, grid_of(4, 20, names=("clean", "noisy", "denoised", "noise")))
    assert named.rows == 4
    assert 4 <= named.columns < 20, "a few that one can see"


def test_each_pixel_of_an_image_is_one_crisp_square(qtbot: QtBot, qapp: QApplication) -> None:
    view = shown(qtbot, qapp, "images", (300, 300))
    values = np.random.default_rng(2).integers(0, 255, (8, 8)).astype(np.uint8)
    view.show_picture(picture(Images(name="i", pixels=values[None, None])), NOTHING)
    pixels = seen(view)
    assert isinstance(view, GalleryView)
    ((_, grid),) = view.grids(LOOK)
    place, side = grid.image(0), grid.image(0).width() / 8
    assert side > 25
    for row in range(8):
        for column in range(8):
            for dx, dy in ((0.15, 0.15), (0.5, 0.5), (0.85, 0.85)):
                at = (place.left() + (column + dx) * side, place.top() + (row + dy) * side)
                assert (pixel(pixels, at) == values[row, column]).all()


def test_a_click_picks_an_image_that_is_an_example(qtbot: QtBot, qapp: QApplication) -> None:
    view = shown(qtbot, qapp, "images")
    second = msgspec.structs.replace(grid_of(2, 3), examples=(7, NO_EXAMPLE, 9, 10, 11, 12))
    view.show_picture(picture(grid_of(1, 6), second), NOTHING)
    assert isinstance(view, GalleryView)
    grids = view.grids(LOOK)
    with qtbot.waitSignal(view.chosen) as said:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=grids[1][1].image(4).center().toPoint())
    assert said.args == [11]
    assert view.example_at(grids[1][1].image(1).center()) is None, "made, not an example"
    assert view.example_at(grids[0][1].image(1).center()) is None


def test_a_picked_bar_has_an_edge_and_is_found_under_the_cursor(qtbot: QtBot, qapp: QApplication) -> None:
    view = shown(qtbot, qapp, "bars")
    values = np.array([4.0, 2.0, 1.0])[:, None]
    view.show_picture(picture(Bars(name="b", labels=("a", "b", "c"), values=values, examples=(30, 10, 20))), NOTHING)
    before = seen(view).astype(int)
    view.show_picked(10)
    changed = np.abs(seen(view) - before).max(axis=(1, 2)) > 30
    middle = float(np.flatnonzero(changed).mean())
    assert view.example_at(QPointF(view.width() / 2, middle)) == 10
    view.show_picked(99)
    assert (seen(view) == before).all(), "an example that is not shown marks nothing"


# ------------------------------------------------------------------------------------------------------------------ bars


def test_bars_are_as_long_as_their_values(qtbot: QtBot, qapp: QApplication) -> None:
    view = shown(qtbot, qapp, "bars")
    values = np.array([4.0, 2.0, 1.0, 0.0])[:, None]
    view.show_picture(picture(Bars(name="b", role="prior", labels=("a", "b", "c", "d"), values=values)), NOTHING)
    green = (np.abs(seen(view).astype(int) - (0x3F, 0xC0, 0x8F)).max(axis=2) < 30).sum(axis=1)
    rows = [green[k * 60 : (k + 1) * 60].max() for k in range(4)]
    assert rows[1] / rows[0] == pytest.approx(1 / 2, abs=0.02)
    assert rows[2] / rows[0] == pytest.approx(1 / 4, abs=0.02)
    assert rows[3] <= 3


@pytest.mark.parametrize("kind", ["bars", "series"])
def test_the_figure_that_bars_or_curves_come_to_is_written(kind: str, qtbot: QtBot, qapp: QApplication) -> None:
    """How many dimensions are active, how many candidates there are, which local dimension: said by the probe, to be seen."""
    view = shown(qtbot, qapp, kind)
    layer = {"bars": Bars(name="b", labels=("a", "b"), values=np.array([[3.0], [2.0]])),
             "series": Series(name="s", x=np.arange(9.0), y=np.arange(9.0))}[kind]  # fmt: skip
    looks = []
    for axes in (Axes(y="nats"), Axes(y="nats", figure="1.23"), Axes(y="nats", figure="1.23", note="of 8 dimensions active")):
        view.show_picture(picture(layer, axes=axes), NOTHING)
        looks.append(share_of(seen(view), LOOK.colors["ink"], 60))
    plain, figure, words = looks
    assert figure > plain + 0.0005
    view.show_picture(picture(layer, axes=Axes(y="nats", note="of 8 dimensions active", figure="1.23")), NOTHING)
    assert share_of(seen(view), LOOK.colors["soft"], 60) > 0.001
    assert words == pytest.approx(figure, abs=0.002)


def test_the_parts_of_a_bar_lie_end_to_end_and_bars_that_do_not_count_are_dim(qtbot: QtBot, qapp: QApplication) -> None:
    view = shown(qtbot, qapp, "bars")
    layer = Bars(name="b", labels=("a", "b"), values=np.array([[3.0, 1.0], [3.0, 1.0]]), roles=("prior", "exact"))
    view.show_picture(picture(layer), NOTHING)
    bright = seen(view)
    assert share_of(bright, "#3FC08F") / share_of(bright, "#5CC3F2") == pytest.approx(3, rel=0.05)
    view.show_picture(picture(msgspec.structs.replace(layer, dim=(False, True))), NOTHING)
    assert share_of(seen(view), "#3FC08F") == pytest.approx(share_of(bright, "#3FC08F") / 2, rel=0.05)


@pytest.mark.parametrize(("value", "said"), [
    (2.95, "2.95"), (0, "0.00"), (0.0041, "0.0041"), (4.86e-4, "4.9·10⁻⁴"), (-1.5, "−1.50"), (1234.5, "1,234.50"),
])  # fmt: skip
def test_values_of_bars_are_written_short(value: float, said: str) -> None:
    assert said_value(value) == said


# ----------------------------------------------------------------------------------------------------------------- graph


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 500)), min_size=1, max_size=14,
                unique_by=lambda place: place[:2]), st.floats(200, 1200), st.floats(100, 700))  # fmt: skip
def test_boxes_are_in_the_room_and_never_overlap(places: list[tuple[int, int, int]], wide: float, high: float) -> None:
    nodes = tuple(
        Node(key=f"{column},{row}", title="tanh", text="0.42 −1.13", column=column, row=row, units=units)
        for column, row, units in places
    )
    room = QRectF(5, 7, wide, high)
    boxes = placed(LOOK, Graph(name="g", nodes=nodes, edges=()), room)
    for box in boxes.values():
        assert room.adjusted(-0.1, -0.1, 0.1, 0.1).contains(box)
    for one, other in combinations(boxes.values(), 2):
        assert not one.intersects(other)


def test_the_bottleneck_is_the_lowest_box_of_a_network() -> None:
    nodes = tuple(Node(key=str(units), title="", column=k, units=units) for k, units in enumerate((784, 400, 20)))
    boxes = placed(LOOK, Graph(name="g", nodes=nodes, edges=()), QRectF(0, 0, 600, 200))
    assert boxes["784"].height() > boxes["400"].height() > boxes["20"].height()


# ------------------------------------------------------------------------------------------------------------------ text


@given(st.integers(0, 300), st.floats(80, 600), st.floats(30, 300))
def test_a_text_fits_its_room_whole_or_cut_at_a_word(count: int, wide: float, high: float) -> None:
    text, room = " ".join(f"word{k}" for k in range(count)), QRectF(0, 0, wide, high)
    font, said = fitted(LOOK, text, room)
    assert text_height(font, said, room) <= high or said == " …"
    assert said == text or text.startswith(said.removesuffix(" …"))
