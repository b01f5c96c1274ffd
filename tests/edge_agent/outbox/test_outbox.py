import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from edge_agent.losses import Lost
from edge_agent.outbox import Outbox, OutboxError, OutboxReader, Trimmer, adopt, export, survey, used_bytes
from edge_agent.outbox.schema import open_to_write
from edge_agent.wire.envelope import MAX_BODY
from edge_agent.wire.messages import Declared, Finding, Loss, Setting, Text
from edge_agent.wire.packing import TELEMETRY, Body, RottenError, pack
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.records import record_decoder

DAY = 86_400 * 10**9
NOW = 20_000 * DAY


@pytest.fixture
def outbox(tmp_path):
    outbox = Outbox(tmp_path, machine="m1")
    yield outbox
    outbox.close()


@pytest.fixture
def reader(outbox):
    reader = OutboxReader(outbox.path)
    yield reader
    reader.close()


def add(outbox: Outbox, *texts: str, now: int = NOW) -> None:
    with outbox.transaction():
        outbox.append([Body(TELEMETRY, 1, text.encode()) for text in texts], now)


def fail(outbox: Outbox) -> None:
    def half_a_transaction() -> None:
        with outbox.transaction():
            outbox.append([Body(TELEMETRY, 1, b"lost")], NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_a_transaction()


def records(reader: OutboxReader) -> list:
    found = reader.after(0, 1000, records=True)
    return [record_decoder.decode(line) for w in found for line in reader.body(w.id)[1].decode().split("\n")]


def test_messages_are_numbered_from_one_without_a_gap(outbox, reader) -> None:
    add(outbox, "a", "b")
    add(outbox, "c")
    assert [(w.journal, w.seq, reader.body(w.id)) for w in reader.after(0, 10, records=False)] == [
        (outbox.journal, 1, (1, b"a")),
        (outbox.journal, 2, (1, b"b")),
        (outbox.journal, 3, (1, b"c")),
    ]
    assert [(h.journal, h.first, h.last) for h in reader.held()] == [(outbox.journal, 1, 3)]


def test_a_transaction_that_fails_leaves_no_gap(outbox, reader) -> None:
    add(outbox, "a")
    fail(outbox)
    add(outbox, "b")
    assert [w.seq for w in reader.after(0, 10, records=False)] == [1, 2]


def test_the_first_transaction_may_fail_too(outbox, reader) -> None:
    fail(outbox)
    add(outbox, "b")
    assert [w.seq for w in reader.after(0, 10, records=False)] == [1]


def test_every_run_has_a_journal_of_its_own_and_old_rows_keep_theirs(tmp_path) -> None:
    first = Outbox(tmp_path, machine="m1")
    add(first, "a")
    first.close()
    second = Outbox(tmp_path, machine="m1")
    add(second, "b")
    assert [(h.journal, h.first, h.last) for h in second.held()] == [(first.journal, 1, 1), (second.journal, 1, 1)]
    second.close()


def test_bodies_are_at_most_64_kb_and_keep_order() -> None:
    lines = [f"sample,site=a f={k} {k}" + "é" * 500 for k in range(300)]
    bodies = list(pack(TELEMETRY, lines))
    assert len(bodies) > 1
    assert all(len(body.plain) <= MAX_BODY for body in bodies)
    assert b"\n".join(body.plain for body in bodies).decode().split("\n") == lines
    assert sum(body.n for body in bodies) == 300


def test_a_second_process_is_told_who_holds_the_outbox(outbox, tmp_path) -> None:
    with pytest.raises(OutboxError) as caught:
        Outbox(tmp_path, machine="m1")
    assert str(caught.value) == (
        f"{tmp_path}: in use by process {os.getpid()}. Stop that one, or set another state_dir."
    )


def test_an_outbox_of_another_machine_is_refused_until_it_is_adopted(tmp_path) -> None:
    Outbox(tmp_path, machine="m1").close()
    with pytest.raises(OutboxError, match=r"made on machine m1, this is m2.*nhipdo-edge adopt"):
        Outbox(tmp_path, machine="m2")
    Outbox(tmp_path, machine="m2", adopting=True).close()
    Outbox(tmp_path, machine="m2").close()


def test_adopt_gives_it_to_this_machine(tmp_path) -> None:
    Outbox(tmp_path, machine="somewhere else").close()
    adopt(tmp_path)
    Outbox(tmp_path).close()


def test_a_file_that_is_no_outbox_is_said_so(tmp_path) -> None:
    (tmp_path / "outbox.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(OutboxError, match="file is not a database"):
        Outbox(tmp_path)
    (tmp_path / "outbox.sqlite").unlink()
    Outbox(tmp_path).close()  # the lock was let go


def test_a_state_dir_that_cannot_be_made_is_said_so(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutboxError, match="Create it and let this user write to it"):
        Outbox(tmp_path / "file" / "state")


def test_a_record_is_revised_only_when_it_says_something_new(outbox, reader) -> None:
    for value, now in (("A", NOW), ("A", NOW + DAY), ("B", NOW - DAY), ("A", NOW - DAY)):
        with outbox.transaction():
            outbox.say([Text(key="press.serial", value=value)], now)
    said = records(reader)
    ms = NOW // 10**6
    assert [(r.value, r.revision) for r in said] == [("A", ms), ("B", ms + 1), ("A", ms + 2)]


def test_after_a_restart_or_for_another_store_it_is_said_again(outbox, reader) -> None:
    for _ in range(2):
        with outbox.transaction():
            outbox.forget_said()
            outbox.say([Text(key="press.serial", value="A")], NOW)
    assert len(records(reader)) == 2


def test_losses_add_up_until_they_are_closed(outbox) -> None:
    with outbox.transaction():
        outbox.count_losses([Lost("m", "skipped", 100, 200, 3)])
        outbox.count_losses([Lost("m", "skipped", 50, 150, 2), Lost("m", "back_off", 1, 2, 1)])
    assert outbox.open_losses() == [Lost("m", "back_off", 1, 2, 1), Lost("m", "skipped", 50, 200, 5)]
    with outbox.transaction():
        outbox.close_losses(outbox.open_losses())
    assert outbox.open_losses() == []


def test_another_store_begins_from_nothing(outbox, reader) -> None:
    add(outbox, *"abcde")
    with outbox.transaction():
        outbox.acknowledge("s1", 1, {outbox.journal: Ranges([(1, 5)])})
    assert reader.stored() == {outbox.journal: Ranges([(1, 5)])}
    with outbox.transaction():
        outbox.acknowledge("s1", 2, {outbox.journal: Ranges([(1, 2)])})
    assert reader.stored() == {outbox.journal: Ranges([(1, 2)])}
    assert outbox.store() == ("s1", 2)


def test_what_is_stored_is_remembered_of_the_journals_that_are_held(outbox) -> None:
    add(outbox, "a", "b", "c", now=NOW - 2 * DAY)
    old = outbox.journal
    with outbox.transaction():
        outbox.acknowledge("s", 1, {old: Ranges([(1, 1), (3, 3)]), "f" * 32: Ranges([(1, 9)])})
    assert outbox.stored() == {old: Ranges([(1, 1), (3, 3)])}
    with outbox.transaction():
        outbox.acknowledge("s", 1, {old: Ranges([(1, 3)])})
    assert outbox.stored() == {old: Ranges([(1, 3)])}
    outbox.journal, outbox._journal_id = "e" * 32, None  # the next run
    with outbox.transaction():
        Trimmer(outbox, 10**9, 86_400).tidy(NOW)
    assert (outbox.stored(), outbox.held()) == ({}, [])


def test_the_oldest_unstored_lies_behind_holes_and_what_was_set_aside(outbox, reader) -> None:
    add(outbox, *"abcdefgh")
    assert reader.oldest_unstored({}) == 1
    outbox.db.execute("DELETE FROM message WHERE seq = 2")
    outbox.db.execute("UPDATE message SET set_aside = 1 WHERE seq = 4")
    stored = {outbox.journal: Ranges([(1, 1), (3, 3), (5, 6)])}
    assert reader.oldest_unstored(stored) == 7
    stored[outbox.journal].add(7, 8)
    assert reader.oldest_unstored(stored) == 9


def test_an_export_leaves_a_rotten_row_out(outbox, tmp_path) -> None:
    add(outbox, *"abc")
    outbox.db.execute("UPDATE message SET body = x'00' WHERE seq = 2")
    assert export(tmp_path, "s", "e", tmp_path / "stick", lambda *_: None) == 2


def test_on_a_full_disk_it_opens_with_what_the_reserve_gives_back(tmp_path, monkeypatch) -> None:
    Outbox(tmp_path, machine="m1").close()
    opened = []

    def open_when_there_is_room(path: Path) -> sqlite3.Connection:
        opened.append(path)
        if (tmp_path / "outbox.reserve").exists():
            msg = "disk I/O error"
            raise sqlite3.OperationalError(msg)
        return open_to_write(path)

    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edge_agent.outbox.outbox.open_to_write", open_when_there_is_room)
    monkeypatch.setattr("edge_agent.outbox.ownership.os.pwrite", no_room)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=0))
    outbox = Outbox(tmp_path, machine="m1")
    assert (len(opened), outbox.reserve.is_there) == (2, False)
    add(outbox, "a")
    outbox.close()


