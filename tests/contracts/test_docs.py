# SPDX-License-Identifier: MIT
"""The documentation says what is so: its chapters are chapters, its recipes recipes, its commands understood, its code runs."""

from __future__ import annotations

import re
import shlex
import tomllib

import msgspec
import numpy as np
import pytest

from engine.protocol.arguments import parse
from engine.protocol.chapters import read
from engine.protocol.recipe.editing import from_plain
from tests.house import ROOT
from ui.actions import DEEDS
from ui.guide import guides

PAGES = {name: file.read_text(encoding="utf-8") for name, file in guides()}
BLOCKS = [
    (name, kind, text) for name, page in PAGES.items() for kind, text in re.findall(r"^```(\w+)\n(.*?)^```", page, re.M | re.S)
]
COMMANDS = [line for _, kind, text in BLOCKS if kind == "console" for line in text.splitlines()]


def blocks(kind: str) -> list:
    return [pytest.param(text, id=f"{name} {number}") for number, (name, found, text) in enumerate(BLOCKS) if found == kind]


def test_there_is_a_page_for_each_kind_of_reader():
    assert list(PAGES) == ["For students", "For lecturers", "For developers"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_understood(command):
    assert command.startswith("python main.py ")
    parse(shlex.split(command)[2:])


@pytest.mark.parametrize("text", blocks("toml"))
def test_a_chapter_is_one(text, tmp_path):
    key = tomllib.loads(text)["key"]
    (tmp_path / f"{key}.toml").write_text(text, encoding="utf-8")
    assert read(tmp_path / f"{key}.toml").key == key


@pytest.mark.parametrize("text", blocks("json"))
def test_a_recipe_is_one(text):
    from_plain(msgspec.json.decode(text))


@pytest.mark.parametrize("text", blocks("python"))
def test_the_code_runs(text, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    np.save("samples.npy", np.zeros((2000, 2), np.float32))
    exec(compile(text, "documentation", "exec"), {"__name__": "documentation"})
    assert capsys.readouterr().out


def test_what_is_called_a_menu_entry_is_one():
    entries = {deed.text.rstrip("…") for deeds in DEEDS.values() for deed in filter(None, deeds)}
    for name, page in PAGES.items():
        for words in re.findall(r"\*\*([A-Z][^*]*…)\*\*", page):
            several = [f"Export {word.strip()}" for word in words.removeprefix("Export").rstrip("…").split(",")]
            wanted = several if words.startswith("Export") else [words.split(", ")[-1].rstrip("…")]
            assert set(wanted) <= entries, (name, words)


def test_files_that_are_named_are_there():
    for page in PAGES.values():
        for path in re.findall(r"`((?:engine|ui|resources)/[\w/.]+)`", page):
            assert (ROOT / path).exists(), path
