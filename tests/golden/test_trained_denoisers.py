# SPDX-License-Identifier: MIT
"""Denoisers trained by the app's own loop, against the exact one: the gap closes, and the manifold's dimension is within."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.closed_form import exact_denoiser, local_dimension
from engine.rng import generator
from engine.run import Run
from tests.trained import made, play

SIGMA = 0.3


def gap(run: Run, copies: int = 40) -> tuple[float, float, float]:
    """E‖x_i − DAE‖², E‖x_i − exact‖² and E‖DAE − exact‖² on common noise, over all training examples."""
    x = run.x.repeat(copies, 1)
    noisy = x + SIGMA * torch.randn(x.shape, generator=generator(9, "test"))
    with torch.no_grad():
        learned, exact = run.shown.denoise(noisy, SIGMA), exact_denoiser(noisy, run.x, SIGMA)
    loss, floor, apart = ((a - b).square().sum(1).double().mean() for a, b in ((x, learned), (x, exact), (learned, exact)))
    return float(loss), float(floor), float(apart)


@pytest.mark.slow
def test_the_learned_denoiser_of_the_moons_comes_to_the_exact_one() -> None:
    run = made("moons", "dae", model={"width": 128, "depth": 3}, objective={"sigma": SIGMA}, training={"decay": 10_000})
    play(run, 500)
    loss, floor, apart = gap(run)
    assert 0.08 < apart**0.5 < 0.2  # the lecture's trial: 0.14
    # x_i − exact is as often on one side of DAE − exact as on the other: the crossed term has mean 0, and an error of 1/√n.
    assert loss - floor == pytest.approx(apart, rel=0.1)
    play(run, 9500)
    loss, floor, apart = gap(run)
    assert apart**0.5 <= 0.04
    assert loss - floor == pytest.approx(apart, abs=1e-3)


@pytest.mark.slow
def test_the_learned_denoiser_of_the_swiss_roll_keeps_two_directions() -> None:
    run = made("swiss_roll", "dae", model={"width": 64, "depth": 3}, objective={"sigma": 0.2},
               training={"learning_rate": 5e-3, "decay": 6000})  # fmt: skip
    play(run, 6000)
    points = run.test[:32]
    jacobians = torch.func.vmap(torch.func.jacrev(lambda x: run.shown.denoise(x[None], 0.2)[0]))(points)
    dimensions = local_dimension(torch.linalg.svdvals(jacobians)).numpy()
    assert np.median(dimensions) == 2
    assert np.mean(dimensions == 2) >= 0.9
