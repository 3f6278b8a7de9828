# SPDX-License-Identifier: MIT
"""What a probe may look at: one lane's run, its plane, its swarm, and where the user points."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from engine.plane import Plane, plane_of
from engine.run import Run
from engine.swarm import Swarm


@dataclass(frozen=True)
class Hand:
    """What the user points at: at most one place of one plane, and at most one example."""

    kind: str = ""  #: of the probe whose plane it is
    xy: tuple[float, float] | None = None
    example: int | None = None


@dataclass
class Scene:
    """One lane as its guests see it. Probes read all of it and write none."""

    run: Run
    plane: Plane
    swarm: Swarm
    classes: tuple[str, ...] = ()  #: names of the class numbers
    hand: Hand = field(default_factory=Hand)
    sketch: Tensor | None = None  #: (M,) what stands on the sketch pad
    settings: int = 0  #: rises with every live change, every move of the hand and every stroke
    live: int = 0  #: rises with every live change
    training: bool = False  #: whether the run trains on meanwhile

    def pointed(self) -> Tensor:
        """The x (M,) that the user means: under the cursor on the stage, else the newest point there, else the data's mean."""
        place = self.cursor("stage")
        if place is not None:
            return self.plane.lift(self.run.x.new_tensor([place]))[0]
        return self.swarm.x[-1] if len(self.swarm) else self.run.x.mean(0)

    def cursor(self, kind: str) -> tuple[float, float] | None:
        """The place under the cursor on the plane of this kind of probe."""
        return self.hand.xy if self.hand.kind == kind else None

    def example(self, number: int) -> Tensor | None:
        """The x (M,) of an example: training examples first, then test examples; None where there is none."""
        train, test = self.run.x, self.run.test
        if number < len(train):
            return train[number]
        return test[number - len(train)] if number < len(train) + len(test) else None

    def picked(self) -> Tensor | None:
        """The x (M,) of the example that is picked; None where none is."""
        return None if self.hand.example is None else self.example(self.hand.example)

    def test(self, row: int) -> int:
        """The number of a test example."""
        return len(self.run.x) + row

    def change(self) -> None:
        """A live value has changed, or the run stands elsewhere in its training."""
        self.live += 1
        self.settings += 1

    def point(self, hand: Hand) -> None:
        """The hand is here now, and nowhere else."""
        if hand != self.hand:
            self.hand = hand
            self.settings += 1

    @property
    def haste(self) -> bool:
        """Whether the next picture follows at once, and may be measured by the products that the training's own steps take."""
        return self.training and self.run.precision == "bfloat16"

    @property
    def learned(self) -> tuple[int, int]:
        """Changes when the weights or the live values do."""
        return self.run.step, self.live

    @property
    def coded(self) -> tuple[int, int, bool]:
        """Changes also when the training halts: at rest the codes are measured in full."""
        return *self.learned, self.haste

    @property
    def subject(self) -> tuple[int, int, int | None]:
        """Changes also when another example is picked."""
        return self.run.step, *self.asked

    @property
    def asked(self) -> tuple[int, int | None]:
        """Of the subject what a hand has set."""
        return self.live, self.hand.example

    @property
    def weights(self) -> tuple[int, int]:
        """Changes also when the user points at something, or draws."""
        return self.run.step, self.settings


def scene_of(run: Run, classes: tuple[str, ...] = ()) -> Scene:
    """The scene of a run, its stage empty."""
    plane = plane_of(run.x)
    return Scene(run, plane, Swarm(run, plane), classes)
