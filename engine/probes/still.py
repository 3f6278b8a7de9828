# SPDX-License-Identifier: MIT
"""A still picture of a network: a measurement takes many slices, and between them the training goes on."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from engine.models.network import Network
from engine.run import Run

SLICE_WORK = 2**24  #: multiplications of a slice; some milliseconds


class Still:
    """A probe's own copy of a network that decodes, brought up to date when a measurement begins."""

    def __init__(self, run: Run) -> None:
        self._run = run
        with torch.inference_mode(False):  # derivatives may pass through it
            self.network = copy.deepcopy(run.shown).requires_grad_(False)
        code = torch.zeros(1, run.shown.latent, device=run.device)
        self.at_once = max(1, min(4096, SLICE_WORK // decoding_work(self.network, code)))  #: codes decoded in one slice

    def take(self) -> Network:
        """The network as it is now; it stays so until the next call."""
        with torch.no_grad():
            torch._foreach_copy_(list(self.network.parameters()), list(self._run.shown.parameters()))
        return self.network


def decoding_work(network: Network, code: Tensor) -> int:
    """Multiplications that it takes to decode one code (1, M_hidd)."""
    work = 0

    def count(layer: nn.Module, entered: tuple[Tensor, ...], left: Tensor) -> None:
        nonlocal work
        places = entered[0] if isinstance(layer, nn.ConvTranspose2d) else left  # each of these meets every weight once
        work += sum(weight.numel() for weight in layer.parameters(recurse=False)) * places[0, 0].numel()

    hooks = [layer.register_forward_hook(count) for layer in network.modules()]
    try:
        network.decode(code)
    finally:
        for hook in hooks:
            hook.remove()
    return max(1, work)


def frozen(network: Network) -> Network:
    """A copy of a network that stays as it is; derivatives may pass through it."""
    with torch.inference_mode(False):
        return copy.deepcopy(network).requires_grad_(False)
