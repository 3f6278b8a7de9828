# SPDX-License-Identifier: MIT
"""The training section of a recipe: the optimizer's settings, and where, with how many threads and how exactly it runs."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from engine.protocol.recipe.parameter import number, option


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a lane is trained: Adam (Kingma & Ba 2015) on minibatches drawn without replacement."""

    learning_rate: Annotated[
        float,
        number("α", "learning rate", "Step size of Adam.",
               low=0.0, high=1e6, slider=(1e-5, 1e-1), scale="log", role="prior", live=True),
    ] = 2e-3  # fmt: skip
    batch: Annotated[
        int,
        number("B", "batch", "Examples in one minibatch.",
               low=1, high=100_000, slider=(1, 1024), scale="log", role="prior"),
    ] = 128  # fmt: skip
    decay: Annotated[
        int,
        number("T", "rate decay", "Steps over which a half cosine takes the learning rate to 1 % of itself; 0 keeps it.",
               low=0, high=10_000_000, slider=(0, 50_000), role="prior", unit="steps", live=True),
    ] = 0  # fmt: skip
    ema: Annotated[
        float,
        number("", "weight average", "Decay of the exponential moving average of the weights that is shown; 0 shows the weights themselves.",
               low=0.0, high=0.99999, slider=(0.0, 0.9999), role="prior"),
    ] = 0.0  # fmt: skip
    micro_batch: Annotated[
        int,
        number("b", "micro-batch", "Examples in one part of a step; the engine listens between parts. 0 leaves it to the model.",
               low=0, high=100_000, slider=(0, 1024), role="prior"),
    ] = 0  # fmt: skip
    threads: Annotated[
        int,
        number("", "threads", "Threads of the engine's mathematics; 0 takes all cores but one.",
               low=0, high=1024, slider=(0, 16), role="prior"),
    ] = 0  # fmt: skip
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"],
        option("", "device",
               "Where the run computes; auto takes CUDA, else MPS, else the CPU. The window tries what there is and keeps the fastest.",
               role="prior"),
    ] = "auto"  # fmt: skip
    precision: Annotated[
        Literal["auto", "float32", "bfloat16"],
        option("", "precision",
               "Numbers in the wide matrix products of a training step; auto takes bfloat16 where the CPU has units for them.",
               role="prior"),
    ] = "auto"  # fmt: skip
