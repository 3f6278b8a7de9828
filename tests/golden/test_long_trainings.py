# SPDX-License-Identifier: MIT
"""What longer trainings reach. Nightly: minutes each. Steps stand for seconds, so that a slow machine says the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.closed_form import local_dimension
from engine.quality import distance, novelty, told_apart
from engine.run import Run
from engine.samples import sample
from tests.trained import made, play

pytestmark = pytest.mark.nightly


@pytest.mark.parametrize(("data", "steps", "most"), [("moons", 20_000, 1.5), ("spiral", 20_000, 2.0)])
def test_a_minute_of_diffusion_draws_like_the_data(data: str, steps: int, most: float) -> None:
    """By the default recipe. Measured: a minute is 30,000 steps of one busy core; moons 1.0, spiral 1.9 after a third of it."""
    run = made(data, "diffusion")
    play(run, steps)
    assert distance(run) <= most


def test_three_minutes_of_a_diffusion_u_net_make_digits_that_are_no_copies(tmp_path: Path) -> None:
    """Measured after 1,200 steps, 108 s of a busy processor: told apart 0.62, novelty 1.32; after 800 steps 0.65 and 1.37."""
    run = made("digits", "diffusion-unet")
    play(run, 1200)
    drawn = sample(run, len(run.test), torch.Generator().manual_seed(9))
    framed = torch.nn.functional.pad(drawn[:100].clamp(0, 1).reshape(10, 10, 8, 8), (2, 2, 2, 2), value=0.35)
    sheet = framed.transpose(1, 2).reshape(120, 120)  # for a person to read
    Image.fromarray((255 * sheet).byte().numpy()).resize((960, 960), Image.Resampling.BICUBIC).save(tmp_path / "digits.png")
    assert 0.45 <= told_apart(drawn, run.test) <= 0.68
    assert novelty(drawn, run.x, run.test) >= 0.9


# --------------------------------------------------------------------------------------- the dimension within a denoiser


@pytest.mark.parametrize(("data", "known"), [("dial", 1), ("blob", 2)])
def test_a_denoiser_of_images_keeps_as_many_directions_as_they_have(data: str, known: int) -> None:
    """By the recipe of chapter 11."""
    run = made(data, "dae", model={"width": 128, "depth": 3}, objective={"sigma": 0.1},
               training={"learning_rate": 3e-3, "decay": 3000})  # fmt: skip
    play(run, 3000)
    jacobians = torch.func.vmap(torch.func.jacrev(lambda x: run.shown.denoise(x[None], 0.1)[0]))(run.test[:32])
    found = local_dimension(torch.linalg.svdvals(jacobians)).numpy()
    assert np.median(found) == known
    assert np.mean(found == known) >= 0.9


# ------------------------------------------------------------------------------------------- convolutions on the shapes

LATENT, STEPS = 8, 2000


def weights(run: Run) -> int:
    return sum(p.numel() for p in run.network.parameters())


def error(run: Run) -> float:
    """E‖x − g(h_s)‖² over the test images, one h_s each."""
    with torch.no_grad():
        mu, log_var = run.network.posterior(run.test)
        noise = torch.randn(mu.shape, generator=torch.Generator().manual_seed(3))
        return float((run.test - run.network.decode(mu + (log_var / 2).exp() * noise)).square().sum(1).mean())


def vae(kind: str, **model: int) -> Run:
    return made("shapes", kind, model={"latent": LATENT, **model}, training={"batch": 32})


def test_convolutions_reconstruct_better_than_as_many_weights_without(record_property: Callable[[str, object], None]) -> None:
    convolutional = vae("conv-vae", channels=16)
    width = min(range(8, 128), key=lambda width: abs(weights(vae("vae", width=width, depth=2)) - weights(convolutional)))
    plain = vae("vae", width=width, depth=2)
    assert weights(plain) == pytest.approx(weights(convolutional), rel=0.02)
    errors = []
    for name, run in (("convolutional", convolutional), ("plain", plain)):
        since = time.process_time()
        figures = play(run, STEPS)
        assert np.isfinite(figures).all()
        record_property(f"{name}_s", time.process_time() - since)
        errors.append(error(run))
    assert errors[0] < errors[1]
