"""What all nouns of the registry have in common, and the list of them.

Decision: every row says in three columns whose it is: which organisation's, province's, agency's.
Because: what a person may see is then one condition on any table, and an index finds it.
Instead of: joins from each noun up to its organisation, a different one for each.

Decision: a row that is not needed any more is retired, never deleted.
Because: figures of past years rest on it.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from gateway.registry.fields import Field, Link, Value
from gateway.registry.models import Base
from gateway.registry.roles import Place, Reader
from gateway.registry.texts import Title

ID = String(32)
NOUNS: "dict[str, type[Registered]]" = {}
"""Name of a noun (its table) -> its rows' class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """What a kind of row is, beyond its fields.

    Attributes:
        title: One of them.
        many: All of them.
        group: Which permissions hold for it; a key of ``gateway.access.roles.GROUPS``.
        key: Fields that tell one from another within their owner; they are unique together.
        label: Fields that name one to people; empty: its key.
        owner: Link fields, of which the first filled one tells whose the row is; empty: everybody's.
        is_scope: Whether its rows are themselves an ``organisation``, ``province`` or ``agency`` that others belong to.
        has_attachments: Whether documents and photos can be kept with it.
        path: In addresses; ``None``: the table's name with hyphens and an s.
        order: Fields of text by which its list is sorted; empty: by label, as if it had no marks.
    """

    title: Title
    many: Title
    group: str
    key: tuple[str, ...]
    label: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    is_scope: bool = False
    has_attachments: bool = False
    path: str | None = None
    order: tuple[str, ...] = ()


class Registered(Base):
    """A row of any noun.

    Attributes:
        id: 128 bits, hex; those made later sort later.
        revision: 1, and one more with each change; the entity tag.
        made_at: When, UTC ns.
        changed_at: When it was last changed, UTC ns.
        changed_by: By whom: an account's name.
        retired_at: When it went out of use, UTC ns; 0: it is in use.
        of_province: Id of the province that it belongs to; empty: none.
        of_organisation: Id of the organisation that it belongs to; empty: none.
        of_agency: Id of the agency that it belongs to; empty: none.
        search: What its label and searched fields say, without marks and as written; lists are sorted by it.
    """

    __abstract__ = True
    noun: ClassVar[Noun]
    personal: ClassVar[dict[str, Field]] = {}
    """Fields that are kept apart, in ``personal``."""
    needs_decision: ClassVar[frozenset[str]] = frozenset()
    """Fields with which somebody decides: whoever fills them in or changes them must be permitted to."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger)
    changed_by: Mapped[str] = mapped_column(String(200))
    retired_at: Mapped[int] = mapped_column(BigInteger)
    of_province: Mapped[str] = mapped_column(ID)
    of_organisation: Mapped[str] = mapped_column(ID)
    of_agency: Mapped[str] = mapped_column(ID)
    search: Mapped[str] = mapped_column(Text)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "noun" in vars(cls):
            NOUNS[cls.__tablename__] = cls

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:  # noqa: N805
        name = cls.__tablename__
        return (
            Index(f"ix_{name}_of_organisation", "of_organisation"),
            Index(f"ix_{name}_of_province", "of_province"),
            Index(f"ix_{name}_key", *cls.noun.key),
        )

    @classmethod
    def fields(cls) -> dict[str, Field]:
        """Name -> field, in the order in which a form shows them."""
        return {c.key: c.info["field"] for c in cls.__table__.columns if "field" in c.info}

    @classmethod
    def all_fields(cls) -> dict[str, Field]:
        """Those that are kept apart too."""
        return cls.personal | cls.fields()

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        """Field -> what is wrong with values that are right one by one; a noun with such rules overrides it."""
        for first, last in (("since", "until"), ("begins", "ends")):
            since, until = (str(read.get(name) or "") for name in (first, last))
            if since and until and until < since:
                vi_since, vi_until = (f"{date.fromisoformat(day):%d/%m/%Y}" for day in (since, until))
                why = Title(
                    f"Kết thúc {vi_until} trước khi bắt đầu {vi_since}. Hãy sửa một trong hai.",
                    f"Ends on {until}, before it begins on {since}. Correct one of them.",
                )
                return {last: why}
        return {}

    @classmethod
    def refuse_new(cls, read: Mapping[str, Value]) -> None:
        """Refuse a row that nobody may enter as it is; a noun whose rows have a way to go overrides it.

        Raises:
            gateway.registry.refusals.WrongValuesError: It must not begin so, field by field.
        """

    @classmethod
    def refuse_change(cls, before: Mapping[str, Value], changed: AbstractSet[str]) -> None:
        """Refuse a change that must not happen any more; a noun that is fixed at some time overrides it.

        Raises:
            gateway.registry.refusals.WrongValuesError: It must not, field by field.
        """

    @classmethod
    def refuse_retirement(cls, values: Mapping[str, Value]) -> None:
        """Refuse that a row is taken out of use; a noun that is fixed at some time overrides it.

        Raises:
            gateway.registry.refusals.WrongValuesError: It must not happen any more.
        """

    @classmethod
    def refuse_documents(cls, values: Mapping[str, Value]) -> None:
        """Refuse that a document is added to a row, or taken from it; a noun that is fixed at some time overrides it.

        Raises:
            gateway.registry.refusals.WrongValuesError: It must not happen any more.
        """

    def refuse_decision(self, session: Session) -> None:
        """Refuse a decision that lacks what it rests on; asked when a field of ``needs_decision`` was set.

        Raises:
            gateway.registry.refusals.WrongValuesError: It lacks it.
        """

    def refuse_claim(self, session: Session, reader: Reader) -> None:
        """Refuse what would make data of others this row's; asked when it is new, renamed, or taken back into use.

        Raises:
            gateway.registry.refusals.WrongValuesError: It would.
        """

    @property
    def place(self) -> Place:
        """Whose it is."""
        return Place(self.of_province, self.of_organisation, self.of_agency)

    def values(self) -> dict[str, Value]:
        """Its fields; those that are kept apart are not among them."""
        return {name: one.told(getattr(self, name)) for name, one in self.fields().items()}

    @classmethod
    def links(cls) -> dict[str, Link]:
        """Those fields that name rows of another noun."""
        return {name: one for name, one in cls.fields().items() if isinstance(one, Link)}

    @classmethod
    def path(cls) -> str:
        """Its part of addresses, e.g. ``production-lines``."""
        return cls.noun.path or f"{cls.__tablename__.replace('_', '-')}s"


def in_order() -> Iterator[type[Registered]]:
    """All nouns, each behind those that it links to."""
    for table in Base.metadata.sorted_tables:
        if table.name in NOUNS:
            yield NOUNS[table.name]
