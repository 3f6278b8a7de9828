# SPDX-License-Identifier: MIT
"""Where a run computes, with how many threads, and how exact the wide products of its steps are."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

import torch

#: What glibc keeps of freed memory, in bytes, by the numbers of mallopt(3): at the top of the heap, beyond each need there, and
#: from which size on a piece is the system's own. With its defaults a panel's tensors of some hundred kilobytes go back to the
#: system and come again page by page, which is a fifth of a panel's time.
HEAP: Final = {-1: 2**28, -2: 2**24, -3: 2**25}


class DeviceError(ValueError):
    """A device that this machine does not have."""


def present() -> tuple[str, ...]:
    """The devices that this machine has, those that `auto` prefers first."""
    has = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return tuple(name for name, there in has.items() if there)


def choose(wanted: str) -> torch.device:
    """The torch device for `auto`, `cpu`, `cuda` or `mps`; auto takes CUDA, else MPS, else the CPU. Raises DeviceError."""
    here = present()
    if wanted != "auto" and wanted not in here:
        has = ", ".join(reversed(here))
        raise DeviceError(f"this machine has no {wanted} for PyTorch {torch.__version__}; it has {has}")
    return torch.device(here[0] if wanted == "auto" else wanted)


def threads(wanted: int) -> int:
    """Threads for the mathematics: as asked, or all cores that this process may use but one, at least 1."""
    if wanted > 0:
        return wanted
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows do not say
        cores = os.cpu_count() or 1
    return max(1, cores - 1)


def precision(wanted: str, device: torch.device) -> str:
    """The numbers in the wide products of a training step: as asked; `auto` takes bfloat16 where the CPU has units for them."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if device.type == "cpu" and halves_are_fast() else "float32"


def halves_are_fast() -> bool:
    """Whether this CPU has units for products of bfloat16 numbers.

    Without such units bfloat16 is imitated, and slow. ARM has some too, but there nobody has measured them.
    """
    can = torch.cpu.get_capabilities()
    return bool(can.get("avx512_bf16") or can.get("amx_bf16"))


def prepare(count: int) -> None:
    """Fix the process's threads, flush denormals (Adam's first moments become 20 % denormal in a long run and slow it), and
    keep freed memory at hand."""
    torch.set_num_threads(count)
    torch.set_flush_denormal(True)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None  # musl has none
    if mallopt is not None:
        for parameter, size in HEAP.items():
            mallopt(parameter, size)
