# SPDX-License-Identifier: MIT
"""The game of the GAN where both densities are known, the two gradients of the encoder, and what generators make of a curve."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal
from torch.nn.functional import softplus

from engine.models.network import mlp
from engine.optimizer import rate_at
from engine.quality import covered, near
from engine.run import Run
from engine.samples import sample
from tests.trained import examples_of, made, play

# ------------------------------------------------------------------------------------------------------------------- GAN


def judge(spread: list[list[float]], shift: list[float], steps: int = 1200) -> tuple[Run, torch.Tensor]:
    """A discriminator trained alone, without the penalty, between N(0, I) and a generator x = spread·h + shift; its losses."""
    examples = np.random.default_rng(1).standard_normal((20_000, 2))
    run = made("moons", "gan", examples_of(examples), model={"width": 32, "depth": 2}, objective={"r1": 0.0},
               training={"batch": 256, "learning_rate": 3e-3})  # fmt: skip
    generator = mlp([2, 2], torch.Generator())
    with torch.no_grad():
        generator[0].weight.copy_(torch.tensor(spread))
        generator[0].bias.copy_(torch.tensor(shift))
    run.network.generator = generator
    losses = []
    for step in range(steps):
        rows = run.batches.draw()
        losses.append(run.objective.backward(run.x[rows], rows, run.noise, 1.0)[2])
        for parameter in generator.parameters():
            parameter.grad = None  # it stays what it is
        run.optimizer.step(rate_at(step, 3e-3, steps))
    return run, torch.stack(losses)


@pytest.mark.slow
def test_the_discriminators_logit_nears_the_logarithm_of_the_ratio_of_the_densities() -> None:
    spread, shift = [[0.7, 0.2], [0.0, 1.2]], [0.5, -0.3]
    run, losses = judge(spread, shift)
    p = MultivariateNormal(torch.zeros(2), torch.eye(2))
    q = MultivariateNormal(torch.tensor(shift), torch.tensor(spread) @ torch.tensor(spread).T)
    rng = torch.Generator().manual_seed(5)
    real, fake = torch.randn(5000, 2, generator=rng), torch.randn(5000, 2, generator=rng) @ torch.tensor(spread).T
    x = torch.cat([real, fake + torch.tensor(shift)])
    ratio = p.log_prob(x) - q.log_prob(x)  # from −6 to 4, with a standard deviation of 1.2
    with torch.no_grad():
        error = run.network.discriminate(x) - ratio
    assert float(error.square().mean().sqrt()) <= 0.15
    # The loss of the best of all judges, by the same two densities (Goodfellow et al. 2014, eq. 4 and 6).
    best = float(softplus(-ratio[:5000]).mean() + softplus(ratio[5000:]).mean())
    assert float(losses[-300:].mean()) == pytest.approx(best, abs=0.03)


@pytest.mark.slow
def test_where_the_generator_is_perfect_the_discriminator_loses_two_ln_2() -> None:
    run, losses = judge([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], steps=600)
    assert float(losses[-300:].mean()) == pytest.approx(2 * math.log(2), abs=0.01)
    with torch.no_grad():
        logits = run.network.discriminate(torch.randn(5000, 2, generator=torch.Generator().manual_seed(5)))
    assert float(logits.square().mean().sqrt()) <= 0.15


# ------------------------------------------------------------------------------------- the two gradients of the encoder


def mean_gradients(run: Run, kind: str, draws: int, parts: int) -> torch.Tensor:
    """The gradient of all weights of a VAE over its first examples, as `parts` means of `draws` draws each, (parts, k)."""
    run.objective.live["gradient"] = kind
    x, found = run.x[:4].repeat(draws, 1), []
    for _ in range(parts):
        run.objective.zero_grad()
        run.objective.figures(x, torch.arange(len(x)), run.noise)[0].backward()
        found.append(torch.cat([p.grad.flatten() for p in run.network.parameters()]).double())
    return torch.stack(found)


def closed_gradient(run: Run) -> torch.Tensor:
    """The gradient of the cost of a linear VAE whose noise is integrated out by hand: E‖x − g(h)‖² has the spread's trace."""
    run.objective.zero_grad()
    x, decoder = run.x[:4], run.network.decoder[0]
    mu, log_var = run.network.posterior(x)
    missed = (x - run.network.decode(mu)).square().sum(1) + log_var.exp() @ decoder.weight.square().sum(0)
    kl = 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum(1)
    (missed / (2 * run.objective.sigma_eps**2) + run.objective.live["beta"] * kl).mean().backward()
    return torch.cat([p.grad.flatten() for p in run.network.parameters()]).double()


@pytest.mark.parametrize("kind", ["reparameterization", "score"])
def test_both_gradients_of_the_encoder_have_the_true_one_for_their_mean(kind: str) -> None:
    run = made("moons", "vae", model={"depth": 0, "latent": 2}, objective={"sigma_eps": 0.5, "beta": 1.3})
    play(run, 50)
    found, true = mean_gradients(run, kind, 2000, 40), closed_gradient(run)
    z = (found.mean(0) - true) / (found.std(0) / len(found) ** 0.5)
    assert float(z.square().mean().sqrt()) <= 1.6
    assert float(z.abs().max()) <= 4.5


def test_the_score_has_the_larger_variance() -> None:
    run = made("moons", "vae", model={"depth": 0, "latent": 2}, objective={"sigma_eps": 0.5})
    encoder = sum(p.numel() for p in run.network.encoder.parameters())
    through, score = (mean_gradients(run, kind, 100, 200).var(0)[:encoder] for kind in ("reparameterization", "score"))
    assert float((score / through).median()) > 3


# ---------------------------------------------------------------------------------------------------------- the spiral

ROADS = {
    "vae": (0.95, {"model": {"latent": 1}, "objective": {"sigma_eps": "learned"}}),
    "gan": (0.90, {"model": {"latent": 1}}),
}  # fmt: skip


def on_the_spiral(kind: str, seed: int) -> tuple[float, int]:
    """After 3,000 steps: the share of 2,000 samples within 0.1 of the noise-free curve, and how many of 50 arcs they cover."""
    run = made("spiral", kind, seed=seed, **ROADS[kind][1])
    play(run, 3000)
    drawn, curve = sample(run, 2000, torch.Generator().manual_seed(9)), torch.tensor(run.data.curve)
    return near(drawn, curve, 0.1), covered(drawn, curve)


def check(kind: str, seed: int) -> None:
    share, arcs = on_the_spiral(kind, seed)
    assert share >= ROADS[kind][0]
    assert arcs >= 45


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_vae_by_its_defaults_bends_its_line_onto_the_whole_spiral(seed: int) -> None:
    check("vae", seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_so_does_a_gan(seed: int) -> None:
    check("gan", seed)


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_of_eight_vaes_six_bend_their_line_and_the_others_stay_folded() -> None:
    """Where two arms of the spiral share the codes early on, σ_ε grows until that suits. Measured: 7 of 8 unfold."""
    found = [on_the_spiral("vae", seed) for seed in range(1, 9)]
    assert sum(share >= 0.95 and arcs >= 45 for share, arcs in found) >= 6, found
