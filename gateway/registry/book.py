"""The registry of nouns as API, pages, imports and jobs use it: who asks sees what is theirs, and every change is kept.

Decision: reading and writing go through this one class, whatever the noun.
Because: visibility, audit, privacy and revisions are then the same for all, and a new noun is a class of columns.
Instead of: queries in forty routers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gateway.registry import personal
from gateway.registry.database import transaction
from gateway.registry.fields import Value
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.refusals import NoSuchRowError
from gateway.registry.roles import Action, Place, Reader
from gateway.registry.texts import composed_words, folded
from gateway.registry.writing import Writing

MOST = 1000
"""Rows of one page, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row as somebody may see it.

    Attributes:
        noun: Its kind.
        id: Which.
        revision: In force.
        label: How people call it.
        values: Field -> value.
        labels: Link field -> how people call what it names.
        hidden: Fields of a person that who asks may not see.
        place: Whose it is.
        made_at: When it was made, UTC ns.
        changed_at: When it was last changed, UTC ns.
        changed_by: By whom.
        retired_at: When it went out of use, UTC ns; 0: it is in use.
    """

    noun: str
    id: str
    revision: int
    label: str
    values: Mapping[str, Value]
    labels: Mapping[str, str]
    hidden: tuple[str, ...]
    place: Place
    made_at: int
    changed_at: int
    changed_by: str
    retired_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which rows.

    Attributes:
        search: Words that all stand in the searched fields; marks count only when the word has some.
        where: Field -> value that it has.
        retired: Whether those out of use, too.
        after: What :attr:`Page.next` of the page before said.
        limit: How many, at most :data:`MOST`.
    """

    search: str = ""
    where: Mapping[str, Value] = field(default_factory=dict)
    retired: bool = False
    after: tuple[str, ...] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, in the order of their labels.

    Attributes:
        entries: At most as many as were asked for.
        next: To be given as ``after`` for those behind; empty: these were the last.
    """

    entries: Sequence[Entry]
    next: tuple[str, ...]


class Book:
    """The registry of nouns.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._clock = clock

    @contextmanager
    def writing(self, reader: Reader) -> Iterator[Writing]:
        """A writing transaction: all of it, or nothing."""
        with transaction(self._engine) as session:
            yield Writing(session, reader, self._clock())

    def make(self, reader: Reader, noun: str, values: Mapping[str, object], why: str = "") -> Entry:
        """A new row; see :meth:`Writing.make`."""
        with self.writing(reader) as writing:
            return _entries(writing.session, reader, [writing.make(noun, values, why)])[0]

    def change(
        self,
        reader: Reader,
        noun: str,
        row_id: str,
        values: Mapping[str, object],
        revision: int | None,
        why: str = "",
    ) -> Entry:
        """Change fields of a row; see :meth:`Writing.change`."""
        with self.writing(reader) as writing:
            return _entries(writing.session, reader, [writing.change(noun, row_id, values, revision, why)])[0]

    def retire(
        self, reader: Reader, noun: str, row_id: str, revision: int | None, why: str, *, back: bool = False
    ) -> Entry:
        """Take a row out of use, or back into it; see :meth:`Writing.retire`."""
        with self.writing(reader) as writing:
            return _entries(writing.session, reader, [writing.retire(noun, row_id, revision, why, back=back)])[0]

    def erase(self, reader: Reader, noun: str, row_id: str, why: str) -> int:
        """Forget the personal data of a row; how many there were."""
        with self.writing(reader) as writing:
            return writing.erase(noun, row_id, why)

    def get(self, reader: Reader, noun: str, row_id: str) -> Entry:
        """One row.

        Raises:
            NoSuchRowError: There is none, or none that ``reader`` may see.
        """
        with Session(self._engine) as session:
            row = Writing(session, reader, 0).find(noun, row_id)
            return _entries(session, reader, [row])[0]

    def find(self, reader: Reader, noun: str, **key: Value) -> Entry:
        """The row in use that has these values; of several the one made last.

        Raises:
            NoSuchRowError: There is none that ``reader`` may see.
        """
        of = NOUNS[noun]
        with Session(self._engine) as session:
            query = _visible(reader, of).where(of.retired_at == 0)
            for name, value in key.items():
                query = query.where(getattr(of, name) == value)
            row = session.scalar(query.order_by(of.id.desc()).limit(1))
            if row is None:
                raise NoSuchRowError(f"{noun} {key}")
            return _entries(session, reader, [row])[0]

    def page(self, reader: Reader, noun: str, asked: Asked | None = None) -> Page:
        """Some rows that ``reader`` may see."""
        asked = asked or Asked()
        of = NOUNS[noun]
        limit = max(1, min(asked.limit, MOST))
        columns = [getattr(of, name) for name in _order(of)]
        with Session(self._engine) as session:
            query = _asked_for(_visible(reader, of), of, asked)
            if asked.after:
                query = query.where(_behind([*columns, of.id], asked.after))
            rows = list(session.scalars(query.order_by(*columns, of.id).limit(limit + 1)))
            entries = _entries(session, reader, rows[:limit])
            last = rows[limit - 1] if len(rows) > limit else None
            behind = tuple(str(getattr(last, name)) for name in (*_order(of), "id")) if last else ()
        return Page(entries, behind)

    def all(self, reader: Reader, noun: str, asked: Asked | None = None) -> Iterator[Entry]:
        """Every row that was asked for, page by page."""
        asked = asked or Asked()
        after: tuple[str, ...] = ()
        while True:
            part = Asked(search=asked.search, where=asked.where, retired=asked.retired, after=after, limit=MOST)
            page = self.page(reader, noun, part)
            yield from page.entries
            after = page.next
            if not after:
                return

    def count(self, reader: Reader, noun: str, asked: Asked | None = None) -> int:
        """How many there are of those asked for."""
        of = NOUNS[noun]
        query = _asked_for(_visible(reader, of), of, asked or Asked())
        with Session(self._engine) as session:
            return int(session.scalar(select(func.count()).select_from(query.subquery())) or 0)


