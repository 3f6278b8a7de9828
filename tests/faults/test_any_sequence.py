# SPDX-License-Identifier: MIT
"""Any sequence of what one can do, over the real window, session and engine: weights stay finite, the screen shows what the
engine plays, and nothing is left over. One engine serves many examples; only the kill rule ends it.
"""

from __future__ import annotations

import gc
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from engine.archive import Checkpoint, read_checkpoint
from engine.protocol.messages import Built, Event, Failed, Kept, Paused, Resumed, Save
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.experiment import Experiment, encode
from tests.driving import experiment
from tests.faults.conftest import children, open_files
from tests.ui.conftest import Stage

KILLS = 2  #: in the daily run: each costs the start of an engine
FREQUENT = 25  #: of so many tries to kill, one is let through
STILL_S = 120.0


def two_lanes() -> Experiment:
    lanes = [{"name": name, "recipe": {"model": {"kind": kind, "width": 8}, "training": {"threads": 1, "device": "cpu"}}}
             for name, kind in (("one", "dae"), ("two", "vae"))]  # fmt: skip
    return from_plain({"data": {"name": "circles", "n": 200}, "lanes": lanes})


EXPERIMENTS = [
    experiment("moons", "dae", data={"n": 200}, model={"width": 8, "depth": 1}),
    experiment("moons", "vae", data={"n": 200}, model={"width": 8, "depth": 0}),
    experiment("circles", "diffusion", data={"n": 200}, model={"width": 8, "depth": 1}),
    experiment("digits", "ae", model={"width": 8, "depth": 1}),
    two_lanes(),
]
LIVE = {
    "training.learning_rate": st.sampled_from([1e-4, 1e-3, 3e-2, 0.9]), "objective.sigma": st.sampled_from([0.1, 0.3, 1.0]),
    "objective.beta": st.sampled_from([0.0, 1.0, 4.0]), "flow.eta": st.sampled_from([0.05, 0.2, 1.0]),
}  # fmt: skip
REBUILDING = {"model.width": st.integers(4, 12), "model.depth": st.integers(0, 2), "seed": st.integers(0, 9),
              "data.n": st.sampled_from([100, 300])}  # fmt: skip


