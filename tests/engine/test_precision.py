# SPDX-License-Identifier: MIT
"""bfloat16 in the wide products of a step, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import device
from engine.data import load
from engine.models.chain import WIDE, Chain
from engine.models.network import mlp
from engine.probes.kl_bars import KlBarsProbe
from engine.protocol.payloads import Bars
from engine.protocol.recipe.editing import from_plain
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.probes.kl_bars import KlBars
from engine.repertoire import Repertoire
from engine.run import Run
from engine.scene import Scene, scene_of
from engine.train import train
from engine.trainer import Trainer

SIDE = 256
BATCH = WIDE // SIDE**2
CPU = torch.device("cpu")


def gradients(chain: Chain, x: torch.Tensor, rounded: bool) -> list[torch.Tensor]:
    """Of ½‖out‖² by the weights, and by x."""
    chain.zero_grad()
    with torch.no_grad():
        walk = chain.walk(x, rounded)
        inward = walk.back_to_input(walk.out.clone())
    return [inward, *(parameter.grad for parameter in chain.parameters() if parameter.grad is not None)]


def experiment_of(precision: str) -> Experiment:
    """A VAE whose layers are wide."""
    training = {"precision": precision, "batch": BATCH, "threads": 1}
    plain = {"data": {"name": "shapes", "n": 300}, "model": {"kind": "vae", "width": SIDE, "depth": 1}, "training": training}
    return from_plain(plain)


def run_of(precision: str) -> Run:
    experiment = experiment_of(precision)
    return Run(experiment.lanes[0], load(experiment.data, 0), 0)


def bars_of(scene: Scene) -> np.ndarray:
    """The KL of each hidden dimension, as a panel shows it."""
    with torch.inference_mode():
        shown = [reading.picture for reading in KlBarsProbe(KlBars(), "p", scene).measure() if reading.picture is not None]
    (bars,) = shown[-1].layers
    assert isinstance(bars, Bars)
    return bars.values


def weights_after(run: Run, steps: int) -> torch.Tensor:
    loop, goal = train(run), run.step + steps
    while run.step < goal:
        next(loop)
    return torch.cat([parameter.detach().flatten() for parameter in run.network.parameters()])


def test_wide_products_are_rounded_to_eight_places_and_their_gradients_stay_those_of_float32() -> None:
    rng = torch.Generator().manual_seed(0)
    chain, x = mlp([SIDE, SIDE, SIDE], rng), torch.randn(BATCH, SIDE, generator=rng)
    for exact, rounded in zip(gradients(chain, x, False), gradients(chain, x, True), strict=True):
        assert rounded.dtype == torch.float32
        apart = float((rounded - exact).norm() / exact.norm())
        assert 1e-5 < apart < 0.02  # each number is off by 2⁻⁹ of itself at most


def test_narrow_products_are_not_rounded() -> None:
    rng = torch.Generator().manual_seed(0)
    chain, x = mlp([SIDE, SIDE - 1, 3], rng), torch.randn(BATCH, SIDE, generator=rng)
    for exact, rounded in zip(gradients(chain, x, False), gradients(chain, x, True), strict=True):
        assert torch.equal(rounded, exact)


@pytest.mark.parametrize(
    ("units", "chosen"), [({"avx512_bf16": True}, "bfloat16"), ({"amx_bf16": True}, "bfloat16"), ({"avx2": True}, "float32")]
)
def test_auto_takes_bfloat16_where_the_cpu_has_units_for_it(monkeypatch, units, chosen) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units)
    assert device.precision("auto", CPU) == chosen
    assert device.precision("auto", torch.device("cuda")) == "float32"
    assert device.precision("float32", CPU) == "float32"


def test_a_rounded_training_repeats_itself_and_goes_on_from_a_snapshot_bit_for_bit() -> None:
    run, again = run_of("bfloat16"), run_of("bfloat16")
    weights_after(run, 3)
    half = run.state()
    end = weights_after(run, 3)
    assert torch.equal(weights_after(again, 6), end)
    again.restore(half)
    assert torch.equal(weights_after(again, 3), end)
    assert not torch.equal(weights_after(run_of("float32"), 6), end)


def test_outside_the_step_nothing_is_rounded() -> None:
    run = run_of("bfloat16")
    weights_after(run, 1)
    x = run.x[:BATCH]
    with torch.no_grad():
        exact = run.network.double().encode(x.double())
        shown = run.network.float().encode(x)
    assert float((shown - exact).abs().max()) < 1e-5


def test_panels_take_the_trainings_products_while_it_trains_and_are_measured_in_full_at_rest() -> None:
    repertoire = Repertoire()
    repertoire.play(1, experiment_of("bfloat16"), (1,))
    trainer, scene = Trainer(repertoire, lambda message: None), repertoire.tracks[0].scene
    trainer.start()
    while scene.run.step < 3:
        trainer.advance(0.0)
    quick, coded = bars_of(scene), scene.coded
    trainer.halt()
    full = bars_of(scene)
    run = scene.run
    _, _, kl = run.objective.figures(run.x, torch.arange(len(run.x)), torch.Generator().manual_seed(0))
    assert float(full.sum()) == pytest.approx(float(kl.detach()), rel=1e-5)
    assert full == pytest.approx(quick, abs=2e-3)
    assert not np.array_equal(full, quick)
    assert scene.coded != coded, "else the rounded picture would stay"


def test_a_training_in_float32_has_panels_in_float32() -> None:
    scene = scene_of(run_of("float32"))
    at_rest = bars_of(scene)
    scene.training = True
    assert np.array_equal(bars_of(scene), at_rest)
