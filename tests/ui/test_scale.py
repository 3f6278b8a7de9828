# SPDX-License-Identifier: MIT
"""The scale of a slider: places, steps, and the one meaning of typed numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.controls.scale import Fault, NumberScale, Refused, number_text

SHARE = NumberScale(0.0, 1.0)
SIGMA = NumberScale(0.01, 10.0, log=True, minimum=0.0, maximum=1000.0)
WIDTH = NumberScale(2, 1024, log=True, integer=True, minimum=1, maximum=8192)
DEPTH = NumberScale(0, 6, integer=True)
EVERY = pytest.mark.parametrize("scale", [SHARE, SIGMA, WIDTH, DEPTH], ids=["share", "sigma", "width", "depth"])


@EVERY
def test_the_ends_of_the_groove_are_the_ends_of_the_range(scale: NumberScale) -> None:
    assert scale.number(0.0) == scale.low
    assert scale.number(1.0) == scale.high
    assert scale.number(-3.0) == scale.low
    assert scale.number(3.0) == scale.high


@EVERY
@given(place=st.floats(0.0, 1.0))
def test_what_is_dragged_is_what_is_shown(scale: NumberScale, place: float) -> None:
    number = scale.number(place)
    assert scale.read(scale.text(number)) == number
    assert isinstance(number, int) == scale.integer


@EVERY
@given(place=st.floats(0.0, 1.0))
def test_a_number_lies_near_the_place_it_was_dragged_to(scale: NumberScale, place: float) -> None:
    # Whole numbers are coarse: on 2 … 1024 a place can be off by half a unit at 2, on 0 … 6 by half of a sixth.
    assert scale.place(scale.number(place)) == pytest.approx(place, abs=0.09 if scale.integer else 0.006)


def test_the_middle_of_a_logarithmic_groove_is_the_geometric_mean() -> None:
    assert SIGMA.number(0.5) == pytest.approx(math.sqrt(0.01 * 10.0), rel=0.01)


@EVERY
@given(place=st.floats(0.0, 1.0))
def test_an_arrow_moves_and_stays_within_the_range(scale: NumberScale, place: float) -> None:
    number = scale.number(place)
    up, down = scale.moved(number, 1), scale.moved(number, -1)
    assert up > number or number == scale.high
    assert down < number or number == scale.low
    assert scale.low <= down <= up <= scale.high


def test_a_page_is_ten_arrows() -> None:
    assert SHARE.paged(0.2, 1) == pytest.approx(0.3)
    assert DEPTH.paged(2, 1) == 6


def test_a_number_beyond_the_soft_range_only_comes_back_to_its_end() -> None:
    assert SIGMA.moved(500.0, 1) == 500.0
    assert SIGMA.moved(500.0, -1) == 10.0
    assert SIGMA.moved(0.0, 1) == 0.01
    assert SIGMA.place(500.0) == 1.0
    assert SIGMA.place(0.0) == 0.0


@pytest.mark.parametrize(
    ("scale", "text", "number"),
    [
        (SHARE, "0.25", 0.25),
        (SHARE, " .5 ", 0.5),
        (SHARE, "1.", 1.0),
        (SIGMA, "2e-3", 0.002),
        (SIGMA, "1E2", 100.0),
        (SIGMA, "+7", 7.0),
        (SIGMA, "0", 0.0),
        (WIDTH, "8192", 8192),
        (WIDTH, "1e3", 1000),
        (NumberScale(-5, 5), "\N{MINUS SIGN}2.5", -2.5),
    ],
)
def test_a_number_with_a_point_is_taken(scale: NumberScale, text: str, number: float) -> None:
    assert scale.read(text) == number


@pytest.mark.parametrize(
    ("scale", "text", "fault"),
    [
        (SHARE, "0,25", "comma"),
        (SHARE, "1e999", "too_large"),
        (SHARE, "-1e999", "too_small"),
        (SHARE, "NaN", "no_number"),
        (SHARE, "inf", "no_number"),
        (SHARE, "１２", "no_number"),
        (SHARE, "٠.٥", "no_number"),
        (SHARE, "", "no_number"),
        (SHARE, "1_0", "no_number"),
        (SHARE, "0x1", "no_number"),
        (SHARE, "1,000.5", "comma"),
        (SHARE, "1,000,000", "comma"),
        (SHARE, "1.5", "too_large"),
        (SHARE, "-0.1", "too_small"),
        (SIGMA, "1000.1", "too_large"),
        (WIDTH, "12.5", "no_integer"),
        (WIDTH, "0", "too_small"),
        (WIDTH, "8193", "too_large"),
    ],
)
def test_anything_else_is_refused_and_never_becomes_a_limit(scale: NumberScale, text: str, fault: Fault) -> None:
    with pytest.raises(Refused) as refusal:
        scale.read(text)
    assert refusal.value.fault == fault


@given(text=st.text(max_size=12))
def test_no_text_is_read_as_something_else_than_a_number_within_the_limits(text: str) -> None:
    try:
        number = SHARE.read(text)
    except Refused:
        return
    assert 0.0 <= number <= 1.0
    assert float(text.strip().replace("\N{MINUS SIGN}", "-")) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.25, "0.25"),
        (0.0, "0.0"),
        (1.0, "1.0"),
        (0.002, "2.0e-3"),
        (1e-5, "1.0e-5"),
        (0.0123, "0.0123"),
        (0.123456, "0.123456"),
        (12.0, "12.0"),
        (99999.0, "99999.0"),
        (1.5e6, "1.5e6"),
        (-0.5, "-0.5"),
    ],
)
def test_numbers_are_shown_short(number: float, text: str) -> None:
    assert number_text(number) == text


@given(number=st.floats(-1e12, 1e12).filter(lambda number: number == 0 or abs(number) > 1e-12))
def test_a_shown_number_is_right_to_six_digits(number: float) -> None:
    assert float(number_text(number)) == pytest.approx(number, rel=1e-5)
    assert len(number_text(number).replace("-", "").replace(".", "").split("e")[0]) <= 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": 1.0, "high": 1.0},
        {"low": 2.0, "high": 1.0},
        {"low": 0.0, "high": 1.0, "log": True},
        {"low": 0.0, "high": 1.0, "minimum": 0.5},
        {"low": 0.0, "high": math.inf},
        {"low": math.nan, "high": 1.0},
    ],
)
def test_a_range_that_is_none_is_an_error(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"range|logarithmic"):
        NumberScale(**wrong)  # type: ignore[arg-type]
