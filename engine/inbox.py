# SPDX-License-Identifier: MIT
"""The engine's ear: a thread reads commands from the pipe; the scheduler drains them between two steps."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from engine.protocol.line import LinkError, Reader
from engine.protocol.link import coalesced
from engine.protocol.messages import Command, Quit
from engine.protocol.wire import WireError, decode_command


class Inbox(threading.Thread):
    """Commands as they come. The end of the stream, or bytes that are no command, count as Quit: nobody is there any more."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(name="inbox", daemon=True)
        self._reader = reader
        self._queue: SimpleQueue[Command] = SimpleQueue()

    def run(self) -> None:
        """The thread's life."""
        try:
            while (body := self._reader.read()) is not None:
                self._queue.put(decode_command(body))
        except (LinkError, WireError, OSError, ValueError) as error:
            print(f"the window's stream broke: {error}", flush=True)
        self._queue.put(Quit())

    def hang_up(self) -> None:
        """The other side is gone: end as if it had said Quit."""
        self._queue.put(Quit())

    def drain(self) -> list[Command]:
        """All commands that have come, coalesced; never waits."""
        if self._queue.empty():
            return []
        found: list[Command] = []
        while not self._queue.empty():
            found.append(self._queue.get())
        return coalesced(found)

    def wait(self, seconds: float | None) -> list[Command]:
        """Sleep until a command comes or `seconds` have passed (None: for ever), then drain."""
        try:
            first = self._queue.get(timeout=seconds)
        except Empty:
            return []
        return coalesced([first, *self.drain()])
