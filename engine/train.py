# SPDX-License-Identifier: MIT
"""The training loop, as a generator: it gives the word back after each step, and within a step after each micro-batch, and
where a network is slow also between its way there and its way back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

from engine.optimizer import rate_at
from engine.run import Run


def train(run: Run) -> Iterator[bool]:
    """Train `run` for ever. Yields False within a step and True after a whole one.

    A step's figures go to `run.ledger`, which the caller reads before it is full. `run.train_s` counts the time in here alone.
    """
    while True:
        since = time.perf_counter()
        rows = run.batches.draw()  # (B,)
        parts = torch.split(rows, run.training["micro_batch"] or len(rows))
        if run.training["micro_batch"]:
            run.begin(rows)
        total: tuple[torch.Tensor, ...] = ()
        for index, part in enumerate(parts):
            weight = len(part) / len(rows)
            x = run.x.index_select(0, part)
            back = run.objective.begin(x, part, run.noise, weight) if run.training["micro_batch"] else None
            if back is None:
                figures = run.objective.backward(x, part, run.noise, weight)
            else:
                run.train_s += time.perf_counter() - since
                yield False
                since = time.perf_counter()
                figures = back()
            total = _added(total, figures, weight)
            last = index == len(parts) - 1
            if last:
                _finish(run, total, since)
            else:
                run.train_s += time.perf_counter() - since
            yield last
            since = time.perf_counter()


def _added(total: tuple[torch.Tensor, ...], figures: tuple[torch.Tensor, ...], weight: float) -> tuple[torch.Tensor, ...]:
    if weight == 1.0:
        return figures
    weighted = tuple(figure * weight for figure in figures)
    return tuple(a + b for a, b in zip(total, weighted, strict=True)) if total else weighted


def _finish(run: Run, figures: tuple[torch.Tensor, ...], since: float) -> None:
    run.optimizer.step(rate_at(run.step, run.training["learning_rate"], run.training["decay"]))
    if run.average is not None:
        _average(run, run.training["ema"])
    run.step += 1
    run.under_way = None
    run.train_s += time.perf_counter() - since
    run.ledger.write(run.step, run.train_s, figures)


def _average(run: Run, decay: float) -> None:
    """Exponential moving average of the weights; early on the plain mean, so that the start is forgotten."""
    assert run.average is not None
    weight = max(1 - decay, 1 / (run.step + 2))
    averages: list[torch.Tensor] = list(run.average.parameters())
    if averages:  # the exact denoiser has none, and PyTorch refuses empty lists
        with torch.no_grad():
            torch._foreach_lerp_(averages, list(run.network.parameters()), weight)
