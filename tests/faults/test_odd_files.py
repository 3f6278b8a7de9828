# SPDX-License-Identifier: MIT
"""Odd but honest files are read as they were meant."""

from __future__ import annotations

import codecs
import subprocess
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.data import load
from engine.protocol.arguments import Read
from engine.protocol.places import own_command
from engine.protocol.reading import Ear, Facts, Piece, Progress
from engine.reading.examples import Examples
from engine.reading.reader import facts, read
from tests.faults import bad_files as bad

VALUES = np.array([[0.5, -2], [1.5, 4], [2.5, 1e-3], [3.25, 7], [-4, 0]])


def reading(file: Path, **asked: object) -> Examples:
    return read(file, Read(file, **asked), lambda *_: None)


def written(tmp_path: Path, text: str, encoding: str = "utf-8", mark: bytes = b"") -> Path:
    (tmp_path / "a.csv").write_bytes(mark + text.encode(encoding))
    return tmp_path / "a.csv"


def table(separator: str = ",", comma: bool = False, header: str = "a{0}b", end: str = "\n", quote: str = "") -> str:
    rows = [separator.join(f"{quote}{value:g}{quote}".replace(".", "," if comma else ".") for value in row) for row in VALUES]
    return end.join([*([header.format(separator)] if header else []), *rows, ""])


@pytest.mark.parametrize(
    ("text", "encoding", "mark"),
    [
        (table(), "utf-8", b""),
        (table(header=""), "utf-8", b""),
        (table(";"), "utf-8", b""),
        (table(";", comma=True), "utf-8", b""),
        (table("\t", comma=True), "utf-8", b""),
        (table("|"), "utf-8", b""),
        (table(" ", header=""), "utf-8", b""),
        (table(end="\r\n"), "utf-8", b""),
        (table(end="\r"), "utf-8", b""),
        (table(quote='"'), "utf-8", b""),
        (table() + "\n\n", "utf-8", b""),
        ("\n\n" + table(), "utf-8", b""),
        (table(), "utf-8", codecs.BOM_UTF8),
        (table(), "utf-16-le", codecs.BOM_UTF16_LE),
        (table(header="größe{0}höhe"), "utf-8", b""),
        (table(header="größe{0}höhe"), "latin-1", b""),
    ],
)
def test_a_table_is_read_however_it_is_written(tmp_path, text, encoding, mark):
    np.testing.assert_array_equal(reading(written(tmp_path, text, encoding, mark)).x, VALUES.astype(np.float32))


def test_the_column_of_words_becomes_the_classes(tmp_path):
    made = reading(written(tmp_path, "x,y,kind\n1,2,cat\n2,3,dog\n3,4,cat\n4,5,emu\n5,7,dog\n"))
    assert (made.classes, made.labels.tolist(), made.label) == (("cat", "dog", "emu"), [0, 1, 0, 2, 1], "kind")
    assert made.x.shape == (5, 2)


def test_a_column_can_be_chosen_as_label_or_none(tmp_path):
    file = written(tmp_path, "label,y\n1,2\n0,3\n1,4\n2,5\n")
    assert reading(file).label == "label"
    assert reading(file, label="y").classes == ("2", "3", "4", "5")
    assert reading(file, label="none").x.shape == (4, 2)


def test_hostile_names_stay_what_they_are_but_not_longer_than_a_line(tmp_path):
    made = reading(written(tmp_path, "<b>x</b>," + "y" * 5000 + "\n1,2\n2,3\n3,4\n4,5\n"))
    assert made.columns == ("<b>x</b>", "y" * 80)


