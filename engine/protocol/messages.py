# SPDX-License-Identifier: MIT
"""What crosses the pipe: commands in; frames and events out. Nothing else does, and nobody asks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from engine.protocol.payloads import Picture
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.probes import Panel

PROTOCOL = 2
Count = Annotated[int, msgspec.Meta(ge=0)]
FRAMES_PER_S = 60.0  #: unless somebody asks for fewer


class Message(msgspec.Struct, frozen=True, tag_field="say", forbid_unknown_fields=True, kw_only=True):
    """The base of everything that crosses the pipe."""


# ---------------------------------------------------------------------------------------------- commands: window → engine


class Build(Message, frozen=True, tag="build", kw_only=True):
    """Play this experiment. A lane whose `build` the engine still keeps is taken back as it was; the others are made anew.

    A new lane with an origin (build, step) begins as that run was after `step` steps: “branch from here”.
    """

    run_id: int
    experiment: Experiment
    builds: tuple[int, ...]  #: one for each lane; the identity of a run
    origins: tuple[tuple[int, int] | None, ...] = ()  #: one for each lane, or none at all


class Change(Message, frozen=True, tag="change", kw_only=True):
    """Set live values in a running lane, by paths such as `objective.sigma`."""

    lane: str
    values: dict[str, float | int | bool | str]


class Play(Message, frozen=True, tag="play", kw_only=True):
    """Train until told otherwise. `steps_per_s` limits the speed (slow motion); 0 goes as fast as it can."""

    steps_per_s: float = 0.0


class Pause(Message, frozen=True, tag="pause", kw_only=True):
    """Stop training after the present step; flows and probes go on."""


class Step(Message, frozen=True, tag="step", kw_only=True):
    """Train `count` steps in every lane, then pause."""

    count: Count = 1


class Watch(Message, frozen=True, tag="watch", kw_only=True):
    """The panels that can be seen now; nothing else is measured."""

    panels: tuple[Panel, ...]
    frames_per_s: Annotated[float, msgspec.Meta(ge=0.5, le=240.0)] = FRAMES_PER_S


class Spawn(Message, frozen=True, tag="spawn", kw_only=True):
    """Put points on a lane's stage, at places of its plane. Every stage of the experiment gets them where `lane` is empty."""

    xy: np.ndarray  # (n, 2)
    lane: str = ""


class Scatter(Message, frozen=True, tag="scatter", kw_only=True):
    """Put `count` points on the stage: pure noise N(0, scale² I) in M dimensions, or training examples with such noise."""

    count: Annotated[int, msgspec.Meta(ge=1, le=5000)]
    scale: float = 1.0
    around: Literal["zero", "data"] = "zero"
    lane: str = ""


class Clear(Message, frozen=True, tag="clear", kw_only=True):
    """Take the points off the stage."""


class Flow(Message, frozen=True, tag="flow", kw_only=True):
    """The flow's own clock: run, stop, or take `steps` updates; `until_fixed` stops when nothing moves any more."""

    running: bool
    steps: Count = 0
    until_fixed: bool = False
    updates_per_s: float = 30.0


class Pick(Message, frozen=True, tag="pick", kw_only=True):
    """All that is pointed at: a place of one panel's plane (there is one cursor), and the example that is picked.

    What is not named here is pointed at no more, whatever was said before and whichever panels can be seen.
    """

    panel: str = ""
    xy: tuple[float, float] | None = None
    example: Count | None = None  #: its number, see `payloads`


class Sketch(Message, frozen=True, tag="sketch", kw_only=True):
    """What stands on the sketch pad, of whatever size: every lane of images sees it as an example. None: the pad is empty."""

    pixels: np.ndarray | None  # (h, w) float32, 0 the ground … 1 a stroke


class Credit(Message, frozen=True, tag="credit", kw_only=True):
    """The window took a frame: one more may come."""

    frames: Count = 1


class Give(Message, frozen=True, tag="give", kw_only=True):
    """A piece of an array from outside, named by the SHA-256 of its bytes; the pieces of one array come in order."""

    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    offset: Count
    size: Count  #: numbers in the whole array
    values: np.ndarray  # (k,)


class Save(Message, frozen=True, tag="save", kw_only=True):
    """Send the present checkpoint, or something that one lane leaves behind, as Kept."""

    what: Literal["checkpoint", "script", "notebook", "samples", "latents", "weights"] = "checkpoint"
    lane: str = ""  #: of everything but a checkpoint, which holds all lanes
    name: str = ""  #: of a script's file: its text says it


