# SPDX-License-Identifier: MIT
"""msgspec's words for a value that does not fit, as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_AT = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<where>.*)`)?$", re.DOTALL)
_INVALID = re.compile(r"[Ii]nvalid (?:enum )?value (?:'(?P<text>.*)'|(?P<other>.*))$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `(?P<kinds>[^`]+)`(?P<rest>.*)$", re.DOTALL)
_NOUNS: Final = {
    "str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false", "array": "a list",
    "object": "a table", "null": "nothing",
}  # fmt: skip


def parted(error: Exception) -> tuple[str, str]:
    """The reason and the JSON path (without its “$”) of a msgspec.ValidationError."""
    match = _AT.match(str(error))
    assert match is not None
    return match["reason"], (match["where"] or "$").removeprefix("$").lstrip(".")


def in_words(reason: str, known: Iterable[str] = ()) -> str:
    """A reason of msgspec's in plain words; `known` are the words that stand where an unknown one was met."""
    invalid = _INVALID.match(reason)
    if invalid:
        names = ", ".join(sorted(known))
        got = invalid["text"] if invalid["text"] is not None else invalid["other"]
        return f"“{got}” is not known here" + (f"; known are {names}" if names else "")
    expected = _EXPECTED.match(reason)
    if not expected:
        return reason[:1].lower() + reason[1:]
    nouns = " or ".join(_NOUNS.get(kind.strip(), kind.strip()) for kind in expected["kinds"].split("|"))
    rest = re.sub(r"`(\w+)`", lambda match: _NOUNS.get(match[1], match[1]), expected["rest"])
    rest = re.sub(r"( of length)? ([<>])= ", lambda match: f" of at {'most' if match[2] == '<' else 'least'} ", rest)
    return f"expected {nouns}{rest}"
