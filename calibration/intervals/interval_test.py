"""Is the interval in use right? The interval test, method A3."""

from __future__ import annotations

import math

from calibration.checks import positive, probability, refuse, whole
from calibration.distributions import beta_cdf, beta_quantile
from calibration.records import record


@record
class IntervalTest:
    """What calibrations at one interval say of it.

    Attributes:
        interval_days: Interval to use from now on, d.
        tested_days: Interval that was tested, d.
        changed: Whether the test rejects the interval in use.
        reliability: Observed share in tolerance.
        low: Lower confidence limit of the reliability.
        high: Upper confidence limit.
        rejection_confidence: Confidence with which the observed share differs from the target.
        target: Reliability target.
        confidence: Confidence asked for.
        calibrations: Number of calibrations that it rests on.
        extendable_from: Number of calibrations, all in tolerance, from which on the interval could have been extended:
            with fewer a kept interval may well be too short.
    """

    interval_days: float
    tested_days: float
    changed: bool
    reliability: float
    low: float
    high: float
    rejection_confidence: float
    target: float
    confidence: float
    calibrations: int
    extendable_from: int


def interval_test(
    in_tolerance: int, calibrations: int, interval_days: float, target: float, confidence: float = 0.5
) -> IntervalTest:
    """Test the interval in use by its binomial significance, and change it if it is rejected: method A3.

    With R the observed reliability and P the probability, at the target, of a result at least as extreme::

        rejection confidence C = 1 - 2 * P
        C >= confidence      next = interval * 10**(C * (R - target))
        else                 next = interval

    ``low`` and ``high`` are the exact (Clopper-Pearson) limits of R with the same confidence.

    Args:
        in_tolerance: Calibrations that found the instruments in tolerance.
        calibrations: All of them, made at (about) this interval.
        interval_days: The interval, d, above 0.
        target: Reliability target, in (0, 1).
        confidence: With which the interval must be rejected to be changed, in (0, 1).

    Raises:
        ValueError: A value is outside its range, or there are so few calibrations that no result of them could reject
            the interval; the number wanted is told.

    Source:
        NCSLI RP-1 (2010), method A3; figures of the 2019 NCSL tutorial by way of suncal's tests.

    >>> found = interval_test(15, 20, 365, target=0.95)
    >>> round(found.interval_days), round(found.rejection_confidence, 4)
    (231, 0.9949)
    """
    who = "interval_test"
    n, x = whole(who, "calibrations", calibrations, least=1), whole(who, "in_tolerance", in_tolerance)
    if x > n:
        raise refuse(who, "in_tolerance", f"at most {n}, the number of calibrations", x, "Exchange them.")
    days = positive(who, "interval_days", interval_days)
    if 1 - probability(who, "target", target) == 1:
        raise refuse(who, "target", "a share that differs from 0 in double precision", target, "Give 0.95 for 95 %.")
    probability(who, "confidence", confidence)
    observed, rejection = x / n, 1 - min(1.0, 2 * _tail(x, n, target))
    changed = rejection >= confidence
    extendable, shortenable = (
        math.ceil(math.log((1 - confidence) / 2) / math.log(chance)) for chance in (target, 1 - target)
    )
    if n < (wanted := min(extendable, shortenable)):
        advice = "No result of so few could reject the interval: keep it until that many are known."
        raise refuse(who, "calibrations", f"{wanted} or more for a target of {target:g}", n, advice)
    side = (1 - confidence) / 2
    return IntervalTest(
        interval_days=days * 10 ** (rejection * (observed - target)) if changed else days,
        tested_days=days,
        changed=changed,
        reliability=observed,
        low=beta_quantile(side, x, n - x + 1) if x > 0 else 0.0,
        high=beta_quantile(1 - side, x + 1, n - x) if x < n else 1.0,
        rejection_confidence=rejection,
        target=target,
        confidence=confidence,
        calibrations=n,
        extendable_from=extendable,
    )


def _tail(x: int, n: int, target: float) -> float:
    """Probability of x or fewer in tolerance where fewer than expected were seen, of x or more otherwise."""
    if x < n * target:
        return beta_cdf(1 - target, n - x, x + 1)
    return beta_cdf(target, x, n - x + 1) if x > 0 else 1.0
