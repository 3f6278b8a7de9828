# SPDX-License-Identifier: MIT
"""The line: near by, one plain chunk for each message; far away, short words overtake long ones, and nothing piles up."""

from __future__ import annotations

import contextlib
import os
import sys
import zlib
from collections import deque
from collections.abc import Iterator
from io import BytesIO
from threading import Event as Signal
from typing import IO

import numpy as np
import pytest
from msgspec.structs import replace

from engine.protocol import line
from engine.protocol.line import ACK, CUT, FAR, FIRST, HEADER, LAST, PIECE, QUEUE_S, WHOLE, Flight, LinkError, Reader, Writer
from engine.protocol.messages import Credit, Frame, Kept, Paused, Play
from engine.protocol.payloads import Picture, Points
from engine.protocol.wire import decode_command, decode_report, encode

PAUSED = Paused(run_id=1, steps={"vae": 3})
CLOUD = Points(name="cloud", xy=np.zeros((4000, 2), np.float32))
FRAME = Frame(run_id=1, number=1, training=True, lanes=(), scalars=(), pictures={"a": Picture(step=1, layers=(CLOUD,))})
NOISE = np.random.default_rng(0).integers(0, 256, 2**18, dtype=np.uint8)
FILE = Kept(offset=0, size=NOISE.size, values=NOISE, steps={})


def chunk(kind: int, body: bytes = b"", number: int | None = None) -> bytes:
    """A chunk, whose header may lie."""
    return (kind << 27 | (len(body) if number is None else number)).to_bytes(HEADER, "little") + body


class End:
    """One end of a line whose other end the test is: what the end writes is read chunk by chunk."""

    def __init__(self) -> None:
        mine, theirs = os.pipe(), os.pipe()
        self.heard: IO[bytes] = os.fdopen(theirs[0], "rb")
        self.say: IO[bytes] = os.fdopen(mine[1], "wb", buffering=0)
        self.ended = Signal()
        self.trouble: list[Exception] = []
        self._streams = os.fdopen(theirs[1], "wb"), os.fdopen(mine[0], "rb")
        self.writer = Writer(self._streams[0], self._break)
        self.reader = Reader(self._streams[1], self.writer)
        self.writer.start()

    def _break(self, error: Exception) -> None:
        self.trouble.append(error)
        self.ended.set()

    def close(self) -> None:
        """See the writer off; nobody reads what it still says."""
        self.writer.close()
        self.heard.close()
        self.writer.join(5)
        assert not self.writer.is_alive()
        for stream in (self.say, *self._streams):
            with contextlib.suppress(OSError):
                stream.close()

    def chunk(self) -> tuple[int, int, bytes]:
        """The next chunk: its kind, its number, its body."""
        number = int.from_bytes(self.heard.read(HEADER), "little")
        kind, length = number >> 27, number & line.NUMBER
        return kind, length, self.heard.read(length) if kind in (WHOLE, PIECE, LAST) else b""

    def put(self, kind: int, body: bytes = b"", number: int | None = None) -> None:
        """Say a chunk."""
        self.say.write(chunk(kind, body, number))

    def far(self) -> End:
        """Both sides have said that they may be far away."""
        self.writer.go_far()
        assert self.chunk() == (FAR, 0, b"")
        return self


@pytest.fixture
def end() -> Iterator[End]:
    made = End()
    yield made
    made.close()


def test_near_by_every_message_is_one_plain_chunk_in_the_order_of_saying(end):
    for message in (FRAME, FILE, PAUSED):
        end.writer.put(message)
    assert [end.chunk() for _ in range(3)] == [(WHOLE, len(body), body) for body in map(encode, (FRAME, FILE, PAUSED))]
    assert end.writer.round_s is None


