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
        with torch.no_grad():
            return self._walk(x, rng, weight)

    def _walk(self, x: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        """One way through both networks and back: each gets the gradient of its own cost alone.

        The logit D has one slope ∂D/∂x for both: at a fake it tells the generator where to go, at a real it is what R₁ weighs.
        """
        generator, discriminator = self.network.chains
        batch, r1 = len(x), self.live["r1"]
        fake = generator.walk(self.network.prior(batch, rng), self.rounded)
        judged = discriminator.walk(torch.cat([x, fake.out]), self.rounded)
        slope = judged.slope()
        on_real, on_fake = judged.out[:batch], judged.out[batch:]
        loss_generator = softplus(-on_fake).mean()
        loss_discriminator = softplus(-on_real).mean() + softplus(on_fake).mean()
        # d/dD of softplus(−D) is −s(−D), of softplus(D) is s(D), with s the logistic function
        fake.back(slope.at_input[batch:] * (torch.sigmoid(-on_fake) * (-weight / batch)))
        bends = slope.back(slope.at_input[:batch] * (weight * r1 / batch))  # d/d∇D of ½ r₁ ‖∇D‖² / B
        grad = torch.sigmoid(judged.out)
        grad[:batch] -= 1
        judged.back(grad.mul_(weight / batch), bends)
        return loss_generator + loss_discriminator, loss_generator, loss_discriminator
