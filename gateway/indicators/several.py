"""Several figures of one pilot, judged together, so that one of many does not improve by chance alone.

Figures are ordered by p. The i-th of m is decided at ``alpha / (m - i + 1)``, until one is not clear; from there on
none is. Its interval is the one at the confidence at which it was decided, so that it leaves out 0 exactly where the
figure is clear.

Decision: every figure that was declared counts in m, also one that cannot be judged yet.
Because: else a figure that comes later would change what was said of the others.

Source: S. Holm, Scand. J. Statist. 6 (1979) 65.
"""

from collections.abc import Sequence

import msgspec

from calibration.distributions import student_t_quantile
from gateway.indicators.pilot_days import Direction
from gateway.indicators.pilot_effects import Effect, Interval, Picture, Verdict, Warn

PLACEBO_SHARE = 0.1
"""Of made-up dates with an effect as large, from which on one is warned."""


def judge_together(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The verdicts of all figures that were declared of one pilot.

    Args:
        effects: One for each figure, all with the same confidence; also those that are not judged.

    Returns:
        The same, in the same order, with verdict, ``p_adjusted``, ``adjusted`` and the picture's band after Holm.

    Raises:
        ValueError: A figure stands twice, or confidences differ.
    """
    _need_one_family(effects)
    m = len(effects)
    judged = sorted((one.p, index) for index, one in enumerate(effects) if one.p is not None)
    found = list(effects)
    highest, alpha, is_over = 0.0, 1.0, False
    for rank, (p, index) in enumerate(judged):
        one = effects[index]
        if one.interval is None:
            continue
        highest = max(highest, min(1.0, (m - rank) * p))
        if not is_over:
            alpha = (1 - one.interval.confidence) / (m - rank)
        adjusted = interval_of(one, 1 - alpha)
        is_over = is_over or adjusted.holds_zero
        verdict = Verdict.UNCLEAR if is_over else _side(one)
        found[index] = msgspec.structs.replace(
            one,
            verdict=verdict,
            warnings=_believable(one, verdict),
            figures=m,
            p_adjusted=highest,
            adjusted=adjusted,
            picture=_band(one, adjusted),
        )
    return tuple(msgspec.structs.replace(one, figures=m) for one in found)


def interval_of(one: Effect, confidence: float) -> Interval:
    """The interval of a judged effect at some confidence.

    Raises:
        ValueError: The effect is not judged.
    """
    if one.effect is None or one.u is None or one.fit is None:
        msg = f"{one.figure}: {one.verdict.value}, expected a judged effect. Ask for an interval once it is judged."
        raise ValueError(msg)
    half = student_t_quantile((1 + confidence) / 2, one.fit.dof) * one.u
    return Interval(confidence, one.effect - half, one.effect + half)


def _need_one_family(effects: Sequence[Effect]) -> None:
    names = [one.figure for one in effects]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        msg = f"{', '.join(twice)}: judged twice, expected each figure once. Leave one out."
        raise ValueError(msg)
    if len(wanted := {one.interval.confidence for one in effects if one.interval}) > 1:
        told = ", ".join(f"{one:g}" for one in sorted(wanted))
        msg = f"{', '.join(names)}: confidences {told}, expected one for all. Judge them with the same confidence."
        raise ValueError(msg)


def _side(one: Effect) -> Verdict:
    rose = (one.effect or 0.0) > 0
    return Verdict.IMPROVED if rose == (one.direction is Direction.UP) else Verdict.WORSE


def _believable(one: Effect, verdict: Verdict) -> tuple[Warn, ...]:
    """Other ways and made-up dates speak against a clear verdict only."""
    warnings: list[Warn] = [warn for warn in one.warnings if warn not in (Warn.PLACEBO, Warn.SENSITIVE)]
    if one.sensitivity is None or verdict is Verdict.UNCLEAR:
        return tuple(warnings)
    placebo, others = one.sensitivity.placebo, (one.sensitivity.newey_west, one.sensitivity.bootstrap)
    if placebo is not None and placebo.share >= PLACEBO_SHARE:
        warnings.append(Warn.PLACEBO)
    rose = (one.effect or 0.0) > 0
    if any(other is not None and (other.low <= 0 if rose else other.high >= 0) for other in others):
        warnings.append(Warn.SENSITIVE)
    return tuple(warnings)


def _band(one: Effect, adjusted: Interval) -> Picture:
    before = one.adjusted or one.interval
    if before is None or before.high == before.low:
        return one.picture
    ratio = (adjusted.high - adjusted.low) / (before.high - before.low)
    old = one.picture

    def wider(ends: tuple[float | None, ...]) -> tuple[float | None, ...]:
        return tuple(
            None if end is None or fitted is None else fitted + (end - fitted) * ratio
            for end, fitted in zip(ends, old.fitted, strict=True)
        )

    return msgspec.structs.replace(old, low=wider(old.low), high=wider(old.high))
