"""Patience with wrong attempts: by name and by address, in the registry, bounded."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gateway.access import throttle
from gateway.access.throttle import (
    MOST_KEPT,
    WINDOW_S,
    WRONG_ATTEMPTS,
    WRONG_OF_ADDRESS,
    count_wrong,
    of_address,
    of_name,
    of_program,
    wait_s,
)
from gateway.registry import AttemptRow

S = 10**9


def test_the_tenth_wrong_attempt_makes_one_wait_until_the_first_is_old(house, caplog) -> None:
    key, other = of_program("198.51.100.1"), of_program("198.51.100.2")
    for k in range(WRONG_ATTEMPTS):
        assert wait_s(house.engine, [key], k * S) == 0
        reached = count_wrong(house.engine, [key], k * S)
    assert reached == [key]
    assert wait_s(house.engine, [key], 9 * S) == WINDOW_S - 9
    assert wait_s(house.engine, [other, key], 100 * S) == WINDOW_S - 100
    assert wait_s(house.engine, [other], 100 * S) == 0
    assert wait_s(house.engine, [key], WINDOW_S * S) == 0
    assert caplog.messages == ["198.51.100.1: 10 wrong attempts, has to wait now. Find out who it is."]


def test_addresses_of_one_household_count_together(house) -> None:
    for k in range(WRONG_OF_ADDRESS):
        assert wait_s(house.engine, [of_address("2001:db8:1:2:ffff::9")], 10_000 * S) == 0
        count_wrong(house.engine, [of_address(f"2001:db8:1:2::{k:x}")], 10_000 * S)
    assert wait_s(house.engine, [of_address("2001:db8:1:2:ffff::9")], 10_000 * S) == WINDOW_S
    assert wait_s(house.engine, [of_address("2001:db8:1:3::9")], 10_000 * S) == 0


def test_what_was_typed_as_a_name_is_not_kept(house, caplog) -> None:
    for _ in range(WRONG_ATTEMPTS):
        count_wrong(house.engine, [of_name("my password by mistake")], 20_000 * S)
    with Session(house.engine) as session:
        kept = session.scalars(select(AttemptRow.of)).all()
    assert not any("password" in one for one in kept)
    assert caplog.messages == ["one name: 10 wrong attempts, has to wait now. Find out who it is."]


def test_a_clock_that_was_set_back_locks_nobody_out(house) -> None:
    key = of_program("198.51.100.3")
    for _ in range(WRONG_ATTEMPTS):
        count_wrong(house.engine, [key], 40_000 * S)
    assert wait_s(house.engine, [key], 30_000 * S) == 0


def test_attempts_are_bounded_by_time_and_in_number(house, monkeypatch) -> None:
    assert MOST_KEPT >= 1000 * WRONG_ATTEMPTS
    monkeypatch.setattr(throttle, "MOST_KEPT", 50)
    with Session(house.engine) as session, session.begin():
        session.execute(delete(AttemptRow))
    for k in range(120):
        count_wrong(house.engine, [of_address(f"203.0.113.{k}")], 50_000 * S)
    assert _count(house) == 50
    count_wrong(house.engine, [of_address("203.0.113.1")], (50_000 + WINDOW_S) * S)
    assert _count(house) == 1


def _count(house) -> int:
    with Session(house.engine) as session:
        return session.scalar(select(func.count()).select_from(AttemptRow))
