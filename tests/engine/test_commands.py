# SPDX-License-Identifier: MIT
"""The commands without a window: what `train` leaves, and what is listed, described and examined."""

from __future__ import annotations

import csv
import itertools
import json
import math
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import main
from engine.closed_form import exact_denoiser
from engine.commands import doctor
from engine.data import load
from engine.gap import floor
from engine.protocol.library import experiment_of
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.models import MODELS
from engine.run import Run

RECIPES = {
    "dae": {"data": {"name": "moons"}, "model": {"kind": "dae", "width": 16, "depth": 1}},
    "vae": {"data": {"name": "digits"}, "model": {"kind": "vae"}},
    "784-400-20": {"data": {"name": "shapes"}, "model": {"kind": "vae", "width": 400, "depth": 1, "latent": 20}},
    "two": {
        "data": {"name": "moons"},
        "lanes": [
            {"name": "left", "model": {"kind": "dae", "width": 8}},
            {"name": "right", "model": {"kind": "vae", "width": 8}},
        ],
    },
}  # fmt: skip


def recipe(folder: Path, name: str) -> str:
    file = folder / f"{name}.json"
    file.write_text(json.dumps(RECIPES[name]), encoding="utf-8")
    return str(file)


def train(folder: Path, name: str, *more: str, steps: int = 30, out: str = "out") -> Path:
    """Run `train` on one thread; it must succeed."""
    words = ["train", recipe(folder, name), "--steps", str(steps), "--threads", "1", "--out", str(folder / out), *more]
    assert main.main(words) == 0
    return folder / out


