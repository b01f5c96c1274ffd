"""A good CRC that we cannot use is kept whole, acknowledged, shown, and can be tried again."""

import zlib

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Stored, Text
from gateway.ingest import dead_letters
from gateway.registry import DeadLetterRow, RecordRow


def letters(gateway) -> list[DeadLetterRow]:
    with Session(gateway.engine) as session:
        return list(session.scalars(select(DeadLetterRow).order_by(DeadLetterRow.id)))


def of_version(version: int, journal: str, body: bytes) -> bytes:
    head = b"#nhipdo%d journal=%s seq=1 first=1 n=1 " % (version, journal.encode())
    return b"%bcrc32=%08x\n%b" % (head, zlib.crc32(body, zlib.crc32(head)), body)


def test_a_newer_version_is_kept_whole_and_acknowledged(gateway, run) -> None:
    payload = of_version(2, run.journal, b"something new")
    gateway.takes((run.topic("telemetry"), payload))
    [letter] = letters(gateway)
    assert letter.payload == payload
    assert letter.why == "s1/e1: message 1 of journal aaaaaaaa: version 2, we read 1. Update this gateway, then retry."
    assert gateway.said.ack().journals == {run.journal: Stored(floor=1)}
    assert gateway.health().dead_letters == 1


@pytest.mark.parametrize(
    ("lines", "n", "why"),
    [
        (["sample,site=s1,edge=e1,instrument=m1 p=1.0 5"], 2, "1 lines where 2 are announced. Find who publishes it."),
        (
            ["sample,site=s1,edge=e2,instrument=m1 p=1.0 5"],
            1,
            (
                "'sample,site=s1,edge=e2,instrument=m1 p=1.0 5': expected a line sample,site=s1,edge=e1,instrument=... "
                "with fields and a time. Find who publishes it."
            ),
        ),
        (
            ["sample,site=s1,edge=e1,instrument=m1 p=1.0"],
            1,
            (
                "'sample,site=s1,edge=e1,instrument=m1 p=1.0': expected a line sample,site=s1,edge=e1,instrument=... "
                "with fields and a time. Find who publishes it."
            ),
        ),
    ],
)
def test_what_cannot_be_used_says_why(gateway, run, lines, n, why) -> None:
    gateway.takes(run.sealed("telemetry", lines, n=n))
    [letter] = letters(gateway)
    assert letter.why == f"s1/e1: message 1 of journal aaaaaaaa: {why}"
    assert gateway.said.ack().journals == {run.journal: Stored(floor=1)}


def test_a_body_that_is_not_utf_8_is_kept(gateway, run) -> None:
    gateway.takes((run.topic("telemetry"), of_version(1, run.journal, b"sample\xff")))
    assert letters(gateway)[0].why == (
        "s1/e1: message 1 of journal aaaaaaaa: not UTF-8 at byte 6. Find who publishes it."
    )


def test_good_lines_beside_a_bad_one_are_stored(gateway, run) -> None:
    gateway.takes(run.sealed("telemetry", [run.line(1), "nonsense", run.line(2)]))
    assert gateway.values() == [1.0, 2.0]
    assert len(letters(gateway)) == 1


def test_lines_that_the_store_refuses_stand_alone(gateway, run) -> None:
    gateway.store.refuses = "power=2.0"
    gateway.takes(run.sealed("telemetry", [run.line(1), run.line(2), run.line(3)]))
    assert gateway.values() == [1.0, 3.0]
    [letter] = letters(gateway)
    assert (letter.is_line, letter.payload.decode(), letter.why) == (True, run.line(2), "store: power=2.0 refused")


def test_what_the_embedded_store_refuses_is_a_dead_letter(gateway, run) -> None:
    gateway.takes(run.sealed("telemetry", ["sample,site=s1,edge=e1,instrument=m1 power=1e999 5"]))
    [letter] = letters(gateway)
    assert letter.is_line
    assert gateway.said.ack().journals == {run.journal: Stored(floor=1)}


def test_an_unknown_noun_and_bad_json_are_kept_and_their_neighbours_used(gateway, run) -> None:
    known = msgspec.json.encode(Text(key="m1.serial", revision=5, value="X7")).decode()
    gateway.takes(run.sealed("record", [known, '{"noun":"weather","key":"k"}', "{"]))
    [letter] = letters(gateway)
    assert letter.why == (
        's1/e1: message 1 of journal aaaaaaaa: record \'{"noun":"weather","key":"k"}\': Invalid value \'weather\' '
        "- at `$.noun`. A newer edge? Update this gateway, then retry."
    )
    with Session(gateway.engine) as session:
        assert session.scalars(select(RecordRow.key)).all() == ["m1.serial"]


def test_a_retry_stores_what_can_be_used_by_now_and_leaves_the_rest(gateway, run) -> None:
    gateway.store.refuses = "power=2.0"
    gateway.takes(run.sealed("telemetry", [run.line(1), run.line(2)]), run.sealed("telemetry", ["nonsense"]))
    gateway.store.refuses = "\0"
    tried = dead_letters.retry(gateway.engine, gateway.store, gateway.clock())
    assert sorted(bool(one.why) for one in tried) == [False, True]
    assert gateway.values() == [1.0, 2.0]
    assert gateway.health().dead_letters == 1
    again = dead_letters.retry(gateway.engine, gateway.store, gateway.clock())
    assert len(again) == 1


def test_a_retry_beside_a_running_ingest_does_not_disturb_it(gateway, run) -> None:
    gateway.takes(run.sealed("telemetry", ["nonsense"]))
    dead_letters.retry(gateway.engine, gateway.store, gateway.clock())
    gateway.takes(run.sample())
    assert gateway.said.ack().journals == {run.journal: Stored(floor=2)}
