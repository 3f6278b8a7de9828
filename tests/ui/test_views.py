# SPDX-License-Identifier: MIT
"""What holds for every view: the same picture gives the same pixels, once a frame, never hidden, and faults stay inside."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.protocol.payloads import Axes, Bars, Field, Graph, Images, Node, Paths, Picture, Points, Series, Text
from engine.protocol.recipe.probes import PROBES, Panel
from engine.protocol.recipe.probes.stage import Stage
from tests.ui.looking import EVERY_KIND, curves_panel, past, picture, seen
from ui.reel import Past
from ui.theme import Theme, apply, theme
from ui.views import VIEW_FOR, View, view_for

KINDS = sorted(EVERY_KIND)
NOTHING = Past()


@pytest.fixture(params=[("dark", False), ("light", False), ("dark", True)], ids=["dark", "light", "projector"])
def look(request: pytest.FixtureRequest, qapp: QApplication) -> Theme:
    name, projector = request.param
    chosen = theme(name, projector=projector)
    apply(qapp, chosen)
    return chosen


def shown(qtbot: QtBot, view: View, size: tuple[int, int] = (420, 300)) -> View:
    qtbot.addWidget(view)
    view.resize(*size)
    view.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # or its first chip gets the focus, and a ring
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.mark.parametrize("probe", PROBES)
def test_every_probe_has_a_view(probe: type) -> None:
    assert probe.payload in VIEW_FOR


def test_a_panel_gets_the_view_of_its_probe(qtbot: QtBot) -> None:
    panel = Panel(key="stage", probe=Stage())
    view = view_for(panel)
    qtbot.addWidget(view)
    assert (type(view), view.panel) == (VIEW_FOR["points"], panel)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_picture_gives_the_same_pixels_whatever_was_shown_between(qtbot: QtBot, look: Theme, kind: str) -> None:
    view = shown(qtbot, VIEW_FOR[kind]())
    first, second = EVERY_KIND[kind](), EVERY_KIND[kind]()
    view.show_picture(first, NOTHING)
    before = seen(view)
    view.show_picture(second, NOTHING)
    between = seen(view)
    view.show_picture(first, NOTHING)
    assert not view.fault
    assert np.array_equal(seen(view), before)
    assert len(np.unique(before.reshape(-1, 3), axis=0)) > 3, "something is drawn"
    if kind not in ("text", "series"):
        assert not np.array_equal(between, before)


def test_curves_are_the_same_when_the_timeline_comes_back(qtbot: QtBot) -> None:
    view = shown(qtbot, VIEW_FOR["series"](curves_panel("loss", "floor")))
    early, late = past(100), past(300, builds=2)
    view.show_picture(None, early)
    before = seen(view)
    view.show_picture(None, late)
    assert not np.array_equal(seen(view), before)
    view.show_picture(None, early)
    assert np.array_equal(seen(view), before)


class Counting(VIEW_FOR["points"]):  # type: ignore[misc]
    """Counts what Qt asks it to paint."""

    paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        type(self).paints += 1
        super().paintEvent(event)


def test_there_is_one_repaint_for_each_picture_and_none_without_news(qtbot: QtBot) -> None:
    view = shown(qtbot, Counting())
    pictures = [EVERY_KIND["points"]() for _ in range(12)]
    view.show_picture(pictures[0], NOTHING)
    QApplication.sendPostedEvents()
    qtbot.wait(30)
    Counting.paints = 0
    for count, each in enumerate(pictures[1:], start=1):
        view.show_picture(each, NOTHING)
        view.show_picture(each, NOTHING)
        qtbot.waitUntil(lambda count=count: Counting.paints >= count)
        qtbot.wait(5)  # a second repaint would come now
    assert Counting.paints == len(pictures) - 1
    view.show_picture(pictures[-1], NOTHING)
    qtbot.wait(20)
    assert Counting.paints == len(pictures) - 1


def test_a_hidden_view_does_nothing_and_shows_the_newest_when_it_is_seen_again(qtbot: QtBot) -> None:
    view = shown(qtbot, Counting())
    first, second = EVERY_KIND["points"](), EVERY_KIND["points"]()
    view.show_picture(first, NOTHING)
    seen(view)
    view.hide()
    Counting.paints = 0
    view.show_picture(second, NOTHING)
    qtbot.wait(20)
    assert Counting.paints == 0
    view.show()
    again = shown(qtbot, VIEW_FOR["points"]())
    again.show_picture(second, NOTHING)
    assert np.array_equal(seen(view), seen(again))


class Raising(View):
    """Cannot draw."""

    calls = 0
    broken = True

    def draw(self, p: QPainter, theme: Theme) -> None:
        type(self).calls += 1
        p.save()  # left open on purpose: the next painter must not care
        p.translate(1000, 1000)
        p.setClipRect(0, 0, 1, 1)
        if self.broken:
            raise ZeroDivisionError("division by zero")
        p.restore()


def test_a_view_that_raises_is_switched_off_with_a_message_and_comes_back_at_a_click(qtbot: QtBot) -> None:
    view = shown(qtbot, Raising())
    reports: list[str] = []
    view.failed.connect(reports.append)
    Raising.calls, Raising.broken = 0, True
    view.show_picture(picture(), NOTHING)
    qtbot.waitUntil(lambda: bool(reports))
    for _ in range(100):
        view.update()
        QApplication.sendPostedEvents()
        seen(view)
    assert Raising.calls <= 2, "one for showing, one for the picture; then it is off"
    assert len(reports) == 1
    assert "ZeroDivisionError: division by zero" in reports[0] == view.fault
    assert len(np.unique(seen(view).reshape(-1, 3), axis=0)) > 3, "the message is readable"
    Raising.broken = False
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    seen(view)
    assert not view.fault


CLOSING = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication
from tests.ui.looking import picture
from ui.reel import Past
from ui.views import View

class Raising(View):
    def draw(self, p, theme):
        p.save()
        raise ValueError("no")

app = QApplication([])
view = Raising()
view.show()
view.show_picture(picture(), Past())
QTimer.singleShot(100, view.close)
code = app.exec()
sys.exit(code if view.fault else 9)
"""


