# SPDX-License-Identifier: MIT
"""The training loop, as a generator: it gives the word back after each step, and within a step after each micro-batch, and
where a network is slow also between its way there and its way back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

from engine.graph import Graph
from engine.ledger import added
from engine.optimizer import follow, rate_at, share_at
from engine.run import Run


def train(run: Run) -> Iterator[bool]:
    """Train `run` for ever. Yields False within a step and True after a whole one.

    A step's figures go to `run.ledger`, which the caller reads before it is full. `run.train_s` counts the time in here alone.
    """
    graph = Graph(run) if run.graphed and run.optimizer.parameters else None
    while True:
        since = time.perf_counter()
        rows = run.batches.draw()  # (B,)
        if graph is not None and graph.take(rows):
            yield True
            continue
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
            total = added(total, figures, weight)
            last = index == len(parts) - 1
            if last:
                _finish(run, total, since)
            else:
                run.train_s += time.perf_counter() - since
            yield last
            since = time.perf_counter()


def _finish(run: Run, figures: tuple[torch.Tensor, ...], since: float) -> None:
    run.optimizer.step(rate_at(run.step, run.training["learning_rate"], run.training["decay"]))
    if run.average is not None:
        follow(run.average, run.network, share_at(run.step, run.training["ema"]))
    run.step += 1
    run.under_way = None
    run.ledger.write(run.step, run.train_s + time.perf_counter() - since, figures)
    run.train_s += time.perf_counter() - since  # with what the ledger took, which a step's own row cannot know yet
