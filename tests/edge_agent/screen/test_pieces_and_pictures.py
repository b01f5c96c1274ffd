"""The pure parts: the timeline's drawing, bounds, cut stops, hours in which pieces were made."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen_floor import CALENDAR, MIN, NOW, SHIFT, H, S, shop, stop_of, stretches, unit_board, unit_config

from edge_agent.oee.board import Stretch
from edge_agent.screen.made import hours_made, hours_worked, shifts_before
from edge_agent.screen.picture import figures_of
from edge_agent.screen.pieces import Piece, pieces_of, reasons_of, waiting
from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.timeline import WIDTH, draw
from edge_agent.wire.entries import StopReason
from edge_agent.wire.shop_floor import Elements, Part

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BUCKETS = ("RUN", "MINOR_STOP", "STOP", "FAULT", "SETUP", "PLANNED_STOP", "UNKNOWN")


# ------------------------------------------------------------------ the timeline


def test_bars_are_where_the_time_was() -> None:
    line = draw(stretches((240, "RUN"), (60, "FAULT"), (60, "UNKNOWN")), SHIFT, SHIFT + 8 * H, SHIFT + 6 * H, ZONE)
    assert line.bars == ((0, 480, "run"), (480, 120, "fault"), (600, 120, "unknown"))
    assert line.now == 720
    assert line.shares == (("RUN", 240 * 60.0), ("FAULT", 3600.0), ("UNKNOWN", 3600.0))
    assert [row.bucket for row in line.table] == ["UNKNOWN", "FAULT", "RUN"]


def test_the_axis_has_round_hours_of_the_wall_clock() -> None:
    ticks = draw((), SHIFT, SHIFT + 8 * H, SHIFT, ZONE).ticks
    assert [(tick.x, (tick.at - SHIFT) // H) for tick in ticks] == [(120 * k, k) for k in range(9)]


def test_the_axis_is_right_over_a_change_of_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    since = 1_774_735_200 * S  # 2026-03-28 23:00 in Berlin; at 02:00 the clock jumps to 03:00
    ticks = draw((), since, since + 7 * H, since, berlin).ticks
    assert [(tick.at - since) // H for tick in ticks] == list(range(8))


@given(st.lists(st.tuples(st.floats(0.01, 90), st.sampled_from(BUCKETS)), min_size=1, max_size=300))
def test_however_many_stretches_the_drawing_stays_small_and_whole(told) -> None:
    course = stretches(*told)
    until = max(course[-1].until, SHIFT + MIN)
    line = draw(course, SHIFT, until, until, ZONE)
    assert len(line.bars) <= WIDTH
    assert line.bars[0].x == 0
    ends = [bar.x + bar.width for bar in line.bars]
    assert [bar.x for bar in line.bars[1:]] == ends[:-1]  # no hole, no overlap
    assert ends[-1] == (WIDTH if course[-1].until == until else ends[-1])
    assert all(a.shape != b.shape for a, b in zip(line.bars, line.bars[1:], strict=False))
    assert sum(share.seconds for share in line.shares) == pytest.approx((course[-1].until - SHIFT) / S)


def test_a_bucket_that_nobody_knows_looks_like_no_data() -> None:
    assert draw((Stretch(SHIFT, SHIFT + H, "DREAMING"),), SHIFT, SHIFT + H, SHIFT + H, ZONE).bars[0].shape == "unknown"


# ------------------------------------------------------------------ bounds


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(1, 100), st.data())
def test_bounds_hold_whatever_happened_while_nobody_looked(run, stop, more_run, unseen, data) -> None:
    """Second method: complete the unseen time in any way and compute anew."""
    course = stretches((run + 1, "RUN"), (stop, "STOP"), (unseen, "UNKNOWN"))
    total = data.draw(st.integers(1, (run + 1) * 30))
    reject = data.draw(st.integers(0, total))
    figures = {f.name: f for f in figures_of(unit_board("press", course, total=total, reject=reject), with_oee=True)}
    ran = data.draw(st.integers(0, unseen)) * 60  # of the unseen, s
    ideal = data.draw(st.integers(0, ran))
    good = data.draw(st.integers(0, ideal))
    apt, t, g = (run + 1) * 60 + ran, 2 * total + ideal, 2 * (total - reject) + good
    truth = {
        "availability": apt / ((run + 1 + stop + unseen) * 60),
        "effectiveness": t / apt,
        "quality_ratio": g / t,
        "oee": g / ((run + 1 + stop + unseen) * 60),
    }
    for name, value in truth.items():
        assert figures[name].low <= value + 1e-9, name
        assert value <= figures[name].high + 1e-9, name


def test_a_unit_that_was_seen_throughout_has_no_bounds() -> None:
    assert all(f.low is None and f.high is None for f in figures_of(unit_board("press"), with_oee=True))


# ------------------------------------------------------------------ stops and their pieces


def reason(at: int, what: str = "", **more) -> StopReason:
    return StopReason(key=f"press.{at}", work_unit="press", since=at, reason=what, **more)


def test_a_stop_is_cut_where_an_entry_begins_in_it() -> None:
    stop = stop_of("press", SHIFT, 30, planned_ns=30 * MIN)
    cut = SHIFT + 10 * MIN
    pieces = pieces_of([stop], [reason(SHIFT, "waiting-people", until=cut), reason(cut)], NOW)
    assert pieces == [
        Piece(stop, cut, stop.until),
        Piece(stop, SHIFT, cut, "waiting-people", "", "", cut),
    ]
    assert [piece.waits for piece in pieces] == [True, False]
    assert pieces[0].lasted_s(NOW) == 1200


def test_a_reason_that_the_engine_knows_stays_unless_it_was_taken_back() -> None:
    stop = stop_of("press", SHIFT, 30, planned_ns=1, reason="waiting-people", note="n", who="Lan")
    assert pieces_of([stop], [], NOW) == [Piece(stop, SHIFT, stop.until, "waiting-people", "n", "Lan")]
    assert pieces_of([stop], [], NOW, {stop.key}) == [Piece(stop, SHIFT, stop.until)]


def test_minor_stops_changeovers_and_stops_outside_of_work_are_not_asked_for() -> None:
    told = [("MINOR_STOP", 1), ("SETUP", 1), ("STOP", 0), ("FAULT", 1), ("STOP", 1)]
    stops = [stop_of("press", SHIFT + k * MIN, 1, kind, planned_ns=ns) for k, (kind, ns) in enumerate(told)]
    assert [piece.stop.kind for piece in waiting(pieces_of(stops, [], NOW), NOW)] == ["STOP", "FAULT"]


def test_what_lasts_waits_first_then_the_newest_or_the_longest() -> None:
    stops = [
        stop_of("press", SHIFT, 40, planned_ns=1),
        stop_of("press", SHIFT + H, 5, planned_ns=1),
        stop_of("press", SHIFT + 2 * H, 10, planned_ns=1),
        stop_of("press", NOW - MIN, None, planned_ns=1),
    ]
    pieces = pieces_of(stops, [], NOW)
    assert [p.lasted_s(NOW) / 60 for p in waiting(pieces, NOW)] == [1, 10, 5, 40]
    assert [p.lasted_s(NOW) / 60 for p in waiting(pieces, NOW, longest=True)] == [1, 40, 10, 5]


def test_the_most_used_reasons_come_first(tmp_path) -> None:
    settings = ScreenSettings("s", "e", tmp_path, shop())
    used = [
        "breakdown-jam",
        "waiting-people",
        "waiting-people",
        "waiting-forklift",
        "waiting-forklift",
        "waiting-people",
    ]
    unit = unit_config("press")
    none = reasons_of(settings, unit, [])
    assert none.often == ()
    assert [one.id for one in none.quick] == [one.id for one in settings.shop.reasons[:4]]
    some = reasons_of(settings, unit, [reason(SHIFT + k, name) for k, name in enumerate(used)])
    assert [one.id for one in some.often] == ["waiting-people", "waiting-forklift", "breakdown-jam"]
    assert [group.id for group in some.groups][:2] == ["waiting", "breakdown"]
    assert next(group for group in some.groups if group.id == "breakdown").of[0].id == "breakdown-jam"
    assert len(some.quick) == 4


def test_a_unit_has_only_the_reasons_that_fit_it(tmp_path) -> None:
    settings = ScreenSettings("s", "e", tmp_path, shop())
    fitting = reasons_of(settings, unit_config("press", reasons=("waiting", "quality")), [])
    assert [group.id for group in fitting.groups] == ["waiting", "quality"]


# ------------------------------------------------------------------ when pieces were made


def bucket(at: int, *parts: Part) -> Elements:
    return Elements(key=f"press.{at}", work_unit="press", since=at, until=at + 10 * MIN, parts=parts)


def test_hours_are_told_by_shift_and_product_with_what_they_made() -> None:
    a = Part(shift="A@2026-03-02", product="P-100", total=10, reject=1)
    other = Part(shift="A@2026-03-02", product="P-200", total=5)
    told = [bucket(SHIFT, a), bucket(SHIFT + 10 * MIN, a, other), bucket(SHIFT + H, Part(shift="A@2026-03-02"))]
    made = hours_made(told, ZONE)
    assert [(one.since, one.product, one.pieces, one.good) for one in made] == [
        (SHIFT, "P-100", 20, 18),
        (SHIFT, "P-200", 5, 5),
    ]
    assert made[0].made_at == SHIFT + 5 * MIN


def test_scrap_of_a_shift_is_not_booked_in_a_bucket_that_two_shifts_share() -> None:
    end = SHIFT + 8 * H + 5 * MIN  # shift A would end in the middle of a bucket
    shared = bucket(end - 5 * MIN, Part(shift="A@x", product="P", total=90), Part(shift="B@x", product="P", total=3))
    own = bucket(end + 5 * MIN, Part(shift="B@x", product="P", total=2))
    made = {one.shift: one for one in hours_made([shared, own], ZONE)}
    assert own.since < made["B@x"].made_at < own.until


def test_without_a_counter_the_hours_of_the_shifts_are_offered() -> None:
    shifts = shifts_before(CALENDAR, NOW, days=1)
    assert [shift.name for shift in shifts] == [
        "A@2026-03-02",
        "B@2026-03-01",
        "A@2026-03-01",
        "B@2026-02-28",
        "A@2026-02-28",
    ]
    hours = hours_worked(shifts[:2], NOW, ZONE)
    assert [one.since for one in hours[:5]] == [SHIFT + k * H for k in (4, 3, 2, 1, 0)]
    assert hours[0].made_at == SHIFT + 4 * H + 6 * MIN  # of the hour that has begun
    assert hours[5].shift == "B@2026-03-01"
    assert all(one.pieces is None for one in hours)
