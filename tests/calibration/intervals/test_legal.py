import pytest

from calibration.intervals import LEGAL_PERIODS, LegalPeriod, legal_period


# Circular 23/2013/TT-BKHCN, as amended by 03/2024/TT-BKHCN.
@pytest.mark.parametrize(
    ("kind", "months"),
    [("analytical_balance", 12), ("technical_balance", 12), ("taximeter", 18), ("ac_charging_meter_two_wheelers", 60)],
)
def test_periods_are_those_of_the_circular(kind: str, months: int) -> None:
    row = legal_period(kind)
    assert row.months == months
    assert "03/2024/TT-BKHCN" in row.source


def test_a_steel_tape_is_verified_once() -> None:
    assert legal_period("steel_tape").months is None


def test_each_kind_has_one_row() -> None:
    assert len({row.kind for row in LEGAL_PERIODS}) == len(LEGAL_PERIODS) == 13


def test_a_table_may_be_passed_in() -> None:
    assert legal_period("water_meter", [LegalPeriod("water_meter", 60, "a circular")]).months == 60


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: legal_period("stopwatch", [LegalPeriod("taximeter", 18), LegalPeriod("total_station", 12)]),
            (
                "legal_period: kind: expected one of taximeter, total_station, got 'stopwatch'. "
                "Look it up in the circular in force and pass the row in; a legal period is never computed."
            ),
        ),
        (
            lambda: legal_period("a", [LegalPeriod("a", 12), LegalPeriod("a", 24)]),
            "legal_period: table: expected one row for a, got 2. Keep the one in force.",
        ),
        (
            lambda: LegalPeriod("a", 0),
            "LegalPeriod a: months: expected a whole number, 1 or more, got 0. Look at what it was computed from.",
        ),
    ],
)
def test_no_period_is_made_up(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
