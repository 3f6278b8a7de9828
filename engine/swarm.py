# SPDX-License-Identifier: MIT
"""The points that the user put on the stage, and their way under the flow."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine import flows
from engine.attractors import NONE, Attractors
from engine.flows.flow import Cloud
from engine.plane import Plane
from engine.rng import generator
from engine.run import Run
from engine.tails import Tails

LIMIT = 5000
FILM = 64  #: states kept of the chosen point


class Swarm:
    """Up to LIMIT points in M dimensions that one lane's flow moves. Reads the run, never writes it.

    A point that has come to rest is moved no more, until `wake`, or until an update of everyone; it belongs to an attractor.
    """

    def __init__(self, run: Run, plane: Plane) -> None:
        self.run = run
        self.plane = plane
        self.rng = generator(run.seed, "flow", run.device)
        self._kind = ""
        self._follow()
        self.birth = generator(run.seed, "spawn", run.device)
        self.version = 0  #: rises with every change
        self.clear()

    def clear(self) -> None:
        """Take all points off."""
        self.x = torch.empty(0, self.run.network.size, device=self.run.device)  # (n, M)
        self.start = self.x.clone()
        self.origin = self._numbers(0, NONE)  #: (n,) the training example from which a point was made
        self.age = self._numbers(0, 0)  #: (n,) updates
        self.end = self._numbers(0, NONE)  #: (n,) number of the attractor that a point has reached
        self.moving = torch.empty(0, dtype=torch.bool, device=self.run.device)  # (n,)
        self.attractors = Attractors()
        self.tails = Tails()
        self._xy = np.empty((0, 2), np.float32)  # places in the plane
        self.start_xy = self._xy  #: (n, 2) where they set out
        self.film: list[tuple[int, Tensor]] = []  #: (update, x (M,)) of the newest point
        self._seen = self.run.step
        self.version += 1

    def __len__(self) -> int:
        return len(self.x)

    @property
    def active(self) -> bool:
        """Whether any point still moves."""
        return len(self) > 0 and bool(self.moving.any())  # asked several times a frame: an empty stage must not cost a tensor

    @property
    def behind(self) -> bool:
        """Whether the denoiser has learned since all points were last moved."""
        return len(self) > 0 and self._seen != self.run.step

    def spawn(self, xy: np.ndarray) -> None:
        """Put points at places of the plane (k, 2). Outside the plane (images) they carry noise of the training's σ."""
        x = self.plane.lift(torch.tensor(xy, dtype=torch.float32, device=self.run.device).reshape(-1, 2))
        if not self.plane.exact:
            noise = torch.randn(x.shape, generator=self.birth, device=self.run.device)
            across = noise - self.plane.project(noise + self.plane.mean) @ self.plane.axes
            x = x + self.run.sigma * across
        self._add(x, self._numbers(len(x), NONE))

    def scatter(self, count: int, scale: float) -> None:
        """Put `count` points where the flow's samples set out: `scale` times its noise, or codes from the prior."""
        self._follow()
        with torch.inference_mode():
            born = self.flow.birth(count, scale, self.run.flow, self.birth)
        self._add(born.clone(), self._numbers(count, NONE))

    def corrupt(self, count: int, scale: float) -> None:
        """Put `count` training examples x_i, drawn at random, with noise N(0, scale² I) on the stage."""
        rows = torch.randint(len(self.run.x), (count,), generator=self.birth, device=self.run.device)
        noise = torch.randn(count, self.run.network.size, generator=self.birth, device=self.run.device)
        self._add(self.run.x[rows] + scale * noise, rows)

    def update(self, everyone: bool = False) -> None:
        """Move every point that still moves once; with `everyone` also those at rest, whose attractors are then found anew."""
        if everyone:
            self._forget()
            self._seen = self.run.step
        self._follow()
        rows = torch.arange(len(self), device=self.x.device) if everyone else self.moving.nonzero().squeeze(1)
        if not len(rows):
            return
        with torch.inference_mode():
            cloud = Cloud(self.x[rows], self.start[rows], self.age[rows])
            moved, moving = self.flow.step(cloud, self.run.flow, self.run.sigma)
            self.x[rows], self.moving[rows] = moved, moving
            self.age[rows] += 1
            if self.flow.rests:
                self.end[rows[~moving]] = self.attractors.name(moved[~moving])
        where = rows.cpu().numpy()
        self._xy[where] = self._places(moved)
        self.tails.move(where, self._xy[where])
        self._record()
        self.version += 1

    def wake(self) -> None:
        """Let all points try again: the denoiser or its settings have changed."""
        self.moving = torch.ones_like(self.moving)
        self._forget()
        self._seen = self.run.step

    def places(self) -> np.ndarray:
        """Where the points are in the plane, (n, 2) float32."""
        return self._xy.copy()

    def _follow(self) -> None:
        """Take up the recipe's flow; under a new kind every point sets out anew from where it is."""
        kind = str(self.run.flow["kind"])
        if kind == self._kind:
            return
        self.flow = flows.build(kind, self.run.shown, self.run.x, self.rng)
        if self._kind:
            self.start, self.age = self.x.clone(), torch.zeros_like(self.age)
            self.start_xy = self._xy.copy()
            self.film = [(0, self.x[-1].clone())] if len(self) else []
            self.wake()
        self._kind = kind

    def _forget(self) -> None:
        self.attractors = Attractors()
        self.end = torch.full_like(self.end, NONE)

    def _add(self, x: Tensor, origin: Tensor) -> None:
        if not len(x):
            return
        over, k = max(0, len(self) + len(x) - LIMIT), len(x)
        self.x = torch.cat([self.x, x])[over:]
        self.start = torch.cat([self.start, x])[over:]
        self.origin = torch.cat([self.origin, origin])[over:]
        self.age = torch.cat([self.age, self._numbers(k, 0)])[over:]
        self.end = torch.cat([self.end, self._numbers(k, NONE)])[over:]
        self.moving = torch.cat([self.moving, torch.ones(k, dtype=torch.bool, device=x.device)])[over:]
        xy = self._places(x)
        self._xy, self.start_xy = (np.concatenate([old, xy])[over:] for old in (self._xy, self.start_xy))
        self.tails.add(xy)
        self.tails.drop(over)
        self.film = [(0, x[-1].clone())]
        self.version += 1

    def _record(self) -> None:
        if self.film and int(self.age[-1]) > self.film[-1][0]:
            self.film.append((int(self.age[-1]), self.x[-1].clone()))
            if len(self.film) > FILM:
                self.film = self.film[:1] + self.film[2::2]

    def _places(self, x: Tensor) -> np.ndarray:
        xy: np.ndarray = self.plane.project(x).cpu().numpy()
        return xy

    def _numbers(self, count: int, value: int) -> Tensor:
        return torch.full((count,), value, dtype=torch.int64, device=self.run.device)
