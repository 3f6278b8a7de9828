# SPDX-License-Identifier: MIT
"""The variational autoencoder's cost: reconstruction + β·KL, in nats per example."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from engine.protocol.recipe.parameter import number, option
from engine.protocol.recipe.part import Objective


class Elbo(Objective, frozen=True, tag="elbo"):
    """Negative evidence lower bound (Kingma & Welling 2014): E‖x − g(h_s)‖²/2σ_ε² + (M/2) ln 2πσ_ε² + β·KL(Q‖P)."""

    title: ClassVar[str] = "Evidence lower bound"
    help: ClassVar[str] = "Reconstruction and KL pull against each other."
    terms: ClassVar[tuple[str, ...]] = ("reconstruction", "kl")

    sigma_eps: Annotated[
        Annotated[
            float,
            number("σ_ε", "noise of the decoder", "", low=1e-4, high=100.0, slider=(0.01, 2.0), scale="log"),
        ]
        | Literal["learned"],
        option("σ_ε", "noise of the decoder", "Standard deviation of P(x|h) around g(h); “learned” fits it with the weights.",
               role="noise", live=True),
    ] = 0.2  # fmt: skip
    beta: Annotated[
        float,
        number("β", "weight of the KL", "1 is the evidence lower bound; larger values press the codes to the prior.",
               low=0.0, high=1e4, slider=(0.01, 100.0), scale="log", role="prior", live=True),
    ] = 1.0  # fmt: skip
    gradient: Annotated[
        Literal["reparameterization", "score"],
        option("∇", "gradient of the encoder", "Through h_s (reparameterization), or by the score of Q (REINFORCE): both right on "
               "average, the second far noisier.", role="noise", live=True),
    ] = "reparameterization"  # fmt: skip
