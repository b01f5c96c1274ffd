"""What the laboratory needs: instruments that are due or must not be used, nonconforming work without a decision."""

from datetime import date

from sqlalchemy.orm import Session

from gateway.laboratory.due import MONTH, OVERDUE, WEEK, Due, worklist
from gateway.laboratory.nonconforming import undecided, unlooked_withdrawn
from gateway.laboratory.open_findings import OpenFindings
from gateway.overview import ACT, FINE, LOOK, MOST_ITEMS, Item, Need
from gateway.production.looking import Asked
from gateway.production.periods import today
from gateway.registry.roles import Reader


def instruments_due(asked: Asked, reader: Reader) -> Need:
    """Instruments in use that must not be used any more, or are due within thirty days."""
    with Session(asked.engine) as session:
        every = worklist(session, reader, today(asked.now, asked.zone))
    due = [one for one in every if one.urgency in (OVERDUE, WEEK, MONTH) and one.status in ("in_use", "away")]
    over = any(one.urgency == OVERDUE for one in due)
    items = tuple(_item(one) for one in due[:MOST_ITEMS])
    return Need("instruments_due", FINE if not due else ACT if over else LOOK, len(due), items, "/instruments")


def undecided_work(asked: Asked, reader: Reader) -> Need:
    """Nonconforming work that nobody has decided on, and withdrawn certificates of standards nobody looked at."""
    with Session(asked.engine) as session:
        works = [Item(one.number, f"/assurance/nonconforming/{one.id}") for one in undecided(session, reader)]
        gone = [
            Item(f"{row.number} · {instrument.code}", "/assurance")
            for row, instrument in unlooked_withdrawn(session, reader)
        ]
    every = works + gone
    return Need("undecided_work", ACT if every else FINE, len(every), tuple(every[:MOST_ITEMS]), "/assurance")


def open_findings(asked: Asked, reader: Reader, kept: OpenFindings) -> Need:
    """Drift, check standards, failures as found and comparisons that nobody has decided on."""
    with Session(asked.engine) as session:
        found = kept.of(session, reader, today(asked.now, asked.zone))
    names = list(dict.fromkeys((one.name, f"/instruments/{one.instrument}" if one.instrument else "") for one in found))
    items = tuple(Item(name, address or "/assurance/comparisons") for name, address in names[:MOST_ITEMS])
    return Need("open_findings", LOOK if found else FINE, len(found), items, "/assurance")


def _item(one: Due) -> Item:
    told = f" ({date.fromisoformat(one.day):%d/%m/%Y})" if one.day else ""
    en = f" ({one.day})" if one.day else ""
    name = f"{one.code} · {one.name}"
    return Item(name, f"/instruments/{one.id}", {"vi": name + told, "en": name + en})
