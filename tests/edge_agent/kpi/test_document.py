"""A document that is wrong is refused with the place of every mistake, whatever the mistake is."""

import copy
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_documents import documents

from edge_agent.kpi.document import DocumentError, read_document
from edge_agent.kpi.replay import replay

DAY = "2026-03-02T"
GOOD = {
    "timezone": "Asia/Ho_Chi_Minh",
    "shifts": [{"name": "A", "from": DAY + "06:00:00", "to": DAY + "14:00:00"}],
    "windows": [{"name": "A", "from": DAY + "06:00:00", "to": DAY + "14:00:00"}],
    "planned_stops": [{"from": DAY + "09:30:00", "to": DAY + "10:00:00"}],
    "products": [
        {"product": "P", "from": DAY + "06:00:00", "to": DAY + "10:00:00", "ideal_cycle_s": 10},
        {"product": "Q", "from": DAY + "10:00:00", "to": DAY + "14:00:00", "ideal_cycle_s": 7.5},
    ],
    "state_map": {"auto": "RUN", "alarm": "FAULT"},
    "events": [{"t": DAY + "06:00:00", "state": "auto"}, {"t": DAY + "11:00:00", "state": "alarm"}],
    "counters": [
        {
            "name": "c",
            "role": "total",
            "modulus": 65536,
            "max_rate_per_s": 0.2,
            "samples": [{"t": DAY + "06:00:00", "v": 0}, {"t": DAY + "14:00:00", "v": 1000}],
        }
    ],
    "heartbeats": [DAY + "06:10:00", {"from": DAY + "06:00:00", "to": DAY + "14:00:00", "every_s": 60}],
    "late_scrap": [{"made_at": DAY + "07:00:00", "qty": 3}],
    "micro_stop_s": 60,
    "max_gap_s": 300,
}
TOP = (
    "timezone, shifts, windows, planned_stops, products, state_map, events, counters, heartbeats, carry_in_state, "
    "as_of, min_valid_time, micro_stop_s, max_gap_s, late_scrap"
)
TIME = f'expected a time such as "{DAY}06:00:00"'
ZONE = 'expected an IANA name such as "Asia/Ho_Chi_Minh"'
STATES = "UNKNOWN, RUN, FAULT, STOP, SETUP"
GONE = object()


def changed(place: str, value: object) -> dict:
    """The good document with one value replaced, added or taken away."""
    document = copy.deepcopy(GOOD)
    *path, last = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", place)]
    holder = document
    for step in path:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    return document


def pattern(**more: object) -> dict:
    known = {"name": "N", "first_day": "2026-03-02", "last_day": "2026-03-08", "start": "22:00:00", "end": "06:00:00"}
    return {key: value for key, value in (known | more).items() if value is not GONE}


