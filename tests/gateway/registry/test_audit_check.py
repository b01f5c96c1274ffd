"""A walk through the audit's chain that goes on while nobody waits."""

import threading

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.registry import AuditRow, audit_check
from gateway.registry.audit import Broken
from gateway.registry.audit_check import AuditCheck


def test_a_short_chain_is_through_at_once_and_each_time_is_a_new_walk(world, engine) -> None:
    check = AuditCheck(engine, lambda: world.now[0])
    assert check.latest() is None
    first = check.begin(30)
    assert (first.at, first.done, first.total, first.broken) == (world.now[0], 4, 4, [])
    with Session(engine) as session, session.begin():
        session.execute(update(AuditRow).where(AuditRow.number == 2).values(name="eve"))
    assert check.begin(30).broken == [Broken(2, "altered")]
    assert check.latest() is not first


def test_who_asks_while_it_goes_on_is_told_of_the_same_walk(world, engine, monkeypatch) -> None:
    go, real = threading.Event(), audit_check.verify

    def slow(session, progress):
        progress(1, 4)
        assert go.wait(30)
        yield from real(session, progress)

    monkeypatch.setattr(audit_check, "verify", slow)
    check = AuditCheck(engine, lambda: 1)
    walk = check.begin()
    assert check.begin() is walk
    assert not walk.is_over
    go.set()
    assert check.begin(30) is walk
    assert (walk.done, walk.total, walk.is_over, walk.failed) == (4, 4, True, False)


def test_a_walk_that_fails_says_so_and_writes_it_to_the_log(engine, monkeypatch, caplog) -> None:
    def fail(session, progress):
        raise RuntimeError

    monkeypatch.setattr(audit_check, "verify", fail)
    walk = AuditCheck(engine, lambda: 1).begin(30)
    assert (walk.is_over, walk.failed) == (True, True)
    assert "audit: could not be checked to its end" in caplog.text
