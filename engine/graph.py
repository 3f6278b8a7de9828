# SPDX-License-Identifier: MIT
"""A whole training step as one CUDA graph: a card takes a small network's kernels faster than Python can name them one by one.

Captured once, the step is replayed; its memory stays where it is, and what changes is written there before: the rows of the
minibatch, and the numbers of the sliders and of the schedules. It is captured anew where it takes another way.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from itertools import cycle
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.appetite import reason_of
from engine.ledger import added
from engine.number import Numbers
from engine.optimizer import follow, rate_at, share_at
from engine.protocol.console import say
from engine.rng import twin
from engine.run import Run

WARM = 3  #: steps on the side before a capture, in which PyTorch's libraries make what they may not make within one

Work = Callable[[], None]


class Recorder(Protocol):
    """What rehearses a step and records it."""

    def rehearse(self, work: Work) -> None:
        """Do it, where it will be recorded."""

    def record(self, work: Work, noise: torch.Generator) -> Work:
        """Record it without doing it; what is returned does it, and goes on with the random numbers of `noise`."""


class Card:
    """A recorder: CUDA graphs, and at most two steps under way, so that frames need not wait for more."""

    def rehearse(self, work: Work) -> None:
        here = torch.cuda.current_stream()
        _side().wait_stream(here)
        try:
            with torch.cuda.stream(_side()):
                work()
        finally:
            here.wait_stream(_side())

    def record(self, work: Work, noise: torch.Generator) -> Work:
        graph, here = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        graph.register_generator_state(noise)
        try:
            # thread_local: the thread that writes checkpoints may copy from the card meanwhile.
            with torch.cuda.graph(graph, stream=_side(), capture_error_mode="thread_local"):
                work()
        finally:
            torch.cuda.set_stream(here)  # PyTorch forgets to, where a capture fails
        return _replay(graph)


class Graph:
    """The steps of one run, each of them whole: first some as they are, then one recorded, from then on replayed.

    Where that fails, `run.graphed` becomes false, a line in the log says why, and the run goes on with ordinary steps.
    """

    def __init__(self, run: Run, recorder: Recorder | None = None) -> None:
        self.run = run
        self._recorder = recorder or Card()
        self._rows = torch.zeros(min(run.batches.batch, run.batches.count), dtype=torch.long, device=run.device)
        self._way: tuple[Any, ...] | None = None
        self._numbers, self._rehearsed = Numbers(run.device), 0
        self._replay: Work | None = None

    def take(self, rows: Tensor) -> bool:
        """Take a step with these rows (B,); False where it was not taken, and an ordinary one must be."""
        if not self.run.graphed:
            return False
        assert not self.run.ledger.full  # on the card nobody would notice
        since = time.perf_counter()
        noise = None
        try:
            self._prepare(rows)
            noise = twin(self.run.noise) if self._replay is None else None
            self._step()
        except Exception as error:  # drivers, cards and PyTorch's versions differ: no run shall break for the sake of speed
            self._give_up(error, noise)
            return False
        self.run.step += 1
        self.run.train_s += time.perf_counter() - since
        self.run.ledger.count(self.run.step, self.run.train_s)
        return True

    def _prepare(self, rows: Tensor) -> None:
        way = tuple(float if isinstance(value, float) else value for value in self.run.objective.live.values())
        if way != self._way:
            self._way, self._replay = way, None
            self._numbers, self._rehearsed = Numbers(self.run.device), 0
            self.run.ledger.align()
        self._rows.copy_(rows)
        self._numbers.refresh()

    def _step(self) -> None:
        if self._replay is None and self._rehearsed == WARM:
            self._replay = self._recorder.record(self._work, self.run.noise)
        if self._replay is not None:
            self._replay()
        else:
            self._recorder.rehearse(self._work)
            self._rehearsed += 1

    def _work(self) -> None:
        """The step itself. No number of it may be asked for here, and none that changes may be a plain one."""
        run, training = self.run, self.run.training
        total: tuple[Tensor, ...] = ()
        self._numbers.again()
        live = run.objective.live
        run.objective.live = {name: self._held(live, name) for name in live}
        try:
            for part in torch.split(self._rows, training["micro_batch"] or len(self._rows)):
                weight = len(part) / len(self._rows)
                figures = run.objective.backward(run.x.index_select(0, part), part, run.noise, weight)
                total = added(total, figures, weight)
        finally:
            run.objective.live = live
        number = self._numbers.number
        run.optimizer.step(number(lambda: rate_at(run.step, training["learning_rate"], training["decay"])).tensor())
        if run.average is not None:
            follow(run.average, run.network, number(lambda: share_at(run.step, training["ema"])).tensor())
        run.ledger.keep(total)

    def _held(self, live: dict[str, Any], name: str) -> Any:
        return self._numbers.number(lambda: live[name]) if isinstance(live[name], float) else live[name]

    def _give_up(self, error: Exception, noise: torch.Generator | None) -> None:
        run = self.run
        run.graphed, self._replay = False, None
        if noise is not None:
            run.noise = noise  # the other has drawn, and a failed capture leaves it unusable
        run.objective.zero_grad()
        say(f"{run.lane.name}: no CUDA graph, steps are taken one by one ({reason_of(_cause(error))})")


@cache
def _side() -> torch.cuda.Stream:
    """The stream of all rehearsals and captures: each stream costs the products a work space of its own."""
    return torch.cuda.Stream()  # type: ignore[no-untyped-call]


def _replay(graph: torch.cuda.CUDAGraph) -> Work:
    events = cycle([torch.cuda.Event() for _ in range(2)])  # type: ignore[no-untyped-call]

    def replay() -> None:
        event = next(events)
        event.synchronize()  # the step before the last is done
        graph.replay()
        event.record()

    return replay


def _cause(error: Exception) -> BaseException:
    """Of a failed capture, what went wrong within it."""
    return error.__context__ or error
