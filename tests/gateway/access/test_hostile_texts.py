"""HTML, formulas and marks that turn lines around in every text that anybody can enter: every page, every file.

A row of each noun and a record of each kind that people enter at edges hold them; asked for is every page that only
reads. What of a record is one of several words holds them too: a newer edge may say one that this gateway has no word
for, and no page may fall over it.
"""

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from edge_agent.wire import entries, shop_floor
from edge_agent.wire.messages import Finding, InstrumentDescription, Record, Text
from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.sessions import begin_session
from gateway.api.permission import routes_of
from gateway.api.security import COOKIE
from gateway.ingest.journals import EdgeId
from gateway.ingest.receipts import Draft, Receipts
from gateway.ingest.records import take_records
from gateway.registry import transaction
from gateway.registry.book import Book
from gateway.registry.fields import Choice, Choices, Line, Link
from gateway.registry.files import ImportRow
from gateway.registry.nouns import NOUNS, in_order
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM, Grant, Role

NOW = 1_764_028_860 * 10**9
"""As in conftest.py."""
HOSTILE = "=1+1<xyzzy a=\"b\" onerror='c'>{{7*7}}\u202e</script></title></textarea>'\"><img src=x onerror=1>"
"""A formula, an element, an end of every attribute, script and box, an expression, a mark that turns a line around."""
FORMULA = re.compile(r"[=+@\t\r\n\uff1d\uff0b\uff0d\uff20]|-[^0-9]")
RECORDS = (*entries.AnyEntry.__args__, *(shop_floor.Stop, shop_floor.WorkUnitDescription, shop_floor.CalendarKept))
RECORDS += (Finding, Text, InstrumentDescription)
PARTS = {"products": "product", "reasons": "stop_reason", "targets": "target", "orders": "production_order"}
PARTS |= {"calendars": "shift_calendar", "checklists": "checklist"}
SECTIONS = ("actions", "tags", "audits", "maintenance", "changeovers", "studies")
OF_THE_ROW = {"/instruments/": "instrument", "/laboratory/work/": "work_order"}
OF_THE_ROW |= {"/laboratory/requests/": "calibration_request", "/assurance/nonconforming/": "nonconforming_work"}
ONCE = ("site", "person", "shift_calendar")
"""Of these nouns lists, forms and files are looked at too; those of others are made by the same code of the same kinds
of fields."""


