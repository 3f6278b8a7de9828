# SPDX-License-Identifier: MIT
"""What every test has in common: no screen is needed, and warnings are errors but for those of others."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_configure(config: pytest.Config) -> None:
    """Let pass what ziamath does at import; Python 3.13 took that deprecation back.

    A shell that starts the tests in the background has them, and every child of theirs, ignore Ctrl-C.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("filterwarnings", "ignore:path is deprecated:DeprecationWarning:ziamath.*")


@pytest.fixture(autouse=True)
def denormals_are_numbers_again() -> Iterator[None]:
    """What trains in this process flushes them, as the engine does; Hypothesis refuses to draw numbers then."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)