def metrics(folder: Path) -> list[dict[str, float]]:
    with (folder / "metrics.csv").open(encoding="ascii", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


# ---------------------------------------------------------------------------------------------------- what a run leaves


def test_a_row_for_each_step_with_the_terms_of_the_objective(tmp_path: Path):
    rows = metrics(train(tmp_path, "vae"))
    assert list(rows[0]) == ["step", "seconds", "loss", "reconstruction", "kl"]
    assert [row["step"] for row in rows] == list(range(1, 31))
    for row in rows:
        assert row["loss"] == pytest.approx(row["reconstruction"] + row["kl"], abs=1e-4)
    assert all(a["seconds"] < b["seconds"] for a, b in itertools.pairwise(rows))


def test_figures_are_written_to_the_last_bit(tmp_path: Path):
    rows = metrics(train(tmp_path, "vae"))
    for row in rows:
        assert float(np.float32(row["loss"])) == row["loss"]


@pytest.mark.parametrize("name", ["vae", "784-400-20"])
def test_the_same_seed_gives_the_same_metrics_seconds_aside(name: str, tmp_path: Path):
    one, other = (metrics(train(tmp_path, name, steps=100, out=out)) for out in ("one", "other"))
    for row in (*one, *other):
        del row["seconds"]
    assert one == other
    third = metrics(train(tmp_path, name, "--seed", "4", steps=3, out="third"))
    assert third[0]["loss"] != one[0]["loss"]


def test_the_recipe_that_it_leaves_trains_the_same_run_again(tmp_path: Path):
    first = train(tmp_path, "dae", "--set", "objective.sigma=0.5", "model.width=12", "--seed", "11")
    used = experiment_of(str(first / "recipe.json"))
    assert used.seed == 11
    assert used.lanes[0].recipe.objective.sigma == 0.5  # type: ignore[union-attr]
    assert used.lanes[0].recipe.model.width == 12  # type: ignore[union-attr]
    assert (used.lanes[0].recipe.training.threads, used.lanes[0].recipe.training.device) == (1, "cpu")
    again = tmp_path / "again"
    assert main.main(["train", str(first / "recipe.json"), "--steps", "30", "--out", str(again)]) == 0
    assert [row["loss"] for row in metrics(again)] == [row["loss"] for row in metrics(first)]


def test_weights_samples_and_latents_are_those_of_the_trained_network(tmp_path: Path):
    out = train(tmp_path, "vae")
    weights = safetensors.numpy.load_file(out / "weights.safetensors")
    assert weights["encoder.0.weight"].shape == (64, 64)
    samples, latents = (np.load(out / f"{name}.npy", allow_pickle=False) for name in ("samples", "latents"))
    assert (samples.shape, latents.shape) == ((2000, 64), (1437, 2))
    assert np.isfinite(samples).all()
    x = load(from_plain(RECIPES["vae"]).data, 3).train.astype(np.float64)
    for layer in (0, 2, 4):  # the encoder by hand: SiLU between its layers, μ is the first half
        x = x @ weights[f"encoder.{layer}.weight"].T.astype(np.float64) + weights[f"encoder.{layer}.bias"]
        x = x / (1 + np.exp(-x)) if layer < 4 else x
    np.testing.assert_allclose(latents, x[:, :2], atol=1e-4)


def test_a_denoisers_samples_are_the_ends_of_200_updates(tmp_path: Path):
    out = train(tmp_path, "dae", "--set", "flow.eta=1", steps=1)
    weights = safetensors.numpy.load_file(out / "weights.safetensors")
    ends = np.load(out / "samples.npy")
    x = ends.astype(np.float64)
    for layer in (0, 2):
        x = x @ weights[f"layers.{layer}.weight"].T.astype(np.float64) + weights[f"layers.{layer}.bias"]
        x = x / (1 + np.exp(-x)) if layer < 2 else x
    np.testing.assert_allclose(x, ends, atol=1e-5)  # an untrained network contracts: all have arrived where D(x) = x


def test_lanes_have_folders_of_their_own_and_the_bits_that_they_have_alone(tmp_path: Path):
    out = train(tmp_path, "two")
    assert sorted(child.name for child in out.iterdir()) == ["left", "recipe.json", "right"]
    alone = tmp_path / "alone"
    assert main.main(["train", str(out / "right" / "recipe.json"), "--steps", "30", "--out", str(alone)]) == 0
    assert [row["loss"] for row in metrics(alone)] == [row["loss"] for row in metrics(out / "right")]


def test_a_value_for_one_lane_leaves_the_other_alone(tmp_path: Path):
    out = train(tmp_path, "two", "--set", "left.model.width=5", steps=1)
    used = experiment_of(str(out / "recipe.json"))
    assert [lane.recipe.model.width for lane in used.lanes] == [5, 8]  # type: ignore[union-attr]


# -------------------------------------------------------------------------------------------------------------- the floor


@pytest.mark.parametrize(("data", "sigma"), [("moons", 0.3), ("digits", 0.5)])
def test_the_floor_is_what_the_exact_denoiser_pays(data: str, sigma: float):
    experiment = from_plain({"data": {"name": data}, "model": {"kind": "dae"}, "objective": {"sigma": sigma}})
    run = Run(experiment.lanes[0], load(experiment.data, 3), 3)
    rng = np.random.default_rng(1)
    x = run.x[rng.integers(len(run.x), size=20_000)]
    noise = x.new_tensor(rng.normal(size=x.shape))
    paid = (x - exact_denoiser(x + sigma * noise, run.x, sigma)).square().sum(1).double()
    error = float(paid.std()) / math.sqrt(len(paid))
    assert floor(run) == pytest.approx(float(paid.mean()), abs=4 * error)
    assert error < 0.015 * float(paid.mean())


def test_the_floor_of_the_diffusion_loss_is_that_of_the_exact_denoiser_over_all_sigma():
    experiment = from_plain({"data": {"name": "moons"}, "model": {"kind": "diffusion"}})
    run = Run(experiment.lanes[0], load(experiment.data, 3), 3)
    rng = np.random.default_rng(1)
    x = run.x[rng.integers(len(run.x), size=20_000)]
    spread = float(run.x.var(0, correction=0).mean()) ** 0.5
    sigma = x.new_tensor(spread * np.exp(-1.2 + 1.2 * rng.normal(size=(len(x), 1))))  # Karras et al. 2022, table 1
    exact = exact_denoiser(x + sigma * x.new_tensor(rng.normal(size=x.shape)), run.x, sigma.squeeze(1))
    paid = ((x - exact).square() * (sigma**-2 + spread**-2)).sum(1).double()
    assert floor(run) == pytest.approx(float(paid.mean()), abs=4 * float(paid.std()) / math.sqrt(len(paid)))


def test_the_floor_is_computed_once_at_the_trainings_sigma_whatever_the_flow_does(tmp_path: Path):
    one = metrics(train(tmp_path, "dae", steps=2, out="one"))
    other = metrics(train(tmp_path, "dae", "--set", "flow.sigma=2.0", steps=2, out="other"))
    assert one[0]["floor"] == one[1]["floor"] == other[0]["floor"]


# ---------------------------------------------------------------------------------------- what was there, and what is refused


def test_a_run_is_replaced_only_by_force_and_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = train(tmp_path, "two", steps=2)
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    words = ["train", recipe(tmp_path, "dae"), "--steps", "2", "--out", str(out)]
    assert main.main(words) == 2
    assert capsys.readouterr().err == f"attractor: --out {out}: this folder holds a run; --force replaces it\n"
    assert main.main([*words, "--force"]) == 0
    names = ["latents.npy", "metrics.csv", "mine.txt", "recipe.json", "samples.npy", "weights.safetensors"]
    assert sorted(child.name for child in out.iterdir()) == names


def test_a_run_that_diverges_says_so_and_leaves_what_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = train(tmp_path, "vae", steps=5)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    words = ["train", recipe(tmp_path, "vae"), "--steps", "50", "--out", str(out), "--force"]
    assert main.main([*words, "--set", "training.learning_rate=1e6"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("attractor: vae: loss became infinite at step ")
    assert said.count("\n") == 1
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_a_folder_that_was_made_for_nothing_is_taken_away_again(tmp_path: Path):
    out = tmp_path / "new"
    words = ["train", recipe(tmp_path, "vae"), "--steps", "50", "--out", str(out), "--set", "training.learning_rate=1e6"]
    assert main.main(words) == 1
    assert not out.exists()


# ------------------------------------------------------------------------------------------------------ the other commands


def test_chapters_are_listed_by_number(capsys: pytest.CaptureFixture[str]):
    assert main.main(["chapters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    titles = dict(line.split("  ", 1) for line in lines)
    assert titles["training"].strip() == "Training the VAE"
    assert titles["update"].strip() == "The update"


def test_a_broken_chapter_of_the_users_own_is_named_and_the_others_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "mine.toml").write_text("key = ", encoding="utf-8")
    monkeypatch.setattr("engine.protocol.library.own_chapters", lambda: folder)
    assert main.main(["chapters"]) == 2
    said = capsys.readouterr()
    assert "update" in said.out
    assert said.err.startswith("attractor: mine.toml: this is no TOML: ")


def test_the_schema_is_json_schema_with_limits_and_help(capsys: pytest.CaptureFixture[str]):
    assert main.main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    width = schema["$defs"]["Vae"]["properties"]["width"]
    assert (width["minimum"], width["title"]) == (1, "width")
    assert schema["$defs"]["Denoising"]["properties"]["sigma"]["description"].startswith("Standard deviation")


def test_the_doctor_names_every_dependency_and_scipy_for_scikit_learn_which_brings_it():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [re.split("[<>=]", dependency)[0] for dependency in project["dependencies"]]
    assert ["scipy" if name == "scikit-learn" else name for name in named] == list(doctor.PACKAGES)


@pytest.mark.slow
def test_the_doctor_trains_saves_and_restores_every_system(capsys: pytest.CaptureFixture[str]):
    assert main.main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {test["model"] for test in found["systems"]} == {str(model.__struct_config__.tag) for model in MODELS}
    assert all(test["well"] for test in found["systems"])
    assert found["device"]["check"] == "a product came out right"


def test_the_doctor_says_which_system_is_ill(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    ill = {"model": "dae", "data": "digits", "well": False, "said": "ArithmeticError: a figure is not finite"}
    monkeypatch.setattr(doctor, "_tried", lambda kind: ill)
    monkeypatch.setattr(doctor, "_probed", lambda: {"auto": "cpu"})
    assert main.main(["doctor"]) == 1
    assert "ArithmeticError: a figure is not finite" in capsys.readouterr().out


def test_a_probe_that_gives_no_answer_leaves_the_cpu(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "own_command", lambda: ["/bin/sh", "-c", "echo garbage"])
    assert doctor._probed() == {"auto": "cpu", "reason": "the probe gave no answer"}
    monkeypatch.setattr(doctor, "own_command", lambda: ["/bin/sh", "-c", "sleep 60"])
    monkeypatch.setattr(doctor, "PATIENCE_S", 0.1)
    assert doctor._probed()["reason"] == "no answer within 0 s"


def test_the_help_of_train_names_every_path_that_can_be_set(capsys: pytest.CaptureFixture[str]):
    assert main.main(["train", "--help"]) == 0
    said = capsys.readouterr().out
    for path in ("data.name", "data.noise", "model.latent", "objective.sigma_eps", "flow.eta", "training.decay", "seed"):
        assert f"  {path} " in said
