# SPDX-License-Identifier: MIT
"""Faults inside the engine process: a step that raises, explodes, hangs or dies; no memory, no disk, no manners."""

from __future__ import annotations

import sys
import time

import numpy as np
import psutil
import pytest

from engine import appetite, data
from engine.archive import load_checkpoint
from engine.history import History, Snapshot
from engine.ledger import Backlog
from engine.protocol.link import LinkError
from engine.protocol.messages import Build, Built, Change, Changed, Failed, Frame, Paused, Play, Saved, Step
from engine.protocol.recipe.editing import with_values
from tests.driving import Driver, experiment
from tests.faults.conftest import by_night, wait_until, wicked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are those of Unix")

SMALL = experiment("moons", "dae", model={"width": 8, "depth": 1})
VAE = experiment("moons", "vae", model={"width": 16, "depth": 1})
FIRST = 20


def losses(engine: Driver, build: int) -> dict[int, float]:
    """Loss by step, as it came, of one build."""
    found = [s for frame in engine.frames for s in frame.scalars if s.build == build and "loss" in s.values]
    return {int(step): float(value) for s in found for step, value in zip(s.steps, s.values["loss"], strict=True)}


def test_a_step_that_raises_is_said_undone_and_can_be_done_again_at_each_of_the_first_twenty():
    """Attempt k raises in step k; then k steps go well, and their losses are those of a run that nothing happened to."""
    calls = [k * k for k in range(1, FIRST + 1)]  # Σ_{j<k} 2j gradients came before the k of this attempt
    with Driver(argv=wicked("raises", *calls)) as engine:
        for k in range(1, FIRST + 1):
            engine.send(Build(run_id=k, experiment=SMALL, builds=(k,)), Step(count=k))
            failed = engine.until(Failed)
            assert (failed.kind, failed.values["step"], failed.values["back_to"]) == ("step_failed", k, 0)
            assert "bent on purpose" in failed.values["reason"]
            engine.send(Step(count=k))
            engine.until(Paused, lambda paused, k=k: paused.run_id == k and paused.steps["dae"] == k)
        engine.until(Frame, lambda frame: not frame.training and frame.lanes[0].step == FIRST)
        engine.send(Build(run_id=99, experiment=SMALL, builds=(99,)), Step(count=FIRST))
        engine.until(Frame, lambda frame: not frame.training and frame.run_id == 99 and frame.lanes[0].step == FIRST)
        assert losses(engine, FIRST) == losses(engine, 99)
        assert engine.end().orderly


def test_a_loss_that_explodes_brings_the_last_finite_weights_back_names_the_knob_and_training_goes_on(tmp_path):
    with Driver(tmp_path) as engine:
        engine.build(VAE)
        engine.train(60)
        engine.send(Change(lane="vae", values={"training.learning_rate": 1e6}), Play())
        failed = engine.until(Failed)
        assert failed.kind == "diverged"
        assert (failed.values["label"], failed.values["value"]) == ("learning rate", 1e6)
        assert failed.values["step"] > failed.values["back_to"] >= 0
        engine.until(Paused)
        engine.send(Change(lane="vae", values={"training.learning_rate": 1e-3}))
        engine.until(Changed)
        start = failed.values["back_to"]
        assert engine.train(100).steps == {"vae": start + 100}
        engine.until(Frame, lambda frame: not frame.training and frame.lanes[0].step == start + 100)
        _, found = engine.scalars("loss")
        assert np.isfinite(found).all()
        assert engine.end().orderly
    assert all(bool(t.isfinite().all()) for t in load_checkpoint(tmp_path).lanes[0].state.values() if t.is_floating_point())


def test_a_live_value_that_was_just_turned_is_the_suspect():
    with Driver(argv=wicked("poisons", 15)) as engine:
        engine.build(SMALL)
        engine.train(5)
        engine.send(Change(lane="dae", values={"objective.sigma": 2.5}), Step(count=20))
        failed = engine.until(Failed)
        assert (failed.kind, failed.values["label"], failed.values["value"]) == ("diverged_after", "noise", 2.5)
        assert engine.end().orderly


