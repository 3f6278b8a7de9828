# SPDX-License-Identifier: MIT
"""The hands of both laboratories, in a real window: each is answered while the training stands still and while it runs."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Built
from engine.protocol.payloads import Bars, Images, Points
from tests.ui.looking import middle


@pytest.fixture(params=["paused", "training"])
def lab(stage, request):
    """A window, its training at rest or at play; it rests again at the end."""
    stage.until(lambda: stage.heard(Built) and stage.window.desk.panels.seen)

    def open_at(key: str):
        stage.window.lecture.open(key)
        stage.until(lambda: stage.step >= 0)
        if request.param == "training":
            before = stage.step
            stage.player.troupe.play()
            stage.until(lambda: stage.step > before)
        return stage

    yield open_at
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing)


def view_of(stage, key):
    """The view of a panel that can be seen, when it has a picture."""
    view = stage.window.desk.panels.frames[key].view
    stage.until(lambda: view.picture is not None)
    return view


def layer_of(view, kind, name=""):
    """The first layer of this kind (and name) in what a view shows; None where there is none."""
    return next((layer for layer in view.picture.layers if isinstance(layer, kind) and name in ("", layer.name)), None)


def test_an_image_follows_a_drag_over_the_latent_plane(lab):
    stage = lab("training")
    view = view_of(stage, "latent")
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle(view, 0.0, 0.0))
    seen = []
    for x, y in ((0.5, 0.5), (-1.5, 0.5), (1.0, -1.5)):
        QTest.mouseMove(view, middle(view, x, y))
        stage.until(lambda x=x, y=y: (card := layer_of(view, Images)) is not None and card.at == pytest.approx((x, y), abs=0.1))
        seen.append(layer_of(view, Images).pixels.copy())
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle(view, 1.0, -1.5))
    assert not np.array_equal(seen[0], seen[1])
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    stage.until(lambda: layer_of(view, Images) is None)


def test_a_click_sets_a_point_on_both_stages_and_it_moves(lab):
    stage = lab("attractors")
    stage.window.hands.clear()
    views = [view_of(stage, key) for key in ("learned", "exact")]
    stage.until(lambda: all(layer_of(view, Points, "points") is None for view in views))
    QTest.mouseClick(views[0], Qt.MouseButton.LeftButton, pos=middle(views[0], 1.5, 1.5))
    for view in views:
        stage.until(lambda view=view: (points := layer_of(view, Points, "points")) is not None
                    and np.linalg.norm(points.xy - layer_of(view, Points, "starts").xy) > 0.1)  # fmt: skip
        assert layer_of(view, Points, "starts").xy[0] == pytest.approx([1.5, 1.5], abs=0.05)


def test_the_candidates_follow_the_cursor_and_sigma(lab):
    stage = lab("attractors")
    panel, exact = view_of(stage, "candidates"), view_of(stage, "exact")
    most = []
    for x, y in ((-1.5, 0.5), (1.5, -0.5)):
        QTest.mouseMove(exact, middle(exact, x, y))
        before = panel.picture
        stage.until(lambda before=before: panel.picture is not before)
        most.append(layer_of(panel, Bars).labels[0])
    assert most[0] != most[1]
    wanted = 0.8 if stage.player.session.experiment.lanes[0].recipe.objective.sigma < 0.8 else 0.05
    stage.player.edit("objective.sigma", wanted)
    stage.until(lambda: panel.picture.note == f"σ = {wanted:.3g}")
    share = float(layer_of(panel, Bars).values[0, 0])
    assert share < 0.3 if wanted == 0.8 else share > 0.3


def test_two_test_digits_are_joined_by_a_walk_and_every_channel_has_its_map(lab):
    stage = lab("conv")
    walk = layer_of(view_of(stage, "walk"), Images)
    assert walk.rows == ("g(h)", "pixels")
    stage.until(lambda: (maps := layer_of(view_of(stage, "maps"), Images)) is not None and maps.pixels.any())