def test_a_window_whose_panel_raised_closes_with_exit_code_0() -> None:
    done = subprocess.run([sys.executable, "-c", CLOSING], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "ValueError: no" in done.stderr, "the log has the traceback"


HOSTILE = {
    "an empty cloud": ("points", picture(Points(name="a", xy=np.zeros((0, 2))))),
    "values that are no numbers": ("points", picture(
        Points(name="a", xy=np.array([[np.nan, 0], [np.inf, -np.inf], [1e300, -1e300], [0, 0]]),
               label=np.array([-1, 0, 99, 3]), sigma=np.array([[np.nan, 1], [1e300, 1], [0, 0], [1, 1]])),
        Paths(name="b", xy=np.full((3, 4, 2), np.nan), texts=("x",)),
        Paths(name="c", xy=np.array([[[0.0, 1e300]], [[np.inf, 0]]]), arrows=True),
        Paths(name="e", xy=np.full((5, 1, 2), 1e300), closed=True, dashed=True),
        Field(name="d", values=np.full((3, 3), np.nan), range=(0, 1, 0, 1), low=np.nan, high=np.inf),
    )),
    "an empty range": ("points", picture(Points(name="a", xy=np.zeros((3, 2))), axes=Axes(range=(1, 1, 1, 1)))),
    "no range": ("points", picture(Points(name="a", xy=np.zeros((3, 2))), axes=Axes())),
    "paths of one position": ("points", picture(Paths(name="a", xy=np.zeros((1, 3, 2))))),
    "no paths": ("points", picture(Paths(name="a", xy=np.zeros((0, 0, 2))), Paths(name="b", xy=np.zeros((4, 0, 2))))),
    "no images": ("images", picture(Images(name="a", pixels=np.zeros((0, 0, 8, 8), np.uint8)))),
    "no bars": ("bars", picture(Bars(name="a", labels=(), values=np.zeros((0, 1))))),
    "bars of nothing": ("bars", picture(Bars(name="a", labels=("x",), values=np.array([[np.nan]])))),
    "no boxes": ("graph", picture(Graph(name="a", nodes=(), edges=()))),
    "one box": ("graph", picture(Graph(name="a", nodes=(Node(key="x", title="x", values=np.zeros(0)),), edges=()))),
    "a curve of no numbers": ("series", picture(Series(name="a", x=np.arange(3.0), y=np.full(3, np.nan)))),
    "a curve of one point": ("series", picture(Series(name="a", x=np.array([2.0]), y=np.array([5.0])))),
    "an empty curve": ("series", picture(Series(name="a", x=np.zeros(0), y=np.zeros(0)))),
    "a curve with holes": ("series", picture(Series(name="a", x=np.arange(4.0), y=np.array([np.nan, 1e300, -np.inf, 2])))),
    "no words": ("text", picture(Text(name="a", text=""))),
    "nothing": ("points", None),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("size", [(420, 300), (60, 30), (1, 1)])
def test_odd_values_are_drawn_without_a_fault(qtbot: QtBot, case: str, size: tuple[int, int]) -> None:
    kind, odd = HOSTILE[case]
    view = shown(qtbot, VIEW_FOR[kind](), size)
    view.show_picture(odd, NOTHING)
    seen(view)
    assert not view.fault


MISFITS = {
    "labels": ("points", picture(Points(name="a", xy=np.zeros((300, 2)), label=np.zeros(7, int)))),
    "coordinates": ("points", picture(Points(name="a", xy=np.zeros((3, 3))))),
    "path labels": ("points", picture(Paths(name="a", xy=np.zeros((2, 3, 2)), label=np.zeros(4, int)))),
    "no place on a plane": ("points", picture(Text(name="a", text="x"))),
    "x and": ("series", picture(Series(name="a", x=np.zeros(5), y=np.zeros(4)))),
    "images are": ("images", picture(Images(name="a", pixels=np.zeros((8, 8), np.uint8)))),
    "names for values": ("bars", picture(Bars(name="a", labels=("x", "y"), values=np.zeros((3, 1))))),
    "KeyError": ("graph", picture(Graph(name="a", nodes=(Node(key="x", title="x"),), edges=(("x", "y"),)))),
}


@pytest.mark.parametrize("words", MISFITS)
def test_arrays_that_do_not_belong_together_switch_the_panel_off_and_say_why(qtbot: QtBot, words: str) -> None:
    kind, misfit = MISFITS[words]
    view = shown(qtbot, VIEW_FOR[kind]())
    view.show_picture(misfit, NOTHING)
    seen(view)
    assert view.fault
    if words not in ("labels", "path labels", "coordinates"):
        assert words in view.fault
    view.show_picture(EVERY_KIND[kind](), NOTHING)
    view.retry()
    seen(view)
    assert not view.fault


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_crossed_the_pipe_can_be_drawn(qtbot: QtBot, kind: str) -> None:
    def frozen(value: object) -> object:
        if isinstance(value, np.ndarray):
            value = value.copy()
            value.setflags(write=False)
        elif isinstance(value, tuple):
            return tuple(map(frozen, value))
        elif isinstance(value, msgspec.Struct):
            return msgspec.structs.replace(value, **{k: frozen(getattr(value, k)) for k in value.__struct_fields__})
        return value

    view = shown(qtbot, VIEW_FOR[kind]())
    read_only = frozen(EVERY_KIND[kind]())
    assert isinstance(read_only, Picture)
    view.show_picture(read_only, NOTHING)
    seen(view)
    assert not view.fault
