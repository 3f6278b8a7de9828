# SPDX-License-Identifier: MIT
"""The probes of the VAE laboratory: their numbers are those of the network, of the step that comes, and of the closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from engine import models
from engine.closed_form import linear_posterior
from engine.probes.estimators import EstimatorsProbe, Moments
from engine.probes.gradient_step import BOXES, EDGES, GradientStepProbe
from engine.probes.likelihood import LikelihoodProbe
from engine.protocol.payloads import Field, Graph, Paths, Series
from engine.protocol.recipe.probes.anatomy import Anatomy
from engine.protocol.recipe.probes.density import Density
from engine.protocol.recipe.probes.estimators import Estimators
from engine.protocol.recipe.probes.gradient_step import PHASES, GradientStep
from engine.protocol.recipe.probes.likelihood import Likelihood
from engine.protocol.recipe.probes.optimize import Optimize
from engine.protocol.recipe.probes.posterior import Posterior
from engine.train import train
from tests.vae_scenes import figures, guest, made, picture

# --------------------------------------------------------------------------------------------------------- the gradient step

STEPS: dict[str, dict[str, Any]] = {
    "with the trick": {},
    "by the score": {"objective": {"gradient": "score"}},
    "σ_ε learned": {"objective": {"sigma_eps": "learned"}},
    "β of 4": {"objective": {"beta": 4.0}},
    "in micro-batches": {"training": {"batch": 64, "micro_batch": 24}},
    "at the end of a permutation": {"training": {"batch": 600}},
}


@pytest.mark.parametrize(("case", "parts"), [*((case, 0) for case in STEPS), ("in micro-batches", 1), ("in micro-batches", 2)])
def test_the_numbers_of_the_slow_motion_are_those_of_the_step_then_taken(case: str, parts: int) -> None:
    """Whether they are asked for before it, or after some of its micro-batches."""
    scene = made("moons", "vae", 3, **STEPS[case])
    run, order = scene.run, scene.run.batches.peek()
    loop = train(run)
    assert not any(next(loop) for _ in range(parts)), "not a whole step yet"
    numbers = guest(GradientStep(), scene, GradientStepProbe).ahead()
    taken: list[float] = []
    step = run.optimizer.step

    def spied(rate: float) -> None:
        weights = run.network.parameters()
        taken.append(math.sqrt(sum(float(w.grad.square().sum()) for w in weights if w.grad is not None)))
        step(rate)

    run.optimizer.step = spied  # type: ignore[method-assign]
    while not taken:
        next(loop)
    figures_of_step = dict(zip(run.ledger.names, run.ledger.read()[2][-1], strict=True))
    assert numbers.mean_loss == pytest.approx(figures_of_step["loss"], rel=1e-5)
    assert numbers.norm == pytest.approx(taken[0], rel=1e-4)
    torch.testing.assert_close(numbers.values["x"], run.x[order[0]])


def test_the_boxes_of_the_slow_motion_belong_together() -> None:
    scene = made("digits", "vae", 5)
    numbers = guest(GradientStep(), scene, GradientStepProbe).ahead()
    value, run = numbers.values, scene.run
    torch.testing.assert_close(value["h"], value["mu"] + value["sigma"].sqrt() * value["eps"])
    torch.testing.assert_close(value["x_hat"], run.network.decode(value["h"][None])[0])
    torch.testing.assert_close(value["loss"], value["reconstruction"] + value["kl"])
    # ∂/∂μ = ∂/∂h_s + μ, ∂/∂ln Σ = ½ √Σ ε_s ∂/∂h_s + ½(Σ − 1): LECTURE, section 2, by hand.
    by = numbers.gradients
    torch.testing.assert_close(by["by_mu"], by["by_h"] + value["mu"], rtol=1e-4, atol=1e-5)
    expected = value["sigma"].sqrt() * value["eps"] * by["by_h"] / 2 + (value["sigma"] - 1) / 2
    torch.testing.assert_close(by["by_sigma"], expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(by["by_x_hat"], (value["x_hat"] - value["x"]) / 0.2**2, rtol=1e-4, atol=1e-4)


def test_a_peek_draws_nothing() -> None:
    scene = made("moons", "vae", 3)
    before = scene.run.state()
    for phase in range(len(PHASES) + 1):
        picture(GradientStep(phase=phase), scene)
    after = scene.run.state()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert all(weight.grad is None for weight in scene.run.network.parameters())


def test_cutting_the_trick_leaves_the_kl_alone_to_pull_at_the_encoder() -> None:
    scene = made("moons", "vae", 3)
    numbers = guest(GradientStep(cut=True), scene, GradientStepProbe).ahead()
    torch.testing.assert_close(numbers.gradients["by_mu"], numbers.values["mu"])
    graph = picture(GradientStep(cut=True), scene).layers[0]
    assert isinstance(graph, Graph)
    assert set(graph.dashed) == {("by_h", "by_mu"), ("by_h", "by_sigma")}


@pytest.mark.parametrize("phase", range(len(PHASES) + 1))
def test_each_phase_lights_its_box_and_says_one_thing(phase: int) -> None:
    shown = picture(GradientStep(phase=phase), made("moons", "vae", 3))
    graph = shown.layers[0]
    assert isinstance(graph, Graph)
    lit = {node.key for node in graph.nodes if node.lit}
    assert lit == (set(PHASES[phase - 1][0]) if phase else set())
    assert shown.axes.note
    silent = {node.key for node in graph.nodes if not node.text}
    assert silent == {key for keys, _ in PHASES[phase:] for key in keys if phase}


def test_every_box_has_its_phase_and_every_arrow_its_boxes() -> None:
    assert {key for keys, _ in PHASES for key in keys} == set(BOXES)
    assert {key for edge in EDGES for key in edge} == set(BOXES)


# ---------------------------------------------------------------------------------------------------------------- estimators


def test_both_estimators_have_the_same_mean_and_the_score_the_larger_variance() -> None:
    scene = made("digits", "vae", 100)
    probe = guest(Estimators(), scene, EstimatorsProbe)
    probe.begin()
    coordinates = 2 * 32 * scene.run.network.latent
    assert coordinates == 128
    through, score = Moments(coordinates, scene.run.device), Moments(coordinates, scene.run.device)
    while through.count < 10_000:
        draws = probe.draw(250)
        through.add(draws[0])
        score.add(draws[1])
    z = (through.mean - score.mean) / ((through.variance + score.variance) / through.count).sqrt()
    assert float(z.square().mean().sqrt()) <= 1.2
    assert float(z.abs().max()) <= 4.5
    assert float((score.variance / through.variance).median()) > 30


def test_moments_are_those_of_all_draws_at_once() -> None:
    draws = torch.randn(100, 5, generator=torch.Generator().manual_seed(1)).double() * 3 + 7
    moments = Moments(5, draws.device)
    for part in draws.split(17):
        moments.add(part)
    torch.testing.assert_close(moments.mean, draws.mean(0))
    torch.testing.assert_close(moments.variance, draws.var(0))


def test_the_histograms_are_of_one_coordinate_and_rise_to_one() -> None:
    shown = picture(Estimators(draws=512, coordinate=3), made("digits", "vae", 20))
    assert [layer.name for layer in shown.layers] == ["score", "through hₛ"]
    assert all(isinstance(layer, Series) and layer.y.max() == 1.0 for layer in shown.layers)
    assert "ln Σ₂ of example 1" in shown.axes.x


# ------------------------------------------------------------------------------------------------------------------- anatomy

KINDS = [declared.__struct_config__.tag for declared in models.NETWORKS]


@pytest.mark.parametrize("kind", KINDS)
def test_every_model_shows_all_its_layers_with_live_activations(kind: str) -> None:
    scene = made("dial", str(kind), 0)
    network = scene.run.network
    graph = picture(Anatomy(), scene).layers[0]
    assert isinstance(graph, Graph)
    layers = [node for node in graph.nodes if node.key != "h"]
    assert tuple(node.units for node in layers) == network.widths
    heard = [node.key for node in layers if node.values is not None]
    assert len(heard) == len(layers) - (kind == "exact")
    assert not any(module._forward_hooks for module in network.modules()), "somebody still listens"


@pytest.mark.parametrize(("data", "kind"), [("digits", "vae"), ("dial", "conv-vae")])
def test_the_narrowest_layer_of_a_vae_has_two_outputs_for_each_hidden_dimension(data: str, kind: str) -> None:
    scene = made(data, kind, 2, model={"latent": 3})
    graph = picture(Anatomy(test=4), scene).layers[0]
    assert isinstance(graph, Graph)
    code, sent = (node for node in graph.nodes if node.lit)
    assert (code.units, code.title, sent.units) == (6, "μ, ln Σ", 3)
    with torch.no_grad():
        mu, log_var = scene.run.network.posterior(scene.run.test[4:5])
    assert code.values is not None
    np.testing.assert_allclose(code.values, torch.cat([mu, log_var], 1)[0], rtol=1e-5, atol=1e-6)


def test_the_activations_are_those_after_the_nonlinearity() -> None:
    scene = made("moons", "ae", 5)
    graph = picture(Anatomy(), scene).layers[0]
    assert isinstance(graph, Graph)
    encoder: nn.Sequential = scene.run.network.encoder  # type: ignore[assignment]
    with torch.no_grad():
        expected = encoder[:2](scene.run.test[:1])[0]
    assert graph.nodes[1].values is not None
    np.testing.assert_allclose(graph.nodes[1].values, expected, rtol=1e-5, atol=1e-6)


# -------------------------------------------------------------------------------------------- what takes more than one slice


@pytest.mark.parametrize("declared", [Posterior(), Likelihood(tests=4), Estimators(draws=256), Optimize(steps=20), Density()])
def test_a_measurement_shows_the_network_as_it_was_when_it_began(declared: Any) -> None:
    alone, during = (made("moons", "vae", 30, model={"latent": 1}) for _ in range(2))
    expected = figures(declared, alone)
    loop = train(during.run)
    found: dict[str, float] = {}
    for reading in guest(declared, during).measure():
        found |= reading.figures
        next(loop)
    assert found == pytest.approx(expected)


def test_a_change_by_hand_is_answered_by_a_coarse_picture_first() -> None:
    scene = made("moons", "vae", 30)
    probe = guest(Posterior(), scene)

    def fields() -> list[int]:
        shown = [r.picture for r in probe.measure() if r.picture is not None]
        return [layer.values.shape[0] for p in shown for layer in p.layers if isinstance(layer, Field)]

    with torch.inference_mode():
        assert fields() == [24, 96]
        assert fields() == [96]
        scene.change()
        assert fields() == [24, 96]


def test_with_more_hidden_dimensions_the_gap_is_sampled_and_nothing_drawn() -> None:
    shown = picture(Posterior(), made("digits", "vae", 30, model={"latent": 5}))
    assert not any(isinstance(layer, Field | Paths) for layer in shown.layers)
    assert shown.axes.figure.endswith("nats")


def test_where_the_encoder_looks_elsewhere_it_is_said_what_it_misses() -> None:
    scene = made("moons", "vae", 200)
    assert "misses nothing" in picture(Likelihood(tests=8), scene).note
    with torch.no_grad():
        scene.run.network.encoder[-1].bias += torch.tensor([2.0, 0.0, -4.0, -4.0])  # type: ignore[index, operator]
    scene.change()
    assert "nats short" in picture(Likelihood(tests=8), scene).note


def test_the_first_time_the_estimates_of_log_p_grow_from_k_to_k_and_later_they_come_whole() -> None:
    probe = guest(Likelihood(tests=4), made("moons", "vae", 30, model={"latent": 1}))

    def lengths() -> list[int]:
        shown = [reading.picture for reading in probe.measure() if reading.picture is not None]
        return [len(layer.y) for p in shown for layer in p.layers if isinstance(layer, Series) and layer.name == "mixed"]

    with torch.inference_mode():
        assert lengths() == [1, 2, 3, 4, 5, 6, 7, 8, 8]
        assert lengths() == [8]


def test_pieces_of_an_importance_estimate_are_put_together_as_one() -> None:
    scene = made("digits", "vae", 30)
    probe = guest(Likelihood(tests=6), scene, LikelihoodProbe)
    whole = figures(Likelihood(tests=6), scene)
    probe._still.at_once = 100
    found: dict[str, float] = {}
    with torch.inference_mode():
        for reading in probe.measure():
            found |= reading.figures
    assert found["log_p_importance"] == pytest.approx(whole["log_p_importance"], abs=0.3)
    assert found["effective_samples"] == pytest.approx(whole["effective_samples"], rel=0.3)


def test_the_search_ends_at_the_best_gaussian_for_this_x() -> None:
    scene = made("digits", "vae", 300, model={"depth": 0, "latent": 2})
    run = scene.run
    found = figures(Optimize(test=3), scene)
    decoder: nn.Linear = run.network.decoder[0]  # type: ignore[index, assignment]
    _, covariance = linear_posterior(run.test[3:4].double(), decoder.weight.double(), decoder.bias.double(), 0.2)
    # Of all diagonal Gaussians N(mean, 1/(precision)_jj) is nearest to the posterior in KL(Q‖P) (Bishop 2006, eq. 10.12).
    least = 0.5 * float(torch.linalg.inv(covariance).diagonal().log().sum() + torch.logdet(covariance))
    gap = figures(Posterior(test=3), scene)
    assert found["elbo_guess"] == pytest.approx(gap["elbo"], abs=1e-3)
    assert found["elbo_optimized"] >= found["elbo_guess"]
    assert gap["log_p"] - found["elbo_optimized"] == pytest.approx(least, abs=0.02)
