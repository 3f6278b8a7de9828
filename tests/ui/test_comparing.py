# SPDX-License-Identifier: MIT
"""A/B over a real engine: one action makes two runs that begin alike, on the same axes, and undo leads back to one."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.protocol.library import shelf
from engine.protocol.messages import Built, Paused
from ui.placing import places_for
from ui.session import Session


def test_every_single_lane_panel_gets_a_twin_and_the_curves_are_shared():
    chapter = next(found for found in shelf()[0] if found.key == "update")
    name = chapter.experiment.lanes[0].name
    pair = Session(chapter.experiment).compare(name).experiment
    places = places_for(pair, chapter.panels, [name])
    assert [place.lane for place in places if place.place == "stage"] == ["A", "B"]
    assert [place.lane for place in places if place.probe.kind == "curves"] == [""]
    assert len({place.key for place in places}) == len(places)
    assert places_for(chapter.experiment, chapter.panels, [name]) == places_for(chapter.experiment, chapter.panels)


@pytest.fixture(scope="module")
def pair(stage):
    """The chapter `update` in two lanes, σ of B changed, both trained."""
    stage.until(lambda: stage.heard(Built) and stage.step >= 0)
    stage.window.setFocus()
    stage.until(stage.window.isActiveWindow)
    QTest.keyClick(stage.window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    stage.until(lambda: len(stage.heard(Built)[-1].lanes) == 2)
    stage.player.edit("B.objective.sigma", 0.7)
    stage.player.troupe.play()
    stage.until(lambda: stage.step >= 60)
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing and stage.step == max(stage.heard(Paused)[-1].steps.values()))
    return stage


def test_one_key_gives_two_stages_and_the_settings_of_b(pair):
    form = pair.window.desk.form
    assert form.lane == "B"
    assert form.lane_choice.value == "B"
    stages = [frame for frame in pair.window.desk.panels.seen if frame.place.place == "stage"]
    assert [frame.place.lane for frame in stages] == ["A", "B"]
    assert all(frame.view.picture is not None for frame in stages)


def test_both_have_made_equal_steps_and_the_wall_clock_of_each_is_shown(pair):
    moment = pair.player.reel.now(pair.player.session.state.run_id)
    steps = [lane.step for lane in moment.lanes]
    assert abs(steps[0] - steps[1]) <= 1
    for frame, lane in zip(pair.window.desk.panels.seen, moment.lanes, strict=False):
        assert f"{lane.train_s:.1f} s" in frame.note


def test_the_curves_of_both_lie_on_the_same_axes_and_one_setting_sets_them_apart(pair):
    past = pair.player.reel.now().past
    a, b = past.series("A", "loss"), past.series("B", "loss")
    assert not np.array_equal(a.values[:20], b.values[:20])

    def floor(lane):
        curve = pair.player.reel.now().past.series(lane, "floor")
        return curve.values[-1] if curve is not None else 0.0

    pair.until(lambda: 0 < floor("A") < floor("B"))  # more noise, a higher floor: measured figures come from both lanes, too
    lanes = pair.player.session.experiment.lanes
    assert [lane.recipe.objective.sigma for lane in lanes] == [0.25, 0.7]


def test_undo_leads_back_to_one_lane(pair):
    pair.player.undo()
    pair.player.undo()
    pair.until(lambda: len(pair.heard(Built)[-1].lanes) == 1)
    assert len([frame for frame in pair.window.desk.panels.seen if frame.place.place == "stage"]) == 1
    assert pair.window.desk.form.lane_choice is None
