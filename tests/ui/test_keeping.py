# SPDX-License-Identifier: MIT
"""Own data in by drop, runs out and in again, and what a crash leaves: over a real engine."""

from __future__ import annotations

import shutil
import zipfile

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Built, Paused, Resumed, Saved
from ui.arrays import Arrays, needed
from ui.importing.importer import first_file
from ui.recovery import AUTOSAVE, Lost, Sessions
from ui.runfile import RunFileError, read_run, replacing


def train(stage, steps=20):
    start = stage.step
    stage.player.troupe.play()
    stage.until(lambda: stage.step >= start + steps)
    stage.player.troupe.pause()
    stage.until(lambda: not stage.player.troupe.playing)


def dropped(stage, *files, text=""):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    if text:
        mime.setText(text)
    how = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    QApplication.sendEvent(stage.window, QDragEnterEvent(QPoint(9, 9), *how))
    QApplication.sendEvent(stage.window, QDropEvent(QPoint(9, 9).toPointF(), *how))


def table(folder, count=200):
    rng = np.random.default_rng(0)
    rows = "".join(f"{a:.3f},{b:.3f},{'cat' if a > 0 else 'dog'}\n" for a, b in rng.normal(size=(count, 2)))
    (folder / "pets.csv").write_text("x,y,kind\n" + rows)
    return folder / "pets.csv"


def use(stage, file):
    """Drop a file, wait for the preview, use it."""
    dropped(stage, file)
    stage.until(lambda: stage.window.importer.preview.facts is not None)
    built = len(stage.heard(Built))
    stage.window.importer.preview.accept()
    stage.until(lambda: len(stage.heard(Built)) > built)


def test_a_dropped_table_is_shown_first_and_then_trained_on(stage_for, tmp_path):
    stage = stage_for()
    stage.until(lambda: stage.heard(Built))
    before = stage.player.session.experiment
    use(stage, table(tmp_path))
    data = stage.player.session.experiment.data
    assert (data.name, data.size, data.classes, sum(data.counts)) == ("imported", (2,), ("cat", "dog"), 200)
    train(stage)
    stage.player.undo()
    assert stage.player.session.experiment == before


def test_a_saved_run_comes_back_with_its_data_its_curves_and_its_step(stage_for, tmp_path):
    stage = stage_for()
    stage.until(lambda: stage.heard(Built))
    use(stage, table(tmp_path))
    train(stage, 60)
    step, experiment = max(stage.heard(Paused)[-1].steps.values()), stage.player.session.experiment
    stage.until(lambda: stage.step == step)  # the last frame comes after the word
    curve = stage.player.reel.now().past.series(stage.player.reel.now().lanes[0].name, "loss")
    file = tmp_path / "mine.run"
    stage.window.keeper.save_run(str(file))
    stage.until(lambda: "Saved" in stage.window.desk.banner.text)
    stage.player.reset()
    shutil.rmtree(stage.player.arrays.folder)
    stage.window.papers.load(str(file))
    stage.until(lambda: stage.heard(Resumed) and stage.step == step)
    assert stage.player.session.experiment == experiment
    lane = stage.player.reel.now().lanes[0].name
    stage.until(lambda: stage.player.reel.now().past.series(lane, "loss") is not None)
    np.testing.assert_array_equal(stage.player.reel.now().past.series(lane, "loss").values, curve.values)
    train(stage)
    assert stage.step >= step + 20


