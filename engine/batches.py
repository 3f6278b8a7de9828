# SPDX-License-Identifier: MIT
"""Minibatches: the data stay where they are, a permutation says which rows come next."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.rng import twin


class Batches:
    """Rows of the training set without replacement; a new permutation when fewer than a batch are left."""

    def __init__(self, count: int, batch: int, rng: torch.Generator) -> None:
        self.count = count
        self.batch = batch
        self.rng = rng
        self.order = torch.randperm(count, generator=rng, device=rng.device)
        self.place = 0

    def draw(self) -> Tensor:
        """The next minibatch's rows, (batch,) int64."""
        if self.place + self.batch > self.count:
            self.order = torch.randperm(self.count, generator=self.rng, device=self.rng.device)
            self.place = 0
        rows = self.order[self.place : self.place + self.batch]
        self.place += self.batch
        return rows

    def peek(self) -> Tensor:
        """What the next `draw` will give, without drawing."""
        if self.place + self.batch > self.count:
            return torch.randperm(self.count, generator=twin(self.rng), device=self.rng.device)[: self.batch]
        return self.order[self.place : self.place + self.batch]
