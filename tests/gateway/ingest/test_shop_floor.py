"""Elements and stops: whatever the order, the repetition and the accidents, the tables and the points end the same."""

import itertools
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.kpi.buckets import Bucket
from edge_agent.wire import schema
from edge_agent.wire.entries import StopReason
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from gateway import registry
from gateway.ingest.dead_letters import retry
from gateway.registry import ElementRow, NominalBucketRow, RecordRow, StopRow, WorkUnitRow
from gateway.timeseries import StoreUnavailableError
from gateway.timeseries.points import read_point

T = 1_790_000_400_000_000_000
S = 10**9
MIN = 60 * S
BEFORE_ALL, AFTER_ALL = 0, 2**62


def part(product: str = "cap-38", shift: str = "A@2026-09-21", total: int = 30, run_s: int = 500, **more) -> Part:
    ns = {"RUN": run_s * S, "STOP": 600 * S - run_s * S}
    return Part(**{"shift": shift, "product": product, "ideal_cycle_s": 2.0, "total": total, "ns": ns, **more})


def elements(revision: int, *parts: Part, since: int = T, work_unit: str = "press-1") -> Elements:
    return Elements(
        key=f"{work_unit}.{since}",
        revision=revision,
        at=T,
        work_unit=work_unit,
        since=since,
        until=since + 10 * MIN,
        parts=parts,
    )


def stop(revision: int, until: int | None, **more) -> Stop:
    return Stop(
        **{
            "key": f"press-1.{T}",
            "revision": revision,
            "at": T,
            "work_unit": "press-1",
            "since": T,
            "until": until,
            "kind": "STOP",
            **more,
        }
    )


def tables(gateway) -> dict:
    """Everything that the registry knows of the shop floor."""
    with Session(gateway.engine) as session:
        return {
            kind.__tablename__: [
                {column.name: getattr(row, column.name) for column in kind.__table__.columns}
                for row in session.scalars(select(kind).order_by(*kind.__table__.primary_key.columns))
            ]
            for kind in (WorkUnitRow, NominalBucketRow, ElementRow, StopRow)
        }


def points(gateway, measurement: str = "element") -> list:
    return list(gateway.store.points(measurement, "s1", "e1", BEFORE_ALL, AFTER_ALL))


def by_product(gateway) -> dict:
    return {point.tags[3]: point.numbers for point in points(gateway)}


# ------------------------------------------------------------------ one record


def test_an_element_becomes_rows_and_a_point_with_all_its_fields(gateway, run) -> None:
    said = part(
        reject=3,
        rework=2,
        unplanned=1,
        unattributed=4,
        no_product=5,
        failures=1,
        failing_ns=90 * S,
        energy_wh={"RUN": 120.5, "STOP": 2.0},
    )
    gateway.takes(run.records(elements(7, said)))
    [row] = tables(gateway)["element"]
    assert (row["shift"], row["product"], row["until"]) == ("A@2026-09-21", "cap-38", T + 10 * MIN)
    assert (row["run_ns"], row["stop_ns"], row["unknown_ns"]) == (500 * S, 100 * S, 0)
    assert json.loads(row["energy_wh"]) == {"RUN": 120.5, "STOP": 2.0}
    [point] = points(gateway)
    assert point.tags == ("s1", "e1", "press-1", "cap-38", "A")
    assert point.at == T
    times = dict.fromkeys(schema.SECONDS.values(), 0.0) | {"run_s": 500.0, "stop_s": 100.0}
    energy = dict.fromkeys(schema.ENERGY.values(), 0.0) | {"run_wh": 120.5, "stop_wh": 2.0}
    assert point.numbers == {
        **times,
        **energy,
        "total": 30.0,
        "reject": 3.0,
        "rework": 2.0,
        "unplanned": 1.0,
        "unattributed": 4.0,
        "no_product": 5.0,
        "ideal_s": 60.0,
        "ideal_reject_s": 6.0,
        "failures": 1.0,
        "failing_s": 90.0,
        "revision": 7.0,
    }


