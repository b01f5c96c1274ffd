"""CSV for who asks for it by ``Accept: text/csv``: RFC 4180, UTF-8 with the mark by which Excel knows it.

Times are UTC and numbers have a decimal point, as in JSON; the paths that end in ``.csv`` write them as a country does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

import msgspec
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.requests import Request

from gateway.api.sheets import csv_lines, harmless

CSV = "text/csv"
OR_CSV: Mapping[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
"""For ``responses=`` of a route that gives either."""
JSON = "application/json"


def wants_csv(request: Request) -> bool:
    """Whether CSV is preferred to JSON, by RFC 9110; on a tie it is JSON."""
    accept = ",".join(request.headers.getlist("accept"))
    return weight(accept, CSV) > weight(accept, JSON)


def csv_answer(rows: Sequence[BaseModel], of: type[BaseModel], name: str) -> StreamingResponse:
    """Rows as a file: a column for each field, ``title.vi`` for what is nested, JSON for what is a list.

    Args:
        rows: What stands in it.
        of: Their type; its fields are the heading also where there is no row.
        name: Of the file, without its ending; letters, digits, ``-`` and ``_``.
    """
    cells = [dict(_flat("", row.model_dump(mode="json", by_alias=True))) for row in rows]
    found = list(dict.fromkeys(column for row in cells for column in row))
    heading = list(dict.fromkeys(_heading("", of, found)))
    lines = csv_lines([harmless(one) for one in heading], ([_cell(row.get(h)) for h in heading] for row in cells))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Vary": "Accept"}
    return StreamingResponse(lines, media_type=f"{CSV}; charset=utf-8", headers=headers)


def _heading(prefix: str, of: type[BaseModel], found: Sequence[str]) -> Iterator[str]:
    """The columns of a type, whatever the rows of this page hold: pages of one list fit below each other.

    Only what is kept by names that nobody knows beforehand has the columns that are found.
    """
    for name, field in of.model_fields.items():
        title = prefix + (field.serialization_alias or field.alias or name)
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if isinstance(one, type)]
        models = [one for one in inner if issubclass(one, BaseModel)]
        extra = field.json_schema_extra
        known: Any = extra.get("properties", {}) if isinstance(extra, dict) else {}
        if models and get_origin(field.annotation) is not list:
            yield from _heading(f"{title}.", models[0], found)
        elif get_origin(field.annotation) is dict:
            begun = f"{title}."
            some = [*(begun + key for key in known), *(one for one in found if one.startswith(begun))]
            yield from some or [title]
        else:
            yield title


def _flat(prefix: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        if isinstance(one, Mapping) and one:
            yield from _flat(f"{prefix}{name}.", one)
        else:
            yield prefix + name, one


def _cell(value: Any) -> str:
    """As JSON writes it, but for the quotes of a text; empty: null, or not there."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return msgspec.json.encode(value).decode() if isinstance(value, Iterable | bool) else repr(value)


def weight(accept: str, media_type: str) -> float:
    """How welcome a media type is, 0 to 1: by the most specific range that covers it."""
    kind = media_type.partition("/")[0]
    best = (-1, 0.0)
    for one in accept.split(",") if accept.strip() else ["*/*"]:
        asked, *parameters = (part.strip().lower() for part in one.split(";"))
        if asked in (media_type, f"{kind}/*", "*/*"):
            specific = (media_type, f"{kind}/*", "*/*")[::-1].index(asked)
            best = max(best, (specific, _quality(parameters)))
    return best[1]


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(1.0, max(0.0, float(parameter[2:])))
            except ValueError:
                return 0.0
    return 1.0
