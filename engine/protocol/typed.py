# SPDX-License-Identifier: MIT
"""What people type on a command line, read: names, numbers with a point, sizes, PATH=VALUE. Each refusal is a sentence."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

Value = float | int | bool | str


def path(text: str) -> Path:
    """The name of a file or a folder. Raises ArgumentTypeError."""
    if not text:
        raise ArgumentTypeError("expected a name, got nothing")
    return Path(text)


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`, which raises ArgumentTypeError."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ArgumentTypeError(f"expected a whole number from {low} to {high}, got “{text}”")
        return int(text)

    return read


def seconds(text: str) -> float:
    """Seconds of at most a day. Raises ArgumentTypeError."""
    found = value(text)
    if isinstance(found, str | bool) or not 0 < found <= 86_400:
        raise ArgumentTypeError(f"expected seconds from 0 to 86400, got “{text}”")
    return float(found)


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels. Raises ArgumentTypeError."""
    match = re.fullmatch(r"([0-9]{3,5})x([0-9]{3,5})", text)
    if not match:
        raise ArgumentTypeError(f"expected WIDTHxHEIGHT in pixels, such as 1280x800, got “{text}”")
    return int(match[1]), int(match[2])


def assignment(text: str) -> tuple[str, Value]:
    """A path of a recipe and its value. Raises ArgumentTypeError."""
    where, equals, what = text.partition("=")
    if not where or not equals:
        raise ArgumentTypeError(f"expected PATH=VALUE, such as model.width=32, got “{text}”")
    return where, value(what)


def value(text: str) -> Value:
    """A number (with a point, whatever the locale), a switch, or a word."""
    if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        return float(text)
    return {"true": True, "false": False}.get(text, text)
