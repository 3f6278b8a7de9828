# SPDX-License-Identifier: MIT
"""Bad files (the table of inputs): each is refused with one sentence that names it, exit code 2, and nothing of it was run."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.data.refusal import Refused
from engine.protocol.arguments import Read
from engine.protocol.places import own_command
from engine.reading.reader import read
from tests.faults import bad_files as bad

X = np.random.default_rng(0).random((8, 3)).astype(np.float32)
ROWS = "".join(f"{i},{i * i}\n" for i in range(8)).encode()
HUGE_HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
OBJECTS = b"\x93NUMPY\1\0\x46\0" + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(70)
MANY = ("x.npy", bad.npy_bytes(np.zeros((200, 2)))), ("y.npy", bad.npy_bytes(np.arange(200)))
DEEP = "{'descr': " + "[" * 3000 + "]" * 3000 + ", 'fortran_order': False, 'shape': (1,), }"

REFUSED: dict[str, tuple[bad.Make, str]] = {
    # rows 1, 2: code in disguise
    "weights of PyTorch": (bad.pickled("w.pt"), "can run code"),
    "a pickle": (bad.pickled("w.pkl"), "can run code"),
    "a pickle called npy": (bad.pickled("a.npy"), "can run code"),
    "a pickle called csv": (bad.pickled("a.csv"), "can run code"),
    "a pickle in an npz": (bad.zipped(("archive/data.pkl", b"\x80\x04.")), "could run code"),
    # rows 8, 9, 10: .npy
    "an array of objects": (bad.objects, "Python objects"),
    "a header that lies": (bad.npy_header(HUGE_HEADER, bytes(80)), "announces 8,000,000,000,000 bytes"),
    "a header without end": (bad.npy_header(DEEP), "no header of a .npy"),
    "a header that is code": (bad.npy_header("__import__('os').mkdir('canary')"), "no header of a .npy"),
    "a negative length": (bad.npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-4, 2)}", bytes(80)), "the shape"),
    "an array cut short": (bad.spoiled(bad.npy(X), lambda data: data[:-5]), "announces 96 bytes, where"),
    "an array that goes on": (bad.spoiled(bad.npy(X), lambda data: data + b"x"), "goes on after"),
    "a single number": (bad.npy(np.array(3.0)), "has 0 axes"),
    "one row": (bad.npy(np.arange(9.0)), "has 1 axes"),
    "five axes": (bad.npy(np.zeros((4, 2, 2, 2, 2))), "has 5 axes"),
    "records": (bad.npy(np.zeros(4, [("a", "f4"), ("b", "i4")])), "records"),
    "complex numbers": (bad.npy(np.zeros((8, 2), complex)), "complex numbers"),
    "an array of text": (bad.npy(np.full((8, 2), "cat")), "text"),
    "an empty array": (bad.npy(np.zeros((0, 3))), "empty"),
    "an array with NaN": (bad.npy(np.array([[1, 2], [3, np.nan], [5, 6], [7, 8.0]])), "row 2, number 2 is not a number"),
    "an array with inf": (bad.npy(np.array([[1, 2], [3, 4], [-np.inf, 6], [7, 8.0]])), "row 3, number 1 is infinite"),
    "an array with 1e308": (bad.npy(np.full((8, 2), 1e308)), "row 1, number 1 is 1e.308"),
    "images of five colors": (bad.npy(np.zeros((8, 5, 6, 6), np.uint8)), "colors"),
    "images too large": (bad.npy(np.zeros((4, 1000, 8), np.uint8)), "pixels"),
    # rows 11, 12, 13: .npz
    "a zip bomb": (bad.zipped(("x.npy", bad.npy_bytes(np.zeros((4000, 4000), np.uint8)))), "no real data do"),
    "a million members": (bad.million, "65,535 members or more"),
    "many members": (bad.zipped(*((f"{i}.npy", b"") for i in range(200))), "200 members"),
    "paths that lead outside": (bad.zipped(("../../x.npy", bad.npy_bytes(X)), ("/etc/x.npy", b""), ("C:\\x", b"")), "no array"),
    "a link in a zip": (bad.zipped((bad.link_member(), b"/etc/passwd")), "no array"),
    "one name twice": (bad.zipped(("x.npy", bad.npy_bytes(X)), ("x.npy", bad.npy_bytes(X))), "twice"),
    "an encrypted member": (bad.spoiled(bad.zipped(("x.npy", bad.npy_bytes(X))), bad.encrypted), "encrypted"),
    "a member with another checksum": (
        bad.spoiled(bad.zipped(("x.npy", bad.npy_bytes(X)), packed=False), lambda d: d.replace(X.tobytes(), X.tobytes()[::-1])),
        "damaged",
    ),
    "a zip cut short": (bad.spoiled(bad.zipped(("x.npy", bad.npy_bytes(X))), lambda data: data[:-30]), "cut short"),
    "a zip of other things": (bad.zipped(("readme.txt", b"hello")), "no array"),
    "an npz of objects": (bad.zipped(("x.npy", OBJECTS)), "Python objects"),
    "several nameless arrays": (bad.zipped(("p.npy", bad.npy_bytes(X)), ("q.npy", bad.npy_bytes(X))), "several arrays"),
    # rows 18 to 21: pictures
    "a picture of 20,000 by 20,000": (bad.folder_of({"a.png": bad.png(20000, 20000)}), "20,000 × 20,000"),
    "a picture of nothing": (bad.folder_of({"a.png": bad.png(0, 0)}), "none of its pictures"),
    "a picture cut short": (bad.folder_of({"a.png": bad.picture((40, 40))[:-900]}), "damaged"),
    "text called png": (bad.folder_of({"fake.png": b"GIF89a, but not really"}), "no picture"),
    "an SVG called png": (bad.folder_of({"a.png": b"<svg width='100000' height='100000'/>"}), "no picture"),
    "loops, pipes and devices": (bad.strange_folder, "no picture"),
    "an empty folder": (bad.folder_of({"readme.txt": b""}), "no picture"),
    "too few pictures": (bad.folder_of({"a.png": bad.picture()}), "1 example"),
    "a single picture": (bad.raw("a.png", bad.picture()), "a single picture is no data set"),
    "a pipe": (bad.fifo, "neither a file nor a folder"),
    "a device": (bad.device, "neither a file nor a folder"),
    "no such file": (lambda folder, canary: folder / "nothing.csv", "No such file"),
    # rows 22 to 25, 28: tables
    "5 GB": (bad.sparse, "5.0 GB"),
    "one line without end": (bad.raw("a.csv", b"1,2\n" * 40000 + b"1" * 2**21), "characters"),
    "zero bytes": (bad.raw("a.csv", b"1,2\n3,\x004\n" * 9), "zero bytes"),
    "zero bytes later": (bad.raw("a.csv", b"1,2\n" * 40000 + b"3,\x00\n"), "zero bytes"),
    "100,000 columns": (bad.raw("a.csv", (b",".join([b"1"] * 20000) + b"\n") * 5), "columns"),
    "a word among numbers": (bad.raw("a.csv", ROWS + b"9,cat\n" + ROWS), "row 9, column “column 2” holds “cat”"),
    "a blank": (bad.raw("a.csv", b"a,b\n" + ROWS + b"9,\n"), "row 10, column “b” is empty"),
    "ragged rows": (bad.raw("a.csv", ROWS + b"1,2,3\n"), "row 9 has 3 cells, where the first has 2"),
    "a row too short": (bad.raw("a.csv", b"a,b\n" + ROWS + b"1\n"), "row 10 has 1 cells"),
    "nothing but NaN": (bad.raw("a.csv", b"a,b\n" + b"nan,nan\n" * 9), "row 2, column “a” is not a number"),
    "infinity": (bad.raw("a.csv", ROWS + b"1,-inf\n"), "row 9, column “column 2” is infinite"),
    "1e308": (bad.raw("a.csv", ROWS + b"1e308,1\n"), "row 9, column “column 1” is 1e.308"),
    "one name for two columns": (bad.raw("a.csv", b"a,a\n" + ROWS), "two columns are called “a”"),
    "a header alone": (bad.raw("a.csv", b"a,b\n"), "no number"),
    "one row of numbers": (bad.raw("a.csv", b"1,2\n"), "1 example"),
    "an empty file": (bad.raw("a.csv", b""), "empty"),
    "blank lines": (bad.raw("a.csv", b"\n\n\n"), "empty"),
    "a web page": (bad.raw("a.csv", b"<html><body>\n<p>404, not found</p>\n</html>\n" * 3), "words"),
    "a binary": (bad.raw("a.bin", bytes(range(256)) * 9), "damaged|no IDX|zero bytes"),
    "a float for a class": (bad.zipped(("x.npy", bad.npy_bytes(X)), ("y.npy", bad.npy_bytes(X[:, 0]))), "no class number"),
    "a negative class": (bad.zipped(("x.npy", bad.npy_bytes(X)), ("y.npy", bad.npy_bytes(np.arange(8) - 3))), "-3"),
    "too many classes": (bad.zipped(*MANY), "200 classes"),
    "labels for others": (bad.zipped(("x.npy", bad.npy_bytes(X)), ("y.npy", bad.npy_bytes(np.arange(5)))), "8 examples"),
    # IDX
    "an IDX that lies": (bad.raw("a-idx3-ubyte", bad.idx(8, (60000, 28, 28), bytes(99))), "announces"),
    "an IDX without end": (bad.raw("a-idx3-ubyte.gz", bad.idx(8, (4, 28, 28), bytes(9), True)), "it ends after"),
    "an IDX of labels": (bad.raw("a-idx1-ubyte", bad.idx(8, (9,), bytes(9))), "holds labels"),
    "a gzip cut short": (bad.raw("a.gz", bad.idx(8, (4, 28, 28), bytes(4 * 784), True)[:-9]), "damaged or cut short"),
    # what is opened elsewhere
    "a recipe": (bad.raw("recipe.json", b"{}"), "File > Open"),
    "weights": (bad.raw("w.safetensors", b"{}"), "File > Open"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_with_its_name_and_the_reason(name, tmp_path):
    make, reason = REFUSED[name]
    canary = tmp_path / "canary"
    file = make(tmp_path, canary)
    with pytest.raises(Refused, match=reason) as refusal:
        read(file, Read(file), lambda *_: None)
    said = str(refusal.value)
    assert said.startswith(f"{file}: ")
    assert said.endswith(".")
    assert said.count("\n") == 0
    assert len(said) < 400 + len(str(file))
    assert not canary.exists()


def test_the_command_refuses_each_of_them_in_one_line_and_with_exit_code_2(tmp_path):
    """The whole child, memory limit included: nothing is read that should not be, and nothing is run."""
    def refused(name: str) -> tuple[str, int, bytes, bytes, bool]:
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        file = REFUSED[name][0](folder, folder / "canary")
        child = subprocess.run([*own_command(), *Read(file).words], capture_output=True, timeout=60, cwd=folder)
        return name, child.returncode, child.stdout, child.stderr, (folder / "canary").exists()

    chosen = list(REFUSED)[::6]
    with ThreadPoolExecutor(2) as pool:
        for name, code, out, words, canary in pool.map(refused, chosen):
            assert (name, code, canary) == (name, 2, False), words
            assert words.count(b"\n") == 1
            assert words.startswith(b"attractor: ")
            assert b"Traceback" not in words + out


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is a POSIX one")
def test_the_child_cannot_take_all_memory():
    code = "from engine.commands.read import _limit; _limit(); bytearray(5 * 2**30)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=Path(__file__).parents[2], timeout=60)
    assert b"MemoryError" in child.stderr
