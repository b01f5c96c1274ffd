"""A pilot's windows follow each other, and are set before the result is looked at."""

import pytest

from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM

DAYS = {
    "baseline_since": "2026-03-01",
    "baseline_until": "2026-04-30",
    "begins": "2026-05-01",
    "washout_until": "2026-05-15",
    "result_since": "2026-05-16",
    "result_until": "2026-07-31",
}


def pilot(world, **other: object) -> dict[str, object]:
    values = {"site": world.site.id, "name": "5S xưởng dập", "version": 1, "tools": ["5s"], "state": "planned"}
    return values | DAYS | {"work_units": "press-shop/press-1", "figures": ["oee"]} | other


def test_windows_in_order_are_taken(world) -> None:
    made = world.book.make(SYSTEM, "pilot", pilot(world))
    assert made.values["tools"] == ["5s"]
    assert made.place == world.site.place


@pytest.mark.parametrize(
    ("wrong", "field", "en"),
    [
        (
            {"result_since": "2026-05-15"},
            "result_since",
            "Result from 2026-05-15 must come after Washout until, inclusive 2026-05-15. Correct it.",
        ),
        (
            {"begins": "2026-04-30"},
            "begins",
            "Begins 2026-04-30 must come after Baseline until, inclusive 2026-04-30. Correct it.",
        ),
        (
            {"result_until": "2026-05-01"},
            "result_until",
            "Result until, inclusive 2026-05-01 must come after Result from 2026-05-16. Correct it.",
        ),
        (
            {"washout_until": "2026-04-01"},
            "washout_until",
            "Washout until, inclusive 2026-04-01 must come after Begins 2026-05-01. Correct it.",
        ),
    ],
)
def test_windows_that_overlap_are_refused(world, wrong, field, en) -> None:
    with pytest.raises(WrongValuesError) as refused:
        world.book.make(SYSTEM, "pilot", pilot(world, **wrong))
    assert refused.value.problems[field].en == en
