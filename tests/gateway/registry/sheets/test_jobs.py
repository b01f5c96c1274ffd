"""Imports that go on while nobody looks."""

import threading

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.registry import ImportRow
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import SYSTEM, Grant, Reader, Role
from gateway.registry.sheets import Imports, NoSuchImportError, TooManyImportsError, jobs
from gateway.registry.sheets.jobs import KEEP_NS, MOST_WAITING

HEADS = ["code", "name", "kind", "province"]
ROWS = [[f"15{k:08d}", f"A {k}", "school", "82"] for k in range(3)]
BOTH = pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def imports(world, engine) -> Imports:
    return Imports(engine, lambda: world.now[0])


@pytest.fixture
def held(monkeypatch):
    """Imports wait at their beginning until this is set."""
    go = threading.Event()
    real = jobs.import_file

    def waiting(*args, **named):
        assert go.wait(30)
        return real(*args, **named)

    monkeypatch.setattr(jobs, "import_file", waiting)
    yield go
    go.set()


@BOTH
def test_it_goes_on_by_itself_and_can_be_found_again(world, imports, make_csv, held) -> None:
    job = imports.start(SYSTEM, "organisation", "trường.csv", make_csv([HEADS, *ROWS]), dry_run=False)
    assert (job.noun, job.file, job.dry_run, job.by, job.outcome) == (
        "organisation",
        "trường.csv",
        False,
        "nhipdo",
        None,
    )
    assert job.state in ("waiting", "running")
    held.set()
    imports.wait(job.id, 30)
    done = imports.get(SYSTEM, job.id)
    assert (done.state, done.outcome.new, done.outcome.written) == ("done", 3, True)
    assert (done.done, done.total) == (6, 6)
    assert done.ended_at == world.now[0]
    assert world.book.count(SYSTEM, "organisation") == 5
    assert [one.id for one in imports.recent(SYSTEM)] == [job.id]


def test_faults_are_kept_with_it(imports, make_csv) -> None:
    job = imports.start(SYSTEM, "organisation", "x.csv", make_csv([HEADS, ["1", "A", "school", "82"]]), dry_run=True)
    imports.wait(job.id, 30)
    refused = imports.get(SYSTEM, job.id)
    assert (refused.state, refused.outcome.fault_count) == ("refused", 1)
    assert refused.outcome.faults[0].cell == "A2"


def test_each_sees_their_own_and_an_administrator_all(world, imports, make_csv) -> None:
    officer = Reader("a1", "Bà Hoa", (Grant(Role.PROVINCIAL_OFFICER, "province", world.province.id),))
    other = Reader("a2", "Ông Nam", (Grant(Role.PROVINCIAL_OFFICER, "province", world.province.id),))
    job = imports.start(officer, "organisation", "x.csv", make_csv([HEADS, *ROWS]), dry_run=True)
    imports.wait(job.id, 30)
    assert imports.get(officer, job.id).state == "done"
    assert imports.recent(other) == []
    with pytest.raises(NoSuchImportError):
        imports.get(other, job.id)
    assert [one.by for one in imports.recent(SYSTEM)] == ["Bà Hoa"]


def test_who_may_write_none_may_import_none(world, imports) -> None:
    with pytest.raises(ForbiddenError):
        imports.start(world.of(Role.ANALYST), "organisation", "x.csv", b"", dry_run=True)


def test_only_so_many_wait(imports, make_csv, held) -> None:
    content = make_csv([HEADS, *ROWS])
    started = [imports.start(SYSTEM, "organisation", "x", content, dry_run=True) for _ in range(MOST_WAITING + 1)]
    with pytest.raises(TooManyImportsError) as refused:
        imports.start(SYSTEM, "organisation", "x", content, dry_run=True)
    assert str(refused.value) == f"{MOST_WAITING} imports wait already. Try again when they have ended."
    held.set()
    for one in started:
        imports.wait(one.id, 30)
    assert {imports.get(SYSTEM, one.id).state for one in started} == {"done"}


@BOTH
def test_what_a_gateway_left_behind_is_interrupted(world, engine, imports, make_csv) -> None:
    job = imports.start(SYSTEM, "organisation", "x.csv", make_csv([HEADS, *ROWS]), dry_run=True)
    imports.wait(job.id, 30)
    with Session(engine) as session, session.begin():
        session.execute(update(ImportRow).values(state="running", ended_at=0))
    world.now[0] += 61 * 10**9
    assert Imports(engine, lambda: world.now[0]).get(SYSTEM, job.id).state == "interrupted"


def test_after_a_week_nobody_knows_of_it_any_more(world, imports, make_csv) -> None:
    content = make_csv([HEADS, *ROWS])
    old = imports.start(SYSTEM, "organisation", "x.csv", content, dry_run=True)
    imports.wait(old.id, 30)
    world.now[0] += KEEP_NS + 1
    new = imports.start(SYSTEM, "organisation", "x.csv", content, dry_run=True)
    imports.wait(new.id, 30)
    assert [one.id for one in imports.recent(SYSTEM)] == [new.id]


def test_a_failure_of_ours_is_said_and_written_to_the_log(imports, make_csv, monkeypatch, caplog) -> None:
    def fail(*args, **named):
        raise RuntimeError

    monkeypatch.setattr(jobs, "import_file", fail)
    job = imports.start(SYSTEM, "organisation", "x.csv", b"code", dry_run=True)
    imports.wait(job.id, 30)
    assert imports.get(SYSTEM, job.id).state == "failed"
    assert f"import {job.id} of organisation failed" in caplog.text
