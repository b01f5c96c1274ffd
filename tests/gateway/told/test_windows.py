"""Windows by hour: sums of what is stored, made anew when more comes; on both databases."""

import numpy as np
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from edge_agent.wire.schema import WINDOW_HOUR
from gateway.registry import EdgeRow, WindowHourRow, WindowsLookedForRow, ingesting
from gateway.registry.rolled import mark_hours
from gateway.told import windows_rolled
from gateway.told.mirroring import alone
from gateway.told.windows_rolled import SETTLED, WindowHours

S = 10**9
MIN, HOUR, DAY = 60 * S, 3600 * S, 86_400 * S
T = 1_795_194_000 * S
NOW = T + DAY


@pytest.fixture
def came(engine, store):
    """Windows are stored and marked, as the ingest does."""

    def keep(*lines: str) -> None:
        assert store.write(lines) == []
        hours = {int(line.rpartition(" ")[2]) // HOUR * HOUR for line in lines}
        with ingesting(engine) as session:
            mark_hours(session, {("sa-dec", "press-shop", hour): 1 for hour in hours})

    return keep


@pytest.fixture
def windows(engine, store) -> WindowHours:
    return WindowHours(engine, store, kept_days=365)


def window(at: int, fields: str, instrument: str = "meter-1") -> str:
    return f"window,site=sa-dec,edge=press-shop,instrument={instrument} {fields} {at}"


def told(store) -> list[tuple[str, int, dict[str, float]]]:
    return [(one.tags[2], one.at, one.numbers) for one in store.told(WINDOW_HOUR, {}, 0, 2**62)]


def test_the_mean_of_an_hour_weighs_its_windows_by_their_samples(store, came, windows) -> None:
    came(
        window(T, "expected=60.0,power_mean=10.0,power_min=8.0,power_max=12.0,power_n=60.0"),
        window(T + MIN, "expected=60.0,power_mean=40.0,power_min=7.0,power_max=50.0,power_n=20.0"),
        window(T + 2 * MIN, "expected=60.0"),
        window(T, "expected=6.0,mass_mean=-1.5,mass_min=-2.0,mass_max=-1.0,mass_n=6.0", "balance-1"),
        window(T + HOUR, "expected=60.0,power_mean=1.0,power_min=1.0,power_max=1.0,power_n=60.0"),
    )
    assert windows.turn(NOW) == 2
    power = {"expected": 180.0, "power_sum": 1400.0, "power_min": 7.0, "power_max": 50.0, "power_n": 80.0}
    mass = {"expected": 6.0, "mass_sum": -9.0, "mass_min": -2.0, "mass_max": -1.0, "mass_n": 6.0}
    later = {"expected": 60.0, "power_sum": 60.0, "power_min": 1.0, "power_max": 1.0, "power_n": 60.0}
    assert told(store) == [("balance-1", T, mass), ("meter-1", T, power), ("meter-1", T + HOUR, later)]
    assert windows.turn(NOW) == 0


def test_late_windows_make_their_hour_anew_and_no_other(store, came, windows) -> None:
    one = "expected=1.0,x_mean=2.0,x_min=2.0,x_max=2.0,x_n=1.0"
    came(window(T, one), window(T + HOUR, one))
    windows.turn(NOW)
    came(window(T + MIN, "expected=1.0,x_mean=5.0,x_min=5.0,x_max=5.0,x_n=1.0"))
    assert windows.turn(NOW) == 1
    assert [numbers["x_sum"] for _, _, numbers in told(store)] == [7.0, 2.0]


def test_an_hour_is_summed_when_it_is_over_and_its_last_window_may_be_here(came, windows) -> None:
    came(window(T, "expected=1.0,x_mean=2.0,x_min=2.0,x_max=2.0,x_n=1.0"))
    assert windows.turn(T + HOUR + SETTLED - 1) == 0
    assert windows.turn(T + HOUR + SETTLED) == 1


def test_what_comes_while_an_hour_is_summed_leaves_it_due(engine, came, windows, store, monkeypatch) -> None:
    came(window(T, "expected=1.0,x_mean=2.0,x_min=2.0,x_max=2.0,x_n=1.0"))
    really, more = store.told, [window(T + MIN, "expected=1.0,x_mean=3.0,x_min=3.0,x_max=3.0,x_n=1.0")]

    def and_then(*asked):
        found = really(*asked)
        if more:
            came(more.pop())
        return found

    with monkeypatch.context() as patched:
        patched.setattr(store, "told", and_then)
        assert windows.turn(NOW) == 1
    with Session(engine) as session:
        assert session.execute(select(WindowHourRow.changes, WindowHourRow.told)).all() == [(2, 1)]
    assert windows.turn(NOW) == 1
    assert told(store)[0][2]["x_sum"] == 5.0


def test_an_hour_whose_windows_retention_drops_keeps_its_sums(engine, store, came) -> None:
    came(window(T, "expected=1.0,x_mean=2.0,x_min=2.0,x_max=2.0,x_n=1.0"))
    WindowHours(engine, store, kept_days=30).turn(NOW)
    before = told(store)
    store.forget_before("window", NOW)
    with ingesting(engine) as session:
        session.execute(update(WindowHourRow).values(changes=7))
    WindowHours(engine, store, kept_days=30).turn(NOW + 31 * DAY)
    assert told(store) == before
    with Session(engine) as session:
        assert session.scalars(select(WindowHourRow.told)).all() == [7]


def test_only_one_process_at_a_time_has_the_turn(engine, backend) -> None:
    with alone(engine, 5) as first, alone(engine, 5) as second, alone(engine, 6) as other:
        assert first
        assert other
        assert second is (backend == "sqlite")  # its file is one gateway's
    with alone(engine, 5) as again:
        assert again


# ------------------------------------------------------------------ windows of before hours had rows


def test_windows_that_were_stored_before_are_found_month_by_month_and_by_the_next_process_too(
    engine, store, windows
) -> None:
    with ingesting(engine) as session:
        session.add(EdgeRow(site="sa-dec", edge="press-shop", first_seen=1))
    one = "expected=1.0,x_mean=2.0,x_min=2.0,x_max=2.0,x_n=1.0"
    old = [T - 2 * HOUR, T - 40 * DAY, T - 40 * DAY + HOUR, T - 200 * DAY]
    too_old = T - 370 * DAY
    assert store.write([window(at, one) for at in (too_old, *old)]) == []
    assert windows.turn(T) == 0  # looks one month back
    assert windows.turn(T) == 1
    assert [at for _, at, _ in told(store)] == [T - 2 * HOUR]
    again = WindowHours(engine, store, kept_days=365)
    for _ in range(14):
        again.turn(T)
    assert [at for _, at, _ in told(store)] == sorted(old)
    assert {numbers["x_sum"] for _, _, numbers in told(store)} == {2.0}
    with Session(engine) as session:
        assert session.scalars(select(WindowsLookedForRow.since)).all() == [0]
        assert session.scalars(select(WindowHourRow.told)).all() == [1] * 4


def test_who_was_looked_for_is_not_asked_for_again(engine, store, windows, monkeypatch) -> None:
    with ingesting(engine) as session:
        session.add(EdgeRow(site="sa-dec", edge="press-shop", first_seen=1))
    for _ in range(13):
        windows.turn(NOW)

    def never(*_asked: object) -> list[int]:
        msg = "all of it is known"
        raise AssertionError(msg)

    monkeypatch.setattr(store, "hours", never)
    assert windows.turn(NOW + 9 * DAY) == 0


def test_an_hour_of_which_a_message_tells_stays_as_it_is_when_its_windows_are_found(
    engine, store, came, windows
) -> None:
    with ingesting(engine) as session:
        session.add(EdgeRow(site="sa-dec", edge="press-shop", first_seen=1))
    one = "expected=1.0,x_mean=2.0,x_min=2.0,x_max=2.0,x_n=1.0"
    came(window(T, one))
    came(window(T + MIN, one))
    for _ in range(3):
        windows.turn(NOW)
    with Session(engine) as session:
        assert session.execute(select(WindowHourRow.changes, WindowHourRow.told)).all() == [(2, 2)]
    assert [numbers["x_sum"] for _, _, numbers in told(store)] == [4.0]


def test_a_year_of_hours_is_summed_in_turns_that_end_and_today_comes_first(store, came, windows, monkeypatch) -> None:
    monkeypatch.setattr(windows_rolled, "_AT_ONCE", 2)
    one = "expected=1.0,x_mean=2.0,x_min=2.0,x_max=2.0,x_n=1.0"
    came(*(window(T + k * HOUR, one) for k in range(7)))
    assert [windows.turn(NOW) for _ in range(3)] == [4, 3, 0]
    came(*(window(T + k * HOUR + MIN, one) for k in range(7)))
    windows.turn(NOW)
    assert [at for _, at, numbers in told(store) if numbers["x_sum"] == 4.0] == [T + k * HOUR for k in (3, 4, 5, 6)]


def test_the_sums_of_an_hour_are_those_of_all_its_samples_whatever_came_late(store, came, windows) -> None:
    """A second method: numpy over every raw sample, of windows that come in any order and again."""
    rng = np.random.default_rng(8)
    samples = {T + k * MIN: rng.normal(50, 20, rng.integers(0, 60)) for k in range(180)}
    lines = [window(at, _fields(values)) for at, values in samples.items()]
    rng.shuffle(lines)
    for some in (lines[:50], lines[50:120], lines[100:]):
        came(*some)
        windows.turn(NOW)
    for _, hour, numbers in told(store):
        every = np.concatenate([values for at, values in samples.items() if hour <= at < hour + HOUR])
        assert numbers["x_n"] == len(every)
        assert numbers["x_sum"] / numbers["x_n"] == pytest.approx(every.mean(), rel=1e-12)
        assert (numbers["x_min"], numbers["x_max"]) == (every.min(), every.max())
    assert len(told(store)) == 3


def _fields(values: np.ndarray) -> str:
    if not len(values):
        return "expected=60.0"
    figures = {"mean": values.mean(), "min": values.min(), "max": values.max(), "n": len(values)}
    return "expected=60.0," + ",".join(f"x_{name}={float(value)!r}" for name, value in figures.items())
