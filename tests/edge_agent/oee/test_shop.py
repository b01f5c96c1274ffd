"""What people enter, what the calendar does, and what is said of it."""

import random

import msgspec
import pytest
from floor import CONFIG, HOUR, NS, START, TELLS, World

from edge_agent.collect import Sample
from edge_agent.dating import Dated
from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evidence import Booking
from edge_agent.oee.entry_error import EntryError
from edge_agent.wire.entries import LateScrap, ProductChoice, StopReason
from edge_agent.wire.messages import Finding
from edge_agent.wire.shop_floor import CalendarKept, Elements, Stop

MINUTE = 60 * NS


def world_of(*stretches, rate=0.5):
    """A world of (state, minutes); None is silence."""
    states, heard = [], []
    for state, minutes in stretches:
        n = int(minutes * 60)
        states += [state or Bucket.RUN] * n
        heard += [state is not None] * n
    made, n = [], 1000
    exact = 0.0
    for state in states:
        exact += rate if state == Bucket.RUN else 0
        made.append(n + int(exact))
    return World(states, made, [0] * len(states), heard)


def run(floor, world, since=0, until=None, step=10):
    """Follow a world from one second to another; now is then."""
    until = len(world.states) if until is None else until
    for k in range(since, until, step):
        samples = [world.sample(j) for j in range(k, min(k + step, until)) if world.heard[j]]
        floor.follow(samples, START + min(k + step, until) * NS)
    return START + until * NS


def later(floor, now, minutes=30):
    """Nothing more comes."""
    for k in range(minutes):
        floor.follow([], now + k * MINUTE)
    return now + minutes * MINUTE


STOPPED = ((Bucket.RUN, 15), (Bucket.STOP, 8), (Bucket.RUN, 20))
STOP_AT = START + 15 * MINUTE + NS // 2
STOP_UNTIL = START + 23 * MINUTE + NS // 2


def stops(floor):
    return sorted(floor.book().records(Stop), key=lambda one: one.since)


def test_a_stop_is_said_once_while_it_lasts_and_once_with_its_end(make_floor):
    floor = make_floor()
    world = world_of(*STOPPED)
    run(floor, world)
    said = [one for one in floor.said if isinstance(one, Stop)]
    assert [(one.since, one.until, one.kind) for one in said] == [
        (STOP_AT, None, "STOP"),
        (STOP_AT, STOP_UNTIL, "STOP"),
    ]
    assert said[-1].planned_ns == 8 * MINUTE
    assert (said[-1].shift, said[-1].product) == ("a@2026-03-02", "bracket")


def test_a_minor_stop_is_no_stop_of_its_own(make_floor):
    floor = make_floor()
    run(floor, world_of((Bucket.RUN, 5), (Bucket.STOP, 59 / 60), (Bucket.RUN, 5)))
    assert stops(floor) == []


def test_a_reason_is_followed_by_the_stop_and_changes_no_planned_time(make_floor):
    floor = make_floor()
    now = run(floor, world_of(*STOPPED))
    before = floor.shop.board.units["press-1"].elements
    entry = StopReason(
        key=f"press-1.{STOP_AT}", work_unit="press-1", since=STOP_AT, reason="no-material", who="Lan", entered_at=now
    )
    said = floor.follow([], now + NS, entry)
    assert said[0] == entry
    [stop] = stops(floor)
    assert (stop.reason, stop.who, stop.entered_at) == ("no-material", "Lan", now)
    assert stop.title.keys() == {"vi", "en"} or stop.title == {}
    assert floor.shop.board.units["press-1"].elements.ns == before.ns | {
        "RUN": floor.shop.board.units["press-1"].elements.ns["RUN"]
    }


