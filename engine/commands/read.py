# SPDX-License-Identifier: MIT
"""`read`: read one file of the user with little memory and no trust, and say on the standard output what it holds."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Final

from engine.protocol.arguments import Read
from engine.protocol.console import CommandError

MEMORY: Final = 4 * 2**30  #: bytes of address space; what a file asks for beyond that, it does not get
PERIOD_S: Final = 0.1  #: between two words about the progress


def main(options: Read) -> int:
    """Read `options.file`; facts for people on a terminal, else facts and arrays for the window. Raises CommandError."""
    _limit()
    from engine.data.refusal import Refused  # late: the limit holds for NumPy's own threads too
    from engine.protocol.reading import tell
    from engine.reading import reader

    for_people = sys.stdout.isatty()
    progress = _Progress(for_people)
    try:
        made = reader.read(options.file, options, progress.tell)
        said = reader.facts(options.file, made)
    except Refused as error:
        raise CommandError(str(error)) from None
    if for_people:
        data = said.data
        size = " × ".join(map(str, data.size))
        print(f"{said.file}: {said.kind}, {sum(data.counts):,} × {size}, {said.low:g} … {said.high:g}")
        for line in (said.scaling, f"Classes: {', '.join(data.labels)}." if data.labels else "No labels.", *said.notes):
            print(line)
        return 0
    tell(sys.stdout.buffer, said)
    for piece in reader.pieces(made, said):
        tell(sys.stdout.buffer, piece)
    return 0


class _Progress:
    """Says how far it is, a few times a second."""

    def __init__(self, for_people: bool) -> None:
        self._silent, self._next = for_people, 0.0

    def tell(self, done: int, of: int, what: str) -> None:
        """Say it, where it is time."""
        from engine.protocol.reading import Progress, tell

        if not self._silent and time.monotonic() >= self._next:
            self._next = time.monotonic() + PERIOD_S
            tell(sys.stdout.buffer, Progress(done=done, of=of, what=what))


def _limit() -> None:
    """No more memory than MEMORY, no files written, no threads for mathematics: this process only reads."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
