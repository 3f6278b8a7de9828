# SPDX-License-Identifier: MIT
"""How far a learned denoiser is from the exact one, on noise that both share: loss − floor = RMS²."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from engine.closed_form import exact_denoiser, posterior_weights
from engine.objectives.squares import NoisySquaredError
from engine.rng import generator
from engine.run import Run

POINTS = 2048  #: noisy examples that stand for the expectation
SLICE = 256  #: of them at a time, at most
SLICE_WORK = 3e7  #: some milliseconds: noisy examples × training examples × components
FLOOR_POINTS = 65_536  #: noisy examples at most for `floor`
FLOOR_WORK = 3e9  #: about a second: noisy examples × training examples × components


class Gap:
    """A fixed set of noisy training examples x = x_i + σn, and the exact denoiser's answers to them at the present σ."""

    def __init__(self, run: Run, points: int = POINTS) -> None:
        self.run = run
        rng = generator(run.seed, "floor", run.device)
        rows = torch.randint(len(run.x), (points,), generator=rng, device=run.device)
        self.x = run.x[rows]  # (points, M)
        self.noise = torch.randn(self.x.shape, generator=rng, device=run.device)
        self.exact = torch.empty_like(self.x)
        self.sigma: float | None = None  #: at which `exact` holds

    def prepare(self) -> Iterator[None]:
        """Bring the exact answers up to the present σ, in slices."""
        sigma = self.run.objective.sigma
        if sigma == self.sigma:
            return
        noisy = self.x + sigma * self.noise
        size = max(1, min(SLICE, int(SLICE_WORK / self.run.x.numel())))
        for i in range(0, len(noisy), size):
            self.exact[i : i + size] = exact_denoiser(noisy[i : i + size], self.run.x, sigma)
            yield
        self.sigma = sigma

    def figures(self) -> dict[str, float]:
        """`floor` E‖x_i − exact‖², `validation` E‖x_i − DAE‖² on the same noise, `rms` √E‖DAE − exact‖²; per example."""
        assert self.sigma is not None
        learned = self.run.shown.denoise(self.x + self.sigma * self.noise, self.sigma)
        return {
            "floor": _mean_square(self.x - self.exact),
            "validation": _mean_square(self.x - learned),
            "rms": _mean_square(learned - self.exact) ** 0.5,
        }


@torch.no_grad()
def floor(run: Run) -> float:
    """The floor of the denoiser's loss, by noise of its own: E λ(σ) tr Cov(x_i|x), which is E λ(σ)‖x_i − exact(x, σ)‖².

    The mean over the posterior has a third of the error that the single x_i has for as many points (Rao–Blackwell): 0.3 % on
    moons, 0.7 % on digits at σ = 0.3. Raises TypeError for a run that is no denoiser's.
    """
    objective = run.objective
    if not isinstance(objective, NoisySquaredError):
        raise TypeError("only a denoiser's loss has this floor")
    count = round(min(FLOOR_POINTS, max(POINTS, FLOOR_WORK / run.x.numel())))
    rng = generator(run.seed, "floor", run.device)
    rows = torch.randint(len(run.x), (count,), generator=rng, device=run.device)
    sigmas = objective.noises(count, rng)  # (count, 1)
    weights = objective.weight(sigmas)
    pieces = zip(torch.split(rows, SLICE), torch.split(sigmas, SLICE), strict=True)
    spread = torch.cat([_spread(run, *piece, rng) for piece in pieces])
    return float((spread if weights is None else spread * weights.cpu().double()).mean())


def _spread(run: Run, rows: torch.Tensor, sigma: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """tr Cov(x_i|x) at x = x_i + σn, (n, 1) float64, for the examples in `rows` (n,) and their σ (n, 1)."""
    clean, examples = run.x[rows], run.x.cpu().double()
    x = clean + sigma * torch.randn(clean.shape, generator=rng, device=run.device)
    posterior = posterior_weights(x, run.x, sigma.squeeze(1)).cpu().double()  # (n, N)
    posterior /= posterior.sum(1, keepdim=True)  # float32 sums to 1 but nearly, and λ may be large
    mean = posterior @ examples
    return (posterior @ examples.square().sum(1) - mean.square().sum(1)).clamp(min=0).unsqueeze(1)


def _mean_square(x: torch.Tensor) -> float:
    return float(x.square().sum(1).mean())
