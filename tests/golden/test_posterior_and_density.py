# SPDX-License-Identifier: MIT
"""The true posterior, P(x) over the plane and log P(x) as the panels show them, against numbers made elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import MultivariateNormal, kl_divergence

from engine.closed_form import linear_decoder_log_density, linear_posterior, log_density_quadrature
from engine.probes.bound import standard_nodes
from engine.probes.density import DensityProbe
from engine.probes.posterior import levels
from engine.probes.probe import lattice
from engine.protocol.payloads import Field, Paths, Series
from engine.protocol.recipe.probes.density import Density
from engine.protocol.recipe.probes.likelihood import Likelihood
from engine.protocol.recipe.probes.posterior import Posterior
from engine.scene import Scene
from tests.vae_scenes import figures, made, picture


def linear_decoder(scene: Scene) -> tuple[torch.Tensor, torch.Tensor]:
    """W (M, M_hidd) and b (M,) in float64."""
    layer: nn.Linear = scene.run.network.decoder[0]  # type: ignore[index, assignment]
    return layer.weight.detach().double(), layer.bias.detach().double()


@pytest.fixture(scope="module", params=[1, 2])
def linear(request: pytest.FixtureRequest) -> Scene:
    """A linear VAE on digits whose decoder is fairly trained."""
    return made("digits", "vae", 400, model={"depth": 0, "latent": request.param})


def test_the_gap_of_a_linear_vae_is_the_kl_between_two_known_gaussians(linear: Scene) -> None:
    run, found = linear.run, figures(Posterior(test=5), linear)
    x = run.test[5:6]
    mean, covariance = linear_posterior(x.double(), *linear_decoder(linear), 0.2)
    with torch.no_grad():
        mu, log_var = run.network.posterior(x)
    guess = MultivariateNormal(mu[0].double(), torch.diag(log_var[0].double().exp()))
    log_p = float(linear_decoder_log_density(x.double(), *linear_decoder(linear), 0.2))
    assert found["log_p"] == pytest.approx(log_p, abs=2e-3)
    assert found["gap"] == pytest.approx(float(kl_divergence(guess, MultivariateNormal(mean[0], covariance))), abs=3e-3)


def test_the_contours_of_a_gaussian_posterior_are_its_ellipses() -> None:
    scene = made("digits", "vae", 400, model={"depth": 0, "latent": 2})
    field = next(layer for layer in picture(Posterior(test=5, grid=192), scene).layers if isinstance(layer, Field))
    mean, covariance = linear_posterior(scene.run.test[5:6].double(), *linear_decoder(scene), 0.2)
    places = torch.tensor(lattice(field.range, 192)[0]).double()
    true = MultivariateNormal(mean[0], covariance).log_prob(places).exp().reshape(field.values.shape)
    np.testing.assert_allclose(field.values, true / true.max(), atol=2e-3)
    # A plane Gaussian falls to e^(−k²/2) of its top on the ellipse of k standard deviations.
    assert field.contours == pytest.approx((np.exp(-0.5), np.exp(-2.0)), rel=0.05)


def test_with_one_hidden_dimension_the_posterior_is_a_curve_of_area_one() -> None:
    scene = made("digits", "vae", 400, model={"depth": 0, "latent": 1})
    curve = next(la for la in picture(Posterior(test=5), scene).layers if isinstance(la, Paths) and la.name == "P(h|x)")
    h, density = curve.xy[:, 0].T
    mean, covariance = linear_posterior(scene.run.test[5:6].double(), *linear_decoder(scene), 0.2)
    true = MultivariateNormal(mean[0], covariance).log_prob(torch.tensor(h, dtype=torch.float64)[:, None]).exp()
    np.testing.assert_allclose(density, true, atol=2e-3 * float(true.max()))
    assert float(np.trapezoid(density, h)) == pytest.approx(1.0, abs=1e-3)


def test_levels_hold_their_share_of_the_mass() -> None:
    density = np.random.default_rng(1).random((50, 50))
    for level, share in zip(levels(density), (0.3935, 0.8647), strict=True):
        assert density[density >= level].sum() / density.sum() == pytest.approx(share, abs=0.002)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_the_nodes_integrate_polynomials_exactly(dimensions: int) -> None:
    nodes, weights = (tensor.double() for tensor in standard_nodes(dimensions))
    moments = [float((weights * nodes[:, -1] ** k).sum()) for k in range(9)]
    assert moments == pytest.approx([1, 0, 1, 0, 3, 0, 15, 0, 105], abs=1e-3)


# ---------------------------------------------------------------------------------------------------------------- the density

GENERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "vae, one hidden dimension": ("vae", {"model": {"latent": 1}}),
    "vae, two": ("vae", {}),
    "gan, one": ("gan", {"model": {"latent": 1}}),
    "gan, two": ("gan", {}),
    "linear vae": ("vae", {"model": {"depth": 0}}),
}


@pytest.mark.parametrize("eps", [0.1, 0.3])
@pytest.mark.parametrize("name", GENERATORS)
def test_the_density_over_the_plane_is_that_of_the_quadrature(name: str, eps: float) -> None:
    kind, sections = GENERATORS[name]
    scene = made("moons", kind, 150, **sections)
    field = density_field(Density(eps=eps, grid=64), scene)
    network = scene.run.shown
    places = torch.tensor(lattice(field.range, 64)[0])
    with torch.no_grad():
        true = log_density_quadrature(places.double(), lambda h: network.decode(h.float()).double(), eps, network.latent)
    true = (true / np.log(10)).reshape(field.values.shape).numpy()
    seen = true > field.low + 0.05
    assert seen.mean() > 0.1
    # Sharing among the cells of the fine grid moves a place by up to an eighth of ε, which tails feel most.
    assert np.abs(field.values - true)[seen].max() < 0.06
    assert np.abs(field.values - true)[true > true.max() - 2].max() < 0.02
    assert (field.values[~seen] <= field.low + 0.2).all()


def density_field(declared: Density, scene: Scene) -> Field:
    """The field that a panel shows in the end."""
    found = picture(declared, scene).layers[0]
    assert isinstance(found, Field)
    return found


def test_the_density_of_a_linear_generator_is_a_gaussian() -> None:
    scene = made("moons", "vae", 150, model={"depth": 0})
    field = density_field(Density(eps=0.2), scene)
    places = torch.tensor(lattice(field.range, 128)[0]).double()
    true = linear_decoder_log_density(places, *linear_decoder(scene), 0.2).reshape(field.values.shape).numpy() / np.log(10)
    seen = true > field.low + 0.05
    assert np.abs(field.values - true)[seen].max() < 0.03


def test_all_the_probability_lies_on_the_plane() -> None:
    field = density_field(Density(eps=0.1), made("moons", "vae", 150))
    left, right, bottom, top = field.range
    cell = (right - left) * (top - bottom) / field.values.size
    assert float((10.0 ** field.values.astype(np.float64)).sum() * cell) == pytest.approx(1.0, abs=0.02)


def test_below_one_pixel_the_panel_says_so_and_draws_one_pixel() -> None:
    scene = made("moons", "vae", 50, model={"latent": 1})
    fine, none = picture(Density(eps=0.2), scene), picture(Density(eps=0.0), scene)
    assert "pixel" not in fine.axes.note
    assert "one pixel" in none.axes.note
    field = none.layers[0]
    assert isinstance(field, Field)
    assert none.axes.figure == f"ε = {(field.range[1] - field.range[0]) / field.values.shape[1]:.3g}"
    off = (field.values <= field.low).mean()
    assert off > 0.5, "off the manifold nothing is left"


@pytest.mark.slow
def test_where_codes_are_sampled_the_density_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = made("moons", "vae", 150)
    grid = density_field(Density(eps=0.3, grid=64), scene)
    monkeypatch.setattr(DensityProbe, "_gridded", lambda self: False)
    drawn = density_field(Density(eps=0.3, grid=64), scene)
    likely = grid.values > grid.values.max() - 1.5
    assert np.abs(grid.values - drawn.values)[likely].max() < 0.05


# ------------------------------------------------------------------------------------------------- log P(x) of test points


def test_the_estimate_rises_with_k_to_the_exact_log_density(linear: Scene) -> None:
    shown = picture(Likelihood(tests=64), linear)
    mixed = next(layer for layer in shown.layers if layer.name == "mixed")
    assert isinstance(mixed, Series)
    exact = float(linear_decoder_log_density(linear.run.test[:64].double(), *linear_decoder(linear), 0.2).mean())
    assert mixed.y[-1] == pytest.approx(exact, abs=0.03)
    assert mixed.y[0] < exact - 0.05
    quadrature = next(layer for layer in shown.layers if layer.name == "quadrature")
    assert isinstance(quadrature, Series)
    assert quadrature.y[0] == pytest.approx(exact, abs=2e-3)
    assert quadrature.dashed


@pytest.mark.parametrize(("data", "latent"), [("spiral", 1), ("moons", 1), ("moons", 2)])
def test_a_thousand_mixed_samples_come_within_two_hundredths_of_a_nat(data: str, latent: int) -> None:
    scene = made(data, "vae", 1000, model={"latent": latent, "width": 64})
    found = figures(Likelihood(tests=64), scene)
    assert found["bound_gap"] <= 0.02
    assert 1 <= found["effective_samples"] <= 1000
