"""Differences of logarithms that keep their digits, and the search for a quantile."""

import math
from collections.abc import Callable

SMALL = 0.3
STIRLING_FROM = 8.0
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
CLOSE = 1e-17
CLOSE_ENOUGH = 3e-16
MOST_STEPS = 300
LONGEST_STEP = 40.0

Tails = Callable[[float], tuple[float, float, float]]
"""Of a position w: lower tail, upper tail, and the density in w."""


def log_less(ratio: float, less: float) -> float:
    """``log(ratio) - less`` where ``less`` is ``ratio - 1``: their difference is of second order.

    By ``log(1 + u) = 2 * atanh(r)``, ``r = u / (2 + u)``; then ``2 * r - u = -u * r``.

    Source:
        Abramowitz and Stegun, 4.1.27.
    """
    if abs(less) > SMALL:
        return math.log(ratio) - less
    r = less / (2 + less)
    square = r * r
    total, power, k = 0.0, 1.0, 3
    while power > CLOSE:
        total += power / k
        power *= square
        k += 2
    return 2 * r * square * total - less * r


def stirling_rest(a: float) -> float:
    """What Stirling's formula leaves of log-gamma: ``lgamma(a) - ((a - 1/2) * log(a) - a + log(2 * pi) / 2)``.

    Source:
        Abramowitz and Stegun, 6.1.41.
    """
    if a < STIRLING_FROM:
        return math.lgamma(a) - ((a - 0.5) * math.log(a) - a + 0.5 * math.log(2 * math.pi))
    over = 1 / (a * a)
    total = 0.0
    for term in reversed(STIRLING):
        total = total * over + term
    return total / a


def position(lower: float, upper: float, tails: Tails, start: float) -> float:
    """Where the tails are ``lower`` and ``upper``, by Newton's method on the logarithm of the smaller one.

    For a log-concave density the logarithm of a tail is concave, so that after the first step the search comes
    from one side; bounds that close in catch what rounding does.
    """
    by_lower = lower <= upper
    target = math.log(lower if by_lower else upper)
    low, high = -math.inf, math.inf
    w = start
    for _ in range(MOST_STEPS):
        left, right, slope = tails(w)
        tail = left if by_lower else right
        off = math.log(tail) - target if tail > 0 else -math.inf
        below = (off < 0) == by_lower
        low, high = (w, high) if below else (low, w)
        step = -off * tail / slope if slope > 0 and tail > 0 else math.inf
        step = step if by_lower else -step
        step = math.copysign(min(abs(step), LONGEST_STEP), 1 if below else -1)
        # Newton's step is off by the square of what it mends: a step that leaves no more than rounding is the last.
        if abs(step) * min(1.0, 2 * abs(off)) <= CLOSE_ENOUGH * max(1.0, abs(w)):
            return w + step
        # An end of the bounds was tried already: to go there again would go on for ever.
        w = w + step if low < w + step < high else (low + high) / 2
    return w
