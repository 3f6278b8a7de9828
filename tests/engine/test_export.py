# SPDX-License-Identifier: MIT
"""The exported script, run where the app cannot be imported: equal samples for equal seeds, and the same loss."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from engine import data, results
from engine.export.script import ExportError, write
from engine.run import Run
from engine.train import train
from tests.driving import experiment

STEPS = 300
SHIELD = """
import sys
class No:
    def find_spec(self, name, *_):
        if name.split(".")[0] in ("engine", "ui", "main"):
            raise ImportError(name)
sys.meta_path.insert(0, No())
"""


def trained(model: str, name: str = "moons", **sections: dict) -> tuple[Run, np.ndarray]:
    """A run after STEPS steps, and its losses."""
    what = experiment(name, model, **sections)
    run = Run(what.lanes[0], data.load(what.data, what.seed), what.seed)
    losses = []
    for whole in train(run):
        if whole and (run.ledger.full or run.step == STEPS):
            losses.append(run.ledger.read()[2][:, 0])
        if run.step == STEPS:
            return run, np.concatenate(losses)
    raise AssertionError


def alone(folder, *words):
    """Run the script with nothing of the app in reach."""
    env = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    code = f"import sys; sys.argv = {['mine.py', *words]!r}; import runpy; runpy.run_path('mine.py', run_name='__main__')"
    argv = [sys.executable, "-I", "-c", SHIELD + code]
    child = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=200)
    assert child.returncode == 0, child.stderr
    return child.stdout


@pytest.mark.parametrize(("model", "sections"), [("vae", {}), ("dae", {}), ("dae", {"training": {"decay": 200}})])
def test_the_script_gives_the_same_samples_and_the_same_loss_without_the_app(tmp_path, model, sections):
    run, losses = trained(model, **sections)
    write(run, tmp_path / "mine.py")
    alone(tmp_path)
    ours = results.samples(run).numpy()
    np.testing.assert_allclose(np.load(tmp_path / "samples.npy"), ours, atol=1e-5)
    assert "loss after 300 steps" in alone(tmp_path, "train", str(STEPS))
    theirs = np.load(tmp_path / "losses.npy")
    assert abs(theirs[-100:].mean() / losses[-100:].mean() - 1) < 0.01


def test_the_notebook_holds_the_same_sections_and_runs(tmp_path):
    run, _ = trained("vae")
    write(run, tmp_path / "mine.ipynb")
    book = json.loads((tmp_path / "mine.ipynb").read_text())
    code = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
    assert [cell["source"] for cell in book["cells"] if cell["cell_type"] == "markdown"][1] == "## The network"
    (tmp_path / "mine.py").write_text("\n\n".join(code))
    assert "2,000 new examples" in alone(tmp_path)


def test_a_model_without_a_plain_form_says_so(tmp_path):
    run, _ = trained("gan")
    with pytest.raises(ExportError, match="not of “gan”"):
        write(run, tmp_path / "mine.py")
    assert not list(tmp_path.iterdir())
