# SPDX-License-Identifier: MIT
"""The engine process's whole life: it moves its standard streams aside, says hello, plays, and leaves with exit code 0."""

from __future__ import annotations

import faulthandler
import os
import sys
import traceback
from pathlib import Path
from typing import IO

import torch

from engine import device
from engine.inbox import Inbox
from engine.protocol.line import Reader, Writer
from engine.protocol.link import MAGIC
from engine.protocol.messages import PROTOCOL, Hello
from engine.protocol.pipes import widen
from engine.protocol.version import APP
from engine.scheduler import Scheduler


def main(session: Path | None = None, threads: int = 0) -> int:
    """Be an engine on the standard streams until the window says quit or goes away. Returns the exit code."""
    commands, reports = _claim_streams()
    faulthandler.enable()
    device.prepare(device.threads(threads))
    reports.write(MAGIC)
    writer = Writer(reports, broken=lambda error: inbox.hang_up())
    inbox = Inbox(Reader(commands, writer))
    writer.start()
    writer.put(_hello(session))
    inbox.start()
    code = 0
    try:
        Scheduler(inbox, writer.put, session).run()
    except Exception:
        traceback.print_exc()  # to the log, whose last words the window shows
        code = 1
    writer.close()
    writer.join(2.0)
    # The reader thread may sit in a read for ever; everything worth keeping is on disk, so leave at once.
    sys.stderr.flush()
    os._exit(code)


def _claim_streams() -> tuple[IO[bytes], IO[bytes]]:
    """The protocol's two ends. From here on fd 1 is fd 2, so that no library's print can break a message."""
    sys.stdout.flush()
    out = os.dup(1)
    os.dup2(2, 1)
    back = os.dup(0)
    if sys.platform == "win32":
        import msvcrt

        for fd in (out, back):
            msvcrt.setmode(fd, os.O_BINARY)
    reports = os.fdopen(out, "wb")
    widen(reports)
    return os.fdopen(back, "rb"), reports


def _hello(session: Path | None) -> Hello:
    return Hello(
        protocol=PROTOCOL, app=APP, torch=str(torch.__version__), device=device.choose("auto").type,
        threads=torch.get_num_threads(), pid=os.getpid(), session=str(session or ""),
    )  # fmt: skip


