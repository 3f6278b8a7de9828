# SPDX-License-Identifier: MIT
"""What people write today: TensorDataset, DataLoader, Adam, `loss.item()` each step; and the exact denoiser in three lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice, pairwise

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset


class UsualVae(nn.Module):
    """The VAE of PyTorch's own examples, with the sizes asked."""

    def __init__(self, size: int, width: int, latent: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(size, width)
        self.mu, self.log_var = nn.Linear(width, latent), nn.Linear(width, latent)
        self.back, self.out = nn.Linear(latent, width), nn.Linear(width, size)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x̂, μ, ln Σ."""
        h = torch.relu(self.hidden(x))
        mu, log_var = self.mu(h), self.log_var(h)
        z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
        return self.out(torch.relu(self.back(z))), mu, log_var


def vae_cost(model: nn.Module, x: Tensor, sigma_eps: float = 0.2) -> Tensor:
    """Reconstruction + KL."""
    x_hat, mu, log_var = model(x)
    reconstruction = (x - x_hat).pow(2).sum() / (2 * sigma_eps**2)
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return (reconstruction + kl) / len(x)


def usual_dae(size: int, width: int, depth: int) -> nn.Module:
    """A plain MLP."""
    edges = [size, *[width] * depth, size]
    layers: list[nn.Module] = []
    for a, b in pairwise(edges):
        layers += [nn.Linear(a, b), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def dae_cost(model: nn.Module, x: Tensor, sigma: float = 0.3) -> Tensor:
    """Squared error of the denoised."""
    return (x - model(x + sigma * torch.randn_like(x))).pow(2).sum() / len(x)


def usual_steps(x: Tensor, model: nn.Module, cost: Callable[[nn.Module, Tensor], Tensor], batch: int) -> Iterator[float]:
    """The usual script, the loss of one step after the other."""
    loader = DataLoader(TensorDataset(x), batch_size=batch, shuffle=True, drop_last=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    while True:
        for (rows,) in loader:
            optimizer.zero_grad()
            loss = cost(model, rows)
            loss.backward()
            optimizer.step()
            yield loss.item()


def usual_loop(x: Tensor, model: nn.Module, cost: Callable[[nn.Module, Tensor], Tensor], batch: int) -> Callable[[int], None]:
    """The usual script, for so many steps."""
    steps = usual_steps(x, model, cost, batch)
    return lambda count: deque(islice(steps, count), maxlen=0) and None


def naive_denoiser(x: Tensor, data: Tensor, sigma: float) -> Tensor:
    """Σ P(x_i|x) x_i as it stands in the lecture."""
    return torch.softmax(-torch.cdist(x, data) ** 2 / (2 * sigma**2), dim=1) @ data
