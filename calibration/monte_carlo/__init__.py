"""Propagation of distributions by Monte Carlo, and the law of propagation held against it.

Pure; may import numpy, the standard library, ``calibration.checks``, ``calibration.distributions`` and
``calibration.uncertainty``, whose inputs, correlations and models it takes. Chance comes with the generator that the
caller passes: the same seed gives the same result.

Decision: the number of trials is found while trying, until the result stands still.
Because: nobody knows beforehand how many a model needs, and a fixed number gives digits that are chance.
Instead of: a million trials, always; who wants that, gives ``trials``.

Decision: a model gets arrays, and its answer for a few trials is held against single calls.
Because: arrays are a hundred times as fast, but ``max(a)`` or a sum over all in a model makes them silently wrong.
Instead of: trust in the model's author.

Decision: Student's t with two degrees of freedom or fewer is refused.
Because: it has no variance, so u of the output would be a number that grows with the trials.
Instead of: such a number.
"""

from calibration.monte_carlo.coverage import shortest_interval, symmetric_interval
from calibration.monte_carlo.law import LawCheck, check_law
from calibration.monte_carlo.result import JointSimulation, Simulation
from calibration.monte_carlo.simulation import simulate, simulate_together

__all__ = [
    "JointSimulation",
    "LawCheck",
    "Simulation",
    "check_law",
    "shortest_interval",
    "simulate",
    "simulate_together",
    "symmetric_interval",
]
