# SPDX-License-Identifier: MIT
"""The exported script, run where the app cannot be imported: equal samples for equal seeds, and the same loss."""

from __future__ import annotations

import codeop
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import data, results
from engine.export.script import ExportError, files_of
from engine.run import Run
from engine.train import train
from tests.driving import experiment

#: Runs a script in each folder that is named, to sample and to train, with nothing of the app in reach.
SHIELD = """
import os, runpy, sys
class No:
    def find_spec(self, name, *_):
        if name.split(".")[0] in ("engine", "ui", "main", "msgspec", "safetensors", "PySide6", "pyqtgraph"):
            raise ImportError(name)
sys.meta_path.insert(0, No())
for asked in sys.argv[1:]:
    folder, count, steps = asked.split(":")
    os.chdir(folder)
    for words in ([count], ["train", steps]):
        sys.argv = ["mine.py", *words]
        runpy.run_path("mine.py", run_name="__main__")
"""
SMALL = {"training": {"batch": 16}}


def trained(model: str, name: str = "moons", steps: int = 300, **sections: dict) -> tuple[Run, np.ndarray]:
    """A run after `steps` steps, and its losses."""
    what = experiment(name, model, **sections)
    run = Run(what.lanes[0], data.load(what.data, what.seed), what.seed)
    losses = []
    for whole in train(run):
        if whole and (run.ledger.full or run.step == steps):
            losses.append(run.ledger.read()[2][:, 0])
        if run.step == steps:
            return run, np.concatenate(losses)
    raise AssertionError


def left(run: Run, folder: Path, form: str = ".py") -> str:
    """Write the script and its arrays; its text."""
    for suffix, content in files_of(run, "mine", form).items():
        (folder / f"mine{suffix}").write_bytes(content)
    return (folder / f"mine{form}").read_text()


CASES = {
    "vae": ("vae", "moons", 200, {}),
    "vae, learned noise, in parts": (
        "vae", "moons", 200, {"objective": {"sigma_eps": "learned"}, "training": {"micro_batch": 40}},
    ),
    "vae by the score": ("vae", "moons", 200, {"objective": {"gradient": "score"}}),
    "dae": ("dae", "moons", 200, {"training": {"decay": 200}}),
    "dae by Langevin": ("dae", "moons", 200, {"flow": {"kind": "langevin"}}),
    "ae": ("ae", "moons", 200, {}),
    "gan": ("gan", "moons", 200, {}),
    "diffusion": ("diffusion", "moons", 200, {"training": {"ema": 0.99}}),
    "supervised": ("supervised", "s_curve", 200, {}),
    "conv-vae": ("conv-vae", "digits", 40, SMALL),
    "unet": ("unet", "digits", 9, SMALL),
    "diffusion-unet": ("diffusion-unet", "digits", 9, SMALL),
}
COUNT = 30


@pytest.fixture(scope="module")
def taken_home(tmp_path_factory) -> dict[str, tuple[Run, np.ndarray, Path]]:
    """Each case: the run, its losses, and the folder where its script has run alone; one process for all of them."""
    found = {}
    for name, (model, dataset, steps, sections) in CASES.items():
        folder = tmp_path_factory.mktemp("script")
        run, losses = trained(model, dataset, steps, **sections)
        assert "engine" not in left(run, folder)
        found[name] = run, losses, folder
    asked = [f"{folder}:{COUNT}:{len(losses)}" for _, losses, folder in found.values()]
    env = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    child = subprocess.run([sys.executable, "-I", "-c", SHIELD, *asked], env=env, capture_output=True, text=True, timeout=200)
    assert child.returncode == 0, child.stderr
    assert child.stdout.count(f"{COUNT} new examples") == child.stdout.count("loss after") == len(CASES)
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_script_gives_the_same_samples_and_the_same_loss_without_the_app(taken_home, name):
    run, losses, folder = taken_home[name]
    ours = results.samples(run, COUNT).numpy()
    np.testing.assert_allclose(np.load(folder / "samples.npy"), ours, atol=1e-5)
    theirs = np.load(folder / "losses.npy")
    assert len(theirs) == len(losses)
    last = slice(-len(losses) // 3, None)
    assert abs(theirs[last].mean() / losses[last].mean() - 1) < 0.01


def test_the_notebook_runs_cell_by_cell(tmp_path, monkeypatch, capsys):
    run, _ = trained("vae", steps=50)
    left(run, tmp_path, ".ipynb")
    book = json.loads((tmp_path / "mine.ipynb").read_text())
    titles = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "markdown"]
    assert titles == [f"## {t}" for t in ("Settings", "The network", "The cost", "Training", "New examples", "Try it")]
    monkeypatch.chdir(tmp_path)
    compiler, names = codeop.Compile(), {"__name__": "__main__"}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            exec(compiler(cell["source"], "cell", "exec"), names)
    assert "64 new examples" in capsys.readouterr().out
    np.testing.assert_allclose(names["samples"].numpy(), results.samples(run, 64).numpy(), atol=1e-5)


def test_what_the_sliders_said_last_is_what_the_script_says(tmp_path):
    run, _ = trained("dae", steps=10)
    run.change("objective.sigma", 0.125)
    text = left(run, tmp_path)
    assert "sigma=0.125" in text
    assert "changed while it learned" in text


def test_a_formula_has_nothing_to_train_and_says_so():
    what = experiment("moons", "exact")
    run = Run(what.lanes[0], data.load(what.data, what.seed), what.seed)
    with pytest.raises(ExportError, match="no weights"):
        files_of(run, "mine", ".py")


@pytest.mark.parametrize("name", ["my run (2)", "漢字", "a'b\"c", "x\nimport os", "$name"])
def test_whatever_the_file_is_called_the_script_finds_its_arrays(tmp_path, name):
    what = experiment("moons", "dae")
    run = Run(what.lanes[0], data.load(what.data, what.seed), what.seed)
    for suffix, content in files_of(run, name, ".py").items():
        (tmp_path / f"{name}{suffix}").write_bytes(content)
    names = runpy.run_path(str(tmp_path / f"{name}.py"))
    assert len(names["x"]) == len(run.x)
