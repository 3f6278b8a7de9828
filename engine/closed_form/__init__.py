# SPDX-License-Identifier: MIT
"""The exact answers: what a trained network can be held against. Tensors in, tensors of the same type out."""

from engine.closed_form.distance import distance_figure, energy_distance, mean_distance_slices
from engine.closed_form.exact import (
    effective_number,
    exact_denoiser,
    exact_denoiser_jacobian,
    log_density_smoothed,
    posterior_weights,
    score,
)
from engine.closed_form.floor import dae_floor, noisy_copies
from engine.closed_form.gaussian import (
    diffusion_gaussian_factor,
    gaussian_kl,
    gaussian_kl_pulls,
    gaussian_log_density,
    langevin_stationary_variance,
)
from engine.closed_form.importance import log_density_importance
from engine.closed_form.linear import (
    active_dimensions,
    collapsed_variances,
    covariance_eigenvalues,
    data_covariance,
    linear_autoencoder_loss,
    linear_decoder_log_density,
    linear_posterior,
    local_dimension,
    ppca_log_likelihood,
    wiener_denoiser,
)
from engine.closed_form.quadrature import log_density_quadrature, quadrature_slices

__all__ = [
    "active_dimensions",
    "collapsed_variances",
    "covariance_eigenvalues",
    "dae_floor",
    "data_covariance",
    "diffusion_gaussian_factor",
    "distance_figure",
    "effective_number",
    "energy_distance",
    "exact_denoiser",
    "exact_denoiser_jacobian",
    "gaussian_kl",
    "gaussian_kl_pulls",
    "gaussian_log_density",
    "langevin_stationary_variance",
    "linear_autoencoder_loss",
    "linear_decoder_log_density",
    "linear_posterior",
    "local_dimension",
    "log_density_importance",
    "log_density_quadrature",
    "log_density_smoothed",
    "mean_distance_slices",
    "noisy_copies",
    "posterior_weights",
    "ppca_log_likelihood",
    "quadrature_slices",
    "score",
    "wiener_denoiser",
]
