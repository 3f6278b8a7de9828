# SPDX-License-Identifier: MIT
"""Each chapter, both themes: the stored frame is drawn as it was when somebody looked at it. See `tests.storing`."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from engine.protocol.messages import Frame
from engine.protocol.payloads import Bars, Graph, Images, Paths, Picture, Points, Series, Text
from tests.ui.sheets import CHAPTERS, FOLDER, THEMES, differences, draw, fitting, pixels, places, reference_of, stored
from ui.theme import ThemeName

NEAR = 24  #: of 255: what two releases of a font renderer may differ by, when edges are halved in size
SHARE = 0.004  #: of a panel's pixels may differ by more; one curve is 1 to 2 %, a word 0.5 %
MOST_MB = 3.0
AGAIN = "where that is meant: python -m tests.storing --draw, and look at it"


def seen(app: QApplication, key: str, frame: Frame, name: ThemeName) -> dict[str, float]:
    """For each panel of a chapter how much of it differs from its reference."""
    sheet = pixels(draw(app, CHAPTERS[key], frame, name))
    kept = pixels(QImage(str(reference_of(key, name))))
    assert sheet.shape == kept.shape, f"a panel came, went, or has another size; {AGAIN}"
    return differences(sheet, kept, CHAPTERS[key], NEAR)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("key", CHAPTERS)
def test_a_chapter_looks_as_it_did(qapp: QApplication, key: str, name: ThemeName) -> None:
    found = seen(qapp, key, stored(key), name)
    assert max(found.values()) <= SHARE, f"{found}; {AGAIN}"


@pytest.mark.parametrize("key", CHAPTERS)
def test_every_panel_of_a_chapter_has_a_picture_in_the_stored_frame(key: str) -> None:
    frame, chapter = stored(key), CHAPTERS[key]
    silent = {place.key for place in fitting(chapter)} - frame.pictures.keys()
    curves = {place.key for place in fitting(chapter) if place.probe.kind == "curves"}  # they draw the scalars
    assert silent <= curves, f"python -m tests.storing {key}"
    assert all(state.step == chapter.point.steps for state in frame.lanes), f"python -m tests.storing {key}"


def test_the_references_are_no_burden_for_the_repository() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= MOST_MB * 1e6


# ---------------------------------------------------------------------------- what the eye would see, the test has to see too


def without(frame: Frame, panel: str, kind: type) -> Frame:
    """The frame as if a panel's layers of one kind were not drawn."""
    picture = frame.pictures[panel]
    layers = tuple(layer for layer in picture.layers if not isinstance(layer, kind))
    assert layers != picture.layers
    return with_picture(frame, panel, msgspec.structs.replace(picture, layers=layers))


def with_picture(frame: Frame, panel: str, picture: Picture) -> Frame:
    """The frame with another picture in one panel."""
    return msgspec.structs.replace(frame, pictures={**frame.pictures, panel: picture})


MISSING = {
    "points of the stage": ("update", "stage", Points),
    "arrows and tails": ("update", "stage", Paths),
    "the prior's circles": ("training", "latent", Paths),
    "the card under the cursor": ("training", "latent", Images),
    "bars": ("training", "dimensions", Bars),
    "a graph": ("trick", "step", Graph),
    "histograms": ("trick", "gradients", Series),
    "a row of images": ("denoising", "denoised", Images),
    "a sentence": ("where", "near-vae", Text),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_missing_is_seen(qapp: QApplication, what: str) -> None:
    key, panel, kind = MISSING[what]
    found = seen(qapp, key, without(stored(key), panel, kind), "dark")
    assert {name for name, share in found.items() if share > SHARE} == {panel}


def test_a_curve_that_is_not_drawn_is_seen(qapp: QApplication) -> None:
    frame = stored("training")
    cut = tuple(msgspec.structs.replace(s, values={k: v for k, v in s.values.items() if k != "kl_data"}) for s in frame.scalars)
    found = seen(qapp, "training", msgspec.structs.replace(frame, scalars=cut), "dark")
    assert {name for name, share in found.items() if share > SHARE} == {"costs"}


def test_an_axis_that_is_drawn_elsewhere_is_seen(qapp: QApplication) -> None:
    frame = stored("update")
    picture = frame.pictures["stage"]
    assert picture.axes.range is not None
    left, right, bottom, top = (1.05 * np.array(picture.axes.range)).tolist()
    axes = msgspec.structs.replace(picture.axes, range=(left, right, bottom, top))
    wider = with_picture(frame, "stage", msgspec.structs.replace(picture, axes=axes))
    assert seen(qapp, "update", wider, "light")["stage"] > SHARE


def test_panels_of_a_sheet_do_not_overlap() -> None:
    for chapter in CHAPTERS.values():
        rects = list(places(chapter).values())
        assert not any(one.intersects(other) for k, one in enumerate(rects) for other in rects[:k])
