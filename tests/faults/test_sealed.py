# SPDX-License-Identifier: MIT
"""Nothing listens, nothing calls home, nothing that is opened runs, and names are only names.

That the code holds no pickle, no eval, no attribute chosen by a text and no listener is looked up in its syntax by
tests/contracts/test_no_doors.py; here the whole app runs with those doors nailed up.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QAbstractButton, QLabel, QTextBrowser, QTextEdit

from engine.protocol.messages import Built
from engine.protocol.places import own_command
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.experiment import encode
from tests.faults.conftest import wait_until
from tests.faults.test_kills import of_profile
from ui.exporting.tables import cell

SEAL = """
import sys

FORBIDDEN = ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.listen", "socket.sendto", "pickle.find_class",
             "urllib.Request", "webbrowser.open", "os.system", "os.startfile")


def guard(event, words):
    if event in FORBIDDEN:
        with open({trespass!r}, "a") as file:
            print(event, words, sys.argv, file=file)
        raise PermissionError("sealed: " + event)


sys.addaudithook(guard)
"""
ODD = "<img src=\"file:///etc/passwd\"><b onclick='x'>=cmd|'/c calc'!A1</b>"


def test_the_whole_app_plays_with_network_pickles_and_shells_nailed_up(tmp_path):
    """An audit hook in the window and in its engine: it sees what the syntax cannot, in all libraries, too."""
    import subprocess

    trespass = tmp_path / "trespass"
    (tmp_path / "sitecustomize.py").write_text(SEAL.replace("{trespass!r}", repr(str(trespass))))
    report = tmp_path / "r.json"
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    words = ["--play", "2", "--report", str(report), "--chapter", "training", "--threads", "1"]
    done = subprocess.run([*own_command(), *words], env=env, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(report.read_text())["frames"] > 0
    assert not trespass.exists(), trespass.read_text()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells")
def test_no_process_of_the_app_has_a_socket_of_the_internet(stage_for):
    import psutil

    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    engine = psutil.Process(stage.player.troupe.hello.pid)
    assert engine.net_connections(kind="inet") == []
    assert psutil.Process().net_connections(kind="inet") == []


def named(name: str) -> dict:
    recipe = {"model": {"kind": "dae", "width": 8}, "training": {"threads": 1, "device": "cpu"}}
    return {"data": {"name": "moons", "n": 200}, "lanes": [{"name": name, "recipe": recipe}]}


def shown_texts(window) -> list[tuple[object, str]]:
    """Every widget that could take a text for rich, with its text."""
    labels = [(label, label.text()) for label in window.findChildren(QLabel)]
    return labels + [(button, button.text()) for button in window.findChildren(QAbstractButton)]


def test_markup_in_a_notice_a_title_and_a_file_name_is_shown_as_it_was_written(stage_for, tmp_path):
    from PySide6.QtCore import Qt

    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    stage.window.notices.say("file_refused", {"file": ODD, "reason": ODD})
    stage.window.papers.load(str(tmp_path / "<b>x</b>.attractor"))
    assert "<b>x</b>" in stage.window.desk.banner.text
    for widget, text in shown_texts(stage.window):
        if isinstance(widget, QLabel) and (ODD in text or "<b>x</b>" in text):
            assert widget.textFormat() == Qt.TextFormat.PlainText, text
        assert "<img" not in widget.toolTip()
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in stage.window.desk.banner.findChildren(QLabel))
    for browser in stage.window.findChildren(QTextBrowser):
        assert not browser.openExternalLinks()
    assert all(not isinstance(edit, QTextEdit) or edit.isReadOnly() or not edit.acceptRichText()
               for edit in stage.window.findChildren(QTextEdit))  # fmt: skip


def test_a_name_that_is_markup_is_a_plain_name_or_none(stage_for, tmp_path):
    """A lane may be called what it likes: the screen shows its letters."""
    from engine.protocol.recipe.editing import RecipeError

    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    try:
        what = from_plain(named("<b>x</b>"))
    except RecipeError:
        return  # such names are refused altogether
    file = tmp_path / "odd.attractor"
    file.write_bytes(encode(what))
    built = len(stage.heard(Built))
    stage.window.papers.load(str(file))
    stage.until(lambda: len(stage.heard(Built)) > built)
    assert any("<b>x</b>" in text for _, text in shown_texts(stage.window)) or stage.window.isVisible()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A1"])
def test_no_cell_is_a_formula(text):
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell(-1.5) == "-1.5", "a number is no formula"


def test_what_is_opened_opens_nothing_else(stage_for, tmp_path, monkeypatch):
    """A dropped address, a recipe that names folders and addresses: nothing is fetched and no other file is read."""
    from PySide6.QtGui import QDesktopServices

    opened: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url))
    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    before = stage.player.session.state
    for name in ("http://example.org/x", "file:///etc/passwd", "//server/x"):
        file = tmp_path / "bad.json"
        file.write_text(json.dumps({"data": {"name": name}}))
        stage.window.papers.load(str(file))
        assert "bad.json" in stage.window.desk.banner.text
    mime = QMimeData()
    mime.setUrls([QUrl("http://example.org/a.csv"), QUrl("ftp://example.org/a.run")])
    from ui.importing.importer import first_file

    assert first_file(mime) is None or first_file(mime) == ""
    assert stage.player.session.state == before
    assert opened == []


def test_the_folder_of_a_session_holds_its_logs_and_nothing_of_anybody_else(tmp_path):
    """An unwritable home: the session lives in a temporary folder of its own, says so, and clears away nobody's files."""
    from tests.faults.test_kills import Watched

    temporary = tmp_path / "tmp"
    for name in ("somebody", "12345", "attractor-other"):
        (temporary / name).mkdir(parents=True)
        (temporary / name / "precious").touch()
    lecture = Watched(Path("/proc/nowhere"), "--close-after", "100", TMPDIR=str(temporary))
    wait_until(lambda: lecture.process.poll() is not None)
    lecture.end()
    assert lecture.process.returncode == 0, lecture.errors
    said = " ".join(line for _, line in lecture.lines)
    assert "homeless" in said
    assert all((temporary / name / "precious").exists() for name in ("somebody", "12345", "attractor-other"))
    assert not of_profile(temporary)
