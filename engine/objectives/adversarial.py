# SPDX-License-Identifier: MIT
"""The torch half of the costs of generator and discriminator."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from engine.models.gan import GanNetwork
from engine.objectives.objective import Objective
from engine.protocol.recipe.objectives.adversarial import Adversarial


class AdversarialObjective(Objective):
    """Non-saturating costs with R₁ (Goodfellow et al. 2014; Mescheder et al. 2018), both gradients from one pass.

    `loss` is their sum; `loss_discriminator` is without the penalty, so that it comes to rest at 2 ln 2.
    """

    names = ("loss", "loss_generator", "loss_discriminator")
    betas = (0.0, 0.99)  # with momentum the two chase each other in circles (Gidel et al. 2019)
    network: GanNetwork

    def __init__(self, declared: Adversarial, network: GanNetwork) -> None:
        super().__init__(declared, network)

    def backward(self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        generator, discriminator = self.network.generator, self.network.discriminator
        fake = self.network.decode(self.network.prior(len(x), rng))
        real = x.detach().requires_grad_()
        on_fake, on_real = self.network.discriminate(fake), self.network.discriminate(real)
        loss_generator = softplus(-on_fake).mean()
        loss_discriminator = softplus(-on_real).mean() + softplus(on_fake).mean()
        penalty = 0.5 * self.live["r1"] * self._slope(on_real, real)
        # Each network gets the gradient of its own cost alone, though both costs come from the same pass.
        torch.autograd.backward(loss_generator * weight, inputs=list(generator.parameters()), retain_graph=True)
        torch.autograd.backward((loss_discriminator + penalty) * weight, inputs=list(discriminator.parameters()))
        generated, judged = loss_generator.detach(), loss_discriminator.detach()
        return generated + judged, generated, judged

    @staticmethod
    def _slope(logit: Tensor, x: Tensor) -> Tensor:
        """E‖∇D(x)‖²."""
        (gradient,) = torch.autograd.grad(logit.sum(), x, create_graph=True)
        return gradient.square().sum() / len(x)
