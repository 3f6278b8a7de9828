# SPDX-License-Identifier: MIT
"""Who has the keys: a control that Tab reached works by its own keys and shows it; one that was clicked does neither."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

_KEYBOARD: Final = (
    Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason,
)  # fmt: skip
_COMING_BACK: Final = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


def worked_by_keys(reason: Qt.FocusReason, before: bool) -> bool:
    """Whether a control that gets the focus for `reason` has the keys; `before` is whether it had them the last time.

    A window that opens gives the focus to its first control, which nobody asked for: Space must still play.
    """
    return before if reason in _COMING_BACK else reason in _KEYBOARD
