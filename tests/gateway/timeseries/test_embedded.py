import itertools
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from gateway.timeseries import ChannelId, Row, StoreUnavailableError
from gateway.timeseries import embedded as module
from gateway.timeseries.embedded import EmbeddedStore

T = 1_760_000_000_000_000_000
HEAD = "sample,site=sa-dec,edge=e1,instrument=meter-1"
POWER = ChannelId("sa-dec", "e1", "meter-1", "power")
EVER = (0, 2**62)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "series.db"


@pytest.fixture
def store(path):
    with closing(EmbeddedStore(path)) as made:
        yield made


def power(*values: float, since: int = T) -> list[str]:
    return [f"{HEAD} power={value!r} {since + i}" for i, value in enumerate(values)]


def test_what_was_written_is_there_after_closing_and_opening(path):
    for run in range(3):
        with closing(EmbeddedStore(path)) as store:
            store.write([f'{HEAD} power=1.0,run_{run}=2.0,mass_q="bad.run_{run}" {T + run}'])
    with closing(EmbeddedStore(path)) as store:
        assert len(list(store.rows(POWER, *EVER))) == 3
        # Fields that came in later runs took other places; none was taken for another.
        latest = {one.channel: (one.at - T, one.value, one.quality) for one in store.latest("sa-dec", "e1")}
    assert latest == {
        "power": (2, 1.0, "good"),
        "mass": (2, None, "bad.run_2"),
        "run_0": (0, 2.0, "good"),
        "run_1": (1, 2.0, "good"),
        "run_2": (2, 2.0, "good"),
    }


WRITER = """
import sys
from pathlib import Path
from gateway.timeseries.embedded import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]))
for i in range(10**9):
    fields = f"a=1.0,b_{i % 7}={i}.5 {1760000000000000000 + i}"
    store.write([f"sample,site=sa-dec,edge=e1,instrument=m-{k} {fields}" for k in range(20)])
    print(i, flush=True)
"""


def test_what_write_said_is_stored_survives_a_kill(path):
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
            said = [int(line) for line in itertools.islice(writer.stdout, 40)]
            writer.kill()
            said += [int(line) for line in writer.stdout]
        with closing(EmbeddedStore(path)) as store:
            for k in range(20):
                ats = [row.at - T for row in store.rows(ChannelId("sa-dec", "e1", f"m-{k}", "a"), *EVER)]
                assert ats[: len(said)] == said
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_everything_is_synced_before_write_returns(store):
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_two_writers_on_one_file_give_each_field_one_place(path, store):
    with closing(EmbeddedStore(path)) as other:
        store.write([f'{HEAD} a=1.0,x_q="bad.one" {T}'])
        other.write([f'{HEAD} b=2.0,y_q="bad.two" {T + 1}'])
        store.write([f'{HEAD} c=3.0,b=4.0,y_q="bad.three" {T + 2}'])
        other.write([f"{HEAD} c=5.0 {T + 3}"])
        for channel, expected in {"a": [1.0], "b": [2.0, 4.0], "c": [3.0, 5.0]}.items():
            assert [row.value for row in store.rows(POWER._replace(channel=channel), *EVER)] == expected
        assert [row.quality for row in store.rows(POWER._replace(channel="y"), *EVER)] == ["bad.two", "bad.three"]
        assert {one.channel: one.at - T for one in other.latest("sa-dec", "e1")} == {
            "a": 0, "x": 0, "b": 2, "y": 2, "c": 3,
        }  # fmt: skip


def test_readers_see_whole_batches_while_another_thread_writes(store):
    stop, seen = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            seen.append(sum(b.n for b in store.series(POWER, T, T + 10_000, 10)))
            list(store.rows(POWER, T, T + 10))
            store.latest("sa-dec", "e1")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for i in range(60):
        store.write(power(*[1.0] * 50, since=T + 50 * i))
    stop.set()
    for reader in readers:
        reader.join()
    assert all(n % 50 == 0 for n in seen)
    assert sum(b.n for b in store.series(POWER, T, T + 10_000, 10)) == 3000


