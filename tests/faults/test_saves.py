# SPDX-License-Identifier: MIT
"""Every file is the old one or the new one, never a mixture: a save is stopped at the N-th call to the system, for every N."""

from __future__ import annotations

import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from engine import results
from engine.archive import ArchiveError, Checkpoint, LaneCheckpoint, load_checkpoint, save_checkpoint, write_whole
from engine.protocol.places import own_command
from engine.protocol.recipe.experiment import encode
from tests.driving import experiment
from tests.faults.conftest import wait_until
from ui.arrays import Arrays
from ui.recovery import AUTOSAVE, Lost, Sessions
from ui.runfile import Curves, RunFileError, SavedRun, read_run, replacing, write_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the calls are those of Unix")

SMALL = experiment("moons", "dae", model={"width": 8})


class Stopped(BaseException):
    """The process ends here, as far as the code under test can tell: what comes after is not done either."""


#: The calls to the system that a save is made of.
CALLS = (("os", "fsync"), ("os", "replace"), ("os", "rename"), ("os", "unlink"), ("os", "rmdir"), ("io", "open"))


@contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> Iterator[list[str]]:
    """Raise at the call of this number (from 1); says which calls were made."""
    made: list[str] = []

    def counted(name: str, honest: Callable) -> Callable:
        def call(*words, **more):
            made.append(name)
            if len(made) == at:
                raise error
            if len(made) > at and isinstance(error, Stopped):
                raise Stopped  # a dead process does no more: no clearing away either
            return honest(*words, **more)

        return call

    with monkeypatch.context() as patch:
        for module, name in CALLS:
            patch.setattr(f"{module}.{name}", counted(f"{module}.{name}", getattr(sys.modules[module], name)))
        yield made


