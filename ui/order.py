# SPDX-License-Identifier: MIT
"""In which order panels stand, which of them are closed, and which one is alone. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Order:
    """Panels by their keys."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.closed: set[str] = set()  #: by hand
        self.large = ""  #: the only one to be seen; empty where all are

    @property
    def here(self) -> list[str]:
        """The panels that shall stand there, in their order."""
        return [self.large] if self.large else self.opened

    @property
    def opened(self) -> list[str]:
        """The panels that are not closed, whether or not one of them is alone now."""
        return [key for key in self.keys if key not in self.closed]

    def take(self, wanted: Iterable[str]) -> None:
        """These are the panels from now on."""
        self.keys = list(wanted)
        self.closed &= set(self.keys)
        self.large = self.large if self.large in self.keys else ""

    def enlarge(self, key: str) -> None:
        """One panel alone; the same again, or an empty key, brings the others back."""
        self.large = "" if self.large == key else key

    def open(self, key: str) -> None:
        """Bring a closed panel back, before the others of its row."""
        self.closed.discard(key)
        self.keys.remove(key)
        self.keys.insert(0, key)

    def close(self, key: str) -> None:
        """Take a panel away."""
        self.closed.add(key)
        self.large = ""

    def restore(self) -> bool:
        """All panels, none alone; False where that was so already."""
        was = bool(self.closed or self.large)
        self.closed.clear()
        self.large = ""
        return was

    def swap(self, one: str, other: str) -> None:
        """Two panels change places."""
        i, k = self.keys.index(one), self.keys.index(other)
        self.keys[i], self.keys[k] = other, one

    def rotate(self, below: Sequence[str], seen: Sequence[str]) -> None:
        """Of the panels `below` the stage those that found no room come first."""
        rest = [key for key in below if key not in seen]
        self.keys = [key for key in self.keys if key not in below] + rest + [key for key in below if key in seen]
