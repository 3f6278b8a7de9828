# SPDX-License-Identifier: MIT
"""Who hangs leaves word: where one turn of the engine's loop takes ten seconds, the stacks of all threads go to its log."""

from __future__ import annotations

import contextlib
import faulthandler
from typing import Final

HANG_S: Final = 10.0
BEAT_S: Final = 1.0  #: how often the alarm is set anew: doing so costs a thread


class Vigil:
    """An alarm clock that the loop puts off each time it comes round. It needs neither Python's lock nor the window."""

    def __init__(self) -> None:
        self._next = 0.0

    def beat(self, now: float) -> None:
        """The loop has come round."""
        if now >= self._next:
            self._next = now + BEAT_S
            with contextlib.suppress(RuntimeError, ValueError, AttributeError):  # no stream to write to
                faulthandler.dump_traceback_later(HANG_S)

    def rest(self) -> None:
        """The loop sleeps until somebody says something; that is no hanging."""
        self._next = 0.0
        faulthandler.cancel_dump_traceback_later()
