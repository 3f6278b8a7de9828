# SPDX-License-Identifier: MIT
"""The pipe: nothing is lost, nothing piles up, and whatever happens at one end, the other ends tidily."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest
import torch

from engine.archive import load_checkpoint
from engine.protocol.line import HEADER, LinkError
from engine.protocol.link import MAGIC, Link
from engine.protocol.messages import PROTOCOL, Build, Failed, Frame, Hello, Paused, Play, Resume, Resumed, Saved, Step
from engine.protocol.places import own_command
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.stage import Stage
from engine.protocol.version import APP
from engine.protocol.wire import encode
from tests.driving import Driver, experiment

SMALL = experiment("moons", "dae", model={"width": 16, "depth": 1})
PANELS = (Panel(key="stage", probe=Stage()), Panel(key="curves", probe=Curves(names=("loss", "floor"))))


def test_every_scalar_arrives_once_and_in_order():
    with Driver() as engine:
        engine.build(SMALL, PANELS)
        engine.train(3000)
        engine.train(1)
        engine.until(Frame, lambda frame: not frame.training and frame.lanes[0].step == 3001)
        steps, losses = engine.scalars("loss")
        assert steps.tolist() == list(range(1, 3002))
        assert np.isfinite(losses).all()
        assert engine.end().orderly


def test_every_frame_shows_all_lanes_at_the_step_of_its_newest_scalar():
    with Driver() as engine:
        engine.build(SMALL)
        engine.train(500)
        engine.until(Frame, lambda frame: not frame.training)
        for frame in engine.frames:
            newest = [s.steps[-1] for s in frame.scalars if "loss" in s.values]
            assert all(step <= frame.lanes[0].step for step in newest)
        last = [scalars for frame in engine.frames for scalars in frame.scalars][-1]  # they may come with the frame before
        assert last.steps[-1] == engine.frames[-1].lanes[0].step == 500


def test_a_window_that_takes_no_frame_gets_two_and_the_memory_stays_flat():
    with Driver() as engine:
        engine.stingy = True
        engine.build(SMALL, PANELS)
        process = psutil.Process(engine.hello.pid)
        engine.train(2000)
        before = process.memory_info().rss
        engine.train(20_000)
        assert len(engine.frames) == 2
        # What grows is the engine's own: snapshots for rewinding, within their budget, and the scalars that wait.
        assert process.memory_info().rss - before < 40e6
        assert engine.end().orderly


def test_a_killed_engine_is_seen_and_another_goes_on_from_the_checkpoint_with_the_same_weights(tmp_path: Path):
    with Driver(tmp_path) as first:
        first.build(SMALL)
        first.send(Play())
        first.until(Saved, lambda saved: saved.steps["dae"] > 0)
        ending = first.kill()
    assert (ending.orderly, ending.code) == (False, -9)
    kept = load_checkpoint(tmp_path).lanes[0]
    with Driver(tmp_path) as second:
        second.send(Resume())
        resumed = second.until(Resumed)
        assert resumed.steps == {"dae": kept.step}
        assert resumed.experiment == SMALL
        second.train(100)
        assert second.end().orderly
    straight = tmp_path / "straight"
    with Driver(straight) as third:
        third.build(SMALL)
        third.train(kept.step + 100)
        assert third.end().orderly
    one, other = (load_checkpoint(folder).lanes[0].state for folder in (tmp_path, straight))
    assert [key for key in one if key != "seconds" and not torch.equal(one[key], other[key])] == []


def test_a_session_without_a_checkpoint_is_said(tmp_path: Path):
    with Driver(tmp_path) as engine:
        engine.send(Resume())
        assert engine.until(Failed).kind in ("no_checkpoint", "checkpoint_unreadable")


def started(session: Path) -> subprocess.Popen[bytes]:
    """An engine whose pipe we write by hand; its hello has been read."""
    words = [*own_command(), "engine", "--session", str(session)]
    engine = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert engine.stdout is not None
    assert engine.stdout.read(len(MAGIC)) == MAGIC
    return engine


def framed(*messages: bytes) -> bytes:
    return b"".join(len(body).to_bytes(HEADER, "little") + body for body in messages)


def test_the_end_of_its_input_ends_the_engine_with_code_0_and_a_checkpoint(tmp_path: Path):
    engine = started(tmp_path)
    commands = (Build(run_id=1, experiment=SMALL, builds=(1,)), Step(count=100))
    _, errors = engine.communicate(framed(*map(encode, commands)), timeout=60)
    assert engine.returncode == 0, errors
    assert load_checkpoint(tmp_path).experiment == SMALL


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, framed(b"\xc1\xc1"), framed(b"\x80"), b"\x05\x00\x00\x00ab"],
    ids=["http", "ones", "no msgpack", "no command", "cut short"],
)
def test_garbage_on_its_input_ends_the_engine_tidily(garbage: bytes, tmp_path: Path):
    engine = started(tmp_path)
    _, errors = engine.communicate(garbage, timeout=60)
    assert engine.returncode == 0
    assert b"Traceback" not in errors
    assert len(errors.splitlines()) == 1


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_banner_bytes_before_the_magic_are_skipped(tmp_path: Path):
    banner = "import os, sys; os.write(1, b'Welcome to node 7\\x00\\xff\\n' * 50); os.execv(sys.argv[1], sys.argv[1:])"
    with Driver(argv=[*python(banner), *own_command(), "engine"]) as engine:
        assert engine.hello.pid > 0
        assert engine.end().orderly


#: the hello of a version that nobody has written yet: it says more, and other things
NEWER = msgspec.msgpack.encode({"say": "hello", "protocol": 7, "app": "3.0", "torch": ["4.1", "rocm"], "moods": {"calm": 1}})


def hello(protocol: int, app: str) -> bytes:
    return encode(Hello(protocol=protocol, app=app, torch="9", device="cpu", threads=1, pid=1, session=""))


def speaking(data: bytes, times: int = 1) -> list[str]:
    return python(f"import sys; sys.stdout.buffer.write({data!r} * {times}); sys.stdout.flush(); sys.stdin.read()")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (speaking(MAGIC + framed(hello(99, APP))), rf"the engine is Attractor {APP} \(protocol 99\), this window is Attractor"),
        (speaking(MAGIC + framed(hello(PROTOCOL, "9.9"))), r"the engine is Attractor 9\.9 \(protocol 2\), .* update the older"),
        (speaking(MAGIC + framed(NEWER)), r"the engine is Attractor 3\.0 \(protocol 7\), this window is Attractor"),
        (speaking(MAGIC + framed(b"\xc1")), "the engine's first word was no hello"),
        (speaking(MAGIC + framed(encode(Paused(run_id=1, steps={})))), "the engine's first word was no hello"),
        (speaking(MAGIC + b"\xff\xff\xff\xff"), "a message of 4294967295 bytes is not ours"),
        (speaking(b"bash: attractor: command not found\n", 40_000), "what was started is no engine: it never said hello"),
    ],
)
def test_what_is_no_engine_of_ours_is_one_sentence(other: list[str], sentence: str):
    link = Link(other)
    with pytest.raises(LinkError, match=sentence) as refusal:
        link.shake_hands()
    assert "\n" not in str(refusal.value)
    link.kill()
    link.end()
    assert link.process.stdout is not None
    link.process.stdout.close()


def test_a_command_that_does_not_exist_is_one_sentence():
    with pytest.raises(LinkError, match="cannot start /no/such/engine: No such file or directory"):
        Link(["/no/such/engine"])


def test_commands_sent_before_the_build_is_done_are_obeyed_in_order():
    with Driver() as engine:
        engine.send(Build(run_id=1, experiment=SMALL, builds=(1,)), Step(count=7), Play())
        engine.send(Build(run_id=2, experiment=SMALL, builds=(2,)), Step(count=5))
        paused = engine.until(Paused, lambda paused: paused.run_id == 2 and paused.steps["dae"] == 5)
        assert paused.steps == {"dae": 5}
