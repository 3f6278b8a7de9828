# SPDX-License-Identifier: MIT
"""Curves: no peak is lost, axes end where the data end, names do not meet, and what is read off is what was measured."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.protocol.payloads import Axes, Series
from engine.protocol.recipe.probes.curves import Curves
from tests.ui.looking import curves_panel, on_screen, past, picture, seen, share_of
from ui.reel import Past
from ui.theme import apply, theme
from ui.views import ticks
from ui.views.chart import Chart, Settings, spread
from ui.views.curves import CurvesView
from ui.views.lines import Line, lines_of, thinned, value_at

SIZE = QSizeF(600, 240)
pytestmark = pytest.mark.usefixtures("qapp")  # fonts need one
LOOK = theme("dark")


def line(y: np.ndarray, **more: object) -> Line:
    return replace(Line(np.arange(len(y), dtype=float), np.asarray(y, float), "learned", "loss"), **more)  # type: ignore[arg-type]


def chart(*lines: Line, settings: Settings | None = None, start: float | None = None) -> Chart:
    made = Chart.of(LOOK, SIZE, lines, settings or Settings(), ("steps", ""), start)
    assert made is not None
    return made


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> CurvesView:
    return on_screen(qtbot, qapp, CurvesView(curves_panel("loss", "floor")), (600, 240), LOOK)


# -------------------------------------------------------------------------------------------------------------- thinning


@settings(deadline=None)
@given(st.integers(1, 20_000), st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_thinning_keeps_the_extremes_of_every_column(count: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(0, 1, count)), rng.standard_cauchy(count)
    xs, ys = thinned(x, y, 0.0, 1.0, columns)
    assert len(xs) == len(ys) <= max(2 * columns + 3, 2 * columns)
    assert (np.diff(xs) >= 0).all()
    assert (ys.min(), ys.max(), ys[-1]) == (y.min(), y.max(), y[-1])
    assert np.isin(ys, y).all(), "no value is made up"


def test_thinning_keeps_one_point_beyond_each_side_so_that_the_stroke_reaches_the_edge() -> None:
    x = np.arange(100.0)
    xs, _ = thinned(x, x, 40.5, 50.5, 400)
    assert (xs[0], xs[-1]) == (40, 51)


def test_holes_stay_holes_and_hide_no_neighbor() -> None:
    y = np.ones(10_000)
    y[3000:4000] = np.nan
    y[3500] = 7.0
    _, ys = thinned(np.arange(10_000.0), y, 0, 9999, 100)
    assert np.nanmax(ys) == 7
    assert np.isnan(ys).any()


# ------------------------------------------------------------------------------------------------------------- the chart


@given(st.integers(1, 500), st.booleans())
def test_the_axes_end_where_the_data_end(count: int, log: bool) -> None:
    y = 1 / (1.0 + np.arange(count))
    made = chart(line(y), settings=Settings(log=log))
    x0, x1, low, high = made.camera.shown
    if count > 1:
        assert (x0, x1) == (0, count - 1)
        np.testing.assert_allclose(made.heights(np.array([y.min(), y.max()])), (low, high), rtol=1e-9, atol=1e-12)


def test_negative_values_on_a_logarithmic_axis_make_it_symmetric() -> None:
    both = chart(line(np.array([-24.4, 3.0, 165.0])), settings=Settings(log=True))
    assert both.scale == "symlog"
    heights = both.heights(np.array([-100.0, -10, 0, 10, 100]))
    assert heights[2] == 0
    np.testing.assert_allclose(heights, -heights[::-1])
    assert 0.95 < heights[4] - heights[3] < 1.05, "a decade is a decade, away from zero"
    assert chart(line(np.array([0.0, 3.0])), settings=Settings(log=True)).scale == "log"


def test_without_outliers_the_few_extremes_run_out_of_the_picture() -> None:
    y = np.ones(1000) + np.linspace(0, 1, 1000)
    y[3] = 1e6
    assert chart(line(y)).camera.shown[3] == 1e6
    assert chart(line(y), settings=Settings(outliers=False)).camera.shown[3] < 3


def test_a_chart_needs_a_value() -> None:
    assert Chart.of(LOOK, SIZE, [line(np.full(5, np.nan))], Settings(), ("", ""), None) is None
    assert Chart.of(LOOK, SIZE, [line(np.ones(5), older=True)], Settings(), ("", ""), None) is None


@given(st.lists(st.floats(0, 200), min_size=1, max_size=8))
def test_names_at_the_ends_never_meet(wanted: list[float]) -> None:
    places = spread(wanted, 20, -10, 210)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(np.array(places)[order]) >= 20 - 1e-9).all()
    assert min(places) >= -10 + 10 - 1e-9
    assert max(places) <= 210 - 10 + 1e-9
    if len(wanted) == 1:
        assert places == wanted


# ----------------------------------------------------------------------------------------------------------------- lines


def test_each_scalar_has_a_color_and_the_floor_is_dashed() -> None:
    found = lines_of(None, past(), Curves(names=("loss", "floor", "kl")), "", in_seconds=False)
    assert [(each.label, each.role, each.dashed) for each in found] == [
        ("loss", "learned", False), ("exact floor", "exact", True), ("KL", "prior", False)
    ]  # fmt: skip
    assert found[0].x[-1] == 300
    in_seconds = lines_of(None, past(), Curves(names=("loss",)), "", in_seconds=True)
    assert in_seconds[0].x[-1] == 6


def test_no_two_scalars_have_one_color() -> None:
    names = ("loss", "reconstruction", "kl", "loss_generator")
    full = past()
    for track_name in names:
        full._history.tracks["A", 0].setdefault(track_name, full._history.tracks["A", 0]["loss"])
    found = lines_of(None, full, Curves(names=names), "", in_seconds=False)
    assert len({each.role for each in found}) == 4


def test_lanes_are_named_and_older_builds_lie_beneath_without_a_name() -> None:
    found = lines_of(None, past(builds=2, lanes=("A", "B")), Curves(names=("loss",)), "", in_seconds=False)
    assert [(each.label, each.lane, each.older) for each in found] == [
        ("A", 0, True), ("B", 1, True), ("A", 0, False), ("B", 1, False)
    ]  # fmt: skip
    only = lines_of(None, past(lanes=("A", "B")), Curves(names=("loss", "kl")), "B", in_seconds=False)
    assert [each.label for each in only] == ["loss", "KL"]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50, unique=True), st.floats(-10, 110))
def test_what_is_read_off_is_a_measured_point_and_the_nearest(xs: list[float], at: float) -> None:
    x = np.sort(np.array(xs))
    found = value_at(Line(x, 2 * x, "learned", ""), at)
    assert found[1] == 2 * found[0]
    assert abs(found[0] - at) == np.abs(x - at).min()


# ----------------------------------------------------------------------------------------------------------------- marks


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 12))
@example(879609.9999999999, 1e-6, 6)
def test_linear_marks_are_few_round_and_within(low: float, span: float, most: int) -> None:
    marks = ticks.linear(low, low + span, most)
    slack = 1e-6 * span + 4 * np.spacing(abs(low) + span)  # a mark is a float, too
    assert len(marks) <= most + 1
    assert all(low - slack <= mark <= low + span + slack for mark in marks)
    if len(marks) > 2:
        np.testing.assert_allclose(np.diff(marks), marks[1] - marks[0], rtol=1e-6, atol=1e-9)


@given(st.floats(1e-9, 1e9), st.floats(1.01, 1e9), st.integers(2, 9))
def test_logarithmic_marks_are_few_and_within(low: float, factor: float, most: int) -> None:
    marks = ticks.logarithmic(low, low * factor, most)
    assert len(marks) <= most + 1
    assert all(low * (1 - 1e-6) <= mark <= low * factor * (1 + 1e-6) for mark in marks)
    assert marks == sorted(marks)


def test_symmetric_marks_have_a_zero_and_both_signs() -> None:
    assert ticks.symmetric(-24.4, 165.0, 1.0, 9) == [-10.0, 0.0, 10.0, 100.0]
    assert 0.0 in ticks.symmetric(-1e6, 1e6, 1e-3, 4)


@pytest.mark.parametrize(("value", "step", "said"), [
    (12000, 4000, "12,000"), (0.25, 0.25, "0.25"), (0.5, 0.25, "0.50"), (-2, 1, "−2"), (0, 1, "0"), (1e-4, None, "10⁻⁴"),
    (2.5e-7, None, "2.5·10⁻⁷"), (3e6, 1e6, "3·10⁶"), (0.446, None, "0.446"), (165, None, "165"),
])  # fmt: skip
def test_marks_are_written_short(value: float, step: float | None, said: str) -> None:
    assert ticks.label(value, step) == said


@pytest.mark.parametrize(("value", "said"), [
    (0.116, "0.1160"), (-24.43, "−24.43"), (12450, "12,450"), (0, "0"), (math.nan, "no number"), (math.inf, "∞"),
    (1.23456e-5, "1.23·10⁻⁵"),
])  # fmt: skip
def test_readings_have_four_digits(value: float, said: str) -> None:
    assert ticks.exact(value) == said


# ------------------------------------------------------------------------------------------------------------------ view


def test_older_builds_are_fainter_than_the_present_one(view: CurvesView) -> None:
    view.show_picture(None, past())
    alone = share_of(seen(view), "#F2B134")
    view.show_picture(None, past(builds=3))
    pixels = seen(view)
    assert alone > 0.003
    assert share_of(pixels, "#F2B134", within=8) < 2.5 * alone
    assert share_of(pixels, "#574427", within=24) > alone / 4, "learned at 0.3 on the panel"


def test_the_cursor_reads_exact_values(qtbot: QtBot, view: CurvesView) -> None:
    view.show_picture(None, past())
    without = seen(view)
    qtbot.mouseMove(view, pos=QPointF(200, 100).toPoint())
    qtbot.waitUntil(lambda: not np.array_equal(seen(view), without))
    view.leaveEvent(None)  # type: ignore[arg-type]
    assert np.array_equal(seen(view), without)


def test_the_switches_of_the_panel_change_the_picture_and_back(view: CurvesView) -> None:
    view.show_picture(None, past())
    plain = seen(view)
    for action in view.actions():
        action.toggle()
        assert not np.array_equal(seen(view), plain) or action.objectName() == "outliers"
        action.toggle()
        assert np.array_equal(seen(view), plain)
    assert {action.objectName() for action in view.actions()} == {"log", "outliers", "seconds"}


def test_a_measured_series_has_its_own_axes(qtbot: QtBot, qapp: QApplication) -> None:
    apply(qapp, LOOK)
    made = CurvesView()
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.show()
    x = np.linspace(5, 9, 20)
    made.show_picture(picture(Series(name="s", role="exact", x=x, y=x**2, label="x²"), axes=Axes(x="sigma")), Past())
    assert share_of(seen(made), "#5CC3F2") > 0.003
    assert {action.objectName() for action in made.actions()} == {"log", "outliers"}


def test_a_panel_without_values_says_so(view: CurvesView) -> None:
    view.show_picture(None, Past())
    assert len(np.unique(seen(view).reshape(-1, 3), axis=0)) > 3
    assert not view.fault