def test_a_stop_that_is_split_is_two_and_one_again_when_that_is_undone(make_floor):
    floor = make_floor()
    now = run(floor, world_of(*STOPPED))
    cut = STOP_AT + 3 * MINUTE
    first = StopReason(key=f"press-1.{STOP_AT}", work_unit="press-1", since=STOP_AT, reason="no-material")
    second = StopReason(key=f"press-1.{cut}", work_unit="press-1", since=cut, reason="cleaning")
    floor.follow([], now + NS, first, second)
    assert [(one.since, one.until, one.reason) for one in stops(floor)] == [
        (STOP_AT, cut, "no-material"),
        (cut, STOP_UNTIL, "cleaning"),
    ]
    assert sum(one.planned_ns for one in stops(floor)) == 8 * MINUTE
    said = floor.follow([], now + 2 * NS, msgspec.structs.replace(second, gone=True))
    assert [(one.since, one.until, one.reason) for one in stops(floor)] == [(STOP_AT, STOP_UNTIL, "no-material")]
    assert [one.gone for one in said if isinstance(one, Stop) and one.since == cut] == [True]


def test_a_reason_given_a_day_later_finds_its_stop(make_floor):
    floor = make_floor()
    now = later(floor, run(floor, world_of(*STOPPED)), minutes=120)
    floor.kill()
    floor.follow(
        [], now + NS, StopReason(key=f"press-1.{STOP_AT}", work_unit="press-1", since=STOP_AT, reason="cleaning")
    )
    assert [(one.until, one.reason) for one in stops(floor)] == [(STOP_UNTIL, "cleaning")]


def test_a_reason_stays_with_its_stop_and_not_with_the_next(make_floor):
    floor = make_floor()
    now = run(floor, world_of(*STOPPED, (Bucket.STOP, 3), (Bucket.RUN, 5)))
    floor.follow([], now, StopReason(key=f"press-1.{STOP_AT}", work_unit="press-1", since=STOP_AT, reason="cleaning"))
    assert [one.reason for one in stops(floor)] == ["cleaning", ""]


def test_late_scrap_is_booked_where_the_pieces_were_made_and_replaces_that_bucket_whole(make_floor):
    floor = make_floor()
    world = world_of((Bucket.RUN, 60))
    now = later(floor, run(floor, world))
    before = floor.elements()
    made_at = START + 15 * MINUTE
    said = floor.follow([], now, LateScrap(key="x", work_unit="press-1", made_at=made_at, scrap=7, rework=2))
    [changed] = [one for one in said if isinstance(one, Elements)]
    assert changed.since == START + 10 * MINUTE
    [part] = changed.parts
    [was] = before[changed.since].parts
    assert (part.reject, part.rework, part.total) == (was.reject + 7, 2, was.total)
    truth = world.truth([(changed.since, changed.until)], now, (Booking(made_at, "", 7, 2),))[0]
    assert (truth.reject, truth.rework) == (part.reject, part.rework)
    gone = LateScrap(key="x", work_unit="press-1", made_at=made_at, scrap=7, rework=2, gone=True)
    floor.follow([], now + NS, gone)
    assert floor.elements()[changed.since].parts == before[changed.since].parts


def test_a_work_unit_that_does_not_exist_is_refused_in_words(make_floor):
    floor = make_floor()
    with pytest.raises(EntryError) as caught:
        floor.follow([], START, LateScrap(key="x", work_unit="press-9", made_at=START, scrap=1))
    assert str(caught.value) == "work unit press-9: there is none of this name; known are press-1."


TWO = '\n[[work_units.products]]\nname = "lid"\nideal_cycle_s = 4.0\n'


