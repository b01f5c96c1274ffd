"""Whether a gain is still there months later, against the same baseline."""

from datetime import date

import pytest

from gateway.programme.pilot_retention import retained
from gateway.programme.pilots_judged import pilots_in_force, read_pilot
from gateway.registry.roles import SYSTEM


@pytest.mark.parametrize(
    ("as_of", "over"), [(date(2026, 12, 9), []), (date(2026, 12, 11), [3]), (date(2028, 1, 1), [3, 6, 12])]
)
def test_windows_of_3_6_and_12_months_are_as_long_as_the_result_and_told_when_over(workshop, as_of, over) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.run("press-1", gain=0.0, seed=4, since=date(2026, 10, 11), until=date(2026, 12, 10))
    workshop.pilot()
    [(pilot, others)] = pilots_in_force(workshop.engine, SYSTEM, workshop.now)
    read = read_pilot(workshop.engine, SYSTEM, pilot, others, as_of, workshop.now, workshop.zone)
    found = retained(read.of, read.days, read.control_days, as_of)
    assert [(one.since.isoformat(), one.until.isoformat()) for one in found] == [
        ("2026-10-11", "2026-12-10"),
        ("2027-01-11", "2027-03-12"),
        ("2027-07-11", "2027-09-09"),
    ]
    assert [one.months for one in found if one.is_over] == over
    told = [one for one in found if one.figures]
    assert [one.months for one in told] == over[:1]
    # What ran in autumn ran as in the baseline: the gain of summer is gone.
    assert [str(one.figures[0].effect.verdict) for one in told] == ["unclear"] * len(told)