def test_a_constant_column_denormals_and_minus_zero_train_finitely(tmp_path):
    file = written(tmp_path, "1,-0,1e-310\n1,2,5e-324\n1,3,0\n1,4,1e-300\n1,5,1\n")
    made = reading(file)
    said = facts(file, made)
    assert "same number everywhere" in said.notes[0]
    data = load(said.data, 3, {said.data.sha256: made.x})
    assert np.isfinite(data.train).all()
    assert not data.train[:, 0].any()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(8, 3).astype(">f8"),
        np.asfortranarray(np.arange(24.0).reshape(8, 3)),
        np.arange(24).reshape(8, 3).astype(np.int64),
        np.arange(24).reshape(8, 3).astype(np.float16),
    ],
)
def test_arrays_of_any_byte_order_and_layout_are_read(tmp_path, array):
    made = reading(bad.npy(array)(tmp_path, tmp_path))
    assert made.x.dtype == np.float32
    np.testing.assert_array_equal(made.x, np.arange(24).reshape(8, 3))


@pytest.mark.parametrize(
    ("array", "shape"),
    [
        (np.zeros((5, 64), np.uint8), (5, 1, 8, 8)),
        (np.zeros((5, 8, 9)), (5, 1, 8, 9)),
        (np.zeros((5, 8, 9, 3)), (5, 3, 8, 9)),
        (np.zeros((5, 3, 8, 9)), (5, 3, 8, 9)),
        (np.zeros((5, 8, 8, 4)), (5, 3, 8, 8)),
        (np.zeros((5, 8, 8), bool), (5, 1, 8, 8)),
    ],
)
def test_arrays_of_images_find_their_axes(tmp_path, array, shape):
    assert reading(bad.npy(array)(tmp_path, tmp_path)).x.shape == shape


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (0, 255), (-3, 17)])
def test_images_of_any_range_are_seen_from_0_to_1(tmp_path, low, high):
    made = reading(bad.npy(np.linspace(low, high, 5 * 64).reshape(5, 8, 8))(tmp_path, tmp_path))
    seen = facts(tmp_path, made).seen
    assert (seen.min(), seen.max()) == (0, 1)


def test_an_npz_brings_its_labels(tmp_path):
    members = ("x_train.npy", bad.npy_bytes(np.zeros((6, 2)))), ("y_train.npy", bad.npy_bytes(np.array([3, 1, 3, 7, 7, 7])))
    made = reading(bad.zipped(*members)(tmp_path, tmp_path))
    assert (made.classes, made.labels.tolist()) == (("1", "3", "7"), [1, 0, 1, 2, 2, 2])


@pytest.mark.parametrize("packed", [False, True])
def test_a_pair_of_idx_files_in_the_format_of_mnist(tmp_path, packed):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28)).astype(np.uint8)
    end = ".gz" if packed else ""
    (tmp_path / f"train-images-idx3-ubyte{end}").write_bytes(bad.idx(8, pixels.shape, pixels.tobytes(), packed))
    (tmp_path / f"train-labels-idx1-ubyte{end}").write_bytes(bad.idx(8, (20,), bytes(i % 10 for i in range(20)), packed))
    made = reading(tmp_path / f"train-images-idx3-ubyte{end}")
    np.testing.assert_array_equal(made.x[:, 0], pixels)
    assert made.labels.tolist() == [i % 10 for i in range(20)]


KINDS = {
    "rgb.png": bad.picture(), "gray.png": bad.picture(mode="L"), "bits.png": bad.picture(mode="1"),
    "deep.png": bad.picture(mode="I;16"), "palette.png": bad.picture(mode="P"), "clear.png": bad.picture(mode="RGBA"),
    "photo.jpg": bad.picture(kind="JPEG"), "press.jpg": bad.picture(mode="CMYK", kind="JPEG"), "a.bmp": bad.picture(kind="BMP"),
    "a.tiff": bad.picture(kind="TIFF"), "a.webp": bad.picture(kind="WEBP"), "dot.png": bad.picture((1, 1)),
    "large.jpg": bad.picture((900, 1200), kind="JPEG"),
}  # fmt: skip


def test_pictures_of_every_kind_become_squares_of_one_size(tmp_path):
    folder = bad.folder_of(KINDS)(tmp_path, tmp_path)
    made = reading(folder, side=12)
    assert (made.x.shape, made.x.dtype, made.notes) == ((len(KINDS), 3, 12, 12), np.uint8, [])
    assert reading(folder, side=12, color="gray").x.shape == (len(KINDS), 1, 12, 12)


def test_a_turned_photograph_stands_upright(tmp_path):
    from PIL import Image

    pixels = np.zeros((40, 40), np.uint8)
    pixels[:20] = 255  # white above
    exif = Image.Exif()
    exif[0x0112] = 3  # the camera was upside down
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(4):
        Image.fromarray(pixels).save(folder / f"{index}.jpg", exif=exif)
    made = reading(folder, side=8)
    assert made.x[0, 0, :3].max() < 60
    assert made.x[0, 0, -3:].min() > 190


def test_damaged_pictures_among_good_ones_are_counted_and_named(tmp_path):
    files = {**{f"{i}.png": bad.picture((9, 9)) for i in range(6)}, "2b.png": b"nonsense", "7.png": bad.picture((90, 90))[:500]}
    made = reading(bad.folder_of(files)(tmp_path, tmp_path))
    assert len(made.x) == 6
    assert made.notes[0].startswith("2 pictures are left out; the first: 2b.png is no picture")


def test_sub_folders_are_classes_and_10_comes_after_9(tmp_path):
    files = {f"{kind}/{i}.png": bad.picture((6, 6), "L") for kind in ("cat", "dog") for i in range(12)}
    made = reading(bad.folder_of(files)(tmp_path, tmp_path), side=6)
    assert made.classes == ("cat", "dog")
    assert made.labels.tolist() == [0] * 12 + [1] * 12


def test_the_child_says_facts_and_then_the_whole_array(tmp_path):
    x = np.random.default_rng(0).normal(size=(1000, 4)).astype(np.float32)
    said = child_of(bad.npy(x)(tmp_path, tmp_path))
    found = next(word for word in said if isinstance(word, Facts))
    assert (found.kind, found.data.size, found.data.counts) == ("table", (4,), (800, 200))
    values = np.concatenate([word.values for word in said if isinstance(word, Piece)])
    np.testing.assert_array_equal(values.reshape(1000, 4), x)


def child_of(file: Path) -> list:
    child = subprocess.run([*own_command(), *Read(file).words], capture_output=True, timeout=120, check=True)
    return Ear().hear(child.stdout)


@pytest.mark.slow
def test_a_table_of_100_mb_is_read_with_progress_in_less_memory_than_three_times_the_data(tmp_path):
    rng = np.random.default_rng(0)
    block = "\n".join(",".join(f"{v:.6f}" for v in row) for row in rng.normal(size=(5000, 10))) + "\n"
    file = tmp_path / "large.csv"
    with file.open("w") as stream:
        while stream.tell() < 100e6:
            stream.write(block)
    child = subprocess.Popen([*own_command(), *Read(file).words], stdout=subprocess.PIPE)
    assert child.stdout is not None
    ear, progress, numbers, most, data = Ear(), [], 0, 0, 0
    process, since = psutil.Process(child.pid), time.monotonic()
    while part := child.stdout.read1(2**20):
        for word in ear.hear(part):
            progress += [word.done] if isinstance(word, Progress) else []
            numbers += word.values.size if isinstance(word, Piece) else 0
            data = sum(word.data.counts) * 10 * 4 if isinstance(word, Facts) else data
        most = max(most, process.memory_info().rss)
    child.stdout.close()
    assert child.wait() == 0
    print(f"{time.monotonic() - since:.1f} s, {most / 1e6:.0f} MB at most for {data / 1e6:.0f} MB of numbers")
    assert numbers * 4 == data
    assert len(progress) >= 5
    assert progress == sorted(progress)
    assert most < 3 * 100e6
