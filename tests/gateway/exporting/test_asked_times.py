"""Days as people write them, by the wall clock of a zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.exporting.asked_times import days_meant, span_of

HANOI, BERLIN, SANTIAGO = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Santiago")
NOW = 1_795_582_800 * 10**9
"""2026-11-25 12:00 in Vietnam."""


def shown(text: str, zone: ZoneInfo) -> list[str]:
    days = days_meant(text, NOW, zone)
    assert days is not None, text
    return [datetime.fromtimestamp(at // 10**9, zone).isoformat() for at in span_of(days, zone)]


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-11-25", "2026-11-25", "2026-11-26"),
        (" 5/1/2026 ", "2026-01-05", "2026-01-06"),
        ("2026-W53", "2026-12-28", "2027-01-04"),
        ("2026-w01", "2025-12-29", "2026-01-05"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2028-02", "2028-02-01", "2028-03-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("today", "2026-11-25", "2026-11-26"),
        ("Hôm  qua", "2026-11-24", "2026-11-25"),
    ],
)
def test_a_day_a_week_a_month_and_a_year_begin_and_end_at_midnight(text, first, end):
    assert shown(text, HANOI) == [f"{day}T00:00:00+07:00" for day in (first, end)]


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2025-W53", "2026-02-29", "30/2/2026", "1969", "2200-01", "-7d", "now"]
)
def test_what_names_no_day_names_none(text):
    assert days_meant(text, NOW, HANOI) is None


def test_days_on_which_the_clocks_change_are_whole():
    assert shown("2026-10-25", BERLIN) == ["2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"]
    # There the clocks jump at midnight: the day begins at 01:00.
    assert shown("2026-09-06", SANTIAGO) == ["2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"]


def test_months_that_follow_each_other_leave_nothing_out_and_share_nothing():
    spans = [span_of(days_meant(f"2026-{month:02d}", NOW, BERLIN), BERLIN) for month in range(1, 13)]  # type: ignore[arg-type]
    assert [one.end for one in spans[:-1]] == [one.start for one in spans[1:]]
    assert (spans[0].start, spans[-1].end) == tuple(span_of(days_meant("2026", NOW, BERLIN), BERLIN))  # type: ignore[arg-type]