@pytest.mark.parametrize("k", [50, *by_night(49, 51)])
def test_weights_that_explode_beside_a_snapshot_never_become_one(k):
    """The figures of step k are those before its update: they are finite where the weights after it are not."""
    with Driver(argv=wicked("poisons", k)) as engine:
        engine.build(SMALL)
        engine.send(Step(count=120))
        failed = engine.until(Failed)
        assert (failed.kind, failed.values["back_to"]) == ("diverged", 0 if k <= 50 else 50)
        engine.until(Paused)
        assert engine.train(120).steps == {"dae": failed.values["back_to"] + 120}
        assert engine.end().orderly


def test_a_snapshot_whose_next_loss_explodes_is_given_up():
    history = History(Snapshot(0, {}))
    for step in (50, 100, 150):
        history.keep(Snapshot(step, {}))
    history.forget_from(150)
    assert history.steps == (0, 50, 100)
    history.forget_from(0)
    assert history.steps == (0,), "the beginning always stays"


@pytest.mark.parametrize(("fault", "kind"), [
    ("takes_all_memory", "step_without_memory"),
    pytest.param("lacks_device_memory", "step_without_memory", marks=pytest.mark.nightly),
    pytest.param("loses_the_device", "step_failed", marks=pytest.mark.nightly),
])  # fmt: skip
def test_a_step_without_memory_or_device_is_said_and_training_goes_on(fault, kind):
    with Driver(argv=wicked(fault, 5)) as engine:
        engine.build(SMALL)
        engine.send(Step(count=10))
        failed = engine.until(Failed)
        assert failed.kind == kind
        engine.until(Paused)
        assert engine.train(10).steps == {"dae": 10}
        assert engine.end().orderly


def test_a_recipe_larger_than_the_memory_is_refused_in_figures_and_the_present_run_plays_on():
    huge = with_values(SMALL, {"model.width": 8192, "model.depth": 16})
    with Driver() as engine:
        engine.build(SMALL)
        most = psutil.Process(engine.hello.pid).memory_info().rss
        engine.send(Build(run_id=2, experiment=huge, builds=(2,)))
        failed = engine.until(Failed)
        assert failed.kind == "out_of_memory"
        assert "it takes about" in failed.values["reason"]
        assert psutil.Process(engine.hello.pid).memory_info().rss - most < 100e6, "nothing of it was built"
        assert engine.train(20).steps == {"dae": 20}
        assert engine.end().orderly


@pytest.mark.parametrize("kind", ["supervised", "ae", "vae", "gan", "dae", "diffusion"])
def test_the_numbers_of_a_network_are_known_before_it_is_built(kind):
    from engine import models
    from engine.rng import generator

    for width, depth in ((7, 0), (12, 1), (9, 2), (33, 5)):
        what = experiment("moons", kind, model={"width": width, "depth": depth})
        examples, model = data.load(what.data, 0), what.lanes[0].recipe.model
        built = sum(p.numel() for p in models.build(model, examples, generator(0, "weights")).parameters())
        assert appetite.numbers(model, examples) == built


def test_figures_that_nobody_takes_are_thinned_and_the_newest_stays():
    backlog = Backlog(most=1000)
    for start in range(1, 100_001, 500):
        steps = np.arange(start, start + 500)
        backlog.add(steps, steps / 10, steps[:, None] * 2.0)
    taken = backlog.take()
    assert taken is not None
    steps, seconds, figures = taken
    assert len(steps) <= 1000
    assert steps[-1] == 100_000
    assert (np.diff(steps) > 0).all()
    np.testing.assert_array_equal(figures[:, 0], steps * 2.0)
    np.testing.assert_array_equal(seconds, steps / 10)
    assert backlog.take() is None


