"""Lists in pages: a cursor says after which row the next page begins.

Decision: a cursor holds the sort key of the last row that was given, in base64.
Because: what is added or deleted meanwhile neither repeats nor hides a row, as it does when rows are counted off;
and a database finds the place by its index.

Decision: it is not signed.
Because: it gives nothing that its caller may not ask for anyway; it holds values to compare with, and their types
are checked. A key of its own would have to be shared by all processes.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, tuple_

from gateway.api.accept import csv_answer, wants_csv
from gateway.api.problems import ProblemError, mistake
from gateway.api.revisions import etag, not_modified

DEFAULT, MOST = 100, 1000
Key = tuple[str | int, ...]
"""What a list is sorted by, different for each of its rows."""
Row = TypeVar("Row")
Out = TypeVar("Out", bound=BaseModel)

_LIMIT = f"At most so many, 1 to {MOST}; the header Link and `next` lead to the rest"
_CURSOR = "Where the page begins: from `next` of the page before, as it stands"
_NONE_OF_OURS, OF_ANOTHER = "is none of ours", "is of another list"
_INT64 = 2**63
_keys = msgspec.json.Decoder(list[str | int])


class CursorError(ProblemError):
    """422: a cursor that leads nowhere."""

    def __init__(self, why: str) -> None:
        msg = f"cursor: {why}. Begin without one, and follow next as it stands."
        super().__init__(422, msg, mistakes=[mistake("query", "#/cursor", why)])


class Page(BaseModel, Generic[Out]):
    """A page of a list."""

    items: list[Out]
    next: str | None = Field(description="Address of the next page; null: this is the last")


class Cut(NamedTuple):
    """The rows of a page, and the address of the next one; empty: there is none."""

    rows: list[Any]
    next: str


class Paging:
    """What was asked of a list: how many rows, after which one, and in which form.

    Args:
        request: Of the list.
        response: Gets the header ``Link``.
        limit: At most so many rows; None: all of them.
        cursor: Of the page before; empty: from the beginning.
    """

    def __init__(self, request: Request, response: Response, limit: int | None, cursor: str) -> None:
        self._request = request
        self._response = response
        self.limit = limit
        self._after = _decoded(cursor) if cursor else None

    def after(self, *types: type[str] | type[int]) -> Key | None:
        """The sort key of the last row of the page before; None: from the beginning.

        Raises:
            CursorError: It is of another list.
        """
        if self._after is not None and tuple(map(type, self._after)) != types:
            raise CursorError(OF_ANOTHER)
        return self._after

    def keyset(
        self, statement: Select[Any], *columns: Any, descending: bool = False, types: Sequence[type[Any]] | None = None
    ) -> Select[Any]:
        """A statement that gives one row more than the page: sorted, from after the cursor on.

        Args:
            statement: Without order and limit.
            columns: To sort by; together different for each row, best those of an index.
            descending: The other way round.
            types: Of the columns in Python, ``str`` or ``int``; None: as the columns say.
        """
        after = self.after(*(types or [column.type.python_type for column in columns]))
        if after is not None:
            place, here = tuple_(*columns), tuple_(*after)
            beyond: ColumnElement[bool] = place < here if descending else place > here
            statement = statement.where(beyond)
        statement = statement.order_by(*(column.desc() if descending else column for column in columns))
        return statement if self.limit is None else statement.limit(self.limit + 1)

    def cut(self, rows: Iterable[Row], key: Callable[[Row], Key], *, is_after: bool = False) -> Cut:
        """The page of rows that are sorted by ``key``.

        Args:
            rows: All of them; or those after the cursor and one more than the limit, as :meth:`keyset` gives.
            key: Of a row.
            is_after: Rows before the cursor are not among them.
        """
        found = list(rows)
        if not is_after and self._after is not None and found:
            after = self.after(*map(type, key(found[0])))
            assert after is not None
            found = [row for row in found if key(row) > after]
        if self.limit is None or len(found) <= self.limit:
            return Cut(found, "")
        found = found[: self.limit]
        url = self._request.url.include_query_params(cursor=_encoded(key(found[-1])))
        address = f"{url.path}?{url.query}"
        self._response.headers["Link"] = f'<{address}>; rel="next"'
        return Cut(found, address)

    def answer(self, cut: Cut, of: type[Out], out: Callable[[Any], Out], name: str) -> Page[Out] | Response:
        """The page, as JSON or as the CSV that ``Accept`` asked for.

        Args:
            cut: Its rows.
            of: What stands in it.
            out: One row as the API says it.
            name: Of a file.
        """
        items = [out(row) for row in cut.rows]
        return self._csv(items, of, name) or Page[Out](items=items, next=cut.next or None)

    def array(self, cut: Cut, of: type[Out], out: Callable[[Any], Out], name: str) -> list[Out] | Response:
        """The same for a list that was an array before there were pages: only ``Link`` leads on."""
        items = [out(row) for row in cut.rows]
        return self._csv(items, of, name) or items

    def unchanged(self, *revisions: int | str) -> Response | None:
        """304 for who has the same page of the same revisions in the same form; else None, and an ``ETag``.

        Args:
            revisions: All that makes the rows what they are.
        """
        form = "csv" if wants_csv(self._request) else "json"
        in_force = etag(form, self._request.url.query, *revisions)
        self._response.headers["ETag"] = in_force
        return not_modified(self._request, in_force)

    def _csv(self, items: Sequence[Out], of: type[Out], name: str) -> Response | None:
        self._response.headers["Vary"] = "Accept"
        if not wants_csv(self._request):
            return None
        answer = csv_answer(items, of, name)
        answer.headers.update(self._response.headers)
        return answer


def _asked_page(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MOST, description=_LIMIT)] = DEFAULT,
    cursor: Annotated[str, Query(max_length=1000, description=_CURSOR)] = "",
) -> Paging:
    return Paging(request, response, limit, cursor)


def _asked_whole(
    request: Request,
    response: Response,
    limit: Annotated[int | None, Query(ge=1, le=MOST, description=f"{_LIMIT}. Without it all come at once")] = None,
    cursor: Annotated[str, Query(max_length=1000, description=_CURSOR)] = "",
) -> Paging:
    return Paging(request, response, limit if limit or not cursor else DEFAULT, cursor)


Paged = Annotated[Paging, Depends(_asked_page)]
"""A list in pages; for every noun of the registry."""
Whole = Annotated[Paging, Depends(_asked_whole)]
"""A list that comes whole unless a limit is asked for; for those that are bounded by what they are of."""


def _encoded(key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _decoded(cursor: str) -> Key:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        key = tuple(_keys.decode(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)))
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise CursorError(_NONE_OF_OURS) from error
    if any("\0" in part if isinstance(part, str) else abs(part) >= _INT64 for part in key):
        raise CursorError(_NONE_OF_OURS)
    return key
