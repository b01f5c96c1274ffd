"""What a page of nouns needs of one request: who asks, in which language, of which noun and which row."""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request
from fastapi.responses import HTMLResponse

from gateway.api.noun_routes import noun_named
from gateway.api.noun_schemas import ID
from gateway.api.permission import TheReader
from gateway.api.registry_pages.telling import day_told, told
from gateway.api.rendering import Pages
from gateway.api.source import Now, TheService
from gateway.registry.book import Book, Entry
from gateway.registry.documents import Documents
from gateway.registry.fields import Link
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.refusals import NoSuchRowError
from gateway.registry.roles import Action
from gateway.registry.texts import Title, label_told

RowId = Annotated[str, Path(pattern=ID)]
GONE = Title("(không thấy được)", "(not to be seen)")
_ID = re.compile(ID)


class Desk:
    """The registry as one person sees it, and the pages that they get."""

    def __init__(self, request: Request, pages: Pages, service: TheService, now: Now, reader: TheReader) -> None:
        self.request, self.service, self.now, self.reader = request, service, now, reader
        self.engine = service.engine
        self.book = Book(service.engine, lambda: now)
        self.documents = Documents(service.engine, lambda: now)
        self.speech = pages.speech_for(request)
        self.language = self.speech.language
        self._pages = pages
        self._labels: dict[tuple[str, str], str] = {}

    def page(self, template: str, context: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """A page, to which the desk is known."""
        return self._pages.page(self.request, template, {"desk": self, "now": self.now, **context}, status)

    def may_write(self, of: type[Registered]) -> bool:
        """Whether rows of this noun may be written somewhere."""
        return self.reader.may(Action.WRITE, of.noun.group)

    def may_read(self, noun: str) -> bool:
        """Whether rows of this noun may be seen somewhere."""
        return self.reader.may(Action.READ, NOUNS[noun].noun.group)

    def may_change(self, entry: Entry) -> bool:
        """Whether this row may be written."""
        return self.reader.may(Action.WRITE, NOUNS[entry.noun].noun.group, entry.place)

    def entry(self, of: type[Registered], row: str) -> Entry:
        """A row.

        Raises:
            HTTPException: 404, there is none that may be seen.
        """
        try:
            return self.book.get(self.reader, of.__tablename__, row)
        except NoSuchRowError:
            msg = f"{of.noun.title.en} {row[:12]}: is not there, or not yours. Go back to the list."
            raise HTTPException(404, msg) from None

    def changeable(self, of: type[Registered], row: str) -> Entry:
        """A row that may be written.

        Raises:
            HTTPException: 404, there is none that may be seen; 403, it may be seen and not written.
        """
        entry = self.entry(of, row)
        if not self.may_change(entry):
            msg = f"{self.reader.name}: may see this {of.noun.title.en} and not change it. Ask an administrator."
            raise HTTPException(403, msg)
        return entry

    def told(self, entry: Entry, name: str) -> str:
        """A value of a row as people read it."""
        of = NOUNS[entry.noun]
        one = of.all_fields()[name]
        if isinstance(one, Link):
            return self.called(entry.labels.get(name, ""))
        return told(self.language, one, entry.values.get(name, one.empty), self.label)

    def day(self, day: str) -> str:
        """A day as people write it."""
        return day_told(self.language, day)

    def called(self, label: str) -> str:
        """What a row is called, to be read; in a box of a form it stands as the search finds it."""
        return label_told(self.language, label)

    def label(self, noun: str, row: str) -> str:
        """How people call what a link names."""
        if (noun, row) not in self._labels:
            try:
                self._labels[noun, row] = self.book.get(self.reader, noun, row).label
            except NoSuchRowError:
                self._labels[noun, row] = GONE[self.language]
        return self._labels[noun, row]


TheDesk = Annotated[Desk, Depends()]


def is_id(text: str) -> bool:
    """Whether it is the id of a row rather than a name."""
    return _ID.fullmatch(text) is not None


def _named(noun: Annotated[str, Path(max_length=63)], desk: TheDesk, action: Action) -> type[Registered]:
    of = noun_named(noun)
    if not desk.reader.may(action, of.noun.group):
        msg = f"{desk.reader.name}: has no role that may {action.value} {of.noun.many.en}. Ask an administrator."
        raise HTTPException(403, msg)
    return of


def _readable(noun: Annotated[str, Path(max_length=63)], desk: TheDesk) -> type[Registered]:
    return _named(noun, desk, Action.READ)


def _writable(noun: Annotated[str, Path(max_length=63)], desk: TheDesk) -> type[Registered]:
    return _named(noun, desk, Action.WRITE)


ReadNoun = Annotated[type[Registered], Depends(_readable)]
"""A noun of which whoever asks may see some rows."""
WriteNoun = Annotated[type[Registered], Depends(_writable)]
"""A noun of which whoever asks may write some rows."""