WRONG = [
    # ------------------------------------------------------------------ a key that is not there
    ("timezone", GONE, f"timezone: missing; {ZONE}"),
    ("windows", GONE, "windows: missing; what is asked for: a list of name, from, to"),
    ("windows[0].name", GONE, "windows[0].name: missing; expected a text"),
    ("windows[0].from", GONE, f"windows[0].from: missing; {TIME}"),
    ("windows[0].to", GONE, f"windows[0].to: missing; {TIME}"),
    ("shifts[0].name", GONE, "shifts[0].name: missing; expected a text"),
    ("shifts[0].from", GONE, f"shifts[0].from: missing; {TIME}"),
    ("planned_stops[0].to", GONE, f"planned_stops[0].to: missing; {TIME}"),
    ("products[1].product", GONE, "products[1].product: missing; expected a text"),
    ("products[1].ideal_cycle_s", GONE, "products[1].ideal_cycle_s: missing; expected a number above 0"),
    ("events[1].t", GONE, f"events[1].t: missing; {TIME}"),
    ("events[1].state", GONE, "events[1].state: missing; expected a text"),
    ("counters[0].role", GONE, "counters[0].role: missing; expected one of total, good, reject, rework"),
    ("counters[0].max_rate_per_s", GONE, "counters[0].max_rate_per_s: missing; expected a number above 0"),
    ("counters[0].samples[1].t", GONE, f"counters[0].samples[1].t: missing; {TIME}"),
    ("counters[0].samples[1].v", GONE, "counters[0].samples[1].v: missing; expected a whole number"),
    ("heartbeats[1].every_s", GONE, "heartbeats[1].every_s: missing; how far apart they are, s"),
    ("late_scrap[0].made_at", GONE, f"late_scrap[0].made_at: missing; {TIME}"),
    ("late_scrap[0].qty", GONE, "late_scrap[0].qty: missing; expected a whole number of at least 0"),
    # ------------------------------------------------------------------ a key that nobody knows
    ("evnts", [], "evnts: unknown key; did you mean events?"),
    ("x", 1, f"x: unknown key; known here are {TOP}"),
    ("shifts[0].form", 1, "shifts[0].form: unknown key; did you mean from?"),
    (
        "counters[0].max_rate",
        1,
        "counters[0].max_rate: unknown key; did you mean max_rate_per_s?",
    ),
    ("counters[0].samples[0].boots", 1, "counters[0].samples[0].boots: unknown key; did you mean boot?"),
    ("a\nb", 1, f'"a\\nb": unknown key; known here are {TOP}'),
    # ------------------------------------------------------------------ something else than expected
    ("timezone", "Asia/Saigoon", f'timezone: {ZONE}, got "Asia/Saigoon"'),
    ("timezone", "../../etc/passwd", f'timezone: {ZONE}, got "../../etc/passwd"'),
    ("timezone", 7, f"timezone: {ZONE}, got 7"),
    ("shifts", {}, "shifts: expected a list, got {}"),
    ("shifts[0]", "06-14", 'shifts[0]: expected an object, got "06-14"'),
    ("windows[0].name", "", 'windows[0].name: expected a text, got ""'),
    ("windows[0].name", "\ud800", 'windows[0].name: expected a text, got "\\ud800"'),
    ("state_map", ["RUN"], "state_map: expected an object of states, got ['RUN']"),
    ("state_map.auto", "RUNNING", f'state_map.auto: expected one of {STATES}, got "RUNNING"'),
    ("state_map.auto", [], f"state_map.auto: expected one of {STATES}, got []"),
    ("state_map.auto", None, f"state_map.auto: missing; expected one of {STATES}"),
    ("state_map.auto", "MINOR_STOP", f'state_map.auto: expected one of {STATES}, got "MINOR_STOP"'),
    (
        "events[1].state",
        "jammed",
        f'events[1].state: "jammed" is not in state_map. Add it there, or write one of {STATES}, auto, alarm.',
    ),
    ("events[1].state", 4, "events[1].state: expected a text, got 4"),
    ("events[1]", None, "events[1]: missing; expected an object"),
    ("events[1].id", [1], "events[1].id: expected a text, got [1]"),
    ("events[1].id", True, "events[1].id: expected a text, got true"),
    ("carry_in_state", "auto?", f'carry_in_state: expected one of {STATES}, auto, alarm, got "auto?"'),
    ("carry_in_state", {}, f"carry_in_state: expected one of {STATES}, auto, alarm, got {{}}"),
    ("counters", {"name": "c"}, "counters: expected a list, got {'name': 'c'}"),
    ("counters[0].name", 7, "counters[0].name: expected a text, got 7"),
    ("counters[0].role", "all", 'counters[0].role: expected one of total, good, reject, rework, got "all"'),
    ("counters[0].encoding", "int8", 'counters[0].encoding: expected one of int16, int32, got "int8"'),
    ("counters[0].samples", 5, "counters[0].samples: expected a list, got 5"),
    ("counters[0].samples[1]", [DAY, 1], f"counters[0].samples[1]: expected an object, got ['{DAY}', 1]"),
    ("counters[0].carry_in", 5, "counters[0].carry_in: expected an object, got 5"),
    ("counters[0].carry_in", {"v": 5}, f"counters[0].carry_in.t: missing; {TIME}"),
    ("counters[0].samples[0].boot", True, "counters[0].samples[0].boot: expected a whole number or a text, got true"),
    ("heartbeats[0]", 17, f"heartbeats[0]: {TIME}, got 17"),
    ("late_scrap[0].product", 5, "late_scrap[0].product: expected a text, got 5"),
    # ------------------------------------------------------------------ times
    ("events[1].t", "11:00", f'events[1].t: {TIME}, got "11:00"'),
    ("events[1].t", DAY + "25:00:00", f'events[1].t: {TIME}, got "{DAY}25:00:00"'),
    ("events[1].t", DAY + "06:60:00", f'events[1].t: {TIME}, got "{DAY}06:60:00"'),
    ("events[1].t", DAY + "06:00:0x", f'events[1].t: {TIME}, got "{DAY}06:00:0x"'),
    ("events[1].t", "2026-02-29T06:00:00", f'events[1].t: {TIME}, got "2026-02-29T06:00:00"'),
    ("events[1].t", "2026-03-02 06:00:00", f'events[1].t: {TIME}, got "2026-03-02 06:00:00"'),
    ("events[1].t", 1772406000, f"events[1].t: {TIME}, got 1772406000"),
    (
        "events[1].t",
        "2926-03-02T06:00:00",
        f'events[1].t: expected a time from 1900 to 2099 such as "{DAY}06:00:00", got "2926-03-02T06:00:00"',
    ),
    ("events[1].arrived", "later", f'events[1].arrived: {TIME}, got "later"'),
    ("as_of", False, f"as_of: {TIME}, got false"),
    ("min_valid_time", "yesterday", f'min_valid_time: {TIME}, got "yesterday"'),
    (
        "windows[0].to",
        DAY + "06:00:00",
        f"windows[0].to: {DAY}06:00:00 is not after from, {DAY}06:00:00. Correct one of them.",
    ),
    (
        "planned_stops[0].to",
        DAY + "09:00:00",
        f"planned_stops[0].to: {DAY}09:00:00 is not after from, {DAY}09:30:00. Correct one of them.",
    ),
    (
        "products[1].from",
        DAY + "09:59:59",
        "products[1].from: begins before products[0] ends, but only one product is in force. Move one.",
    ),
    (
        "windows[1:]",
        GONE,
        'windows[1].name: "A" is also windows[0].name. Choose another name.',
    ),
    # ------------------------------------------------------------------ numbers
    ("micro_stop_s", -1, "micro_stop_s: expected a number of seconds, 0 or more, got -1"),
    ("micro_stop_s", True, "micro_stop_s: expected a number of seconds, 0 or more, got true"),
    ("max_gap_s", "300", 'max_gap_s: expected a number of seconds, 0 or more, got "300"'),
    ("max_gap_s", float("nan"), "max_gap_s: expected a number of seconds, 0 or more, got nan"),
    ("max_gap_s", 1e300, "max_gap_s: expected a number of seconds, 0 or more, at most 1000000000, got 1e+300"),
    ("products[0].ideal_cycle_s", 0, "products[0].ideal_cycle_s: expected a number above 0, got 0"),
    ("products[0].ideal_cycle_s", True, "products[0].ideal_cycle_s: expected a number above 0, got true"),
    (
        "products[0].ideal_cycle_s",
        float("inf"),
        "products[0].ideal_cycle_s: expected a number above 0, at most 1000000000, got inf",
    ),
    (
        "products[0].ideal_cycle_s",
        5e-324,
        "products[0].ideal_cycle_s: expected a number above 0, at least 1e-09, got 5e-324",
    ),
    ("counters[0].max_rate_per_s", -0.2, "counters[0].max_rate_per_s: expected a number above 0, got -0.2"),
    ("counters[0].modulus", 1, "counters[0].modulus: expected a whole number of at least 2, got 1"),
    ("counters[0].modulus", 99.5, "counters[0].modulus: expected a whole number of at least 2, got 99.5"),
    ("counters[0].samples[0].v", 1.5, "counters[0].samples[0].v: expected a whole number, got 1.5"),
    ("counters[0].samples[0].v", "1", 'counters[0].samples[0].v: expected a whole number, got "1"'),
    ("counters[0].samples[0].v", True, "counters[0].samples[0].v: expected a whole number, got true"),
    ("counters[0].samples[0].v", None, "counters[0].samples[0].v: missing; expected a whole number"),
    (
        "counters[0].samples[0].v",
        10**18,
        "counters[0].samples[0].v: expected a whole number, at most 9007199254740992, got 1000000000000000000",
    ),
    ("late_scrap[0].qty", -3, "late_scrap[0].qty: expected a whole number of at least 0, got -3"),
    ("heartbeats[1].every_s", 0, "heartbeats[1].every_s: expected a number of seconds above 0, got 0"),
    (
        "heartbeats[1].every_s",
        1e-6,
        "heartbeats[1].every_s: makes more than 20000000 heartbeats. Choose a longer time between them.",
    ),
    # ------------------------------------------------------------------ shifts by a pattern
    ("shifts[0]", pattern(end=GONE), 'shifts[0].end: missing; expected a time of day such as "22:00:00"'),
    ("shifts[0]", pattern(start="2 pm"), 'shifts[0].start: expected a time of day such as "22:00:00", got "2 pm"'),
    (
        "shifts[0]",
        pattern(first_day="02/03/2026"),
        'shifts[0].first_day: expected a day such as "2026-03-02", got "02/03/2026"',
    ),
    (
        "shifts[0]",
        pattern(last_day="2026-03-01"),
        "shifts[0].last_day: 2026-03-01 is before first_day, 2026-03-02. Correct one of them.",
    ),
    (
        "shifts[0]",
        pattern(last_day="2076-03-01"),
        "shifts[0].last_day: more than 4000 days. Correct one of them.",
    ),
    (
        "shifts[0]",
        pattern(weekdays=[0]),
        "shifts[0].weekdays: expected a list of weekdays from 1, Monday, to 7, Sunday, got [0]",
    ),
    (
        "shifts[0]",
        pattern(first_day="9999-12-30", last_day="9999-12-31"),
        'shifts[0].first_day: expected a day from 1900 to 2099 such as "2026-03-02", got "9999-12-30"',
    ),
]


