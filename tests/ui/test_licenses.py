# SPDX-License-Identifier: MIT
"""The terms can be read in the app: all that the packaging collected, the overview first."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import ui.licenses
from ui.licenses import Licenses


def test_a_checkout_shows_its_own_license_and_that_of_the_typeface(qtbot: QtBot):
    dialog = Licenses()
    qtbot.addWidget(dialog)
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == ["Attractor", "Inter"]
    assert dialog.text.toPlainText().startswith("MIT License")


def test_a_bundle_shows_every_text_the_overview_first_and_nothing_as_markup(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, said in (("README.txt", "What it is made of"), ("Abc/LICENSE", "<b>caf\xe9</b>"), ("sbom.cdx.json", "{}")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(said.encode("latin-1"))
    monkeypatch.setattr(ui.licenses, "licenses", lambda: tmp_path)
    dialog = Licenses()
    qtbot.addWidget(dialog)
    assert dialog.text.toPlainText() == "What it is made of"
    dialog.list.setCurrentRow(1)
    assert dialog.list.currentItem().text() == "Abc/LICENSE"
    assert dialog.text.toPlainText() == "<b>caf�</b>"
    assert dialog.list.count() == 2
