# SPDX-License-Identifier: MIT
"""What a probe may look at: one lane's run, its plane, its swarm, and where the user points."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from engine.plane import Plane, plane_of
from engine.run import Run
from engine.swarm import Swarm


@dataclass
class Scene:
    """One lane as its guests see it. Probes read all of it and write none."""

    run: Run
    plane: Plane
    swarm: Swarm
    classes: tuple[str, ...] = ()  #: names of the class numbers
    picks: dict[str, tuple[float, float] | None] = field(default_factory=dict)  #: kind of probe → place under the cursor
    sketch: Tensor | None = None  #: (M,) what stands on the sketch pad
    settings: int = 0  #: rises with every live change, every pick and every stroke
    live: int = 0  #: rises with every live change

    def pointed(self) -> Tensor:
        """The x (M,) that the user means: under the cursor on the stage, else the newest point there, else the data's mean."""
        place = self.picks.get("stage")
        if place is not None:
            return self.plane.lift(self.run.x.new_tensor([place]))[0]
        return self.swarm.x[-1] if len(self.swarm) else self.run.x.mean(0)

    def change(self) -> None:
        """A live value has changed, or the run stands elsewhere in its training."""
        self.live += 1
        self.settings += 1

    def point(self, kind: str, xy: tuple[float, float] | None) -> None:
        """The cursor is at a place of the plane of this kind of probe, or at none."""
        self.picks[kind] = xy
        self.settings += 1

    @property
    def learned(self) -> tuple[int, int]:
        """Changes when the weights or the live values do."""
        return self.run.step, self.live

    @property
    def weights(self) -> tuple[int, int]:
        """Changes also when the user points at something, or draws."""
        return self.run.step, self.settings


def scene_of(run: Run, classes: tuple[str, ...] = ()) -> Scene:
    """The scene of a run, its stage empty."""
    plane = plane_of(run.x)
    return Scene(run, plane, Swarm(run, plane), classes)