def test_a_folder_with_odd_letters_in_its_name_will_do(tmp_path) -> None:
    outbox = Outbox(tmp_path / "a?b#c%20d", machine="m1")
    add(outbox, "a")
    reader = OutboxReader(outbox.path)
    assert reader.newest() == 1
    reader.close()
    outbox.close()


def test_a_setting_is_kept_once(outbox) -> None:
    with outbox.transaction():
        assert outbox.keep_setting("product", "p1", Setting(revision=5, body={"a": 1}))
        assert not outbox.keep_setting("product", "p1", Setting(revision=5, body={"a": 1}))
        assert not outbox.keep_setting("product", "p1", Setting(revision=4, body={}))
        assert outbox.keep_setting("product", "p1", Setting(revision=6, body={}))


def test_what_waits_is_counted_with_its_age(outbox, reader) -> None:
    add(outbox, "a", now=NOW)
    add(outbox, "b", now=NOW + 1)
    add(outbox, "c", now=NOW + 2)
    assert reader.waiting({}) == (3, NOW)
    assert reader.waiting({outbox.journal: Ranges([(1, 1)])}) == (2, NOW + 1)
    assert reader.waiting({outbox.journal: Ranges([(1, 1), (3, 3)])}) == (1, NOW + 1)
    assert reader.waiting({outbox.journal: Ranges([(1, 3)])}) == (0, 0)
    assert reader.oldest_unstored({outbox.journal: Ranges([(1, 1), (3, 3)])}) == 2


