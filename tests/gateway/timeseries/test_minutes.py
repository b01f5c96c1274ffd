"""Sums by the minute give what the samples themselves give, whatever comes, in whatever order."""

import random
import re
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from gateway.timeseries import ChannelId
from gateway.timeseries import embedded as module
from gateway.timeseries.embedded import EmbeddedStore
from gateway.timeseries.minutes import HOUR, MINUTE, Stretch, stretches

S = 10**9
T = 1_764_028_800 * S  # a full hour
HEAD = "sample,site=sa-dec,edge=e1,instrument=meter-1"
CHANNELS = [ChannelId("sa-dec", "e1", "meter-1", name) for name in ("power", "mass", "late")]


@pytest.fixture
def store(tmp_path):
    with closing(EmbeddedStore(tmp_path / "series.db")) as made:
        yield made


def some_lines(seed: int, hours: int = 3, step: int = 20 * S) -> list[str]:
    """Values, gaps, bad samples with and without a value, uncertain ones, and a field that comes later."""
    rng = random.Random(seed)
    lines = []
    for at in range(T, T + hours * HOUR, step):
        kind = rng.randrange(6)
        if kind == 0:
            continue
        power = f"power={rng.uniform(-5, 5)!r}"
        said = {
            1: 'power_q="bad.no_reply"',
            2: f'{power},power_q="bad.out_of_range"',
            3: f'{power},power_q="uncertain.clock"',
        }.get(kind, f"{power},power_u=0.1")
        late = f",late={rng.random()!r}" if at > T + HOUR else ""
        lines.append(f"{HEAD} {said},mass=2.5{late} {at + rng.randrange(S)}")
    return lines


def asked(store, start: int = T, width: int = 7 * MINUTE, number: int = 30) -> list:
    return [store.series(of, start, start + width * number, number) for of in CHANNELS]


@pytest.mark.parametrize("seed", range(4))
def test_a_series_is_the_same_before_and_after_summing_up(store, seed) -> None:
    store.write(some_lines(seed))
    before = asked(store)
    assert store.sum_up() == 2  # the newest hour goes on
    for these, those in zip(asked(store), before, strict=True):
        assert [b._replace(mean=None) for b in these] == [b._replace(mean=None) for b in those]
        assert [b.mean for b in these] == pytest.approx([b.mean for b in those], rel=1e-12)
    assert store.sum_up() == 0


def test_after_summing_up_the_samples_are_not_read_again(store) -> None:
    store.write([f"{HEAD} power={k}.0 {T + k * MINUTE}" for k in range(121)])
    store.sum_up()
    with closing(sqlite3.connect(store._path)) as db, db:
        db.execute("DELETE FROM point WHERE at < ?", [T + HOUR])
    assert [b.mean for b in store.series(CHANNELS[0], T, T + HOUR, 2)] == [14.5, 44.5]
    # A stretch of five minutes or more need not be of whole ones: only the minute in which two meet is read itself.
    assert [(b.n, b.mean) for b in store.series(CHANNELS[0], T + 1, T + HOUR + 1, 2)] == [(29, 15.0), (30, 45.5)]
    assert store.series(CHANNELS[0], T + 1, T + HOUR, 30) == []


