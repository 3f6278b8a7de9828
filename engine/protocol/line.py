# SPDX-License-Identifier: MIT
"""The line: how messages become bytes on a stream and come back, and how much of them may be under way at once.

A chunk is a header of four bytes, little-endian (its kind in the upper five bits, a number in the others), and a body. Near by
a message is one WHOLE chunk. Who may be far away is told so by FAR, and tells it too; from then on every chunk that goes this
way is answered by an ACK, and frames and files are packed by zlib, cut into pieces, and set out only while little is under way.
What is short goes between two pieces: so it waits for `QUEUE_S` or so, however slow the line and long the frame.
"""

from __future__ import annotations

import sys
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from typing import IO, BinaryIO, Final

from engine.protocol.messages import Credit, Event, Kept, Message
from engine.protocol.pipes import room
from engine.protocol.wire import MAX_BYTES, WireError, encode

HEADER: Final = 4
NUMBER: Final = (1 << 27) - 1  #: of a header: the body's length, or how many chunks an ACK answers
WHOLE, PIECE, LAST, ACK, FAR = KINDS = (0, 1, 2, 16, 17)  #: none reads as text: what a shell says is no chunk
SMALL: Final = 512  #: bytes: what is not longer is not packed
CUT: Final = 2**14  #: bytes of a piece: 26 ms at 5 Mbit/s
QUEUE_S: Final = 0.05  #: how long a chunk may wait on the line behind others
LEAST, FIRST, MOST = CUT, 2**16, 2**22  #: bytes that may be under way: at worst, at first, on a quick line
LOST_S: Final = 60.0  #: a chunk without an answer for so long means that nobody is there


class LinkError(OSError):
    """The other side did not speak our protocol."""


