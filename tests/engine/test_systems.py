# SPDX-License-Identifier: MIT
"""Every system of the lecture trains on every data set of fitting shape; what does not fit is refused before it is built."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from scipy.io import savemat

from engine import flows
from engine.data import load
from engine.data.dataset import Dataset
from engine.data.imported import fingerprint
from engine.data.remote import FILES
from engine.protocol.messages import Build, Failed
from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.models import MODELS
from engine.protocol.recipe.models.unet import Unet
from engine.protocol.recipe.models.vae import Vae
from engine.protocol.recipe.objectives.elbo import Elbo
from engine.protocol.words import sentence
from tests.driving import Driver, experiment
from tests.trained import made, play

STEPS = 200
TABLE = np.random.default_rng(1).normal(size=(90, 5)).astype(np.float32)
COLORED = np.random.default_rng(2).integers(0, 256, (60, 3, 12, 8), dtype=np.uint8)


def imported(array: np.ndarray, test: int) -> dict[str, Any]:
    """An array of the user as a recipe names it."""
    return {"sha256": fingerprint(array), "size": array.shape[1:], "counts": (len(array) - test, test)}


POINTS: dict[str, dict[str, Any]] = {
    "moons": {"n": 100}, "circles": {"n": 100}, "spiral": {"n": 100}, "pinwheel": {"n": 100}, "grid": {"n": 100},
    "swiss_roll": {"n": 100}, "s_curve": {"n": 100}, "painted": {}, "imported": imported(TABLE, 20),
}  # fmt: skip
IMAGES: dict[str, dict[str, Any]] = {
    "digits": {}, "dial": {"n": 100}, "blob": {"n": 100}, "shapes": {"n": 100}, "mnist": {"n": 100},
    "fashion_mnist": {"n": 100}, "olivetti": {"n": 40}, "colored": {"name": "imported", **imported(COLORED, 10)},
}  # fmt: skip
KNOWN_H = {"moons", "circles", "spiral", "pinwheel", "swiss_roll", "s_curve", "dial", "blob", "shapes"}
EVERY = {**POINTS, **IMAGES}

#: Small networks: what matters here is that all shapes meet, not what is learned.
SMALL: dict[str, dict[str, Any]] = {
    "supervised": {"width": 16}, "ae": {"width": 16}, "vae": {"width": 16}, "gan": {"width": 16, "depth": 2},
    "dae": {"width": 16}, "diffusion": {"width": 16}, "exact": {},
    "conv-vae": {"channels": 2}, "unet": {"channels": 2}, "diffusion-unet": {"channels": 2},
}  # fmt: skip
FOR_IMAGES = {"conv-vae", "unet", "diffusion-unet"}


def fitting(model: str) -> set[str]:
    """The data sets on which a system can train."""
    return KNOWN_H if model == "supervised" else set(IMAGES) if model in FOR_IMAGES else set(EVERY)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the downloads would bring: files of their formats and sizes, with smooth pictures in them."""
    folder = tmp_path_factory.mktemp("cache")
    x, y = np.meshgrid(np.linspace(0, 3, 64), np.linspace(0, 3, 64))
    faces = np.stack([127.5 + 127.5 * np.sin(x + i) * np.cos(y * (1 + i % 3)) for i in range(40)]).astype(np.uint8)
    for name in ("mnist", "fashion_mnist"):
        for file, count in zip(FILES[name], (60_000, 60_000, 10_000, 10_000), strict=True):
            pictures = "images" in file.name
            lengths = (count, 28, 28) if pictures else (count,)
            content = np.resize(faces[:, ::2, ::2][:, :28, :28], lengths) if pictures else np.resize(np.arange(10), lengths)
            path = folder / file.name
            path.parent.mkdir(exist_ok=True)
            header = bytes([0, 0, 8, len(lengths)]) + struct.pack(f">{len(lengths)}I", *lengths)
            path.write_bytes(header + content.astype(np.uint8).tobytes())
    path = folder / FILES["olivetti"][0].name
    path.parent.mkdir()
    savemat(path, {"faces": np.resize(faces, (400, 4096)).T})
    return folder


@lru_cache(maxsize=2)
def examples(name: str, cache: Path) -> Dataset:
    """The examples of a data set; one that has to be fetched comes from `cache`."""
    experiment = from_plain({"data": {"name": name, **EVERY[name]}, "model": {"kind": "exact"}, "training": {"batch": 8}})
    return load(experiment.data, 3, {fingerprint(array): array for array in (TABLE, COLORED)}, cache)


def test_these_are_all_systems_and_all_data() -> None:
    assert set(SMALL) == {model.__struct_config__.tag for model in MODELS}
    assert {EVERY[name].get("name", name) for name in EVERY} == {data.__struct_config__.tag for data in DATA}


