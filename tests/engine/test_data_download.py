# SPDX-License-Identifier: MIT
"""The downloader against a stand-in server on loopback that breaks off, lies, refuses, or is not there."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from scipy.io import savemat

from engine.data import load
from engine.data.download import ATTEMPTS, cache_folder, fetch, missing
from engine.data.refusal import Refused
from engine.data.remote import FILES, Remote
from engine.protocol.recipe.data.olivetti import Olivetti

CONTENT = np.random.default_rng(0).bytes(1_000_000)
each = pytest.mark.parametrize


def never():
    """A stop button that nobody presses."""
    return False


def silent(name, there, total):
    """A progress bar that nobody looks at."""


class Server(ThreadingHTTPServer):
    """Serves CONTENT at every path; the attributes say how badly."""

    daemon_threads = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.breaks = []  #: bytes after which the next connections break off
        self.ranges = True
        self.status = 200
        self.asked = []  #: the Range header of each request


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range")
        server.asked.append(asked)
        if server.status != 200:
            self.send_error(server.status)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and server.ranges else 0
        if start and start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        end = start + server.breaks.pop(0) if server.breaks else len(CONTENT)
        with contextlib.suppress(OSError):  # the client may have left
            self.wfile.write(CONTENT[start:end])

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def remote(server):
    return Remote("some/file.gz", f"http://127.0.0.1:{server.server_port}/file.gz", hashlib.sha256(CONTENT).hexdigest())


def lies_there(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_comes_whole_and_says_how_far_it_is(remote, tmp_path):
    heard = []
    fetch([remote], tmp_path, lambda *news: heard.append(news), never)
    assert (tmp_path / remote.name).read_bytes() == CONTENT
    assert lies_there(tmp_path) == ["file.gz"]
    assert [name for name, *_ in heard] == [remote.name] * len(heard)
    there = [bytes_there for _, bytes_there, _ in heard]
    assert there == sorted(there)
    assert heard[-1] == (remote.name, len(CONTENT), len(CONTENT))


def test_what_lies_in_the_cache_is_not_asked_for_again(server, remote, tmp_path):
    fetch([remote], tmp_path, silent, never)
    assert missing([remote], tmp_path) == ()
    fetch([remote], tmp_path, silent, never)
    assert len(server.asked) == 1


def test_a_connection_that_breaks_off_goes_on_where_it_was(server, remote, tmp_path):
    server.breaks = [300_000, 300_000]
    fetch([remote], tmp_path, silent, never)
    assert (tmp_path / remote.name).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-", "bytes=600000-"]


def test_a_server_that_cannot_go_on_begins_anew(server, remote, tmp_path):
    server.breaks, server.ranges = [300_000], False
    heard = []
    fetch([remote], tmp_path, lambda *news: heard.append(news), never)
    assert heard[-1] == (remote.name, len(CONTENT), len(CONTENT))
    assert (tmp_path / remote.name).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_line_that_keeps_breaking_is_given_up_and_goes_on_next_time(server, remote, tmp_path):
    server.breaks = [100_000] * ATTEMPTS
    with pytest.raises(Refused, match=f"broke off {ATTEMPTS} times; what came") as refusal:
        fetch([remote], tmp_path, silent, never)
    assert refusal.value.kind == "download_broken"
    assert lies_there(tmp_path) == ["file.gz.part"]
    fetch([remote], tmp_path, silent, never)
    assert server.asked[-1] == f"bytes={ATTEMPTS * 100_000}-"
    assert (tmp_path / remote.name).read_bytes() == CONTENT


def test_a_stopped_download_keeps_what_came_and_goes_on_next_time(server, remote, tmp_path):
    got = []
    with pytest.raises(Refused, match="was stopped"):
        fetch([remote], tmp_path, lambda name, there, total: got.append(there), lambda: bool(got) and got[-1] > 200_000)
    assert got[-1] < len(CONTENT)
    assert lies_there(tmp_path) == ["file.gz.part"]
    fetch([remote], tmp_path, silent, never)
    assert server.asked == [None, f"bytes={got[-1]}-"]
    assert (tmp_path / remote.name).read_bytes() == CONTENT


def test_a_download_that_is_stopped_before_it_begins_asks_nobody(server, remote, tmp_path):
    with pytest.raises(Refused, match="was stopped"):
        fetch([remote], tmp_path, silent, lambda: True)
    assert server.asked == []


def test_other_bytes_than_ours_are_thrown_away(server, remote, tmp_path):
    other = Remote(remote.name, remote.address, "0" * 64)
    with pytest.raises(Refused, match=r"its SHA-256 differs"):
        fetch([other], tmp_path, silent, never)
    assert lies_there(tmp_path) == []


def test_a_server_without_end_is_cut_off(remote, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.data.download.LARGEST", 200_000)
    with pytest.raises(Refused, match=r"its SHA-256 differs"):
        fetch([remote], tmp_path, silent, never)
    assert lies_there(tmp_path) == []


def test_a_part_that_is_whole_already_only_gets_its_name(server, remote, tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / f"{remote.name}.part").write_bytes(CONTENT)
    fetch([remote], tmp_path, silent, never)
    assert server.asked == []
    assert lies_there(tmp_path) == ["file.gz"]


def test_a_part_longer_than_the_file_is_begun_anew(server, remote, tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / f"{remote.name}.part").write_bytes(CONTENT + b"more")
    fetch([remote], tmp_path, silent, never)
    assert (tmp_path / remote.name).read_bytes() == CONTENT


@each("status", [403, 404, 503])
def test_an_answer_that_is_no_file_is_said(server, remote, tmp_path, status):
    server.status = status
    with pytest.raises(Refused, match=rf"^127\.0\.0\.1:\d+ answered {status}, so some/file\.gz was not downloaded\.$"):
        fetch([remote], tmp_path, silent, never)


def test_without_a_network_one_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as nobody:  # a port that is taken but does not listen
        nobody.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(Refused) as refusal:
            fetch([Remote("some/file.gz", f"http://{host}/file.gz", "0" * 64)], tmp_path, silent, never)
    assert refusal.value.kind == "download_offline"
    assert str(refusal.value) == (
        f"{host} cannot be reached, so some/file.gz was not downloaded; the app's own data need no network."
    )


def test_a_folder_that_cannot_be_is_said(server, remote, tmp_path):
    (tmp_path / "some").write_text("a file where the folder should be")
    with pytest.raises(Refused, match=r"^some/file\.gz could not be written to .*: .*exists\.$"):
        fetch([remote], tmp_path, silent, never)
    assert server.asked == []


def test_the_table_names_every_download_once_and_by_its_hash():
    files = [file for group in FILES.values() for file in group]
    assert set(FILES) == {"mnist", "fashion_mnist", "olivetti"}
    assert len({file.name for file in files}) == len({file.address for file in files}) == len({file.sha256 for file in files})
    for file in files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.address.startswith("https://")


def test_the_cache_is_the_user_s_own(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "attractor" / "data"


def test_olivetti_stands_upright_and_holds_out_two_pictures_of_each_person(tmp_path):
    """The .mat file keeps a face in each column, and each face column by column."""
    person, picture = np.divmod(np.arange(400), 10)
    faces = np.zeros((400, 64, 64), np.uint8)
    faces[:, 0, 1], faces[:, 0, 2], faces[:, 3, 0] = person, picture, 255  # faces[i, row, column]
    path = tmp_path / FILES["olivetti"][0].name
    path.parent.mkdir()
    savemat(path, {"faces": faces.transpose(0, 2, 1).reshape(400, 4096).T})
    made = load(Olivetti(n=80), 3, cache=tmp_path)
    train, test = (x.reshape(-1, 64, 64) * 255 for x in (made.train, made.test))
    assert (len(train), len(test)) == (80, 80)
    np.testing.assert_allclose(train[:, 0, 1], np.tile(np.arange(40), 2), atol=1e-4)
    np.testing.assert_allclose(train[:, 0, 2], np.repeat([0, 1], 40), atol=1e-4)
    np.testing.assert_allclose(test[:, 0, 2], np.repeat([8, 9], 40), atol=1e-4)
    np.testing.assert_allclose(train[:, 3, 0], 255)


def test_faces_that_were_never_downloaded_say_so(tmp_path):
    with pytest.raises(Refused, match="Olivetti faces is not on this computer yet"):
        load(Olivetti(), 3, cache=tmp_path)
