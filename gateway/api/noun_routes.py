"""What the routers of all nouns have in common: who may, whose registry, which errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, cast

from fastapi import Body, Depends, HTTPException, Path, Query, Request
from pydantic import Field

from gateway.api.bodies import Sent
from gateway.api.noun_schemas import ID
from gateway.api.permission import Allow, Need
from gateway.api.problems import Mistake, ProblemError, mistake, pointer
from gateway.api.revisions import etag, require_match
from gateway.api.source import Now, TheService
from gateway.api.spans import iso
from gateway.registry.book import Book, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.documents import Documents
from gateway.registry.nouns import Registered
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title

BODY_ROW = "row"
RowId = Annotated[str, Path(pattern=ID, description="Id of a row", examples=["019a5b2c4d10" + "3f9a" * 5])]
Why = Annotated[str, Query(max_length=1000, description="Why, for the history")]


class WhyIn(Sent):
    """A reason, for the history."""

    why: str = Field(min_length=1, max_length=1000, pattern=r"\S", examples=["theo quyết định 12/QĐ"])


class AllowRows(Allow):
    """Lets pass who may do something with rows of a group somewhere; which of them, the registry says row by row."""

    async def __call__(self, request: Request) -> Reader:
        """Who asks.

        Raises:
            HTTPException: 403, they may it nowhere.
        """
        reader = await Need.__call__(self, request)
        if not reader.may(self.action, self.group):
            msg = f"{reader.name}: has no role that may {self.action.value} {self.group}. Ask an administrator for one."
            raise HTTPException(403, msg)
        return reader


def _book(service: TheService, now: Now) -> Book:
    return Book(service.engine, lambda: now)


def _documents(service: TheService, now: Now) -> Documents:
    return Documents(service.engine, lambda: now)


TheBook = Annotated[Book, Depends(_book)]
TheDocuments = Annotated[Documents, Depends(_documents)]
JsonObject = Annotated[dict[str, Any], Body()]


def noun_named(word: str) -> type[Registered]:
    """By its name in addresses or by its own.

    Raises:
        HTTPException: 404, there is none.
    """
    for name, of in NOUNS.items():
        if word in (name, of.path()):
            return of
    raise HTTPException(404, f"noun {word[:60]}: there is none of this name. Look in /api/v1/nouns.")


@contextmanager
def refusals_told(of: type[Registered], row: str = "") -> Iterator[None]:
    """What the registry refuses, as problem documents."""
    what = f"{of.noun.title.en} {row}".strip()
    try:
        yield
    except NoSuchRowError as error:
        raise HTTPException(404, f"{what}: is not known, or not yours. Look in /api/v1/{of.path()}.") from error
    except ForbiddenError as error:
        raise HTTPException(403, f"{error}. Ask an administrator for the role.") from error
    except WrongValuesError as error:
        raise invalid(what, error.problems) from error


def invalid(what: str, problems: dict[str, Title], part: str = "body") -> ProblemError:
    """422 with each field that is wrong, in both languages."""
    told = "; ".join(f"{name or BODY_ROW}: {why.en}" for name, why in problems.items())
    return ProblemError(422, f"{what}: {told}", mistakes=[_mistake(part, name, why) for name, why in problems.items()])


def changed_meanwhile(request: Request, of: type[Registered], entry: Entry) -> None:
    """Let a change pass only when its caller has read the row as it is.

    Raises:
        ProblemError: 428 or 412, with the row as it is.
    """
    require_match(request, f"{of.noun.title.en} {entry.id}", etag(entry.revision), row_out(entry))


@contextmanager
def late(request: Request, book: Book, reader: Reader, of: type[Registered], row: str) -> Iterator[None]:
    """Somebody else may still come between the look and the change: that is a 412 too."""
    try:
        yield
    except StaleRowError as error:
        changed_meanwhile(request, of, book.get(reader, of.__tablename__, row))
        raise ProblemError(
            409, f"{of.noun.title.en} {row}: was changed just now. Read it, and decide again."
        ) from error


def row_out(entry: Entry) -> dict[str, Any]:
    """A row as the API answers it."""
    return {
        "id": entry.id,
        "label": entry.label,
        "revision": entry.revision,
        "values": dict.fromkeys(entry.hidden) | dict(entry.values),
        "labels": dict(entry.labels),
        "hidden": list(entry.hidden),
        "made_at": iso(entry.made_at),
        "changed_at": iso(entry.changed_at),
        "changed_by": entry.changed_by,
        "retired_at": iso(entry.retired_at) if entry.retired_at else None,
    }


def writer(of: type[Registered]) -> Any:
    """A dependency: who may write rows of this noun somewhere."""
    return Depends(AllowRows(Action.WRITE, of.noun.group))


def looker(of: type[Registered]) -> Any:
    """A dependency: who may see rows of this noun somewhere."""
    return Depends(AllowRows(Action.READ, of.noun.group))


def _mistake(part: str, name: str, why: Title) -> Mistake:
    found = mistake(cast("Any", part), pointer([name] if name else []), why.en)
    return found.model_copy(update={"detail_vi": why.vi})
