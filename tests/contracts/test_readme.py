# SPDX-License-Identifier: MIT
"""The README says what is so: its excerpts stand in the files, its commands are understood, its packages are the project's."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from engine.protocol.arguments import parse
from engine.protocol.recipe.editing import from_plain
from tests.house import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
EXCERPTS = {text.split("\n", 1)[0].removeprefix("# "): text.split("\n", 1)[1] for kind, text in BLOCKS if text.startswith("# ")}
COMMANDS = [line.split("   ")[0] for _, text in BLOCKS for line in text.splitlines() if line.startswith("python main.py")]


@pytest.mark.parametrize("file", EXCERPTS)
def test_an_excerpt_stands_in_its_file(file: str):
    source = (ROOT / file).read_text(encoding="utf-8")
    for piece in EXCERPTS[file].split("…\n"):
        assert piece.strip("\n") in source


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_understood(command: str):
    parse(shlex.split(command)[2:])


def test_the_recipe_is_one():
    recipe = next(text for kind, text in BLOCKS if kind == "toml" and not text.startswith("#"))
    assert from_plain(tomllib.loads(recipe)).lanes[0].recipe.model.kind == "dae"


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"^\| ([\w-]+) \| ", README.split("## Dependencies")[1], re.MULTILINE)
    assert [re.split(r"[<>=]", dependency)[0] for dependency in project["dependencies"]] == named[1:]


def test_links_and_folders_are_there():
    for path in re.findall(r"\]\(([^)h][^)]*)\)", README) + re.findall(r"^\| `([^`]+)` \|", README, re.MULTILINE):
        assert (ROOT / path).exists(), path


def test_its_first_screen_has_a_picture_the_two_commands_and_the_cpu_build_above_them():
    cpu = README.index("--index-url https://download.pytorch.org/whl/cpu")
    see = README.index("python -m pip install -e . && python main.py\n")
    test = README.index('python -m pip install -e ".[test]" && python -m pytest\n')
    assert README.index("![") < cpu < see < test < 2500