@pytest.mark.parametrize(("data", "model"), [(data, model) for data in EVERY for model in SMALL if data in fitting(model)])
def test_two_hundred_steps_are_finite(data: str, model: str, cache: Path) -> None:
    small = {"batch": 2 if model in FOR_IMAGES else 8, "ema": 0.9}
    run = made(data, model, examples(data, cache), data=EVERY[data], model=SMALL[model], training=small)
    figures = play(run, STEPS)
    assert figures.shape == (STEPS, len(run.objective.names))
    assert np.isfinite(figures).all()
    assert all(bool(p.isfinite().all()) for p in (*run.objective.parameters(), *run.shown.parameters()))
    flow = flows.build(run.flow["kind"], run.shown, run.x, torch.Generator().manual_seed(1))
    with torch.inference_mode():
        x = next(flow.travel(4, run.flow, run.sigma))
    assert x.shape == (4, run.data.M)
    assert bool(x.isfinite().all())


def refusal(plain: Mapping[str, Any]) -> RecipeError:
    """Why a recipe cannot be; its sentence is one line."""
    with pytest.raises(RecipeError) as caught:
        from_plain(dict(plain))
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(("data", "model"), [(data, model) for data in EVERY for model in SMALL if data not in fitting(model)])
def test_a_system_that_does_not_fit_the_data_is_refused(data: str, model: str) -> None:
    error = refusal({"data": {"name": data, **EVERY[data]}, "model": {"kind": model}, "training": {"batch": 8}})
    assert error.field == "model.kind"
    why = "a convolution needs images, and these are points" if model in FOR_IMAGES else "nobody knows the h of these examples"
    assert error.reason.endswith(f"does not fit “{EVERY[data].get('name', data)}”: {why}")


@pytest.mark.parametrize("model", sorted(FOR_IMAGES))
@pytest.mark.parametrize("size", [(1, 7, 7), (1, 8, 6), (3, 30, 28), (1, 2, 2)])
def test_images_that_cannot_be_halved_twice_are_refused(model: str, size: tuple[int, ...]) -> None:
    data = {"name": "imported", "sha256": "0" * 64, "size": size, "counts": (200, 50)}
    error = refusal({"data": data, "model": {"kind": model}})
    assert error.field == "model.kind"
    assert f"images of {size[1]}×{size[2]} cannot be halved 2 times" in error.reason


@pytest.mark.parametrize("model", ["ae", "vae", "gan"])
@pytest.mark.parametrize("data", ["moons", "swiss_roll", "digits"])
def test_a_hidden_space_larger_than_that_of_the_data_is_refused(model: str, data: str) -> None:
    size = math.prod(from_plain({"data": {"name": data}, "model": {"kind": model}}).data.shape)
    from_plain({"data": {"name": data}, "model": {"kind": model, "latent": size}})
    error = refusal({"data": {"name": data}, "model": {"kind": model, "latent": size + 1}})
    assert error.reason.endswith(f"M_hidd = {size + 1} is larger than the M = {size} dimensions of the data")


@pytest.mark.parametrize("model", sorted(set(SMALL) - FOR_IMAGES))
def test_a_batch_larger_than_the_data_is_refused(model: str) -> None:
    from_plain({"data": {"name": "moons", "n": 50}, "model": {"kind": model}, "training": {"batch": 50}})
    error = refusal({"data": {"name": "moons", "n": 50}, "model": {"kind": model}, "training": {"batch": 51}})
    assert (error.field, error.reason) == ("training.batch", "51 is more than the 50 training examples")


def test_the_engine_builds_nothing_that_does_not_fit_and_goes_on_with_what_it_has() -> None:
    """A recipe that comes through the pipe past the window's own check, as from an older window."""
    good = experiment("moons", "dae", model={"width": 8})
    lane = good.lanes[0]
    wrong = {
        "training.batch: 601 is more than the 600 training examples":
            replace(lane.recipe, training=replace(lane.recipe.training, batch=601)),
        "model.kind: “unet” does not fit “moons”: a convolution needs images, and these are points":
            replace(lane.recipe, model=Unet()),
        "model.kind: “vae” does not fit “moons”: M_hidd = 3 is larger than the M = 2 dimensions of the data":
            replace(lane.recipe, model=Vae(latent=3), objective=Elbo()),
    }  # fmt: skip
    with Driver() as engine:
        engine.build(good)
        engine.train(5)
        for build, (reason, recipe) in enumerate(wrong.items(), start=2):
            unfit = replace(good, lanes=(replace(lane, recipe=recipe),))
            engine.send(Build(run_id=1, experiment=unfit, builds=(build,)))
            failed = engine.until(Failed)
            assert sentence(failed.kind, failed.values) == f"{reason}."
        assert engine.train(5).steps == {"dae": 10}
        assert engine.end().code == 0