@pytest.mark.parametrize("fault", ["hangs_with_the_lock", *by_night("hangs")])
def test_an_engine_that_hangs_in_a_step_leaves_its_stacks_in_the_log(fault, tmp_path):
    log = tmp_path / "engine.log"
    with Driver(argv=wicked(fault, 5), log=log) as engine:
        engine.build(SMALL)
        engine.send(Step(count=10))
        wait_until(lambda: b"Timeout" in log.read_bytes() and b"backward" in log.read_bytes())
        assert b"train.py" in log.read_bytes()
        assert engine.kill().code == -9


@pytest.mark.parametrize(("fault", "code", "word"), [("dies", 3, ""), ("crashes", -11, "Segmentation fault")])
def test_an_engine_that_dies_in_a_step_is_known_by_its_exit_code_and_its_last_words(fault, code, word, tmp_path):
    with Driver(argv=wicked(fault, 5), log=tmp_path / "engine.log") as engine:
        engine.build(SMALL)
        engine.send(Step(count=10))
        with pytest.raises(AssertionError):
            engine.until(Paused)
        ending = engine.link.end()
        assert ending.code == code
        assert word in (tmp_path / "engine.log").read_text(errors="replace")


@pytest.mark.parametrize("fault", ["sends_garbage", *by_night("sends_no_message", "dies_in_mid_frame")])
def test_what_is_no_message_is_one_sentence_and_never_an_exception_of_another_kind(fault):
    with Driver(argv=wicked(fault, 3)) as engine:
        engine.build(SMALL)
        engine.send(Play())
        with pytest.raises(LinkError) as refusal:
            engine.until(Paused)
        assert "\n" not in str(refusal.value)


def test_a_full_disk_is_said_once_and_training_goes_on(tmp_path):
    with Driver(argv=wicked("writes_nothing", session=tmp_path)) as engine:
        engine.build(SMALL)
        engine.send(Play())
        failed = engine.until(Failed)
        assert failed.kind == "checkpoint_unwritten"
        assert str(tmp_path) in failed.values["file"]
        since = time.monotonic()
        engine.until(Frame, lambda frame: time.monotonic() - since > 3.0)  # another checkpoint was due meanwhile
        assert [message for message in engine.said if isinstance(message, Failed)] == [failed]
        assert not [message for message in engine.said if isinstance(message, Saved)]
        assert not list(tmp_path.glob("*.part")), "half a file is in everybody's way"
        assert engine.end().code == 0


def test_a_disk_that_answers_no_more_holds_neither_training_nor_the_farewell(tmp_path):
    with Driver(argv=wicked("never_syncs", session=tmp_path)) as engine:
        engine.build(SMALL)
        engine.send(Play())
        engine.until(Frame, lambda frame: frame.lanes[0].step > 200)
        engine.link.close()
        assert engine.link.end(wait_s=1.0).code == -9  # it was given its time


def test_what_libraries_print_breaks_no_message_and_the_log_stays_small(tmp_path):
    log = tmp_path / "engine.log"
    for _ in range(3):
        with Driver(argv=wicked("chatters"), log=log) as engine:
            engine.build(SMALL)
            assert engine.train(20).steps == {"dae": 20}
            assert engine.end().orderly
    assert sum(file.stat().st_size for file in tmp_path.glob("engine.log*")) < 16 * 2**20
    assert (tmp_path / "engine.log.1").exists()


def test_an_engine_that_heeds_no_credits_still_speaks_in_whole_messages():
    with Driver(argv=wicked("floods")) as engine:
        engine.stingy = True
        engine.build(SMALL)
        engine.train(500)
        assert len(engine.frames) > 2
        assert engine.end().orderly


def test_a_build_after_all_this_is_as_good_as_any():
    with Driver() as engine:
        assert isinstance(engine.build(SMALL), Built)
        assert engine.end().orderly
