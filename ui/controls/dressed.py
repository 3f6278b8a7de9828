# SPDX-License-Identifier: MIT
"""Widgets whose margins and gaps are those of the theme."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget


class Dressed(QWidget):
    """Sets its lengths anew whenever the theme changes; the first time is its own affair, when its parts are there."""

    @abstractmethod
    def _set_lengths(self) -> None:
        """Take every length from the theme."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other lengths."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._set_lengths()