class Resume(Message, frozen=True, tag="resume", kw_only=True):
    """Take up the runs of the last checkpoint in the session folder, or of one that was given (its bytes, uint8).

    A checkpoint that was given plays under the run and the builds that are named here.
    """

    sha256: str = ""
    run_id: int = 0
    builds: tuple[int, ...] = ()


class Quit(Message, frozen=True, tag="quit", kw_only=True):
    """Write a last checkpoint and end."""


Command = (
    Build | Change | Play | Pause | Step | Watch | Spawn | Scatter | Clear | Flow | Pick | Sketch | Give | Save | Credit
    | Resume | Quit
)

# ------------------------------------------------------------------------------------------- frames, events: engine → window


class LaneState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one lane stands."""

    name: str
    build: int
    step: int
    steps_per_s: float
    train_s: float  #: seconds spent training this lane


class Scalars(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of consecutive steps: every one arrives once."""

    lane: str
    build: int
    steps: np.ndarray  # (k,) int64
    seconds: np.ndarray  # (k,) float64, training time of the lane
    values: dict[str, np.ndarray]  # name → (k,) float64


class Frame(Message, frozen=True, tag="frame", kw_only=True):
    """One picture of the experiment: scalars since the last frame, and the pictures of the panels whose turn it was."""

    run_id: int
    number: int
    training: bool
    lanes: tuple[LaneState, ...]
    scalars: tuple[Scalars, ...]
    pictures: dict[str, Picture]
    moving: int = 0  #: points of the flow that still move
    measuring: bool = False  #: whether, at rest, a panel has not yet shown all that it will
    probe_share: float = 0.0  #: of the wall clock, since the last frame
    flow_share: float = 0.0


class Hello(Message, frozen=True, tag="hello", kw_only=True):
    """The engine's first word."""

    protocol: int
    app: str
    torch: str
    device: str
    threads: int
    pid: int
    session: str


class LaneFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was built for one lane."""

    name: str
    build: int
    step: int
    parameters: int
    device: str
    threads: int
    widths: tuple[int, ...]  #: units of each layer, from input to output
    revived: bool = False
    origin: tuple[int, int] | None = None  #: (build, step) from which it branched
    tried: dict[str, float] = {}  #: steps a second on each device, where the engine tried them and took the fastest


class Built(Message, frozen=True, tag="built", kw_only=True):
    """The experiment stands and can play."""

    run_id: int
    lanes: tuple[LaneFacts, ...]


class Started(Message, frozen=True, tag="started", kw_only=True):
    """Training runs."""

    run_id: int


class Paused(Message, frozen=True, tag="paused", kw_only=True):
    """Training stands still, at these steps."""

    run_id: int
    steps: dict[str, int]


class Changed(Message, frozen=True, tag="changed", kw_only=True):
    """A live value reached a run: from `step` on it counts. This is the log."""

    lane: str
    build: int
    step: int
    path: str
    value: float | int | bool | str


class Branched(Message, frozen=True, tag="branched", kw_only=True):
    """A branch has arrived at the step where it begins; `digest` is the SHA-256 of its weights."""

    lane: str
    build: int
    step: int
    digest: str


class Failed(Message, frozen=True, tag="failed", kw_only=True):
    """Something could not be done: `kind` chooses the sentence in `words`, `values` fill it."""

    kind: str
    values: dict[str, Any]
    lane: str = ""


class Saved(Message, frozen=True, tag="saved", kw_only=True):
    """A checkpoint of these steps is on disk."""

    steps: dict[str, int]


class Kept(Message, frozen=True, tag="kept", kw_only=True):
    """A piece of what was asked for by Save; the pieces come in order, and one file after the other."""

    what: str = "checkpoint"
    lane: str = ""
    suffix: str = ""  #: of the file
    last: bool = True  #: whether no other file follows

    offset: int
    size: int
    values: np.ndarray  # (k,) uint8
    steps: dict[str, int]


class Resumed(Message, frozen=True, tag="resumed", kw_only=True):
    """The runs of the checkpoint are back, paused."""

    experiment: Experiment
    run_id: int
    builds: tuple[int, ...]
    steps: dict[str, int]


Event = Hello | Built | Started | Paused | Changed | Branched | Failed | Saved | Kept | Resumed
Report = Frame | Hello | Built | Started | Paused | Changed | Branched | Failed | Saved | Kept | Resumed