class Seen(HTMLParser):
    """What a browser makes of a page, and nobody of ours wrote.

    Attributes:
        foreign: Such tags, as they stand there.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        leads = [value or "" for name, value in attrs if name in ("href", "src", "action")]
        is_odd = any(name.startswith("on") or not re.fullmatch(r"[a-z][a-z0-9:-]*", name) for name in names)
        if tag == "xyzzy" or is_odd or not all(re.match(r"[/?#]|https?://", one or "/") for one in leads):
            self.foreign.append(self.get_starttag_text() or tag)


def faults_of(answer: Any) -> Iterator[str]:
    """What is wrong with an answer."""
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 500:
        yield str(answer.status_code)
    if "html" in kind or "svg" in kind:
        yield from Seen(answer.text).foreign
        if "=1+1<" in answer.text or "}49{" in answer.text or ">49\u202e" in answer.text:
            yield "not escaped"
    elif "csv" in kind:
        head = answer.text.split("\n")[0]
        lines = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";" if ";" in head else ",")
        yield from (cell for line in lines for cell in line if FORMULA.match(cell))
    elif "spreadsheet" in kind:
        sheets = load_workbook(io.BytesIO(answer.content))
        yield from (cell.value for sheet in sheets for row in sheet for cell in row if cell.data_type == "f")


def hostile(info: Any, name: str) -> Any:
    """A value of a type of the wire with hostile text wherever it has text."""
    kinds = msgspec.inspect
    plain = {kinds.StrType: HOSTILE, kinds.IntType: 1, kinds.FloatType: 0.5, kinds.BoolType: False}
    if isinstance(info, kinds.UnionType):
        return next((hostile(one, name) for one in info.types if not isinstance(one, kinds.NoneType)), None)
    if isinstance(info, kinds.DictType):
        # Of words the keys are languages; those of what people answered are what they answered.
        keys = ("vi", "en") if name == "title" else (HOSTILE,)
        return {key: hostile(info.value_type, "title" if name == "reasons" else name) for key in keys}
    if isinstance(info, kinds.VarTupleType):
        return (hostile(info.item_type, name),)
    if isinstance(info, kinds.StructType):
        return info.cls(**{one.name: hostile(one.type, one.name) for one in info.fields})
    return plain.get(type(info), {})


def record_of(kind: type[Record]) -> Record:
    """A record with hostile texts; names and times are as an edge makes them."""
    of_type = {one.name: msgspec.inspect.type_info(one.type) for one in msgspec.structs.fields(kind)}
    told = {name: hostile(info, name) for name, info in of_type.items()}
    keys = {shop_floor.WorkUnitDescription: "press-1", InstrumentDescription: "meter-1"}
    known = {"key": keys.get(kind, "a"), "revision": 2, "at": NOW, "origin": None, "work_unit": "press-1", "since": NOW}
    known |= {"until": None, "timezone": "Asia/Ho_Chi_Minh", "bucket_s": 600.0, "photo": ""}
    told |= {name: value for name, value in known.items() if name in told}
    return msgspec.json.decode(msgspec.json.encode(kind(**told)), type=kind)


def legal(field: Any) -> Any:
    """What a field takes that does not take anything."""
    if field.example or not field.required:
        return field.example
    options = list(field.options) if isinstance(field, Choice) else [1]
    return options[:1] if isinstance(field, Choices) else options[0]


def row_of(book: Book, of: Any, rows: dict[str, str]) -> str:
    """The id of a new row with hostile texts; what a rule of its noun refuses is said in a legal way."""
    values: dict[str, Any] = {}
    for name, field in of.all_fields().items():
        if isinstance(field, Link):
            values |= {name: rows[field.to]} if field.required or name in of.noun.owner else {}
        elif isinstance(field, Line) and not field.pattern:
            values[name] = HOSTILE[: field.longest]
        elif field.required:
            values[name] = legal(field)
    while True:
        try:
            return book.make(SYSTEM, of.__tablename__, values).id
        except WrongValuesError as error:
            better = values | {name: legal(of.all_fields()[name]) for name in error.problems}
            if better == values:
                raise
            values = better


@pytest.fixture(scope="module")
def rows(house) -> dict[str, str]:
    """Noun -> id of a row whose texts are hostile; what an edge has said is so too."""
    book = Book(house.engine, lambda: house.now)
    found = {"province": house.own.province, "organisation": house.own.organisation, "agency": house.own.agency}
    for noun, row in found.items():
        book.change(SYSTEM, noun, row, {"name": HOSTILE}, None)
    for of in in_order():
        if of.__tablename__ not in found:
            found[of.__tablename__] = row_of(book, of, found)
    kept = [(one, msgspec.json.encode(one).decode()) for one in map(record_of, RECORDS)]
    with Session(house.engine) as session, session.begin():
        take_records(session, Draft(Receipts(house.engine), NOW), EdgeId(house.own.site, "edge-1"), kept)
    return found


@pytest.fixture(scope="module")
def somebody(house, rows, opened) -> tuple[Any, str, str]:
    """An administrator of everything with a hostile name, browser and import: their browser, account and import."""
    with transaction(house.engine) as session:
        row = make_account(session, SYSTEM, NOW, "an", full_name=HOSTILE)
        grant(session, SYSTEM, NOW, row.id, Grant(Role.ADMINISTRATOR))
        secret = begin_session(session, row, NOW, "192.0.2.1", HOSTILE)
        account = row.id
    imported = house.imported(account)
    with Session(house.engine) as session, session.begin():
        session.get_one(ImportRow, imported).file = HOSTILE
    return opened(cookies={COOKIE: secret}, raise_server_exceptions=False), account, imported


def rows_of(route: str, rows: dict[str, str]) -> list[dict[str, str]]:
    """What stands for a route's noun, row and the like, once for each page that is to be looked at."""
    if route.startswith("/registry/{noun}"):
        looked_at = rows if route == "/registry/{noun}/{row}" else ONCE
        return [{"noun": NOUNS[noun].path(), "row": rows[noun]} for noun in looked_at]
    if "{section}" in route:
        return [{"section": one} for one in SECTIONS]
    if "{part}" in route:
        return [{"part": part, "row": rows[noun]} for part, noun in PARTS.items()]
    noun = next((noun for start, noun in OF_THE_ROW.items() if route.startswith(start)), "site")
    return [{"row": rows[noun]}]


def pages_of(app: Any, house: Any, rows: dict[str, str], account: str, imported: str) -> Iterator[str]:
    """The address of every page and file that only reads."""
    names = {"site": house.own.site, "edge": "edge-1", "instrument": "meter-1", "channel": "power", "unit": "press-1"}
    names |= {"since": str(NOW), "key": "a", "pilot": rows["pilot"], "account_id": account, "import_id": imported}
    names |= {"table": "reasons", "paper": "receipt", "document": "0" * 32, "code": "vi", "number": "1"}
    names |= {"plan": "dong-thap-2026-2030", "indicator": "dt26-training-turns"}
    for method, route, _ in routes_of(app):
        if method != "GET" or route.startswith(("/static", "/language", "/api", "/calendar")):
            continue
        for one in rows_of(route, rows):
            page = route.format_map(Anything(names | one))
            yield page + ("?form=csv" if page.endswith("/export") else "")
    yield from (f"/improvement/{section}?file={language}" for section in SECTIONS for language in ("vi", "en"))
    yield from (f"/registry/{NOUNS[noun].path()}/export?form=xlsx" for noun in ONCE)
    yield f"/registry/imports?noun=sites&search={HOSTILE}"
    yield f"/production/stops.csv?site={house.own.site}&language=vi"


class Anything(dict[str, str]):
    """Whatever else an address asks for is nothing that there is."""

    def __missing__(self, key: str) -> str:
        return "0" * 32


def test_no_text_of_anybody_becomes_markup_or_a_formula_and_no_word_of_an_edge_ends_a_page(
    app, house, rows, somebody
) -> None:
    browser, account, imported = somebody
    answers = {page: browser.get(page) for page in pages_of(app, house, rows, account, imported)}
    assert {page: found for page, answer in answers.items() if (found := list(faults_of(answer)))} == {}
    # The marks stand on nearly all of them, escaped.
    shown = [page for page, answer in answers.items() if "=1+1" in answer.text]
    assert len(shown) > len(answers) / 2
