# SPDX-License-Identifier: MIT
"""Hidden panels cost nothing: with all but one hidden the network learns as fast as in a window that never had the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.protocol.messages import Built
from tests.bench.timing import alternate
from tests.ui.conftest import Stage

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
SECONDS = 4.0  #: of training, for each figure
LEAST = 0.97


@pytest.fixture
def window(qapp, tmp_path: Path) -> Iterator[Callable[[], Stage]]:
    """A maker of windows over the chapter with the most panels, each with a session of its own."""
    made: list[Stage] = []

    def make() -> Stage:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Stage(qapp, folder, "training"))
        made[-1].until(lambda: made[-1].heard(Built) and made[-1].window.desk.panels.seen)
        return made[-1]

    yield make
    for stage in made:
        stage.close()


def speed(stage: Stage) -> float:
    """Steps for each second of training, while the other window rests."""
    stage.player.troupe.play()
    stage.until(lambda: stage.player.troupe.playing)

    def moment():
        return stage.player.reel.now(stage.player.session.state.run_id).lanes[0]

    start = moment()
    stage.until(lambda: moment().train_s - start.train_s >= SECONDS)
    end = moment()
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing)
    return (end.step - start.step) / (end.train_s - start.train_s)


def test_with_all_but_one_panel_hidden_it_learns_as_fast_as_if_there_were_no_others(window: Callable[[], Stage]) -> None:
    hides, never = window(), window()
    panels = hides.window.desk.panels
    only = next(frame.origin for frame in panels.frames.values() if frame.place.key == "loss" or frame.place.place == "below")
    never.window.desk.panels.show_places((only,))
    assert len(panels.seen) >= 4
    panels.enlarge(only.key)
    assert [frame.place.key for frame in panels.seen] == [only.key]
    found = alternate({"hides": lambda: speed(hides), "never": lambda: speed(never)}, rounds=5)
    assert found["hides"] >= LEAST * found["never"], found
