"""Stops by the day of their shift, by reason, the longest first."""

from datetime import date, datetime

import pytest

from edge_agent.kpi.calendar import to_ns
from edge_agent.wire.shop_floor import Stop
from gateway.production.periods import day_at, month_at, shift_at
from gateway.production.reading import Selection, machines_of
from gateway.production.stops import reasons_of, stop_at, stops_of
from gateway.shop_floor import UnitId

S = 10**9
HANOI = "Asia/Ho_Chi_Minh"
DAY = date(2026, 11, 25)


def stop(text: str, minutes: int | None, shift: str = "", reason: str = "", **said) -> Stop:
    since = to_ns(datetime.fromisoformat(text), HANOI)
    title = {"vi": f"Lý do {reason}"} if reason else {}
    return Stop(
        key=f"press-1.{since}",
        revision=said.pop("revision", 1),
        at=1,
        work_unit=said.pop("unit", "press-1"),
        since=since,
        until=None if minutes is None else since + minutes * 60 * S,
        planned_ns=(minutes or 0) * 60 * S,
        shift=shift,
        reason=reason,
        title=title,
        **{"kind": "STOP", **said},
    )


@pytest.fixture
def ask(engine, told, described, zone):
    """A machine with a day of stops; questions about it."""
    told(
        described("press-1"),
        described("press-2"),
        stop("2026-11-25T08:00", 10, "sang@2026-11-25", "wait"),
        stop("2026-11-25T09:00", 25, "sang@2026-11-25", kind="FAULT"),
        stop("2026-11-26T03:00", 40, "dem@2026-11-25", "wait"),
        stop("2026-11-26T08:00", 90, "sang@2026-11-26", "wait"),
        stop("2026-11-25T23:30", 5),
        stop("2026-11-25T10:00", 7, "sang@2026-11-25", "jam", unit="press-2"),
        stop("2026-11-25T11:00", 500, "sang@2026-11-25", gone=True),
        stop("2026-11-25T12:00", None, "sang@2026-11-25", "jam"),
    )
    whole = Selection(tuple(machines_of(engine, None)), is_all=True)

    def asking(what, period, whose=whole, **said):
        return what(engine, whose, period, zone, **said)

    return asking


def test_a_stop_counts_for_the_day_of_its_shift_and_the_longest_comes_first(ask) -> None:
    found = ask(stops_of, day_at(DAY), most=10)
    assert [one.planned_ns // (60 * S) for one in found] == [40, 25, 10, 7, 5, 0]
    assert found[-1].until is None
    assert [one.reason for one in ask(stops_of, shift_at(DAY, "dem"), most=10)] == ["wait"]
    assert len(ask(stops_of, day_at(date(2026, 11, 26)), most=10)) == 1


def test_stops_by_reason_are_summed_and_those_without_one_stay_apart(ask) -> None:
    found = [(one.kind, one.reason, one.stops, one.planned_ns // (60 * S)) for one in ask(reasons_of, month_at(DAY))]
    assert found == [("", "wait", 3, 140), ("FAULT", "", 1, 25), ("", "jam", 2, 7), ("STOP", "", 1, 5)]


def test_only_so_many_only_of_a_kind_only_with_a_reason_only_of_a_machine(ask, engine) -> None:
    assert len(ask(stops_of, day_at(DAY), most=2)) == 2
    assert [one.kind for one in ask(stops_of, day_at(DAY), most=9, kinds=["FAULT"])] == ["FAULT"]
    assert len(ask(stops_of, day_at(DAY), most=9, reason="wait")) == 2
    assert len(ask(stops_of, day_at(DAY), most=9, reason="")) == 2
    one = Selection(tuple(m for m in machines_of(engine, None) if m.id.work_unit == "press-2"))
    assert len(ask(stops_of, day_at(DAY), one, most=9)) == 1
    assert [r.reason for r in ask(reasons_of, day_at(DAY), one)] == ["jam"]
    assert ask(stops_of, day_at(DAY), Selection(()), most=9) == []
    assert ask(reasons_of, day_at(DAY), Selection(())) == []


def test_outside_of_every_shift_a_stop_counts_for_the_day_of_its_machines_own_clock(
    ask, told, described, engine
) -> None:
    # 23:30 of that day in Vietnam is 11:30 in New York; 08:00 of the next is 20:00 of that day there.
    told(
        described("far", timezone="America/New_York"),
        described("nowhere", timezone="Asia"),
        stop("2026-11-25T08:00", 3, unit="far"),
        stop("2026-11-26T08:00", 2, unit="far"),
        stop("2026-11-25T22:00", 1, unit="nowhere"),
    )
    whole = Selection(tuple(machines_of(engine, None)), is_all=True)
    found = ask(stops_of, day_at(DAY), whole, most=10)
    assert [(one.of.work_unit, one.planned_ns // (60 * S)) for one in found if one.shift == ""] == [
        ("press-1", 5),
        ("far", 2),
        ("nowhere", 1),
    ]
    before = ask(stops_of, day_at(date(2026, 11, 24)), whole, most=10)
    assert [(one.of.work_unit, one.planned_ns // (60 * S)) for one in before] == [("far", 3)]
    far = Selection(tuple(machine for machine in whole.machines if machine.id.work_unit == "far"))
    assert [one.stops for one in ask(reasons_of, month_at(DAY), far)] == [2]


def test_by_time_the_last_comes_first(ask) -> None:
    found = ask(stops_of, day_at(DAY), most=3, longest_first=False)
    assert [one.since for one in found] == sorted((one.since for one in found), reverse=True)


def test_one_stop_is_found_by_its_beginning_unless_it_is_gone(ask, engine) -> None:
    of = UnitId("sa-dec", "press-shop", "press-1")
    assert stop_at(engine, of, to_ns(datetime(2026, 11, 25, 8), HANOI)).title == {"vi": "Lý do wait"}  # noqa: DTZ001
    assert stop_at(engine, of, to_ns(datetime(2026, 11, 25, 11), HANOI)) is None  # noqa: DTZ001
    assert stop_at(engine, of, 1) is None