def generations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[int], None], load: Callable[[], int],
                error: type[BaseException]) -> int:  # fmt: skip
    """Save 1, then 2 with a stop at each call; what can be loaded is 1 or 2, and saving again always works. How many calls."""
    for number in itertools.count(1):
        for file in sorted(tmp_path.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        save(1)
        wrong = OSError(errno.ENOSPC, "No space left on device") if error is OSError else error()
        finished = False
        with interrupted(monkeypatch, number, wrong) as made:
            try:
                save(2)
                finished = True
            except (Stopped, ArchiveError, RunFileError, OSError):
                pass
        assert load() in (1, 2), f"stopped at call {number}, {made[-1]}"
        if finished:
            assert load() == 2
        save(3)
        assert load() == 3
        if len(made) < number:
            return len(made)
    raise AssertionError


def checkpoint(step: int) -> Checkpoint:
    """All of its numbers are its step."""
    return Checkpoint(SMALL, 1, (LaneCheckpoint(1, step, {"weights.a": torch.full((50,), float(step))}),))


@pytest.mark.parametrize("error", [Stopped, OSError])
def test_a_checkpoint(tmp_path, monkeypatch, error):
    def load() -> int:
        lane = load_checkpoint(tmp_path).lanes[0]
        assert bool((lane.state["weights.a"] == lane.step).all())
        return lane.step

    assert generations(tmp_path, monkeypatch, lambda step: save_checkpoint(tmp_path, checkpoint(step)), load, error) >= 4


@pytest.mark.parametrize("error", [Stopped, OSError])
def test_a_run_saved_by_hand(tmp_path, monkeypatch, error):
    def save(seed: int) -> None:
        write_run(tmp_path / "mine.run", saved(seed), Arrays(tmp_path))

    def load() -> int:
        return read_run(tmp_path / "mine.run", Arrays(tmp_path)).experiment.seed

    assert generations(tmp_path, monkeypatch, save, load, error) >= 3


@pytest.mark.parametrize("error", [Stopped, OSError])
def test_an_autosave_with_its_generation_before(tmp_path, monkeypatch, error):
    def save(seed: int) -> None:
        folder = tmp_path / "1"
        folder.mkdir(exist_ok=True)
        sessions = Sessions(folder)
        sessions.write(saved(seed), Arrays(tmp_path))
        sessions._lock.unlock()

    def load() -> int:
        return Lost(tmp_path / "1").run(Arrays(tmp_path)).experiment.seed

    assert generations(tmp_path, monkeypatch, save, load, error) >= 4


def saved(seed: int) -> SavedRun:
    return SavedRun(experiment("moons", "dae", seed=seed), b"", Curves())


@pytest.mark.parametrize("error", [Stopped, OSError])
def test_what_train_leaves(tmp_path, monkeypatch, error):
    """Several files: after a stop in the midst of moving them, the next training finishes the move before anything else."""
    monkeypatch.setattr(results, "_abandoned", lambda mark: True)  # whoever was stopped lives no more

    def save(seed: int) -> None:
        with results.replacing(tmp_path) as work:
            for name in results.FILES:
                (work / name).write_text(str(seed))

    def load() -> int:
        results.tidy(tmp_path)
        found = {(tmp_path / name).read_text() for name in results.FILES}
        assert len(found) == 1, f"mixed: {found}"
        return int(found.pop())

    assert generations(tmp_path, monkeypatch, save, load, error) >= 10


@pytest.mark.parametrize("size", range(0, 700, 64))
def test_a_cut_checkpoint_is_passed_over_for_the_one_before(tmp_path, size):
    for step in (1, 2):
        save_checkpoint(tmp_path, checkpoint(step))
    newest = tmp_path / "checkpoint.safetensors"
    newest.write_bytes(newest.read_bytes()[:size])
    assert load_checkpoint(tmp_path).lanes[0].step == 1
    assert Lost(tmp_path).step == 1


def test_a_damaged_autosave_is_passed_over_for_the_one_before(tmp_path):
    (tmp_path / "1").mkdir()
    sessions = Sessions(tmp_path / "1")
    for seed in (1, 2):
        sessions.write(saved(seed), Arrays(tmp_path))
    (tmp_path / "1" / AUTOSAVE).write_bytes(b"nonsense")
    assert Lost(tmp_path / "1").run(Arrays(tmp_path)).experiment.seed == 1


def test_a_file_that_windows_holds_locked_is_one_sentence_and_the_old_one_stays(tmp_path, monkeypatch):
    file = tmp_path / "mine.run"
    file.write_bytes(b"old")

    def locked(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", locked)
        with pytest.raises(RunFileError, match="Permission denied"), replacing(file) as fresh:
            fresh.write_bytes(b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_in_mid_file_leaves_the_old_one(tmp_path):
    """A real refusal by the system, in a process of its own."""
    write_whole(tmp_path / "a", b"old")
    code = (
        "import resource, signal, sys; from pathlib import Path; from engine.archive import *;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_whole(Path(sys.argv[1]), bytes(5000))\nexcept ArchiveError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], cwd=Path(__file__).parents[2],
                          capture_output=True, text=True, timeout=120, check=True)  # fmt: skip
    assert done.stdout == f"{tmp_path / 'a'}: File too large\n"
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a": b"old"}


def training(folder: Path, steps: int) -> list[str]:
    recipe = folder / "recipe.json"
    recipe.write_bytes(encode(SMALL))
    words = ["train", str(recipe), "--steps", str(steps), "--threads", "1", "--out", str(folder / "out"), "--force"]
    return [*own_command(), *words]


def test_a_training_that_was_killed_is_cleared_away_by_the_next_one_and_the_run_before_stays_until_then(tmp_path):
    subprocess.run(training(tmp_path, 5), check=True, timeout=120)
    out = tmp_path / "out"
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    with subprocess.Popen(training(tmp_path, 10**9)) as killed:
        wait_until(lambda: any(out.glob(".unfinished-*/metrics.csv")))
        killed.send_signal(signal.SIGKILL)
    assert {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()} == before
    assert list(out.glob(".unfinished-*"))
    subprocess.run(training(tmp_path, 7), check=True, timeout=120)
    assert not [file.name for file in out.iterdir() if file.name.startswith(".")]
    assert json.loads((out / "recipe.json").read_text())["seed"] == SMALL.seed
    assert (out / "metrics.csv").read_text().count("\n") == 8


def test_the_work_of_a_training_that_lives_is_left_alone(tmp_path):
    work = tmp_path / f"{results.UNFINISHED}{results._mark()}-x"
    other = tmp_path / f"{results.UNFINISHED}1-another-computer-x"
    for folder in (work, other):
        folder.mkdir()
    results.tidy(tmp_path)
    assert work.exists()
    assert other.exists()


def test_only_folders_of_sessions_are_ever_cleared_away(tmp_path):
    """In a temporary folder the neighbors of a session are everybody's."""
    for name in ("1", "2", "somebody-elses", "mkdtemp-x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "window.log").touch()
    assert Sessions(tmp_path / "1").lost() is None
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["1", "mkdtemp-x", "somebody-elses"]


def test_of_sessions_that_were_offered_the_last_three_are_kept(tmp_path):
    for number in range(2, 9):
        (tmp_path / str(number)).mkdir()
        sessions = Sessions(tmp_path / str(number))
        sessions.write(saved(number), Arrays(tmp_path))
        sessions._lock.unlock()
        Lost(tmp_path / str(number)).settle()
        os.utime(tmp_path / str(number) / AUTOSAVE, (time.time() + number,) * 2)
    (tmp_path / "1").mkdir()
    assert Sessions(tmp_path / "1").lost() is None
    assert sorted(folder.name for folder in tmp_path.iterdir() if folder.name.isdigit()) == ["1", "6", "7", "8"]
