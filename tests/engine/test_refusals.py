# SPDX-License-Identifier: MIT
"""What the command line cannot do is one sentence that names file, field and reason, and exit code 2; nothing is left."""

from __future__ import annotations

from pathlib import Path

import pytest

import main

MOONS = b'{"data": {"name": "moons"}, "model": {"kind": "dae"'  # a recipe to be spoiled
Said = pytest.CaptureFixture[str]


def recipe(folder: Path) -> str:
    file = folder / "good.json"
    file.write_bytes(MOONS + b"}}")
    return str(file)


def refused(words: list[str], sentence: str, said: Said) -> None:
    """The words are refused by a sentence that begins so, on one line."""
    assert main.main(words) == 2
    errors = said.readouterr().err
    assert errors.startswith(f"attractor: {sentence}")
    assert errors.count("\n") == 1


FILES = {
    "unknown.json": (MOONS + b'}, "modl": 1}', "modl: there is no such field"),
    "inner.json": (MOONS + b', "latent": 2}}', "model.latent: there is no such field"),
    "type.json": (MOONS + b', "width": "6"}}', "model.width: expected a whole number, got a text"),
    "range.json": (MOONS + b', "width": 0}}', "model.width: expected a whole number of at least 1"),
    "word.toml": (b'data.name = "moon"\nmodel.kind = "dae"', "data.name: “moon” is not known here; known are "),
    "misfit.toml": (b'data.name = "moons"\nmodel = {kind = "vae", latent = 3}', "model.kind: “vae” does not fit “moons”: "),
    "nothing.json": (b"{}", "model: is missing"),
    "list.json": (b"[]", "expected a table, got a list"),
    "broken.toml": (b"data = [", "this is no TOML: "),
    "broken.json": (b"{", "this is no JSON: "),
    "deep.json": (b"[" * 100_000, "too deeply nested"),
    "digits.toml": (b"seed = " + b"9" * 5000, "a number has too many digits"),
    "latin.json": (b"\xff\xfe", "this is no text in UTF-8"),
    "recipe.pt": (b"\x80\x02", "a recipe is a .attractor, .json or .toml file"),
    "future.json": (MOONS + b'}, "version": 9}', "version: this app reads version 1, not 9"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_recipe_is_refused_by_file_field_and_reason(name: str, tmp_path: Path, capsys: Said):
    data, reason = FILES[name]
    file = tmp_path / name
    file.write_bytes(data)
    refused(["train", str(file), "--steps", "3", "--out", str(tmp_path / "out")], f"{file}: {reason}", capsys)
    assert not (tmp_path / "out").exists()


WORDS = {
    "nope": "“nope” is no command; commands are train, ",
    "--nope": "unrecognized arguments: --nope",
    "--projector train": "unrecognized arguments: train",
    "--play 10": "--play SECONDS and --report FILE go together",
    "--play -1 --report r.json": "--play: expected seconds",
    "--size big": "--size: expected WIDTHxHEIGHT in pixels",
    "train nope": "the following arguments are required: --steps, --out",
    "train nope --steps 1 --out o": "“nope” is neither a chapter (",
    "train nope.json --steps 1 --out o": "nope.json: there is no such file",
    f"train {'x' * 4000} --steps 1 --out o": "“xxx",
    "train training --steps 0 --out o": "--steps: expected a whole number from 1 to ",
    "train training --steps 1e3 --out o": "--steps: expected a whole number from 1 to ",
    "train training --steps １２ --out o": "--steps: expected a whole number from 1 to ",
    "train training --steps 1 --out /dev/null/x": "--out /dev/null/x: Not a directory",
    "train training --steps 1 --out /dev/null": "--out /dev/null: Not a directory",
    "train training --steps 1 --out o --seed -1": "--seed: expected a whole number from 0 to ",
    "train training --steps 1 --out o --threads 0": "--threads: expected a whole number from 1 to ",
    "train training --steps 1 --out o --device tpu": "--device: invalid choice: 'tpu'",
    "train training --steps 1 --out o --set x": "--set: expected PATH=VALUE",
    "train training --steps 1 --out o --set model.wide=3": "--set model.wide: there is no such field; here are depth, ",
    "train training --steps 1 --out o --set model.width=0,5": "--set model.width: expected a whole number, got a text",
    "train training --steps 1 --out o --set objective.beta=inf": "--set objective.beta: expected a number, got a text",
    "train training --steps 1 --out o --set objective.beta=1e999": "--set objective.beta: expected a number of at most 10000.0",
    "train training --steps 1 --out o --set no.model.width=3": "--set no.model.width: there is no lane or section “no”",
    "train training --steps 1 --out o --set data.name=mnist": "data.name: MNIST is not on this computer yet",
}


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words[:60])
def test_bad_words_are_refused_in_one_sentence(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    refused(words.split(), WORDS[words], capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_name_is_refused(capsys: Said):
    refused(["train", "training", "--steps", "1", "--out", ""], "--out: expected a name, got nothing", capsys)


def test_a_device_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    words = ["train", recipe(tmp_path), "--steps", "1", "--out", str(tmp_path / "o"), "--device", "cuda"]
    refused(words, "training.device: this machine has no cuda for PyTorch ", capsys)


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "samples.npy")

    monkeypatch.setattr("numpy.save", full)
    words = ["train", recipe(tmp_path), "--steps", "1", "--out", str(tmp_path / "o")]
    refused(words, "--out samples.npy: No space left on device", capsys)
    assert not (tmp_path / "o").exists()


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said):
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.results.save", pressed)
    words = ["train", recipe(tmp_path), "--steps", "1", "--out", str(tmp_path / "o")]
    assert main.main(words) == 130
    assert capsys.readouterr().err == "attractor: stopped\n"
    assert not (tmp_path / "o").exists()
