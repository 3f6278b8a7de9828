# SPDX-License-Identifier: MIT
"""Rewind and branch over a real engine: looking back asks nothing, going on from there begins with the very weights."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.protocol.messages import Branched, Build, Built, Paused


@pytest.fixture(autouse=True)
def trained(stage):
    """Sixty steps and more, paused."""
    stage.until(lambda: stage.heard(Built) and stage.step >= 0)
    start = stage.step
    stage.player.troupe.play()
    stage.until(lambda: stage.step >= start + 60)
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing and stage.step == max(stage.heard(Paused)[-1].steps.values()))


def scrub_back(stage) -> int:
    """Half way back through the moments of the present build; the step that is shown then."""
    run = stage.player.session.state.run_id
    builds = stage.player.session.state.builds
    reel = stage.player.reel
    indices = [k for k in range(reel.count(run)) if reel.at(k, run).lanes[0].build == builds[0]]
    index = indices[len(indices) // 2]
    stage.window.desk.timeline.scrub.go(index)
    return reel.at(index, run).lanes[0].step


def test_looking_back_asks_the_engine_nothing(stage):
    sent = len(stage.sent)
    for index in (0, 3, 1):
        stage.window.desk.timeline.scrub.go(index)
    stage.window.desk.timeline.scrub.go_live()
    assert stage.sent[sent:] == []


def test_one_click_goes_on_from_the_moment_that_is_shown(stage):
    name, old = stage.player.session.experiment.lanes[0].name, stage.player.session.state
    end, at = stage.step, scrub_back(stage)
    assert stage.window.desk.timeline.branch.isVisible()
    assert stage.window.desk.timeline.branch.isEnabled()
    arrived = len(stage.heard(Branched))
    QTest.mouseClick(stage.window.desk.timeline.branch, Qt.MouseButton.LeftButton)
    assert [command for command in stage.sent if isinstance(command, Build)][-1].origins == ((old.builds[0], at),)
    assert stage.window.showing.live
    stage.until(lambda: len(stage.heard(Branched)) > arrived and stage.step == at)
    stage.player.troupe.play()
    stage.until(lambda: stage.step >= at + 20)
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing)
    past = stage.player.reel.now(old.run_id).past
    joined, (*_, left) = past.series(name, "loss"), past.older(name, "loss")
    assert joined.steps[0] == 1, "the curve begins with the parent's"
    assert (np.diff(joined.steps) == 1).all()
    assert np.array_equal(joined.values[:at], left.values[:at])
    assert left.steps[-1] == end, "what was abandoned stays, as an older curve"
    stage.window.deeds["undo"].trigger()
    stage.until(lambda: stage.step == end)


def test_a_branch_with_unchanged_settings_repeats_the_curve(stage):
    name = stage.player.session.experiment.lanes[0].name
    end, at = stage.step, scrub_back(stage)
    before = stage.player.reel.now().past.series(name, "loss")
    stage.window.deeds["branch"].trigger()
    stage.until(lambda: stage.step == at)
    stage.player.troupe.step(end - at)
    stage.until(lambda: stage.step == end)
    again = stage.player.reel.now().past.series(name, "loss")
    assert np.array_equal(again.values, before.values)


def test_moments_of_an_earlier_run_are_looked_at_only(stage):
    scrub_back(stage)
    stage.player.reset()
    stage.until(lambda: stage.step == 0)
    stage.window.desk.timeline.scrub.go(1)
    state = stage.player.session.state
    assert not stage.window.desk.timeline.branch.isEnabled()
    stage.window.deeds["branch"].trigger()
    assert stage.player.session.state == state
    stage.player.undo()
