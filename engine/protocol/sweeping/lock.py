# SPDX-License-Identifier: MIT
"""A lock that ends with its process, however that ends: two sweeps must not write one table."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class Lock:
    """A lock on a small file; `taken` says whether it is ours."""

    def __init__(self, file: Path) -> None:
        """Raises OSError where the file cannot be made."""
        self._fd = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        self.taken = _locked(self._fd)
        if not self.taken:
            os.close(self._fd)

    def release(self) -> None:
        """Give it up."""
        if self.taken:
            self.taken = False
            os.close(self._fd)  # the file stays: to remove it would let a second and a third in at once


def _locked(fd: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
