# SPDX-License-Identifier: MIT
"""A panel's own settings: made from what its probe declares, told to the engine, kept while the panel stays."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.protocol.chapter import Place
from engine.protocol.link import coalesced
from engine.protocol.messages import LaneState, Watch
from engine.protocol.payloads import Picture
from engine.protocol.recipe.part import Probe
from engine.protocol.recipe.probes import PROBES, Panel
from engine.protocol.recipe.probes.density import Density
from engine.protocol.recipe.probes.gradient_step import GradientStep
from engine.protocol.recipe.probes.kl_bars import KlBars
from engine.protocol.recipe.probes.likelihood import Likelihood
from tests.ui.looking import on_screen
from ui.arrangement import Arrangement
from ui.controls.knobs import Knobs
from ui.reel import Moment, Past

PLACES = (
    Place(key="step", probe=GradientStep(), place="stage"),
    Place(key="p", probe=Density(eps=0.1), place="stage"),
    Place(key="bars", probe=KlBars()),
    Place(key="tests", probe=Likelihood()),
)


@pytest.fixture
def panels(qtbot: QtBot, qapp: QApplication) -> Arrangement:
    """An arrangement that is on the screen."""
    found = Arrangement()
    found.show_places(PLACES)
    return on_screen(qtbot, qapp, found, (1200, 800))


@pytest.mark.parametrize("kind", PROBES, ids=lambda kind: kind.__struct_config__.tag)
def test_what_a_probe_declares_can_be_set_and_stays_valid(kind: type[Probe], qtbot: QtBot) -> None:
    knobs = Knobs(kind())
    qtbot.addWidget(knobs)
    for name, field in knobs.fields.items():
        value = getattr(knobs.probe, name)
        told: list[Probe] = []
        knobs.turned.connect(told.append)
        field.settled.emit(not value if isinstance(value, bool) else value + 1)
        assert getattr(told[-1], name) != value
        assert type(getattr(told[-1], name)) is type(value)


def test_on_the_stage_settings_are_in_sight_below_only_where_asked_for(panels: Arrangement) -> None:
    assert not panels.frames["step"].knobs.isHidden()
    assert panels.frames["bars"].knobs.isHidden()
    assert panels.frames["tests"].knobs.isHidden()
    panels.frames["tests"].head.settings.click()
    assert not panels.frames["tests"].knobs.isHidden()


def test_a_turned_knob_is_told_to_the_engine_and_kept(panels: Arrangement) -> None:
    told: list[tuple[Panel, ...]] = []
    panels.watched.connect(told.append)
    panels.frames["p"].knobs.fields["eps"].moved.emit(0.02)
    (watched,) = told
    assert next(panel for panel in watched if panel.key == "p").probe == Density(eps=0.02)
    panels.show_places(PLACES)
    assert panels.frames["p"].place.probe == Density(eps=0.02)
    panels.show_places((Place(key="p", probe=Density(eps=0.3), place="stage"),))
    assert panels.frames["p"].place.probe == Density(eps=0.3)


def test_of_a_knob_in_the_hand_only_the_newest_setting_counts() -> None:
    first, last = (Watch(panels=(Panel(key="p", probe=Density(eps=eps)),)) for eps in (0.2, 0.1))
    assert coalesced([first, last]) == [last]


@pytest.mark.parametrize(("step", "speed", "key", "note"), [
    (900, 1000.0, "tests", "said"),
    (5000, 1000.0, "tests", "step 100 · said"),
    (101, 0.0, "tests", "step 100 · said"),
    (5000, 1000.0, "bars", "said"),
])  # fmt: skip
def test_a_slow_picture_of_more_than_a_second_ago_says_of_which_step_it_is(
    panels: Arrangement, step: int, speed: float, key: str, note: str
) -> None:
    picture = Picture(step=100, layers=(), note="said")
    lane = LaneState(name="vae", build=1, step=step, steps_per_s=speed, train_s=1.0)
    frame = panels.frames[key]
    frame.show_moment(Moment(1, True, (lane,), {key: picture}, Past()))
    assert frame.note == note