def refusal(document: object) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        replay(document)
    return str(caught.value).split("\n")


def test_the_document_that_is_changed_here_is_a_good_one():
    assert replay(GOOD)["windows"]["A"]["pieces"]["total"] == 1000


@pytest.mark.parametrize(("place", "value", "told"), WRONG, ids=[f"{k} {one[0]!a}" for k, one in enumerate(WRONG)])
def test_a_mistake_is_told_with_its_place(place, value, told):
    document = GOOD | {"windows": GOOD["windows"] * 2} if place == "windows[1:]" else changed(place, value)
    assert told in refusal(document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "document: expected an object, got []"),
        (None, "document: missing; expected an object"),
        ("{}", 'document: expected an object, got "{}"'),
        ({"input": [1]}, "input: expected an object, got [1]"),
    ],
    ids=["list", "null", "text", "input"],
)
def test_what_is_no_document_at_all_is_told(document, told):
    assert refusal(document) == [told]


def test_a_document_may_stand_in_a_wrapper_with_what_is_expected_of_it():
    wrapped = {"id": "x", "title": "t", "input": GOOD, "expected": {}}
    assert replay(wrapped) == replay(GOOD)
    assert refusal({"input": GOOD | {"timezone": 7}}) == [f"timezone: {ZONE}, got 7"]


