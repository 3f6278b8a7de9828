# SPDX-License-Identifier: MIT
"""What the networks promise: what they can, what they let through, what they look at, and where their weights come from."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine import models
from engine.closed_form import exact_denoiser
from engine.models.conv_vae import ConvVaeNetwork
from engine.models.preconditioned import Preconditioned
from engine.models.unet import UnetNetwork
from engine.protocol.recipe.part import Capability
from engine.rng import generator
from tests.trained import made, play

KINDS = sorted(declared.__struct_config__.tag for declared in models.NETWORKS)
DENOISERS = ("dae", "diffusion", "diffusion-unet", "exact", "unet")
LINEAR = ("ae", "dae", "supervised", "vae")
SMALL = {"data": {"n": 60}, "training": {"batch": 1}}


ROOT = Path(__file__).parents[2]


def network(kind: str, data: str = "dial", **model: Any) -> models.Network:
    return made(data, kind, **SMALL, model=model).network


def every(can: Capability, net: models.Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What a network gives for x (B, M) when it is asked to do what it can."""
    h = torch.zeros(len(x), net.latent) if can == "decode" else x
    match can:
        case "encode":
            return (net.encode(x),)
        case "posterior":
            return net.posterior(x)
        case "decode":
            return (net.decode(h),)
        case "discriminate":
            return (net.discriminate(x),)
        case "denoise":
            return (net.denoise(x, 0.3),)
        case "anneal":
            return (net.denoise(x, torch.full((len(x), 1), 0.3)),)
        case "narrowest":
            return (net.narrowest(x, 0.3),)
        case "maps":
            return net.maps(x, 0.3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_does_what_its_declaration_promises_for_each_example_alone(kind: str) -> None:
    net = network(kind)
    x = torch.rand(5, net.size, generator=generator(1, "x"))
    for can in net.declared.can:
        with torch.no_grad():
            together, alone = every(can, net, x), every(can, net, x[2:3])
        for many, one in zip(together, alone, strict=True):
            assert len(many) == 5
            torch.testing.assert_close(many[2:3], one, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_hang_on_the_seed_alone(kind: str) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = network(kind).state_dict()
    assert torch.equal(before, torch.get_rng_state()), "PyTorch's own stream is nobody's"
    torch.manual_seed(2)
    again = network(kind).state_dict()
    assert first.keys() == again.keys()
    assert all(torch.equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("kind", LINEAR)
def test_without_hidden_layers_a_network_is_linear(kind: str) -> None:
    net = network(kind, "swiss_roll", depth=0)
    through = net.decode if kind == "supervised" else net.denoise if kind == "dae" else net.encode
    size = net.latent if kind == "supervised" else net.size
    a, b, zero = (torch.randn(7, size, generator=generator(1, name)) for name in "ab0")
    given = (0.3,) if kind == "dae" else ()
    with torch.no_grad():
        offset = through(zero * 0, *given)
        torch.testing.assert_close(through(a + 2 * b, *given), through(a, *given) + 2 * (through(b, *given) - offset))
    assert len(net.widths) == 2 if kind in ("dae", "supervised") else 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_of_one_example_is_allowed(kind: str) -> None:
    assert np.isfinite(play(made("dial", kind, **SMALL), 3)).all()


# ------------------------------------------------------------------------------------------------------------ preconditioned


class Silent(Preconditioned):
    """A preconditioned denoiser whose layers say nothing."""

    def inner(self, x: torch.Tensor, waves: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(x)


@pytest.mark.parametrize("sigma", [0.0, 0.01, 0.3, 1.0, 30.0])
def test_what_the_layers_see_has_unit_variance_at_every_sigma_and_so_has_what_they_must_say(sigma: float) -> None:
    run = made("digits", "diffusion")
    net = Silent(run.network.declared, run.data)
    noisy = run.x + sigma * torch.randn(run.x.shape, generator=generator(1, "n"))
    with torch.no_grad():
        seen, _ = net.told(noisy, sigma)
        missing = (run.x - net.denoise(noisy, sigma)).square().mean().sqrt()  # c_out times what the layers must say
    assert float(seen.square().mean().sqrt()) == pytest.approx(1.0, abs=0.01)
    assert float(missing) == pytest.approx(sigma * net.sigma_data / np.hypot(sigma, net.sigma_data), rel=0.01, abs=1e-6)


def test_without_its_layers_it_is_the_wiener_filter_of_a_round_gaussian() -> None:
    run = made("moons", "diffusion")
    net, x = Silent(run.network.declared, run.data), torch.randn(9, 2, generator=generator(1, "x"))
    variance = float(run.x.var(0, correction=0).mean())
    expected = net.mean + (x - net.mean) * variance / (variance + 0.7**2)
    torch.testing.assert_close(net.denoise(x, 0.7), expected)


@pytest.mark.parametrize("kind", ["diffusion", "diffusion-unet"])
def test_without_noise_nothing_is_changed_and_each_example_may_have_its_own_sigma(kind: str) -> None:
    net = network(kind)
    x = torch.rand(4, net.size, generator=generator(1, "x"))
    sigmas = torch.tensor([[0.0], [0.1], [1.0], [10.0]])
    with torch.no_grad():
        together = net.denoise(x, sigmas)
        torch.testing.assert_close(together[0], x[0], rtol=0, atol=1e-6)
        for row, sigma in enumerate(sigmas[1:, 0].tolist(), start=1):
            torch.testing.assert_close(together[row : row + 1], net.denoise(x[row : row + 1], sigma), rtol=1e-4, atol=1e-5)


# -------------------------------------------------------------------------------------------------------------- the others


def test_the_exact_denoiser_is_a_model_without_weights() -> None:
    run = made("moons", "exact", objective={"sigma": 0.4})
    assert list(run.network.parameters()) == []
    x = torch.randn(20, 2, generator=generator(1, "x"))
    torch.testing.assert_close(run.network.denoise(x, 0.4), exact_denoiser(x, run.x, 0.4), rtol=0, atol=0)
    figures = play(run, 300)[:, 0]  # its steps measure the floor
    distance = float(np.std(figures) / np.sqrt(len(figures)))
    floor = np.mean([_floor(run, seed) for seed in range(8)])
    assert abs(figures.mean() - floor) < 5 * distance


def _floor(run: Any, seed: int) -> float:
    noisy = run.x + 0.4 * torch.randn(run.x.shape, generator=generator(seed, "n"))
    return float((run.x - exact_denoiser(noisy, run.x, 0.4)).square().sum(1).mean())


def test_the_codes_of_the_supervised_generator_are_those_of_the_data() -> None:
    run = made("dial", "supervised", **SMALL)
    drawn = run.network.prior(500, generator(1, "h")).numpy()
    known = {row.tobytes() for row in run.data.train_latents}
    assert all(row.tobytes() in known for row in drawn)
    assert len({row.tobytes() for row in drawn}) > 50, "of 60"


@pytest.mark.parametrize("skips", [True, False])
@pytest.mark.parametrize("kind", ["unet", "diffusion-unet"])
def test_without_skips_all_must_pass_through_the_middle(kind: str, skips: bool) -> None:
    net = network(kind, channels=2, skips=skips)
    x = torch.rand(2, net.size, generator=generator(1, "x"))
    blocked = net.body.middle.register_forward_hook(lambda _module, _given, out: torch.zeros_like(out))
    with torch.no_grad():
        one, other = (net.maps(image[None], 0.3)[-1] for image in x)
    blocked.remove()
    assert torch.equal(one, other) != skips


@pytest.mark.parametrize("kind", ["dae", "diffusion", "unet", "diffusion-unet"])
def test_the_narrowest_layer_is_named_and_no_hidden_layer_is_narrower(kind: str) -> None:
    net = network(kind)
    place = net.narrowest_layer
    assert 0 < place < len(net.widths) - 1
    assert net.widths[place] == min(net.widths[1:-1])
    with torch.no_grad():
        assert net.narrowest(torch.rand(3, net.size), 0.3).shape == (3, net.widths[place])


def test_a_convolution_moves_with_its_image() -> None:
    net = network("unet", channels=4)
    assert isinstance(net, UnetNetwork)
    image = torch.zeros(1, 1, 16, 16)
    image[..., 4:8, 4:8] = torch.rand(4, 4, generator=generator(1, "x"))
    with torch.no_grad():
        here, there = (net.body.enter(torch.roll(image, by, dims=-1)) for by in (0, 4))
    torch.testing.assert_close(torch.roll(here, 4, dims=-1)[..., 2:-2], there[..., 2:-2])


def test_encoder_and_decoder_of_the_convolutional_vae_halve_and_double_the_edge() -> None:
    net = network("conv-vae", channels=4, latent=3)
    assert isinstance(net, ConvVaeNetwork)
    with torch.no_grad():
        edges = [maps.shape[-1] for maps in net.maps(torch.rand(1, 256), 0.0)]
        mu, log_var = net.posterior(torch.rand(5, 256))
    assert edges == [8, 4, 4, 8, 16]
    assert mu.shape == log_var.shape == (5, 3)
    assert all(max(a, b) <= 2 * min(a, b) for a, b in pairwise(edges))


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_is_built_and_trained_without_the_compilers_algebra(kind: str) -> None:
    """Three ways of PyTorch that we go round load sympy at their first call: two seconds in which a class looks at nothing."""
    code = (
        "import sys; from tests.trained import made, play\n"
        f"play(made('dial', {kind!r}, data={{'n': 60}}, training={{'batch': 4}}), 2)\n"
        "assert 'sympy' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
