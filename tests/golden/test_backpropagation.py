# SPDX-License-Identifier: MIT
"""Backpropagation written out by hand gives the gradients that automatic differentiation gives of the same cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from engine.models.gan import GanNetwork
from engine.run import Run
from tests.trained import made

BATCH = 48
WEIGHT = 0.7  #: of a micro-batch
DEPTHS = (0, 1, 3)
Gradients = dict[str, Tensor]


def gradients(run: Run, cost: Callable[[], Any]) -> Gradients:
    """What the cost leaves in the parameters; each call sees the same noise."""
    state = run.noise.get_state()
    run.objective.zero_grad()
    cost()
    run.noise.set_state(state)
    return {name: p.grad.clone() for name, p in run.objective.named_parameters() if p.grad is not None}


def alike(found: Gradients, expected: Gradients) -> None:
    assert found.keys() == expected.keys()
    assert all(bool(grad.any()) for grad in expected.values())
    for name, grad in expected.items():
        torch.testing.assert_close(found[name], grad, rtol=1e-4, atol=1e-5 * float(grad.abs().max()), msg=name)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(
    ("model", "objective"),
    [("vae", {"sigma_eps": 0.3, "beta": 0.5}), ("vae", {"sigma_eps": "learned"}), ("dae", {"sigma": 0.2, "copies": 2})],
)
def test_the_walk_back_is_the_derivative_of_the_loss(model: str, objective: dict[str, Any], depth: int) -> None:
    run = made("spiral", model, model={"width": 32, "depth": depth}, objective=objective)
    rows = torch.arange(BATCH)
    by_hand = gradients(run, lambda: run.objective.backward(run.x[:BATCH], rows, run.noise, WEIGHT))
    derived = gradients(run, lambda: (WEIGHT * run.objective.figures(run.x[:BATCH], rows, run.noise)[0]).backward())
    alike(by_hand, derived)


@pytest.mark.parametrize("depth", DEPTHS)
def test_each_player_of_the_game_gets_the_gradient_of_its_own_cost_and_the_penalty_of_the_slope(depth: int) -> None:
    run = made("spiral", "gan", model={"width": 32, "depth": depth, "latent": 1}, objective={"r1": 0.3})
    network, x = run.network, run.x[:BATCH]
    assert isinstance(network, GanNetwork)

    def derived() -> None:
        real = x.clone().requires_grad_()
        fake = network.decode(network.prior(BATCH, run.noise))
        on_real, on_fake = network.discriminate(real), network.discriminate(fake)
        (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
        penalty = 0.5 * 0.3 * slope.square().sum(1).mean()
        judged = softplus(-on_real).mean() + softplus(on_fake).mean() + penalty
        generated = softplus(-on_fake).mean()
        generated.mul(WEIGHT).backward(inputs=list(network.generator.parameters()), retain_graph=True)
        judged.mul(WEIGHT).backward(inputs=list(network.discriminator.parameters()))

    alike(gradients(run, lambda: run.objective.backward(x, torch.arange(BATCH), run.noise, WEIGHT)), gradients(run, derived))
