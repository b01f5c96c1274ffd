"""Rows of other nouns as a file names them: by key, by label, or by both.

Of several with one name the one that is in force is meant: provinces and agencies that were merged keep their names.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import Engine

from gateway.registry.book import Book, Entry
from gateway.registry.fields import Value
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.roles import Place, Reader
from gateway.registry.texts import WrongValueError, folded, shown

_SEPARATOR = " · "


class Known(NamedTuple):
    """A row that can be named.

    Attributes:
        place: Whose it is.
        in_force: Whether it has no end.
        names: What it is called, the shortest first.
    """

    place: Place
    in_force: bool
    names: tuple[str, ...]


class Linked:
    """The rows of one noun that somebody may see, by what they are called.

    Args:
        noun: Which.
        entries: All that are in use.
    """

    def __init__(self, noun: str) -> None:
        self._of = NOUNS[noun]
        self._known: dict[str, Known] = {}
        self._by_name: dict[str, list[str]] = {}

    def add(self, row_id: str, place: Place, label: str, values: Mapping[str, Value]) -> None:
        """One more row."""
        names = tuple(dict.fromkeys(_names(self._of, label, values)))
        self._known[row_id] = Known(place, not values.get("until"), names)
        for name in names:
            self._by_name.setdefault(folded(name), []).append(row_id)

    def find(self, text: str) -> str:
        """Id of the row that is called so.

        Raises:
            WrongValueError: There is none, or more than one.
        """
        if text in self._known:
            return text
        found = self._candidates(text)
        title = self._of.noun.title
        if len(found) == 1:
            return found[0]
        if found:
            which = "; ".join(self.name(one) for one in found[:3])
            raise WrongValueError(
                f"Có {len(found)} {title.vi} tên «{shown(text)}». Hãy ghi rõ một trong: {shown(which)}.",
                f"{len(found)} {title.en} are called {shown(text)!r}. Write one of: {shown(which)}.",
            )
        raise WrongValueError(
            f"Không có {title.vi} «{shown(text)}» trong phạm vi của bạn. Hãy thêm trước, hoặc sửa lại.",
            f"There is no {title.en} {shown(text)!r} that you may see. Add it first, or correct this.",
        )

    def name(self, row_id: str) -> str:
        """The shortest that means this row and no other; its id where none does."""
        known = self._known.get(row_id)
        names = known.names if known else ()
        return next((one for one in names if self._candidates(one) == [row_id]), row_id)

    def place(self, row_id: str) -> Place:
        """Whose it is."""
        return self._known[row_id].place

    def _candidates(self, text: str) -> list[str]:
        found = self._by_name.get(folded(text), [])
        in_force = [one for one in found if self._known[one].in_force]
        return found if len(found) == 1 or not in_force else in_force


class Links:
    """Those of all nouns, each looked up once when it is first asked for."""

    def __init__(self, engine: Engine, reader: Reader, clock: Callable[[], int]) -> None:
        self._book = Book(engine, clock)
        self._reader = reader
        self._nouns: dict[str, Linked] = {}

    def of(self, noun: str) -> Linked:
        """The rows of one noun."""
        if noun not in self._nouns:
            linked = self._nouns[noun] = Linked(noun)
            for entry in self._book.all(self._reader, noun):
                linked.add(entry.id, entry.place, entry.label, told(entry))
        return self._nouns[noun]


def told(entry: Entry) -> dict[str, Value]:
    """Its values, with what it links to as people call it."""
    return dict(entry.values) | dict(entry.labels)


def label_from(of: type[Registered], values: Mapping[str, Value]) -> str:
    """How a row would be called that is not there yet."""
    names = [name for name in of.noun.label or of.noun.key if name not in of.links()]
    return _SEPARATOR.join(str(values[name]) for name in names if values.get(name))


def _names(of: type[Registered], label: str, values: Mapping[str, Value]) -> list[str]:
    """A key of one field; the label; the label with what else tells it apart."""
    key = [str(values[name]) for name in of.noun.key if values.get(name) not in (None, "")]
    names = [key[0]] if len(of.noun.key) == 1 and key else []
    names.append(label)
    own = next((str(values[name]) for name in of.noun.key if name not in of.links() and values.get(name)), "")
    names.append(own)
    names.append(_SEPARATOR.join(key))
    names.append(f"{label} ({_SEPARATOR.join(key)})")
    return [name for name in names if name]
