"""Rows of the registry's nouns, and certificates with their points, as tables for programs.

Decision: choices are written by their keys and links by name and id; what is a person's datum is left out.
Because: a table for analysis is joined and grouped by machines and copied to many places. ``nhipdo registry export``
writes what people read, with words, personal data and a form that can be imported again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from gateway.exporting.choosing import Span, Wanted, meant
from gateway.exporting.tables import CHANNEL, EDGE, SITE, Cell, Cells, Column, Kind, Progress, Table
from gateway.production.summing import NS
from gateway.registry.book import Book, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Link, Number, Value, Whole
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.nouns import Registered
from gateway.registry.organisations import SiteRow
from gateway.registry.roles import SYSTEM
from gateway.registry.texts import Title

_KINDS = ((Number, Kind.NUMBER), (Whole, Kind.WHOLE), (Flag, Kind.FLAG), (Day, Kind.DAY))
_ID = Column("id", Kind.TEXT, Title("Mã dòng", "Id of the row"))
_MADE = (
    Column("revision", Kind.WHOLE, Title("Lần sửa", "Revision")),
    Column("made_at", Kind.TIME, Title("Lập lúc (UTC)", "Made at (UTC)")),
    Column("changed_at", Kind.TIME, Title("Sửa lúc (UTC)", "Changed at (UTC)")),
)
_ROWS_AT_ONCE = 2000
_CHOSEN_BY = (("site", "sites", (0,)), ("edge", "edges", (1,)), ("instrument", "instruments", (2, 3)))
"""Kind, name in :class:`Wanted`, places in what is there; an instrument goes by its name at the edge or its code."""


def noun_names() -> dict[str, type[Registered]]:
    """Name in addresses -> noun; ``certificates`` is a table of its own here."""
    return {of.path(): of for of in sorted(NOUNS.values(), key=lambda one: one.path()) if of is not CertificateRow}


def noun_rows(engine: Engine, of: type[Registered]) -> Table:
    """All rows in use of a noun, in the order in which lists show them."""
    fields = of.fields()
    columns = (_ID, *(column for name, one in fields.items() for column in _columns(name, one)), *_MADE)
    book = Book(engine, lambda: 0)
    total = book.count(SYSTEM, of.__tablename__)
    progress = Progress()

    def rows() -> Iterator[Cells]:
        for done, entry in enumerate(book.all(SYSTEM, of.__tablename__)):
            progress.share = done / max(1, total)
            cells = (cell for name, one in fields.items() for cell in _cells(entry, name, one))
            yield entry.id, *cells, entry.revision, entry.made_at, entry.changed_at

    return Table(of.path(), columns, rows(), progress)


def _columns(name: str, one: Field) -> Iterator[Column]:
    if isinstance(one, Link):
        if not _names_a_person(one):
            yield Column(name, Kind.TEXT, one.title)
        yield Column(f"{name}_id", Kind.TEXT, Title(f"{one.title.vi}: mã dòng", f"{one.title.en}: id of its row"))
        return
    kind = next((kind for of, kind in _KINDS if isinstance(one, of)), None)
    if kind is None:
        kind = Kind.LABEL if isinstance(one, Choice) and not isinstance(one, Choices) else Kind.TEXT
    yield Column(name, kind, one.title, one.unit if isinstance(one, Number | Whole) else "")


def _cells(entry: Entry, name: str, one: Field) -> Iterator[Cell]:
    value = entry.values.get(name, one.empty)
    if isinstance(one, Link):
        if not _names_a_person(one):
            yield entry.labels.get(name, "")
        yield str(value or "")
    else:
        yield _cell(value, one)


def _names_a_person(one: Link) -> bool:
    """Whether what it links to is called by a person's datum."""
    of = NOUNS[one.to]
    return not of.personal.keys().isdisjoint(of.noun.label or of.noun.key)


def _cell(value: Value, one: Field) -> Cell:
    if isinstance(value, list):
        return "; ".join(value)
    return None if value == "" and isinstance(one, Day) else value


# ------------------------------------------------------------------ certificates with their points

