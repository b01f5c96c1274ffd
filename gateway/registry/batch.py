"""Thousands of rows of one noun: made ready without a lock, and then written at once.

Decision: nothing is written before every row was read, placed, allowed and put into words.
Because: SQLite has one write lock, and what edges send waits for it ten seconds at most. Row by row, 50 000 changed
rows held it for minutes; made ready before, they hold it for seconds. On PostgreSQL people wait for each other so.
Instead of: some hundred rows at a time, each in a transaction of its own: half a file is worse than none.
"""

from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex
from typing import Any

from sqlalchemy import bindparam, delete, insert, inspect, select, update
from sqlalchemy.orm import Session

from gateway.registry import audit, personal
from gateway.registry.fields import Value
from gateway.registry.models import StoreRow
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.personal import PersonalRow
from gateway.registry.resting import move
from gateway.registry.roles import Reader
from gateway.registry.writing import Writing

AT_ONCE = 500
Columns = tuple[Any, ...]


class OvertakenError(Exception):
    """Somebody has changed meanwhile what a row of the batch rests on.

    Attributes:
        row: Id of that row.
        is_key: Whether its key was taken.
    """

    def __init__(self, row: str, *, is_key: bool = False) -> None:
        super().__init__(f"row {row}")
        self.row, self.is_key = row, is_key