def test_a_rotten_row_is_found_before_it_is_sent(outbox, reader) -> None:
    add(outbox, "a" * 100)
    outbox.db.execute("UPDATE message SET crc = crc + 1")
    with pytest.raises(RottenError):
        reader.body(1)
    trimmer = Trimmer(outbox, 10**9, 86_400)
    [declared] = trimmer.give_up([1], "rotten")
    assert (declared.journal, declared.ranges, declared.lines, declared.reason) == (
        outbox.journal,
        ((1, 1),),
        1,
        "rotten",
    )
    assert reader.body(1) is None


def test_what_is_set_aside_is_kept_and_not_sent(outbox, reader) -> None:
    add(outbox, "a", "b")
    [declared] = Trimmer(outbox, 10**9, 86_400).give_up([1], "set_aside")
    assert declared.ranges == ((1, 1),)
    assert [w.seq for w in reader.after(0, 9, records=False)] == [2]
    assert reader.waiting({}) == (1, NOW)
    assert reader.body(1) == (1, b"a")


def test_stored_messages_stay_for_keep_days(outbox, reader) -> None:
    add(outbox, "old", now=NOW - 2 * DAY)
    add(outbox, "new", now=NOW)
    trimmer = Trimmer(outbox, 10**9, 86_400)
    with outbox.transaction():
        trimmer.tidy(NOW)
    assert reader.first(outbox.journal) == 1  # not stored: never dropped for its age
    with outbox.transaction():
        outbox.acknowledge("s", 1, {outbox.journal: Ranges([(1, 2)])})
        trimmer.tidy(NOW)
    assert [w.seq for w in reader.after(0, 9, records=False)] == [2]


def noise(k: int, size: int = 20_000) -> bytes:
    return bytes(((n * 7919 + k) ** 3 >> 5) & 0xFF for n in range(size))


def filled(outbox: Outbox, count: int) -> None:
    for k in range(count):
        with outbox.transaction():
            outbox.append([Body(TELEMETRY, 10, noise(k))], NOW + k)
        with outbox.transaction():
            outbox.say([Finding(key=f"f{k}", kind="x", text="t")], NOW + k)


