# SPDX-License-Identifier: MIT
"""Small rooms: files of at most 300 lines, classes of 150, functions of 40; every file says what it is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import CODE, ROOT, sources, tree

LIMITS = {ast.ClassDef: 150, ast.FunctionDef: 40, ast.AsyncFunctionDef: 40}
LINES = 300
BANNED_NAMES = ("utils", "util", "helpers", "misc", "common")


def too_large(path: Path) -> Iterator[str]:
    where = path.relative_to(ROOT)
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > LINES:
        yield f"{where}: {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            size = (node.end_lineno or 0) - node.lineno + 1
            if size > LIMITS[type(node)]:
                yield f"{where}: {node.name} has {size} lines"


def test_files_classes_and_functions_are_small():
    assert [found for path in sources(".", *CODE) for found in too_large(path)] == []


def test_no_file_is_called_by_what_it_is_not():
    assert [path for path in sources(*CODE, "tests") if path.stem in BANNED_NAMES] == []


@pytest.mark.parametrize("path", sources(".", *CODE, "tests"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_begins_with_its_license_and_says_what_it_is_for(path: Path):
    assert path.read_text(encoding="utf-8").startswith("# SPDX-License-Identifier: MIT\n")
    assert ast.get_docstring(tree(path)), "the module has no docstring"


def test_every_public_function_and_class_says_what_it_does():
    """Overridden methods keep the word of their base."""
    silent = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sources(".", *CODE)
        for node in tree(path).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []
