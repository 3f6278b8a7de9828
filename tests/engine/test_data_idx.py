# SPDX-License-Identifier: MIT
"""IDX files, MNIST's own format: read as they are, and never believed too early."""

from __future__ import annotations

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

from engine.data import idx, load
from engine.data.refusal import Refused
from engine.data.remote import FILES
from engine.protocol.recipe.data.mnist import FashionMnist, Mnist

each = pytest.mark.parametrize
TYPES = {np.uint8: 0x08, np.int8: 0x09, np.int16: 0x0B, np.int32: 0x0C, np.float32: 0x0D, np.float64: 0x0E}


def header(code, *lengths):
    """The header of the format as LeCun describes it: 0, 0, type, axes, then big-endian lengths."""
    return bytes([0, 0, code, len(lengths)]) + struct.pack(f">{len(lengths)}I", *lengths)


@pytest.fixture
def written(tmp_path):
    def write(content, name="some-idx"):
        path = tmp_path / name
        path.write_bytes(content)
        return path
    return write


@each("kind", TYPES)
@each("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_numbers_of_every_type_come_back(written, kind, pack):
    array = (np.arange(24) * 5 - 40).astype(kind).reshape(2, 3, 4)
    content = header(TYPES[kind], 2, 3, 4) + array.astype(array.dtype.newbyteorder(">")).tobytes()
    back = idx.read(written(pack(content)))
    np.testing.assert_array_equal(back, array)
    assert back.dtype == kind
    assert back.dtype.isnative
    assert not back.flags.writeable


BAD = {
    "empty": (b"", "no IDX file"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "no IDX file"),
    "unknown type": (bytes([0, 0, 7, 1, 0, 0, 0, 1, 0]), "no IDX file"),
    "no axes": (bytes([0, 0, 8, 0]) + bytes(8), "0 axes"),
    "many axes": (bytes([0, 0, 8, 200]) + bytes(900), "200 axes"),
    "short header": (header(8, 2, 3)[:-2], "ends within its header"),
    "empty axis": (header(8, 2, 0), "empty array"),
    "cut short": (header(8, 10) + bytes(4), "ends after 4 of the 10 bytes"),
    "goes on": (header(8, 10) + bytes(11), "goes on after the 10 bytes"),
    "boasting": (header(8, 2**32 - 1, 2**32 - 1) + bytes(10), "announces"),
}


@each("content", [content for content, _ in BAD.values()], ids=list(BAD))
@each("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_file_that_is_not_what_it_says_is_refused_with_its_name_and_the_reason(written, content, pack):
    reason = next(reason for known, reason in BAD.values() if known == content)
    with pytest.raises(Refused, match=rf"^some-idx: .*{reason}.*\.$"):
        idx.read(written(pack(content)))


@each("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_boasting_header_gets_no_memory(written, pack):
    path = written(pack(header(8, 60000, 28, 28) + bytes(1000)))
    tracemalloc.start()
    with pytest.raises(Refused, match=r"announces 47,040,000 bytes"):
        idx.read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_no_file_gets_more_than_the_limit(written):
    with pytest.raises(Refused, match="at most 100 can be"):
        idx.read(written(header(8, 200) + bytes(200)), largest=100)


def test_a_damaged_gzip_stream_is_refused(written):
    packed = gzip.compress(header(8, 5000) + np.random.default_rng(0).bytes(5000))
    for content in (packed[:-100], packed[:50] + bytes(40) + packed[90:], packed[:-5] + b"12345"):
        with pytest.raises(Refused, match="damaged or cut short"):
            idx.read(written(content))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"^nowhere: No such file"):
        idx.read(tmp_path / "nowhere")


def store(folder, name):
    """MNIST's four files, real headers, each image filled with a number that tells its place."""
    for file, count in zip(FILES[name], (60_000, 60_000, 10_000, 10_000), strict=True):
        number = (np.arange(count) % 251).astype(np.uint8)
        content = header(8, count) + (number % 10).tobytes()
        if "images" in file.name:
            content = header(8, count, 28, 28) + np.repeat(number, 784).tobytes()
        path = folder / file.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content, 1))


@each("kind", [Mnist, FashionMnist])
def test_mnist_is_read_from_the_cache(tmp_path, kind):
    store(tmp_path, kind().name)
    made = load(kind(n=1000), 3, cache=tmp_path)
    assert (made.train.shape, made.test.shape, made.shape) == ((1000, 784), (10_000, 784), (1, 28, 28))
    np.testing.assert_allclose(made.train[:, 5] * 255, np.arange(1000) % 251, rtol=1e-6)
    np.testing.assert_array_equal(made.train_labels, np.arange(1000) % 251 % 10)
    assert len(kind.classes) == 10


@each("kind", [Mnist, FashionMnist])
def test_data_that_were_never_downloaded_say_so(tmp_path, kind):
    with pytest.raises(Refused, match=rf"^{kind.title} is not on this computer yet; download it first\.$"):
        load(kind(), 3, cache=tmp_path)


def test_files_of_another_shape_are_refused(tmp_path):
    store(tmp_path, "mnist")
    images, labels, *_ = (tmp_path / file.name for file in FILES["mnist"])
    images.write_bytes(labels.read_bytes())
    with pytest.raises(Refused, match=r"expected bytes of shape \(60000, 28, 28\)"):
        load(Mnist(), 3, cache=tmp_path)
