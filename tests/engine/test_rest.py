# SPDX-License-Identifier: MIT
"""At rest the engine says when every panel has shown all that it measures: pictures for a file wait for that."""

from __future__ import annotations

from engine.protocol.messages import Frame, Play
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.anatomy import Anatomy
from engine.protocol.recipe.probes.rows import Denoised
from engine.protocol.recipe.probes.within import Spectrum
from tests.driving import Driver, experiment


def rests(frame: Frame) -> bool:
    """Whether this is the last word of the twentieth step."""
    return frame.lanes[0].step == 20 and not frame.training and not frame.measuring


def test_the_last_frame_says_that_nothing_measures_any_more_and_every_panel_has_spoken():
    panels = (Panel(key="rows", probe=Denoised()), Panel(key="anatomy", probe=Anatomy()))
    with Driver() as driver:
        driver.build(experiment("digits", "dae", model={"width": 16, "depth": 1}), panels)
        driver.train(20)
        if not any(map(rests, driver.frames)):
            driver.until(Frame, rests)
        spoken = {key for frame in driver.frames if frame.lanes[0].step == 20 for key in frame.pictures}
        assert spoken == {"rows", "anatomy"}


def test_what_was_measured_at_rest_is_not_owed_when_training_goes_on():
    """The Jacobians take a second; were it paid back out of a tenth of the time, all panels would stand still for ten."""
    panels = (Panel(key="rows", probe=Denoised()), Panel(key="spectrum", probe=Spectrum()))
    with Driver() as driver:
        driver.build(experiment("dial", "dae", data={"n": 300}, model={"width": 128, "depth": 3}), panels)
        driver.train(20)
        driver.until(Frame, lambda frame: not frame.training and not frame.measuring)
        driver.send(Play())
        begun = len(driver.said)
        driver.until(Frame, lambda frame: frame.training and "rows" in frame.pictures)
        assert sum(isinstance(message, Frame) for message in driver.said[begun:]) < 60