def test_far_away_a_short_word_overtakes_a_file_and_the_file_waits_for_answers(end):
    end.far().writer.put(FILE)
    first = [end.chunk() for _ in range(FIRST // CUT)]
    assert {kind for kind, _, _ in first} == {PIECE}
    end.writer.put(FRAME)
    end.writer.put(PAUSED)
    assert end.chunk()[2] == encode(PAUSED)
    end.put(ACK, number=FIRST // CUT)
    end.put(WHOLE, encode(PAUSED))
    end.reader.read()
    rest = []
    while not rest or rest[-1][0] != LAST:
        rest.append(end.chunk())
        end.put(ACK, number=1)
        end.put(WHOLE, encode(PAUSED))
        end.reader.read()
    assert decode_report(zlib.decompress(b"".join(body for *_, body in first + rest))).values.tolist() == NOISE.tolist()
    kind, size, body = end.chunk()
    assert (kind, decode_report(zlib.decompress(body)).number) == (LAST, FRAME.number)
    assert size < len(encode(FRAME)) / 20
    assert end.writer.round_s > 0


def test_commands_keep_their_order_but_for_the_credit_that_frames_wait_for():
    assert [line._rank(message) for message in (Play(), Credit(), PAUSED, FRAME, FILE)] == [1, 0, 0, 1, 2]


def test_pieces_become_the_message_again_and_every_chunk_is_answered_once_the_other_side_is_far(end):
    packed = zlib.compress(encode(FILE), 1)
    end.put(WHOLE, encode(PAUSED))
    end.put(FAR)
    end.put(PIECE, packed[:CUT])
    end.put(WHOLE, encode(PAUSED))
    end.put(LAST, packed[CUT : 2 * CUT])
    assert [decode_report(end.reader.read()) for _ in range(2)] == [PAUSED, PAUSED]
    with pytest.raises(LinkError, match="do not fit together"):
        end.reader.read()
    found = [end.chunk()]
    while sum(number for kind, number, _ in found if kind == ACK) < 3:
        found.append(end.chunk())
    assert found[0][0] == FAR
    assert {kind for kind, *_ in found[1:]} == {ACK}


@pytest.mark.parametrize(
    ("kind", "body", "number", "sentence"),
    [
        (ACK, b"", 1, "answered what was never said"),
        (LAST, b"no zlib at all", None, "a piece of a message is damaged"),
        (LAST, zlib.compress(bytes(65 * 2**20)), None, "do not fit together"),
        (PIECE, zlib.compress(b"all of it"), None, "do not fit together"),
        (PIECE, b"", 2**26 + 1, "is not ours"),
        (int.from_bytes(b"H") >> 3, b"TTP/1.1", 0, "is not ours"),
        (WHOLE, b"short", 6, "cut short"),
    ],
)
def test_what_is_no_chunk_is_refused_in_a_sentence(kind, body, number, sentence):
    with pytest.raises(LinkError, match=sentence):
        Reader(BytesIO(chunk(kind, body, number)), Writer(BytesIO())).read()


def test_a_line_that_is_silent_for_too_long_is_broken(end, monkeypatch):
    monkeypatch.setattr(line, "LOST_S", 0.01)
    end.far().writer.put(PAUSED)
    assert end.ended.wait(30)
    assert "no answer for" in str(end.trouble[0])


class Simulated:
    """A line of a rate (bytes/s) and a delay (s, one way) on a clock of its own; its flight always has a piece to send."""

    def __init__(self, rate: float, delay_s: float) -> None:
        self.flight, self.rate, self.delay_s = Flight(), rate, delay_s
        self.now = self.free = 0.0
        self.waits: list[float] = []  # of each piece, for those before it
        self.answers: deque[float] = deque()

    def go(self, seconds: float) -> float:
        """Send for so long; the share of the line's rate that was used in the second half."""
        while self.now < seconds:
            while not self.flight.full:
                self.flight.depart(CUT, self.now)
                self.waits.append(max(0.0, self.free - self.now))
                self.free = max(self.free, self.now) + CUT / self.rate
                self.answers.append(self.free + 2 * self.delay_s)
            self.now = self.answers.popleft()
            self.flight.land(1, self.now)
            if self.now < seconds / 2:
                self.waits.clear()
        return len(self.waits) * CUT / self.rate / (seconds / 2)


@pytest.mark.parametrize(("megabit", "delay_s"), [(1, 0.025), (5, 0.025), (5, 0.05), (100, 0.005), (1000, 0.0005)])
def test_the_line_is_kept_busy_and_nothing_waits_much_longer_than_the_bound(megabit, delay_s):
    simulated = Simulated(megabit * 125e3, delay_s)
    used = simulated.go(20.0)
    assert used > 0.8 or simulated.flight._most == line.MOST
    assert max(simulated.waits) < max(2 * QUEUE_S, 1.5 * CUT / simulated.rate)


def test_what_has_room_is_written_at_once_and_what_has_none_waits_in_its_order() -> None:
    end = End()
    numbers = list(range(400))
    for number in numbers:
        end.writer.put(replace(FRAME, number=number))  # more than a pipe holds, and nobody reads: none of this may block
    heard = [decode_report(end.chunk()[2]) for _ in numbers]
    assert [message.number for message in heard if isinstance(message, Frame)] == numbers
    end.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a pipe holds")
def test_a_short_message_needs_no_thread() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as heard, os.fdopen(theirs, "wb") as stream:
        Writer(stream).put(Credit(frames=3))  # its thread was never started
        header = heard.read(HEADER)
        assert decode_command(heard.read(int.from_bytes(header, "little"))) == Credit(frames=3)


def test_a_stream_that_nobody_reads_any_more_is_reported_once() -> None:
    ours, theirs = os.pipe()
    trouble: list[Exception] = []
    stream = os.fdopen(theirs, "wb", buffering=0)
    writer = Writer(stream, trouble.append)
    writer.start()
    os.close(ours)
    for _ in range(3):
        writer.put(Credit(frames=1))
    writer.join(5)
    assert not writer.is_alive()
    assert [type(error) for error in trouble] == [BrokenPipeError]
    stream.close()
