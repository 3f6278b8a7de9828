# SPDX-License-Identifier: MIT
"""No back doors: nothing that a file or a pipe brings can run code, choose an attribute, or be listened for on the network."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house import CODE, ROOT, imported, sources, tree

PICKLES = ("pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib", "multiprocessing")
LISTENERS = ("socketserver", "http.server", "xmlrpc.server", "wsgiref", "asyncio", "PySide6.QtNetwork", "PySide6.QtHttpServer")
CALLS = ("eval", "exec", "compile", "__import__")
#: Where an attribute's name is a variable, and why no user's text can be that variable.
OWN_NAMES = {
    "engine/appetite.py": "two names that stand beside it",
    "engine/run.py": "the declared fields of a recipe's part",
    "engine/objectives/objective.py": "the declared fields of a recipe's part",
    "engine/data/dataset.py": "its own fields",
    "engine/probes/memorize.py": "two names that stand beside it",
    "ui/views/curves.py": "the entries of its own menu",
}


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def named(call: ast.Call) -> str:
    """The last word of what is called: `f` of f(), `g` of a.b.g()."""
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def test_nothing_is_pickled():
    found = [f"{path}: {name}" for path in sources(".", *CODE) for name in imported(path) if name.split(".")[0] in PICKLES]
    assert found == []


def test_torch_loads_no_file_and_numpy_no_objects():
    for path in sources(".", *CODE):
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and named(call) == "load":
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                assert call.func.value.id != "torch", where
                if call.func.value.id in ("np", "numpy"):
                    settings = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
                    assert settings.get("allow_pickle") == "False", where


def test_no_text_becomes_code():
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}" for path in sources(".", *CODE) for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id in CALLS
    ]  # fmt: skip
    assert found == []


def test_no_text_chooses_an_attribute():
    found = {
        str(path.relative_to(ROOT))
        for path in sources(".", *CODE)
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id in ("getattr", "setattr", "delattr", "hasattr")
        if not isinstance(call.args[1], ast.Constant)
    }
    assert found - OWN_NAMES.keys() == set()


def test_nobody_listens_on_the_network():
    imports = [
        f"{path}: {name}" for path in sources(".", *CODE) for name in imported(path)
        if name == "socket" or any((name + ".").startswith(listener + ".") for listener in LISTENERS)
    ]  # fmt: skip
    assert imports == []


def test_the_library_that_listens_and_pickles_is_known_to_one_room_alone():
    found = {
        path.relative_to(ROOT).as_posix() for path in sources(".", *CODE)
        for name in imported(path) if name.split(".")[0] in ("dask", "distributed")
    }  # fmt: skip
    assert found == {"engine/sweep.py"}
    assert {p.relative_to(ROOT).as_posix() for p in sources(".", *CODE) if "engine.sweep" in imported(p)} == {
        "engine/commands/sweep.py"
    }


def test_nobody_turns_the_event_loop_by_hand():
    assert [str(path) for path in sources(".", *CODE) for call in calls(path) if named(call) == "processEvents"] == []


def test_no_shell_reads_a_command():
    for path in sources(".", *CODE):
        for call in calls(path):
            assert all(keyword.arg != "shell" for keyword in call.keywords), f"{path}:{call.lineno}"
            assert ast.unparse(call.func) not in ("os.system", "os.popen"), f"{path}:{call.lineno}"
