# SPDX-License-Identifier: MIT
"""Reader of IDX files, MNIST's own format, plain or gzipped: nothing is allocated before the header has been believed."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from engine.data.refusal import Refused

LARGEST = 2**30  #: bytes of one array
_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_AXES = 4
_GZIP_RATIO = 1032  #: deflate packs no tighter, so a small file cannot ask for much memory


class _Bad(ValueError):
    """Why these bytes are no IDX file."""


def read(path: Path, largest: int = LARGEST) -> np.ndarray:
    """The array of an IDX file, read-only, in the machine's byte order; at most `largest` bytes.

    Raises Refused with the file and the reason.
    """
    try:
        with ExitStack() as stack:
            file: BinaryIO = stack.enter_context(path.open("rb"))
            room = path.stat().st_size
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                file, room = cast(BinaryIO, stack.enter_context(gzip.open(file))), room * _GZIP_RATIO
            return _array(file, min(room, largest))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refused("file_refused", file=path.name, reason="its gzip stream is damaged or cut short") from None
    except (OSError, _Bad) as error:
        raise Refused("file_refused", file=path.name, reason=getattr(error, "strerror", None) or str(error)) from None


def _array(file: BinaryIO, room: int) -> np.ndarray:
    dtype, shape = _header(file)
    size = math.prod(shape) * dtype.itemsize
    if size > room:
        raise _Bad(f"its header announces {size:,} bytes, where at most {room:,} can be")
    array = np.empty(shape, dtype)
    _fill(file, array.reshape(-1).view(np.uint8).data)
    if file.read(1):
        raise _Bad(f"it goes on after the {size:,} bytes that its header announces")
    array = array.astype(dtype.newbyteorder("="), copy=False)
    array.flags.writeable = False
    return array


def _header(file: BinaryIO) -> tuple[np.dtype[np.generic], tuple[int, ...]]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _DTYPES:
        raise _Bad("it is no IDX file: it does not begin with 0, 0 and a known type of number")
    axes = magic[3]
    if not 1 <= axes <= _MOST_AXES:
        raise _Bad(f"its header announces {axes} axes, where 1 to {_MOST_AXES} can be")
    lengths = file.read(4 * axes)
    if len(lengths) < 4 * axes:
        raise _Bad("it ends within its header")
    shape = struct.unpack(f">{axes}I", lengths)
    if 0 in shape:
        raise _Bad("its header announces an empty array")
    return np.dtype(_DTYPES[magic[2]]), shape


def _fill(file: BinaryIO, target: memoryview) -> None:
    filled = 0
    while filled < len(target):
        count = file.readinto(target[filled:])  # type: ignore[attr-defined]
        if not count:
            raise _Bad(f"it ends after {filled:,} of the {len(target):,} bytes that its header announces")
        filled += count
