"""Forms of rows of any noun: what was typed comes back with what is wrong beside it, and is never lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, cast

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from gateway.access.refusals import AccessError
from gateway.api.security import Access
from gateway.registry.book import Asked, Book, Entry
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Line, Link, Number, Whole
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title

OLD_FORM = Title("Trang đã cũ. Hãy bấm lại nút này.", "The page was old. Press this button again.")
MOST_OPTIONS = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent: field -> what was chosen or typed, without the files."""

    fields: Mapping[str, list[str]]

    def __getitem__(self, name: str) -> str:
        """What was typed; empty: nothing."""
        return self.fields.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Everything that was ticked."""
        return self.fields.get(name, [])


async def _sent(request: Request) -> Sent:
    fields: dict[str, list[str]] = {}
    async with request.form(max_files=0, max_fields=2000) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                fields.setdefault(name, []).append(value)
    return Sent(fields)


TheSent = Annotated[Sent, Depends(_sent)]


def check_token(request: Request, sent: Sent) -> None:
    """Whether the form was made for this browser.

    Raises:
        AccessError: It was not, or long ago.
    """
    access = cast("Access", request.app.state.access)
    if not access.is_form_token(request.state.session, sent["token"]):
        raise AccessError(OLD_FORM.vi, OLD_FORM.en)


class Box(NamedTuple):
    """A field as a form shows it.

    Attributes:
        name: Of the field.
        field: What it is.
        kind: ``line``, ``lines``, ``number``, ``day``, ``choice``, ``choices``, ``flag``.
        value: What stands in it.
        options: Value and words, of a choice.
        mistake: What is wrong with it; None: nothing.
        suggestions: What can be typed, where something is known.
    """

    name: str
    field: Field
    kind: str
    value: Any
    options: list[tuple[str, Title]]
    mistake: Title | None
    suggestions: list[str]


def values_of(of: type[Registered], sent: Sent) -> dict[str, object]:
    """The fields of a noun as a form sends them; a box that is not ticked sends nothing."""
    found: dict[str, object] = {}
    for name, one in of.all_fields().items():
        if isinstance(one, Choices):
            found[name] = sent.all(name)
        elif isinstance(one, Flag):
            found[name] = bool(sent[name])
        else:
            found[name] = sent[name]
    return found


def boxes_of(
    book: Book,
    reader: Reader,
    noun: str,
    values: Mapping[str, Any],
    problems: Mapping[str, Title] | None = None,
    suggestions: Mapping[str, list[str]] | None = None,
) -> list[Box]:
    """The boxes of a form, in the order of the noun's fields.

    Args:
        book: The registry, for what links can name.
        reader: Who fills it in.
        noun: Of what.
        values: What stands in it: of a row, or as it was typed.
        problems: Field -> what is wrong.
        suggestions: Field -> what can be typed.
    """
    problems, suggestions = problems or {}, suggestions or {}
    return [
        Box(
            name,
            one,
            _kind(one),
            values.get(name, one.empty),
            _options(book, reader, noun, one),
            problems.get(name),
            suggestions.get(name, []),
        )
        for name, one in NOUNS[noun].all_fields().items()
    ]


def _kind(one: Field) -> str:
    kinds: tuple[tuple[type[Field], str], ...] = (
        (Choices, "choices"),
        (Choice, "choice"),
        (Link, "choice"),
        (Flag, "flag"),
        (Day, "day"),
        (Whole, "number"),
        (Number, "number"),
    )
    if isinstance(one, Line) and one.many_lines:
        return "lines"
    return next((kind for of, kind in kinds if isinstance(one, of)), "line")


def _options(book: Book, reader: Reader, noun: str, one: Field) -> list[tuple[str, Title]]:
    if isinstance(one, Choice):
        return list(one.options.items())
    if not isinstance(one, Link):
        return []
    entries = book.page(reader, one.to, Asked(limit=MOST_OPTIONS)).entries
    return [(row.id, Title(row.label, row.label)) for row in entries if _may_hang(reader, noun, one, row)]


def _may_hang(reader: Reader, noun: str, one: Field, row: Entry) -> bool:
    """Whether a row of the noun may name it: its owner must be one for whom it may be written."""
    owner = NOUNS[noun].noun.owner
    is_owner = bool(owner) and NOUNS[noun].all_fields()[owner[0]] is one
    return not is_owner or reader.may(Action.WRITE, NOUNS[noun].noun.group, row.place)
