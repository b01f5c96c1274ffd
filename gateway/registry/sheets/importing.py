"""An import: read, planned, made ready, and then written in one transaction, or not at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.registry import audit
from gateway.registry.batch import AT_ONCE, Batch, OvertakenError
from gateway.registry.database import transaction
from gateway.registry.fields import Value
from gateway.registry.models import StoreRow
from gateway.registry.nouns import NOUNS
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.roles import Place, Reader
from gateway.registry.sheets.container import is_workbook
from gateway.registry.sheets.doubtful import warn
from gateway.registry.sheets.faults import Fault, UnreadableFileError
from gateway.registry.sheets.from_csv import read_csv
from gateway.registry.sheets.linked import Links
from gateway.registry.sheets.plan import NEW, Plan, Planner, Progress, Step
from gateway.registry.sheets.table import Table
from gateway.registry.texts import Title, shown

_CHANGED = Title("Có người vừa sửa dòng này. Hãy chạy lại.", "Somebody has just changed this. Run the import again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did, or would do.

    Attributes:
        noun: What stood in the rows.
        sheet: Of which sheet; empty: of a file that has none.
        written: Whether it was written.
        new: How many rows are new.
        changed: How many rows in use were changed.
        same: How many are as they were.
        emptied: How many values went because their cell is empty.
        skipped: How many rows were examples.
        unread: Names of hidden sheets, which were not read.
        fault_count: How many things are wrong; nothing is written unless 0.
        faults: The first thousand of them.
        warnings: What somebody should look at before it is carried out, the first thousand; it is written all the same.
    """

    noun: str
    sheet: str = ""
    written: bool = False
    new: int = 0
    changed: int = 0
    same: int = 0
    emptied: int = 0
    skipped: int = 0
    unread: tuple[str, ...] = ()
    fault_count: int = 0
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def read_table(content: bytes) -> Table:
    """A file as a table.

    Raises:
        UnreadableFileError: It is none.
    """
    if not is_workbook(content):
        return read_csv(content)
    from gateway.registry.sheets.from_xlsx import read_xlsx  # noqa: PLC0415  its library is large

    return read_xlsx(content)


def import_file(
    engine: Engine,
    clock: Callable[[], int],
    reader: Reader,
    noun: str,
    content: bytes,
    *,
    name: str = "",
    dry_run: bool = False,
    import_id: str = "",
    progress: Progress = lambda _done, _total: None,
) -> Outcome:
    """Import a file, or find out what that would do.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
        reader: Who imports.
        noun: What stands in its rows.
        content: Of the file.
        name: Of the file, for the audit.
        dry_run: Nothing is written.
        import_id: For the audit.
        progress: Is told how many steps of how many are done.

    Raises:
        KeyError: There is no such noun.
    """
    of = NOUNS[noun]
    with Session(engine) as session:
        changes = int(session.scalar(select(StoreRow.changes)) or 0)
    try:
        table = read_table(content)
        planner = Planner(engine, reader, of, Links(engine, reader, clock), table)
        plan = planner.make(_in_two(progress, 0, 1 if dry_run else 2))
        warn(plan, engine, reader, of, clock())
        plan.table = replace(table, lines=())  # read, and tens of megabytes
        del table, planner
    except UnreadableFileError as error:
        return Outcome(noun=noun, fault_count=1, faults=(error.fault,))
    if not plan.count and not dry_run:
        file = _File(name, sha256(content).hexdigest(), import_id)
        with _told_of(plan), Session(engine, autoflush=False) as session:
            batch = Batch(session, reader, clock(), of, changes)
            _write(plan, engine, batch, file, _in_two(progress, 1, 2))
    return _outcome(noun, plan, written=not plan.count and not dry_run)


def _outcome(noun: str, plan: Plan, *, written: bool) -> Outcome:
    return Outcome(
        noun=noun,
        sheet=plan.table.sheet,
        written=written,
        new=plan.new,
        changed=plan.changed,
        same=plan.same,
        emptied=plan.emptied,
        skipped=plan.skipped,
        unread=tuple(plan.table.unread),
        fault_count=plan.count,
        faults=tuple(plan.faults),
        warnings=tuple(plan.warnings),
    )


@contextmanager
def _told_of(plan: Plan) -> Iterator[None]:
    """What only the writing finds out (somebody was quicker) becomes a fault of the row that was being written."""
    try:
        yield
    except _RowError as error:
        for name, why in error.problems.items():
            plan.wrong_in(error.line, name, "", why)


class _RowError(Exception):
    """A row could not be written: the whole transaction goes back."""

    def __init__(self, line: int, problems: Mapping[str, Title]) -> None:
        super().__init__(f"row {line}")
        self.line, self.problems = line, problems


class _File(NamedTuple):
    """What the audit tells of a file."""

    name: str
    sha256: str
    import_id: str


def _write(plan: Plan, engine: Engine, batch: Batch, file: _File, progress: Progress) -> None:
    why = shown(file.name) if file.name else "import"
    lines = _make_ready(plan, batch, why, progress)
    told: dict[str, Value] = {"file": file.name, "sha256": file.sha256, "new": plan.new, "changed": plan.changed}
    with transaction(engine) as session:
        try:
            batch.write(session)
        except OvertakenError as error:
            raise _RowError(lines[error.row], {batch.of.noun.key[0] if error.is_key else "": _CHANGED}) from error
        noun = batch.of.__tablename__
        audit.note(session, batch.reader, batch.at, "import", noun, file.import_id, place=Place(), after=told, why=why)
    progress(len(lines), len(lines))


def _make_ready(plan: Plan, batch: Batch, why: str, progress: Progress) -> dict[str, int]:
    """Id of each row -> its line. Each step goes as soon as its row is ready: there may be fifty thousand."""
    of, total = batch.of, len(plan.steps)
    lines: dict[str, int] = {}
    ids: dict[int, str] = {}
    plan.steps.reverse()
    while plan.steps:
        some = [plan.steps.pop() for _ in range(min(AT_ONCE, len(plan.steps)))]
        rows = batch.load([step.id for step in some if step.id])
        assert len(rows) <= len(some)  # held while they are changed
        for step in some:
            row_id = _ready(step, batch, _with_ids(step, ids, list(of.links())), why)
            lines[row_id] = step.line
            ids[step.line] = row_id
        if plan.steps:
            progress(len(lines), total)
    return lines


def _ready(step: Step, batch: Batch, values: dict[str, Value], why: str) -> str:
    try:
        if step.id:
            return batch.change(batch.of.__tablename__, step.id, values, step.revision, why).id
        return batch.make(batch.of.__tablename__, values, why).id
    except WrongValuesError as error:
        raise _RowError(step.line, error.problems) from error
    except (StaleRowError, NoSuchRowError, ForbiddenError) as error:
        raise _RowError(step.line, {"": _CHANGED}) from error


def _with_ids(step: Step, ids: Mapping[int, str], links: Sequence[str]) -> dict[str, Value]:
    """The values of a step, with the ids of rows that the same import has made meanwhile."""
    values = dict(step.values)
    for name in links:
        value = values.get(name)
        if isinstance(value, str) and value.startswith(NEW):
            values[name] = ids[int(value.removeprefix(NEW))]
    return values


def _in_two(progress: Progress, part: int, of: int) -> Progress:
    """Progress of one part of ``of`` that take as long."""

    def told(done: int, total: int) -> None:
        progress(part * total + done, of * total)

    return told
