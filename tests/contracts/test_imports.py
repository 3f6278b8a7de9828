# SPDX-License-Identifier: MIT
"""Imports go down only: main → ui → engine.protocol, and down the floors of the engine that pyproject.toml lists."""

from __future__ import annotations

import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

from engine.protocol.places import own_command
from tests.house import CODE, ROOT, imported, module, sources

HEAVY = ("torch", "sklearn", "scipy", "safetensors")
QT = ("PySide6", "pyqtgraph", "shiboken6")


def run(code: str) -> None:
    """Run a piece of Python in a process of its own, in the checkout."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr + found.stdout


def test_the_contracts_of_import_linter_are_kept():
    run("import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))")


def test_the_window_imports_nothing_of_the_engine_but_its_protocol():
    forbidden = [
        f"{module(path)} → {name}"
        for path in sources("ui")
        for name in imported(path)
        if name.split(".")[0] == "engine" and not (name + ".").startswith("engine.protocol.") and name != "engine"
    ]
    assert forbidden == []


def test_main_imports_only_the_protocol_before_it_knows_what_is_asked():
    run("import sys, main; assert not {'ui', 'engine.commands', 'torch', 'PySide6', 'numpy.linalg'} & sys.modules.keys()")


def test_nothing_imports_itself_in_a_circle_deferred_imports_included():
    files = {module(path): path for path in sources(".", *CODE)}
    graph = {name: {other for other in imported(path) if other in files and other != name} for name, path in files.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" → ".join(error.args[1])) from None


def test_all_of_the_window_loads_without_torch_and_scikit_learn():
    names = [module(path) for path in sources("ui", "engine/protocol")]
    run(f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        f"loaded = set({HEAVY!r}) & sys.modules.keys()\nassert not loaded, loaded")  # fmt: skip


def test_all_of_the_engine_loads_without_qt():
    names = [module(path) for path in sources("engine") if module(path) != "engine.sweep"]  # it needs the extra "cluster"
    run(f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        f"loaded = set({QT!r}) & sys.modules.keys()\nassert not loaded, loaded")  # fmt: skip


def test_the_window_is_up_to_its_arguments_without_torch():
    code = "import sys, runpy; sys.argv = ['main.py', '--version']\ntry: runpy.run_path(%r, run_name='__main__')\n"
    run(code % own_command()[-1] + "except SystemExit as e: assert not e.code and 'torch' not in sys.modules")
