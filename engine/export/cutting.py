# SPDX-License-Identifier: MIT
"""Cuts out of the engine's own source what a script needs: functions, constants, and of classes the methods that are used.

So the exported code is the code that trained, with its comments and sources; what serves only the app (declarations, other
methods, annotations of types) stays behind. Modules are read as text and never executed here.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from engine.export.text import lines_of, plain

ALWAYS: Final = ("__init__", "forward")  #: methods that nobody calls by name
HOUSE: Final = "engine"


class Symbol(NamedTuple):
    """A function, class or constant of a module."""

    module: str
    name: str


@dataclass(frozen=True)
class Source:
    """One module: its text, what it defines, what it imports."""

    lines: tuple[str, ...]
    defined: Mapping[str, ast.stmt]
    imported: Mapping[str, Symbol]  #: name here → where it comes from; a whole module has the name “”


@cache
def source_of(module: str) -> Source:
    """The source of a module of the engine. Raises OSError where a bundle left it out."""
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    text = Path(found.origin).with_suffix(".py").read_text(encoding="utf-8")
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, Symbol] = {}
    for node in ast.parse(text).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                defined[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                defined[name] = node
            case ast.ImportFrom(module=origin):
                imported |= {alias.asname or alias.name: Symbol(origin or "", alias.name) for alias in node.names}
            case ast.Import():
                imported |= {alias.asname or alias.name: Symbol(alias.name, "") for alias in node.names}
    return Source(tuple(text.splitlines()), defined, imported)


@dataclass
class Cut:
    """Everything that some code needs: grows by `add` and `follow` until nothing is missing.

    `roles` says which class a variable holds: `network.decode` asks for `decode` of that class alone. `without` are methods
    (class, name) that stay behind; their like in the base class is taken.
    """

    roles: Mapping[str, Symbol]
    without: frozenset[tuple[str, str]] = frozenset()
    outside: set[Symbol] = field(default_factory=set)  #: names of other packages
    order: list[Symbol] = field(default_factory=list)  #: what is needed, users after what they use
    _wanted: dict[Symbol, set[str]] = field(default_factory=dict)  # members by the class that is made
    _members: dict[Symbol, dict[str, ast.stmt]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def follow(self, node: ast.AST, module: str = "", owner: Symbol | None = None) -> None:
        """Take along what this code of a module names: `owner` is the class that its `self` is made of.

        Code of no module names everything by itself, and asks for methods only.
        """
        for part in named_in(node):
            if isinstance(part, ast.Name) and module:
                self._resolve(part.id, module)
            elif isinstance(part, ast.Attribute):
                holder = part.value
                word = holder.id if isinstance(holder, ast.Name) else holder.attr if isinstance(holder, ast.Attribute) else ""
                self._want(part.attr, owner if word == "self" else self.roles.get(word), word == "self")

    def add(self, symbol: Symbol) -> None:
        """Take a symbol along, and all that it needs."""
        node = source_of(symbol.module).defined[symbol.name]
        if isinstance(node, ast.ClassDef):
            if symbol in self._wanted:
                return
            self._wanted[symbol] = set(ALWAYS)
            for base in lineage(symbol):
                self._members.setdefault(base, {})
                self._follow_bases(base)
            self._settle(symbol)
        elif id(node) not in self._seen:
            self._seen.add(id(node))
            self.follow(node, symbol.module)
        self._place(symbol)

    def text(self, symbol: Symbol) -> str:
        """The source of what was cut out."""
        found = source_of(symbol.module)
        node = found.defined[symbol.name]
        if not isinstance(node, ast.ClassDef):
            return lines_of(node, found.lines)
        kept = [member for member in node.body if member in self._members[symbol].values() or _tuple_field(member, node)]
        words = ast.get_docstring(node) is not None
        head = plain(found.lines, node.lineno, node.body[0].end_lineno if words else node.body[0].lineno - 1)
        between = "\n" if all(isinstance(member, ast.AnnAssign | ast.Assign) for member in kept) else "\n\n"
        body = between.join(lines_of(member, found.lines, _tuple_field(member, node)) for member in kept)
        return f"{head}\n\n{body}" if words and kept else f"{head}\n{body}".rstrip()

    def _resolve(self, name: str, module: str) -> None:
        found = source_of(module)
        origin = Symbol(module, name) if name in found.defined else found.imported.get(name)
        if origin is None:
            return
        if origin.module.partition(".")[0] == HOUSE:
            self.add(origin)
        else:
            self.outside.add(origin)

    def _want(self, member: str, owner: Symbol | None, own: bool) -> None:
        """A member of one class; of all that have no role where nobody knows whose it is."""
        loose = [symbol for symbol in self._wanted if symbol not in self.roles.values()]
        for symbol in ([owner] if owner is not None else [] if own else loose):
            if member not in self._wanted.setdefault(symbol, set(ALWAYS)):
                self._wanted[symbol].add(member)
                self._settle(symbol)

    def _settle(self, symbol: Symbol) -> None:
        """Take the members that are wanted of a class from itself and from the classes above it."""
        for name in sorted(self._wanted[symbol]):
            for base in lineage(symbol):
                node = _member(base, name)
                if node is None or (base.name, name) in self.without:
                    continue
                if name not in self._members.setdefault(base, {}) and not _abstract(node):
                    self._members[base][name] = node
                    self.follow(node, base.module, symbol)
                if not _calls_super(node):
                    break

    def _follow_bases(self, symbol: Symbol) -> None:
        node = source_of(symbol.module).defined[symbol.name]
        assert isinstance(node, ast.ClassDef)
        for base in [*node.bases, *(member for member in node.body if _tuple_field(member, node))]:
            for part in ast.walk(base):
                if isinstance(part, ast.Name) and Symbol(symbol.module, part.id) not in lineage(symbol):
                    origin = source_of(symbol.module).imported.get(part.id)
                    if origin is not None and origin.module.partition(".")[0] != HOUSE:
                        self.outside.add(origin)

    def _place(self, symbol: Symbol) -> None:
        above = lineage(symbol) if isinstance(source_of(symbol.module).defined[symbol.name], ast.ClassDef) else [symbol]
        self.order += [base for base in reversed(above) if base not in self.order]


def lineage(symbol: Symbol) -> list[Symbol]:
    """A class and the engine's classes above it, itself first; the engine has no double inheritance."""
    found = source_of(symbol.module)
    node = found.defined[symbol.name]
    assert isinstance(node, ast.ClassDef)
    for base in node.bases:
        name = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(name, ast.Name):
            origin = Symbol(symbol.module, name.id) if name.id in found.defined else found.imported.get(name.id)
            if origin is not None and origin.module.partition(".")[0] == HOUSE:
                return [symbol, *lineage(origin)]
    return [symbol]


def named_in(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, but no annotations: they are not exported."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from named_in(child)


def has(symbol: Symbol, name: str) -> bool:
    """Whether a class, or one above it, really has this method."""
    return any((node := _member(base, name)) is not None and not _abstract(node) for base in lineage(symbol))


def _member(symbol: Symbol, name: str) -> ast.stmt | None:
    node = source_of(symbol.module).defined[symbol.name]
    assert isinstance(node, ast.ClassDef)
    for member in node.body:
        match member:
            case ast.FunctionDef(name=found) if found == name:
                return member
            case ast.Assign(targets=[ast.Name(id=found)]) | ast.AnnAssign(target=ast.Name(id=found), value=ast.expr()) if (
                found == name
            ):
                return member
    return None


def _abstract(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Raise)


def _calls_super(node: ast.stmt) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "super" for part in ast.walk(node))


def _tuple_field(member: ast.stmt, node: ast.ClassDef) -> bool:
    """Whether this is a field of a named tuple: there the annotation is the declaration."""
    named = any(isinstance(base, ast.Name) and base.id == "NamedTuple" for base in node.bases)
    return named and isinstance(member, ast.AnnAssign)