def test_a_product_chosen_in_mid_bucket_cuts_it(make_floor):

    floor = make_floor(config=CONFIG + TWO)
    world = world_of((Bucket.RUN, 60))
    now = START + 5 * MINUTE
    floor.follow([], START, ProductChoice(key=f"press-1.{START}", work_unit="press-1", since=START, product="bracket"))
    run(floor, world, 0, 300)
    floor.follow([], now, ProductChoice(key=f"press-1.{now}", work_unit="press-1", since=now, product="lid"))
    later(floor, run(floor, world, 300))
    parts = floor.elements()[START].parts
    assert [(one.product, one.total, one.ns) for one in parts] == [
        ("bracket", 150, {"UNKNOWN": NS // 2, "RUN": 5 * MINUTE - NS // 2}),
        ("lid", 150, {"RUN": 5 * MINUTE}),
    ]


def test_nothing_is_booked_to_a_product_that_nobody_chose(make_floor):

    floor = make_floor(config=CONFIG + TWO)
    later(floor, run(floor, world_of((Bucket.RUN, 20))))
    [part] = floor.elements()[START].parts
    assert (part.product, part.total, part.no_product) == ("", 0, 300)


def test_a_manager_changes_a_past_day_and_its_buckets_follow(make_floor):
    floor = make_floor()
    now = later(floor, run(floor, world_of((Bucket.RUN, 60))))
    tomorrow = now + 24 * HOUR
    floor.follow([], tomorrow)
    [kept] = [one for one in floor.said if isinstance(one, CalendarKept)]
    assert (kept.number, kept.who, kept.first_day) == (1, "agent.toml", "2000-01-01")
    body = dict(kept.body) | {"holidays": [{"day": "2026-03-02"}]}
    change = CalendarKept(key="", number=0, first_day="2026-03-02", body=body, who="Minh", why="lễ hội của tỉnh")
    said = floor.follow([], tomorrow + NS, change)
    [record] = [one for one in said if isinstance(one, CalendarKept)]
    assert (record.number, record.first_day, record.last_day, record.why) == (
        2,
        "2026-03-02",
        "2026-03-02",
        "lễ hội của tỉnh",
    )
    [part] = floor.elements()[START].parts
    assert part.shift == ""
    assert part.ns == {"NOT_SCHEDULED": 10 * MINUTE}
    assert (part.total, part.unplanned) == (0, 300)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"why": " "}, "calendar week: a past day is changed by a named person, with a reason. Give both."),
        (
            {"first_day": "2026-03-03"},
            "calendar week: 2026-03-03 is not past. Change the configuration for days to come.",
        ),
        ({"first_day": "2026-13-03"}, "calendar: month must be in 1..12. Correct it and send it again."),
    ],
)
def test_a_change_of_the_calendar_that_cannot_be_is_refused_in_words(make_floor, change, text):
    floor = make_floor()
    now = START + 24 * HOUR
    floor.follow([], now)
    [kept] = [one for one in floor.said if isinstance(one, CalendarKept)]
    wrong = {"first_day": "2026-03-02", "who": "Minh", "why": "x"} | change
    with pytest.raises(EntryError) as caught:
        floor.follow([], now, CalendarKept(key="", number=0, body=kept.body, **wrong))
    assert str(caught.value) == text


def test_a_changed_configuration_holds_from_today_on_and_the_past_keeps_its_calendar(make_floor):

    floor = make_floor()
    now = later(floor, run(floor, world_of((Bucket.RUN, 30))))
    floor.close()
    floor = make_floor(config=CONFIG.replace('start = "14:00"', 'start = "15:00"'))
    floor.follow([], now + 24 * HOUR)
    [kept] = [one for one in floor.said if isinstance(one, CalendarKept)]
    assert (kept.number, kept.first_day) == (2, "2026-03-03")
    assert floor.elements()[START].parts[0].shift == "a@2026-03-02"


def test_the_board_says_what_the_machine_does_and_since_when(make_floor):
    floor = make_floor()
    world = world_of(*STOPPED)
    run(floor, world, 0, 17 * 60)
    unit = floor.shop.board.units["press-1"]
    assert (unit.status.bucket, unit.status.since) == ("STOP", STOP_AT)
    assert unit.status.without_reason == 1
    assert (unit.status.shift, unit.status.total) == ("a@2026-03-02", 450)
    assert [one.bucket for one in unit.stretches] == ["UNKNOWN", "RUN", "STOP"]
    assert unit.status.heard_at == START + (17 * 60 - 1) * NS + NS // 2
    assert unit.status.coverage == pytest.approx(1 - 0.5 / (17 * 60))


def test_silence_is_shown_as_no_data(make_floor):
    floor = make_floor()
    now = run(floor, world_of((Bucket.RUN, 15)))
    later(floor, now, 2)
    assert floor.shop.board.units["press-1"].status.bucket == "UNKNOWN"


