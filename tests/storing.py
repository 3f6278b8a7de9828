# SPDX-License-Identifier: MIT
"""Make the stored frames of the chapters and the pictures of them: what the engine says after the steps of each point.

`python -m tests.storing [KEY …]` trains anew and draws; `--draw` only draws. It writes to tests/ui/references. Nothing hangs
on a clock: one thread, so many steps, so many updates. Look at the pictures before you commit them.
"""

from __future__ import annotations

import argparse
import os

import numpy as np
from PySide6.QtWidgets import QApplication

from engine.audience import Audience
from engine.device import prepare
from engine.protocol.chapter import Chapter
from engine.protocol.messages import Frame, LaneState, Scalars
from engine.protocol.recipe.editing import with_value
from engine.repertoire import Repertoire
from engine.scene import Hand
from engine.track import Track
from tests.ui.sheets import CHAPTERS, THEMES, draw, file_of, fitting, reference_of, store, stored

MARKS = 60  #: moments of the training at which its curves are measured
POINTS, UPDATES = 60, 60  #: on the stage
DRAWN = 5  #: the test image that stands on the sketch pad
PLACE = (0.6, -0.8)  #: where the cursor stands in the plane of the codes


def made(chapter: Chapter) -> Frame:
    """Train a chapter's lanes for the steps of its point, put points on its stages, and let every probe say its last word."""
    prepare(1)
    repertoire, audience = Repertoire(), Audience()
    experiment = with_value(chapter.experiment, "training.threads", 1)
    repertoire.play(1, experiment, tuple(range(1, 1 + len(experiment.lanes))))
    tracks, panels = repertoire.tracks, tuple(place.panel for place in fitting(chapter))
    audience.watch(tuple(panel for panel in panels if panel.probe.kind in ("curves", "kl-bars")), tracks)
    found: list[Scalars] = []
    for mark in np.linspace(0, chapter.point.steps, MARKS + 1).round().astype(int)[1:]:
        for track in tracks:
            train(track, int(mark))
        found += measured(audience)
    for track in tracks:
        put_points(track)
        own = track.scalars()
        found += [] if own is None else [thinned(own, chapter.point.steps // MARKS)]
    audience.watch(panels, tracks)
    found += measured(audience)
    assert not audience.broken, audience.broken
    states = (LaneState(name=t.name, build=t.run.build, step=t.run.step, steps_per_s=0.0, train_s=0.0) for t in tracks)
    return Frame(
        run_id=1, number=1, training=False, lanes=tuple(states), scalars=tuple(map(timeless, found)),
        pictures=audience.take()[0],
    )  # fmt: skip


def train(track: Track, step: int) -> None:
    """Go on to a step; its figures are read."""
    while track.run.step < step:
        track.advance()
    track.check()


def put_points(track: Track) -> None:
    """Points that have arrived and points on their way, a cursor in the plane of the codes, and a drawing."""
    for count, updates in ((POINTS, UPDATES), (POINTS // 3, UPDATES // 6)):
        track.scene.swarm.scatter(count, 1.0)
        for _ in range(updates):
            track.scene.swarm.update()
    track.scene.point(Hand("latent", PLACE))
    if len(track.run.data.shape) == 3:
        track.scene.sketch = track.run.test[DRAWN]  # as if somebody had drawn it
        track.scene.settings += 1


def measured(audience: Audience) -> list[Scalars]:
    """Let all probes measure until none has anything new to say; their figures."""
    while due := [seat for seat in audience.seats if seat.due]:
        for seat in due:
            while seat in audience.seats and seat.due:
                audience.advance(seat)
    found, audience.scalars = audience.scalars, []
    return found


def thinned(scalars: Scalars, every: int) -> Scalars:
    """Every so many steps the mean of the steps before: enough for a picture."""
    count = len(scalars.steps) // every * every

    def means(values: np.ndarray) -> np.ndarray:
        found: np.ndarray = values[:count].reshape(-1, every).mean(1)
        return found

    return Scalars(
        lane=scalars.lane, build=scalars.build, steps=scalars.steps[every - 1 : count : every], seconds=means(scalars.seconds),
        values={name: means(values) for name, values in scalars.values.items()},
    )  # fmt: skip


def timeless(scalars: Scalars) -> Scalars:
    """The same figures, as of a machine that makes a thousand steps a second."""
    seconds = scalars.steps / 1000.0
    return Scalars(lane=scalars.lane, build=scalars.build, steps=scalars.steps, seconds=seconds, values=scalars.values)


def main() -> None:
    """Store frames and pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.storing", description=__doc__)
    parser.add_argument("keys", nargs="*", metavar="KEY")
    parser.add_argument("--draw", action="store_true", help="draw the stored frames anew, and train nothing")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    for key in options.keys or CHAPTERS:
        if not options.draw:
            store(made(CHAPTERS[key]), key)
        files = [file_of(key)]
        for name in THEMES:
            files.append(reference_of(key, name))
            draw(app, CHAPTERS[key], stored(key), name).save(str(files[-1]))
        print(f"{key}: {sum(file.stat().st_size for file in files) / 1024:.0f} KB", flush=True)


if __name__ == "__main__":
    main()