def test_the_schema_names_the_buckets_of_the_time_model() -> None:
    assert list(schema.SECONDS) == list(schema.ENERGY) == [bucket.name for bucket in Bucket]


def test_where_no_energy_is_measured_there_is_none_rather_than_zero(gateway, run) -> None:
    gateway.takes(run.records(elements(7, part())))
    assert set(points(gateway)[0].numbers).isdisjoint(schema.ENERGY.values())


def test_no_product_and_no_shift_have_a_sign_of_their_own(gateway, run) -> None:
    outside = Part(ns={"NOT_SCHEDULED": 600 * S})
    gateway.takes(run.records(elements(7, outside)))
    assert points(gateway)[0].tags[3:] == ("-", "-")
    assert (tables(gateway)["element"][0]["product"], tables(gateway)["element"][0]["shift"]) == ("", "")


def test_two_shifts_of_one_name_in_one_nominal_bucket_are_two_rows_and_one_point(gateway, run) -> None:
    """One shift round the clock that begins at five past."""
    before = part(shift="A@2026-09-20", total=10, ns={"RUN": 300 * S}, energy_wh={"RUN": 1.0})
    after = part(shift="A@2026-09-21", total=20, ns={"RUN": 200 * S, "STOP": 100 * S}, energy_wh={"RUN": 2.0})
    gateway.takes(run.records(elements(7, before, after)))
    assert len(tables(gateway)["element"]) == 2
    [point] = points(gateway)
    said = point.numbers
    assert (said["run_s"], said["stop_s"], said["total"], said["ideal_s"]) == (500.0, 100.0, 30.0, 60.0)
    assert said["run_wh"] == 3.0


def test_a_product_whose_ideal_cycle_changes_in_a_bucket_is_two_rows_and_one_point(gateway, run) -> None:
    slow, fast = part(total=10, ns={"RUN": 100 * S}), part(total=20, ns={"RUN": 80 * S}, ideal_cycle_s=1.5)
    gateway.takes(run.records(elements(7, slow, fast)))
    assert [row["ideal_cycle_s"] for row in tables(gateway)["element"]] == [2.0, 1.5]
    [point] = points(gateway)
    assert (point.numbers["total"], point.numbers["ideal_s"], point.numbers["run_s"]) == (30.0, 50.0, 180.0)


HOSTILE = ['nắp "38", xanh = 5\\8', "a,b=c d", "x\ny", "tab\there", "\\", ",", " ", "=" * 300, "名前 ", "- "]


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_was_typed_comes_through(gateway, run, typed) -> None:
    gateway.takes(
        run.records(
            elements(1, part(product=typed[:255])),
            stop(1, T + MIN, note=typed, who=typed, code=typed, reason=typed, title={"vi": typed, "en": typed}),
        )
    )
    assert tables(gateway)["element"][0]["product"] == typed[:255]
    assert tables(gateway)["stop"][0]["note"] == typed
    assert points(gateway)[0].numbers["total"] == 30.0
    blank = "".join(" " if ord(sign) < 32 else sign for sign in typed)
    assert points(gateway)[0].tags[3] == (blank.replace("\\", "/")[:255].strip() or "-")
    assert points(gateway, "stop")[0].texts["note"] == blank
    assert gateway.health().dead_letters == 0


def test_a_description_is_kept_as_it_was_said_by_its_highest_revision(gateway, run) -> None:
    def described(revision: int, line: str) -> WorkUnitDescription:
        return WorkUnitDescription(
            key="press-1",
            revision=revision,
            production_line=line,
            micro_stop_s=120,
            max_gap_s=60,
            bucket_s=600,
            timezone="Asia/Ho_Chi_Minh",
        )

    gateway.takes(run.records(described(2, "line-2")), run.records(described(1, "line-1")))
    [row] = tables(gateway)["work_unit"]
    assert (row["production_line"], row["revision"]) == ("line-2", 2)
    assert msgspec.json.decode(row["description"], type=WorkUnitDescription).bucket_s == 600


