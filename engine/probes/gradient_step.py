# SPDX-License-Identifier: MIT
"""The torch half of the slow motion: the next step is computed ahead, from what it will draw, and nothing is drawn.

A step that is under way, between two of its micro-batches, is still the next one: its weights have not moved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.probes.bound import bound_of
from engine.probes.probe import Probe, Reading, to_numpy
from engine.protocol.payloads import Axes, Graph, Node, Picture
from engine.protocol.recipe.probes.gradient_step import PHASES, ROLES, GradientStep

FEW = 3  #: numbers of a vector that are written out


@dataclass(frozen=True)
class Numbers:
    """One step of the training ahead: of its first example all, of the minibatch the means."""

    values: dict[str, Tensor]  #: by the keys of the boxes: x, x_hat (M,), mu, sigma, eps, h (M_hidd,), the costs in nats ()
    gradients: dict[str, Tensor]  #: of this example's loss by x_hat (M,), h, mu, ln Σ (M_hidd,)
    mean_loss: float  #: of the minibatch
    batch: int
    norm: float  #: of the gradient of `mean_loss` by all weights of the network


class GradientStepProbe(Probe[GradientStep]):
    """Knows the rows and the noise of the next minibatch."""

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        phase, step = self.declared.phase, self.scene.run.step
        graph = self._graph(self.ahead())
        note = PHASES[phase - 1][1] if phase else f"step {step + 1:,}, before it is taken"
        yield Reading(Picture(step=step, layers=(graph,), axes=Axes(note=note)))

    def ahead(self) -> Numbers:
        """The numbers of the step that is taken next, with the trick, by the score, or with the trick cut."""
        run, objective = self.scene.run, bound_of(self.scene.run)
        rows, noise = run.ahead()
        beta, through = float(objective.live["beta"]), not self._cut
        with torch.inference_mode(False), torch.enable_grad():
            x = run.x.index_select(0, rows.clone())  # (B, M)
            mu, log_var = run.network.posterior(x)
            parts = torch.split(mu, run.training["micro_batch"] or len(mu))
            eps = torch.cat([torch.randn(part.shape, generator=noise, device=part.device) for part in parts])
            sent = mu + (log_var / 2).exp() * eps
            h = sent if through else sent.detach().requires_grad_()
            x_hat = run.network.decode(h)
            reconstruction = _reconstruction(x, x_hat, objective.sigma_eps)  # (B,)
            kl = 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum(1)
            cost = reconstruction + beta * kl
            learned = cost
            if self._by_score:
                log_q = -0.5 * ((h.detach() - mu).square() / log_var.exp() + log_var).sum(1)
                learned = cost + reconstruction.detach() * log_q
            gradients = torch.autograd.grad(learned.mean(), [x_hat, h, mu, log_var, *run.network.parameters()])
        values = {
            "x": x, "mu": mu, "sigma": log_var.exp(), "eps": eps, "h": h, "x_hat": x_hat,
            "reconstruction": reconstruction, "kl": kl, "loss": cost,
        }  # fmt: skip
        return Numbers(
            values={key: value.detach()[0] for key, value in values.items()},
            # The gradient of a mean over the minibatch is 1/B of that of the example's own loss.
            gradients={key: len(x) * found[0] for key, found in zip(ENDS, gradients, strict=False)},
            mean_loss=float(cost.detach().mean()),
            batch=len(x),
            norm=math.sqrt(sum(float(found.square().sum()) for found in gradients[len(ENDS) :])),
        )

    @property
    def _by_score(self) -> bool:
        return bool(bound_of(self.scene.run).live["gradient"] == "score") and not self.declared.cut

    @property
    def _cut(self) -> bool:
        return self.declared.cut or self._by_score

    def _graph(self, numbers: Numbers) -> Graph:
        said = self._texts(numbers)
        reached = _reached(self.declared.phase)
        lit = PHASES[self.declared.phase - 1][0] if self.declared.phase else ()
        shape = self.scene.run.data.shape
        images = {"x": numbers.values["x"], "x_hat": numbers.values["x_hat"], "by_x_hat": numbers.gradients["by_x_hat"]}
        nodes = []
        for key, (title, row, column, caption) in BOXES.items():
            shown = key in reached
            values = None
            if shown and key in images and len(shape) == 3:
                values = to_numpy(images[key].reshape(shape).mean(0))
            text = said[key] if shown and values is None else ""
            nodes.append(Node(key=key, title=title, row=row, column=column, role=ROLES.get(key, "learned"), lit=key in lit,
                              text=text, values=values, caption=caption))  # fmt: skip
        dashed = (("by_h", "by_mu"), ("by_h", "by_sigma")) if self._cut else ()
        return Graph(name="step", nodes=tuple(nodes), edges=EDGES, dashed=dashed)

    def _texts(self, numbers: Numbers) -> dict[str, str]:
        said = {key: vector(value.reshape(-1)) for key, value in {**numbers.values, **numbers.gradients}.items()}
        said["loss"] += f"; mean of {numbers.batch}: {figure(numbers.mean_loss)}"
        return {**said, "weights": f"‖∇‖ = {figure(numbers.norm)}"}


ENDS = ("by_x_hat", "by_h", "by_mu", "by_sigma")  #: the gradients that are shown; by_sigma is that by ln Σ
#: key → (title, row, column, caption); forward above, backward below.
BOXES = {
    "x": ("x", 1, 0, ""),
    "mu": ("μ", 1, 1, "encoder"),
    "sigma": ("Σ", 2, 1, "encoder"),
    "eps": ("εₛ", 0, 2, "N(0, I)"),
    "h": ("hₛ", 1, 2, "μ + √Σ ∘ εₛ"),
    "x_hat": ("x̂", 1, 3, "decoder"),
    "reconstruction": ("reconstruction", 1, 4, "nats"),
    "kl": ("KL", 2, 2, "nats"),
    "loss": ("loss", 2, 5, "nats"),
    "by_x_hat": ("∂ x̂", 3, 3, ""),
    "by_h": ("∂ hₛ", 3, 2, ""),
    "by_mu": ("∂ μ", 3, 1, ""),
    "by_sigma": ("∂ ln Σ", 4, 1, ""),
    "weights": ("weights", 3, 0, ""),
}
EDGES = (
    ("x", "mu"), ("x", "sigma"), ("mu", "h"), ("sigma", "h"), ("eps", "h"), ("h", "x_hat"), ("x_hat", "reconstruction"),
    ("mu", "kl"), ("sigma", "kl"), ("reconstruction", "loss"), ("kl", "loss"), ("loss", "by_x_hat"), ("by_x_hat", "by_h"),
    ("by_h", "by_mu"), ("by_h", "by_sigma"), ("kl", "by_mu"), ("kl", "by_sigma"), ("by_mu", "weights"), ("by_sigma", "weights"),
)  # fmt: skip


def _reached(phase: int) -> set[str]:
    """The boxes that have their numbers in a phase; in phase 0 all."""
    phases = PHASES[:phase] if phase else PHASES
    return {key for keys, _ in phases for key in keys}


def _reconstruction(x: Tensor, x_hat: Tensor, sigma_eps: float) -> Tensor:
    """−log P(x|h_s) in nats, (B,)."""
    constant = x.shape[1] * (math.log(sigma_eps) + 0.5 * math.log(2 * math.pi))
    return (x - x_hat).square().sum(1) / (2 * sigma_eps**2) + constant


def vector(values: Tensor) -> str:
    """The first numbers of a vector (k,)."""
    numbers = ", ".join(figure(value) for value in values[:FEW].tolist())
    return f"{numbers}, …" if len(values) > FEW else numbers


def figure(value: float) -> str:
    """A number of three digits or so, with a minus as wide as a plus."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 0.001 or value == 0 else f"{value:.1e}"
    return text.replace("-", "−")