def test_under_pressure_the_stored_go_first_and_nothing_is_declared(outbox, reader) -> None:
    filled(outbox, 40)
    [[last]] = outbox.db.execute("SELECT max(seq) FROM message").fetchall()
    with outbox.transaction():
        outbox.acknowledge("s", 1, {outbox.journal: Ranges([(1, last - 20)])})
        assert Trimmer(outbox, used_bytes(outbox) * 2 // 3, 86_400).make_room() == []
    held = [w.seq for kind in (True, False) for w in reader.after(0, 999, records=kind)]
    assert set(range(last - 19, last + 1)) <= set(held)


def test_then_the_oldest_telemetry_goes_declared_and_records_stay(outbox, reader) -> None:
    filled(outbox, 40)
    before = {w.seq for w in reader.after(0, 999, records=False)}
    with outbox.transaction():
        declared = Trimmer(outbox, used_bytes(outbox) // 2, 86_400).make_room()
    after = {w.seq for w in reader.after(0, 999, records=False)}
    gone = Ranges(r for d in declared for r in d.ranges)
    assert after
    assert {seq for lo, hi in gone for seq in range(lo, hi + 1)} == before - after
    assert min(after) > max(before - after)
    assert sum(d.lines for d in declared) == 10 * len(before - after)
    assert {d.reason for d in declared} == {"evicted"}
    assert len(reader.after(0, 999, records=True)) == 40


def test_records_go_last_and_what_tells_of_a_loss_never(outbox, reader) -> None:
    with outbox.transaction():
        outbox.say([Loss(key="k", since=1, until=2, n=1, reason="skipped")], NOW)
    filled(outbox, 20)
    with outbox.transaction():
        Trimmer(outbox, 1, 86_400).make_room()
    [loss] = records(reader)
    assert isinstance(loss, Loss)


def test_a_full_database_is_an_sqlite_error_and_nothing_is_half_written(outbox, reader) -> None:
    add(outbox, "a")
    [pages] = outbox.db.execute("PRAGMA page_count").fetchone()
    outbox.db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(sqlite3.OperationalError, match="full"), outbox.transaction():
        outbox.append([Body(TELEMETRY, 1, noise(k, 60_000)) for k in range(20)], NOW)
    outbox.db.execute("PRAGMA max_page_count = 1000000")
    add(outbox, "b")
    assert [w.seq for w in reader.after(0, 9, records=False)] == [1, 2]


WRITER = """
import sys
from pathlib import Path
from edge_agent.outbox import Outbox
from edge_agent.wire.packing import TELEMETRY, Body
outbox = Outbox(Path(sys.argv[1]), machine="m1")
for k in range(10**9):
    with outbox.transaction():
        outbox.append([Body(TELEMETRY, 1, b"%d" % k)], 1)
    print(k, flush=True)
"""


def test_what_was_committed_survives_kill_9(tmp_path: Path) -> None:
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
            said = [run.stdout.readline() for _ in range(20)]
            run.send_signal(signal.SIGKILL)
            said += run.stdout.readlines()
        last = int([line for line in said if line.endswith("\n")][-1])
        outbox = Outbox(tmp_path, machine="m1")
        reader = OutboxReader(outbox.path)
        journal = outbox.held()[-1]
        assert journal.last - 1 >= last
        assert journal.first == 1
        reader.close()
        outbox.close()


def test_a_survey_tells_depth_age_and_rate(outbox, tmp_path) -> None:
    add(outbox, "a", "b")
    found = survey(tmp_path, limit_bytes=10**9)
    assert (found.messages, found.waiting, found.oldest_waiting, found.limit_bytes) == (2, 2, NOW, 10**9)
    assert found.bytes == used_bytes(outbox)
    with pytest.raises(OutboxError, match="no outbox there yet"):
        survey(tmp_path / "elsewhere")


def test_declared_records_are_readable_by_the_gateway(outbox, reader) -> None:
    declared = Declared(key="k", journal="j", ranges=((1, 2),), lines=3, since=1, until=2, reason="evicted")
    with outbox.transaction():
        outbox.say([declared], NOW)
    [read] = records(reader)
    assert msgspec.structs.replace(read, revision=0, at=0) == declared