def by_numpy(lines: list[str], start: int, end: int, number: int) -> list[tuple[int, int, int, float, float, float]]:
    """Place, count, bad ones, mean, least and greatest of ``power``, from the lines themselves."""
    width = -(-(end - start) // number)
    at = np.array([int(line.rpartition(" ")[2]) for line in lines])
    power = np.array([float((re.search(r"power=([^, ]+)", line) or ["", "nan"])[1]) for line in lines])
    bad = np.array(['"bad.' in line for line in lines])
    found = []
    for k in range(-(-(end - start) // width)):
        here = (at >= start + k * width) & (at < min(start + (k + 1) * width, end))
        values = power[here & ~bad & ~np.isnan(power)]
        if len(values):
            figures = float(values.mean()), float(values.min()), float(values.max())
            found.append((k, len(values), int((here & bad).sum()), *figures))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_whatever_stretches_are_asked_for_their_figures_are_those_of_the_samples(store, seed) -> None:
    rng = random.Random(seed)
    lines = some_lines(seed, hours=6, step=rng.choice([7, 20, 31]) * S)
    store.write(lines)
    store.sum_up()
    start = T + rng.randrange(-HOUR, 2 * HOUR)
    end = start + rng.randrange(20 * MINUTE, 7 * HOUR)
    for number in (1, 2, 3, rng.randrange(4, 40), 200):
        width = -(-(end - start) // number)
        buckets = [b for b in store.series(CHANNELS[0], start, end, number) if b.n]
        told = [((b.at - start) // width, b.n, b.bad, b.mean, b.minimum, b.maximum) for b in buckets]
        wanted = by_numpy(lines, start, end, number)
        assert [one[:3] + one[4:] for one in told] == [one[:3] + one[4:] for one in wanted]
        assert [one[3] for one in told] == pytest.approx([one[3] for one in wanted], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("line", ["power=100.0", 'power_q="bad.no_reply"', "new=1.0"])
def test_what_comes_late_counts(store, line) -> None:
    store.write(some_lines(1))
    store.sum_up()
    store.write([f"{HEAD} {line} {T + 90 * S + 1}"])
    late = asked(store)
    with closing(EmbeddedStore(store._path.with_name("other.db"))) as other:
        other.write([*some_lines(1), f"{HEAD} {line} {T + 90 * S + 1}"])
        assert [[b[2:] for b in one] for one in late] == [[b[2:] for b in one] for one in asked(other)]
    assert store.sum_up() == 1


def test_the_same_line_again_is_counted_once(store) -> None:
    lines = some_lines(2)
    store.write(lines)
    store.sum_up()
    before = asked(store)
    store.write(lines)
    store.sum_up()
    assert asked(store) == before


def test_what_retention_dropped_is_in_no_sum(store) -> None:
    store.write([f"{HEAD} power=1.0 {T + k * 10 * S}" for k in range(1000)])
    store.sum_up()
    store.forget_before("sample", T + HOUR + 90 * S)
    assert [b.n for b in store.series(CHANNELS[0], T, T + 2 * HOUR, 2)] == [351]
    store.sum_up()
    assert [b.n for b in store.series(CHANNELS[0], T, T + 2 * HOUR, 2)] == [351]
    assert [b.n for b in store.series(CHANNELS[0], T + HOUR, T + HOUR + 3 * MINUTE, 3)] == [3, 6]


def test_a_file_from_before_there_were_minutes_gets_them(tmp_path, monkeypatch) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(f"{module.SCHEMA} PRAGMA user_version = 1;")
        db.execute("INSERT INTO instrument VALUES (1, 'sample', 'sa-dec', 'e1', 'meter-1')")
        db.execute("INSERT INTO field VALUES (1, 'number', 0, 'power')")
        one = b"\0\0\0\0\0\0\xf0\x3f"
        db.executemany("INSERT INTO point VALUES (1, ?, ?, NULL)", [(T + k * MINUTE, one) for k in range(200)])
    with closing(EmbeddedStore(path)) as store:
        assert store.sum_up() == 3
        assert [(b.mean, b.n) for b in store.series(CHANNELS[0], T, T + 4 * HOUR, 4)] == [(1.0, 60)] * 3 + [(1.0, 20)]


def test_a_stretch_is_cut_where_sums_begin_and_end(store) -> None:
    with closing(sqlite3.connect(store._path)) as db:
        db.executemany("INSERT INTO unsummed VALUES (?, 1)", [(T,), (T + 3 * HOUR,)])
        cut = list(stretches(db, 1, T + MINUTE, T + 4 * HOUR + 90 * S))
    assert cut == [
        Stretch(T + MINUTE, T + HOUR, is_summed=False),
        Stretch(T + HOUR, T + 3 * HOUR, is_summed=True),
        Stretch(T + 3 * HOUR, T + 4 * HOUR, is_summed=False),
        Stretch(T + 4 * HOUR, T + 4 * HOUR + MINUTE, is_summed=True),
        Stretch(T + 4 * HOUR + MINUTE, T + 4 * HOUR + 90 * S, is_summed=False),
    ]
