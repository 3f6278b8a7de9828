# SPDX-License-Identifier: MIT
"""Every chapter makes its point: after its steps its figure keeps its bound, in every lane that has it, or in the one named."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data import load
from engine.probes import invite
from engine.protocol.chapter import FIGURES, Chapter
from engine.protocol.chapters import chapters
from engine.protocol.places import resources
from engine.protocol.recipe.experiment import Lane
from engine.protocol.recipe.probes import Panel
from engine.run import Run
from engine.scene import scene_of
from engine.train import train

CHAPTERS = chapters([resources() / "chapters"])
LAST = 100  #: steps over which a scalar's mean is taken


def trained(chapter: Chapter, lane: Lane) -> tuple[Run, dict[str, np.ndarray]]:
    """The lane's run after the steps of the point, and its scalars of the last steps."""
    data = load(chapter.experiment.data, chapter.experiment.seed)
    run = Run(lane, data, chapter.experiment.seed)
    rows = np.empty((0, len(run.ledger.names)))
    loop = train(run)
    while run.step < chapter.point.steps:
        next(loop)
        if run.ledger.full:
            rows = np.concatenate([rows, run.ledger.read()[2]])[-LAST:]
    rows = np.concatenate([rows, run.ledger.read()[2]])[-LAST:]
    return run, dict(zip(run.ledger.names, rows.T, strict=True))


def figure_of(chapter: Chapter, lane: Lane) -> float | None:
    """The chapter's figure in one lane after its steps; None where the lane has none."""
    name = chapter.point.figure
    probed = FIGURES.get(name)
    if probed is not None and not probed.needs <= lane.recipe.model.can:
        return None
    run, scalars = trained(chapter, lane)
    if probed is None:
        return float(scalars[name].mean()) if name in scalars else None
    found: dict[str, float] = {}
    probe = invite(Panel(key="figure", probe=probed.probe), scene_of(run))  # type: ignore[arg-type]
    assert probe is not None
    with torch.inference_mode():
        for measurement in (*probe.errands, probe):
            for reading in measurement.measure():
                found |= reading.figures
    return found[name]


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)
def test_the_chapter_makes_its_point(chapter: Chapter) -> None:
    wanted = [lane for lane in chapter.experiment.lanes if chapter.point.lane in ("", lane.name)]
    found = {lane.name: figure_of(chapter, lane) for lane in wanted}
    measured = {name: value for name, value in found.items() if value is not None}
    print(chapter.key, chapter.point, measured)
    assert measured, "no lane has the figure"
    assert all(chapter.point.holds(value) for value in measured.values()), measured
