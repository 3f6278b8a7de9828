# SPDX-License-Identifier: MIT
"""The text of a piece of source as it leaves the app: its own lines and comments, without annotations of types."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

#: Remarks to the house's own tools.
REMARKS: Final = re.compile(r"\s*#\s*(type: ignore|fmt: skip|noqa)[^#\n]*$")


def lines_of(node: ast.stmt, lines: Sequence[str], annotated: bool = False) -> str:
    """A definition with its decorators and the comments right above it; without types, unless `annotated`."""
    first = node.decorator_list[0].lineno if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list else (
        node.lineno)  # fmt: skip
    while first > 1 and lines[first - 2].strip().startswith("# "):
        first -= 1
    last = node.end_lineno or node.lineno
    return plain(lines if annotated else _bare(node, lines), first, last)


def plain(lines: Sequence[str], first: int, last: int | None) -> str:
    """Lines `first` to `last` (from 1), without remarks to tools."""
    return "\n".join(REMARKS.sub("", line).rstrip() for line in lines[first - 1 : last])


def _bare(node: ast.stmt, lines: Sequence[str]) -> list[str]:
    """The lines with the annotations of this node cut out. Columns count bytes."""
    raw = [line.encode() for line in lines]
    for (row, start), (end_row, end), instead in sorted(_spans(node, raw), reverse=True):
        if row == end_row:
            raw[row] = raw[row][:start] + instead + raw[row][end:]
    return [line.decode() for line in raw]


def _spans(node: ast.stmt, raw: Sequence[bytes]) -> Iterator[tuple[tuple[int, int], tuple[int, int], bytes]]:
    """Each annotation: where it begins and ends (row from 0, byte), and what takes its place."""
    for part in ast.walk(node):
        if isinstance(part, ast.AnnAssign) and part.value is not None:
            yield _end(part.target), _end(part.annotation), b""
        elif isinstance(part, ast.FunctionDef):
            defaults = part.args.defaults
            plain_arguments = [*part.args.posonlyargs, *part.args.args]
            given = dict(zip(plain_arguments[len(plain_arguments) - len(defaults) :], defaults, strict=True))
            for argument in [*plain_arguments, *part.args.kwonlyargs]:
                start = argument.lineno - 1, argument.col_offset + len(argument.arg.encode())
                if argument.annotation is not None and argument in given:
                    yield start, (given[argument].lineno - 1, given[argument].col_offset), b"="
                elif argument.annotation is not None:
                    yield start, _end(argument.annotation), b""
            if part.returns is not None:
                row = part.returns.lineno - 1
                yield (row, raw[row].rindex(b" ->", 0, part.returns.col_offset)), _end(part.returns), b""


def _end(node: ast.expr) -> tuple[int, int]:
    return (node.end_lineno or node.lineno) - 1, node.end_col_offset or 0
