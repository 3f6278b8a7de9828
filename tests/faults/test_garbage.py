# SPDX-License-Identifier: MIT
"""Garbage on the pipe and in files: nothing crashes, nothing is run, and what is refused is refused in a sentence."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.protocol.chapters import ChapterError
from engine.protocol.chapters import read as read_chapter
from engine.protocol.library import SourceError, read_recipe, recipe_in
from engine.protocol.messages import Built, Command, Frame, LaneState, Report, Scalars
from engine.protocol.places import resources
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.experiment import encode as recipe_text
from engine.protocol.wire import WireError, decode_command, decode_report, encode
from tests.driving import experiment
from ui.arrays import Arrays
from ui.runfile import Curves, RunFileError, SavedRun, read_run, write_run

MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
SMALL = experiment("moons", "dae", model={"width": 8})
SCALARS = Scalars(lane="dae", build=1, steps=np.arange(3), seconds=np.ones(3), values={"loss": np.ones(3)})
LANE = LaneState(name="dae", build=1, step=3, steps_per_s=1.0, train_s=0.1)
FRAME = Frame(run_id=1, number=1, training=True, lanes=(LANE,), scalars=(SCALARS,), pictures={})
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with some of them changed, cut out, doubled or cut off."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how = draw(st.sampled_from(["set", "flip", "cut", "double", "end", "insert"]))
        if how == "set" and data:
            data[at] = draw(st.integers(0, 255))
        elif how == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del data[at : at + draw(st.integers(1, 9))]
        elif how == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
        elif how == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=6))
        else:
            del data[at:]
    return bytes(data)


def refusal(read: Callable[[], object], kind: type[Exception]) -> str:
    """Why it was refused; nothing where it was not. Another kind of error is the test's."""
    try:
        read()
    except kind as error:
        return str(error)
    return ""


@MANY
@given(data=st.binary(max_size=200) | mutated(encode(FRAME)) | PLAIN.map(msgspec.msgpack.encode))
def test_bytes_are_a_report_or_are_refused(data):
    with contextlib.suppress(WireError):
        assert isinstance(decode_report(data), Report)


@MANY
@given(data=st.binary(max_size=200) | mutated(encode(Built(run_id=1, lanes=()))) | PLAIN.map(msgspec.msgpack.encode))
def test_bytes_are_a_command_or_are_refused(data):
    with contextlib.suppress(WireError):
        assert isinstance(decode_command(data), Command)


@MANY
@given(plain=PLAIN | st.builds(lambda part, value: {**json.loads(recipe_text(SMALL)), part: value},
                               st.sampled_from(["data", "lanes", "seed", "model", "share", "x"]), PLAIN))  # fmt: skip
def test_anything_is_a_recipe_or_is_refused_in_one_sentence(plain):
    said = refusal(lambda: from_plain(plain), RecipeError)
    assert "\n" not in said
    assert len(said) < 2000


@MANY
@given(data=mutated(recipe_text(SMALL)))
def test_a_recipe_with_changed_bytes_is_one_or_is_refused_with_its_name(data):
    said = refusal(lambda: recipe_in(data.decode("utf-8", "surrogateescape"), "the file"), SourceError)
    assert not said or said.startswith("the file")


