# SPDX-License-Identifier: MIT
"""Panels never overlap, never leave the screen, and are never too small to read."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.tiling import SMALL_HEIGHT, SMALL_WIDTH, STAGE_HEIGHT, STAGE_WIDTH, STAGE_WORDS, Rect, tiling

sizes = st.tuples(st.integers(480, 3200), st.integers(420, 1900))
scales = st.sampled_from([1.0, 1.25, 1.6])


def area(rect: Rect) -> int:
    return rect[2] * rect[3]


def overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


@given(sizes, st.integers(0, 4), st.integers(0, 10), scales, st.floats(0.3, 0.85))
def test_panels_fill_the_room_without_gap_or_overlap(size, stages, below, scale, share):
    plan = tiling(*size, stages, below, scale, share)
    rects = (*plan.stages, *plan.below)
    assert len(plan.stages) == stages
    assert not any(overlap(a, b) for a, b in combinations(rects, 2))
    assert all(x >= 0 and y >= 0 and x + w <= size[0] and y + h <= size[1] for x, y, w, h in rects)
    if rects:
        assert sum(map(area, rects)) == size[0] * size[1]


@given(st.tuples(st.integers(620, 3200), st.integers(520, 1900)), st.integers(1, 4), st.integers(0, 10), scales)
def test_panels_that_are_shown_can_be_read(size, stages, below, scale):
    width, height = round(size[0] * scale), round(size[1] * scale)
    plan = tiling(width, height, stages, below, scale)
    for _, _, w, h in plan.stages:
        assert w >= STAGE_WIDTH * scale - 1
        assert h >= STAGE_HEIGHT * scale - 1
    for _, _, w, h in plan.below:
        assert w >= SMALL_WIDTH * scale - 1
        assert h >= SMALL_HEIGHT * scale - 1
    assert bool(plan.below) == bool(below)


@given(sizes, st.integers(1, 4), scales)
def test_a_stage_alone_takes_the_whole_room(size, stages, scale):
    plan = tiling(*size, stages, 0, scale)
    assert sum(map(area, plan.stages)) == size[0] * size[1]


@pytest.mark.parametrize("stages", [3, 4])
@pytest.mark.parametrize(("width", "height", "scale"), [(534, 600, 1.0), (633, 547, 1.6), (1280, 900, 1.0)])
def test_the_stages_of_a_chapter_stand_side_by_side_where_a_second_row_would_make_strips_of_them(stages, width, height, scale):
    """The middle at 1024×768, the same in projector mode, and at 1920×1080."""
    plan = tiling(width, height, stages, 6, scale)
    squares = [min(w, h - STAGE_WORDS * scale) for _, _, w, h in plan.stages]
    assert min(squares) >= 0.8 * width / stages


def test_the_stage_has_the_larger_part():
    plan = tiling(1250, 960, 1, 2)
    assert plan.stages[0][3] == round(0.7 * 960)
    assert [rect[2] for rect in plan.below] == [625, 625]