def test_all_mistakes_are_told_together_up_to_fifty():
    wrong = GOOD | {"timezone": "X", "micro_stop_s": -1, "events": [{"t": "?", "state": "?"}] * 1000}
    told = refusal(wrong)
    assert told[0] == f'timezone: {ZONE}, got "X"'
    assert told[1] == f'events[0].t: {TIME}, got "?"'
    assert len(told) == 51
    assert told[-1] == "... and more. Mend these first."


def test_numbers_and_times_may_be_written_in_more_than_one_way():
    counter = GOOD["counters"][0] | {"modulus": 65536.0, "samples": [{"t": DAY + "06:00", "v": 5.0}]}
    read = read_document(GOOD | {"counters": [counter], "as_of": DAY + "07:00:00.5", "max_gap_s": 0.1})
    assert read.counters[0].modulus == 65536
    assert read.counters[0].samples[0].shown == 5
    assert read.as_of == 1_772_409_600_500_000_000
    assert read.max_gap_ns == 100_000_000
    same = [DAY + "06:00:00", "2026-03-01T23:00:00Z", DAY + "08:00:00+09:00", DAY + "06:00:00.000000"]
    events = [{"t": t, "state": "auto"} for t in same]
    assert {row.at for row in read_document(GOOD | {"events": events}).events} == {1_772_406_000_000_000_000}


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),  # comes twice: the first
        ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),  # never comes: as if the clock went on
        ("Europe/Berlin", "2026-03-29T03:30:00", "2026-03-29T01:30:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:20:00", "2026-04-04T14:20:00Z"),  # half an hour, in mid-hour
        ("Australia/Lord_Howe", "2026-04-05T01:40:00", "2026-04-04T14:40:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:10:00", "2026-10-03T15:40:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:40:00", "2026-10-03T15:40:00Z"),
        ("Asia/Kathmandu", "2026-03-02T06:07:08", "2026-03-02T00:22:08Z"),
    ],
)
def test_a_local_time_is_that_of_its_zone(zone, text, utc):
    for order in ([text], [text[:14] + "00:00", text], [text[:14] + "59:59", text]):
        events = [{"t": t, "state": "auto"} for t in [*order, utc]]
        *_, found, expected = read_document(GOOD | {"timezone": zone, "events": events}).events
        assert found.at == expected.at


