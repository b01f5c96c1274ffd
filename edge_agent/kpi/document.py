"""The replay document: what happened to one work unit, as a file that a person can write and check by hand.

Times are local to the document's ``timezone``, ISO 8601 without offset (one with an offset is taken as it stands).
A mistake is told with its place; all mistakes are told together.
"""

from itertools import pairwise
from typing import Any

from edge_agent.kpi.buckets import STATES, Bucket
from edge_agent.kpi.document_reading import LARGEST, Place, Reader, named, show
from edge_agent.kpi.document_rows import CounterRows, Document, EventRow, LateRow, SampleRow, Window
from edge_agent.kpi.evaluation import ProductSpan
from edge_agent.kpi.shift_patterns import expand

ENCODINGS = {"int16": 16, "int32": 32}
_TOP = (
    "timezone",
    "shifts",
    "windows",
    "planned_stops",
    "products",
    "state_map",
    "events",
    "counters",
    "heartbeats",
    "carry_in_state",
    "as_of",
    "min_valid_time",
    "micro_stop_s",
    "max_gap_s",
    "late_scrap",
)
_BESIDE = ("id", "title", "trap", "note", "source", "expected")
"""Keys that may stand beside and mean nothing here."""
_ROW = ("reason", "code", "note")
"""The same in a row."""
_MOST_HEARTBEATS = 20_000_000


class DocumentError(ValueError):
    """A document that cannot be used; its text has one line a mistake, each begins with its place."""


def read_document(document: object) -> Document:
    """Read a document as JSON gives it; a wrapper with ``input`` and ``expected`` is taken by its ``input``.

    Raises:
        DocumentError: It is wrong; the text has one line a mistake.
    """
    reader = Reader()
    top = reader.table(Place(), document, _TOP, (*_BESIDE, "input"))
    if top is not None and "input" in top:
        reader = Reader()
        top = reader.table(Place("input"), top["input"], _TOP, _BESIDE)
    if top is None:
        raise DocumentError("\n".join(reader.mistakes))
    zone = reader.timezone(top.get("timezone"))
    state_map = _state_map(reader, top.get("state_map"))
    found = Document(
        timezone=zone.key,
        shifts=_shifts(reader, top),
        windows=_windows(reader, top),
        planned_stops=[
            span
            for place, row in reader.rows(top, "planned_stops", ("from", "to"), _ROW)
            if (span := reader.span(place, row)) is not None
        ],
        products=_products(reader, top),
        events=_events(reader, top, state_map),
        counters=_counters(reader, top),
        heartbeats=_heartbeats(reader, top),
        late_scrap=_late_scrap(reader, top),
        carry_in_state=_carry_in_state(reader, top, state_map),
        as_of=reader.optional_time(Place("as_of"), top.get("as_of")),
        min_valid_time=reader.optional_time(Place("min_valid_time"), top.get("min_valid_time")),
        micro_stop_ns=reader.seconds(Place("micro_stop_s"), top.get("micro_stop_s"), 0) or 0,
        max_gap_ns=reader.seconds(Place("max_gap_s"), top.get("max_gap_s"), None),
        state_map=state_map,
    )
    if reader.mistakes:
        raise DocumentError("\n".join(reader.mistakes))
    return found


def _state_map(reader: Reader, found: object) -> dict[str, int]:
    known = {bucket.name: int(bucket) for bucket in STATES}
    if found is None:
        return known
    if not isinstance(found, dict):
        reader.wrong(Place("state_map"), "expected an object of states", found)
        return known
    mapped = {}
    for key, value in found.items():
        if isinstance(value, str) and value in known:
            mapped[key] = known[value]
        else:
            reader.wrong(Place("state_map") / named(key), f"expected one of {', '.join(known)}", value)
    # The words of the time model mean themselves unless the map says otherwise.
    return known | mapped


