# SPDX-License-Identifier: MIT
"""The points that the user put on the stage, and their way under the flow."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine import flows
from engine.flows.flow import Cloud
from engine.plane import Plane
from engine.rng import generator
from engine.run import Run
from engine.tails import Tails

LIMIT = 5000
FILM = 64  #: states kept of the chosen point


class Swarm:
    """Up to LIMIT points in M dimensions that one lane's flow moves. Reads the run, never writes it."""

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
        self.age = torch.empty(0, dtype=torch.int64, device=self.run.device)  # (n,)
        self.moving = torch.empty(0, dtype=torch.bool, device=self.run.device)  # (n,)
        self.tails = Tails()
        self.film: list[tuple[int, Tensor]] = []  #: (update, x (M,)) of the newest point
        self.version += 1

    def __len__(self) -> int:
        return len(self.x)

    @property
    def active(self) -> bool:
        """Whether any point still moves."""
        return bool(self.moving.any())

    def spawn(self, xy: np.ndarray) -> None:
        """Put points at places of the plane (k, 2). Outside the plane (images) they carry noise of the training's σ."""
        x = self.plane.lift(torch.tensor(xy, dtype=torch.float32, device=self.run.device).reshape(-1, 2))
        if not self.plane.exact:
            noise = torch.randn(x.shape, generator=self.birth, device=self.run.device)
            across = noise - self.plane.project(noise + self.plane.mean) @ self.plane.axes
            x = x + self.run.sigma * across
        self._add(x)

    def scatter(self, count: int, scale: float) -> None:
        """Put `count` points where the flow's samples set out: `scale` times its noise, or codes from the prior."""
        self._follow()
        with torch.inference_mode():
            born = self.flow.birth(count, scale, self.run.flow, self.birth)
        self._add(born.clone())

    def update(self) -> None:
        """Move every point once."""
        if not len(self):
            return
        self._follow()
        with torch.inference_mode():
            self.x, self.moving = self.flow.step(Cloud(self.x, self.start, self.age), self.run.flow, self.run.sigma)
        self.age = self.age + 1
        self.tails.move(self.places())
        self._record()
        self.version += 1

    def wake(self) -> None:
        """Let all points try again: the denoiser or its settings have changed."""
        self.moving = torch.ones_like(self.moving)

    def places(self) -> np.ndarray:
        """Where the points are in the plane, (n, 2) float32."""
        places: np.ndarray = self.plane.project(self.x).cpu().numpy()
        return places

    def _follow(self) -> None:
        """Take up the recipe's flow; under a new kind every point sets out anew from where it is."""
        kind = str(self.run.flow["kind"])
        if kind == self._kind:
            return
        self.flow = flows.build(kind, self.run.shown, self.run.x, self.rng)
        if self._kind:
            self.start, self.age = self.x.clone(), torch.zeros_like(self.age)
            self.wake()
        self._kind = kind

    def _add(self, x: Tensor) -> None:
        over = max(0, len(self) + len(x) - LIMIT)
        self.x = torch.cat([self.x, x])[over:]
        self.start = torch.cat([self.start, x])[over:]
        self.age = torch.cat([self.age, torch.zeros(len(x), dtype=torch.int64, device=x.device)])[over:]
        self.moving = torch.cat([self.moving, torch.ones(len(x), dtype=torch.bool, device=x.device)])[over:]
        self.tails.add(self.plane.project(x).cpu().numpy())
        self.tails.drop(over)
        self.film = [(0, x[-1].clone())] if len(x) else self.film
        self.version += 1

    def _record(self) -> None:
        if self.film and bool(self.moving[-1]):
            self.film.append((int(self.age[-1]), self.x[-1].clone()))
            if len(self.film) > FILM:
                self.film = self.film[:1] + self.film[2::2]
