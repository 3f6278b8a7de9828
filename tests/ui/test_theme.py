# SPDX-License-Identifier: MIT
"""The look: contrast measured on the table itself, type that came with the app, icons and colors that reach the screen."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QIcon, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui.theme import CLASSES, PROJECTOR_SCALE, Role, Theme, apply, icon, icon_names, stylesheet, theme, theme_of
from ui.theme.colormap import FieldKind, color_table

ROOT = Path(__file__).parents[2]
ALL = [theme(name, projector=large) for name in ("dark", "light") for large in (False, True)]
MARKS: tuple[Role, ...] = ("data", "learned", "exact", "noise", "prior", "accent", "alert")
TEXT: tuple[Role, ...] = ("ink", "soft", "faint")
GROUNDS: tuple[Role, ...] = ("window", "panel", "raised", "plot")

each_theme = pytest.mark.parametrize("look", ALL, ids=lambda look: f"{look.name}-{look.scale}")


@pytest.fixture(autouse=True)
def plain_application(qapp: QApplication) -> Iterator[None]:
    """Leave the application as the other tests expect it."""
    yield
    qapp.setStyleSheet("")
    qapp.setProperty("theme", None)


def linear(color: str) -> NDArray[np.float64]:
    """Linear light of "#RRGGBB" (IEC 61966-2-1)."""
    coded = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors (WCAG 2.1, 1 … 21)."""
    dark, bright = sorted(float(linear(color) @ [0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (bright + 0.05) / (dark + 0.05)


def test_contrast_knows_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@each_theme
def test_text_is_readable_on_every_ground(look: Theme) -> None:
    for role, ground in itertools.product((*TEXT, "alert"), GROUNDS):
        assert contrast(look.colors[role], look.colors[ground]) >= 4.5, (role, ground)


@each_theme
def test_marks_stand_out_on_every_ground(look: Theme) -> None:
    for role, ground in itertools.product(MARKS, GROUNDS):
        assert contrast(look.colors[role], look.colors[ground]) >= 3.0, (role, ground)


@each_theme
def test_words_in_a_role_color_are_readable_on_every_ground(look: Theme) -> None:
    for role, ground in itertools.product(MARKS, GROUNDS):
        assert contrast(look.text(role), look.colors[ground]) >= 4.5, (role, ground)


@each_theme
def test_words_on_the_accent_are_readable(look: Theme) -> None:
    assert contrast(look.colors["on_accent"], look.colors["accent"]) >= 4.5


@each_theme
def test_text_is_readable_on_picked_rows(look: Theme) -> None:
    assert contrast(look.colors["ink"], look.colors["line"]) >= 4.5


@each_theme
def test_class_colors_stand_out_or_have_an_outline_that_does(look: Theme) -> None:
    for color, ground in itertools.product(CLASSES, GROUNDS):
        edge = color if look.outline is None else look.outline.name()
        assert contrast(edge, look.colors[ground]) >= 3.0, (color, ground)


#: Machado, Oliveira and Fernandes (2009), severity 1: protanopia, deuteranopia, tritanopia; first, normal sight.
SIGHTS = [
    np.eye(3),
    np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
]


def oklab(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ottosson's (2020) uniform color space, from linear sRGB."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    mixed = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return mixed @ np.cbrt(cones @ np.clip(light, 0, 1))


def closest(colors: tuple[str, ...]) -> float:
    """The smallest distance of two of the colors, in the sight in which it is smallest."""
    return min(
        float(np.linalg.norm(oklab(sight @ linear(a)) - oklab(sight @ linear(b))))
        for sight in SIGHTS
        for a, b in itertools.combinations(colors, 2)
    )


def test_ten_classes_stay_as_far_apart_as_okabe_and_ito_left_theirs() -> None:
    okabe_ito = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442")
    assert len(set(CLASSES)) == 10
    assert closest(CLASSES) >= 0.99 * closest(okabe_ito)


def test_a_label_beyond_the_tenth_has_a_color(qapp: QApplication) -> None:
    assert theme().class_color(13) == theme().class_color(3)


def test_the_roles_of_the_recipes_have_colors() -> None:
    from typing import get_args

    from engine.protocol.recipe.parameter import Role as RecipeRole

    assert set(get_args(RecipeRole)) <= set(theme().colors)


def test_the_projector_makes_type_and_lengths_larger_and_grays_stronger() -> None:
    for name in ("dark", "light"):
        desk, hall = theme(name), theme(name, projector=True)
        assert hall.projecting
        assert not desk.projecting
        for style, size in desk.sizes.items():
            assert hall.sizes[style] == pytest.approx(PROJECTOR_SCALE * size, abs=1.0)
        assert hall.px(10) == 16
        for role in ("line", "soft", "faint", "data"):
            ground = desk.colors["panel"]
            assert contrast(hall.colors[role], ground) > contrast(desk.colors[role], ground)


def test_a_hairline_never_vanishes() -> None:
    assert theme().px(0.3) == 1
    assert theme().px(0) == 0


@each_theme
def test_the_style_sheet_has_only_colors_of_the_table(qapp: QApplication, look: Theme) -> None:
    sheet = stylesheet(look)
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", sheet)) <= set(look.colors.values())
    assert not re.search(r"\$|\d+u\b|icon\(", sheet)


def test_no_other_source_file_names_a_color() -> None:
    for file in (ROOT / "ui").rglob("*.py"):
        if file.name != "roles.py":
            assert not re.search(r"""["']#[0-9A-Fa-f]{6}["']""", file.read_text(encoding="utf-8")), file
    template = (ROOT / "resources" / "styles" / "app.qss").read_text(encoding="utf-8")
    assert not re.search(r"#[0-9A-Fa-f]{3,8}\b", template)


@each_theme
def test_qt_understands_the_whole_style_sheet(qtbot: QtBot, look: Theme, capfd: pytest.CaptureFixture[str]) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    apply(widget, look)
    widget.show()
    said = capfd.readouterr().err
    assert "parse" not in said
    assert "Unknown property" not in said


def spread_of_figures(font: QFont) -> float:
    """By how many pixels the widest and the narrowest figure differ, four of each."""
    widths = [QFontMetricsF(font).horizontalAdvance(4 * figure) for figure in "0123456789"]
    return max(widths) - min(widths)


def test_inter_is_shown_and_its_figures_have_one_width(qtbot: QtBot) -> None:
    apply(QApplication.instance(), theme())  # type: ignore[arg-type]
    for style, weight in (("body", 400), ("strong", 600), ("title", 600)):
        label = QLabel("0123456789")
        label.setProperty("type", style)
        qtbot.addWidget(label)
        label.show()
        shown = QFontInfo(label.font())
        assert (shown.family(), shown.weight()) == ("Inter", weight)
        assert spread_of_figures(label.font()) < 0.25  # Inter's own 1 is 1/16 pixel off
    assert spread_of_figures(QFont("Inter", 13)) > 1.0


def test_the_license_of_the_font_comes_with_it() -> None:
    text = (ROOT / "resources" / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "Inter Project Authors" in text
    for clause in ("1)", "2)", "3)", "4)", "5)", "TERMINATION", "DISCLAIMER"):
        assert clause in text


def inked(image: QImage, color: str) -> int:
    """How many pixels are nearly opaque; all of them must have the color, but for rounding."""
    wanted = QColor(color)
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    solid = [pixel for pixel in pixels if pixel.alpha() >= 200]
    for pixel in solid:
        assert max(abs(a - b) for a, b in zip(pixel.getRgb()[:3], wanted.getRgb()[:3], strict=True)) <= 2
    return len(solid)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_every_icon_is_drawn_from_its_lines_at_every_pixel_ratio(qapp: QApplication, ratio: float) -> None:
    for name in sorted(icon_names()):
        drawn = icon(name, "#F2B134").pixmap(QSize(24, 24), ratio)
        assert drawn.size() == QSize(round(24 * ratio), round(24 * ratio)), name
        assert inked(drawn.toImage(), "#F2B134") > 0, name


def test_an_icon_can_have_two_tints(qapp: QApplication) -> None:
    drawn = icon("play", "#102030", disabled=QColor("#405060"))
    assert inked(drawn.pixmap(QSize(32, 32), 1.0).toImage(), "#102030") > 50
    assert inked(drawn.pixmap(QSize(32, 32), 1.0, QIcon.Mode.Disabled).toImage(), "#405060") > 50


def test_icons_follow_the_current_color_and_nothing_else() -> None:
    for file in (ROOT / "resources" / "icons").glob("*.svg"):
        assert not re.search(r"#[0-9A-Fa-f]{3}|rgb|black|white", file.read_text(encoding="utf-8")), file


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="no-such-icon"):
        icon("no-such-icon", "#000000")


def test_a_widget_finds_the_theme_of_its_window_before_that_of_the_application(qtbot: QtBot) -> None:
    here, there = QWidget(), QWidget()
    inner = QWidget(there)
    qtbot.addWidget(here)
    qtbot.addWidget(there)
    assert theme_of(inner) == theme()
    apply(QApplication.instance(), theme("light"))  # type: ignore[arg-type]
    apply(there, theme("dark", projector=True))
    assert theme_of(here) == theme("light")
    assert theme_of(inner) == theme("dark", projector=True)


@pytest.mark.parametrize("kind", ["sequential", "diverging"])
def test_color_tables_are_perceptually_uniform(kind: FieldKind) -> None:
    table = color_table(kind)
    assert table.shape == (256, 3)
    lab = np.array([oklab(linear("#" + bytes(color).hex())) for color in table])
    steps = np.linalg.norm(lab[8:] - lab[:-8], axis=1)
    # pyqtgraph's bytes and another uniform space than the maps' own leave some spread; jet has 13
    assert steps.max() / np.median(steps) < 2.5
    lightness = lab[:, 0]
    if kind == "sequential":
        assert np.all(np.diff(lightness[::8]) > 0)
    else:
        assert np.all(np.diff(lightness[:128:8]) > 0)
        assert np.all(np.diff(lightness[128::8]) < 0)


def test_color_tables_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        color_table()[0, 0] = 1
