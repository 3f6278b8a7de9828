# SPDX-License-Identifier: MIT
"""Which attractor every place of the plane belongs to: coarse first, then finer where neighbors differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.attractors import NONE, Attractors
from engine.flows.flow import moves
from engine.models import Network
from engine.probes.ground import Bounds, Ground, centers
from engine.probes.probe import Reading, lattice
from engine.probes.still import frozen
from engine.protocol.payloads import Field
from engine.scene import Scene

COARSE = 18  #: columns of the first picture
REFINED = 3  #: how often the cells are halved, in a plane that holds all of x
REFINED_FLAT = 2  #: and in the plane of images, which costs a hundred times as much
ETA = 0.8  #: of the way at a time; a smaller step leads to the same places, later
UPDATES = 800  #: at most; what then still creeps along the manifold has no color
FEW = 200  #: at most while the network learns
PIECE = 256  #: points on their way at a time


class Basins(Ground):
    """A field of attractor numbers, those of the points on the stage where these have found them already."""

    every_s = 1.0
    share = 3.0

    def __init__(self, scene: Scene, bounds: Bounds, color: Callable[[Attractors], np.ndarray]) -> None:
        super().__init__(scene, bounds)
        self.color = color  #: the color number of each attractor
        self._learns = any(True for _ in scene.run.shown.parameters())
        self._live: int | None = None  # the settings of the last field

    def version(self) -> Any:
        """σ, and the weights where there are any."""
        return self.scene.live, self.scene.run.step if self._learns else 0

    def asked(self) -> Any:
        return self.scene.live

    def measure(self) -> Iterator[Reading]:
        """A field at each resolution. The weights stay those of the beginning; another σ begins anew."""
        run, book, begun = self.scene.run, self.scene.swarm.attractors.copy(), self.version()
        network = frozen(run.shown) if self._learns else run.shown
        shape = lattice(self.bounds, COARSE)[1]
        labels, open_ = np.zeros(shape, np.int64), np.ones(shape, bool)
        for level in range(1 + (REFINED if self.scene.plane.exact else REFINED_FLAT)):
            if level:
                labels, open_ = (cells.repeat(2, 0).repeat(2, 1) for cells in (labels, _borders(labels)))
            x = self.scene.plane.lift(run.x.new_tensor(centers(self.bounds, labels.shape)[open_]))
            found = []
            for piece in torch.split(x, PIECE):
                for updates, now in enumerate(_fly(piece, network, run.sigma)):
                    flown = now
                    yield Reading()
                    if self.scene.live != begun[0]:
                        return
                    if updates >= FEW and self.version() != begun:
                        break
                found.append(_named(book, *flown))
            labels[open_] = np.concatenate(found) if found else []
            if level or self._live != begun[0]:  # the coarsest stands only until there is a better one
                self._live = begun[0]
                self._show(labels, book)
            yield Reading()
            if level and self.version() != begun:  # it learns on: better a coarse field of now than a fine one of then
                return

    def _show(self, labels: np.ndarray, book: Attractors) -> None:
        colors = np.append(self.color(book), NONE)[labels]  # NONE finds the last
        self.show(Field(
            name="basins", role="exact", values=colors.astype(np.float32), range=self.bounds, low=0.0,
            high=float(max(1, colors.max())), classes=True, label="attractor reached",
        ))  # fmt: skip


def _fly(x: Tensor, network: Network, sigma: float) -> Iterator[tuple[Tensor, Tensor]]:
    """After each update: where the points (n, M) are, and the rows of those that still move (k,)."""
    x, rows = x.clone(), torch.arange(len(x), device=x.device)
    for _ in range(UPDATES):
        before = x[rows]
        x[rows] = after = torch.lerp(before, network.denoise(before, sigma), ETA)
        rows = rows[moves(before, after)]
        yield x, rows
        if not len(rows):
            return


def _named(book: Attractors, x: Tensor, moving: Tensor) -> np.ndarray:
    """The attractor of each point (n,), NONE for those that still move."""
    labels = torch.full((len(x),), NONE, dtype=torch.int64, device=x.device)
    resting = torch.ones(len(x), dtype=torch.bool, device=x.device)
    resting[moving] = False
    labels[resting] = book.name(x[resting])
    named: np.ndarray = labels.cpu().numpy()
    return named


def _borders(labels: np.ndarray) -> np.ndarray:
    """Which cells have a neighbor of another label, (rows, columns) bool; the eight around it count."""
    edged = np.pad(labels, 1, mode="edge")
    rows, columns = labels.shape
    around = np.stack([edged[i : i + rows, j : j + columns] for i in range(3) for j in range(3)])
    differs: np.ndarray = (around != labels).any(axis=0)
    return differs
