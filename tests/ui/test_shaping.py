# SPDX-License-Identifier: MIT
"""The curve of σ under a hand: it goes where the hand is, as an edit of the flow that one undo takes back."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.protocol.messages import Built, Change
from engine.protocol.recipe.flows.anneal import Anneal, reshaped, sigma_at
from ui.views import ticks


@settings(deadline=None, max_examples=60)
@given(bend=st.floats(1.0, 10.0), share=st.floats(0.1, 0.9), start=st.floats(1.0, 50.0), steps=st.integers(20, 200))
def test_the_curve_comes_to_lie_under_the_hand(bend: float, share: float, start: float, steps: int) -> None:
    wanted = sigma_at(Anneal(start=start, bend=bend), share)
    field, value = reshaped(Anneal(start=start, bend=3.3, steps=steps), share * (steps - 1), wanted)
    assert field == "bend"
    found = sigma_at(Anneal(start=start, bend=value), share)
    assert found == pytest.approx(wanted, rel=0.05)  # ρ has three digits


def test_sigma_at_is_the_formula_of_karras() -> None:
    flow, t = Anneal(start=5.0, end=0.05, bend=3.0), np.linspace(0, 1, 20)
    expected = (5.0 ** (1 / 3) + t * (0.05 ** (1 / 3) - 5.0 ** (1 / 3))) ** 3
    np.testing.assert_allclose([sigma_at(flow, share) for share in t], expected, rtol=1e-9)


def test_at_its_beginning_the_curve_is_taken_by_its_start_and_never_below_its_end() -> None:
    assert reshaped(Anneal(), 0.0, 4.0) == ("start", 4.0)
    assert reshaped(Anneal(end=0.01), 0.0, -3.0) == ("start", 0.02)
    assert reshaped(Anneal(), 0.5 * 49, 100.0)[1] == pytest.approx(0.2, abs=0.01)  # as far as it bends


@pytest.mark.parametrize("scale", ["linear", "log", "symlog"])
def test_a_height_of_the_axis_is_read_back(scale: ticks.Scale) -> None:
    for value in (0.02, 1.0, 70.0):
        height = float(ticks.scaled(np.array([value]), scale, 0.3)[0])
        assert ticks.unscaled(height, scale, 0.3) == pytest.approx(value)


def test_a_drag_bends_the_schedule_and_one_undo_takes_it_back(stage_for) -> None:
    stage = stage_for("diffusion")
    panels, session = stage.window.desk.panels, stage.player.session
    stage.until(lambda: stage.heard(Built) and panels.seen)
    panels.enlarge("schedule")
    view = panels.frames["schedule"].view
    stage.until(lambda: view.picture is not None)

    def flow() -> Anneal:
        found = next(lane for lane in session.experiment.lanes if lane.name == "diffusion").recipe.flow
        assert isinstance(found, Anneal)
        return found

    def at(update: float, sigma: float) -> QPointF:
        chart = view._held or view._chart(stage.window.appearance.theme)
        assert chart is not None
        return QPointF(*chart.pixel(update, sigma))

    before = flow()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(20.0, sigma_at(before, 20 / 49)).toPoint())
    for sigma in (2.0, 3.0, 4.0):
        QTest.mouseMove(view, at(20.0, sigma).toPoint())
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(20.0, 4.0).toPoint())
    assert flow().bend < before.bend
    assert sigma_at(flow(), 20 / 49) == pytest.approx(4.0, abs=0.3)  # a pixel
    assert flow() == msgspec.structs.replace(before, bend=flow().bend)
    stage.until(lambda: view.picture.layers[0].y[20] == pytest.approx(sigma_at(flow(), 20 / 49), rel=1e-4))
    assert any(isinstance(c, Change) and "flow.bend" in c.values for c in stage.sent), "without a rebuild"
    stage.player.undo()
    assert flow() == before
