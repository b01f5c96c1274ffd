"""A document as ``calibration.certificate.Certificate``: for the rules of ISO/IEC 17025, and for the DCC XML."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from calibration.certificate import (
    Amendment,
    Certificate,
    ChannelResults,
    Condition,
    Conformity,
    Instrument,
    Method,
    Party,
    Point,
    Standard,
)
from gateway.certificates.content import Document, Item, Line, Table
from gateway.certificates.wording import speak

_COUNTRY = "VN"


def certificate_of(document: Document, language: str) -> Certificate:
    """What the document says of the instrument's errors, in one language.

    Single figures (repeatability, eccentricity) have no place in it; they stand in the document's own tables.

    Raises:
        ValueError: Results contradict themselves: an error that indication and reference do not give within U.
    """
    say = speak(language)
    return Certificate(
        number=document.number,
        title=say(f"title.{document.kind}"),
        language=language,
        laboratory=_party(document.laboratory.name, document.laboratory.address, document.laboratory.code),
        customer=_party(document.customer.name, document.customer.address or document.customer.contact),
        instrument=_instrument(document.item),
        results=tuple(_results(document, language)),
        methods=_methods(document),
        standards=tuple(_standards(document)),
        conditions=tuple(
            Condition(say(f"quantity.{one.quantity}", one.quantity), one.unit, low=one.low, high=one.high)
            for one in document.surroundings
        ),
        traceability=say("traceability") if document.standards else "",
        place={"laboratory": "laboratory", "customer": "customer"}.get(document.place, ""),  # type: ignore[arg-type]
        received=_date(document.received),
        begun=_date(document.begun),
        ended=_date(document.ended),
        issued=_date(document.issued),
        calibrated_by=", ".join(document.performed_by),
        authorised_by=document.authorised_by,
        only_items=True,
        adjustment=document.adjustment,
        sampling=document.sampling,
        opinions=document.opinions,
        conformity=tuple(
            Conformity(one.verdict, one.channel, one.specification, say(f"rule.{one.rule}"))  # type: ignore[arg-type]
            for one in document.conformity
            if any(one.channel == table.channel and table.kind == "error" for table in document.tables)
        ),
        amends=Amendment(document.amends.number, "amended", document.amends.change) if document.amends else None,
    )


def _instrument(item: Item) -> Instrument:
    return Instrument(
        name=item.name,
        manufacturer=item.maker,
        model=item.model,
        serial=item.serial_number,
        identity=item.code,
        condition=item.condition,
    )


def _party(name: str, address: str, code: str = "") -> Party:
    return Party(name=name, address=address, country=_COUNTRY if name else "", code=code)


def _date(day: str) -> date | None:
    return date.fromisoformat(day) if day else None


def _methods(document: Document) -> tuple[Method, ...]:
    if not (document.method or document.procedure):
        return ()
    name = document.procedure or document.method
    return (Method(name, document.method, document.procedure_version, document.deviations),)


def _standards(document: Document) -> Iterable[Standard]:
    for one in document.standards:
        yield Standard(
            name=one.name or one.code,
            manufacturer=one.maker,
            model=one.model,
            serial=one.serial_number,
            identity=one.code,
            certificate=one.certificate,
            issuer=one.issuer,
        )


def _results(document: Document, language: str) -> Iterable[ChannelResults]:
    for (channel, unit), tables in error_tables(document).items():
        item, first = document.item, tables[0]
        same_unit = item.unit == unit
        reversed_range = None not in (item.range_low, item.range_high) and item.range_low >= item.range_high  # type: ignore[operator]
        has_range = same_unit and not reversed_range
        yield ChannelResults(
            channel=channel,
            quantity=first.quantity.get(language) or channel,
            unit=unit,
            as_found=tuple(_points(tables, "as_found")),
            as_left=tuple(_points(tables, "as_left")),
            low=item.range_low if has_range else None,
            high=item.range_high if has_range else None,
            resolution=item.resolution if same_unit and item.resolution else None,
            provider=next((table.provider for table in tables if table.provider), ""),
        )


def error_tables(document: Document) -> dict[tuple[str, str], list[Table]]:
    """Channel and unit -> its tables of errors; a second unit of a channel makes a channel of its own."""
    found: dict[tuple[str, str], list[Table]] = {}
    for table in document.tables:
        if table.kind == "error":
            unit = table.measured_unit if table.is_relative else table.unit
            others = [one for one in found if one[0].rpartition("__")[0] == table.channel or one[0] == table.channel]
            name = next((one[0] for one in others if one[1] == unit), "")
            name = name or (f"{table.channel}__{len(others) + 1}" if others else table.channel)
            found.setdefault((name, unit), []).append(table)
    return found


def _points(tables: Iterable[Table], run: str) -> Iterable[Point]:
    for table in tables:
        for line in table.lines if table.run == run else ():
            yield point_of(table, line)


def point_of(table: Table, line: Line) -> Point:
    """A line in the unit of its indication: a share of the reference is turned into that unit.

    Raises:
        ValueError: The error is not indication - reference within U.
    """
    scale = line.reference / 100 if table.is_relative else 1.0
    return Point(
        indication=line.indication,
        reference=line.reference,
        expanded=line.expanded * abs(scale),
        k=line.k,
        probability=line.probability,
        dof=line.dof,
        error=line.error * scale,
    )