def test_retention_lets_the_ingest_write_between_its_steps(store, monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 10)
    store.write(power(*range(1000)))
    writer = threading.Thread(target=lambda: [store.write(power(1.0, since=T + 5000 + i)) for i in range(20)])
    writer.start()
    assert store.forget_before("sample", T + 995) == 995
    writer.join()
    assert len(list(store.rows(POWER, *EVER))) == 25


def test_an_instrument_with_too_many_fields_gets_no_more(store):
    def line(first: int, n: int, at: int) -> str:
        return f"{HEAD} {','.join(f'f{i}=1.0' for i in range(first, first + n))} {at}"

    assert store.write([line(0, 3000, T), line(3000, 1000, T + 1)]) == []
    last = line(4000, 1, T + 2)
    (refused,) = store.write([last, *power(since=T + 3), line(0, 5, T + 4)])
    assert refused.line == last
    assert refused.why == f"line {last!r}: its instrument has 4000 fields already. Find who publishes it."
    assert len(list(store.rows(POWER._replace(channel="f0"), *EVER))) == 2


def test_a_locked_file_is_said_and_nothing_is_half_stored(path, store):
    store._db.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError) as caught:
            store.write(power(1.0))
        other.execute("ROLLBACK")
    assert str(caught.value) == (f"store {path}: database is locked. Look at the disk and at who else uses the file.")
    assert store.write(power(2.0)) == []
    assert list(store.rows(POWER, *EVER)) == [Row(T, 2.0, None, "good")]


def test_a_full_disk_is_said_and_afterwards_all_is_in_order(path, store):
    store.write(power(1.0))
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    many = [f'sample,site=s,edge=e,instrument=i-{i} power=1.0,power_q="bad.reason_{i}" {T}' for i in range(2000)]
    with pytest.raises(StoreUnavailableError) as caught:
        store.write(many)
    assert str(caught.value) == (
        f"store {path}: database or disk is full. Look at the disk and at who else uses the file."
    )
    assert store.latest("s", "e") == []
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.write(many) == []
    assert [one.quality for one in store.latest("s", "e")] == [f"bad.reason_{i}" for i in sorted(range(2000), key=str)]


def test_a_file_that_is_no_database_is_said(path):
    path.write_bytes(b"something else, and long enough to be looked at" * 100)
    with pytest.raises(StoreUnavailableError) as caught:
        EmbeddedStore(path)
    assert str(caught.value) == (
        f"store {path}: file is not a database. Look at the disk and at who else uses the file."
    )


def test_a_later_format_is_left_alone(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(StoreUnavailableError) as caught:
        EmbeddedStore(path)
    assert str(caught.value) == (f"store {path}: format 7, this program knows 2. Use the program that wrote it.")


def test_a_closed_store_takes_nothing(path):
    store = EmbeddedStore(path)
    store.close()
    with pytest.raises(StoreUnavailableError):
        store.write(power(1.0))


def usage(free: int):
    return lambda _path: shutil._ntuple_diskusage(10**12, 10**12 - free, free)


def test_a_disk_below_its_reserve_is_said(path, monkeypatch):
    with closing(EmbeddedStore(path, reserve_bytes=2_000_000_000)) as store:
        monkeypatch.setattr(shutil, "disk_usage", usage(2_000_000_000))
        assert store.why_full() == ""
        monkeypatch.setattr(shutil, "disk_usage", usage(1_999_999_999))
        assert store.why_full() == (
            f"store {path}: 2.00 GB free on its disk, less than the reserve of 2.00 GB. "
            "Free some space or keep samples for a shorter time."
        )


def test_room_that_retention_made_inside_the_file_counts(path, monkeypatch):
    with closing(EmbeddedStore(path, reserve_bytes=1_000_000)) as store:
        numbers = ",".join(f"c{i}=0.5" for i in range(100))
        store.write([f"{HEAD} {numbers} {T + i}" for i in range(3000)])
        monkeypatch.setattr(shutil, "disk_usage", usage(200_000))
        assert store.why_full() != ""
        store.forget_before("sample", T + 3000)
        assert store.why_full() == ""
        monkeypatch.setattr(shutil, "disk_usage", usage(99_999))
        assert store.why_full() != ""


def test_the_same_lines_again_write_nothing_to_the_disk(path, store):
    store.write(power(*range(500)))
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.write(power(*range(500)))
    assert path.with_name(path.name + "-wal").stat().st_size == 0