def test_the_pieces_and_times_of_the_shift_go_on_over_a_restart(make_floor):
    floor = make_floor()
    world = world_of((Bucket.RUN, 95), (Bucket.FAULT, 10), (Bucket.RUN, 30))
    run(floor, world, 0, 5400)
    floor.kill()
    run(floor, world, 5400)
    unit = floor.shop.board.units["press-1"]
    assert unit.status.total == world.made[-1] - world.made[0]
    assert sum(one.until - one.since for one in unit.stretches) == sum(unit.elements.ns.values())


def test_a_state_that_the_map_does_not_know_is_told_once(make_floor):
    floor = make_floor('state = "press.mode"\nstate_map = {"3" = "RUN"}')
    run(floor, world_of((Bucket.RUN, 1), (Bucket.SETUP, 2), (Bucket.RUN, 1)))
    [finding] = [one for one in floor.said if isinstance(one, Finding)]
    assert finding.text == (
        "work unit press-1: shows states that state_map does not know: 2. They count as no data. Add them to state_map."
    )


def test_without_a_state_signal_a_stop_begins_at_the_last_piece(make_floor):
    floor = make_floor("stop_after_s = 30")
    world = world_of((Bucket.RUN, 15), (Bucket.STOP, 5), (Bucket.RUN, 15))
    later(floor, run(floor, world))
    [stop] = stops(floor)
    last = max(k for k in range(16 * 60) if world.made[k] > world.made[k - 1])
    assert (stop.since, stop.kind) == (World.at(last), "STOP")
    first = min(k for k in range(19 * 60, 22 * 60) if world.made[k] > world.made[k - 1])
    assert stop.until == World.at(first)


def test_a_box_that_lay_on_a_shelf_for_a_year_does_not_say_a_year_of_silence(make_floor):
    floor = make_floor()
    now = later(floor, run(floor, world_of((Bucket.RUN, 30))))
    said = len(floor.said)
    floor.kill()
    world = world_of((Bucket.RUN, 30))
    for k in range(0, 1800, 10):
        samples = [world.sample(j)._replace(at=world.at(j) + 365 * 24 * HOUR) for j in range(k, k + 10)]
        floor.follow(samples, START + 365 * 24 * HOUR + (k + 10) * NS)
    later(floor, now + 365 * 24 * HOUR)
    assert len(floor.said) - said < 20


def test_energy_is_counted_by_what_the_machine_did_meanwhile(make_floor):

    floor = make_floor(TELLS + '\nenergy = "meter.energy_import"')
    world = world_of((Bucket.RUN, 20), (Bucket.STOP, 10), (Bucket.RUN, 10))
    energy = 100.0
    for k in range(len(world.states)):
        energy += 0.010 if world.states[k] == Bucket.RUN else 0.002
        meter = Dated(Sample("meter", 0, [("energy_import", energy)], []), world.at(k) + 1000)
        floor.follow([world.sample(k), meter] if k % 10 == 0 else [world.sample(k)], START + (k + 1) * NS)
    later(floor, START + len(world.states) * NS)
    sums = floor.sums(START, START + 40 * MINUTE)
    by_bucket = dict(zip(Bucket, sums.energy_wh, strict=True))
    assert by_bucket[Bucket.RUN] == pytest.approx(1800 * 10, abs=200)
    assert by_bucket[Bucket.STOP] == pytest.approx(600 * 2, abs=100)


def test_a_random_world_with_a_changed_mind_ends_like_one_that_knew(make_floor):
    chance = random.Random(5)
    world = World.at_random(chance, 1)
    floor = make_floor()
    now = later(floor, run(floor, world), 30)
    scrap = [LateScrap(key=str(k), work_unit="press-1", made_at=START + k * 7 * MINUTE, scrap=k) for k in range(5)]
    floor.follow([], now, *scrap)
    floor.follow([], now + NS)
    starts = sorted(start for start in floor.elements() if start < START + HOUR)
    bookings = tuple(Booking(one.made_at, "", one.scrap) for one in scrap)
    truth = world.truth([(start, start + 10 * MINUTE) for start in starts], now, bookings)
    assert [floor.sums(start, start + 1).reject for start in starts] == [one.reject for one in truth]
