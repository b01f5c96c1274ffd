"""Distributions of metrology: probabilities and quantiles, without a statistics library.

Imports only the standard library. Good to a relative 1e-10, in both tails, over what tests and limits ask for:
degrees of freedom from 0.5 to 1e6 and to infinity where that means something, probabilities from 1e-300 to 1 - 1e-16.

Decision: every integral gives both its tails, and a quantile is sought on the smaller one.
Because: 1 minus a probability has no digits left where a coverage factor for 99.9999 % is asked for.
Instead of: one tail and a difference.

Decision: where a formula subtracts large logarithms, the difference is developed (``logarithms``).
Because: at 1e6 degrees of freedom, plain log-gamma differences leave nine digits.
Instead of: ``exp(a * log(x) - lgamma(a))``.
"""

from calibration.distributions.beta import beta_cdf, beta_quantile
from calibration.distributions.gamma import chi_square_cdf, chi_square_quantile, gamma_cdf, gamma_quantile
from calibration.distributions.normal import normal_cdf, normal_quantile
from calibration.distributions.student import coverage_factor, student_t_cdf, student_t_quantile
from calibration.distributions.variance_ratio import f_cdf, f_quantile

__all__ = [
    "beta_cdf",
    "beta_quantile",
    "chi_square_cdf",
    "chi_square_quantile",
    "coverage_factor",
    "f_cdf",
    "f_quantile",
    "gamma_cdf",
    "gamma_quantile",
    "normal_cdf",
    "normal_quantile",
    "student_t_cdf",
    "student_t_quantile",
]
