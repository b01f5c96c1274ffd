"""The course of the live line before the demo: elements, stops and readings tell the same."""

from datetime import date
from itertools import pairwise

import pytest

from edge_agent.kpi.calendar import expand
from edge_agent.wire.calendar_tables import calendar_from_body
from gateway.demo.course import BUCKET, MIN, drawn, elements, power, stops

CALENDAR = {
    "timezone": "Asia/Ho_Chi_Minh",
    "shifts": [
        {"name": "A", "start": "06:07", "end": "14:07", "breaks": [{"start": "10:07", "end": "10:22"}]},
        {"name": "B", "start": "14:07", "end": "22:07", "breaks": []},
    ],
}
SCHEDULE = expand(calendar_from_body(CALENDAR), date(2026, 11, 18), date(2026, 11, 21))
SINCE = SCHEDULE.shifts[0].since_ns // BUCKET * BUCKET
UNTIL = SINCE + 400 * BUCKET
COURSE = drawn(SINCE, UNTIL)
ELEMENTS = list(elements(COURSE, SCHEDULE, "press"))
STOPS = list(stops(COURSE, SCHEDULE, "press"))


def test_it_has_neither_gaps_nor_overlaps() -> None:
    assert (COURSE[0].since, COURSE[-1].until) == (SINCE, UNTIL)
    assert all(one.until == other.since for one, other in pairwise(COURSE))


def test_every_nominal_bucket_is_told_whole() -> None:
    assert [one.since for one in ELEMENTS] == list(range(SINCE, UNTIL, BUCKET))
    assert {sum(sum(part.ns.values()) for part in one.parts) for one in ELEMENTS} == {BUCKET}
    assert {(one.key, one.until - one.since) for one in ELEMENTS} == {(f"press.{x.since}", BUCKET) for x in ELEMENTS}
    # Shifts begin at seven past the hour, so that some buckets have a part of two of them.
    assert {len({part.shift for part in one.parts}) for one in ELEMENTS} == {1, 2}


@pytest.mark.parametrize("kind", ["FAULT", "STOP", "SETUP", "MINOR_STOP"])
def test_stops_last_in_planned_time_as_long_as_elements_say(kind: str) -> None:
    in_elements = sum(part.ns.get(kind, 0) for one in ELEMENTS for part in one.parts)
    assert sum(one.planned_ns for one in STOPS if one.kind == kind) == in_elements > 0
    # Some lie in a break or outside of the shifts, whole or in part.
    assert all(one.until and one.planned_ns <= one.until - one.since for one in STOPS)


def test_a_failure_is_counted_where_it_begins() -> None:
    begun = [one for one in STOPS if one.kind == "FAULT" and one.shift and not SCHEDULE.is_planned_stop(one.since)]
    assert sum(part.failures for one in ELEMENTS for part in one.parts) == len(begun) > 0


def test_pieces_are_made_in_shifts_alone_and_both_products_are() -> None:
    parts = [part for one in ELEMENTS for part in one.parts]
    assert {part.product for part in parts if part.total} == {"LID-10", "LID-12"}
    assert {part.total for part in parts if not part.shift} == {0}
    assert all(0 <= part.reject <= part.total for part in parts)


def test_the_meter_shows_the_energy_of_the_elements() -> None:
    read_wh = sum(mean / 60 for _, mean in power(COURSE, SCHEDULE))
    told_wh = sum(sum(part.energy_wh.values()) for one in ELEMENTS for part in one.parts)
    assert read_wh == pytest.approx(told_wh, rel=1e-9)
    assert len(list(power(COURSE, SCHEDULE))) == (UNTIL - SINCE) // MIN


def test_the_same_course_is_drawn_every_time() -> None:
    assert drawn(SINCE, UNTIL) == COURSE
