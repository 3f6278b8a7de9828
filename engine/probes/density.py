# SPDX-License-Identifier: MIT
"""The torch half of P(x): codes are pushed through the generator onto a fine grid, and the grid is blurred by ε."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator

import numpy as np
import torch
from torch import Tensor

from engine.plane import extent
from engine.probes.bound import MOST_GRID
from engine.probes.probe import Probe, Reading, to_numpy
from engine.probes.still import Still
from engine.protocol.payloads import Axes, Field, Picture, Points
from engine.protocol.recipe.probes.density import Density
from engine.scene import Scene

REACH = 5.5  #: standard deviations of the prior that the codes cover
SIZES = {1: (512, 4096, 32_768), 2: (64, 192, 512)}  #: codes along each hidden dimension, coarse first
SAMPLES = 65_536  #: codes drawn from the prior where a grid is not possible
FINER = 4  #: cells of the fine grid along one blur, or along one pixel where that is larger
FAR = 4.0  #: blurs around the picture from which probability still reaches it
DECADES = 6.0  #: of the color scale


class DensityProbe(Probe[Density]):
    """P(x) over the plane. The blur is exact: products with Gaussians in float64, so that far tails are right too."""

    def __init__(self, declared: Density, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._data = to_numpy(scene.run.x[:2000])
        self._range = extent(self._data, 0.2)
        left, right, bottom, top = self._range
        self._pixel = max(right - left, top - bottom) / declared.grid
        self._eps = max(declared.eps, self._pixel)
        self._still = Still(scene.run)
        self._answered: int | None = None  #: the live values of the last whole picture

    def measure(self) -> Iterator[Reading]:
        """Coarse first after a change by hand; finer until neighboring codes land within half a blur of each other."""
        step, live = self.scene.run.step, self.scene.live
        self._still.take()
        sizes = SIZES.get(self.scene.run.shown.latent) if self._gridded() else (SAMPLES,)
        assert sizes is not None
        for size in sizes:
            field, smooth = yield from self._field(size)
            whole = smooth or size == sizes[-1]
            if whole or live != self._answered:
                yield Reading(self._picture(step, field, smooth))
            if whole:
                self._answered = live
                return

    def _gridded(self) -> bool:
        """Whether codes can stand on a grid: few dimensions, and N(0, I) is where they come from."""
        network = self.scene.run.shown
        return network.latent <= MOST_GRID and network.declared.kind != "supervised"

    def _field(self, size: int) -> Generator[Reading, None, tuple[np.ndarray, bool]]:
        """log₁₀ P at the centers of the pixels (rows, columns), and whether neighboring codes landed close enough."""
        codes, weights = self._codes(size)
        cells = _Cells(self._range, self._eps, self._pixel)
        places = []
        for h, weight in zip(*(torch.split(tensor, self._still.at_once) for tensor in (codes, weights)), strict=True):
            x = self._still.network.decode(h).double()  # (k, 2)
            cells.add(x, weight)
            places.append(x)
            yield Reading()
        smooth = not self._gridded() or _largest_step(torch.cat(places), weights, size) < self._eps / 2
        density = cells.blurred()
        return np.log10(np.maximum(density, 1e-300)), smooth

    def _codes(self, size: int) -> tuple[Tensor, Tensor]:
        """Codes (k, M_hidd) and the probability of each (k,) float64."""
        run = self.scene.run
        if not self._gridded():
            self.rng.manual_seed(self.rng.initial_seed())
            return run.shown.prior(size, self.rng), torch.full((size,), 1 / size, dtype=torch.float64, device=run.device)
        ticks = torch.linspace(-REACH, REACH, size, dtype=torch.float64, device=run.device)
        axes = [ticks] * run.shown.latent
        codes = torch.cartesian_prod(*axes).reshape(-1, run.shown.latent)
        weights = torch.softmax(-codes.square().sum(1) / 2, 0)
        return codes.float(), weights

    def _picture(self, step: int, values: np.ndarray, smooth: bool) -> Picture:
        high = math.ceil(2 * float(values.max())) / 2  # rounded, so that the scale rests while the network learns
        low = high - DECADES
        field = Field(
            name="log₁₀ P(x)", role="learned", values=np.clip(values, low, None).astype(np.float32), range=self._range,
            low=low, high=high, label="log₁₀ P(x)",
        )  # fmt: skip
        cloud = Points(name="data", xy=self._data, first=0, size_px=2.0)
        axes = Axes(x="x₁", y="x₂", range=self._range, note=self._blur(), figure=f"ε = {self._eps:.3g}")
        note = "" if smooth else "g is so steep that places between the codes are missed"
        return Picture(step=step, layers=(field, cloud), axes=axes, note=note)

    def _blur(self) -> str:
        return "one pixel wide; no screen shows less" if self.declared.eps < self._pixel else ""


class _Cells:
    """Probability on a grid finer than the pixels; each place shares its own among the four cells around it."""

    def __init__(self, bounds: tuple[float, float, float, float], eps: float, pixel: float) -> None:
        self.bounds, self.eps, self.pixel = bounds, eps, pixel
        self.width = max(eps, pixel) / FINER
        left, right, bottom, top = bounds
        self.origin = left - FAR * eps, bottom - FAR * eps
        self.columns = math.ceil((right - left + 2 * FAR * eps) / self.width) + 2
        self.rows = math.ceil((top - bottom + 2 * FAR * eps) / self.width) + 2
        self.mass = np.zeros(self.rows * self.columns)

    def add(self, x: Tensor, weight: Tensor) -> None:
        """Put down places (k, 2) with their probabilities (k,); what lies outside is left out."""
        at = (x.cpu().numpy() - self.origin) / self.width
        mass = weight.cpu().numpy()
        inside = ((at >= 0) & (at < (self.columns - 1, self.rows - 1))).all(1)
        at, mass = at[inside], mass[inside]
        cell = at.astype(np.int64)
        across, along = (at - cell).T
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            share = (across if dx else 1 - across) * (along if dy else 1 - along)
            index = (cell[:, 1] + dy) * self.columns + cell[:, 0] + dx
            self.mass += np.bincount(index, weights=mass * share, minlength=len(self.mass))

    def blurred(self) -> np.ndarray:
        """P at the centers of the pixels, (rows, columns) float64, row 0 at the bottom."""
        left, right, bottom, top = self.bounds
        # Sharing among neighbors has already widened each place, by a variance of width²/6 in the mean.
        sigma = math.sqrt(self.eps**2 - self.width**2 / 6)
        across = self._kernel(left, right, self.origin[0], self.columns, sigma)
        along = self._kernel(bottom, top, self.origin[1], self.rows, sigma)
        blurred: np.ndarray = along @ self.mass.reshape(self.rows, self.columns) @ across.T
        return blurred

    def _kernel(self, low: float, high: float, origin: float, count: int, sigma: float) -> np.ndarray:
        """N(pixel center; cell center, sigma²), (pixels, cells)."""
        pixels = max(1, round((high - low) / self.pixel))
        centers = low + (high - low) / pixels * (np.arange(pixels) + 0.5)
        z = (centers[:, None] - (origin + self.width * np.arange(count))) / sigma
        kernel: np.ndarray = np.exp(-(z**2) / 2) / (sigma * math.sqrt(2 * math.pi))
        return kernel


def _largest_step(x: Tensor, weights: Tensor, size: int) -> float:
    """The longest way between neighboring places (k, 2) of a grid of codes, where their probability counts."""
    dimensions = round(math.log(len(x)) / math.log(size))
    grid = x.reshape(*(size,) * dimensions, 2)
    counts = (weights > weights.max() * 10**-DECADES).reshape((size,) * dimensions)
    longest = 0.0
    for axis in range(dimensions):
        steps = grid.diff(dim=axis).norm(dim=-1)
        longest = max(longest, float(torch.where(counts.narrow(axis, 1, size - 1), steps, 0.0).max()))
    return longest
