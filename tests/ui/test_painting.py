# SPDX-License-Identifier: MIT
"""Painting data: the brush sprays within its reach, the eraser wipes, undo leads back, the points are trained on."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from engine.protocol.library import shelf
from engine.protocol.messages import Built
from engine.protocol.recipe.data.painted import MOST, Painted
from tests.ui.looking import on_screen
from ui.controls.paintpad import EXTENT, REACH, PaintPad
from ui.painting import FEWEST, PaintDialog, fitted, on_points


@pytest.fixture
def pad(qtbot, qapp):
    """An empty pad of 500 × 500 pixels."""
    return on_screen(qtbot, qapp, PaintPad(np.empty((0, 2))), (500, 500))


def stroke(pad: PaintPad, *places: tuple[float, float]) -> None:
    """A stroke of the hand through places of the plane."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * (len(places) - 1), QEvent.Type.MouseButtonRelease]
    for kind, place in zip(kinds, [*places, places[-1]], strict=True):
        at = QPointF(*pad._camera().pixels(np.array(place)))
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
        QApplication.sendEvent(pad, QMouseEvent(kind, at, pad.mapToGlobal(at), left, held, none))


def test_the_brush_sprays_along_the_way_of_the_hand_and_no_farther_than_its_reach(pad):
    stroke(pad, (-0.8, 0.0), (0.0, 0.0), (0.8, 0.0))
    assert len(pad.points) > 100
    along, away = pad.points.T
    assert np.abs(away).max() <= REACH["brush"] + 1e-3
    assert -0.9 < along.min() < -0.7
    assert 0.7 < along.max() < 0.9
    halves = (along < 0).sum(), (along > 0).sum()
    assert min(halves) > 0.35 * len(pad.points), "evenly along the way"


def test_the_eraser_takes_away_what_it_reaches_and_nothing_else(pad):
    stroke(pad, (-0.8, 0.0), (0.8, 0.0))
    before = pad.points
    pad.tool = "eraser"
    stroke(pad, (0.0, -0.5), (0.0, 0.5))
    far = np.abs(before[:, 0]) > REACH["eraser"] + 0.01
    assert len(pad.points) < len(before)
    np.testing.assert_array_equal(pad.points[np.abs(pad.points[:, 0]) > REACH["eraser"] + 0.01], before[far])
    assert np.abs(pad.points[:, 0]).min() > REACH["eraser"] - 0.01


def test_undo_takes_strokes_back_one_by_one_and_redo_does_them_again(pad):
    states = [pad.points]
    for height in (-0.5, 0.0, 0.5):
        stroke(pad, (-0.5, height), (0.5, height))
        states.append(pad.points)
    pad.wipe()
    assert not len(pad.points)
    for state in reversed(states):
        pad.undo()
        np.testing.assert_array_equal(pad.points, state)
    assert not pad.can_undo
    pad.redo()
    np.testing.assert_array_equal(pad.points, states[1])
    stroke(pad, (0.9, 0.9))
    assert not pad.can_redo, "a new stroke is a new way"


def test_there_are_never_more_points_than_a_recipe_holds(pad):
    for _ in range(20):
        stroke(pad, (-1.2, -1.2), (1.2, 1.2))
    assert len(pad.points) == MOST
    assert np.abs(pad.points).max() <= EXTENT


def test_too_few_points_are_not_offered_for_training(qtbot, qapp):
    dialog = PaintDialog(np.zeros((FEWEST - 1, 2)), None)
    qtbot.addWidget(dialog)
    assert not dialog.use.isEnabled()
    stroke(dialog.pad, (0.0, 0.0), (0.5, 0.5))
    assert dialog.use.isEnabled()


@pytest.mark.parametrize("chapter", shelf()[0], ids=lambda chapter: chapter.key)
def test_every_chapter_can_play_painted_points(chapter):
    points = np.random.default_rng(0).normal(size=(40, 2)).round(3)
    experiment = on_points(chapter.experiment, points)
    assert isinstance(experiment.data, Painted)
    np.testing.assert_allclose(experiment.data.points, points)
    assert all(lane.recipe.training.batch <= 30 for lane in experiment.lanes)


def test_points_that_the_pad_does_not_hold_are_brought_into_it():
    points = np.array([[0.0, 0.0], [100.0, 20.0], [40.0, -30.0]])
    shown = fitted(points)
    assert np.abs(shown).max() <= EXTENT
    factors = np.diff(shown, axis=0) / np.diff(points, axis=0)
    np.testing.assert_allclose(factors, factors[0, 0])


def test_what_was_painted_is_trained_on_and_undo_brings_the_old_data_back(stage):
    stage.until(lambda: stage.heard(Built))
    window, old = stage.window, stage.player.session.experiment
    window.deeds["paint"].trigger()
    dialog = window.painting.dialog
    stroke(dialog.pad, (-0.8, -0.8), (0.8, 0.8))
    count = len(dialog.pad.points)
    dialog.use.click()
    built = len(stage.heard(Built))
    stage.until(lambda: len(stage.heard(Built)) > built or stage.player.session.experiment.data.name == "painted")
    assert len(stage.player.session.experiment.data.points) == count
    stage.player.troupe.step(5)
    stage.until(lambda: stage.step >= 5)
    stage.player.undo()
    assert stage.player.session.experiment == old
