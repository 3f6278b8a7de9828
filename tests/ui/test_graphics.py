# SPDX-License-Identifier: MIT
"""“Use my GPU”: what a doctor found is said truly, the engine's own command is asked, and the commands name this version."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.protocol import places
from engine.protocol.places import own_command
from engine.protocol.version import APP
from ui.graphics import HOW, WHY, Graphics, commands, doctor_of, verdict
from ui.language import table

FOUND = {"torch": "2.13.0+cpu", "auto": "cpu", "build": "processors", "driver": ""}
CARD = "NVIDIA GeForce RTX 4090, 570.86"


@pytest.mark.parametrize(
    ("argv", "asked"),
    [
        (["/x/python", "main.py", "engine", "--session", "/s"], ["/x/python", "main.py", "doctor", "--probe"]),
        (["ssh", "lab", "attractor", "engine"], ["ssh", "lab", "attractor", "doctor", "--probe"]),
        (["/home/engine/bin/attractor", "engine"], ["/home/engine/bin/attractor", "doctor", "--probe"]),
        (["ssh", "lab", "attractor engine"], None),
    ],
)
def test_the_doctor_is_asked_for_by_the_engines_own_command(argv: list[str], asked: list[str] | None):
    assert doctor_of(argv) == asked


@pytest.mark.parametrize(
    ("device", "end"),
    [
        ({"auto": "cuda", "build": "CUDA 13.0", "driver": CARD, "name": "RTX"}, "This engine uses the graphics card already."),
        ({"driver": CARD}, "There is a card, but this engine's PyTorch cannot use it."),
        ({"driver": CARD, "build": "CUDA 13.0"}, "PyTorch does not find the card: its driver may be too old."),
        ({}, "The engine's machine shows no graphics card with a driver of NVIDIA's."),
    ],
)
def test_what_was_found_is_said_and_has_german_words(device: dict[str, str], end: str):
    german = table("de")
    said = verdict({**FOUND, **device})
    assert said[-1] == end
    assert device.get("driver", "none found") in said[1]
    assert german is not None
    assert all(german.knows(line) for line in [*said, WHY, HOW])


def test_a_doctor_that_says_less_or_nonsense_raises_nothing():
    assert verdict({})[0] == "PyTorch ?, built for ?; it computes on ?"
    assert verdict({"auto": 3, "driver": None})[1] == "NVIDIA driver: none found"


@pytest.mark.parametrize("windows", [False, True])
def test_the_last_command_starts_the_window_with_the_engine_of_the_new_environment(windows: bool, tmp_path: Path):
    home = tmp_path / "Käthe 漢字"
    lines = commands(home, windows)
    programs = f"{home.as_posix()}/attractor-gpu/{'Scripts' if windows else 'bin'}"
    words = shlex.split(lines[-1])
    assert words[:2] == ["attractor", "--engine"]
    assert shlex.split(words[2]) == [f"{programs}/attractor", "engine"]
    assert all(shlex.split(line) for line in lines)


def test_the_environment_gets_this_very_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(places, "resources", lambda: tmp_path / "resources")
    assert places.own_package() == f"attractor=={APP}"
    (tmp_path / "pyproject.toml").touch()
    assert places.own_package() == str(tmp_path)
    (tmp_path / "wheels").mkdir()
    wheel = tmp_path / "wheels" / "attractor-0.1.0-py3-none-any.whl"
    wheel.touch()
    assert places.own_package() == str(wheel)


def test_the_dialog_asks_the_real_doctor_and_shows_what_it_said(qtbot: QtBot):
    dialog = Graphics([*own_command(), "engine", "--session", "/nowhere"])
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: "PyTorch " in dialog.findings.text(), timeout=120_000)
    import torch

    assert f"PyTorch {torch.__version__}, built for " in dialog.findings.text()
    assert dialog.commands.toPlainText().endswith(' engine"')


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (f"print('Welcome to node 7'); print({json.dumps(FOUND)!r})", "PyTorch 2.13.0+cpu, built for processors"),
        ("print('no JSON'); print('{')", "gave no answer"),
        ("print(3)", "gave no answer"),
        ("raise SystemExit(3)", "gave no answer"),
    ],
)
def test_whatever_the_engines_command_says_is_one_sentence(code: str, said: str, qtbot: QtBot):
    dialog = Graphics([sys.executable, "-c", code, "engine"])
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: said in dialog.findings.text(), timeout=60_000)


def test_a_command_that_does_not_exist_is_one_sentence_too(qtbot: QtBot):
    dialog = Graphics(["/nowhere/attractor", "engine"])
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: "gave no answer" in dialog.findings.text(), timeout=60_000)
