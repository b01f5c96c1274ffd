"""An import: read, planned, and then written in one transaction, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Engine

from gateway.registry import audit
from gateway.registry.book import Book
from gateway.registry.fields import Value
from gateway.registry.nouns import NOUNS
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.roles import Place, Reader
from gateway.registry.sheets.container import is_workbook
from gateway.registry.sheets.faults import Fault, UnreadableFileError
from gateway.registry.sheets.from_csv import read_csv
from gateway.registry.sheets.from_xlsx import read_xlsx
from gateway.registry.sheets.linked import Links
from gateway.registry.sheets.plan import Plan, Planner, Progress, Step, written_values
from gateway.registry.sheets.table import Table
from gateway.registry.texts import Title, shown
from gateway.registry.writing import Writing

_TELL_EACH = 200


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
    return read_xlsx(content) if is_workbook(content) else read_csv(content)


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

    def __init__(self, line: int, problems: dict[str, Title]) -> None:
        super().__init__(f"row {line}")
        self.line, self.problems = line, problems


def _write(plan: Plan, writing: Writing, noun: str, why: str, progress: Progress) -> None:
    ids: dict[int, str] = {}
    links = list(NOUNS[noun].links())
    for done, step in enumerate(plan.steps, 1):
        try:
            ids[step.line] = _write_one(step, writing, noun, why, ids, links)
        except WrongValuesError as error:
            raise _RowError(step.line, error.problems) from error
        except (StaleRowError, NoSuchRowError, ForbiddenError) as error:
            changed = Title(
                "Có người vừa sửa dòng này. Hãy chạy thử lại.", "Somebody has just changed this. Try the import again."
            )
            raise _RowError(step.line, {"": changed}) from error
        if done % _TELL_EACH == 0 or done == len(plan.steps):
            progress(done, len(plan.steps))


def _write_one(step: Step, writing: Writing, noun: str, why: str, ids: dict[int, str], links: list[str]) -> str:
    values = written_values(step, ids, iter(links))
    if step.id:
        return writing.change(noun, step.id, values, step.revision, why).id
    return writing.make(noun, values, why).id


def _in_two(progress: Progress, part: int, of: int) -> Progress:
    """Progress of one part of ``of`` that take as long."""

    def told(done: int, total: int) -> None:
        progress(part * total + done, of * total)

    return told
