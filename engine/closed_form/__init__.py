# SPDX-License-Identifier: MIT
"""The exact answers: what a trained network can be held against. Tensors in, tensors of the same type out."""

from engine.closed_form.exact import (
    effective_number,
    exact_denoiser,
    exact_denoiser_jacobian,
    log_density_smoothed,
    posterior_weights,
    score,
)

__all__ = [
    "effective_number",
    "exact_denoiser",
    "exact_denoiser_jacobian",
    "log_density_smoothed",
    "posterior_weights",
    "score",
]
