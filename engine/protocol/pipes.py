# SPDX-License-Identifier: MIT
"""What a pipe holds. Linux tells, and makes it larger when asked; of other systems nothing is known."""

from __future__ import annotations

import contextlib
import sys
from typing import IO, Final

SIZE: Final = 1 << 20  #: bytes
SLACK: Final = 1 << 14  #: bytes of pages that are full by half: a pipe counts pages

if sys.platform == "linux":
    import fcntl
    import termios


def widen(stream: IO[bytes]) -> None:
    """Give a pipe room for a whole frame, so that writers wait less."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, SIZE)


def room(stream: IO[bytes]) -> int:
    """Bytes that can be written to a pipe at once, whatever its reader does; 0 where nobody knows."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, ValueError):  # it is no pipe, or closed
            waiting = int.from_bytes(fcntl.ioctl(stream.fileno(), termios.FIONREAD, bytes(4)), sys.byteorder)
            return fcntl.fcntl(stream.fileno(), fcntl.F_GETPIPE_SZ) - waiting - SLACK
    return 0
