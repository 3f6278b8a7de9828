# SPDX-License-Identifier: MIT
"""The app in odd surroundings: locales, homes, screens, streams, cores. Together every time, one by one at night."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.protocol.places import own_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the surroundings are those of Linux")

ROOT = Path(__file__).parents[2]
ODD_HOME = "home of ü 漢字 and a blank"
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "German": {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8"},
    "Arabic": {"LC_ALL": "ar_EG.UTF-8"},
    "no OpenGL": {"QT_XCB_GL_INTEGRATION": "none", "LIBGL_ALWAYS_SOFTWARE": "1", "QT_OPENGL": "software"},
    "strange values": {"OMP_NUM_THREADS": "abc", "QT_FONT_DPI": "abc", "QT_SCALE_FACTOR": "abc", "TORCH_LOGS": ""},
    "a fraction of a pixel": {"QT_SCALE_FACTOR": "1.25"},
}
HOMES = ("odd", "unwritable", "very long")
STREAMS = "import sys; sys.stdout = sys.stderr = sys.stdin = None; import main; sys.exit(main.main(sys.argv[1:]))"


def home(kind: str, folder: Path) -> str:
    if kind == "unwritable":
        return "/proc/nowhere"
    made = folder / (ODD_HOME if kind == "odd" else "x" * 200)
    made.mkdir()
    return str(made)


def play(folder: Path, start: list[str], **settings: str) -> dict:
    """Play for two seconds, of which the first is warm-up; the report."""
    report = folder / "r.json"
    own = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", **settings}
    env = {name: value for name, value in os.environ.items() if name not in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")} | own
    words = ["--play", "2", "--report", str(report), "--chapter", "update"]
    done = subprocess.run([*start, *words], env=env, cwd=ROOT, capture_output=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    found = json.loads(report.read_text())
    assert found["frames"] > 0
    assert found["engine_deaths"] == 0
    return found


def one_core() -> list[str]:
    return ["taskset", "-c", "0"] if shutil.which("taskset") else []


def test_all_of_it_at_once_in_an_odd_home_on_one_core(tmp_path):
    together = {name: value for settings in ENVIRONMENTS.values() for name, value in settings.items()}
    together |= {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
    assert play(tmp_path, [*one_core(), *own_command()], HOME=home("odd", tmp_path), **together)["threads"] == 1


def test_without_streams_and_without_a_home(tmp_path):
    play(tmp_path, [sys.executable, "-c", STREAMS], HOME=home("unwritable", tmp_path))


@pytest.mark.nightly
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_each_environment(name, tmp_path):
    play(tmp_path, own_command(), **ENVIRONMENTS[name])


@pytest.mark.nightly
@pytest.mark.parametrize("kind", HOMES)
def test_each_home(kind, tmp_path):
    play(tmp_path, own_command(), HOME=home(kind, tmp_path))


def test_an_engine_that_cannot_start_is_one_sentence_at_once_and_no_report(tmp_path):
    """`--play` has nobody who could press a button."""
    report = tmp_path / "r.json"
    engine = f"{sys.executable} -c 'import sys; sys.exit(7)'"
    words = ["--play", "30", "--report", str(report), "--engine", engine]
    done = subprocess.run(
        [*own_command(), *words], capture_output=True, text=True, timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("attractor: ")]
    assert len(said) == 1
    assert "could not start" in said[0]
    assert not report.read_text()
