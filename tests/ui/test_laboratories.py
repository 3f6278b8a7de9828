# SPDX-License-Identifier: MIT
"""The hands of both laboratories, in a real window: each is answered while the training stands still and while it runs."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Built, Pick, Watch
from engine.protocol.payloads import Bars, Images, Points
from tests.ui.looking import middle, seen, share_of
from ui.theme import theme_of


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
    data = layer_of(exact, Points, "data").xy
    for place in ((-1.5, 0.5), (1.5, -0.5)):
        QTest.mouseMove(exact, middle(exact, *place))
        nearest = int(np.argmin(np.linalg.norm(data - np.array(place), axis=1)))
        stage.until(lambda nearest=nearest: layer_of(panel, Bars).examples[0] == nearest)
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


# ---------------------------------------------------------------------------------------------- what is picked is marked in all


def hover(view, at):
    """The cursor moves over a view, without a button."""
    spot = QPointF(at)
    moved = QMouseEvent(QEvent.Type.MouseMove, spot, view.mapToGlobal(spot), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier)  # fmt: skip
    QApplication.sendEvent(view, moved)


def leave(view):
    """The cursor leaves a view."""
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))


def ring_in(view, xy):
    """Whether a ring of ink stands around a place of a plane; the place lies between pixels, so it may be one off."""
    center, pixels = middle(view, *xy), seen(view).astype(int)
    ink = np.array(theme_of(view).color("ink").getRgb()[:3])
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radii = 8.0 * theme_of(view).scale + np.array((-1.0, 0.0, 1.0))
    ways = radii[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)  # (3, 24, 2)
    spots = (np.array((center.x(), center.y())) + ways).round().astype(int)
    inked = np.abs(pixels[spots[..., 1], spots[..., 0]] - ink).max(axis=2) < 60  # (3, 24)
    return bool(inked.any(axis=0).mean() > 0.8)


def test_a_data_point_under_the_cursor_is_marked_on_both_stages_and_among_the_bars(lab):
    stage = lab("attractors")
    learned, exact, bars = (view_of(stage, key) for key in ("learned", "exact", "candidates"))
    data = layer_of(learned, Points, "data")
    place = tuple(data.xy[7].tolist())
    hover(learned, middle(learned, *place))
    example = stage.window.picking.example
    assert example is not None
    assert data.xy[example] == pytest.approx(data.xy[7], abs=0.1)
    assert [view.picked for view in (learned, exact, bars)] == [example] * 3, "at once, without asking the engine"
    assert ring_in(exact, layer_of(exact, Points, "data").xy[example])
    stage.until(lambda: layer_of(bars, Bars).examples[0] == example)
    leave(learned)
    assert {view.picked for view in (learned, exact, bars)} == {None}
    assert not ring_in(exact, layer_of(exact, Points, "data").xy[example])


def test_a_bar_under_the_cursor_is_marked_on_both_stages(lab):
    stage = lab("attractors")
    learned, exact, bars = (view_of(stage, key) for key in ("learned", "exact", "candidates"))
    third = QPointF(bars.width() / 2, next(y for y in range(bars.height()) if bars.example_at(QPointF(bars.width() / 2, y))
                                           == layer_of(bars, Bars).examples[2]) + 2)  # fmt: skip
    hover(bars, third)
    assert learned.picked == exact.picked == layer_of(bars, Bars).examples[2]
    leave(bars)
    assert learned.picked is None


def test_a_code_that_is_clicked_stays_picked_and_its_panels_show_that_image(lab):
    stage = lab("training")
    cloud, rows, posterior = (view_of(stage, key) for key in ("latent", "reconstructed", "posterior"))
    at = middle(cloud, *layer_of(cloud, Points, "codes").xy[42].tolist())
    hover(cloud, at)
    QTest.mouseClick(cloud, Qt.MouseButton.LeftButton, pos=at)
    leave(cloud)
    example = stage.window.picking.example
    assert example is not None
    assert {view.picked for view in (cloud, rows, posterior)} == {example}
    stage.until(lambda: layer_of(rows, Images).examples[0] == example)
    picture = layer_of(rows, Images).pixels[0, 0]
    stage.until(lambda: np.array_equal(layer_of(posterior, Images).pixels[0, 0], picture))
    hover(rows, rows.grids(theme_of(rows))[0][1].image(1).center())
    test = layer_of(rows, Images).examples[1]
    assert test != example
    stage.until(lambda: (mark := layer_of(cloud, Points, "picked")) is not None and mark.first == test)
    assert ring_in(cloud, layer_of(cloud, Points, "picked").xy[0])
    leave(rows)
    assert cloud.picked == example, "what was clicked comes back"
    QTest.mouseClick(cloud, Qt.MouseButton.LeftButton, pos=middle(cloud, 3.3, 3.3))
    leave(cloud)
    assert stage.window.picking.example is None


def test_a_panel_that_cannot_be_seen_neither_paints_nor_is_measured_for_a_pick(lab, monkeypatch):
    stage = lab("training")
    panels = stage.window.desk.panels
    cloud, rows = view_of(stage, "latent"), view_of(stage, "reconstructed")
    panels.open("reconstructed", False)
    painted, shown, sent = [], rows.picture, len(stage.sent)
    monkeypatch.setattr(type(rows), "draw", lambda *_: painted.append(1))
    hover(cloud, middle(cloud, *layer_of(cloud, Points, "codes").xy[5].tolist()))
    stage.until(lambda: layer_of(cloud, Images) is not None)
    assert rows.picked is not None
    assert not painted
    assert rows.picture is shown
    assert not any(isinstance(command, Watch) for command in stage.sent[sent + 1 :])
    leave(cloud)
    monkeypatch.undo()
    panels.open("reconstructed")


# ------------------------------------------------------------------------------------ what hangs on the cursor goes with it


def test_a_picture_that_comes_late_does_not_put_the_card_back(lab):
    stage = lab("training")
    cloud = view_of(stage, "latent")
    hover(cloud, middle(cloud, 1.0, 1.0))
    stage.until(lambda: layer_of(cloud, Images) is not None)
    late, past = cloud.picture, cloud.past
    card = layer_of(cloud, Images)
    leave(cloud)
    stage.until(lambda: layer_of(cloud, Images) is None)
    raised = theme_of(cloud).color("raised").name()  # the ground of a card, 1 % of the view at the least
    without = share_of(seen(cloud), raised, within=2)
    cloud.show_picture(late, past)  # a frame that was under way
    assert layer_of(cloud, Images) is card
    assert share_of(seen(cloud), raised, within=2) < without + 0.005
    hover(cloud, middle(cloud, 1.0, 1.0))
    cloud.show_picture(late, past)
    assert share_of(seen(cloud), raised, within=2) > without + 0.005, "with the cursor it is drawn"
    leave(cloud)


def test_a_chapter_that_went_away_under_the_cursor_comes_back_without_a_card(lab):
    stage = lab("training")
    cloud = view_of(stage, "latent")
    hover(cloud, middle(cloud, 1.0, 1.0))
    stage.until(lambda: layer_of(cloud, Images) is not None)
    stage.window.lecture.open("attractors")
    assert [command for command in stage.sent if isinstance(command, Pick)][-1] == Pick(), "though Qt never says leave"
    view_of(stage, "learned")
    stage.window.lecture.open("training")
    cloud = view_of(stage, "latent")
    stage.until(lambda: layer_of(cloud, Images) is None)


# ------------------------------------------------------------------------------------------------ the rest of what hands can do


def test_on_digits_a_click_begins_a_film_whose_nearest_examples_are_marked_on_the_stage(lab):
    stage = lab("update")
    stage.player.edit("data.name", "digits")
    plane, film = view_of(stage, "stage"), stage.window.desk.panels.frames["film"].view
    stage.until(lambda: plane.picture is not None and "plane holds" in plane.picture.axes.note)
    QTest.mouseClick(plane, Qt.MouseButton.LeftButton, pos=middle(plane, 0.5, 0.5))
    stage.until(lambda: film.picture is not None and layer_of(film, Images).pixels.shape[1] > 4)
    grid = film.grids(theme_of(film))[0][1]
    columns = layer_of(film, Images).pixels.shape[1]
    hover(film, grid.image(columns).center())  # the first of the second row: what is nearest to the start
    example = stage.window.picking.example
    assert example == layer_of(film, Images).examples[columns]
    assert plane.picked == example
    assert ring_in(plane, layer_of(plane, Points, "data").xy[example])
    leave(film)
    stage.window.hands.clear()
    stage.player.undo()
    stage.until(lambda: plane.picture is not None and "plane holds" not in plane.picture.axes.note)


@pytest.mark.nightly
def test_the_skips_of_the_u_net_can_be_taken_out_and_put_back(lab):
    stage = lab("within")
    before = stage.player.session.experiment
    stage.player.edit("model.kind", "unet")
    inner = stage.window.desk.panels.frames["inner"].view
    seen_so_far = []
    for skips in (True, False, True):
        built = len(stage.heard(Built))
        if stage.player.session.experiment.lanes[0].recipe.model.skips != skips:
            stage.player.edit("model.skips", skips)
            stage.until(lambda built=built: len(stage.heard(Built)) > built)
        stage.until(lambda: inner.picture is not None and layer_of(inner, Points, "data") is not None
                    and not any(inner.picture is old for old in seen_so_far))  # fmt: skip
        seen_so_far.append(inner.picture)
    while stage.player.session.experiment != before:
        stage.player.undo()
