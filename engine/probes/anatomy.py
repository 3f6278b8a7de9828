# SPDX-License-Identifier: MIT
"""The torch half of the anatomy: every layer is listened to while one example passes, and then left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.network import Network
from engine.probes.probe import Probe, Reading, to_numpy
from engine.protocol.payloads import Graph, Node, Picture
from engine.protocol.recipe.models.diffusion_unet import DiffusionUnet
from engine.protocol.recipe.models.unet import Unet
from engine.protocol.recipe.parameter import Role
from engine.protocol.recipe.probes.anatomy import Anatomy
from engine.scene import Scene

LAYERS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
MOST_CELLS = 1024  #: units of a layer whose activations are shown


class AnatomyProbe(Probe[Anatomy]):
    """The picked example, else a test example; always the same h where the network begins with h."""

    def __init__(self, declared: Anatomy, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        run = scene.run
        self._test = run.test[declared.test % len(run.test)][None]  # (1, M)
        self._noise = torch.randn(self._test.shape, generator=self.rng, device=run.device)
        if "decode" in run.network.declared.can:
            self._h = run.network.prior(1, self.rng)
            self._eps_s = torch.randn(self._h.shape, generator=self.rng, device=run.device)

    def version(self) -> Any:
        """The picked example counts too."""
        return self.scene.subject

    def asked(self) -> Any:
        return self.scene.asked

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run, example = self.scene.run, self.scene.picked()
        x = self._test if example is None else example[None]
        network, can = run.shown, run.network.declared.can
        code: Tensor | None = None

        def through_a_code(x: Tensor) -> Tensor:
            nonlocal code
            mu, log_var = network.posterior(x)
            code = mu + (log_var / 2).exp() * self._eps_s
            return network.decode(code)

        if "denoise" in can:
            noisy = x + run.sigma * self._noise
            layers = activations(network, noisy, lambda x: network.denoise(x, run.sigma))
        elif "posterior" in can:
            layers = activations(network, x, through_a_code)
        elif "encode" in can:
            layers = activations(network, x, lambda x: network.decode(network.encode(x)))
        elif "discriminate" in can:
            layers = activations(network, self._h, lambda h: network.discriminate(network.decode(h)))
        else:
            layers = activations(network, self._h, network.decode)
        yield Reading(Picture(step=run.step, layers=(self._graph(layers, code),)))

    def _graph(self, layers: list[Tensor | None], code: Tensor | None) -> Graph:
        network = self.scene.run.shown
        lit = bottleneck(network)
        nodes: list[Node] = []
        for place, (units, values) in enumerate(zip(network.widths, layers, strict=True)):
            title, role = self._title(place)
            nodes.append(self._node(f"layer {place}", title, role, len(nodes), units, values, place == lit))
            if place == lit and code is not None:
                nodes.append(self._node("h", "hₛ", "noise", len(nodes), code.numel(), code, True))
        keys = [node.key for node in nodes]
        edges = [*pairwise(keys), *self._skips()]
        return Graph(name="anatomy", nodes=tuple(nodes), edges=tuple(edges))

    def _node(self, key: str, title: str, role: Role, column: int, units: int, values: Tensor | None, lit: bool) -> Node:
        cells, caption = None, ""
        if values is not None:
            cells, channels = self._cells(values[0])
            caption = f"{units:,} units in {channels} maps" if channels > 1 else ""
        text = "μ + √Σ ∘ εₛ" if key == "h" else "2·M_hidd outputs" if title == "μ, ln Σ" else ""
        return Node(
            key=key, title=title, role=role, column=column, units=units, values=cells, lit=lit, text=text, caption=caption,
        )  # fmt: skip

    def _cells(self, values: Tensor) -> tuple[np.ndarray, int]:
        """Activations as cells: a vector, or an image (of several channels the mean strength); and the number of channels."""
        shape = self.scene.run.data.shape
        if values.ndim == 1 and len(shape) == 3 and len(values) == self.scene.run.data.M:
            return to_numpy(values.reshape(shape).mean(0)), 1
        if values.ndim == 3:
            return to_numpy(values.abs().mean(0)), len(values)
        return to_numpy(values.flatten()[:MOST_CELLS]), 1

    def _title(self, place: int) -> tuple[str, Role]:
        network = self.scene.run.shown
        can, last = network.declared.can, len(network.widths) - 1
        if place == 0:
            return ("h", "prior") if {"encode", "denoise"}.isdisjoint(can) else ("x", "data")
        if place == last:
            return ("logit", "exact") if "discriminate" in can else ("x̂", "learned")
        if "discriminate" in can and place == last // 2:
            return "x̂", "learned"
        if place == bottleneck(network):
            return ("μ, ln Σ", "exact") if "posterior" in can else ("h", "exact") if "encode" in can else ("narrowest", "exact")
        return ("examples", "exact") if network.declared.kind == "exact" else ("hidden", "learned")

    def _skips(self) -> Iterator[tuple[str, str]]:
        """A U-net's connections across."""
        declared = self.scene.run.shown.declared
        if isinstance(declared, Unet | DiffusionUnet) and declared.skips:
            last = len(self.scene.run.shown.widths) - 1
            yield from ((f"layer {k}", f"layer {last - k}") for k in range(1, last // 2))


def bottleneck(network: Network) -> int | None:
    """The place in `widths` of the narrowest layer; None where the model has none (the exact denoiser)."""
    can = network.declared.can
    if "narrowest" in can:
        return network.narrowest_layer
    if "encode" in can:
        return len(network.widths) // 2
    return 0 if "decode" in can else None


def activations(network: Network, entered: Tensor, pass_on: Callable[[Tensor], Tensor]) -> list[Tensor | None]:
    """What each layer of `network.widths` answers while `entered` (1, …) passes, first what entered, last what left.

    The layers with weights are heard in their order, after their nonlinearity; one that no such layer makes is None.
    """
    heard: list[Tensor] = []

    def listen(module: nn.Module, _: tuple[Tensor, ...], answer: Tensor) -> None:
        if isinstance(module, nn.SiLU):
            heard[-1:] = [answer]
        else:
            heard.append(answer)

    hooks = [m.register_forward_hook(listen) for m in network.modules() if isinstance(m, (*LAYERS, nn.SiLU))]
    try:
        left = pass_on(entered)
    finally:
        for hook in hooks:
            hook.remove()
    rest = iter(heard)
    inner = [next((answer for answer in rest if answer[0].numel() == units), None) for units in network.widths[1:-1]]
    return [entered, *inner, left.reshape(1, -1)]