@pytest.mark.parametrize("text", [
    "[" * 100_000, '{"seed": ' + "9" * 30_000 + "}", '{"seed": true}', '{"seed": "7"}', '{"data": {"name": "moons", "n": NaN}}',
    "\ufeff{}", '{"data": 1, "data": 2}', "null", "",
    '{"model": {"kind": "__import__"}}', '{"model": {"kind": "dae", "width": -3}}',
    '{"data": {"name": "pictures", "folder": "\\\\\\\\evil\\\\share"}}', '{"data": {"name": "http://evil/x"}}',
])  # fmt: skip
def test_recipes_that_somebody_thought_about(text):
    with pytest.raises(SourceError) as refusal:
        recipe_in(text, "the file")
    assert "\n" not in str(refusal.value)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_run_with_changed_bytes_is_one_or_is_refused(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    whole = folder / "whole.run"
    write_run(whole, SavedRun(SMALL, b"checkpoint", Curves(scalars=(SCALARS,))), Arrays(folder))
    (folder / "bent.run").write_bytes(data.draw(mutated(whole.read_bytes())))
    with contextlib.suppress(RunFileError):
        assert isinstance(read_run(folder / "bent.run", Arrays(folder)), SavedRun)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_chapter_with_changed_bytes_is_one_or_is_refused(data, tmp_path_factory):
    file = tmp_path_factory.mktemp("chapter") / "update.toml"
    file.write_bytes(data.draw(mutated((resources() / "chapters" / "update.toml").read_bytes())))
    with contextlib.suppress(ChapterError):
        read_chapter(file)


CHILD = """
import os, random, resource, sys
from pathlib import Path
from engine.archive import ArchiveError, read_checkpoint
from engine.data.refusal import Refused
from engine.protocol.arguments import Read
from engine.reading.reader import read
from ui.arrays import Arrays
from ui.runfile import RunFileError, read_run

folder, count = Path(sys.argv[1]), int(sys.argv[2])
pages = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
resource.setrlimit(resource.RLIMIT_AS, (pages + 2**28, pages + 2**28))
chance, tried, refused = random.Random(count), 0, 0
loaders = {".safetensors": (read_checkpoint, ArchiveError), ".run": (lambda file: read_run(file, Arrays(folder)), RunFileError)}
for whole in sorted(folder.glob("whole*")):
    loader, refusal = loaders.get(whole.suffix, (lambda file: read(file, Read(file), lambda *_: None), Refused))
    for number in range(count):
        data = bytearray(whole.read_bytes())
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(data)) if number % 2 else chance.randrange(min(len(data), 200))
            data[at] = chance.randrange(256)
        if number % 5 == 0:
            del data[chance.randrange(len(data)):]
        bent = folder / ("bent" + whole.suffix)
        bent.write_bytes(data)
        tried += 1
        try:
            loader(bent)
        except refusal as error:
            refused += 1
            assert len(str(error)) < 2000 + len(str(bent)), error
print(tried, refused)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is a Linux one")
@pytest.mark.parametrize("count", [25, pytest.param(400, marks=pytest.mark.nightly)])
def test_every_loader_under_changed_bytes_in_little_memory_with_a_canary(tmp_path, count):
    from engine.archive import Checkpoint, LaneCheckpoint, save_checkpoint
    from tests.faults import bad_files as bad

    x = np.random.default_rng(0).random((20, 3)).astype(np.float32)
    canary = tmp_path / "canary"
    made = [bad.npy(x, "whole.npy"), bad.zipped(("x.npy", bad.npy_bytes(x)), name="whole.npz"),
            bad.raw("whole.csv", "\n".join(f"{a},{b},cat" for a, b, _ in x.tolist()).encode()),
            bad.raw("whole-images-idx3-ubyte", bad.idx(8, (9, 8, 8), bytes(576))),
            bad.raw("whole.gz", bad.idx(8, (9, 8, 8), bytes(576), True))]  # fmt: skip
    for make in made:
        make(tmp_path, canary)
    import torch

    save_checkpoint(tmp_path, Checkpoint(SMALL, 1, (LaneCheckpoint(1, 7, {"weights.a": torch.ones(50)}),)))
    (tmp_path / "checkpoint.safetensors").rename(tmp_path / "whole.safetensors")
    write_run(tmp_path / "whole.run", SavedRun(SMALL, b"", Curves(scalars=(SCALARS,))), Arrays(tmp_path))
    files = {file.name for file in tmp_path.iterdir()}
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path), str(count)], cwd=Path(__file__).parents[2],
                          capture_output=True, text=True, timeout=280)  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    tried, refused = map(int, done.stdout.split())
    print(f"\n{tried} files with changed bytes, {refused} refused in a sentence, the others read")
    assert tried == count * 7
    assert refused > tried // 4
    left = {file.name for file in tmp_path.iterdir()} - files
    assert all(name.startswith("bent") or name == "data" for name in left), left
    assert not canary.exists()


def test_a_file_of_another_kind_called_recipe_is_refused(tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes(b"\x80\x04\x95pickle")
    with pytest.raises(SourceError, match=r"a\.json"):
        read_recipe(file)


def odd_frames(run_id: int, build: int) -> list[Frame]:
    """Frames that are messages, and make no sense."""
    nan, none = np.array([np.nan, np.inf, 1e300]), np.empty(0)
    lane = LaneState(name="dae", build=build, step=3, steps_per_s=float("nan"), train_s=float("inf"))
    odd = LaneState(name="<img src='http://x/y.png'>" * 99, build=-1, step=-7, steps_per_s=-1.0, train_s=-1.0)

    def frame(*lanes: LaneState, run: int = run_id, **more: object) -> Frame:
        figures = {"lane": "dae", "build": build, "steps": np.arange(3), "seconds": np.ones(3), "values": {"loss": nan}, **more}
        scalars = (Scalars(**figures),) if more else ()
        return Frame(run_id=run, number=-5, training=True, pictures={}, lanes=lanes, scalars=scalars)

    return [
        frame(), frame(*(lane,) * 40), frame(odd), frame(lane, run=99), frame(lane, lane="nobody"),
        frame(lane, values={"loss": nan}), frame(lane, steps=np.array([5, 3, -2])),
        frame(lane, values={"<b>x</b>": nan, "": np.ones(3)}),
        frame(lane, steps=none.astype(int), seconds=none, values={"loss": none}), frame(lane, values={"loss": np.ones(2)}),
    ]  # fmt: skip


def test_messages_that_make_no_sense_leave_the_window_standing(stage_for, qtbot):
    """Well-formed frames with nonsense in them: what cannot be shown is caught and said, and the next frame is shown again."""
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    state = stage.player.session.state
    with qtbot.captureExceptions() as caught:
        for frame in odd_frames(state.run_id, state.builds[0]):
            with contextlib.suppress(Exception):
                stage.player.reel.add(frame)
                stage.player.framed.emit(stage.player.reel.now(state.run_id))
            stage.window.repaint()
        stage.player.troupe.play()
        start = max(stage.step, 0)
        stage.until(lambda: stage.step > start + 5)
    assert stage.window.isVisible()
    assert len(caught) < 50
