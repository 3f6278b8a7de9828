# SPDX-License-Identifier: MIT
"""A slow line for tests: `python tests/slowline.py [--delay S] [--rate BYTES/S] -- COMMAND` in place of `ssh HOST COMMAND`.

It hands the bytes on in both directions, each `--delay` seconds later (25 ms: a round of 50 ms) and at most `--rate` a second
(625,000: 5 Mbit/s), with as much room in between as anybody wants to fill: the worst that a line can be. Killed, it is a line
that breaks; after SIGUSR1 it is one whose plug was pulled: nothing comes through any more, and nobody is told.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Any

MOST = 1448  #: bytes that travel together, as in a packet of TCP


class Way:
    """One direction of the line: what comes in at one end goes out at the other, later."""

    def __init__(self, source: int, sink: int, delay_s: float, rate: float) -> None:
        self.pulled = False
        self._source, self._sink, self._delay_s, self._rate = source, sink, delay_s, rate
        self._under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        self._ends = [threading.Thread(target=end, daemon=True) for end in (self._take, self._give)]
        for end in self._ends:
            end.start()

    def wait(self) -> None:
        """Until all that came in has gone out."""
        self._ends[1].join()

    def _take(self) -> None:
        free = 0.0  # when the line can take the next bytes
        while data := os.read(self._source, MOST):
            free = max(free, time.monotonic()) + len(data) / self._rate
            self._under_way.put((free + self._delay_s, data))
        self._under_way.put((free + self._delay_s, b""))

    def _give(self) -> None:
        while True:
            due, data = self._under_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                os.close(self._sink)
                return
            try:
                while data and not self.pulled:
                    data = data[os.write(self._sink, data) :]
            except OSError:  # nobody is there any more
                return


def slow(command: Sequence[str], delay_s: float = 0.025, rate: float = 625e3) -> list[str]:
    """The words that start a command at the other end of a slow line; seconds of one way, bytes a second."""
    return [sys.executable, __file__, "--delay", str(delay_s), "--rate", str(rate), "--", *command]


def main() -> int:
    """Be the line until the command ends; its exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.025)
    parser.add_argument("--rate", type=float, default=625e3)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    far: Any = subprocess.Popen(options.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    there, back = os.dup(far.stdin.fileno()), far.stdout.fileno()
    far.stdin.close()
    ways = [Way(*ends, options.delay, options.rate) for ends in ((0, there), (back, 1))]
    signal.signal(signal.SIGUSR1, lambda *_: [setattr(way, "pulled", True) for way in ways])
    code: int = far.wait()
    ways[1].wait()
    return code


if __name__ == "__main__":
    sys.exit(main())
