# SPDX-License-Identifier: MIT
"""The sections of an exported script, as they are read by those who never saw this app."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

HEAD: Final = '''
# Made by Attractor. It needs torch and numpy, and $name.npz beside it.
#   python $name.py              new examples of the trained network, as samples.npy
#   python $name.py train 1000   train anew for 1,000 steps; prints the loss
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import silu

HERE = Path(__file__).parent if "__file__" in globals() else Path(".")
SAVED = np.load(HERE / "$name.npz", allow_pickle=False)  # weights after $step steps, and the training data
x = torch.tensor(SAVED["x"])  # (N, M), scaled as the network sees them

WIDTH, DEPTH, LATENT = $width, $depth, $latent
BATCH, RATE, DECAY, BETAS = $batch, $rate, $decay, $betas
EMA = $ema  # of the weights that are shown; 0 shows the last ones
SIGMA, COPIES = $sigma, $copies  # noise of a denoiser, and noises for each example
SIGMA_EPS, BETA = $sigma_eps, $beta  # noise of a decoder, and the weight of the KL divergence
ETA, FLOW_SIGMA = $eta, $flow_sigma  # of the update
SEEDS = $seeds  # one random stream for each purpose, as in the app


def rng(purpose):
    return torch.Generator().manual_seed(SEEDS[purpose])


def mlp(sizes, generator):
    """Linear layers with SiLU between them; initial weights U(-1/sqrt(fan_in), 1/sqrt(fan_in))."""
    layers = []
    for index, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
        if index:
            layers.append(nn.SiLU())
        layer, bound = nn.Linear(fan_in, fan_out), 1 / math.sqrt(fan_in)
        with torch.no_grad():
            layer.weight.uniform_(-bound, bound, generator=generator)
            layer.bias.uniform_(-bound, bound, generator=generator)
        layers.append(layer)
    return nn.Sequential(*layers)
'''

VAE: Final = '''
class Network(nn.Module):
    """A variational autoencoder (Kingma & Welling 2014): Q(h|x) = N(mu, diag exp(log_var)), x = g(h) + noise."""

    def __init__(self, generator):
        super().__init__()
        hidden = [WIDTH] * DEPTH
        self.encoder = mlp([x.shape[1], *hidden, 2 * LATENT], generator)
        self.decoder = mlp([LATENT, *hidden, x.shape[1]], generator)

    def loss(self, x, noise):
        """Minus the evidence lower bound in nats, mean over examples: reconstruction + BETA * KL."""
        mu, log_var = self.encoder(x).chunk(2, dim=1)
        h = mu + (0.5 * log_var).exp() * torch.randn(mu.shape, generator=noise)
        squares = (x - self.decoder(h)).square().sum() / len(x)
        reconstruction = squares / (2 * SIGMA_EPS**2) + x.shape[1] * (math.log(SIGMA_EPS) + 0.5 * math.log(2 * math.pi))
        kl = 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum() / len(x)
        return reconstruction + BETA * kl
'''

DAE: Final = '''
class Network(nn.Module):
    """A denoising autoencoder (Vincent 2011): from x + noise back to x."""

    def __init__(self, generator):
        super().__init__()
        self.layers = mlp([x.shape[1], *[WIDTH] * DEPTH, x.shape[1]], generator)

    def loss(self, x, noise):
        """||x - D(x + SIGMA n)||^2, mean over examples and COPIES noises."""
        x = x.repeat(COPIES, 1) if COPIES > 1 else x
        noisy = x + SIGMA * torch.randn(x.shape, generator=noise)
        return (self.layers(noisy) - x).square().sum() / len(x)
'''

LOOP: Final = '''
def trained_before():
    """The network with the weights that the app had."""
    network = Network(rng("weights"))
    network.load_state_dict({k[8:]: torch.tensor(SAVED[k]) for k in SAVED.files if k.startswith("weights/")
                             and not k.startswith("weights/objective.")})
    return network


def rate_at(step):
    """A half cosine from RATE to 1 % of it over DECAY steps; 0 keeps it."""
    fraction = min(step / DECAY, 1.0) if DECAY > 0 else 0.0
    return RATE * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * fraction))) if DECAY > 0 else RATE


def train(steps):
    """Train anew from the first weights; returns the network and the loss of each step."""
    network, noise, order_rng = Network(rng("weights")), rng("noise"), rng("batches")
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, betas=BETAS)
    order, place, losses = torch.randperm(len(x), generator=order_rng), 0, []
    for step in range(steps):
        if place + BATCH > len(x):  # without replacement, until fewer than a batch are left
            order, place = torch.randperm(len(x), generator=order_rng), 0
        rows, place = order[place : place + BATCH], place + BATCH
        loss = network.loss(x[rows], noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = rate_at(step)
        optimizer.step()
        losses.append(loss.item())
    return network, losses
'''

TAIL: Final = '''

if __name__ == "__main__":
    if sys.argv[1:2] == ["train"]:
        network, losses = train(int(sys.argv[2]))
        np.save(HERE / "losses.npy", np.array(losses))
        print(f"loss after {len(losses):,} steps: {np.mean(losses[-100:]):.4f} (mean of the last 100)")
    else:
        np.save(HERE / "samples.npy", sample(trained_before(), 2000, rng("samples")).numpy())
        print("2,000 new examples are in samples.npy")
'''

FROM_PRIOR: Final = '''
@torch.no_grad()
def sample(network, count, noise):
    """New examples (count, M): g(h) of h ~ N(0, I)."""
    return network.decoder(torch.randn(count, LATENT, generator=noise))
''' + TAIL

BY_UPDATE: Final = '''
@torch.no_grad()
def sample(network, count, noise):
    """New examples (count, M): from N(0, I) by x' = x - ETA (x - D(x)), 200 times or until all rest."""
    x = torch.randn(count, SAVED["x"].shape[1], generator=noise)
    for _ in range(200):
        before = x
        x = torch.lerp(x, network.layers(x), ETA)
        if not bool(((x - before).square().mean(1).sqrt() > 1e-4).any()):
            break
    return x
''' + TAIL

MODELS: Final[Mapping[str, str]] = MappingProxyType({"vae": VAE, "dae": DAE})
#: model → flow → how new examples are made
SAMPLERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "vae": {"prior": FROM_PRIOR}, "dae": {"update": BY_UPDATE},
})  # fmt: skip
