"""Making, changing and retiring rows of any noun, within one transaction, by somebody who may."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.registry import audit, personal
from gateway.registry.fields import Field, Value
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.resting import is_retired, is_taken, move, refuse_if_needed
from gateway.registry.roles import Action, Place, Reader
from gateway.registry.searching import searched
from gateway.registry.texts import Title, WrongValueError


@dataclass(slots=True)
class Writing:
    """A transaction's writing.

    Attributes:
        session: Of a ``gateway.registry.transaction``: it holds the write lock, so a key that is free stays free.
        reader: Who writes.
        at: When, UTC ns.
    """

    session: Session
    reader: Reader
    at: int

    def make(self, noun: str, values: Mapping[str, object], why: str = "", action: str = "make") -> Registered:
        """A new row.

        Raises:
            WrongValuesError: Values that cannot be taken, or its key is in use.
            ForbiddenError: It may not be written there.
        """
        of = NOUNS[noun]
        read = self._read(of, values, {})
        of.refuse_new(read)
        row = of(
            id=f"{self.at // 1_000_000:012x}{token_hex(10)}",
            revision=1,
            made_at=self.at,
            retired_at=0,
            search="",
        )
        self._set(row, read)
        self._place(row)
        self._allowed(Action.WRITE, row)
        if any(read[name] for name in of.needs_decision):
            self._allowed(Action.DECIDE, row)
            row.refuse_decision(self.session)
        self._unique(row)
        row.refuse_claim(self.session, self.reader)
        self._sign(row)
        row.search = searched(row, read)
        self._add(row)
        hashes = self._keep_personal(row, read)
        after = {name: value for name, value in read.items() if name not in of.personal and value != ""} | hashes
        self._note(row, action, None, after, why)
        return row

    def change(
        self, noun: str, row_id: str, values: Mapping[str, object], revision: int | None, why: str = ""
    ) -> Registered:
        """Change some fields of a row; nothing is written when nothing differs.

        Args:
            noun: Its kind.
            row_id: Which.
            values: The fields that change.
            revision: That the change rests on; None: whatever is in force.
            why: What they say.

        Raises:
            NoSuchRowError: There is none.
            ForbiddenError: It may not be written, there or where it would go.
            StaleRowError: Another revision is in force.
            WrongValuesError: Values that cannot be taken.
        """
        row = self.find(noun, row_id, Action.WRITE)
        if revision is not None and revision != row.revision:
            raise StaleRowError(row.revision)
        before = self._values(row)
        # A person who was forgotten has no name any more, which is no reason to refuse every other change.
        erased = {name for name in type(row).personal if not before[name] and name not in values}
        read = self._read(type(row), before | dict(values), before, erased)
        changed = {name for name in read if read[name] != before.get(name, "")}
        if not changed:
            return row
        type(row).refuse_change(before, changed)
        was = row.place
        self._set(row, read)
        self._place(row)
        self._allowed(Action.WRITE, row)
        if changed & type(row).needs_decision:
            self._allowed(Action.DECIDE, row)
            row.refuse_decision(self.session)
        self._unique(row)
        if changed & set(type(row).noun.key):
            row.refuse_claim(self.session, self.reader)
        row.revision += 1
        self._sign(row)
        row.search = searched(row, read)
        self._renew(row)
        hashes = self._keep_personal(row, {name: read[name] for name in changed})
        plain = changed - set(type(row).personal)
        self._note(
            row, "change", {name: before[name] for name in plain}, {name: read[name] for name in plain} | hashes, why
        )
        if row.place != was:
            self._move(row) if type(row).noun.is_scope else self.take_along(row)
        return row

    def retire(self, noun: str, row_id: str, revision: int | None, why: str, *, back: bool = False) -> Registered:
        """Take a row out of use, or ``back`` into it.

        Raises:
            NoSuchRowError: There is none.
            ForbiddenError: It may not be written.
            StaleRowError: Another revision is in force.
            WrongValuesError: Others in use rest on it, or its key is taken meanwhile.
        """
        row = self.find(noun, row_id, Action.WRITE)
        if revision is not None and revision != row.revision:
            raise StaleRowError(row.revision)
        if back:
            self._unique(row)
            row.refuse_claim(self.session, self.reader)
            if problems := self._out_of_use(type(row), row.values(), {}):
                raise WrongValuesError(problems)
            personal.resume(self.session, noun, row_id)
        else:
            refuse_if_needed(self.session, row)
            personal.end(self.session, noun, row_id, self.at)
        row.retired_at = 0 if back else self.at
        row.revision += 1
        self._sign(row)
        self._note(row, "restore" if back else "retire", None, None, why)
        return row

    def erase(self, noun: str, row_id: str, why: str) -> int:
        """Forget the personal data of a row; how many there were."""
        row = self.find(noun, row_id, Action.WRITE)
        gone = personal.erase(self.session, noun, row_id)
        row.revision += 1
        self._sign(row)
        row.search = searched(row, self._values(row))
        self._note(row, "erase", None, {"erased": gone}, why)
        return gone

    def find(self, noun: str, row_id: str, action: Action = Action.READ) -> Registered:
        """One row.

        Raises:
            NoSuchRowError: There is none, or none that may be seen.
            ForbiddenError: It may be seen, and this not be done.
        """
        of = NOUNS[noun]
        row: Registered | None = self.session.get(of, row_id)
        if row is None or not self.reader.may(Action.READ, of.noun.group, row.place):
            raise NoSuchRowError(f"{noun} {row_id}")
        self._allowed(action, row)
        return row

    def _allowed(self, action: Action, row: Registered) -> None:
        noun = type(row).noun
        if not self.reader.may(action, noun.group, row.place):
            raise ForbiddenError(f"{self.reader.name}: may not {action.value} {noun.title.en} there")

    def _read(
        self,
        of: type[Registered],
        values: Mapping[str, object],
        before: Mapping[str, Value],
        erased: Container[str] = (),
    ) -> dict[str, Value]:
        fields = of.all_fields()
        problems = {
            name: Title("Không có ô này. Hãy bỏ đi.", "There is no such field. Leave it out.")
            for name in values
            if name not in fields
        }
        read: dict[str, Value] = {}
        for name, one in fields.items():
            try:
                read[name] = one.empty if name in erased else one.read(values.get(name))
            except WrongValueError as error:
                problems[name] = error.why
        for name, link in of.links().items():
            if read.get(name) and self._linked(link.to, str(read[name])) is None:
                problems[name] = Title(
                    f"Không có {link.title.vi} này. Hãy chọn từ danh sách.",
                    f"There is no such {link.title.en}. Choose one of the list.",
                )
        problems |= self._out_of_use(of, read, before)
        if not problems:
            problems.update(of.contradictions(read))
        if problems:
            raise WrongValuesError(problems)
        return read

    def _out_of_use(
        self, of: type[Registered], read: Mapping[str, Value], before: Mapping[str, Value]
    ) -> dict[str, Title]:
        """Links that are not as before and name rows out of use."""
        new = {name: link for name, link in of.links().items() if read.get(name) and read[name] != before.get(name)}
        named = ((name, link, self._linked(link.to, str(read[name]))) for name, link in new.items())
        return {name: is_retired(link.title) for name, link, row in named if row is not None and row.retired_at}

    def _linked(self, noun: str, row_id: str) -> Registered | None:
        of = NOUNS[noun]
        row: Registered | None = self.session.get(of, row_id)
        # Whoever may not see it must not learn that it exists, and must not hang anything on it.
        return row if row is not None and self.reader.may(Action.READ, of.noun.group, row.place) else None

    def _add(self, row: Registered) -> None:
        self.session.add(row)
        self.session.flush()

    def _renew(self, row: Registered) -> None:
        """The row was changed: the session writes it."""

    def _set(self, row: Registered, read: Mapping[str, Value]) -> None:
        for name, one in type(row).fields().items():
            setattr(row, name, one.kept(read[name]))

    def _values(self, row: Registered) -> dict[str, Value]:
        kept = personal.read(self.session, row.__tablename__, [row.id]).get(row.id, {})
        empty = {name: one.empty for name, one in type(row).personal.items()}
        return row.values() | empty | kept

    def _place(self, row: Registered) -> None:
        place = Place()
        links = type(row).links()
        for name in type(row).noun.owner:
            if getattr(row, name):
                owner = self.session.get(NOUNS[links[name].to], getattr(row, name))
                assert owner is not None, "a foreign key holds it"
                place = owner.place
                break
        if not place.agency:  # the agency that holds a training or gives a support sees and keeps its record
            held_by = next((getattr(row, name) for name, one in links.items() if one.to == "agency"), None)
            place = place._replace(agency=held_by or "")
        if type(row).noun.is_scope:
            place = place._replace(**{row.__tablename__: row.id})
        row.of_province, row.of_organisation, row.of_agency = place

    def take_along(self, row: Registered) -> None:
        """What hangs on a site that was sold is no longer its former owner's to read or write."""
        for other in NOUNS.values():
            for name in [one for one in other.noun.owner if other.links()[one].to == row.__tablename__]:
                for child in self.session.scalars(select(other).where(getattr(other, name) == row.id)).all():
                    was = child.place
                    self._place(child)
                    if child.place != was:
                        self.take_along(child)

    def _move(self, row: Registered) -> None:
        self.session.flush()
        move(self.session, type(row), [row.id])

    def _unique(self, row: Registered) -> None:
        of = type(row)
        query = select(func.count()).select_from(of).where(of.id != row.id, of.retired_at == 0)
        for name in of.noun.key:
            query = query.where(getattr(of, name) == getattr(row, name))
        with self.session.no_autoflush:
            taken = self.session.scalar(query)
        if taken:
            raise WrongValuesError({of.noun.key[0]: is_taken(of)})

    def _sign(self, row: Registered) -> None:
        row.changed_at, row.changed_by = self.at, self.reader.name

    def _keep_personal(self, row: Registered, read: Mapping[str, Value]) -> dict[str, Value]:
        fields: dict[str, Field] = type(row).personal
        values = {name: (read[name], fields[name].personal) for name in read if name in fields}
        hashes = personal.keep(self.session, row.__tablename__, row.id, values)
        if row.retired_at:  # what is corrected later is kept no longer than the rest of it
            personal.end(self.session, row.__tablename__, row.id, row.retired_at)
        return hashes

    def _note(
        self,
        row: Registered,
        action: str,
        before: Mapping[str, Value] | None,
        after: Mapping[str, Value] | None,
        why: str,
    ) -> None:
        of, place = row.__tablename__, row.place
        audit.note(
            self.session, self.reader, self.at, action, of, row.id, place=place, before=before, after=after, why=why
        )
