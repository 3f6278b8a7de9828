# SPDX-License-Identifier: MIT
"""The distinct places where points come to rest, as far as they have been found."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

APART: Final = 0.02  #: two ends that lie nearer than this are one attractor, in the units of x (LECTURE, issue of chapter 10)
MOST: Final = 2000  #: attractors told apart; where points rest everywhere (η = 0) there is no end of them
PIECE: Final = 256  #: ends that are looked at together
NONE: Final = -1  #: the label of a point that has not arrived, or of one too many


class Attractors:
    """A book of attractors, numbered as they are found. A point belongs to the nearest within APART, or founds the next."""

    def __init__(self) -> None:
        self._known: Tensor | None = None  # (room, M)
        self.count = 0

    def __len__(self) -> int:
        return self.count

    @property
    def places(self) -> Tensor:
        """Where they are, (K, M)."""
        return torch.empty(0, 0) if self._known is None else self._known[: self.count]

    @property
    def full(self) -> bool:
        """Whether there may be more than are told apart."""
        return self.count >= MOST

    def kinds(self, examples: Tensor, labels: Tensor) -> Tensor:
        """The class of the example nearest to each attractor, (K,): examples (N, M), labels (N,)."""
        return labels[torch.cdist(self.places, examples).argmin(1)]

    def copy(self) -> Attractors:
        """A book with the same entries, to write on."""
        other = Attractors()
        other._known, other.count = None if self._known is None else self._known.clone(), self.count
        return other

    def name(self, x: Tensor) -> Tensor:
        """The number of the attractor of each resting point x (n, M): (n,) int64; NONE once the book is full."""
        labels = [self._name(piece) for piece in torch.split(x, PIECE)]
        return torch.cat(labels) if labels else torch.empty(0, dtype=torch.int64, device=x.device)

    def _name(self, x: Tensor) -> Tensor:
        labels = torch.full((len(x),), NONE, dtype=torch.int64, device=x.device)
        if self.count:
            distance, nearest = torch.cdist(x, self.places).min(1)
            labels = torch.where(distance < APART, nearest, labels)
        strangers = (labels == NONE).nonzero().squeeze(1)  # rows of x
        near = torch.cdist(x[strangers], x[strangers]) < APART
        # The first stranger founds an attractor and takes its neighbors in, then the first of those that are left, …
        alone = torch.ones(len(strangers), dtype=torch.bool, device=x.device)
        while self.count < MOST and bool(alone.any()):
            founder = int(alone.int().argmax())
            members = near[founder] & alone
            members[founder] = True
            labels[strangers[members]] = self._found(x[strangers[founder]])
            alone &= ~members
        return labels

    def _found(self, x: Tensor) -> int:
        if self._known is None:
            self._known = x.new_empty(64, len(x))
        elif self.count == len(self._known):
            self._known = torch.cat([self._known, torch.empty_like(self._known)])
        self._known[self.count] = x
        self.count += 1
        return self.count - 1
