# SPDX-License-Identifier: MIT
"""The torch half of the stage: data, ground, arrows −η(x − D(x)), points and their tails, colored by where they end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from engine.attractors import NONE, Attractors
from engine.flows.prior import PriorFlow
from engine.plane import extent, widened
from engine.probes.apart import Apart
from engine.probes.basins import Basins
from engine.probes.ground import EXACT, Bounds, Ground
from engine.probes.probe import Probe, Reading, class_labels, lattice, picked, to_numpy
from engine.protocol.payloads import Axes, Paths, Payload, Picture, Points
from engine.protocol.recipe.parameter import Role
from engine.protocol.recipe.probes.stage import Stage
from engine.scene import Scene

SHOWN = 10_000  #: data points drawn at most
MARGIN = 0.25  #: of the data's width, around them
ASPECT = 16 / 9  #: of the plane that basins fill
WIDE = 2.1  #: of the plane that arrows fill; a stage may be wider than a screen, and arrows cost little
HIDDEN = 3.0  #: standard deviations of the prior that the hidden space is drawn for
TURN = 240  #: places on a line or circle of the hidden space
COLUMNS = 96  #: of the ground, where it is a quantity
MANY = 500  #: points that are drawn smaller


class StageProbe(Probe[Stage]):
    """One lane's stage, in the plane of its data."""

    def __init__(self, declared: Stage, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        run, plane = scene.run, scene.plane
        self._data = to_numpy(plane.project(run.x[:SHOWN]))
        self._labels = class_labels(run.data.train_labels, SHOWN) if not plane.exact else None
        self._range = extent(self._data, MARGIN)
        self._grid = run.x.new_tensor(_places(self._range, declared.grid))  # (k, 2)
        denoises = "denoise" in run.network.declared.can
        self._pointing = declared.arrows and denoises
        self._arrows: tuple[Any, np.ndarray] = (None, np.empty((2, 0, 2)))
        self._apart = Apart(scene) if denoises and any(True for _ in run.shown.parameters()) else None
        self._ground = self._ground_of(widened(self._range, ASPECT)) if denoises else None
        self.errands = tuple(errand for errand in (self._apart, self._ground) if errand is not None)

    def version(self) -> Any:
        """The stage follows the points too, and what its errands find."""
        found = self._apart and self._apart.rms, self._ground and self._ground.number
        return *self.scene.weights, self.scene.swarm.version, found

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        layers: list[Payload] = []
        if self._ground is not None and self._ground.field is not None:
            layers.append(self._ground.field)
        layers.append(Points(name="data", role="data", xy=self._data, label=self._labels, first=0, size_px=4.0))
        if self._pointing:
            layers.append(Paths(name="arrows", role="exact", xy=self._way(), arrows=True))
        layers += [*self._hidden_space(), *self._points(), *self._picked()]
        yield Reading(Picture(step=self.scene.run.step, layers=tuple(layers), axes=self._axes()))

    def _ground_of(self, bounds: Bounds) -> Ground | None:
        kind = self.declared.ground
        if kind == "basins":
            return Basins(self.scene, bounds, self._colors)
        return EXACT[kind](self.scene, bounds, COLUMNS) if kind else None

    def _way(self) -> np.ndarray:
        """From each place of the grid to where one update takes it: (2, k, 2)."""
        run, plane = self.scene.run, self.scene.plane
        now = run.step, self.scene.live
        if self._arrows[0] != now:
            start = plane.lift(self._grid)
            end = torch.lerp(start, run.shown.denoise(start, run.sigma), float(run.flow.get("eta", 1.0)))
            self._arrows = now, np.stack([to_numpy(self._grid), to_numpy(plane.project(end))])
        return self._arrows[1]

    def _points(self) -> list[Payload]:
        swarm = self.scene.swarm
        if not len(swarm):
            return []
        places = swarm.places()
        label = None
        if len(swarm.attractors):
            label = np.append(self._colors(swarm.attractors), NONE)[swarm.end.cpu().numpy()].astype(np.int32)
        many = len(places) > MANY
        born: Role = "prior" if isinstance(swarm.flow, PriorFlow) else "noise"
        return [
            Paths(name="tails", role="learned", xy=swarm.tails.paths(places), label=label),
            Points(name="starts", role=born, xy=swarm.start_xy, ring=True, size_px=3.0 if many else 5.0),
            Points(name="points", role="learned", xy=places, label=label, size_px=5.0 if many else 8.0),
        ]

    def _picked(self) -> list[Payload]:
        """The picked example, where it is not among the data that are drawn: a test example."""
        number, x = self.scene.hand.example, self.scene.picked()
        if number is None or x is None or number < len(self._data):
            return []
        return [picked(number, to_numpy(self.scene.plane.project(x[None])))]

    def _hidden_space(self) -> list[Payload]:
        """Where points fly from the prior: the hidden space in the plane, its line or its first two dimensions' circles, and
        what g makes of it now: the line, bent onto the data while it learns."""
        flow, network = self.scene.swarm.flow, self.scene.run.shown
        if not isinstance(flow, PriorFlow):
            return []
        # The supervised generator's h are known, and lie in −1 … 1.
        reach = 1.0 if network.declared.kind == "supervised" else HIDDEN
        turn = torch.linspace(0, 2 * math.pi, TURN + 1, device=self.scene.run.device)[:-1]
        h = torch.zeros(len(turn), network.latent, device=self.scene.run.device)
        h[:, 0] = turn.cos()  # a line is a circle seen from its edge: there and back
        if network.latent > 1:
            h[:, 1] = turn.sin()
        radii = (3,) if network.latent == 1 else (1, 2, 3)
        circles = torch.stack([reach * k / 3 * h for k in radii])  # (r, TURN, M_hidd)
        return [
            self._loops("h", "prior", flow.sheet.lift(circles.flatten(0, 1)), len(radii)),
            self._loops("g(h)", "learned", network.decode(circles.flatten(0, 1)), len(radii)),
        ]

    def _loops(self, name: str, role: Role, x: torch.Tensor, count: int) -> Paths:
        """Closed lines through x (count · TURN, M)."""
        xy = to_numpy(self.scene.plane.project(x)).reshape(count, -1, 2)
        return Paths(name=name, role=role, xy=np.ascontiguousarray(xy.swapaxes(0, 1)), closed=True)

    def _colors(self, book: Attractors) -> np.ndarray:
        """The color number of each attractor: its own, or its class where the data show theirs."""
        labels = self.scene.run.data.train_labels
        if self._labels is None or labels is None or not len(book):
            return np.arange(len(book))
        return book.kinds(self.scene.run.x, torch.tensor(labels)).cpu().numpy()

    def _axes(self) -> Axes:
        """The figures of the corner: attractors found so far, distance from the exact denoiser, what the plane holds."""
        plane, swarm = self.scene.plane, self.scene.swarm
        rms = self._apart.rms if self._apart is not None else None
        notes = [] if plane.exact else [f"plane holds {100 * sum(plane.explained):.0f} %"]
        notes += [] if rms is None else [f"RMS to exact {rms:.3f}"]
        count, more = len(swarm.attractors), "+" if swarm.attractors.full else ""
        figure = f"{count:,}{more} attractor{'s' if count > 1 else ''}" if count else ""
        x, y = plane.titles
        return Axes(x=x, y=y, range=self._range, note=" · ".join(notes), figure=figure)


def _places(bounds: tuple[float, float, float, float], columns: int) -> np.ndarray:
    """Places for arrows, (k, 2): `columns` across the data, as close beside them, so that a wide stage is filled."""
    wide = widened(bounds, WIDE)
    return lattice(wide, round(columns * (wide[1] - wide[0]) / (bounds[1] - bounds[0])))[0]
