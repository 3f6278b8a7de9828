# SPDX-License-Identifier: MIT
"""`engine`: be an engine on the standard streams; a window, here or at the other end of ssh, starts it."""

from __future__ import annotations

import signal

from engine.protocol.arguments import Engine
from engine.protocol.console import CommandError


def main(options: Engine) -> int:
    """Play until the window says quit or goes away. Raises CommandError where the session's folder cannot be made."""
    # Ctrl-C in a terminal reaches the window and its engine alike; the window then ends the engine in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if options.session is not None:
        try:
            options.session.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"--session {options.session}: {error.strerror}") from None
    from engine.process import main as play  # late: torch takes a second, and Ctrl-C must already be harmless

    return play(options.session, options.threads or 0)
