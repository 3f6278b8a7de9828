# SPDX-License-Identifier: MIT
"""Everything one can do, once: menu text, key, icon and tooltip. Bars, menus and the key overlay derive from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from ui.language import say
from ui.theme import Theme, icon, theme_of


@dataclass(frozen=True)
class Deed:
    """One thing to do."""

    key: str
    text: str
    tip: str = ""
    icon: str = ""
    keys: tuple[str, ...] = ()
    checkable: bool = False


LAYERS: Final = 9
DEEDS: Final[dict[str, tuple[Deed | None, ...]]] = {
    "&File": (
        Deed("open", "Open…", "Play a recipe, or go on with a run; undo goes back", "open", ("Ctrl+O",)),
        Deed("import", "Open data…", "Train on a table, an array or an IDX file, after a look at it", "import", ("Ctrl+I",)),
        Deed("paint", "Paint data…", "Spray your own points in the plane, and train on them", "brush", ("Ctrl+D",)),
        Deed("pictures", "Open a folder of pictures…", "Train on your own pictures; sub-folders are classes", "image"),
        Deed("sweep", "Open sweep…", "Train a recipe at many values, and see a figure of each as a map", "fit"),
        None,
        Deed("save", "Save recipe…", "Write this experiment to a file", "save", ("Ctrl+S",)),
        Deed("save_run", "Save run…", "Write recipe, weights, curves and data to one file", "save", ("Ctrl+Shift+S",)),
        Deed("copy", "Copy recipe", "Put this experiment on the clipboard as text", "copy", ("Ctrl+Shift+C",)),
        Deed("paste", "Paste recipe", "Play the recipe on the clipboard; undo goes back", "", ("Ctrl+Shift+V",)),
        None,
        Deed("picture", "Export picture…", "Write the panels that can be seen as PNG or SVG", "camera", ("Ctrl+E",)),
        Deed("film", "Export film…", "Write what the panels show while it learns or flows as GIF or MP4", "film"),
        Deed("report", "Export report…", "Write recipe, curves and panels on one page (PDF)", "export"),
        Deed("curves", "Export curves…", "Write the curves as a table (CSV)", "curves"),
        Deed("arrays", "Export arrays…", "Write new examples, latents (NPY) or weights (safetensors)", "layers"),
        Deed("script", "Export script…", "Write a PyTorch script or notebook that goes on without this app", "export"),
        None,
        Deed("quit", "Quit", "Close the window; the engine keeps a checkpoint", "", ("Ctrl+Q",)),
    ),
    "&Edit": (
        Deed("undo", "Undo", "Take the last change back: recipe, weights and curves", "undo", ("Ctrl+Z",)),
        Deed("redo", "Redo", "Do again what was undone", "redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
        None,
        Deed("preferences", "Preferences…", "Language, theme, pictures, threads, device, autosave", "settings", ("Ctrl+,",)),
    ),
    "&View": (
        Deed("theme", "Light theme", "Dark or light", "sun", ("Ctrl+Shift+L",), checkable=True),
        Deed("projector", "Projector", "Large type for the lecture hall", "projector", ("F11", "F5"), checkable=True),
        Deed("second", "Second screen", "The panels alone, large, on the other display", "screens", ("Ctrl+F11",),
             checkable=True),
        Deed("blank", "Blank the screen", "Black until the next key", "", ("B", "."), checkable=True),
        None,
        Deed("recipe", "Recipe panel", "Show or hide the settings", "settings", ("Ctrl+1",), checkable=True),
        Deed("reader", "Lecture panel", "Show or hide the text", "info", ("Ctrl+2",), checkable=True),
        Deed("restore", "All panels", "Bring closed panels back, none maximized", "restore", ("Esc",)),
    ),
    "&Run": (
        Deed("play", "Play", "Train until you pause", "play", ("Space",)),
        Deed("step", "Step", "Train a single step", "step", ("Right",)),
        Deed("reset", "Reset", "Back to step 0 with fresh weights; undo brings the trained ones back", "reset", ("R",)),
        Deed("pace", "Slow motion", "Train at full speed, ten steps a second, or one", "clock", ("S",)),
        Deed("back", "One picture back", "", "", ("Shift+Left",)),
        Deed("forth", "One picture forth", "", "", ("Shift+Right",)),
        Deed("branch", "Branch from here", "Go on from the moment that the timeline shows", "branch", ("Ctrl+Shift+B",)),
        Deed("compare", "Compare A | B", "Two runs that begin alike; then change one setting of B", "ab", ("Ctrl+B",)),
        None,
        Deed("flow_step", "One step", "Move the points by one update", "", ("O",)),
        Deed("flow", "Flow", "Let the points move on and on", "", ("G",)),
        Deed("flow_fixed", "Until fixed", "Let the points move until none does any more", "", ("U",)),
        Deed("release", "Release points", "300 points set out on every stage, from noise or from h", "flow", ("F",)),
        Deed("clear", "Clear points", "Take the points off the stage", "trash", ("C",)),
        None,
        Deed("contents", "Contents", "Every chapter at a glance", "menu", ("Ctrl+L",)),
        Deed("next", "Next", "The next step of the text, then the next chapter", "chevron-right", ("PgDown",)),
        Deed("previous", "Previous", "The step of the text before this one", "chevron-left", ("PgUp",)),
        Deed("next_chapter", "Next chapter", "Go on; this chapter stays as it is", "chevron-right", ("Ctrl+PgDown",)),
        Deed("previous_chapter", "Previous chapter", "Go to the chapter before", "chevron-left", ("Ctrl+PgUp",)),
    ),
    "&Help": (
        Deed("keys", "Keys", "All keys at a glance", "keyboard", ("?", "F1"), checkable=True),
        Deed("diagnose", "Copy diagnostics", "Versions, settings, the last lines of all logs, for whoever shall help", "copy"),
        Deed("guide", "Guide", "For students, for lecturers, for developers", "help"),
        Deed("graphics", "Use my GPU", "What the engine computes on, and how to let it use a graphics card", "flow"),
        Deed("about", "About Attractor", "Versions and license", "info"),
    ),
}


class Actions(QObject):
    """The QActions of one window, by the keys of the table. Connect `self[key].triggered`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._playing = theme_of(window), False
        self._deeds = {deed.key: deed for deeds in DEEDS.values() for deed in deeds if deed}
        self._actions = {key: self._made(deed, window) for key, deed in self._deeds.items()}
        self.layers = tuple(self._layer(number, window) for number in range(1, LAYERS + 1))
        self.panels = QMenu(say("Panels"), window)
        self.languages = QMenu(say("Language"), window)
        self._menus: dict[str, QMenu] = {"Panels": self.panels, "Language": self.languages}

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def fill(self, bar: QMenuBar) -> None:
        """Put every action into the menu bar."""
        for title, deeds in DEEDS.items():
            menu = bar.addMenu(say(title))
            self._menus[title] = menu
            menu.setToolTipsVisible(True)
            for deed in deeds:
                if deed is None:
                    menu.addSeparator()
                else:
                    menu.addAction(self._actions[deed.key])
            if title == "&View":
                menu.addMenu(self.panels)
                menu.addMenu(self.languages)

    def translate(self) -> None:
        """Say everything in the language of the screen."""
        for title, menu in self._menus.items():
            menu.setTitle(say(title))
        for key, deed in self._deeds.items():
            _name(self._actions[key], deed)
        self.show_playing(self._playing)

    def paint(self, theme: Theme) -> None:
        """Draw the icons in the colors of the theme."""
        self["theme"].setChecked(theme.name == "light")
        self["theme"].setIcon(icon("sun" if theme.name == "dark" else "moon", theme.color("ink")))
        self._theme = theme
        self._paint_play()
        for key, deed in self._deeds.items():
            if deed.icon and key not in ("theme", "play"):
                self._actions[key].setIcon(icon(deed.icon, theme.color("ink"), theme.color("faint")))

    def show_playing(self, playing: bool) -> None:
        """Play or Pause: one toggle."""
        action = self["play"]
        action.setText(say("Pause" if playing else "Play"))
        action.setToolTip(say("Pause; points go on moving (Space)" if playing else "Train until you pause (Space)"))
        self._playing = playing
        self._paint_play()

    def _paint_play(self) -> None:
        self["play"].setIcon(icon("pause" if self._playing else "play", self._theme.color("ink")))

    def _made(self, deed: Deed, window: QWidget) -> QAction:
        action = QAction(window, checkable=deed.checkable)
        action.setObjectName(deed.key)
        action.setIconVisibleInMenu(not deed.checkable)  # there the check mark stands
        action.setShortcuts([QKeySequence(key) for key in deed.keys])
        _name(action, deed)
        window.addAction(action)
        return action

    def _layer(self, number: int, window: QWidget) -> QAction:
        action = QAction(f"Layer {number} of the stage", window)
        action.setShortcut(QKeySequence(str(number)))
        window.addAction(action)
        return action


def _name(action: QAction, deed: Deed) -> None:
    first = QKeySequence(deed.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if deed.keys else ""
    tip = say(deed.tip or deed.text)
    action.setText(say(deed.text))
    action.setToolTip(f"{tip} ({first})" if first else tip)
