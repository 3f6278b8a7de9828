# SPDX-License-Identifier: MIT
"""Runs that leave through the pipe and come back, and data that come in through it: bit for bit."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from engine.data.imported import fingerprint
from engine.protocol.messages import Build, Built, Failed, Give, Kept, Paused, Resume, Resumed, Save
from engine.protocol.recipe.editing import from_plain
from tests.driving import Driver, experiment

PIECE = 1000


def kept(driver: Driver) -> bytes:
    """The checkpoint that the engine sends."""
    driver.send(Save())
    parts = [driver.until(Kept)]
    while sum(part.values.size for part in parts) < parts[0].size:
        parts.append(driver.until(Kept))
    return b"".join(part.values.tobytes() for part in parts)


def give(driver: Driver, array: np.ndarray, sha256: str = "") -> str:
    """Give an array in small pieces; returns its name."""
    flat, sha256 = array.reshape(-1), sha256 or fingerprint(array)
    for offset in range(0, flat.size, PIECE):
        driver.send(Give(sha256=sha256, offset=offset, size=flat.size, values=flat[offset : offset + PIECE]))
    return sha256


def put_on(driver: Driver, checkpoint: bytes) -> Resumed:
    sha256 = give(driver, np.frombuffer(checkpoint, np.uint8))
    driver.send(Resume(sha256=sha256, run_id=7, builds=(70,)))
    return driver.until(Resumed)


@pytest.mark.parametrize("model", ["vae", "dae", "gan"])
def test_a_run_that_was_saved_goes_on_elsewhere_bit_for_bit(model):
    with Driver() as first, Driver() as second:
        first.build(experiment("moons", model))
        first.train(40)
        back = put_on(second, kept(first))
        assert (back.run_id, back.builds, list(back.steps.values())) == (7, (70,), [40])
        first.train(500)
        second.train(500)
        ours, theirs = kept(first), kept(second)
        # The header names other builds and the seconds differ; all tensors else are the same bytes.
        assert tensors(ours) == tensors(theirs)


@pytest.mark.parametrize("name", ["imported", "painted"])
def test_a_run_on_ones_own_data_goes_on_elsewhere_bit_for_bit(name):
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(300, 5)).astype(np.float32), rng.integers(0, 3, 300).astype(np.int32)
    points = rng.normal(size=(200, 2)).round(3).tolist()
    what = recipe(imported(x, labels) if name == "imported" else {"name": "painted", "points": points})
    with Driver() as first, Driver() as second:
        for driver in (first, second):
            give(driver, x)
            give(driver, labels)
        first.build(what)
        first.train(40)
        put_on(second, kept(first))
        first.train(500)
        second.train(500)
        assert tensors(kept(first)) == tensors(kept(second))


def tensors(checkpoint: bytes) -> dict[str, str]:
    """The SHA-256 of every tensor but the clock's."""
    import msgspec

    size = int.from_bytes(checkpoint[:8], "little")
    header = msgspec.json.decode(checkpoint[8 : 8 + size])
    body = checkpoint[8 + size :]
    return {
        name: hashlib.sha256(body[slice(*entry["data_offsets"])]).hexdigest()
        for name, entry in header.items() if name != "__metadata__" and not name.endswith("seconds")
    }  # fmt: skip


def imported(array: np.ndarray, labels: np.ndarray | None = None) -> dict:
    data = {"name": "imported", "sha256": fingerprint(array), "size": list(array.shape[1:]), "counts": [len(array) - 50, 50]}
    if labels is not None:
        data |= {"label_sha256": fingerprint(labels), "labels": ["a", "b", "c"]}
    return data


def recipe(data: dict):
    return from_plain({"data": data, "model": {"kind": "vae"}, "training": {"threads": 1, "device": "cpu"}})


def test_data_that_were_given_are_trained_on_and_survive_the_engine(tmp_path):
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(300, 5)).astype(np.float32), rng.integers(0, 3, 300).astype(np.int32)
    with Driver(tmp_path) as driver:
        give(driver, x)
        give(driver, labels)
        driver.build(recipe(imported(x, labels)))
        driver.train(10)
        driver.end()
    with Driver(tmp_path) as driver:
        driver.send(Resume())
        assert list(driver.until(Resumed).steps.values()) == [10]
        driver.train(5)


def test_data_that_were_not_given_are_asked_for(tmp_path):
    x = np.zeros((300, 5), np.float32)
    with Driver(tmp_path) as driver:
        driver.send(Build(run_id=1, experiment=recipe(imported(x)), builds=(1,)))
        failed = driver.until(Failed)
        assert (failed.kind, failed.values["sha256"]) == ("array_missing", fingerprint(x)[:12])


def test_other_bytes_than_their_name_says_are_refused(tmp_path):
    x = np.zeros((300, 5), np.float32)
    with Driver(tmp_path) as driver:
        give(driver, x + 1, fingerprint(x))
        driver.send(Build(run_id=1, experiment=recipe(imported(x)), builds=(1,)))
        assert driver.until(Failed).kind == "array_wrong"


def test_pieces_that_do_not_fit_are_refused_and_the_engine_lives():
    with Driver() as driver:
        values = np.zeros(10, np.float32)
        for wrong in ({"offset": 5}, {"offset": 0, "size": 3}, {"offset": 0, "size": 2**40}):
            driver.send(Give(**{"sha256": "0" * 64, "offset": 0, "size": 100, "values": values, **wrong}))
            assert "piece" in driver.until(Failed).values["reason"] or "too many" in driver.said[-1].values["reason"]
        driver.build(experiment("moons", "dae"))


def test_a_checkpoint_that_is_none_is_refused_and_the_run_plays_on():
    with Driver() as driver:
        driver.build(experiment("moons", "dae"))
        driver.train(5)
        sha256 = give(driver, np.arange(99, dtype=np.uint8))
        driver.send(Resume(sha256=sha256, run_id=7, builds=(70,)))
        assert driver.until(Failed).kind == "checkpoint_unreadable"
        assert isinstance(driver.train(5), Paused)


def test_a_build_answers_after_a_save_with_nothing_to_save():
    with Driver() as driver:
        driver.send(Save())
        assert "nothing plays" in driver.until(Failed).values["reason"]
        assert isinstance(driver.build(experiment("moons", "dae")), Built)
