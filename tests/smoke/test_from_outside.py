# SPDX-License-Identifier: MIT
"""The whole app from outside, as a shell sees it: streams, signals, terminals, locales."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.protocol.places import own_command
from engine.protocol.version import APP

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals are those of Unix")

RECIPE = '{"data": {"name": "moons"}, "model": {"kind": "dae", "width": 16}}'


def app(*words: str, **settings: object) -> subprocess.CompletedProcess[bytes]:
    """Run the app to its end."""
    return subprocess.run([*own_command(), *words], capture_output=True, timeout=120, check=False, **settings)  # type: ignore[call-overload,no-any-return]


def training(tmp_path: Path, steps: int) -> list[str]:
    recipe = tmp_path / "recipe.json"
    recipe.write_text(RECIPE, encoding="utf-8")
    words = ["train", str(recipe), "--steps", str(steps), "--threads", "1", "--device", "cpu", "--out", str(tmp_path / "out")]
    return [*own_command(), *words]


def test_the_version_is_said():
    assert app("--version").stdout == f"attractor {APP}\n".encode()


def test_the_help_lists_every_command():
    said = app("--help").stdout.decode()
    for command in ("train", "chapters", "schema", "doctor", "engine", "--play", "--recipe"):
        assert command in said


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", "tr_TR.UTF-8", "nowhere"])
def test_text_is_utf_8_in_any_locale(locale: str):
    env = {**os.environ, "LC_ALL": locale, "PYTHONIOENCODING": "latin-1"}
    assert "0 … 2147483647" in app("train", "--help", env=env).stdout.decode("utf-8")
    assert "“nope”" in app("nope", env=env).stderr.decode("utf-8")


def test_words_that_are_no_text_are_shown_and_refused():
    done = app(os.fsdecode(b"tr\xffin"))
    assert done.returncode == 2
    assert done.stderr.startswith("attractor: “tr\\udcffin” is no command; ".encode())


def test_a_reader_that_leaves_early_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*own_command(), "schema"], stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_without_standard_streams_it_still_does_its_work(tmp_path: Path):
    quoted = " ".join(f"'{word}'" for word in training(tmp_path, 5))
    assert subprocess.run(["/bin/sh", "-c", f"{quoted} <&- >&- 2>&-"], timeout=60, check=False).returncode == 0
    assert (tmp_path / "out" / "metrics.csv").exists()


def test_a_log_shows_no_progress_bar_and_a_terminal_does(tmp_path: Path):
    done = subprocess.run(training(tmp_path, 300), capture_output=True, timeout=60, check=True)
    assert done.stdout + done.stderr == b""
    ours, theirs = os.openpty()
    subprocess.run([*training(tmp_path, 300), "--force"], stderr=theirs, timeout=60, check=True)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "300 of 300" in shown
    assert shown.endswith("\r\n")


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
def test_a_training_that_is_stopped_leaves_at_once_and_nothing_behind(wanted: signal.Signals, tmp_path: Path):
    out = tmp_path / "out"
    with subprocess.Popen(training(tmp_path, 10**9), stderr=subprocess.PIPE) as done:
        try:
            _until(lambda: any(out.glob(".unfinished-*/metrics.csv")))
            done.send_signal(wanted)
            _, errors = done.communicate(timeout=30)
        finally:
            done.kill()  # else the test would wait for ever for one that does not end
    assert (done.returncode, errors) == (130, b"attractor: stopped\n")
    assert not out.exists()


def _until(condition: Callable[[], bool], patience_s: float = 60.0) -> None:
    ends = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < ends, "it never came"


def test_the_schema_is_read_by_a_program():
    assert json.loads(app("schema").stdout)["$ref"] == "#/$defs/Experiment"


def test_an_engine_whose_folder_cannot_be_made_is_refused():
    done = app("engine", "--session", "/dev/null/x")
    assert (done.returncode, done.stderr) == (2, b"attractor: --session /dev/null/x: Not a directory\n")
    assert done.stdout == b""


def test_ctrl_c_in_the_terminal_does_not_reach_the_engine():
    with subprocess.Popen([*own_command(), "engine"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None
        engine.stdout.read(1)  # it is up
        engine.send_signal(signal.SIGINT)
        engine.communicate(timeout=30)
    assert engine.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_one_sentence_names_what_works_without():
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    done = app(env={name: value for name, value in os.environ.items() if name not in hidden})
    assert done.returncode == 2
    assert b"train" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.slow
def test_it_plays_by_itself_and_reports(tmp_path: Path):
    report = tmp_path / "report.json"
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = app("--play", "3", "--report", str(report), "--chapter", "training", "--threads", "1", "--fps", "10", env=env)
    assert done.returncode == 0, done.stderr
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["chapter"] == "training"
    assert found["engine_deaths"] == 0
    assert found["steps"] > 0
    assert found["frames"] > 0
    assert found["frames_per_s"] < 15, "--fps 10"
    assert set(found) >= {
        "chapter", "threads", "device", "size", "steps", "steps_per_s", "frames", "frames_per_s", "gap_ms", "window_s",
        "first_frame_s", "rss_mb", "engine_deaths",
    }  # fmt: skip