def label_of(row: Registered, apart: Mapping[str, Value]) -> str:
    """How people call a row."""
    of = type(row)
    links = of.links()
    for names in (of.noun.label, of.noun.key):
        words = [str(apart.get(name) or getattr(row, name, "") or "") for name in names if name not in links]
        if any(words):
            return " · ".join(word for word in words if word)
    return row.id[:12]


def _visible(reader: Reader, of: type[Registered]) -> Select[Any]:
    return select(of).where(reader.where(Action.READ, of.noun.group, of))


def _asked_for(query: Select[Any], of: type[Registered], asked: Asked) -> Select[Any]:
    if not asked.retired:
        query = query.where(of.retired_at == 0)
    for name, value in asked.where.items():
        query = query.where(getattr(of, name) == value)
    for word in composed_words(asked.search):
        # A word without marks looks in the part without marks; both parts stand in the one column.
        query = query.where(of.search.contains(word.casefold(), autoescape=True))
    return query


def _order(of: type[Registered]) -> tuple[str, ...]:
    """Columns of text: a value behind which a page goes on has then one form on every database."""
    return of.noun.order or ("search",)


def _behind(columns: Sequence[Any], after: Sequence[str]) -> Any:
    """Rows behind ``after`` in the order of ``columns``."""
    told = []
    for k, (column, value) in enumerate(zip(columns, after, strict=True)):
        told.append(and_(*(c == v for c, v in zip(columns[:k], after[:k], strict=True)), column > value))
    return or_(*told)


def _entries(session: Session, reader: Reader, rows: Sequence[Registered]) -> list[Entry]:
    if not rows:
        return []
    of = type(rows[0])
    apart = personal.read(session, of.__tablename__, [row.id for row in rows]) if of.personal else {}
    labels = _labels(session, reader, of, rows)
    return [_entry(reader, row, apart.get(row.id, {}), labels) for row in rows]


def _entry(reader: Reader, row: Registered, apart: Mapping[str, Value], labels: Mapping[tuple[str, str], str]) -> Entry:
    of = type(row)
    sees_people = not of.personal or reader.may(Action.READ, "people", row.place)
    links = {name: str(getattr(row, name)) for name in of.links() if getattr(row, name)}
    told = {name: apart.get(name, one.empty) for name, one in of.personal.items()} if sees_people else {}
    return Entry(
        noun=of.__tablename__,
        id=row.id,
        revision=row.revision,
        label=label_of(row, apart if sees_people else {}),
        values=told | row.values(),
        labels={name: labels.get((of.links()[name].to, row_id), row_id) for name, row_id in links.items()},
        hidden=() if sees_people else tuple(of.personal),
        place=row.place,
        made_at=row.made_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        retired_at=row.retired_at,
    )


def _labels(
    session: Session, reader: Reader, of: type[Registered], rows: Sequence[Registered]
) -> dict[tuple[str, str], str]:
    """Noun and id -> label, of everything that the rows name."""
    wanted: dict[str, set[str]] = {}
    for name, link in of.links().items():
        wanted.setdefault(link.to, set()).update(getattr(row, name) for row in rows if getattr(row, name))
    found = {}
    for noun, ids in wanted.items():
        other = NOUNS[noun]
        apart = personal.read(session, noun, sorted(ids)) if other.personal else {}
        for row in session.scalars(select(other).where(other.id.in_(sorted(ids)))):
            sees_people = not other.personal or reader.may(Action.READ, "people", row.place)
            found[noun, row.id] = label_of(row, apart.get(row.id, {}) if sees_people else {})
    return found


def matches(text: str, search: str) -> bool:
    """Whether a search for ``search`` would find ``text``; for lists that no table holds.

    >>> matches("Trung tâm Đo lường", "do luong"), matches("Trung tam", "tâm")
    (True, False)
    """
    within = f"{text.casefold()}\n{folded(text)}"
    return all(word.casefold() in within for word in composed_words(search))
