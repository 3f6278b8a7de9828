# SPDX-License-Identifier: MIT
"""The contents open by a click on the title, and lead to a chapter."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.protocol.messages import Built
from ui.controls.chapters import ChapterList


def test_a_click_on_the_title_lists_the_chapters_and_enter_opens_one(stage):
    stage.until(lambda: stage.heard(Built))
    stage.until(lambda: stage.window.desk.panels.seen)
    QTest.mouseClick(stage.window.desk.bar.title, Qt.MouseButton.LeftButton)
    contents = stage.window.findChild(ChapterList)
    stage.until(contents.isVisible)
    assert contents.count() == len(stage.window.lecture.chapters)
    contents.setCurrentRow(0)
    QTest.keyClick(contents, Qt.Key.Key_Return)
    assert not contents.isVisible()
    first = stage.window.lecture.chapters[0]
    assert stage.player.session.key == first.key
    assert stage.window.desk.bar.title.text() == first.title
