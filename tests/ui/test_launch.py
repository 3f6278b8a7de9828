# SPDX-License-Identifier: MIT
"""From the command line to a window and to an exit code, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = [sys.executable, str(ROOT / "main.py")]
REPORT = {
    "chapter", "threads", "device", "size", "steps", "steps_per_s", "frames", "frames_per_s", "gap_ms", "window_s",
    "first_frame_s", "rss_mb", "engine_deaths", "ticks_per_s", "round_ms",
}  # fmt: skip


def surroundings(**more: str) -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", **more}


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MAIN, *words], env=surroundings(**more), capture_output=True, text=True, timeout=120, check=False)


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a refusal says."""
    lines = [line for line in done.stderr.splitlines() if "propagateSizeHints" not in line]
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.slow
def test_play_measures_and_leaves_with_exit_code_0(tmp_path):
    file = tmp_path / "r.json"
    done = run("--play", "3", "--report", str(file), "--chapter", "update", "--size", "1100x760", "--threads", "1")
    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    assert report.keys() == REPORT
    assert report["chapter"] == "update"
    assert report["size"] == [1100, 760]
    assert report["threads"] == 1
    assert report["steps"] > report["frames"] > 0
    assert report["steps_per_s"] > 0
    assert 0 < report["gap_ms"]["p50"] <= report["gap_ms"]["p99"] <= report["gap_ms"]["max"]
    assert 0 < report["window_s"] < report["first_frame_s"]
    assert report["rss_mb"]["ui"] > 10
    assert report["ticks_per_s"] > 0
    assert report["round_ms"] is None  # the engine is here
    assert report["engine_deaths"] == 0


@pytest.mark.parametrize("command", [[], ["--play", "1", "--report", "r.json"]], ids=["window", "play"])
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_one_sentence_names_the_commands_that_need_none(command, tmp_path):
    without = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run([*MAIN, *command], env=without, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    line = sentence(done)
    assert "display" in line
    assert "train" in line
    assert "render" in line


def test_an_unknown_chapter_is_refused_with_those_that_there_are(tmp_path):
    line = sentence(run("--chapter", "nowhere", "--profile", str(tmp_path)))
    assert "nowhere" in line
    assert "update" in line


def test_a_broken_recipe_is_refused_with_its_file_and_field(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text('data = {name = "moons"}\nmodel = {kind = "dae", width = 0}\n')
    line = sentence(run("--recipe", str(file), "--profile", str(tmp_path)))
    assert "bad.toml" in line
    assert "model.width" in line


def test_a_report_that_cannot_be_written_is_refused_before_playing(tmp_path):
    since = time.monotonic()
    line = sentence(run("--play", "60", "--report", str(tmp_path / "nowhere" / "r.json")))
    assert "nowhere" in line
    assert time.monotonic() - since < 30


@pytest.mark.parametrize("playing", [False, True], ids=["starting", "built"])
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM")
def test_a_window_told_to_end_leaves_with_exit_code_0_and_no_engine_behind(tmp_path, playing):
    process = subprocess.Popen([*MAIN, "--profile", str(tmp_path)], env=surroundings(), stderr=subprocess.PIPE)
    try:
        end = time.monotonic() + 60
        while not list(tmp_path.glob("sessions/*/checkpoint*" if playing else "sessions/*/engine.log")):
            assert time.monotonic() < end
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert b"QThread" not in errors
    assert b"Traceback" not in errors
    session = next(tmp_path.glob("sessions/*"))
    assert str(session) not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_the_window_never_loads_torch_or_scikit_learn():
    heavy = ("torch", "sklearn", "scipy", "pyqtgraph", "ziamath")
    code = f"import sys; import ui.launch; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
