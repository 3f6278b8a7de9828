# SPDX-License-Identifier: MIT
"""What the reader of a user's file (`main.py read FILE`) says on its standard output: progress, then facts, then the arrays."""

from __future__ import annotations

from typing import IO, Any, Literal

import msgspec
import numpy as np

from engine.protocol.line import HEADER, LinkError
from engine.protocol.messages import Message
from engine.protocol.recipe.data.imported import Imported
from engine.protocol.wire import WireError, decoder_of, encode

PIECE = 2**22  #: numbers in one piece of an array: 16 MB of float32, well within a message


class Progress(Message, frozen=True, tag="progress", kw_only=True):
    """How far the reading has come, in whatever it counts."""

    done: int
    of: int
    what: str  #: “images”, “MB”


class Facts(Message, frozen=True, tag="facts", kw_only=True):
    """What was read, and how the network will see it. The arrays follow in pieces."""

    file: str
    kind: Literal["images", "table"]
    data: Imported  #: the recipe's own words for these data
    dtype: str
    low: float  #: the range in the file
    high: float
    scaling: str  #: how it becomes what the network sees, a sentence
    label: str = ""  #: the column of the labels, “” where there is none
    columns: tuple[str, ...] = ()  #: that could be the labels
    notes: tuple[str, ...] = ()  #: what one should know, sentences
    seen: np.ndarray  #: the first examples as the network sees them: (n, channels, h, w) or (n, M) float32
    first_classes: tuple[int, ...] = ()  #: their class numbers
    per_class: tuple[int, ...] = ()  #: examples of each class


class Piece(Message, frozen=True, tag="piece", kw_only=True):
    """Numbers of an array, from `offset` on, row by row."""

    sha256: str
    offset: int
    size: int  #: numbers in the whole array
    values: np.ndarray  # (k,)


Word = Progress | Facts | Piece
_WORDS: msgspec.msgpack.Decoder[Any] = decoder_of(Word)


def tell(stream: IO[bytes], word: Word) -> None:
    """Write one word; raises OSError where nobody reads any more."""
    body = encode(word)
    stream.write(len(body).to_bytes(HEADER, "little") + body)
    stream.flush()


class Ear:
    """Takes bytes as they come and gives the words that are complete. Raises LinkError for bytes that are no word."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def hear(self, data: bytes) -> list[Word]:
        """The words that these bytes complete."""
        self._bytes += data
        words: list[Word] = []
        while len(self._bytes) >= HEADER:
            length = int.from_bytes(self._bytes[:HEADER], "little")
            if length > 2 * 8 * PIECE:
                raise LinkError(f"a word of {length} bytes is not ours")
            if len(self._bytes) < HEADER + length:
                break
            words.append(_decoded(bytes(self._bytes[HEADER : HEADER + length])))
            del self._bytes[: HEADER + length]
        return words


def _decoded(body: bytes) -> Word:
    try:
        word: Word = _WORDS.decode(body)
        return word
    except (msgspec.DecodeError, WireError, RecursionError) as error:
        raise LinkError(f"the reader said what is no word: {error}") from None