class Batch(Writing):
    """Rows of one noun that become ready: :meth:`make` and :meth:`change` write nothing, :meth:`write` all of it.

    Args:
        session: It is only read, and flushes nothing by itself.
        reader: Who writes.
        at: When, UTC ns.
        of: What the rows are.
        changes: ``store.changes`` from before anything was looked at that the rows rest on.
    """

    def __init__(self, session: Session, reader: Reader, at: int, of: type[Registered], changes: int) -> None:
        super().__init__(session, reader, at)
        self.of, self._changes = of, changes
        self._names = tuple(column.key for column in of.__table__.columns)
        self._unsaid = {name: one.default.arg for name, one in of.__table__.columns.items() if one.default is not None}
        self._made: list[Columns] = []
        self._changed: list[Columns] = []
        self._fields: set[str] = {"revision", "changed_at", "changed_by", "search"}
        self._moved: list[str] = []
        self._gone: list[str] = []
        self._apart: dict[str, dict[str, Value]] = {}
        self._data: list[Columns] = []
        self._notes: list[audit.Unsealed] = []
        self._ids: set[str] = set()
        self._rests_on: dict[tuple[str, str], tuple[int | str, ...]] = {}
        self._held: dict[str, Registered] = {}

    def load(self, ids: Sequence[str]) -> Sequence[Registered]:
        """The rows that are changed next, to be held by the caller until they were."""
        self._apart = personal.read(self.session, self.of.__tablename__, list(ids)) if self.of.personal else {}
        return self.session.scalars(select(self.of).where(self.of.id.in_(ids))).all()

    def write(self, session: Session) -> None:
        """Write all rows, within a ``gateway.registry.transaction``.

        Raises:
            OvertakenError: Somebody has changed what one of them rests on; nothing may be committed then.
        """
        if session.scalar(select(StoreRow.changes)) != self._changes + 1:
            self._check(session)
        table: Any = self.of.__table__
        for some in _some(self._made):
            session.execute(insert(table), [dict(zip(self._names, row, strict=True)) for row in some])
        self._write_changed(session, table)
        for row_id in self._gone:
            Writing(session, self.reader, self.at).take_along(session.get_one(self.of, row_id))
        if self._moved:
            for ids in _some(self._moved):
                move(session, self.of, ids)
        apart: Any = PersonalRow.__table__
        gone = delete(apart).where(*(apart.c[name] == bindparam(f"its_{name}") for name in ("noun", "row", "field")))
        for some in _some([one for one in self._data if one[1] not in self._ids]):
            session.execute(gone, [{"its_noun": one[0], "its_row": one[1], "its_field": one[2]} for one in some])
        names = ("noun", "row", "field", "value", "purpose", "salt", "keep_until")
        for some in _some([one for one in self._data if one[3] != ""]):
            session.execute(insert(apart), [dict(zip(names, one, strict=True)) for one in some])
        audit.append(session, self._notes)

    def _write_changed(self, session: Session, table: Any) -> None:
        # Only columns that some row changes: an index of another one is then left alone.
        names = sorted(self._fields)
        at = [self._names.index(name) for name in names]
        number = self._names.index("id")
        query = update(table).where(table.c.id == bindparam("its_id"))
        query = query.values({name: bindparam(f"new_{name}") for name in names})
        for some in _some(self._changed):
            told = [{f"new_{name}": row[k] for name, k in zip(names, at, strict=True)} for row in some]
            session.execute(query, [one | {"its_id": row[number]} for one, row in zip(told, some, strict=True)])

    def _check(self, session: Session) -> None:
        """Whether everything is still as it was when the rows were made ready."""
        of, its = self.of, {name: k for k, name in enumerate(self._names)}
        key = [its[name] for name in of.noun.key]
        found = session.execute(
            select(of.id, of.revision, *(getattr(of, name) for name in of.noun.key)).where(of.retired_at == 0)
        ).all()
        in_use = {tuple(row[2:]) for row in found}
        for row in self._made:
            if tuple(row[k] for k in key) in in_use:
                raise OvertakenError(row[its["id"]], is_key=True)
        revisions = {row.id: row.revision for row in found}
        for row in self._changed:
            if revisions.get(row[its["id"]]) != row[its["revision"]] - 1:
                raise OvertakenError(row[its["id"]])
        stale = self._stale(session)
        links = [(its[name], link.to) for name, link in of.links().items()]
        for row in (*self._made, *self._changed):
            if any((to, row[k]) in stale for k, to in links):
                raise OvertakenError(row[its["id"]])

    def _stale(self, session: Session) -> set[tuple[str, str]]:
        """Noun and id of rows that the batch names and that went elsewhere, or out of use."""
        stale = dict(self._rests_on)
        for noun in {noun for noun, _ in stale}:
            other = NOUNS[noun]
            columns = (other.id, other.retired_at, other.of_province, other.of_organisation, other.of_agency)
            for ids in _some([row_id for to, row_id in self._rests_on if to == noun]):
                for row_id, *now in session.execute(select(*columns).where(other.id.in_(ids))):
                    if stale[noun, row_id] == tuple(now):
                        del stale[noun, row_id]
        return set(stale)

    # ------------------------------------------------------------------ what Writing would ask and write row by row

    def _linked(self, noun: str, row_id: str) -> Registered | None:
        if noun == self.of.__tablename__ and row_id in self._ids:
            return self.of(id=row_id, retired_at=0)  # made by this very batch
        row = super()._linked(noun, row_id)
        if row is not None:
            self._rests_on[noun, row_id] = (row.retired_at, *row.place)
            self._held[row_id] = row  # the session forgets what nobody holds, and would ask for it with every row
        return row

    def _unique(self, row: Registered) -> None:
        """Of all rows together, before they are written."""

    def _add(self, row: Registered) -> None:
        self._ids.add(row.id)
        self._made.append(self._columns(row))

    def _renew(self, row: Registered) -> None:
        before = inspect(row).committed_state
        self._fields |= {name for name, was in before.items() if was != getattr(row, name)}
        self._changed.append(self._columns(row))
        self.session.expunge(row)

    def _move(self, row: Registered) -> None:
        self._moved.append(row.id)

    def take_along(self, row: Registered) -> None:
        self._gone.append(row.id)

    def _values(self, row: Registered) -> dict[str, Value]:
        empty = {name: one.empty for name, one in self.of.personal.items()}
        return row.values() | empty | self._apart.get(row.id, {})

    def _keep_personal(self, row: Registered, read: Mapping[str, Value]) -> dict[str, Value]:
        hashes: dict[str, Value] = {}
        for name, one in self.of.personal.items():
            if name not in read:
                continue
            told = "" if read[name] in ("", None) else str(read[name])
            salt = token_hex(16)
            hashes[name] = personal.salted(salt, told) if told else ""
            self._data.append((self.of.__tablename__, row.id, name, told, one.personal, salt, 0))
        return hashes

    def _note(
        self,
        row: Registered,
        action: str,
        before: Mapping[str, Value] | None,
        after: Mapping[str, Value] | None,
        why: str,
    ) -> None:
        told = audit.unsealed(
            self.reader,
            self.at,
            action,
            row.__tablename__,
            row.id,
            place=row.place,
            before=before,
            after=after,
            why=why,
        )
        self._notes.append(told)

    def _columns(self, row: Registered) -> Columns:
        told = ((name, getattr(row, name)) for name in self._names)
        return tuple(self._unsaid.get(name) if value is None else value for name, value in told)


def _some(all_of_them: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(all_of_them), AT_ONCE):
        yield all_of_them[first : first + AT_ONCE]