def test_what_people_enter_stays_in_the_table_of_records(gateway, run) -> None:
    gateway.takes(run.records(StopReason(key=f"press-1.{T}", revision=1, work_unit="press-1", since=T, reason="jam")))
    with Session(gateway.engine) as session:
        assert session.get_one(RecordRow, ("s1", "e1", "stop_reason", f"press-1.{T}")).revision == 1


# ------------------------------------------------------------------ revisions


def test_a_revision_replaces_the_whole_bucket_and_what_is_no_longer_there_is_zero(gateway, run) -> None:
    gateway.takes(run.records(elements(1, part("a", energy_wh={"RUN": 9.0}), part("b", ns={}))))
    gateway.takes(run.records(elements(2, part("b", total=7))))
    assert [row["product"] for row in tables(gateway)["element"]] == ["b"]
    gone, there = by_product(gateway)["a"], by_product(gateway)["b"]
    assert {name: value for name, value in gone.items() if value} == {"revision": 2.0}
    assert gone.keys() == there.keys() > set(schema.ENERGY.values())
    assert (there["total"], there["run_wh"], there["revision"]) == (7.0, 0.0, 2.0)


def test_a_bucket_without_parts_leaves_zeros_and_an_older_one_does_not_come_back(gateway, run) -> None:
    gateway.takes(run.records(elements(1, part("a"))))
    gateway.takes(run.records(elements(3)))
    gateway.takes(run.records(elements(2, part("b"))))
    assert tables(gateway)["element"] == []
    assert {product: sum(numbers.values()) for product, numbers in by_product(gateway).items()} == {"a": 3.0, "b": 3.0}


def test_neighbouring_buckets_and_units_are_left_alone(gateway, run) -> None:
    gateway.takes(
        run.records(
            elements(1, part("a")), elements(1, part("a"), since=T + 10 * MIN), elements(1, part("a"), work_unit="p-2")
        )
    )
    gateway.takes(run.records(elements(2)))
    assert [(row["work_unit"], row["since"]) for row in tables(gateway)["element"]] == [
        ("p-2", T),
        ("press-1", T + 10 * MIN),
    ]


def test_an_open_stop_has_no_length_until_it_is_over(gateway, run) -> None:
    gateway.takes(run.records(stop(1, None, code="E7")))
    [point] = points(gateway, "stop")
    assert point.tags == ("s1", "e1", "press-1")
    assert point.numbers == {"planned_s": 0.0, "gone": 0.0, "revision": 1.0}
    assert (point.texts["kind"], point.texts["code"], point.texts["reason"]) == ("STOP", "E7", "")
    title = {"vi": "kẹt khuôn", "en": "die jam"}
    gateway.takes(run.records(stop(2, T + 90 * S, planned_ns=60 * S, reason="jam", title=title, who="Mai")))
    [point] = points(gateway, "stop")
    assert point.numbers == {"seconds": 90.0, "planned_s": 60.0, "gone": 0.0, "revision": 2.0}
    assert (point.texts["code"], point.texts["title_vi"], point.texts["title_en"]) == ("", "kẹt khuôn", "die jam")


def test_a_stop_that_is_gone_is_marked_and_its_point_is_empty(gateway, run) -> None:
    gateway.takes(run.records(stop(1, T + 90 * S, reason="jam", note="x")))
    gateway.takes(run.records(stop(2, T + 90 * S, reason="jam", note="x", gone=True)))
    assert tables(gateway)["stop"][0]["gone"] is True
    [point] = points(gateway, "stop")
    assert point.numbers == {"seconds": 0.0, "planned_s": 0.0, "gone": 1.0, "revision": 2.0}
    assert point.texts == dict.fromkeys(schema.STOP_TEXTS, "")


def test_a_stop_that_was_over_and_lasts_after_all_does_not_keep_its_old_length(gateway, run) -> None:
    gateway.takes(run.records(stop(1, T + 90 * S)))
    gateway.takes(run.records(stop(2, None)))
    assert points(gateway, "stop")[0].numbers["seconds"] == 0.0


