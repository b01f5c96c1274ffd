"""Links of forms and filters: which rows can be meant, and which one a typed name means."""

from collections import Counter
from typing import NamedTuple

from gateway.api.registry_pages.desk import Desk, is_id
from gateway.registry.book import Asked, Entry
from gateway.registry.fields import Link
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.roles import Action
from gateway.registry.sheets.linked import Linked, told
from gateway.registry.texts import Title, WrongValueError, folded, shown

FEW = 40
"""So many rows are chosen from a list."""
SOME = 400
"""So many are suggested while typing; of more the name is typed, and found."""
_MOST_MEANT = 50
_SIGNS = str.maketrans(dict.fromkeys("·(),;", " "))


class Candidate(NamedTuple):
    """A row that can be meant, and what it is called."""

    row: str
    name: str


class SeveralError(WrongValueError):
    """A name that means no row exactly, and could mean some.

    Attributes:
        meant: Those.
    """

    def __init__(self, text: str, title: Title, meant: list[Candidate]) -> None:
        super().__init__(
            f"«{shown(text)}» chưa rõ là {title.vi} nào. Hãy chọn một dòng dưới đây.",
            f"{shown(text)!r} could mean several of {title.en}. Choose one below.",
        )
        self.meant = meant


def candidates(desk: Desk, link: Link, owned: type[Registered] | None = None) -> list[Candidate] | None:
    """The rows that a link can name; None: too many to list.

    Args:
        desk: Who asks.
        link: The field.
        owned: A noun whose rows belong to what the link names: only where such may be written.
    """
    if not desk.may_read(link.to):
        return []
    if desk.book.count(desk.reader, link.to) > SOME:
        return None
    return _named(link.to, _usable(desk, link.to, Asked(limit=SOME), owned))


def find(desk: Desk, link: Link, text: str, owned: type[Registered] | None = None) -> str:
    """Id of the row that a text means.

    Raises:
        WrongValueError: It means none, or several; then a :class:`SeveralError`.
    """
    if is_id(text):
        return text
    words = " ".join(text.translate(_SIGNS).split())
    entries = _usable(desk, link.to, Asked(search=words, limit=_MOST_MEANT), owned) if words else []
    linked = Linked(link.to)
    for entry in entries:
        linked.add(entry.id, entry.place, entry.label, told(entry))
    try:
        return linked.find(text)
    except WrongValueError:
        if entries:
            raise SeveralError(text, NOUNS[link.to].noun.title, _named(link.to, entries)) from None
        raise


def name_of(desk: Desk, link: Link, row: str) -> str:
    """How a row is called in a box of a form."""
    return desk.label(link.to, row) if row else ""


def owned_by(of: type[Registered], name: str) -> type[Registered] | None:
    """The noun itself, where a link of it says whose its rows are."""
    return of if of.noun.owner and of.noun.owner[0] == name else None


def _usable(desk: Desk, noun: str, asked: Asked, owned: type[Registered] | None) -> list[Entry]:
    entries = desk.book.page(desk.reader, noun, asked).entries
    if owned is None:
        return list(entries)
    return [one for one in entries if desk.reader.may(Action.WRITE, owned.noun.group, one.place)]


def _named(noun: str, entries: list[Entry]) -> list[Candidate]:
    """By label; those that share one with their key behind it, as files name them too."""
    labels = Counter(folded(entry.label) for entry in entries)
    return [
        Candidate(one.id, one.label if labels[folded(one.label)] == 1 else _full_name(noun, one)) for one in entries
    ]


def _full_name(noun: str, entry: Entry) -> str:
    values = told(entry)
    return f"{entry.label} ({' · '.join(str(values[name]) for name in NOUNS[noun].noun.key if values.get(name))})"
