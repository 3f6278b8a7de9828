# SPDX-License-Identifier: MIT
"""Without hidden layers AE, VAE, DAE and supervised generator have known ends, and the app's own loop reaches them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.closed_form import (
    active_dimensions,
    collapsed_variances,
    covariance_eigenvalues,
    data_covariance,
    linear_autoencoder_loss,
    local_dimension,
    ppca_log_likelihood,
    wiener_denoiser,
)
from engine.run import Run
from tests.trained import all_digits, made, play

pytestmark = pytest.mark.slow

LATENT = 8


def evidence(run: Run) -> float:
    """The mean ELBO of a linear VAE over its training examples in nats; the decoder's noise is integrated out by hand."""
    with torch.no_grad():
        mu, log_var = run.network.posterior(run.x)
        decoder = run.network.decoder[0]
        missed = (run.x - run.network.decode(mu)).square().sum(1) + log_var.exp() @ decoder.weight.square().sum(0)
        variance = run.objective.sigma_eps**2
        reconstruction = missed / (2 * variance) + run.x.shape[1] / 2 * np.log(2 * np.pi * variance)
        kl = 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum(1)
    return -float((reconstruction + kl).mean())


def test_a_linear_autoencoder_loses_what_the_principal_components_leave() -> None:
    run = made("digits", "ae", all_digits(), model={"depth": 0, "latent": LATENT},
               training={"decay": 3000, "learning_rate": 2e-2})  # fmt: skip
    play(run, 3000)
    with torch.no_grad():
        loss = float((run.x - run.network.decode(run.network.encode(run.x))).square().sum(1).mean())
    best = linear_autoencoder_loss(run.x, LATENT)
    # Never below, and with the rate decayed to 1 % hardly above.
    assert best * (1 - 1e-5) <= loss <= best * 1.001


def test_a_linear_vae_with_learned_noise_is_probabilistic_pca() -> None:
    run = made("digits", "vae", all_digits(), model={"depth": 0, "latent": LATENT},
               objective={"sigma_eps": "learned"}, training={"decay": 12_000, "learning_rate": 2e-2})  # fmt: skip
    play(run, 12_000)
    best = ppca_log_likelihood(run.x, LATENT)
    assert best == pytest.approx(14.21, abs=0.005)
    assert best - 0.1 <= evidence(run) <= best + 1e-3


@pytest.mark.parametrize(("beta", "active"), [(1.0, 5), (1.5, 4), (2.0, 3), (3.24, 0)])
def test_a_dimension_collapses_where_the_noise_is_more_than_it_explains(beta: float, active: int) -> None:
    run = made("digits", "vae", all_digits(), model={"depth": 0, "latent": LATENT},
               objective={"sigma_eps": 0.5, "beta": beta},
               training={"decay": 3000, "learning_rate": 1e-2, "batch": 512})  # fmt: skip
    play(run, 3000)
    with torch.no_grad():
        variances = run.network.encode(run.x).var(0, correction=0).sort(descending=True).values
    eigenvalues = covariance_eigenvalues(run.x)[:LATENT].float()
    assert active_dimensions(eigenvalues, 0.25 * beta) == active
    assert int((variances > 0.01).sum()) == active
    torch.testing.assert_close(variances, collapsed_variances(eigenvalues, 0.25 * beta), rtol=0, atol=0.03)


def test_a_linear_dae_is_the_wiener_filter() -> None:
    run = made("digits", "dae", all_digits(), model={"depth": 0}, objective={"sigma": 0.3}, training={"decay": 8000})
    play(run, 8000)
    learned = run.network.layers[0].weight.detach().double()
    wiener = wiener_denoiser(data_covariance(run.x.double()), 0.3)
    assert float((learned - wiener).norm() / wiener.norm()) <= 0.03
    # Its local dimension is the same everywhere, and counts the eigenvalues above σ².
    count = int((covariance_eigenvalues(run.x) > 0.3**2).sum())
    assert abs(int(local_dimension(torch.linalg.svdvals(learned))) - count) <= 1


@pytest.mark.parametrize("data", ["swiss_roll", "blob"])
def test_a_linear_supervised_generator_is_least_squares(data: str) -> None:
    run = made(data, "supervised", model={"depth": 0}, training={"decay": 3000, "learning_rate": 5e-3})
    play(run, 3000)
    h = np.hstack([run.data.train_latents, np.ones((len(run.x), 1))]).astype(np.float64)
    weights, residual, *_ = np.linalg.lstsq(h, run.data.train.astype(np.float64), rcond=None)
    decoder = run.network.decoder[0]
    learned = np.vstack([decoder.weight.detach().numpy().T, decoder.bias.detach().numpy()])
    np.testing.assert_allclose(learned, weights, atol=0.01)
    with torch.no_grad():
        loss = float((run.x - run.network.decode(run.network.known)).square().sum(1).mean())
    assert loss == pytest.approx(residual.sum() / len(run.x), rel=1e-3)
