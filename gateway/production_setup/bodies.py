"""Rows of the registry as the settings that the edges of a site should follow."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from edge_agent.wire.calendar_tables import calendar_body
from edge_agent.wire.settings import ALL, CALENDAR, CHECKLISTS, ORDERS, PRODUCTS, REASONS, TARGETS
from gateway.ingest.journals import EdgeId
from gateway.registry.book import Asked, Book, Entry
from gateway.registry.production import DEMAND, OEE
from gateway.registry.roles import Reader
from gateway.registry.shift_lines import calendar_of, items_of, titles
from gateway.shop_floor import ShopFloor, UnitId, WorkUnit

Body = Mapping[str, Any]
_OPEN = ("running", "planned")


class Wanted(NamedTuple):
    """A setting as the registry has it.

    Attributes:
        edge: Whose.
        noun: What is set.
        key: Which one.
        body: As the edge takes it.
    """

    edge: EdgeId
    noun: str
    key: str
    body: Body


class _Rows(NamedTuple):
    """What is set up at a site and at its organisation."""

    calendars: Sequence[Entry]
    products: Sequence[Entry]
    reasons: Sequence[Entry]
    checklists: Sequence[Entry]
    targets: Sequence[Entry]
    orders: Sequence[Entry]
    lines: Mapping[str, str]


def wanted_at(book: Book, floor: ShopFloor, reader: Reader, site: Entry) -> list[Wanted]:
    """All settings of all edges of a site that have work units, by edge, noun and key.

    Args:
        book: The registry of nouns.
        floor: The work units that edges have told of.
        reader: Who asks; what they may not see is not sent by them.
        site: Row of the noun ``site``.
    """
    rows = _rows_of(book, reader, site)
    units: dict[str, list[WorkUnit]] = {}
    for unit in floor.work_units(str(site.values["name"])):
        units.setdefault(unit.id.edge, []).append(unit)
    found = [one for edge, some in units.items() for one in _of_edge(EdgeId(some[0].id.site, edge), some, rows)]
    return sorted(found, key=lambda one: (one.edge, one.noun, one.key))


def _rows_of(book: Book, reader: Reader, site: Entry) -> _Rows:
    def of(noun: str, **where: Any) -> list[Entry]:
        return list(book.all(reader, noun, Asked(where=where)))

    organisation = site.values["organisation"]
    return _Rows(
        calendars=of("shift_calendar", site=site.id),
        products=of("product", organisation=organisation),
        reasons=of("stop_reason", organisation=organisation),
        checklists=of("checklist", organisation=organisation),
        targets=of("target", site=site.id),
        orders=[one for one in of("production_order", site=site.id) if one.values["state"] in _OPEN],
        lines={one.id: str(one.values["name"]) for one in of("production_line", site=site.id)},
    )


def _of_edge(edge: EdgeId, units: Sequence[WorkUnit], rows: _Rows) -> Iterator[Wanted]:
    for row in rows.calendars:
        calendar, _ = calendar_of(row.values)
        if calendar is not None:
            yield Wanted(edge, CALENDAR, calendar.name, calendar_body(calendar))
    if rows.reasons:
        yield Wanted(edge, REASONS, ALL, {"reasons": _reasons(rows.reasons)})
    lists = [body for row in rows.checklists if (body := _checklist(row, units)) is not None]
    if lists:
        yield Wanted(edge, CHECKLISTS, ALL, {"checklists": lists})
    for unit in units:
        yield from _of_unit(edge, unit, rows)


def _of_unit(edge: EdgeId, unit: WorkUnit, rows: _Rows) -> Iterator[Wanted]:
    name = unit.id.work_unit
    products = _products(rows.products, unit.id)
    if products:
        yield Wanted(edge, PRODUCTS, name, {"products": products})
    targets = _targets(rows, unit)
    if targets:
        yield Wanted(edge, TARGETS, name, {"targets": targets})
    here = f"{edge.edge}/{name}"
    codes = {row.id: str(row.values["code"]) for row in rows.products}
    orders = [_order(row, codes) for row in _by_due(rows.orders) if row.values["work_unit"] == here]
    if orders:
        yield Wanted(edge, ORDERS, name, {"orders": orders})


def named_units(row: Entry) -> frozenset[str]:
    """``site/edge/work unit`` of those that a row is for; none: it is for all."""
    return frozenset(one.strip() for one in str(row.values["work_units"]).split(",") if one.strip())


def _products(rows: Iterable[Entry], unit: UnitId) -> list[dict[str, Any]]:
    """Those of a work unit; where a code stands twice, the row that names the work unit counts."""
    here = "/".join(unit)
    chosen: dict[str, Entry] = {}
    for row in sorted(rows, key=lambda row: bool(named_units(row))):
        if not named_units(row) or here in named_units(row):
            chosen[str(row.values["code"])] = row
    return [
        {
            "name": code,
            "ideal_cycle_s": row.values["ideal_cycle_s"],
            "title": titles(str(row.values["name_vi"]), str(row.values["name_en"])),
        }
        for code, row in sorted(chosen.items())
    ]


def _reasons(rows: Iterable[Entry]) -> list[dict[str, Any]]:
    """Two levels, each in the order of its places; one whose group is not there stands at the first."""
    ordered = sorted(rows, key=lambda row: (row.values["position"] or 0, str(row.values["code"])))
    codes = {row.values["code"] for row in ordered if not row.values["above"]}
    below: dict[str, list[dict[str, Any]]] = {}
    for row in ordered:
        if row.values["above"] in codes:
            below.setdefault(str(row.values["above"]), []).append(_reason(row, []))
    return [_reason(row, below.get(str(row.values["code"]), [])) for row in ordered if row.values["above"] not in codes]


def _reason(row: Entry, below: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": row.values["code"],
        "title": titles(str(row.values["name_vi"]), str(row.values["name_en"])),
    }
    if row.values["loss"]:
        told["loss"] = row.values["loss"]
    return told | ({"of": below} if below else {})


def _checklist(row: Entry, units: Sequence[WorkUnit]) -> dict[str, Any] | None:
    """A checklist as an edge takes it; None: it is for machines elsewhere."""
    named = named_units(row)
    here = [unit.id.work_unit for unit in units if "/".join(unit.id) in named]
    if named and not here:
        return None
    items = items_of(str(row.values["items"]))
    told: dict[str, Any] = {
        "id": row.values["code"],
        "title": titles(str(row.values["name_vi"]), str(row.values["name_en"])),
        "items": [{"id": item.id, "title": item.title} for item in items],
    }
    return told | ({"work_units": here} if named else {})


def _targets(rows: _Rows, unit: WorkUnit) -> list[dict[str, Any]]:
    """What an edge shows of the targets of a work unit: those of the unit, else of its line, else of the site."""
    here, line = f"{unit.id.edge}/{unit.id.work_unit}", unit.description.production_line
    found: list[dict[str, Any]] = []
    for figure in (OEE, DEMAND):
        ranked: dict[int, list[Entry]] = {}
        for row in rows.targets:
            rank = _rank(row, here, line, rows.lines)
            if row.values["figure"] == figure and rank is not None:
                ranked.setdefault(rank, []).append(row)
        nearest = ranked[min(ranked)] if ranked else []
        found += [_target(row) for row in sorted(nearest, key=lambda row: str(row.values["since"]))]
    return found


def _rank(row: Entry, here: str, line: str, lines: Mapping[str, str]) -> int | None:
    """How near a target is to a work unit; None: it is not for it."""
    if row.values["work_unit"]:
        return 0 if row.values["work_unit"] == here else None
    if row.values["production_line"]:
        return 1 if line and lines.get(str(row.values["production_line"])) == line else None
    return 2


def _target(row: Entry) -> dict[str, Any]:
    told = {"figure": row.values["figure"], "value": row.values["value"]}
    return told | {name: row.values[name] for name in ("since", "until") if row.values[name]}


def _by_due(rows: Iterable[Entry]) -> list[Entry]:
    """Those that are under way first, then by their day; without one at the end."""
    return sorted(
        rows, key=lambda row: (row.values["state"] != "running", row.values["due"] or "9999", str(row.values["number"]))
    )


def _order(row: Entry, codes: Mapping[str, str]) -> dict[str, Any]:
    product = codes.get(str(row.values["product"]), "")
    told = {"number": row.values["number"], "product": product, "quantity": row.values["quantity"]}
    return told | ({"due": row.values["due"]} if row.values["due"] else {})
