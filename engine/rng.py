# SPDX-License-Identifier: MIT
"""Random streams: one for each purpose, all from the recipe's seed, so that no guest disturbs the training."""

from __future__ import annotations

import zlib

import numpy as np
import torch


def stream(seed: int, purpose: str) -> int:
    """A 63-bit seed for `purpose` ("weights", "noise", "probe:latent", …), independent of every other purpose."""
    words = np.random.SeedSequence([seed, zlib.crc32(purpose.encode())]).generate_state(2, np.uint32)
    return int(words[0]) << 31 ^ int(words[1])


def generator(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A torch generator on `device` for one purpose."""
    return torch.Generator(device=device).manual_seed(stream(seed, purpose))


def twin(rng: torch.Generator) -> torch.Generator:
    """A generator that will give what `rng` will give, and leaves `rng` as it is."""
    other = torch.Generator(device=rng.device)
    other.set_state(rng.get_state())
    return other
