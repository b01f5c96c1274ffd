"""What an import would do, found out without writing: which rows are new, changed or the same, and what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isclose

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.registry import personal
from gateway.registry.fields import Link, Value
from gateway.registry.nouns import Registered
from gateway.registry.roles import Action, Place, Reader
from gateway.registry.sheets.cells import read_cell, read_link
from gateway.registry.sheets.faults import MOST_LISTED, Fault, place
from gateway.registry.sheets.heads import Column, Heads, find_heads, heads_of, is_example
from gateway.registry.sheets.keys import Key, key_of, keys_in_use
from gateway.registry.sheets.linked import Links, label_from
from gateway.registry.sheets.table import MOST_ROWS, Line, Table, is_blank
from gateway.registry.texts import Title, WrongValueError, shown

Progress = Callable[[int, int], None]
_AT_ONCE = 500
NEW = "row:"
"""Before the number of a row that is not there yet, where another row of the file names it."""


@dataclass(slots=True)
class Step:
    """One row of the file.

    Attributes:
        line: As a spreadsheet counts.
        values: Field -> value, of the columns that there are.
        id: Of the row that it changes; empty: it is new.
        revision: That the change rests on.
    """

    line: int
    values: dict[str, Value]
    id: str = ""
    revision: int = 0


@dataclass(slots=True)
class Plan:
    """What an import would do.

    Attributes:
        table: The file.
        heads: Of its columns.
        steps: Those rows that are new or changed, in the order of the file.
        new: How many are.
        changed: How many rows in use would be changed.
        same: How many are as they are already.
        emptied: How many values would go because their cell is empty.
        skipped: How many examples were left out.
        faults: What is wrong, the first :data:`MOST_LISTED`.
        count: How many faults there are.
        warnings: What somebody should look at first, at most :data:`MOST_LISTED`; no reason to write nothing.
    """

    table: Table
    heads: Heads
    steps: list[Step] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    same: int = 0
    emptied: int = 0
    skipped: int = 0
    faults: list[Fault] = field(default_factory=list)
    count: int = 0
    warnings: list[Fault] = field(default_factory=list)

    def wrong(self, fault: Fault) -> None:
        """One more thing that is wrong."""
        self.count += 1
        if len(self.faults) < MOST_LISTED:
            self.faults.append(fault)

    def wrong_in(self, line: int, name: str, got: object, why: Title, head: str = "") -> None:
        """Something is wrong in the cell of a field, or with the row."""
        self.wrong(self._fault(line, name, got, why, head))

    def warn_in(self, line: int, name: str, got: object, why: Title) -> None:
        """Something in the cell of a field may be wrong."""
        if len(self.warnings) < MOST_LISTED:
            self.warnings.append(self._fault(line, name, got, why))

    def _fault(self, line: int, name: str, got: object, why: Title, head: str = "") -> Fault:
        column = next((one for one in self.heads.columns if one.field == name), None)
        where = place(column.at, line) if column else f"{line}:{line}"
        return Fault(self.table.sheet, where, column.head if column else head, shown("" if got is None else got), why)


class Planner:
    """Makes the plan of one import.

    Args:
        engine: Of the registry; it is only read.
        reader: Who imports.
        of: What stands in the rows.
        links: The rows that they name.
        table: The file.
    """

    def __init__(self, engine: Engine, reader: Reader, of: type[Registered], links: Links, table: Table) -> None:
        self._engine, self._reader, self._of, self._links = engine, reader, of, links
        self._fields = of.all_fields()
        self._by_itself = any(link.to == of.__tablename__ for link in of.links().values())
        self.plan = Plan(table, find_heads(table, of))

    def make(self, progress: Progress) -> Plan:
        """The plan."""
        plan = self.plan
        for fault in plan.heads.faults:
            plan.wrong(fault)
        self._refuse_merged()
        lines = self._lines()
        if not lines and not plan.count:
            why = Title("Chưa có dòng nào dưới tên cột. Hãy điền bảng.", "No row stands below the heads. Fill it in.")
            plan.wrong(Fault(plan.table.sheet, "", "", "", why))
        if plan.count:
            return plan  # without sure columns every row would be wrong
        parsed: dict[Key, Step] = {}
        rest = iter(lines)
        with Session(self._engine) as session:
            in_use = keys_in_use(session, self._of)
            done = 0
            # A row that another row of the file names must be known before that one is read.
            while batch := list(islice(rest, 1 if self._by_itself else _AT_ONCE)):
                steps = [step for line in batch if (step := self._parsed(line, parsed)) is not None]
                self._compare(session, steps, in_use)
                done += len(batch)
                progress(done, len(lines))
        return plan

    def _lines(self) -> list[Line]:
        plan, found = self.plan, []
        for line in plan.table.lines:
            if line.number <= plan.heads.line:
                continue
            ordinal = plan.heads.ordinal
            if ordinal is not None and ordinal < len(line.cells) and is_example(line.cells[ordinal]):
                plan.skipped += 1
            elif not is_blank([_cell(line, column) for column in plan.heads.columns]):
                found.append(line)
        if len(found) > MOST_ROWS:
            why = Title(
                f"{len(found)} dòng, nhiều nhất {MOST_ROWS}. Hãy chia thành nhiều tệp.",
                f"{len(found)} rows, at most {MOST_ROWS}. Split it into several files.",
            )
            plan.wrong(Fault(plan.table.sheet, "", "", str(len(found)), why))
        return found

    def _refuse_merged(self) -> None:
        for merged in self.plan.table.merged:
            last = int("".join(c for c in merged.rpartition(":")[2] if c.isdigit()) or 0)
            if last >= self.plan.heads.line:
                why = Title(
                    "Ô bị gộp. Hãy bỏ gộp (Unmerge) rồi điền từng ô.",
                    "Merged cells. Unmerge them, and fill in each cell.",
                )
                self.plan.wrong(Fault(self.plan.table.sheet, merged, "", "", why))

    # ------------------------------------------------------------------ one row

    def _parsed(self, line: Line, seen: dict[Key, Step]) -> Step | None:
        """The values of a row; None when a cell cannot be taken, or its key came before."""
        step, before = Step(line.number, {}), self.plan.count
        for column in self.plan.heads.columns:
            cell = _cell(line, column)
            try:
                step.values[column.field] = self._value(column.field, cell)
            except WrongValueError as error:
                self.plan.wrong_in(line.number, column.field, cell, error.why)
        if self.plan.count > before:
            return None
        key = self._key(step.values)
        other = seen.setdefault(key, step)
        if other is not step:
            why = Title(
                f"Trùng với dòng {other.line}. Hãy xóa một trong hai dòng, hoặc sửa.",
                f"The same as row {other.line}. Delete one of both, or correct it.",
            )
            name = self._of.noun.key[0]
            self.plan.wrong_in(line.number, name, self._shown(line, name), why)
            return None
        return step

    def _value(self, name: str, cell: object) -> Value:
        one = self._fields[name]
        return read_link(one, cell, self._links.of(one.to)) if isinstance(one, Link) else read_cell(one, cell)

    def _shown(self, line: Line, name: str) -> object:
        return next((_cell(line, column) for column in self.plan.heads.columns if column.field == name), "")

    def _key(self, values: Mapping[str, Value]) -> Key:
        return key_of(self._of, values)

    # ------------------------------------------------------------------ beside what is there

    def _compare(self, session: Session, steps: Sequence[Step], in_use: Mapping[Key, str]) -> None:
        ids = [row_id for step in steps if (row_id := in_use.get(self._key(step.values)))]
        rows = {row.id: row for row in session.scalars(select(self._of).where(self._of.id.in_(ids)))}
        apart = personal.read(session, self._of.__tablename__, ids) if self._of.personal else {}
        for step in steps:
            row = rows.get(in_use.get(self._key(step.values), ""))
            if row is None:
                self._plan_new(step)
            else:
                self._plan_change(step, row, apart.get(row.id, {}))
        session.expunge_all()

    def _plan_new(self, step: Step) -> None:
        complete: dict[str, Value] = {}
        for name, one in self._fields.items():
            if name in step.values:
                complete[name] = step.values[name]
            elif one.required:
                head = heads_of(self._of)[name]
                why = Title(
                    f"Dòng mới cần «{head.vi}», mà tệp không có cột này. Hãy thêm cột.",
                    f"A new row needs {head.en!r}, and the file has no such column. Add it.",
                )
                self.plan.wrong_in(step.line, name, "", why, head.vi)
            else:
                complete[name] = one.empty
        if len(complete) < len(self._fields) or not self._is_sound(step, complete, self._new_place(complete)):
            return
        if self._by_itself:
            label, told = (
                label_from(self._of, complete),
                {n: v for n, v in complete.items() if n not in self._of.links()},
            )
            self._links.of(self._of.__tablename__).add(f"{NEW}{step.line}", Place(), label, told)
        self.plan.new += 1
        self.plan.steps.append(step)

    def _plan_change(self, step: Step, row: Registered, apart: Mapping[str, Value]) -> None:
        if not self._reader.may(Action.READ, self._of.noun.group, row.place):
            self._refuse_place(step, self._of.noun.key[0])
            return
        empty = {name: one.empty for name, one in self._of.personal.items()}
        before = row.values() | empty | dict(apart)
        # An empty cell is no way to forget a person: that is asked for with a reason, and kept.
        step.values = {n: v for n, v in step.values.items() if n not in self._of.personal or v not in ("", None)}
        changes = {name: value for name, value in step.values.items() if not _is_same(value, before[name])}
        if not changes:
            self.plan.same += 1
            return
        if not self._is_sound(step, before | step.values, row.place):
            return
        step.id, step.revision, step.values = row.id, row.revision, changes
        self.plan.emptied += sum(value in ("", None, []) for value in changes.values())
        self.plan.changed += 1
        self.plan.steps.append(step)

    def _is_sound(self, step: Step, complete: Mapping[str, Value], where: Place) -> bool:
        contradictions = self._of.contradictions(complete)
        for name, why in contradictions.items():
            self.plan.wrong_in(step.line, name, complete.get(name, ""), why)
        if not self._reader.may(Action.WRITE, self._of.noun.group, where):
            self._refuse_place(step, next(iter(self._of.noun.owner), self._of.noun.key[0]))
            return False
        return not contradictions

    def _refuse_place(self, step: Step, name: str) -> None:
        title = self._of.noun.title
        why = Title(
            f"{title.vi} này không thuộc phạm vi được ghi của bạn. Hãy bỏ dòng, hoặc xin quyền.",
            f"This {title.en} is not within what you may write. Leave the row out, or ask for the role.",
        )
        self.plan.wrong_in(step.line, name, step.values.get(self._of.noun.key[0], ""), why)

    def _new_place(self, complete: Mapping[str, Value]) -> Place:
        """Whose a row would be that is not there yet."""
        links = self._of.links()
        owners = ((links[name].to, str(complete[name])) for name in self._of.noun.owner if complete[name])
        noun, owner = next(owners, ("", ""))
        where = self._links.of(noun).place(owner) if owner else Place()
        return where._replace(**{self._of.__tablename__: NEW}) if self._of.noun.is_scope else where


def _is_same(a: Value, b: Value) -> bool:
    """Whether two values are one; a workbook keeps sixteen digits of a number, and a float has seventeen."""
    if isinstance(a, float) and isinstance(b, float):
        return isclose(a, b, rel_tol=2**-50)
    return a == b


def _cell(line: Line, column: Column) -> object:
    return line.cells[column.at] if column.at < len(line.cells) else None
