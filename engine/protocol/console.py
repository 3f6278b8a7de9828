# SPDX-License-Identifier: MIT
"""Manners at the terminal: refusals are one sentence and exit code 2, text is UTF-8, a closed pipe and Ctrl-C end quietly."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable

REFUSED = 2
INTERRUPTED = 130
PIPE_CLOSED = 141


class CommandError(Exception):
    """What a command cannot do, as one sentence naming file, field and reason; `code` is the exit code."""

    def __init__(self, sentence: str, code: int = REFUSED) -> None:
        super().__init__(sentence)
        self.code = code


def tidily(command: Callable[[], int]) -> int:
    """Run a command and return the exit code; whatever it refuses is said on stderr, in one line and without a traceback."""
    _speak_utf8()
    try:
        code = command()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except CommandError as error:
        say(f"attractor: {error}")
        return error.code
    except KeyboardInterrupt:
        say("attractor: stopped")
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return PIPE_CLOSED
    except SystemExit as asked:  # argparse, after --help and --version
        return int(asked.code or 0)


def say(sentence: str) -> None:
    """Write one line to stderr, where there is one."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(" ".join(sentence.split("\n")), file=sys.stderr, flush=True)


def _speak_utf8() -> None:
    """Whatever the locale says. Bytes of a file name that are no text are shown as \\x…, never raised."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _forget_stdout() -> None:
    """Point fd 1 at nothing, so that the interpreter's last flush finds somebody who listens."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