# ------------------------------------------------------------------ any order, again, and accidents

PARTS = st.builds(
    part,
    product=st.sampled_from(["", "a", "b"]),
    shift=st.sampled_from(["", "A@2026-09-20", "A@2026-09-21", "B@2026-09-21"]),
    total=st.integers(0, 99),
    ns=st.just({"RUN": 60 * S}),
    ideal_cycle_s=st.sampled_from([None, 1.0, 2.5]),
    energy_wh=st.sampled_from([{}, {}, {"RUN": 0.1}, {"RUN": 0.2, "STOP": 0.3}]),
)
BUCKETS = st.lists(
    st.lists(PARTS, max_size=4, unique_by=lambda one: (one.shift, one.product, one.ideal_cycle_s)).map(tuple),
    min_size=1,
    max_size=4,
)
STOPS = st.lists(
    st.fixed_dictionaries(
        {
            "until": st.sampled_from([None, T + MIN, T + 2 * MIN]),
            "gone": st.booleans(),
            "note": st.sampled_from(["", "x"]),
        }
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(buckets=BUCKETS, stops=STOPS, data=st.data())
def test_in_any_order_and_however_often_the_end_is_the_same(new_gateway, run_of, buckets, stops, data) -> None:
    said = [elements(revision, *parts) for revision, parts in enumerate(buckets, 1)]
    said += [stop(revision, **fields) for revision, fields in enumerate(stops, 1)]
    again = data.draw(st.lists(st.sampled_from(said), max_size=3))
    order = data.draw(st.permutations([*said, *again]))
    cut = data.draw(st.integers(0, len(order)))
    with new_gateway() as straight, new_gateway() as shuffled:
        run = run_of("a" * 32)
        straight.takes(run.records(*said))
        run = run_of("b" * 32)
        shuffled.takes(*(run.records(one) for one in order[:cut]))
        shuffled.takes(run.records(*order[cut:]))
        assert tables(shuffled) == tables(straight)
        assert points(shuffled) == points(straight)
        assert points(shuffled, "stop") == points(straight, "stop")
        highest = {point.numbers["revision"] for point in points(straight)}
        assert highest <= {float(len(buckets))}
        made = sum(one.total for one in buckets[-1])
        assert sum(point.numbers["total"] for point in points(straight)) == made


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_a_crash_between_the_time_series_and_the_registry_leaves_no_trace(restarted, run, order, monkeypatch) -> None:
    """The points of revision 2 are written, its rows are not; then all come, in any order."""
    said = {1: elements(1, part("a")), 2: elements(2, part("b")), 3: elements(3, part("c"))}
    gateway = restarted()
    messages = {revision: run.records(one) for revision, one in said.items()}
    gateway.takes(messages[1])
    real = type(gateway.store).write

    def crash(store, lines):
        real(store, lines)
        if any(line.startswith("element") for line in lines):
            msg = "the plug was pulled"
            raise StoreUnavailableError(msg)
        return []

    monkeypatch.setattr(type(gateway.store), "write", crash)
    gateway.takes(messages[2])
    assert [row["product"] for row in tables(gateway)["element"]] == ["a"]
    assert by_product(gateway)["b"]["total"] == 30.0
    monkeypatch.setattr(type(gateway.store), "write", real)
    reborn = restarted()
    reborn.takes(*(messages[revision] for revision in order))
    assert {product: numbers["total"] for product, numbers in by_product(reborn).items()} == {
        "a": 0.0,
        "b": 0.0,
        "c": 30.0,
    }
    assert {numbers["revision"] for numbers in by_product(reborn).values()} == {3.0}


def test_a_second_gateway_on_the_same_stores_changes_nothing(restarted, run) -> None:
    first, second = restarted(), restarted()
    messages = [run.records(elements(1, part("a"))), run.records(elements(2, part("b")), stop(1, None))]
    first.takes(*messages)
    before = (tables(first), points(first), points(first, "stop"))
    second.takes(*reversed(messages))
    first.takes(*messages)
    assert (tables(second), points(second), points(second, "stop")) == before


def test_a_bucket_is_not_acknowledged_before_its_points_are_stored(gateway, run) -> None:
    gateway.store.down = "away"
    gateway.takes(run.records(elements(1, part("a"))))
    assert gateway.said.acks() == set()
    assert tables(gateway)["nominal_bucket"] == []
    gateway.store.down = ""
    gateway.takes()
    assert gateway.said.ack().journals[run.journal].floor == 1
    assert by_product(gateway)["a"]["total"] == 30.0


# ------------------------------------------------------------------ what cannot be used

MISTAKES = [
    (elements(1, part("a"), part("a", total=1)), "a shift, product and ideal cycle stand twice"),
    (elements(1, part("a", ns={"NAP": 1})), "'NAP' is no bucket of the time model"),
    (elements(1, part("a", energy_wh={"NAP": 1.0})), "'NAP' is no bucket of the time model"),
    (elements(1, part("a", total=-1)), "a time or a number of pieces is negative"),
    (elements(1, part("a", ns={"RUN": -1})), "a time or a number of pieces is negative"),
    (elements(1, part("x" * 256)), "a shift or a product has more than 255 characters"),
    (elements(1, part("a", ideal_cycle_s=0.0)), "ideal_cycle_s is 0.0, expected more than 0"),
    (elements(1, part("a"), part("b")), f"its parts cover {1200 * S} ns of {600 * S}"),
    (elements(1, part("a"), work_unit="Press 1"), "'Press 1' is no name of a work unit"),
    (elements(1, since=-600 * S), f"it starts at {-600 * S}, which is not a time"),
    (stop(1, T), f"it ends at {T}, not after its start, {T}"),
    (
        stop(1, None, kind="RUN"),
        "its kind is 'RUN', expected one of FAULT, MINOR_STOP, SETUP, STOP",
    ),
    (stop(1, None, planned_ns=-1), "planned_ns is -1, which is negative"),
]


@pytest.mark.parametrize(("wrong", "why"), MISTAKES, ids=[why[:40] for _, why in MISTAKES])
def test_a_record_that_no_table_can_keep_is_a_dead_letter_and_its_neighbours_are_kept(gateway, run, wrong, why) -> None:
    good = elements(1, part("good"), since=T + 20 * MIN)
    gateway.takes(run.records(wrong, good))
    with Session(gateway.engine) as session:
        [letter] = session.scalars(select(registry.DeadLetterRow))
    assert f": {why}. A newer edge? Update this gateway, then retry." in letter.why
    assert [row["product"] for row in tables(gateway)["element"]] == ["good"]
    assert gateway.said.ack().journals[run.journal].floor == 1


def test_every_line_that_was_written_can_be_read(gateway, run, monkeypatch) -> None:
    lines = []
    real = type(gateway.store).write
    monkeypatch.setattr(type(gateway.store), "write", lambda store, some: lines.extend(some) or real(store, some))
    gateway.takes(run.records(elements(1, part("a b")), stop(1, T + S, note='"')))
    shown = [line for line in lines if line]
    assert len(shown) == 2
    assert [read_point(line).measurement for line in shown] == ["element", "stop"]


def test_a_dead_letter_that_is_tried_again_brings_no_old_revision_back(gateway, run) -> None:
    topic, payload = run.sealed(
        "record", [msgspec.json.encode(elements(1, part("a"))).decode(), '{"noun":"of_a_newer_edge","key":"x"}']
    )
    gateway.takes((topic, payload))
    gateway.takes(run.records(elements(2, part("b"))))
    before = (tables(gateway), points(gateway))
    [retried] = retry(gateway.engine, gateway.store, T)
    assert "of_a_newer_edge" in retried.why
    assert (tables(gateway), points(gateway)) == before
    assert {product: numbers["total"] for product, numbers in by_product(gateway).items()} == {"a": 0.0, "b": 30.0}
