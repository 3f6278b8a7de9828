# SPDX-License-Identifier: MIT
"""The tests of the engine leave the process as they found it: threads, denormals, and what a polite kill does."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def _the_process_as_it_was() -> Iterator[None]:
    threads, handler = torch.get_num_threads(), signal.getsignal(signal.SIGTERM)
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)  # hypothesis draws denormals in other rooms
    signal.signal(signal.SIGTERM, handler)