def _shifts(reader: Reader, top: dict[str, Any]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    pattern = ("first_day", "last_day", "start", "end", "weekdays")
    for place, row in reader.rows(top, "shifts", ("name", "from", "to", *pattern), _ROW):
        reader.text(place / "name", row.get("name"))
        if any(key in row for key in pattern):
            spans += expand(reader, place, row)
        else:
            span = reader.span(place, row)
            spans += [span] if span else []
    return spans


def _windows(reader: Reader, top: dict[str, Any]) -> list[Window]:
    if "windows" not in top:
        reader.missing(Place("windows"), "what is asked for: a list of name, from, to")
    windows: list[Window] = []
    seen: dict[str, str] = {}
    for place, row in reader.rows(top, "windows", ("name", "from", "to"), _ROW):
        name = reader.text(place / "name", row.get("name"))
        span = reader.span(place, row)
        if name is not None and seen.setdefault(name, str(place)) != str(place):
            reader.add(place / "name", f"{show(name)} is also {seen[name]}.name. Choose another name.")
        if name is not None and span is not None:
            windows.append(Window(name, *span))
    return windows


def _products(reader: Reader, top: dict[str, Any]) -> list[ProductSpan]:
    found: list[tuple[Place, ProductSpan]] = []
    for place, row in reader.rows(top, "products", ("product", "from", "to", "ideal_cycle_s"), _ROW):
        product = reader.text(place / "product", row.get("product"))
        span = reader.span(place, row)
        cycle = reader.number(place / "ideal_cycle_s", row.get("ideal_cycle_s"))
        if product is not None and span is not None and cycle is not None:
            found.append((place, ProductSpan(product, *span, float(cycle))))
    found.sort(key=lambda one: one[1].since)
    for (first, one), (second, other) in pairwise(found):
        if other.since < one.until:
            reader.add(second / "from", f"begins before {first} ends, but only one product is in force. Move one.")
    return [span for _, span in found]


def _events(reader: Reader, top: dict[str, Any], state_map: dict[str, int]) -> list[EventRow]:
    events = []
    for place, row in reader.rows(top, "events", ("t", "state", "id", "arrived"), _ROW):
        at, arrived = reader.times(place, row)
        state = reader.text(place / "state", row.get("state"))
        if state is not None and state not in state_map:
            known = ", ".join(state_map)
            reader.add(place / "state", f"{show(state)} is not in state_map. Add it there, or write one of {known}.")
        elif at is not None and state is not None:
            events.append(EventRow(at, arrived, reader.ident(place, row), state_map[state]))
    return events


def _counters(reader: Reader, top: dict[str, Any]) -> list[CounterRows]:
    counters: list[CounterRows] = []
    keys = ("name", "role", "modulus", "max_rate_per_s", "samples", "encoding", "carry_in")
    roles = ("total", "good", "reject", "rework")
    for place, row in reader.rows(top, "counters", keys, _ROW):
        role = reader.one_of(place / "role", row.get("role"), roles)
        rate = reader.number(place / "max_rate_per_s", row.get("max_rate_per_s"))
        modulus = row.get("modulus")
        if modulus is not None:
            modulus = reader.whole(place / "modulus", modulus, least=2)
        encoding = row.get("encoding")
        if encoding is not None:
            encoding = reader.one_of(place / "encoding", encoding, tuple(ENCODINGS))
        carry_in = row.get("carry_in")
        known = None
        if carry_in is not None and (table := reader.table(place / "carry_in", carry_in, _SAMPLE, _ROW)) is not None:
            known = _sample(reader, place / "carry_in", table)
        name = row.get("name")
        if name is not None:
            name = reader.text(place / "name", name)
        samples = _samples(reader, place, row)
        if role is not None and rate is not None:
            bits = ENCODINGS.get(encoding or "")
            counters.append(
                CounterRows(name or f"counter {len(counters)}", role, modulus, str(rate), bits, samples, known)
            )
    return counters


_SAMPLE = ("t", "v", "boot", "arrived", "id")


def _samples(reader: Reader, place: Place, counter: dict[str, Any]) -> list[SampleRow]:
    """All samples of a counter; of the many plain ones no place is made."""
    found = []
    for k, row in enumerate(reader.listed(place / "samples", counter.get("samples"))):
        one = _plain_sample(reader, row)
        if one is None:
            where = Place(f"{place}.samples[{k}]")
            table = reader.table(where, row, _SAMPLE, _ROW)
            one = _sample(reader, where, table) if table is not None else None
        if one is not None:
            found.append(one)
    return found


def _plain_sample(reader: Reader, row: object) -> SampleRow | None:
    """A sample of nothing but ``t`` and ``v``, as nearly all are."""
    if isinstance(row, dict) and len(row) == 2 and type(row.get("v")) is int:  # noqa: PLR2004
        at = reader.plain_time(row.get("t"))
        if at is not None and abs(row["v"]) <= LARGEST:
            return SampleRow(at, at, "", row["v"], None)
    return None


def _sample(reader: Reader, place: Place, row: dict[str, Any]) -> SampleRow | None:
    at, arrived = reader.times(place, row)
    shown = reader.whole(place / "v", row.get("v"))
    boot = row.get("boot")
    if boot is not None and (isinstance(boot, bool) or not isinstance(boot, (int, str))):
        reader.wrong(place / "boot", "expected a whole number or a text", boot)
        return None
    if at is None or shown is None:
        return None
    return SampleRow(at, arrived, reader.ident(place, row), shown, None if boot is None else str(boot))


def _heartbeats(reader: Reader, top: dict[str, Any]) -> list[tuple[int, int, int]]:
    """First, last and step of each row, ns."""
    beats = []
    count = 0
    for place, row in reader.items(top, "heartbeats"):
        beat = _beat(reader, place, row)
        if beat is None:
            continue
        first, last, step = beat
        count += (last - first) // step + 1
        if count > _MOST_HEARTBEATS:
            where = place / "every_s" if isinstance(row, dict) else place
            reader.add(where, f"makes more than {_MOST_HEARTBEATS} heartbeats. Choose a longer time between them.")
            return []
        beats.append(beat)
    return beats


def _beat(reader: Reader, place: Place, row: object) -> tuple[int, int, int] | None:
    if not isinstance(row, dict):
        at = reader.time(place, row)
        return None if at is None else (at, at, 1)
    table = reader.table(place, row, ("from", "to", "every_s"), _ROW) or {}
    span = reader.span(place, table, may_be_empty=True)
    every = reader.seconds(place / "every_s", table.get("every_s"), None)
    if table.get("every_s") is None:
        reader.missing(place / "every_s", "how far apart they are, s")
    elif every == 0:
        reader.wrong(place / "every_s", "expected a number of seconds above 0", table["every_s"])
    return (*span, every) if span is not None and every else None


def _late_scrap(reader: Reader, top: dict[str, Any]) -> list[LateRow]:
    rows = []
    for place, row in reader.rows(top, "late_scrap", ("made_at", "qty", "product", "arrived"), _ROW):
        made_at, arrived = reader.times(place, row, "made_at")
        qty = reader.whole(place / "qty", row.get("qty"), least=0)
        product = row.get("product")
        if product is not None:
            product = reader.text(place / "product", product)
        if made_at is not None and qty is not None:
            rows.append(LateRow(made_at, arrived, product or "", qty))
    return rows


def _carry_in_state(reader: Reader, top: dict[str, Any], state_map: dict[str, int]) -> Bucket:
    state = top.get("carry_in_state")
    if state is None:
        return Bucket.UNKNOWN
    if not isinstance(state, str) or state not in state_map:
        reader.wrong(Place("carry_in_state"), f"expected one of {', '.join(state_map)}", state)
        return Bucket.UNKNOWN
    return Bucket(state_map[state])
