# SPDX-License-Identifier: MIT
"""The reel: nothing is lost before there is too much, nothing of the future is shown, and the memory has a bound."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.protocol.messages import Frame, LaneState, Scalars
from engine.protocol.payloads import Picture, Points
from ui import curve
from ui.curve import Track
from ui.reel import Reel, picture_bytes


def state(lane: str, build: int, step: int) -> LaneState:
    return LaneState(name=lane, build=build, step=step, steps_per_s=100.0, train_s=step / 100)


def scalars(lane: str, build: int, steps: Sequence[int], **values: Sequence[float]) -> Scalars:
    given = {name: np.asarray(v, float) for name, v in (values or {"loss": [1 / (1 + s) for s in steps]}).items()}
    return Scalars(
        lane=lane, build=build, steps=np.asarray(steps, np.int64), seconds=np.asarray(steps) / 100, values=given
    )


def picture(step: int, points: int = 4) -> Picture:
    return Picture(step=step, layers=(Points(name="data", xy=np.full((points, 2), float(step))),))


def frame(number: int, *reports: Scalars, run_id: int = 1, **pictures: Picture) -> Frame:
    lanes = tuple(state(r.lane, r.build, int(r.steps[-1])) for r in reports)
    return Frame(
        run_id=run_id, number=number, training=True, lanes=lanes, scalars=tuple(reports), pictures=dict(pictures)
    )


def reel_of(lengths: Sequence[int], budget: int = 2**22, points: int = 4, every: int = 1) -> Reel:
    """A reel that saw one frame for each length (steps since the last), with a picture in every `every`-th."""
    reel, step = Reel(budget), 0
    for number, length in enumerate(lengths):
        steps = range(step + 1, step + length + 1)
        step += length
        shown = {"stage": picture(step, points)} if number % every == 0 else {}
        reel.add(frame(number, scalars("A", 1, steps), **shown))
    return reel


lengths = st.lists(st.integers(1, 40), min_size=1, max_size=60)


@given(lengths)
def test_every_scalar_is_kept_once_and_in_order(lengths: list[int]) -> None:
    now = reel_of(lengths).now()
    assert now is not None
    loss = now.past.series("A", "loss")
    assert loss is not None
    assert loss.steps.tolist() == list(range(1, sum(lengths) + 1))
    assert loss.values.tolist() == [1 / (1 + s) for s in loss.steps]
    assert loss.seconds.tolist() == (loss.steps / 100).tolist()


@given(lengths, st.data())
def test_a_moment_never_shows_the_future(lengths: list[int], data: st.DataObject) -> None:
    reel = reel_of(lengths, every=3)
    step = data.draw(st.integers(0, sum(lengths) + 10))
    moment = reel.at_step("A", step)
    ends = np.cumsum(lengths)
    if step < ends[0]:
        assert moment is None
        return
    assert moment is not None
    shown = int(ends[np.searchsorted(ends, step, side="right") - 1])
    loss = moment.past.series("A", "loss")
    assert loss is not None
    assert loss.steps[-1] == moment.lanes[0].step == shown <= step
    assert moment.pictures["stage"].step <= shown


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 3000), min_size=20, max_size=120), st.integers(60_000, 400_000), st.integers(1, 2000))
def test_the_memory_has_a_bound(points: list[int], budget: int, steps: int) -> None:
    reel = Reel(budget)
    for number, count in enumerate(points):
        new = range(number * steps + 1, (number + 1) * steps + 1)
        pictures = {"stage": picture(number, count), "cloud": picture(number, 7)}
        reel.add(frame(number, scalars("A", number // 9, new), **pictures))
        newest = sum(map(picture_bytes, pictures.values())) + 4096
        assert reel.nbytes <= budget + newest
        now = reel.now()
        assert now is not None
        assert now.pictures["stage"].step == number, "the newest moment is never given up"


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 300), st.integers(1, 5))
def test_what_thinning_leaves_shows_what_it_showed_before(count: int, every: int) -> None:
    full = reel_of([1] * count, budget=2**30, points=200, every=every)
    thin = reel_of([1] * count, budget=200_000, points=200, every=every)
    before = {full.at(k).lanes[0].step: full.at(k).pictures["stage"].step for k in range(full.count())}
    steps = [thin.at(k).lanes[0].step for k in range(thin.count())]
    assert steps == sorted(set(steps))
    assert steps[-1] == count
    for k, step in enumerate(steps):
        assert thin.at(k).pictures["stage"].step == before[step]


def test_older_frames_are_kept_sparser_and_the_first_stays() -> None:
    reel = reel_of([1] * 2000, budget=2**20, points=300)
    steps = np.array([reel.at(k).lanes[0].step for k in range(reel.count())])
    gaps = np.diff(steps)
    assert steps[0] == 1
    assert gaps[:5].mean() > 4 * gaps[-5:].mean()
    assert (gaps[-10:] == 1).all()


@settings(deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=60), st.integers(0, 2**32 - 1))
def test_a_thinned_curve_keeps_its_lowest_and_highest_value_and_its_ends(lengths: list[int], seed: int) -> None:
    rng, track, step = np.random.default_rng(seed), Track(), 0
    everything = []
    for length in lengths:
        values = rng.standard_cauchy(length)
        steps = np.arange(step, step + length)
        track.extend(steps, steps / 7.0, values)
        everything.append(values)
        step += length
    values = np.concatenate(everything)
    kept = track.upto(np.inf)
    assert len(track) <= curve.LIMIT
    assert (np.diff(kept.steps) > 0).all()
    assert kept.values.min() == values.min()
    assert kept.values.max() == values.max()
    assert kept.steps[-1] == step - 1
    assert np.array_equal(kept.values, values[kept.steps.astype(int)])
    assert np.array_equal(kept.seconds, kept.steps / 7.0)


def test_a_curve_that_was_handed_out_does_not_change_and_cannot_be_changed() -> None:
    track = Track()
    track.extend(np.arange(10), np.arange(10.0), np.arange(10.0))
    seen = track.upto(np.inf)
    track.extend(np.arange(5, 9000), np.zeros(8995), np.full(8995, -1.0))
    track.thin()
    assert seen.values.tolist() == list(range(10))
    with pytest.raises(ValueError, match="read-only"):
        seen.values[0] = 5


def test_values_that_are_no_numbers_survive_thinning_without_hiding_the_others() -> None:
    track = Track()
    values = np.array([np.nan, 3.0, np.nan, np.inf] * 100)
    track.extend(np.arange(400), np.arange(400.0), values)
    track.thin()
    kept = track.upto(np.inf).values
    assert {3.0, np.inf} <= set(kept[:100].tolist())


def test_going_back_to_an_earlier_step_gives_up_what_came_after_it() -> None:
    reel = Reel()
    reel.add(frame(0, scalars("A", 1, range(1, 101), loss=[1.0] * 100)))
    reel.add(frame(1, scalars("A", 1, range(51, 61), loss=[2.0] * 10)))
    now = reel.now()
    assert now is not None
    loss = now.past.series("A", "loss")
    assert loss is not None
    assert loss.steps.tolist() == list(range(1, 61))
    assert loss.values.tolist() == [1.0] * 50 + [2.0] * 10


def test_the_past_is_another_only_when_figures_have_come() -> None:
    reel = Reel()
    reports = scalars("A", 1, range(1, 11)), scalars("A", 1, range(11, 15)), scalars("A", 1, [12], kl_data=[3.0])
    frames = [(10, reports[:1]), (13, ()), (16, ()), (17, reports[1:2]), (17, reports[2:]), (17, ())]
    for number, (step, news) in enumerate(frames):
        reel.add(Frame(run_id=1, number=number, training=True, lanes=(state("A", 1, step),), scalars=news, pictures={}))
    pasts = [reel.at(index).past for index in range(reel.count())]
    assert [now == before for before, now in pairwise(pasts)] == [True, True, False, False, True]
    lengths = [len(loss.steps) for loss in (past.series("A", "loss") for past in pasts) if loss is not None]
    assert lengths == [10, 10, 10, 14, 14, 14], "a moment knows no figures that came later, though they are of steps before it"


def test_a_branch_that_rests_shows_its_parents_curve_as_far_as_it_has_come() -> None:
    reel = Reel()
    reel.add(frame(0, scalars("A", 1, range(1, 101))))
    reel.branch(1, 2, (1, 60))
    for number, step in enumerate((20, 45, 60), start=1):
        reel.add(Frame(run_id=1, number=number, training=False, lanes=(state("A", 2, step),), scalars=(), pictures={}))
        loss = reel.at(number).past.series("A", "loss")
        assert loss is not None
        assert loss.steps[-1] == step


def test_a_rebuilt_lane_starts_a_curve_and_undo_brings_the_old_one_back() -> None:
    reel = Reel()
    reel.add(frame(0, scalars("A", 1, range(1, 11)), stage=picture(10)))
    reel.add(frame(1, scalars("A", 2, range(1, 4))))
    rebuilt = reel.now()
    assert rebuilt is not None
    present, (old,) = rebuilt.past.series("A", "loss"), rebuilt.past.older("A", "loss")
    assert present is not None
    assert (len(present.steps), len(old.steps)) == (3, 10)
    assert not rebuilt.pictures, "no picture of weights that play no more"
    reel.add(frame(2, scalars("A", 1, range(11, 13))))
    revived = reel.now()
    assert revived is not None
    back = revived.past.series("A", "loss")
    assert back is not None
    assert len(back.steps) == 12
    assert len(rebuilt.past.older("A", "loss")[0].steps) == 10, "the moment before does not learn of it"


def test_lanes_are_kept_apart() -> None:
    reel = Reel()
    reel.add(frame(0, scalars("A", 1, [1, 2], loss=[1, 2]), scalars("B", 2, [1, 2, 3], loss=[7, 8, 9], floor=[0, 0, 0])))
    now = reel.now()
    assert now is not None
    a, b = now.past.series("A", "loss"), now.past.series("B", "loss")
    assert a is not None
    assert b is not None
    assert (a.values.tolist(), b.values.tolist()) == ([1, 2], [7, 8, 9])
    assert (now.past.names("A"), now.past.names("B")) == (("loss",), ("loss", "floor"))
    assert now.past.series("A", "floor") is None


def test_each_run_has_moments_of_its_own() -> None:
    reel = Reel()
    reel.add(frame(0, scalars("A", 1, [1]), run_id=1, stage=picture(1)))
    reel.add(frame(1, scalars("A", 2, [1, 2]), run_id=2))
    assert (reel.count(), reel.count(1), reel.count(9)) == (1, 1, 0)
    first, second = reel.now(1), reel.now()
    assert first is not None
    assert second is not None
    assert "stage" in first.pictures
    assert "stage" not in second.pictures
    assert second.past.older("A", "loss") == ()
    assert reel.seen("A") == (2, 2)
    with pytest.raises(IndexError):
        reel.at(1)


def test_the_reel_needs_no_qt() -> None:
    code = "import sys, ui.reel; sys.exit(any('PySide6' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