class Flight:
    """What is under way: enough that the line is never idle, so little that nothing waits long. Times in seconds."""

    def __init__(self) -> None:
        self._sent: deque[tuple[float, int]] = deque()
        self._bytes = 0
        self._most = FIRST
        self._quickest = float("inf")
        self.round_s: float | None = None  #: from a chunk's departure to its answer: a running mean

    @property
    def full(self) -> bool:
        """Whether what can wait should."""
        return self._bytes >= self._most

    def check(self, now: float) -> None:
        """Raises LinkError where a chunk has had no answer for too long."""
        if self._sent and now - self._sent[0][0] > LOST_S:
            raise LinkError(f"no answer for {LOST_S:.0f} s")

    def depart(self, size: int, now: float) -> None:
        """A chunk of so many bytes sets out."""
        self._sent.append((now, size))
        self._bytes += size

    def land(self, count: int, now: float) -> None:
        """The oldest chunks were answered: see whether they had to wait on the line, and allow less or more.

        Raises LinkError where there were not so many.
        """
        if count > len(self._sent):
            raise LinkError("the other side answered what was never said")
        for _ in range(count):
            since, size = self._sent.popleft()
            took = now - since
            self._quickest = min(self._quickest, took)
            if took - self._quickest > QUEUE_S:
                self._most = max(LEAST, self._most - size // 2)  # by half in a round
            elif 2 * self._bytes >= self._most:
                self._most = min(MOST, self._most + size // 8)  # slowly, by an eighth
            self._bytes -= size
            self.round_s = took if self.round_s is None else self.round_s + (took - self.round_s) / 16


class Writer(threading.Thread):
    """Writes messages to a stream: at once where it has room for them, else from a thread of its own.

    A thread needs Python's lock, just when the one who put the message needs it for its next step, and for longer than the
    message does. A broken stream ends all writing and calls `broken` once.
    """

    def __init__(self, stream: IO[bytes], broken: Callable[[Exception], None] = lambda error: None) -> None:
        super().__init__(name="link-writer", daemon=True)
        self._stream = stream
        self._broken = broken
        self._wake = threading.Condition()  # guards what follows
        self._queues: tuple[deque[Message], ...] = (deque(), deque(), deque())  # by rank
        self._pieces: deque[bytes] = deque()  # the rest of the message that is being sent
        self._flight = Flight()
        self._wants_far = self._far = self._closed = False
        self._writing = False  # the thread is: what it has taken goes first
        self._owed = 0  # chunks that came and were not answered yet

    @property
    def round_s(self) -> float | None:
        """Seconds to the other side and back, a running mean; None where it is near, or has not answered yet."""
        return self._flight.round_s

    def put(self, message: Message) -> None:
        """Send a message when its turn comes; never blocks."""
        with self._wake:
            others = self._writing or self._wants_far or self._closed or any(self._queues)
            if others or isinstance(message, Kept) or not self._at_once(message):  # a file is long, and in no hurry
                self._queues[_rank(message) if self._wants_far else 0].append(message)
                self._wake.notify()

    def close(self) -> None:
        """End after what is already in the queue."""
        with self._wake:
            self._closed = True
            self._wake.notify()

    def go_far(self) -> None:
        """Speak as one does over a slow line, and say so: the other side then does, too."""
        with self._wake:
            self._wants_far = True
            self._wake.notify()

    def answer(self) -> None:
        """A chunk came: say so."""
        with self._wake:
            self._owed += 1
            self._wake.notify()

    def landed(self, count: int) -> None:
        """So many chunks were answered. Raises LinkError where there were not so many."""
        with self._wake:
            self._flight.land(count, time.monotonic())
            self._wake.notify()

    def run(self) -> None:
        """The thread's life: encode and write until closed or broken."""
        try:
            while (chunk := self._next()) is not None:
                self._write(chunk)
        except (OSError, ValueError) as error:
            self._break(error)

    def _write(self, chunk: bytes) -> None:
        self._stream.write(chunk)
        self._stream.flush()

    def _at_once(self, message: Message) -> bool:
        """Write a message if the stream will not make us wait; whether it is done with."""
        try:
            (chunk,) = _chunks(message, packs=False)
            if len(chunk) > room(self._stream):
                return False
            self._write(chunk)
        except (OSError, ValueError) as error:
            self._closed = True
            self._wake.notify()
            self._break(error)
        return True

    def _break(self, error: Exception) -> None:
        """No message (a WireError), a stream that nobody reads, or one that was closed under us (a ValueError)."""
        if isinstance(error, WireError):
            print(error, file=sys.stderr, flush=True)
        broken, self._broken = self._broken, lambda error: None
        broken(error)

    def _next(self) -> bytes | None:
        """The next chunk, when it may go; None when all is said. Raises WireError, and LinkError where nobody answers."""
        with self._wake:
            self._writing = False
            while not self._due():
                self._wake.wait(LOST_S if self._far else None)
                self._flight.check(time.monotonic())
            if self._wants_far != self._far:
                self._far = True
                return _header(FAR, 0)
            if self._owed:
                owed, self._owed = self._owed, 0
                return _header(ACK, owed)
            if self._pieces and not self._queues[0]:
                return self._depart(self._pieces.popleft())
            queue = next((queue for queue in self._queues if queue), None)
            if queue is None:
                return None
            self._writing = True
            message = queue.popleft()
        chunks = _chunks(message, self._far and queue is not self._queues[0])
        with self._wake:
            self._pieces.extend(chunks[1:])
            return self._depart(chunks[0])

    def _due(self) -> bool:
        urgent, *others = self._queues
        if urgent or self._owed or self._closed or self._wants_far != self._far:
            return True
        return bool(self._pieces or any(others)) and not self._flight.full

    def _depart(self, chunk: bytes) -> bytes:
        if self._far:
            self._flight.depart(len(chunk), time.monotonic())
        return chunk


class Reader:
    """Reads messages from a stream, and lets the writer of the same line answer and be answered."""

    def __init__(self, stream: BinaryIO | IO[bytes], writer: Writer) -> None:
        self._stream = stream
        self._writer = writer
        self._answers = False
        self._unpacked = bytearray()  # of the message whose pieces are coming
        self._unpacker = zlib.decompressobj()

    def read(self) -> bytes | None:
        """The next message's bytes; None at the end of the stream. Raises LinkError for what is no chunk, or a cut one."""
        while header := self._stream.read(HEADER):
            number = int.from_bytes(header, "little")
            kind, length = number >> 27, number & NUMBER
            if len(header) < HEADER or kind not in KINDS or (length > MAX_BYTES and kind != ACK):
                raise LinkError(f"a message of {number} bytes is not ours")
            if kind == FAR:
                self._answers = True
                self._writer.go_far()
            elif kind == ACK:
                self._writer.landed(length)
            elif (message := self._chunk(kind, length)) is not None:
                return message
        return None

    def _chunk(self, kind: int, length: int) -> bytes | None:
        """A chunk's body is read; the message that is now whole, if one is."""
        body = self._stream.read(length)
        if len(body) < length:
            raise LinkError("the message was cut short")
        if self._answers:
            self._writer.answer()
        if kind == WHOLE:
            return body
        try:
            self._unpacked += self._unpacker.decompress(body, MAX_BYTES + 1 - len(self._unpacked))
        except zlib.error as error:
            raise LinkError(f"a piece of a message is damaged: {error}") from None
        if len(self._unpacked) > MAX_BYTES or self._unpacker.eof != (kind == LAST):
            raise LinkError("the pieces of a message do not fit together")
        if kind == PIECE:
            return None
        message, self._unpacked, self._unpacker = bytes(self._unpacked), bytearray(), zlib.decompressobj()
        return message


def _rank(message: Message) -> int:
    """What goes first on a slow line: short news, then frames, then files. Commands build on one another: they keep order."""
    if isinstance(message, Kept):
        return 2
    return 0 if isinstance(message, Credit | Event) else 1


def _chunks(message: Message, packs: bool) -> list[bytes]:
    """A message as chunks. Raises WireError.

    zlib's fastest level takes 10 to 20 ms for a megabyte and leaves a half or less of a frame; a line would have to be
    quicker than 200 Mbit/s for that not to pay. What does not get smaller is not hurt either.
    """
    try:
        body = encode(message)
    except WireError as error:
        raise WireError(f"{type(message).__name__}: {error}") from None
    if not packs or len(body) <= SMALL:
        return [_header(WHOLE, len(body)) + body]
    body = zlib.compress(body, 1)
    ends = range(CUT, len(body) + CUT, CUT)
    pieces = [body[end - CUT : end] for end in ends]
    return [_header(PIECE, len(piece)) + piece for piece in pieces[:-1]] + [_header(LAST, len(pieces[-1])) + pieces[-1]]


def _header(kind: int, number: int) -> bytes:
    return (kind << 27 | number).to_bytes(HEADER, "little")
