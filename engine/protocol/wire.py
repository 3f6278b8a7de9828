# SPDX-License-Identifier: MIT
"""Messages as bytes: msgpack by msgspec, arrays as (dtype, shape, bytes), everything checked on arrival."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import msgspec
import numpy as np

from engine.protocol.messages import Command, Message, Report

DTYPES = frozenset({"float32", "float64", "int32", "int64", "uint8", "bool"})
MAX_BYTES = 64 * 2**20


class WireError(ValueError):
    """Bytes that are no message."""


def encode(message: Message) -> bytes:
    """A message as msgpack. Raises WireError where an array cannot cross, or the message is too long."""
    data = _ENCODER.encode(message)
    if len(data) > MAX_BYTES:
        raise WireError(f"a message of {len(data):,} bytes is too long for the pipe")
    return data


def decode_command(data: bytes | memoryview) -> Command:
    """The command in `data`; raises WireError."""
    return _decode(_commands(), data)  # type: ignore[no-any-return]


class Greeting(msgspec.Struct, frozen=True, tag_field="say", tag="hello"):
    """What every version's hello holds, whatever else is in it: enough to tell that the versions differ."""

    protocol: int
    app: str


def decode_greeting(data: bytes | memoryview) -> Greeting:
    """The part of a hello that never changes; raises WireError."""
    return _decode(_GREETINGS, data)  # type: ignore[no-any-return]


def decode_report(data: bytes | memoryview) -> Report:
    """The frame or event in `data`; raises WireError."""
    return _decode(_reports(), data)  # type: ignore[no-any-return]


def _decode(decoder: msgspec.msgpack.Decoder[Any], data: bytes | memoryview) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise WireError(str(error)) from None


def _array_out(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.name not in DTYPES:
            raise WireError(f"arrays of {value.dtype.name} do not cross the pipe")
        return value.dtype.name, value.shape, np.ascontiguousarray(value).data.cast("B") if value.size else b""
    if isinstance(value, np.generic):
        return value.item()
    raise WireError(f"{type(value).__name__} does not cross the pipe")


def _array_in(kind: type, value: Any) -> Any:
    if kind is not np.ndarray:
        raise ValueError(f"unexpected {kind.__name__}")
    if not (isinstance(value, (list, tuple)) and len(value) == 3):
        raise ValueError("an array is (dtype, shape, bytes)")
    dtype, shape, data = value
    if dtype not in DTYPES or not isinstance(data, bytes):
        raise ValueError("unknown dtype or missing bytes")
    if not (isinstance(shape, list) and len(shape) <= 6 and all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape)):
        raise ValueError("the shape is not a list of sizes")
    if math.prod(shape) * np.dtype(dtype).itemsize != len(data):
        raise ValueError("shape and bytes do not agree")
    return np.frombuffer(data, dtype).reshape(shape)  # read-only: the bytes own the memory


def decoder_of(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    """A decoder of other messages than commands and reports, with the same arrays."""
    return msgspec.msgpack.Decoder(kind, dec_hook=_array_in)


# Each side of the pipe needs one of the two, and the window not before it stands: they take 9 ms each to make.
@cache
def _commands() -> msgspec.msgpack.Decoder[Any]:
    return decoder_of(Command)


@cache
def _reports() -> msgspec.msgpack.Decoder[Any]:
    return decoder_of(Report)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_array_out)
_GREETINGS = msgspec.msgpack.Decoder(Greeting)
