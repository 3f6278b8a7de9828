# SPDX-License-Identifier: MIT
"""The session: what an edit asks of the engine, and that undo always leads back."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.protocol.messages import Build, Change
from engine.protocol.recipe.editing import RecipeError, from_plain, value_at, with_value
from engine.protocol.recipe.experiment import Experiment
from ui.session import Session, State, commands_between

ONE = from_plain({"data": {"name": "moons"}, "model": {"kind": "dae"}, "training": {"batch": 64}})
TWO = from_plain(
    {
        "data": {"name": "moons"},
        "lanes": [
            {"name": "left", "model": {"kind": "dae"}, "training": {"batch": 64}},
            {"name": "right", "model": {"kind": "vae"}, "training": {"batch": 64}},
        ],
    }
)
EDITS = st.one_of(
    st.tuples(st.just("training.learning_rate"), st.floats(1e-5, 1.0)),
    st.tuples(st.just("left.objective.sigma"), st.floats(0.01, 10.0)),
    st.tuples(st.just("flow.eta"), st.floats(0.0, 1.0)),
    st.tuples(st.just("left.flow.kind"), st.sampled_from(["update", "langevin"])),
    st.tuples(st.just("flow.sigma"), st.sampled_from(["training", 0.5])),
    st.tuples(st.just("right.objective.sigma_eps"), st.sampled_from(["learned", 0.1, 0.3])),
    st.tuples(st.just("model.width"), st.integers(1, 300)),
    st.tuples(st.just("right.model.latent"), st.integers(1, 2)),
    st.tuples(st.just("left.model.kind"), st.sampled_from(["dae", "vae"])),
    st.tuples(st.just("training.threads"), st.integers(0, 4)),
    st.tuples(st.just("data.n"), st.integers(64, 900)),
    st.tuples(st.just("data.name"), st.sampled_from(["moons", "digits"])),
    st.tuples(st.just("seed"), st.integers(0, 99)),
)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), EDITS, st.booleans()),
        st.sampled_from(["undo", "redo", "reset", "load"]).map(lambda name: (name, None, False)),
    ),
    max_size=25,
)


class PlayingEngine:
    """What the engine makes of the commands: an experiment, builds, and the parked runs."""

    def __init__(self) -> None:
        self.run_id = 0
        self.experiment: Experiment | None = None
        self.builds: tuple[int, ...] = ()

    def obey(self, command: object) -> None:
        if isinstance(command, Build):
            self.run_id, self.experiment, self.builds = command.run_id, command.experiment, command.builds
        elif isinstance(command, Change):
            for path, value in command.values.items():
                self.experiment = with_value(self.experiment, f"{command.lane}.{path}", value)

    @property
    def state(self) -> State:
        return State(self.run_id, self.experiment, self.builds)


def test_a_live_value_changes_the_running_lane_and_nothing_else():
    session = Session(ONE)
    old = session.state
    new = session.edit("training.learning_rate", 0.5)
    assert new.builds == old.builds
    assert commands_between(old, new) == (Change(lane="dae", values={"training.learning_rate": 0.5}),)


def test_a_live_value_of_all_lanes_is_one_change_for_each_that_has_it():
    session = Session(TWO)
    old = session.state
    commands = commands_between(old, session.edit("training.learning_rate", 0.5))
    assert [command.lane for command in commands] == ["left", "right"]
    old = session.state
    assert [command.lane for command in commands_between(old, session.edit("objective.beta", 2.0))] == ["right"]


def test_another_flow_moves_the_points_of_the_running_lane_and_builds_nothing():
    session = Session(from_plain({"data": {"name": "moons"}, "model": {"kind": "diffusion"}, "flow": {"kind": "update"}}))
    old = session.state
    new = session.edit("flow.kind", "anneal")
    assert new.builds == old.builds
    (change,) = commands_between(old, new)
    assert isinstance(change, Change)
    assert change.values["flow.kind"] == "anneal"
    assert change.values.keys() == {"flow.kind", "flow.start", "flow.end", "flow.bend", "flow.steps"}
    assert [command.values for command in commands_between(new, session.undo())] == [
        {"flow.kind": "update", "flow.eta": 0.12, "flow.sigma": "training"}
    ]


@pytest.mark.parametrize(("path", "value"), [("model.width", 7), ("training.threads", 1), ("training.device", "cpu")])
def test_what_is_not_live_builds_the_lane_anew(path, value):
    session = Session(ONE)
    old = session.state
    new = session.edit(path, value)
    assert new.run_id == old.run_id
    assert new.builds != old.builds
    assert commands_between(old, new) == (Build(run_id=new.run_id, experiment=new.experiment, builds=new.builds),)


def test_only_the_lane_that_was_edited_is_built_anew():
    session = Session(TWO)
    left, right = session.state.builds
    new = session.edit("right.model.width", 7)
    assert new.builds[0] == left
    assert new.builds[1] not in (left, right)


@pytest.mark.parametrize(("path", "value"), [("data.n", 100), ("data.name", "digits"), ("seed", 4)])
def test_new_data_or_a_new_seed_build_every_lane_anew(path, value):
    session = Session(TWO)
    old = session.state
    assert not set(session.edit(path, value).builds) & set(old.builds)


def test_a_rebuilt_lane_beside_a_changed_one_gives_both_commands():
    old = Session(TWO).state
    experiment = with_value(with_value(TWO, "left.objective.sigma", 2.0), "right.model.width", 9)
    build, change = commands_between(old, State(old.run_id, experiment, (old.builds[0], 99)))
    assert isinstance(build, Build)
    assert change == Change(lane="left", values={"objective.sigma": 2.0})


def test_an_engine_that_plays_nothing_gets_a_build():
    state = Session(ONE).state
    assert commands_between(None, state) == (Build(run_id=state.run_id, experiment=ONE, builds=state.builds),)
    assert commands_between(state, state) == ()


def test_reset_builds_every_lane_anew_and_undo_hands_the_old_builds_back():
    session = Session(TWO)
    old = session.state
    new = session.reset()
    assert new.experiment == old.experiment
    assert not set(new.builds) & set(old.builds)
    assert session.undo() == old


def test_a_drag_is_one_step_of_undo():
    session = Session(ONE)
    session.edit("objective.sigma", 0.4)
    for sigma in (0.5, 0.6, 0.7):
        session.edit("objective.sigma", sigma, held=True)
    session.edit("objective.sigma", 0.8)
    session.edit("objective.sigma", 0.9)
    seen = [value_at(session.undo().experiment, "dae.objective.sigma") for _ in range(3)]
    assert seen == [0.8, 0.4, 0.3]


def test_letting_go_where_the_slider_stands_ends_the_drag():
    session = Session(ONE)
    session.edit("flow.eta", 0.5, held=True)
    session.edit("flow.eta", 0.5)
    session.edit("flow.eta", 0.6)
    assert value_at(session.undo().experiment, "dae.flow.eta") == 0.5


def test_a_refused_edit_changes_nothing():
    session = Session(ONE)
    old = session.state
    with pytest.raises(RecipeError, match="batch"):
        session.edit("training.batch", 601)
    assert session.state == old
    assert not session.can_undo


def test_an_edit_that_changes_nothing_is_no_step_of_undo():
    session = Session(ONE)
    session.edit("seed", 3)
    assert not session.can_undo


def test_a_chapter_is_found_as_it_was_left():
    session = Session(ONE, "update")
    left = session.edit("objective.sigma", 2.0)
    opened = session.turn_to("training", TWO)
    assert opened.run_id != left.run_id
    assert not session.can_undo
    assert session.turn_to("update", ONE) == left
    assert session.undo().experiment == ONE


def play(session: Session, moves: list) -> list[State]:
    """Do the moves; the states in the order in which they came."""
    seen = [session.state]
    for name, edit, held in moves:
        if name == "edit":
            with contextlib.suppress(RecipeError):
                session.edit(*edit, held=held)
        elif name == "load":
            session.load(ONE if len(session.state.builds) == 2 else TWO)
        else:
            getattr(session, name)()
        seen.append(session.state)
    return seen


@settings(max_examples=60, deadline=None)
@given(moves=MOVES, edit=EDITS)
def test_undo_takes_back_exactly_the_last_edit(moves, edit):
    session = Session(TWO)
    old = play(session, moves)[-1]
    session.reset()
    before = session.state
    try:
        after = session.edit(*edit)
    except RecipeError:
        assert session.state == before
        return
    if after != before:
        assert session.undo() == before
        assert session.redo() == after
        session.undo()
    assert session.undo() == old


@settings(max_examples=60, deadline=None)
@given(moves=MOVES)
def test_one_build_never_stands_for_two_recipes_that_differ_in_more_than_live_values(moves):
    meaning: dict[int, tuple] = {}
    for state in play(Session(TWO), moves):
        assert len(set(state.builds)) == len(state.builds) == len(state.experiment.lanes)
        for build, lane in zip(state.builds, state.experiment.lanes, strict=True):
            recipe = lane.recipe
            fixed = (state.run_id, lane.name, state.experiment.data, state.experiment.seed, recipe.model,
                     recipe.training.batch, recipe.training.threads)  # fmt: skip
            assert meaning.setdefault(build, fixed) == fixed


@settings(max_examples=60, deadline=None)
@given(moves=MOVES)
def test_an_engine_that_obeys_the_commands_plays_the_state(moves):
    engine, old = PlayingEngine(), None
    for state in play(Session(TWO), moves):
        for command in commands_between(old, state):
            engine.obey(command)
        assert engine.state == state
        old = state


def test_a_branch_has_a_build_of_its_own_and_says_where_it_comes_from() -> None:
    session = Session(TWO)
    old = session.state
    new = session.branch({"left": 120, "right": 80})
    assert set(new.builds).isdisjoint(old.builds)
    assert new.origins == ((old.builds[0], 120), (old.builds[1], 80))
    (command,) = commands_between(old, new)
    assert isinstance(command, Build)
    assert command.origins == new.origins
    assert session.undo() == old


def test_a_live_edit_after_a_branch_keeps_its_origin_and_a_rebuild_loses_it() -> None:
    session = Session(ONE)
    first = session.state.builds[0]
    session.branch({"dae": 50})
    assert session.edit("objective.sigma", 0.9).origins == ((first, 50),)
    assert session.edit("model.width", 17).origins == ()


def test_a_comparison_doubles_one_lane_with_equal_steps_and_undo_leads_back() -> None:
    session = Session(ONE)
    old = session.state
    pair = session.compare("dae")
    assert [lane.name for lane in pair.experiment.lanes] == ["A", "B"]
    assert pair.experiment.share == "steps"
    assert pair.experiment.lane("A").recipe == pair.experiment.lane("B").recipe == ONE.lane("dae").recipe
    changed = session.edit("B.objective.sigma", 0.9)
    assert changed.builds == pair.builds
    assert changed.experiment.lane("A").recipe.objective != changed.experiment.lane("B").recipe.objective
    session.undo()
    assert session.undo() == old


def test_a_comparison_of_one_lane_of_two_leaves_the_other_alone() -> None:
    session = Session(TWO)
    old = session.state
    new = session.compare("left")
    assert [lane.name for lane in new.experiment.lanes] == ["left A", "left B", "right"]
    assert new.builds[2] == old.builds[1]


def test_the_device_that_the_engine_found_stands_in_the_recipe_and_is_nothing_to_undo_or_to_tell():
    session = Session(TWO)
    told = session.state
    left, right = told.builds
    session.edit("left.training.device", "cuda")  # before the engine has answered
    assert session.settle({left: "cpu", right: "cpu"})
    assert not session.settle({left: "cuda"})  # what stands there stays
    assert [lane.recipe.training.device for lane in session.experiment.lanes] == ["cuda", "cpu"]
    assert session.undo().builds == told.builds
    assert [lane.recipe.training.device for lane in session.experiment.lanes] == ["cpu", "cpu"]
    assert commands_between(told, session.state) == ()
    assert not session.can_undo
