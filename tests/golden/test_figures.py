# SPDX-License-Identifier: MIT
"""Figures of the panels against independent computations: all codes together, samples on the curve."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from engine.probes.aggregate import log_mixture
from engine.protocol.payloads import Text
from engine.protocol.recipe.probes.aggregate import Aggregate
from engine.protocol.recipe.probes.near import Near
from tests.vae_scenes import figures, made, picture


def test_the_mixture_is_that_of_torch() -> None:
    rng = torch.Generator().manual_seed(1)
    mu, log_var, h = (torch.randn(n, 3, generator=rng) for n in (50, 50, 20))
    true = MixtureSameFamily(Categorical(torch.ones(50)), Independent(Normal(mu, (log_var / 2).exp()), 1)).log_prob(h)
    torch.testing.assert_close(log_mixture(h, mu, log_var), true, rtol=1e-4, atol=1e-4)


def test_the_kl_of_all_codes_to_the_prior_is_that_of_a_fine_sum() -> None:
    scene = made("spiral", "vae", 300, model={"latent": 1})
    with torch.no_grad():
        mu, log_var = scene.run.network.posterior(scene.run.x)
    h = torch.linspace(-8, 8, 8001)[:, None]
    q = log_mixture(h, mu, log_var).double()
    prior = Normal(0.0, 1.0).log_prob(h[:, 0].double())
    true = float((q.exp() * (q - prior)).sum() * (h[1] - h[0]))
    found = figures(Aggregate(), scene)["aggregate_kl"]
    assert found == pytest.approx(true, abs=0.02 + 0.05 * true)


def test_codes_that_are_the_prior_have_no_distance_from_it() -> None:
    scene = made("digits", "vae", 0)
    with torch.no_grad():
        for parameter in scene.run.network.encoder.parameters():  # type: ignore[union-attr]
            parameter.zero_()
    assert figures(Aggregate(), scene)["aggregate_kl"] == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("kind", ["vae", "gan"])
def test_the_share_on_the_curve_is_that_of_the_generators_samples(kind: str) -> None:
    scene = made("spiral", kind, 600, model={"latent": 1})
    run = scene.run
    found = figures(Near(count=2000, radius=0.3), scene)["near"]
    with torch.no_grad():
        x = run.shown.decode(run.shown.prior(20_000, torch.Generator().manual_seed(1))).numpy()
    assert run.data.curve is not None
    share = np.mean([np.linalg.norm(run.data.curve - point, axis=1).min() <= 0.3 for point in x])
    assert found == pytest.approx(share, abs=0.04)


def test_a_denoisers_samples_are_the_ends_of_its_flow() -> None:
    scene = made("spiral", "exact", 0, objective={"sigma": 0.1})
    shown = picture(Near(), scene).layers[0]
    assert isinstance(shown, Text)
    # The exact flow at a small σ ends on training examples, whose noise is a fifth of the radius.
    assert figures(Near(), scene)["near"] > 0.95
    assert shown.figure.endswith("%")