# ------------------------------------------------------------------ fuzz

NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        [
            "", "RUN", "STOP", DAY + "06:00:00", "1900-01-01T00:00:00", "2099-12-31T23:59:59", "9999-12-31T23:59:59",
            "0001-01-01T00:00:00", "1970-01-01T00:00:00Z", DAY + "06:00:00+23:59", "\ud800", "\x00", [], {}, [[]],
            [{}], {"from": 1}, 1e308, 5e-324, 2**53, -(2**53), 2**63, 2**64, 10**30, -1, 0, 0.1, 1e9, 1e-9,
        ]
    ),
)  # fmt: skip


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Every place of a document but the document itself."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in below for found in [(*path, key), *places(one, (*path, key))]]


def mutate(document: dict, draw: random.Random, value: object) -> None:
    """Replace, take away, repeat or add one value somewhere."""
    value = copy.deepcopy(value)
    *path, last = draw.choice(places(document))
    holder = document
    for step in path:
        holder = holder[step]
    kind = draw.choice(("replace", "replace", "replace", "remove", "repeat", "add", "swap"))
    if kind == "replace":
        holder[last] = value
    elif kind == "remove":
        del holder[last]
    elif isinstance(holder, list):
        holder.insert(draw.randrange(len(holder) + 1), copy.deepcopy(holder[last]) if kind != "add" else value)
    elif kind == "swap":
        other = draw.choice(sorted(holder))
        holder[last], holder[other] = holder[other], holder[last]
    else:
        holder[draw.choice(("carry_in", "encoding", "boot", "arrived", "id", "as_of", "min_valid_time", "?"))] = value


def answer_or_refusal(document: object) -> None:
    try:
        answer = replay(document)
    except DocumentError as error:
        for line in str(error).split("\n"):
            assert re.fullmatch(r"\S.*?: \S.*|\.\.\. and more\. Mend these first\.", line), line
            line.encode()
        return
    assert json.loads(json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()) == answer


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.just(GOOD), documents), st.randoms(use_true_random=False), st.lists(NASTY, min_size=1, max_size=3))
def test_a_document_with_something_wrong_is_answered_or_refused_with_places(document, draw, values):
    document = copy.deepcopy(document)
    for value in values:
        mutate(document, draw, value)
    answer_or_refusal(document)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        NASTY, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), below)
    )
)
def test_anything_that_json_can_hold_is_answered_or_refused_with_places(document):
    answer_or_refusal(document)


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "cases").glob("*.json")), ids=lambda path: path.stem)
def test_no_case_becomes_a_traceback_when_any_one_value_of_it_is_lost(path):
    document = json.loads(path.read_text("utf-8"))["input"]
    for *above, last in places(document):
        broken = copy.deepcopy(document)
        holder = broken
        for step in above:
            holder = holder[step]
        holder[last] = None
        answer_or_refusal(broken)
