# SPDX-License-Identifier: MIT
"""All chapters at three sizes, in both themes and both languages: no word is cut, nothing lies over its neighbor."""

from __future__ import annotations

import contextlib

import pytest

from engine.protocol.messages import Built
from tests.ui.measuring import faults


@pytest.mark.parametrize("size", [(1024, 768), (1280, 800), (1920, 1080)], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_word_is_cut_and_nothing_overlaps(stage, size, language):
    stage.until(lambda: stage.heard(Built) and stage.window.desk.panels.seen)
    window, found = stage.window, {}
    window.resize(*size)
    window.language.choose(language)
    try:
        for chapter in window.lecture.chapters:
            window.lecture.open(chapter.key)
            for _ in range(2):
                window.appearance.toggle_theme()
                with contextlib.suppress(AssertionError):  # layouts settle within a few turns of the loop
                    stage.until(lambda: not faults(window), patience_s=1.5)
                if faults(window):
                    found[f"{chapter.key}, {window.appearance.theme.name}"] = faults(window)
        assert not found
        assert window.size().toTuple() == size
    finally:
        window.language.choose("en")
        window.resize(1280, 800)


def test_a_button_that_is_too_narrow_is_found(stage):
    stage.until(lambda: stage.heard(Built) and stage.window.desk.panels.seen)
    more = stage.window.desk.form.more
    more.setFixedWidth(20)
    assert any("is cut" in fault for fault in faults(stage.window))
    more.setFixedSize(more.sizeHint())