CERTIFICATES = (
    Column("certificate", Kind.TEXT, Title("Số giấy", "Number")),
    Column("kind", Kind.LABEL, Title("Loại", "Kind")),
    Column("status", Kind.LABEL, Title("Tình trạng; trống: có giá trị", "Status; empty: it holds")),
    Column("issued", Kind.DAY, Title("Ngày cấp", "Issued on")),
    Column("calibrated", Kind.DAY, Title("Ngày hiệu chuẩn", "Calibrated on")),
    Column("valid_until", Kind.DAY, Title("Hiệu lực đến", "Valid until")),
    Column("issued_by", Kind.TEXT, Title("Nơi cấp", "Issued by")),
    Column("code", Kind.LABEL, Title("Mã phương tiện đo", "Code of the instrument")),
    Column("name", Kind.LABEL, Title("Tên phương tiện đo", "Name of the instrument")),
    SITE,
    EDGE,
    Column("instrument", Kind.LABEL, Title("Tên trên thiết bị biên", "Its name at the edge")),
    Column("run", Kind.LABEL, Title("Lần đo", "Run")),
    CHANNEL,
    Column("point", Kind.WHOLE, Title("Điểm thứ", "Point number")),
    Column("unit", Kind.LABEL, Title("Đơn vị đo", "Unit")),
    Column("nominal", Kind.NUMBER, Title("Giá trị danh nghĩa", "Nominal value")),
    Column("reference", Kind.NUMBER, Title("Giá trị chuẩn", "Reference value")),
    Column("indication", Kind.NUMBER, Title("Số chỉ", "Indication")),
    Column("error", Kind.NUMBER, Title("Sai số: số chỉ trừ giá trị chuẩn", "Error: indication minus reference")),
    Column("u", Kind.NUMBER, Title("Độ không đảm bảo đo chuẩn, U/k", "Standard uncertainty, U/k")),
    Column("expanded", Kind.NUMBER, Title("Độ không đảm bảo đo mở rộng U", "Expanded uncertainty U")),
    Column("coverage_factor", Kind.NUMBER, Title("Hệ số phủ k", "Coverage factor k")),
)


def certificates(engine: Engine, wanted: Wanted, span: Span | None, zone: ZoneInfo) -> Table:
    """One row for each point of each certificate; a certificate without points has one row, empty behind its run.

    Args:
        engine: Of the registry.
        wanted: Sites, edges, and instruments by their name at the edge or by their code.
        span: The certificates that were issued on the days that it touches; None: all.
        zone: Whose days these are.

    Raises:
        gateway.people.DecisionError: No site, edge or instrument is called so.
    """
    with Session(engine) as session:
        there = session.execute(
            select(SiteRow.name, InstrumentRow.edge, InstrumentRow.edge_instrument, InstrumentRow.code)
            .select_from(InstrumentRow)
            .outerjoin(SiteRow)
        ).all()
    chosen: dict[str, tuple[str, ...]] = {}
    for kind, names, places in _CHOSEN_BY:
        asked: tuple[str, ...] = getattr(wanted, names)
        if asked:
            known = (str(row[place]) for row in there for place in places if row[place])
            chosen[names] = tuple(sorted(meant(kind, asked, known)))
    wanted = wanted._replace(**chosen)
    query = _asked_for(wanted, span, zone)

    def rows() -> Iterator[Cells]:
        with Session(engine) as session:
            for row in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
                yield _certificate(*row)

    return Table("certificates", CERTIFICATES, rows())


def _asked_for(wanted: Wanted, span: Span | None, zone: ZoneInfo) -> Any:
    query: Any = (
        select(CertificateRow, InstrumentRow, SiteRow.name, CalibrationPointRow)
        .join(InstrumentRow, InstrumentRow.id == CertificateRow.instrument)
        .outerjoin(SiteRow, SiteRow.id == InstrumentRow.site)
        .outerjoin(
            CalibrationPointRow,
            (CalibrationPointRow.certificate == CertificateRow.id) & (CalibrationPointRow.retired_at == 0),
        )
        .where(CertificateRow.retired_at == 0)
        .order_by(
            InstrumentRow.code,
            InstrumentRow.id,
            CertificateRow.issued,
            CertificateRow.id,
            CalibrationPointRow.run,
            CalibrationPointRow.channel,
            CalibrationPointRow.number,
        )
    )
    for columns, names in (
        ((SiteRow.name,), wanted.sites),
        ((InstrumentRow.edge,), wanted.edges),
        ((InstrumentRow.edge_instrument, InstrumentRow.code), wanted.instruments),
    ):
        if names:
            query = query.where(or_(*(column.in_(names) for column in columns)))
    if span is None:
        return query
    first, last = (datetime.fromtimestamp(at // NS, zone).date().isoformat() for at in (span.start, span.end - 1))
    return query.where(CertificateRow.issued >= first, CertificateRow.issued <= last)


def _certificate(its: CertificateRow, of: InstrumentRow, site: str | None, point: CalibrationPointRow | None) -> Cells:
    days = (its.issued or None, its.calibrated or its.issued or None, its.valid_until or None)
    whose = (of.code, of.name, site or "", of.edge, of.edge_instrument)
    head = (its.number, its.kind, its.status, *days, its.issued_by, *whose)
    if point is None:
        return (*head, "", "", None, "", *(None,) * 7)
    return (
        *head,
        point.run,
        point.channel,
        point.number,
        point.unit,
        point.nominal,
        point.reference,
        point.indication,
        point.indication - point.reference,
        point.expanded / point.coverage_factor,
        point.expanded,
        point.coverage_factor,
    )
