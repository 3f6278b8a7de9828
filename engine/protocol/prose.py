# SPDX-License-Identifier: MIT
"""The lecture's text: a small subset of Markdown, taken apart into words and their marks. Nothing in it is ever markup.

Paragraphs stand apart by an empty line; a line that starts with "- " is an item of a list; **bold**; *italic*;
[orange point]{learned} has the color of a role; σ_ε, x_i and M_hidd have a subscript. All else is shown as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, get_args

from engine.protocol.recipe.parameter import Role

ROLES: Final[tuple[Role, ...]] = get_args(Role)

_COLORED = re.compile(r"\[(?P<words>[^\[\]\n]+)\]\{(?P<role>[^{}\n]*)\}")
# No alternative can look past the next mark of its own kind, so that a hostile text takes linear time.
_MARK = re.compile(
    r"\*\*(?P<bold>[^*\s](?:[^*]*[^*\s])?)\*\*"
    r"|\*(?P<italic>[^*\s](?:[^*]*[^*\s])?)\*"
    rf"|{_COLORED.pattern}"
    r"|(?<![A-Za-z0-9_])(?P<base>[A-Za-zͰ-Ͽ])_(?P<sub>[A-Za-z0-9Ͱ-Ͽ]{1,4})(?![A-Za-z0-9_])"
)
#: A formula in the text stays on one line: "η = 0.05", "28 %".
_GLUED = re.compile(r" (?=%)|(?<= [=−+≈≤≥<>·×∘‖]) | (?=[=−+≈≤≥<>·×∘‖] )")
#: Marks that turn the direction of the text around them, and the byte order mark.
_TURNERS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@dataclass(frozen=True)
class Span:
    """Words that share their marks."""

    text: str
    bold: bool = False
    italic: bool = False
    sub: bool = False
    role: Role | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph, or one item of a list."""

    spans: tuple[Span, ...]
    item: bool = False

    @property
    def text(self) -> str:
        """The words alone, as a screen reader says them."""
        return "".join(span.text for span in self.spans)


def blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs and list items of a text, in order."""
    return tuple(_blocks(text))


def unknown_roles(text: str) -> tuple[str, ...]:
    """What stands in the braces of colored words and is no role."""
    return tuple(match["role"] for match in _COLORED.finditer(text) if match["role"] not in ROLES)


def plain(text: str) -> str:
    """The text without control characters and without marks that turn its direction; newlines stay, tabs become spaces."""
    text = text.replace("\r\n", "\n").replace("\t", " ")
    if all(map(str.isprintable, text.split("\n"))):
        return text  # nearly always: no character of it needs a look of its own
    return "".join(c for c in text if c == "\n" or (c not in _TURNERS and unicodedata.category(c) not in ("Cc", "Cs")))


def _blocks(text: str) -> Iterator[Block]:
    lines: list[str] = []
    item = False
    for line in (*text.splitlines(), ""):
        stripped = line.strip()
        starts_item = stripped.startswith("- ")
        if lines and (starts_item or not stripped):
            yield Block(_joined(_spans(_GLUED.sub("\N{NO-BREAK SPACE}", " ".join(lines)), Span(""))), item)
            lines, item = [], False
        if starts_item:
            item, stripped = True, stripped[2:].strip()
        if stripped:
            lines.append(stripped)


def _spans(text: str, style: Span) -> Iterator[Span]:
    """The spans of one line; marks inside marks add up."""
    at = 0
    for match in _MARK.finditer(text):
        if match["words"] is not None and match["role"] not in ROLES:
            continue  # shown as it was typed
        yield replace(style, text=text[at : match.start()])
        at = match.end()
        if match["bold"] is not None:
            yield from _spans(match["bold"], replace(style, bold=True))
        elif match["italic"] is not None:
            yield from _spans(match["italic"], replace(style, italic=True))
        elif match["words"] is not None:
            role = next(role for role in ROLES if role == match["role"])
            yield from _spans(match["words"], replace(style, role=role))
        else:
            yield replace(style, text=match["base"])
            yield replace(style, text=match["sub"], sub=True)
    yield replace(style, text=text[at:])


def _joined(spans: Iterator[Span]) -> tuple[Span, ...]:
    """Neighbors of one style become one span; empty ones go."""
    joined: list[Span] = []
    for span in spans:
        if joined and replace(joined[-1], text="") == replace(span, text=""):
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        elif span.text:
            joined.append(span)
    return tuple(joined)
