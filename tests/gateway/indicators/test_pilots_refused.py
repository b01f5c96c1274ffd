"""What is asked wrongly of a pilot's figure is refused, and said what to do."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from gateway.indicators.pilots import Asked, Daily, Direction, Windows, effect, interval_of, judge_together

FIRST = date(2026, 3, 2)
DAYS = tuple(FIRST + timedelta(days=number) for number in range(60))
VALUES = tuple(np.random.default_rng(1).normal(0.6, 0.03, 60).tolist())
DAILY = Daily(days=DAYS, values=VALUES)
WINDOWS = Windows(
    baseline_since=DAYS[0], baseline_until=DAYS[29], begins=DAYS[30], result_since=DAYS[30], result_until=DAYS[59]
)
OEE = Asked(figure="oee", direction=Direction.UP)


def given(**changes: object) -> Callable[[], object]:
    return lambda: effect(msgspec.structs.replace(DAILY, **changes), WINDOWS, OEE)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            given(days=(*DAYS[:59], DAYS[3])),
            "oee: day 2026-03-05 stands twice, expected each day once. Sum what one day has before.",
        ),
        (
            given(values=VALUES[:58]),
            "oee: values: 58 values for 60 days, expected one for each. Give None where there is none.",
        ),
        (
            given(values=(float("inf"), *VALUES[1:])),
            "oee: values: a value beyond 1e+100, expected a number or None. Look at what it was divided by.",
        ),
        (given(coverage=(1.2,) * 60), "oee: coverage: 1.2, expected 0 to 1. Correct it."),
        (given(weights=(0.0,) * 60), "oee: weights: 0, expected a number above 0. Correct it."),
        (
            given(mix={"a": (0.5,)}),
            "oee: mix of a: 1 values for 60 days, expected one for each. Give None where there is none.",
        ),
        (
            lambda: effect(DAILY, WINDOWS, OEE, control=Daily(days=DAYS[:1] * 2, values=(1.0, 2.0))),
            "oee, control: day 2026-03-02 stands twice, expected each day once. Sum what one day has before.",
        ),
        (
            lambda: msgspec.structs.replace(WINDOWS, baseline_until=DAYS[30]),
            (
                "windows of a pilot: 2026-03-02 2026-04-01 2026-04-01 2026-04-01 2026-04-30, expected each day after "
                "the one before. Correct the days."
            ),
        ),
        (
            lambda: msgspec.structs.replace(WINDOWS, washout_until=DAYS[35]),
            (
                "windows of a pilot: washout until 2026-04-06, expected from 2026-04-01 to before 2026-04-01. "
                "Correct the days."
            ),
        ),
        (
            lambda: Asked(figure="oee", direction=Direction.UP, confidence=1.0, least_days=2),
            (
                "oee: confidence 1, least_days 2, least_coverage 0.8, expected between 0 and 1, at least 5, 0 to 1. "
                "Correct what is asked."
            ),
        ),
        (
            lambda: judge_together([effect(DAILY, WINDOWS, OEE)] * 2),
            "oee: judged twice, expected each figure once. Leave one out.",
        ),
        (
            lambda: judge_together(
                [
                    effect(DAILY, WINDOWS, OEE),
                    effect(DAILY, WINDOWS, Asked(figure="yield", direction=Direction.UP, confidence=0.9)),
                ]
            ),
            "oee, yield: confidences 0.9, 0.95, expected one for all. Judge them with the same confidence.",
        ),
        (
            lambda: interval_of(effect(Daily(days=(), values=()), WINDOWS, OEE), 0.9),
            "oee: not_yet, expected a judged effect. Ask for an interval once it is judged.",
        ),
    ],
    ids=[
        "a day twice",
        "fewer values than days",
        "an infinite value",
        "coverage above 1",
        "a weight of 0",
        "a mix of another length",
        "a day twice in the control line",
        "a baseline that touches the pilot",
        "a washout within the result",
        "limits outside their range",
        "one figure twice",
        "two confidences",
        "an interval of what is not judged",
    ],
)
def test_it_is_refused(act: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        act()
