# SPDX-License-Identifier: MIT
"""The lecture's update at one fixed σ."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from engine.protocol.recipe.parameter import number, option
from engine.protocol.recipe.part import Flow

StepSize = Annotated[
    float,
    number("η", "step size", "How much of the predicted noise one update takes away.",
           low=0.0, high=2.0, slider=(0.0, 1.0), role="learned", live=True),
]  # fmt: skip
FlowSigma = Annotated[
    Annotated[
        float,
        number("σ", "noise of the flow", "", low=1e-4, high=1000.0, slider=(0.01, 10.0), scale="log"),
    ]
    | Literal["training"],
    option("σ", "noise of the flow", "The σ that the denoiser is asked at; “training” follows the σ of the training.",
           role="noise", live=True),
]  # fmt: skip


class Update(Flow, frozen=True, tag="update"):
    """x' = x − η(x − DAE(x)), the lecture's update."""

    title: ClassVar[str] = "The update"
    help: ClassVar[str] = "Each point takes a small step toward what the denoiser sees behind it."

    eta: StepSize = 0.12
    sigma: FlowSigma = "training"
