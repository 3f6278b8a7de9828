# SPDX-License-Identifier: MIT
"""The cost that most of the lecture's systems share: the squared error of an answer. And of a denoiser's answer."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from engine.objectives.objective import Objective


class SquaredError(Objective):
    """‖answer − target‖² per example, mean over the minibatch."""

    def answer(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        """What the network answers (n, M), what would have been right (n, M), and the weight of each example (n, 1) or None."""
        raise NotImplementedError

    def figures(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        answer, target, weight = self.answer(x, rows, rng)
        squares = (answer - target).square()
        return ((squares if weight is None else squares * weight).sum() / len(answer),)

    def backward(self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        return self._learn(weight, *self.answer(x, rows, rng))

    def begin(
        self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float
    ) -> Callable[[], tuple[Tensor, ...]] | None:
        answered = self.answer(x, rows, rng)
        return lambda: self._learn(weight, *answered)

    def _learn(self, weight: float, answer: Tensor, target: Tensor, weights: Tensor | None) -> tuple[Tensor, ...]:
        """Send the error back; the mean cost."""
        with torch.no_grad():
            error = answer - target
            weighted = error if weights is None else error * weights
            loss = weighted.flatten().dot(error.flatten()) / len(answer)
        if answer.requires_grad:  # the exact denoiser has nothing to learn
            # d/d answer of ‖answer − target‖² / n, as that of a product with what is held fixed: `answer.backward(slope)` does
            # the same, but the first one loads sympy for it, 1.8 s before the first step.
            slope = weighted * (2 * weight / len(answer))
            answer.flatten().dot(slope.flatten()).backward()  # type: ignore[no-untyped-call]
        return (loss,)


class NoisySquaredError(SquaredError):
    """λ(σ)‖x − D(x + σn, σ)‖² per example, mean over the noises n ~ N(0, I) and over σ."""

    def noises(self, count: int, rng: torch.Generator) -> Tensor:
        """σ for each of `count` examples, (count, 1)."""
        raise NotImplementedError

    def weight(self, sigma: Tensor) -> Tensor | None:
        """λ(σ), (n, 1); None where all σ count the same."""
        return None
