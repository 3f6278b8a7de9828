# SPDX-License-Identifier: MIT
"""The link to an engine process: start it (here, or by any command such as ssh), shake hands, talk, stop it, notice its death.

The engine writes MAGIC, then messages; the window writes messages. `line` tells how they are framed; both sides write through
a `Writer`, so that no thread that paints or trains ever waits for the pipe.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from engine.protocol.line import LinkError as LinkError
from engine.protocol.line import Reader, Writer
from engine.protocol.messages import PROTOCOL, Change, Command, Hello, Pick, Quit, Report, Sketch, Watch
from engine.protocol.pipes import widen
from engine.protocol.places import own_command
from engine.protocol.version import APP
from engine.protocol.wire import WireError, decode_greeting, decode_report

MAGIC = b"\x00attractor-engine\x01\n"
MAX_BANNER = 1 << 20  #: bytes that may stand before the magic (what ssh and shells print)
MOST_LOG = 2**20  #: bytes of the engine's log
MOST_VERSION = 40  #: characters of another engine's version that are shown


class OtherVersion(LinkError):
    """The other side is an engine, but of another version of the app or of the protocol."""

    def __init__(self, app: str, protocol: int) -> None:
        self.theirs, self.ours = _named(app, protocol), _named(APP, PROTOCOL)
        both = f"the engine is Attractor {self.theirs}, this window is Attractor {self.ours}"
        super().__init__(f"{both}; update the older of the two")


def _named(app: str, protocol: int) -> str:
    return f"{app[:MOST_VERSION]} (protocol {protocol})"


@dataclass(frozen=True)
class Ending:
    """How an engine process ended: exit code (negative: the signal), whether we had asked for it, the log's last words.

    `trouble` is what made us end it, where we did.
    """

    code: int | None
    asked: bool
    words: str = ""
    trouble: Exception | None = None

    @property
    def orderly(self) -> bool:
        """Whether it ended because it was told to, and said so with exit code 0."""
        return self.asked and self.code == 0


def skip_to_magic(stream: BinaryIO | IO[bytes]) -> None:
    """Read past everything that stands before MAGIC. Raises LinkError where it does not come."""
    window = b""
    for _ in range(MAX_BANNER):
        byte = stream.read(1)
        if not byte:
            raise LinkError(f"the engine ended before it said hello; it said: {window[-200:]!r}")
        window = (window + byte)[-max(len(MAGIC), 200) :]
        if window.endswith(MAGIC):
            return
    raise LinkError("what was started is no engine: it never said hello")


def coalesced(commands: Sequence[Command]) -> list[Command]:
    """The commands in order, but of a dragged slider or cursor only the newest value."""
    kept: list[Command] = []
    for command in commands:
        last = kept[-1] if kept else None
        if isinstance(command, Change) and isinstance(last, Change) and last.lane == command.lane:
            kept[-1] = Change(lane=command.lane, values={**last.values, **command.values})
        elif _replaces(command, last):
            kept[-1] = command
        else:
            kept.append(command)
    return kept


def _replaces(command: Command, last: Command | None) -> bool:
    """Whether `command` makes the one before it useless."""
    return isinstance(command, Pick | Sketch | Watch) and type(command) is type(last)


class Link:
    """An engine process and the two ends of its pipe. `read` is for one thread; `send` is for any."""

    def __init__(self, argv: Sequence[str], log: Path | None = None) -> None:
        """Start `argv`, whose stderr goes to the file `log`. Raises LinkError where it cannot be started."""
        self._log = log
        if log is not None:
            rotate(log)
        with contextlib.ExitStack() as stack:
            errors: IO[bytes] | int = subprocess.DEVNULL
            if log is not None:
                with contextlib.suppress(OSError):  # an engine without a log is better than none
                    errors = stack.enter_context(log.open("ab"))
            try:
                self.process = subprocess.Popen(
                    list(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )  # fmt: skip
            except OSError as error:
                raise LinkError(f"cannot start {argv[0]}: {error.strerror}") from None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout
        widen(self._out)
        self._asked = False
        self._writer = Writer(self._in, self._broken)
        self._reader = Reader(self._out, self._writer)
        self._far = elsewhere(argv)
        self._writer.start()

    def shake_hands(self) -> Hello:
        """Wait for the engine's hello. Raises OtherVersion where app or protocol differ, LinkError for what is no hello.

        Another app version is refused too, for it may lack a model or a parameter that this window offers.
        """
        skip_to_magic(self._out)
        body = self._reader.read()
        if body is None:
            raise LinkError("the engine ended before it said hello")
        try:
            greeting = decode_greeting(body)  # first, for the rest of another version's hello may be unreadable
        except WireError as error:
            raise LinkError(f"the engine's first word was no hello: {error}") from None
        if (greeting.protocol, greeting.app) != (PROTOCOL, APP):
            raise OtherVersion(greeting.app, greeting.protocol)
        hello = _report(body)
        if not isinstance(hello, Hello):
            raise LinkError("the engine's first word was no hello")
        if self._far:
            self._writer.go_far()
        return hello

    @property
    def round_s(self) -> float | None:
        """Seconds to an engine elsewhere and back, a running mean; None where it is here, or not known yet."""
        return self._writer.round_s

    def read(self) -> Report | None:
        """The next frame or event; None when the engine's stream ends. Raises LinkError for bytes that are no message."""
        body = self._reader.read()
        return None if body is None else _report(body)

    def send(self, command: Command) -> None:
        """Send a command; never blocks."""
        self._asked = self._asked or isinstance(command, Quit)
        self._writer.put(command)

    def close(self) -> None:
        """Ask the engine to quit; `read` then comes to the stream's end. Never blocks."""
        self.send(Quit())

    def end(self, wait_s: float = 3.0) -> Ending:
        """See the process off: ask it to quit, close the pipe, wait, then kill. Safe to call when it is already dead."""
        if self.process.poll() is None and not self._asked:
            self.close()
        self._writer.close()
        self._writer.join(wait_s)
        if not self._writer.is_alive():
            with contextlib.suppress(OSError):
                self._in.close()
        try:
            self.process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._out.close()
        return Ending(self.process.returncode, self._asked, self._last_words())

    def kill(self) -> None:
        """End the process at once (force restart)."""
        self.process.kill()

    def _broken(self, error: Exception) -> None:
        if isinstance(error, LinkError):  # nobody answers, and the stream does not end: the line is dead
            self.kill()

    def _last_words(self, size: int = 2000) -> str:
        if self._log is None or not self._log.exists():
            return ""
        with self._log.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - size))
            return stream.read().decode(errors="replace")


def elsewhere(argv: Sequence[str]) -> bool:
    """Whether these words start another program than this app: its engine may be far away, over a slow line."""
    own = own_command()
    return list(argv[: len(own)]) != own


def _report(body: bytes) -> Report:
    try:
        return decode_report(body)
    except WireError as error:
        raise LinkError(f"the engine sent what is no message: {error}") from None


def rotate(log: Path, most: int = MOST_LOG) -> None:
    """Keep a log small that others write to: over `most` bytes it is copied to `….1` and begins anew."""
    with contextlib.suppress(OSError):  # no log yet, or a folder that cannot be written: the log is the smaller trouble
        if log.stat().st_size > most:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)
