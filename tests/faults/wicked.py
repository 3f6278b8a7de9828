# SPDX-License-Identifier: MIT
"""A real engine that misbehaves once: `python wicked.py FAULT [NUMBER …] -- [engine's words]`.

It is the app's engine process; only the named part of it is bent before it begins.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch

from engine import process, vigil
from engine.commands.engine import main
from engine.objectives.objective import Objective
from engine.offering import Offering
from engine.protocol import line
from engine.protocol.arguments import Engine, parse
from engine.protocol.messages import Frame, Message

Deed = Callable[[Any], None]


def at_steps(numbers: list[int], deed: Deed) -> None:
    """Do it once in each of these steps of training: the n-th gradient that is ever computed, and not again."""
    left, count = set(numbers), 0

    def bent(honest: Callable[..., Any]) -> Callable[..., Any]:
        def backward(self: Any, *words: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            figures = honest(self, *words, **more)
            if count in left:
                left.discard(count)
                deed(self)
            return figures

        return backward

    for kind in _all(Objective):
        if "backward" in vars(kind):
            kind.backward = bent(kind.backward)


def _all(kind: type[Any]) -> list[type[Any]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _all(child))]


def after_frames(count: int, deed: Callable[[IO[bytes]], None]) -> None:
    """Do it to the pipe in place of the frame of this number."""
    honest, seen = line.encode, 0
    pipe: list[IO[bytes]] = []
    begin = line.Writer.__init__

    def init(self: Any, stream: IO[bytes], *words: Any, **more: Any) -> None:
        pipe.append(stream)
        begin(self, stream, *words, **more)

    def encode(message: Message) -> bytes:
        nonlocal seen
        seen += isinstance(message, Frame)
        if isinstance(message, Frame) and seen == count:
            deed(pipe[-1])
        return honest(message)

    line.Writer.__init__ = init  # type: ignore[method-assign]
    line.encode = encode


def raises(_: object) -> None:
    raise ArithmeticError("this step was bent on purpose")


def poisons(objective: Any) -> None:
    """The figures stay finite, the weights do not."""
    with torch.no_grad():
        for parameter in objective.parameters():
            parameter.grad = torch.full_like(parameter, float("nan"))


def _watched_closely() -> None:
    """The engine's own vigil, in a hurry."""
    vigil.HANG_S, vigil.BEAT_S = 0.5, 0.05  # type: ignore[misc]


def hangs(_: object) -> None:
    threading.Event().wait()


def hangs_with_the_lock(_: object) -> None:
    ctypes.PyDLL(None).pause()  # no thread of Python runs any more


def dies(_: object) -> None:
    os._exit(3)


def crashes(_: object) -> None:
    ctypes.string_at(0)


def takes_all_memory(_: object) -> None:
    """A real refusal by the system: less room than is asked for."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    room = pages * os.sysconf("SC_PAGE_SIZE") + 2**28
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (room, before[1]))
    try:
        torch.empty(2**31)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def loses_the_device(_: object) -> None:
    raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")


def lacks_device_memory(_: object) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")


def sends_garbage(stream: IO[bytes]) -> None:
    stream.write(os.urandom(4096))
    stream.flush()


def sends_no_message(stream: IO[bytes]) -> None:
    stream.write((5).to_bytes(4, "little") + b"\xc1\xc1\xc1\xc1\xc1")
    stream.flush()


def dies_in_mid_frame(stream: IO[bytes]) -> None:
    stream.write((10**6).to_bytes(4, "little") + bytes(1000))
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def floods(*_: object) -> None:
    """It heeds no credits."""
    Offering.due = lambda self, now: bool(self.repertoire.tracks)  # type: ignore[method-assign]


def writes_nothing(*_: object) -> None:
    """As a full disk: every write to a file is refused."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def never_syncs(*_: object) -> None:
    """A disk that answers no more: checkpoints hang, training does not."""
    os.fsync = lambda fd: threading.Event().wait()  # type: ignore[assignment,return-value]


def chatters(*_: object) -> None:
    """Libraries print what they like, where they like."""
    os.write(1, b"banner " * 2**16)
    os.write(2, b"chatter " * 2**18)
    claim = process._claim_streams

    def claimed() -> Any:
        found = claim()
        os.write(1, b"more on what was stdout\n" * 1000)
        return found

    process._claim_streams = claimed


def is_mute(*_: object) -> None:
    threading.Event().wait()


def refuses(*_: object) -> None:
    print("there is no such library here", file=sys.stderr)
    sys.exit(7)


STEPS: dict[str, Deed] = {
    deed.__name__: deed for deed in (raises, poisons, hangs, hangs_with_the_lock, dies, crashes, takes_all_memory,
                                     loses_the_device, lacks_device_memory)
}  # fmt: skip
FRAMES = {deed.__name__: deed for deed in (sends_garbage, sends_no_message, dies_in_mid_frame)}
STARTS = {deed.__name__: deed for deed in (floods, writes_nothing, never_syncs, chatters, is_mute, refuses)}


if __name__ == "__main__":
    cut = sys.argv.index("--")
    fault, numbers, words = sys.argv[1], [int(word) for word in sys.argv[2:cut]], sys.argv[cut + 1 :]
    if fault.startswith("hangs"):
        _watched_closely()
    if fault in STEPS:
        at_steps(numbers, STEPS[fault])
    elif fault in FRAMES:
        after_frames(numbers[0], FRAMES[fault])
    else:
        STARTS[fault]()
    options = parse(["engine", *words])
    assert isinstance(options, Engine)
    sys.exit(main(options))
