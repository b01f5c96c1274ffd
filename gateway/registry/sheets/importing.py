"""An import: read, planned, and then written in one transaction, or not at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Engine, select

from gateway.registry import audit
from gateway.registry.book import Book
from gateway.registry.fields import Value
from gateway.registry.nouns import NOUNS
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.roles import Place, Reader
from gateway.registry.sheets.container import is_workbook
from gateway.registry.sheets.faults import Fault, UnreadableFileError
from gateway.registry.sheets.from_csv import read_csv
from gateway.registry.sheets.keys import key_of, keys_in_use
from gateway.registry.sheets.linked import Links
from gateway.registry.sheets.plan import NEW, Plan, Planner, Progress, Step
from gateway.registry.sheets.table import Table
from gateway.registry.texts import Title, shown
from gateway.registry.writing import Writing

_AT_ONCE = 500
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
    try:
        table = read_table(content)
        planner = Planner(engine, reader, of, Links(engine, reader, clock), table)
        plan = planner.make(_in_two(progress, 0, 1 if dry_run else 2))
    except UnreadableFileError as error:
        return Outcome(noun=noun, fault_count=1, faults=(error.fault,))
    if not plan.count and not dry_run:
        why = f"{shown(name)}" if name else "import"
        told: dict[str, Value] = {
            "file": name,
            "sha256": sha256(content).hexdigest(),
            "new": plan.new,
            "changed": plan.changed,
        }
        with _told_of(plan), Book(engine, clock).writing(reader) as writing:
            _write(plan, writing, noun, why, _in_two(progress, 1, 2))
            audit.note(
                writing.session, reader, writing.at, "import", noun, import_id, place=Place(), after=told, why=why
            )
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


def _write(plan: Plan, writing: Writing, noun: str, why: str, progress: Progress) -> None:
    held = _hold(plan, writing, noun)
    ids: dict[int, str] = {}
    for done, step in enumerate(plan.steps, 1):
        try:
            values = _with_ids(step, ids, held.links)
            if step.id:
                writing.change(noun, step.id, values, step.revision, why)
            else:
                row = writing.make(noun, values, why)
                ids[step.line] = row.id
        except WrongValuesError as error:
            raise _RowError(step.line, error.problems) from error
        except (StaleRowError, NoSuchRowError, ForbiddenError) as error:
            raise _RowError(step.line, {"": _CHANGED}) from error
        if done % _AT_ONCE == 0 or done == len(plan.steps):
            # One statement for hundreds of rows, and none of them stays in memory.
            writing.session.flush()
            progress(done, len(plan.steps))


class _Held(NamedTuple):
    """What the session would forget between two rows, and ask for again.

    Attributes:
        links: Fields that name rows.
        rows: Those that they name, and the head of the audit.
    """

    links: Sequence[str]
    rows: Sequence[object]


def _hold(plan: Plan, writing: Writing, noun: str) -> _Held:
    """Look once, within the transaction, at all that each row would look at by itself.

    Raises:
        _RowError: Somebody has taken a key meanwhile.
    """
    of, session = NOUNS[noun], writing.session
    in_use = keys_in_use(session, of)
    for step in plan.steps:
        if not step.id and key_of(of, step.values) in in_use:
            raise _RowError(step.line, {of.noun.key[0]: _CHANGED})
    writing.is_batch = True
    rows: list[object] = [session.get(audit.AuditHeadRow, 1)]
    for name, link in of.links().items():
        wanted = sorted({str(step.values[name]) for step in plan.steps if step.values.get(name)})
        for some in range(0, len(wanted), _AT_ONCE):
            other = NOUNS[link.to]
            rows += session.scalars(select(other).where(other.id.in_(wanted[some : some + _AT_ONCE])))
    return _Held(list(of.links()), rows)


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
