"""When reliability falls to its target: reliability models by maximum likelihood, method S2."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from calibration.checks import Array, one_of, positives, probability, refuse
from calibration.distributions import chi_square_cdf, chi_square_quantile
from calibration.intervals.observed import Observed
from calibration.intervals.reliability_models import MODELS, Model
from calibration.records import record

LEAST_CALIBRATIONS = 20
POINTS = 17
ROUNDS = 11
BEYOND = 6.0
BISECTIONS = 45
LEAST_IN_A_GROUP = 4.0


@record
class ReliabilityFit:
    """A reliability model, and when it falls to the target.

    Attributes:
        model: Its name.
        interval: Time at which reliability is the target, in the unit of the times.
        low: Lower confidence limit of it, by the profile likelihood.
        high: Upper limit; ``inf`` where the data set none.
        target: Reliability target.
        confidence: Of both limits together.
        shape: Shape parameter; None for a model without.
        log_likelihood: Largest log-likelihood.
        aic: Akaike's criterion: 2 * parameters - 2 * log-likelihood; the least is best.
        p_value: Probability of a larger deviance, were the model true; None where groups are too small to say.
        calibrations: Number of calibrations that it rests on.
        failures: Of them out of tolerance.
        observed: Shortest and longest time among them.
        extrapolated: Whether ``interval`` is outside these.

    >>> from calibration.intervals import from_groups, reliability_fits
    >>> fit, = reliability_fits(from_groups([6, 12, 24], [19, 17, 12], [20, 20, 20]), 0.9, models=["exponential"])
    >>> round(fit.interval, 1), round(fit.reliability(12.0), 2)
    (6.3, 0.82)
    """

    model: str
    interval: float
    low: float
    high: float
    target: float
    confidence: float
    shape: float | None
    log_likelihood: float
    aic: float
    p_value: float | None
    calibrations: int
    failures: int
    observed: tuple[float, float]
    extrapolated: bool

    def reliability(self, time: float) -> float:
        """Reliability after a time above 0, in the unit of the times.

        Raises:
            ValueError: The time is not finite and above 0.
        """
        x = positives("ReliabilityFit", "time", [time]) / self.interval
        return float(np.exp(-MODELS[self.model].minus_log(x, np.array(self.shape or 0.0), self.target))[0])


def reliability_fits(
    observed: Observed, target: float, *, confidence: float = 0.9, models: Iterable[str] = tuple(MODELS)
) -> tuple[ReliabilityFit, ...]:
    """Fit reliability models by maximum likelihood, best first.

    With g_i of n_i in tolerance after t_i::

        log L = sum(g_i * log R(t_i) + (n_i - g_i) * log(1 - R(t_i)))

    The models are written in T, the time at which R is the target: its limits are where the profile of the
    log-likelihood is lower than its top by half a chi-square quantile.

    Args:
        observed: What was found after which time.
        target: Reliability target, in (0, 1).
        confidence: Of both limits together, in (0, 1).
        models: Names among ``exponential``, ``weibull``, ``mixed_exponential``, ``log_normal``, ``random_walk``,
            ``mortality_drift``, ``modified_gamma``.

    Returns:
        One fit for each model, by Akaike's criterion, least first. Where fits differ by less than 2 the data do not
        choose between the models.

    Raises:
        ValueError: A value is outside its range, or there are too few calibrations, failures or different times to
            fit the models; what is wanted is told.

    Source:
        NCSLI RP-1 (2010), method S2 and appendix D; NASA-HDBK-8739.19-5. Instead of RP-1's figure of merit, Akaike's
        criterion chooses; profile likelihood: Meeker and Escobar, Statistical Methods for Reliability Data, 8.3.

    >>> from calibration.intervals import from_groups
    >>> weeks, good, all_ = [4, 7, 10, 13, 21, 28, 40, 48], [4, 5, 9, 8, 12, 20, 9, 2], [4, 6, 14, 13, 22, 49, 18, 6]
    >>> fit, = reliability_fits(from_groups(weeks, good, all_), 0.75, models=["exponential"])
    >>> round(fit.interval, 2), round(fit.low, 2), round(fit.high, 2)
    (10.23, 8.32, 12.75)
    """
    who = "reliability_fits"
    probability(who, "target", target)
    probability(who, "confidence", confidence)
    chosen = [MODELS[one_of(who, "models", name, MODELS)] for name in models]
    _need_enough(who, observed, max((model.parameters for model in chosen), default=1))
    fits = [_fit(model, observed, target, confidence) for model in chosen]
    return tuple(sorted(fits, key=lambda fit: fit.aic))


def _need_enough(who: str, observed: Observed, parameters: int) -> None:
    total, good = int(observed.calibrations.sum()), int(observed.in_tolerance.sum())
    if total < LEAST_CALIBRATIONS:
        advice = f"Wait for {LEAST_CALIBRATIONS - total} more, or put similar instruments together."
        raise refuse(who, "calibrations", f"{LEAST_CALIBRATIONS} or more", total, advice)
    if good in (0, total):
        got = "none in tolerance" if good == 0 else "all in tolerance"
        advice = "Use interval_test, which can tell that an interval is too long or too short."
        raise refuse(who, "in_tolerance", "some in and some out of tolerance", got, advice)
    if len(observed.time) < parameters + 1:
        expected = f"{parameters + 1} or more different times for {parameters} parameters"
        advice = "Use interval_test for one interval, or a model with fewer parameters."
        raise refuse(who, "time", expected, len(observed.time), advice)
    last_good = float(observed.time[observed.in_tolerance > 0].max())
    first_bad = float(observed.time[observed.in_tolerance < observed.calibrations].min())
    if parameters > 1 and last_good <= first_bad:
        expected = "some in tolerance after a longer time than the first that was not"
        got = f"none after {first_bad:g}"
        advice = "How steeply reliability falls is not in these data: use the exponential model, or wait for more."
        raise refuse(who, "in_tolerance", expected, got, advice)


def _fit(model: Model, observed: Observed, target: float, confidence: float) -> ReliabilityFit:
    low = math.log(float(observed.time.min())) - BEYOND
    high = math.log(float(observed.time.max())) + BEYOND
    log_t = _top(lambda points: _profile(model, observed, target, points)[0], low, high)
    best, shape = (float(part[0]) for part in _profile(model, observed, target, np.array([log_t])))
    drop = chi_square_quantile(confidence, 1) / 2

    def beyond(place: float) -> bool:
        return best - float(_profile(model, observed, target, np.array([place]))[0][0]) > drop

    time, n = math.exp(log_t), int(observed.calibrations.sum())
    seen = (float(observed.time.min()), float(observed.time.max()))
    return ReliabilityFit(
        model=model.name,
        interval=time,
        low=math.exp(_edge(beyond, log_t, low)) if beyond(low) else 0.0,
        high=math.exp(_edge(beyond, log_t, high)) if beyond(high) else math.inf,
        target=target,
        confidence=confidence,
        shape=None if model.shapes is None else shape,
        log_likelihood=best,
        aic=2 * model.parameters - 2 * best,
        p_value=_p_value(observed, best, model.parameters),
        calibrations=n,
        failures=n - int(observed.in_tolerance.sum()),
        observed=seen,
        extrapolated=not seen[0] <= time <= seen[1],
    )


def _profile(model: Model, observed: Observed, target: float, log_t: Array) -> tuple[Array, Array]:
    """Largest log-likelihood over shapes for each T, and the shape; all T at once."""
    x = observed.time / np.exp(log_t)[:, None, None]
    if model.shapes is None:
        value = _log_likelihood(model, observed, x, np.zeros(1), target)[:, 0]
        return value, np.zeros(len(log_t))
    low, high = (np.full(len(log_t), bound) for bound in model.shapes)
    for _ in range(ROUNDS):
        shapes = np.linspace(low, high, POINTS, axis=1)
        values = _log_likelihood(model, observed, x, shapes[:, :, None], target)
        best = np.argmax(values, axis=1)
        rows = np.arange(len(log_t))
        top, shape = values[rows, best], shapes[rows, best]
        low, high = shapes[rows, np.maximum(best - 1, 0)], shapes[rows, np.minimum(best + 1, POINTS - 1)]
    return top, shape


def _log_likelihood(model: Model, observed: Observed, x: Array, shape: Array, target: float) -> Array:
    good, bad = observed.in_tolerance, observed.calibrations - observed.in_tolerance
    # Far from the data a curve is 0 or 1 to the last digit; its likelihood is then 0, as it should be.
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        minus_log = model.minus_log(x, shape, target)
        passed = np.where(good > 0, -good * minus_log, 0.0)
        failed = np.where(bad > 0, bad * np.log(-np.expm1(-minus_log)), 0.0)
    total: Array = (passed + failed).sum(axis=-1)
    return np.where(np.isnan(total), -math.inf, total)


def _top(values: Callable[[Array], Array], low: float, high: float) -> float:
    """Where a function of one top is largest, to some ten digits: a grid, and a finer one about its best point."""
    for _ in range(ROUNDS):
        points = np.linspace(low, high, POINTS)
        best = int(np.argmax(values(points)))
        low, high = points[max(best - 1, 0)], points[min(best + 1, POINTS - 1)]
    return float(points[best])


def _edge(beyond: Callable[[float], bool], inside: float, outside: float) -> float:
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
    return inside


def _p_value(observed: Observed, best: float, parameters: int) -> float | None:
    """Of the deviance against one free reliability for each time."""
    good, n = observed.in_tolerance, observed.calibrations
    dof = len(n) - parameters
    if dof < 1 or float(n.min()) < LEAST_IN_A_GROUP:
        return None
    free = 0.0
    for part in (good, n - good):
        some = part > 0
        free += float(np.sum(part[some] * np.log(part[some] / n[some])))
    return chi_square_cdf(max(2 * (free - best), 0.0), dof, upper=True)
