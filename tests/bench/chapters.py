# SPDX-License-Identifier: MIT
"""The chapters: how long one has to play until a chapter makes its point, all of its panels watched sixty times a second."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from engine.protocol.chapter import Chapter
from engine.protocol.chapters import chapters
from engine.protocol.messages import Frame, Play
from engine.protocol.places import resources
from engine.protocol.recipe.editing import with_values
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.probes import Panel
from tests.bench.timing import Row
from tests.driving import Driver

MOST_S = 20.0
STILL_S = 0.5
Told = dict[str, tuple[np.ndarray, np.ndarray]]  #: figure → (seconds since Play, values)
DIMENSIONS = {"dial": 1.0, "blob": 2.0}  #: chapter 11


def rows() -> Iterator[Row]:
    """Seconds of Play until the steps of each chapter's point are done; in chapter 11 until the dimension is told for good."""
    for chapter in chapters([resources() / "chapters"]):
        took_s, figures, waits = played(chapter, chapter.experiment)
        told = {name: round(float(values[-1]), 3) for name, (_, values) in figures.items()}
        what = f"{chapter.key}: seconds of Play for {chapter.point.steps:,} steps"
        yield Row(what, took_s, "s", at_most=MOST_S, details=told)
        stages = [waits[panel.key] for panel in chapter.panels if panel.probe.stage and panel.key in waits]
        if len(stages) > 1:
            yield Row(f"{chapter.key}: the longest that a stage stands still", max(stages), "s", at_most=STILL_S, details=waits)
    within = next(chapter for chapter in chapters([resources() / "chapters"]) if chapter.key == "within")
    for data, dimension in DIMENSIONS.items():
        _, figures, _ = played(within, with_values(within.experiment, {"data.name": data}), MOST_S)
        seconds, values = figures["local_dimension"]
        wrong = np.flatnonzero(values != dimension)
        settled = float(seconds[wrong[-1] + 1]) if len(wrong) and wrong[-1] + 1 < len(values) else float(seconds[0])
        right = bool(values[-1] == dimension)
        yield Row(f"within: seconds until {data} has dimension {dimension:g} for good", settled if right else np.inf, "s",
                  at_most=MOST_S, details={"told": len(values)})  # fmt: skip


def played(chapter: Chapter, experiment: Experiment, least_s: float = 0.0) -> tuple[float, Told, dict[str, float]]:
    """Seconds from Play until all lanes of the point have its steps, at least `least_s`; each figure: (seconds, values); for
    each panel the longest time from one picture to the next.

    A window takes no part: it paints on the other core. Nobody spreads points: that is the user's own time.
    """
    panels = tuple(Panel(key=p.key, probe=p.probe, lane=p.lane, title=p.title)
                   for p in chapter.panels if p.probe.misfit(experiment.data.shape) is None)  # fmt: skip
    lanes = {lane.name for lane in experiment.lanes if chapter.point.lane in ("", lane.name)}
    told: dict[str, list[tuple[float, float]]] = {}
    drawn: dict[str, list[float]] = {panel.key: [0.0] for panel in panels}
    with Driver() as engine:
        engine.build(with_values(experiment, {"training.threads": 1}), panels)
        engine.send(Play())
        since = time.perf_counter()
        while True:
            frame = engine.until(Frame)
            now = time.perf_counter() - since
            for key in frame.pictures:
                drawn[key].append(now)
            for scalars in frame.scalars:
                for name, values in scalars.values.items():
                    told.setdefault(name, []).append((now, float(values[-1])))
            if now >= least_s and all(state.step >= chapter.point.steps for state in frame.lanes if state.name in lanes):
                break
        engine.end()
    waits = {key: round(float(np.diff([*times, now]).max()), 2) for key, times in drawn.items()}
    return now, {name: (np.array(rows)[:, 0], np.array(rows)[:, 1]) for name, rows in told.items()}, waits