class Classroom(RuleBasedStateMachine):
    """Whatever somebody may do."""

    stage: ClassVar[Stage]
    kills: ClassVar[int] = 0
    most_kills: ClassVar[int] = KILLS
    tried: ClassVar[int] = 0
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.player = self.stage.player
        self.window = self.stage.window
        self.player.troupe.reported.connect(self.events.append)
        self.folder = Path(tempfile.mkdtemp(prefix="any-", dir=self.stage.folder))
        self.saved: list[Path] = []
        self.put_on(EXPERIMENTS[0])

    def put_on(self, what: Experiment) -> None:
        file = self.folder / "recipe.attractor"
        file.write_bytes(encode(what))
        self.window.papers.load(str(file))
        self.answered()

    def answered(self) -> None:
        """Wait until the engine plays what the session says, and nothing is asked of it any more."""
        state = self.player.session.state
        self.stage.until(lambda: self.plays() == (state.run_id, state.builds), STILL_S)

    def plays(self) -> tuple[int, tuple[int, ...]]:
        """The run and the builds that the engine said it plays."""
        for event in reversed(self.stage.said):
            if isinstance(event, Built):
                return event.run_id, tuple(lane.build for lane in event.lanes)
            if isinstance(event, Resumed):
                return event.run_id, event.builds
        return 0, ()

    def shown(self) -> dict[str, int]:
        """The steps on the screen."""
        moment = self.player.reel.now(self.player.session.state.run_id)
        return {lane.name: lane.step for lane in moment.lanes} if moment is not None else {}

    def on_the_screen(self) -> tuple[int, ...]:
        """The builds whose figures the screen shows."""
        moment = self.player.reel.now(self.player.session.state.run_id)
        return tuple(lane.build for lane in moment.lanes) if moment is not None else ()

    def checkpoint(self) -> Checkpoint:
        """What the engine has, as it sends it."""
        count = len(self.stage.said)
        self.player.troupe.send(Save())
        parts = lambda: [event for event in self.stage.said[count:] if isinstance(event, Kept)]  # noqa: E731
        self.stage.until(lambda: parts() and sum(part.values.size for part in parts()) >= parts()[0].size, STILL_S)
        file = self.folder / "now.safetensors"
        file.write_bytes(b"".join(part.values.tobytes() for part in parts()))
        return read_checkpoint(file)

    # ------------------------------------------------------------------------------------------------ what one can do

    @rule(which=st.integers(0, len(EXPERIMENTS) - 1))
    def load(self, which: int) -> None:
        self.put_on(EXPERIMENTS[which])

    @rule()
    def play(self) -> None:
        if not self.player.troupe.playing:
            self.window.deeds["play"].trigger()
            self.stage.until(lambda: self.player.troupe.playing, STILL_S)

    @rule()
    def pause(self) -> None:
        if self.player.troupe.playing:
            self.window.deeds["play"].trigger()
            self.stage.until(lambda: not self.player.troupe.playing, STILL_S)

    @rule(count=st.integers(1, 5))
    def step(self, count: int) -> None:
        said = len(self.stage.heard(Paused))
        self.player.troupe.step(count)
        self.stage.until(lambda: len(self.stage.heard(Paused)) > said, STILL_S)

    @rule(data=st.data(), path=st.sampled_from(sorted(LIVE)))
    def change(self, data: st.DataObject, path: str) -> None:
        self.edit(path, data.draw(LIVE[path]))

    @rule(data=st.data(), path=st.sampled_from(sorted(REBUILDING)))
    def rebuild(self, data: st.DataObject, path: str) -> None:
        self.edit(path, data.draw(REBUILDING[path]))

    def edit(self, path: str, value: object) -> None:
        try:
            self.player.edit(path, value)
        except RecipeError:
            return  # this recipe has no such value
        self.answered()

    @rule(index=st.integers(0, 8))
    def watch(self, index: int) -> None:
        """Close a panel, or bring all back."""
        seen = self.window.desk.panels.seen
        if index < len(seen) - 1:
            self.window.desk.panels.open(seen[index].place.panel.key, False)
        else:
            self.window.deeds["restore"].trigger()

    @rule(xy=st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=20))
    def spawn(self, xy: list[tuple[float, float]]) -> None:
        self.window.hands.spawn(np.array(xy))

    @rule()
    def release(self) -> None:
        self.window.deeds["release"].trigger()

    @rule(place=st.floats(0, 1))
    def rewind(self, place: float) -> None:
        count = self.player.reel.count(self.player.session.state.run_id)
        self.window.desk.timeline.scrub.go(round(place * max(0, count - 1)))

    @rule(place=st.floats(0, 1))
    def branch(self, place: float) -> None:
        self.rewind(place)
        self.window.deeds["branch"].trigger()
        self.answered()

    @rule()
    def reset(self) -> None:
        self.window.deeds["reset"].trigger()
        self.answered()

    @rule()
    def compare(self) -> None:
        """No precondition: `undo` leads back into examples before, and Hypothesis wants to know the rules from this one."""
        if len(self.player.session.experiment.lanes) >= 3:
            return
        self.window.deeds["compare"].trigger()
        self.answered()

    @rule(back=st.booleans())
    def undo(self, back: bool) -> None:
        self.window.deeds["undo" if back else "redo"].trigger()
        self.answered()

    @rule()
    def save(self) -> None:
        file = self.folder / f"{len(self.saved)}.run"
        self.window.keeper.save_run(str(file))
        self.stage.until(file.exists, STILL_S)
        self.saved.append(file)

    @precondition(lambda self: self.saved)
    @rule(data=st.data())
    def open(self, data: st.DataObject) -> None:
        self.window.papers.load(str(data.draw(st.sampled_from(self.saved))))
        self.answered()

    @rule(way=st.sampled_from([1, -1]))
    def wait(self, way: int) -> None:
        """Let it play for a moment."""
        end = time.monotonic() + 0.03
        self.stage.until(lambda: time.monotonic() > end)

    @rule()
    def kill(self) -> None:
        Classroom.tried += 1
        if self.kills >= self.most_kills or self.tried % FREQUENT != 1:
            return
        Classroom.kills += 1
        deaths = self.player.troupe.deaths
        os.kill(self.player.troupe.hello.pid, signal.SIGKILL)
        self.stage.until(lambda: self.player.troupe.deaths > deaths, STILL_S)
        self.stage.said.clear()
        self.window.desk.banner.button.click()
        self.answered()

    # --------------------------------------------------------------------------------------------------- what must hold

    @invariant()
    def the_screen_shows_what_the_session_says(self) -> None:
        Classroom.steps += 1
        state = self.player.session.state
        assert self.plays() == (state.run_id, state.builds)
        self.stage.until(lambda: self.on_the_screen() == state.builds, STILL_S)
        assert [e for e in self.events if isinstance(e, Failed) and e.kind not in ("diverged", "diverged_after")] == []
        troubles = self.window.property("troubles")
        assert troubles is None or troubles.counts == {}

    def teardown(self) -> None:
        """At rest the engine has the very experiment of the session, in its builds, at the steps of the screen; all finite."""
        self.pause()
        self.answered()
        state, kept = self.player.session.state, self.checkpoint()
        assert (kept.run_id, tuple(lane.build for lane in kept.lanes)) == (state.run_id, state.builds)
        assert kept.experiment == state.experiment
        for lane in kept.lanes:
            assert all(bool(t.isfinite().all()) for t in lane.state.values() if t.is_floating_point())
        steps = {lane.name: kept.step for lane, kept in zip(kept.experiment.lanes, kept.lanes, strict=True)}
        self.stage.until(lambda: self.shown() == steps, STILL_S)
        self.player.troupe.reported.disconnect(self.events.append)
        for file in self.folder.iterdir():
            file.unlink()
        self.folder.rmdir()


def threads() -> int:
    """Those of the system: Python counts some that are gone."""
    return psutil.Process().num_threads()


def run(stage_for, examples: int, steps: int, kills: int) -> None:
    """Run the machine, and hold what it left against what there was."""
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    Classroom.stage, Classroom.kills, Classroom.most_kills, Classroom.tried, Classroom.steps = stage, 0, kills, 0, 0
    before = children(), threads(), open_files()
    since = time.monotonic()
    run_state_machine_as_test(Classroom, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), database=None,
        derandomize=kills == KILLS, print_blob=True,
    ))  # fmt: skip
    gc.collect()
    stage.until(lambda: threads() <= before[1])  # those of the system, which ends them when it likes
    after = children(), threads(), open_files()
    assert len(after[0]) == len(before[0]), "a process was left behind"
    assert after[1] <= before[1], "a thread was left behind"
    assert after[2] <= before[2] + 2, "a file was left open"
    assert list(stage.folder.glob("any-*")) == []
    print(f"\n{examples} examples, {Classroom.steps} steps, {Classroom.kills} kills of the engine "
          f"in {time.monotonic() - since:.0f} s; processes, threads, files: "
          f"{[len(before[0]), *before[1:]]} → {[len(after[0]), *after[1:]]}")  # fmt: skip


def test_any_sequence_of_thirty(stage_for):
    run(stage_for, 30, 10, KILLS)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_any_sequence_of_three_hundred(stage_for):
    run(stage_for, 300, 30, 100)


