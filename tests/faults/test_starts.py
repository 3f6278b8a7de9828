# SPDX-License-Identifier: MIT
"""Starts over what was left: corrupt or newer settings, stale locks, two at a time, screens that are gone."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QLockFile, QSettings
from PySide6.QtWidgets import QApplication, QWidget

from engine.protocol.messages import Built
from tests.faults.test_garbage import mutated
from ui import launch
from ui.appearance import FILE, Memory
from ui.housekeeping import Collector
from ui.recovery import AUTOSAVE, Sessions

WHOLE = b"[General]\ntheme=light\nlanguage=de\ngeometry=@ByteArray(\\x1\\xd9\\xd0\\xcb)\n"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=mutated(WHOLE) | st.binary(max_size=300))
def test_settings_with_changed_bytes_cost_nothing_but_the_settings(data, tmp_path_factory, qapp):
    folder = tmp_path_factory.mktemp("profile")
    (folder / FILE).write_bytes(data)
    memory = Memory(folder)
    assert memory.text("theme", ("dark", "light")) in ("dark", "light")
    assert memory.text("language", ("en", "de")) in ("en", "de")
    window = QWidget()
    window.restoreGeometry(memory.data("geometry"))
    memory.keep("theme", "dark")
    assert Memory(folder).text("theme", ("light", "dark")) in ("light", "dark")


def test_settings_of_a_newer_version_keep_what_is_not_known(tmp_path):
    (tmp_path / FILE).write_bytes(WHOLE + b"shape=round\n[later]\nx=7\n")
    memory = Memory(tmp_path)
    memory.keep("theme", "dark")
    memory._settings.sync()
    found = QSettings(str(tmp_path / FILE), QSettings.Format.IniFormat)
    assert (found.value("shape"), found.value("later/x"), found.value("theme")) == ("round", "7", "dark")


def test_two_at_a_time_have_a_folder_each(tmp_path):
    folders = {launch._own_folder(tmp_path / "sessions") for _ in range(3)}
    assert len(folders) == 3
    assert all(folder.parent == tmp_path / "sessions" for folder in folders)
    first, second, _ = (Sessions(folder) for folder in sorted(folders))
    (sorted(folders)[0] / AUTOSAVE).write_bytes(b"x")
    assert second.lost() is None, "the first one lives"
    first.close()


def test_a_lock_of_the_dead_holds_nobody(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "1" / AUTOSAVE).write_bytes(b"x")
    lock = QLockFile(str(tmp_path / "1" / "lock"))
    lock.tryLock(0)
    text = (tmp_path / "1" / "lock").read_bytes()
    lock.unlock()
    (tmp_path / "1" / "lock").write_bytes(text.replace(text.split(b"\n")[0], b"4194303"))  # a number that nobody has
    found = Sessions(tmp_path / "2").lost()
    assert found is not None
    assert found.folder == tmp_path / "1"


def test_a_window_that_was_left_on_a_screen_that_is_gone_is_seen(stage_for, tmp_path):
    stage = stage_for("update")
    stage.window.move(9000, 9000)
    there = stage.window.saveGeometry()
    stage.window.move(0, 0)
    stage.window.restoreGeometry(there)
    room = QApplication.primaryScreen().availableGeometry()
    assert room.intersects(stage.window.geometry())
    assert not stage.window.restoreGeometry(QByteArray(b"nonsense"))


def test_garbage_is_collected_on_the_windows_own_thread_only(stage_for):
    threads: set[str] = set()

    def note(phase: str, info: dict[str, int]) -> None:
        threads.add(threading.current_thread().name)

    stage = stage_for("update")
    stage.until(lambda: stage.heard(Built))
    collector = Collector(stage.window)
    gc.callbacks.append(note)
    try:
        stage.player.troupe.play()
        start = max(stage.step, 0)
        stage.until(lambda: stage.step > start + 100)
        collector._collect()
        gc.collect()
    finally:
        gc.callbacks.remove(note)
        gc.unfreeze()
    assert threads == {threading.main_thread().name}
    assert not gc.isenabled()


def test_a_folder_that_a_crash_left_under_the_same_number_is_not_taken(tmp_path):
    base = tmp_path / "sessions"
    first = launch._own_folder(base)
    (first / AUTOSAVE).write_bytes(b"precious")
    again = launch._own_folder(base)
    assert again != first
    assert (first / AUTOSAVE).read_bytes() == b"precious"
    assert isinstance(again, Path)