def test_what_is_no_run_is_refused_in_a_sentence_and_nothing_changes(stage_for, tmp_path):
    stage = stage_for()
    before = stage.player.session.state
    for index, members in enumerate(({"x": b""}, {"recipe.json": b"{}"}, {"../../about.json": b"{}"})):
        with zipfile.ZipFile(tmp_path / f"{index}.run", "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    (tmp_path / "3.run").write_bytes(b"nonsense")
    for index in range(4):
        stage.window.papers.load(str(tmp_path / f"{index}.run"))
        assert "no run of this app" in stage.window.desk.banner.text
    stage.window.papers.load(str(tmp_path / "absent.run"))
    assert "No such file" in stage.window.desk.banner.text
    assert stage.player.session.state == before


def test_a_recipe_goes_by_clipboard(stage_for):
    stage = stage_for()
    before = stage.player.session.experiment
    stage.player.edit("seed", 77)
    stage.window.papers.copy()
    stage.player.undo()
    stage.window.papers.paste()
    assert (before.seed, stage.player.session.experiment.seed) == (3, 77)
    QApplication.clipboard().setText("[" * 100_000)
    stage.window.papers.paste()
    assert "The clipboard" in stage.window.desk.banner.text


def test_only_files_of_this_computer_are_taken(stage_for):
    mime = QMimeData()
    mime.setUrls([QUrl("http://example.org/a.csv"), QUrl.fromLocalFile("/tmp/a.csv"), QUrl.fromLocalFile("/tmp/b.csv")])
    assert first_file(mime) == "/tmp/a.csv"
    stage = stage_for()
    dropped(stage, text="hello")
    assert "only files" in stage.window.desk.banner.text
    assert stage.window.importer.preview is None


@pytest.fixture
def lost(stage_for, tmp_path):
    """The folder of a session that was killed after its autosave."""
    stage = stage_for()
    stage.until(lambda: stage.heard(Built))
    train(stage, 30)
    folder = tmp_path / "sessions" / "1"
    folder.mkdir(parents=True)
    keeper = stage.window.keeper
    keeper._sessions = Sessions(folder)
    keeper.autosave()
    stage.until(lambda: any(max(event.steps.values(), default=0) >= 30 for event in stage.heard(Saved)))
    shutil.copy(tmp_path / "checkpoint.safetensors", folder)
    (folder / "lock").unlink()
    keeper._sessions = None
    return stage, folder


def test_a_lost_session_is_offered_recovered_and_not_offered_again(lost):
    stage, folder = lost
    own = folder.parent / "2"
    own.mkdir()
    stage.window.keeper._sessions = Sessions(own)
    found = stage.window.keeper.offer()
    assert (found.folder, found.step >= 30) == (folder, True)
    stage.window.keeper.recover(found)
    stage.until(lambda: stage.heard(Resumed))
    stage.until(lambda: stage.step >= 30)
    assert stage.window.keeper.offer() is None
    assert (folder / AUTOSAVE).exists()


def test_imported_data_are_written_once_and_a_lost_session_finds_them(stage_for, tmp_path):
    stage = stage_for()
    stage.until(lambda: stage.heard(Built))
    use(stage, table(tmp_path))
    folder = tmp_path / "sessions" / "1"
    folder.mkdir(parents=True)
    keeper = stage.window.keeper
    keeper._sessions = Sessions(folder)
    keeper.autosave()
    files = {file: file.stat() for file in (folder / "data").iterdir()}
    assert {file.stem for file in files} == set(needed(stage.player.session.experiment))
    keeper.autosave()
    assert all((file.stat().st_ino, file.stat().st_mtime_ns) == (was.st_ino, was.st_mtime_ns) for file, was in files.items())
    with zipfile.ZipFile(folder / AUTOSAVE) as archive:
        assert not [name for name in archive.namelist() if name.startswith("data/")]
    keeper._sessions = None
    elsewhere = Arrays(None)
    assert Lost(folder).run(elsewhere).experiment == stage.player.session.experiment
    for file in files:
        assert elsewhere.file(file.stem).read_bytes() == file.read_bytes()
    shutil.rmtree(folder / "data")
    with pytest.raises(RunFileError, match="data are missing"):
        Lost(folder).run(Arrays(None))


def test_who_leaves_in_order_without_the_lost_session_is_not_asked_again(lost):
    stage, folder = lost
    for number in (2, 3):
        own = folder.parent / str(number)
        own.mkdir()
        stage.window.keeper._sessions = Sessions(own)
        offered = stage.window.keeper.offer()
        assert (offered is not None) == (number == 2)
        stage.window.keeper.close()
    assert (folder / AUTOSAVE).exists(), "skipped is not deleted"


def test_a_recovery_that_crashes_every_time_is_offered_twice_only(lost):
    _, folder = lost
    for number, offered in ((2, True), (3, True), (4, False)):
        own = folder.parent / str(number)
        own.mkdir()
        sessions = Sessions(own)
        assert (sessions.lost() is not None) == offered
        del sessions
        shutil.rmtree(own)


def test_a_session_that_lives_is_nobodys_to_recover(tmp_path):
    for name in "12":
        (tmp_path / name).mkdir()
    living = Sessions(tmp_path / "1")
    (tmp_path / "1" / AUTOSAVE).write_bytes(b"x")
    assert Sessions(tmp_path / "2").lost() is None
    living.close()
    assert not (tmp_path / "1" / AUTOSAVE).exists()


def test_a_file_that_cannot_be_written_leaves_the_old_one_whole(tmp_path):
    file = tmp_path / "mine.run"
    file.write_bytes(b"old")
    with pytest.raises(RunFileError, match="disk is full"), replacing(file) as fresh:  # noqa: PT012
        fresh.write_bytes(b"half")
        raise OSError(28, "No space left on device")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("size", range(0, 1200, 64))
def test_a_cut_autosave_is_refused_and_kept(lost_bytes, size, tmp_path):
    (tmp_path / "cut.run").write_bytes(lost_bytes[:size])
    with pytest.raises(RunFileError):
        read_run(tmp_path / "cut.run", Arrays(None))


@pytest.fixture(scope="module")
def lost_bytes(tmp_path_factory):
    from engine.protocol.library import shelf
    from ui.runfile import Curves, SavedRun, write_run

    file = tmp_path_factory.mktemp("run") / "whole.run"
    write_run(file, SavedRun(shelf()[0][0].experiment, b"", Curves()), Arrays(None))
    return file.read_bytes()
