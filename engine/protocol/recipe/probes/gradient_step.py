# SPDX-License-Identifier: MIT
"""One gradient step in slow motion."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from engine.protocol.recipe.parameter import Role, number, option
from engine.protocol.recipe.part import Capability, Probe

#: The boxes in the order of the computation: (keys of those lit together, what is said of them).
PHASES: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("x",), "an example x of the next minibatch"),
    (("mu", "sigma"), "the encoder says where h may lie: a mean μ, a variance Σ"),
    (("eps",), "noise εₛ comes from outside; no weight has made it"),
    (("h",), "the code that is sent: hₛ = μ + √Σ ∘ εₛ"),
    (("x_hat",), "the decoder answers with x̂ = g(hₛ)"),
    (("reconstruction",), "first cost: how far x̂ is from x"),
    (("kl",), "second cost: how far Q is from the prior N(0, I)"),
    (("loss",), "both costs together, here and in the mean of the minibatch"),
    (("by_x_hat",), "backward: which x̂ would have been cheaper?"),
    (("by_h",), "through the decoder: which hₛ would have been?"),
    (("by_mu", "by_sigma"), "through the sum hₛ = μ + √Σ ∘ εₛ, and from the KL"),
    (("weights",), "every weight moves a little against its gradient: the step"),
)
ROLES: Final[dict[str, Role]] = {
    "x": "data", "mu": "exact", "sigma": "noise", "eps": "noise", "h": "noise", "x_hat": "learned", "kl": "prior",
    "by_mu": "exact", "by_sigma": "noise", "by_h": "noise",
}  # fmt: skip


class GradientStep(Probe, frozen=True, tag="gradient-step"):
    """The step that comes next, with its numbers: x → μ, Σ → ε_s → h_s → x̂ → costs → gradients, one example of the minibatch."""

    title: ClassVar[str] = "One gradient step"
    help: ClassVar[str] = "The numbers of the very step that Step will take. Cut the trick, and no gradient passes h_s."
    payload: ClassVar[str] = "graph"
    needs: ClassVar[frozenset[Capability]] = frozenset({"posterior", "decode"})

    phase: Annotated[
        int, number("", "phase", "Which box is lit; 0 shows them all.", low=0, high=len(PHASES), slider=(0, len(PHASES)), role="exact", live=True)
    ] = 0
    cut: Annotated[bool, option("✂", "cut the trick", "Let no gradient pass from h_s to μ and Σ.", role="noise", live=True)] = False
