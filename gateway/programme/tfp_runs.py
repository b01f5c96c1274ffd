"""Calculations of TFP that were saved: their inputs kept whole, so that the same figures come out for ever.

Decision: the inputs of a run are figures with their places, as canonical JSON, and a workbook of them beside.
Because: a figure of the registry may be corrected later, and what was signed off must stay what it was.
"""

import gzip
import io
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from gateway.indicators.accounting import account
from gateway.indicators.accounts import Accounting, Options
from gateway.indicators.economy import figures_of
from gateway.indicators.facts import Record
from gateway.indicators.figures import SERIES, SHARE, Figure, sector_of, unit_of
from gateway.registry.book import Asked, Book, Entry
from gateway.registry.documents import GZIP, XLSX, Documents, keep_document
from gateway.registry.fields import Value
from gateway.registry.lists import StatisticRow
from gateway.registry.plan_records import TfpRunRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Reader
from gateway.registry.texts import Title
from gateway.registry.writing import Writing

FORM = "nhipdo-tfp/1"
_SAME = 1e-9
_NO_PERIOD = Title(
    "Chưa tính được cả giai đoạn nên không lưu. Hãy bổ sung số liệu.",
    "The period cannot be said, so nothing is saved. Complete the figures.",
)
_INPUTS_GONE = Title(
    "Số liệu đầu vào không còn như khi lưu. Hãy lưu một bản tính mới rồi ký.",
    "The inputs are not as they were saved. Save a new calculation and sign that.",
)


class Inputs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a calculation rests on.

    Attributes:
        form: Of this content.
        since: First year whose growth counts.
        until: Last year.
        options: How to calculate.
        figures: Of national accounts.
        sources: Ref of a figure -> where it comes from.
        made_up: The registry says of itself that its content is made up.
    """

    form: str = FORM
    since: int
    until: int
    options: Options
    figures: tuple[Figure, ...]
    sources: dict[str, str] = {}
    made_up: bool = False

    def account(self) -> Accounting:
        """What comes out."""
        return account(self.figures, self.since, self.until, self.options)

    def kept(self) -> bytes:
        """As it is kept: the same inputs give the same bytes."""
        return gzip.compress(msgspec.json.encode(self, order="sorted"), mtime=0)


class Imported(NamedTuple):
    """How many rows of statistics are new, changed and the same."""

    new: int
    changed: int
    same: int


def province_figures(book: Book, reader: Reader, province: str) -> list[Figure]:
    """The figures of national accounts that the registry has of a province."""
    entries = book.all(reader, "statistic", Asked(where={"province": province}))
    return figures_of(Record(noun="statistic", id=one.id, values=dict(_plain(one))) for one in entries)


def _plain(entry: Entry) -> Iterable[tuple[str, str | int | float | bool | None]]:
    for name, value in entry.values.items():
        yield name, value if isinstance(value, str | int | float | bool) else None


def save_run(book: Book, reader: Reader, province: str, inputs: Inputs, today: date, note: str = "") -> str:
    """Save a calculation with its inputs; the one of the same day and years is replaced while nobody has signed it.

    Returns:
        The id of its row.

    Raises:
        WrongValuesError: The period cannot be said, or the run of the same day is signed off.
        ForbiddenError: They may not write it.
    """
    whole = inputs.account()
    if whole.total.period is None:
        raise WrongValuesError({"": _NO_PERIOD})
    content = inputs.kept()
    values: dict[str, object] = {
        "province": province,
        "since": inputs.since,
        "until": inputs.until,
        "computed": today.isoformat(),
        "method": inputs.options.method,
        "tfp_share": whole.total.period.tfp_share,
        "is_complete": whole.is_complete,
        "inputs_sha256": sha256(content).hexdigest(),
        "note": note,
    }
    name = f"tfp-{inputs.since}-{inputs.until}"
    with book.writing(reader) as writing:
        found = _same_day(writing, values)
        row = writing.change("tfp_run", found, values, None) if found else writing.make("tfp_run", values)
        keep_document(writing, "tfp_run", row.id, content, file=name, made_as=GZIP)
        keep_document(writing, "tfp_run", row.id, _workbook(inputs), file=name, made_as=XLSX)
        return row.id


def _same_day(writing: Writing, values: Mapping[str, object]) -> str:
    of = TfpRunRow
    query = select(of.id).where(of.retired_at == 0, *(getattr(of, name) == values[name] for name in of.noun.key))
    return writing.session.scalar(query.limit(1)) or ""


def _workbook(inputs: Inputs) -> bytes:
    """The inputs as the form that ``nhipdo tfp`` takes."""
    from gateway.reports.growth_book import write_form  # noqa: PLC0415  its library is large

    file = io.BytesIO()
    given = {name: getattr(inputs.options, name) for name in ("method", "labour_share", "timing")}
    rates = {name: getattr(inputs.options, name) for name in ("depreciation", "start_growth")}
    given |= {name: 100 * value for name, value in rates.items() if value is not None}
    write_form(file, "vi", inputs.figures, {"since": inputs.since, "until": inputs.until, **given})
    return file.getvalue()


def inputs_of(documents: Documents, reader: Reader, run: Entry) -> Inputs | None:
    """The inputs of a run, as its row says by their hash; None: they are not there any more, or cannot be read."""
    for one in documents.of(reader, "tfp_run", run.id):
        if one.sha256 == run.values["inputs_sha256"]:
            _, content = documents.content(reader, "tfp_run", run.id, one.id)
            try:
                return msgspec.json.decode(gzip.decompress(content), type=Inputs)
            except (msgspec.MsgspecError, OSError, EOFError):
                return None
    return None


def sign_run(book: Book, documents: Documents, reader: Reader, run: Entry, today: date) -> None:
    """Sign off a calculation; it changes no more. Its inputs must give again what it says.

    Raises:
        WrongValuesError: The inputs are gone or give something else, or it is signed already.
        ForbiddenError: They may not decide there.
    """
    inputs = inputs_of(documents, reader, run)
    whole = inputs.account() if inputs is not None else None
    period = whole.total.period if whole is not None else None
    said = run.values["tfp_share"]
    again = period.tfp_share if period is not None else None
    is_same = again is None if said is None else again is not None and abs(again - float(str(said))) < _SAME
    if period is None or not is_same or whole is None or whole.is_complete != bool(run.values["is_complete"]):
        raise WrongValuesError({"": _INPUTS_GONE})
    values: dict[str, object] = {"is_signed": True, "signed": today.isoformat(), "signed_by": reader.name}
    book.change(reader, "tfp_run", run.id, values, run.revision)


def write_statistics(
    book: Book, reader: Reader, province: str, inputs: Inputs, *, rates: Mapping[str, float | None]
) -> Imported:
    """Write figures as statistics of a province: all of them, or none.

    A figure whose series, sector, year, territory and price base are there already changes it.

    Args:
        book: The registry.
        reader: Who writes.
        province: Id of its row.
        inputs: The figures.
        rates: ``depreciation_rate`` and ``capital_start_growth``, as fractions; None: not given.

    Raises:
        WrongValuesError: A value cannot be taken.
        ForbiddenError: They may not write there.
    """
    figures = list(inputs.figures)
    first = min((one.year for one in figures if one.series.startswith("investment")), default=inputs.since)
    for series, value in rates.items():
        if value is not None:
            figures.append(Figure(series=series, year=first, value=100 * value, unit="%"))
    counts = [0, 0, 0]
    with book.writing(reader) as writing:
        rows = writing.session.scalars(
            select(StatisticRow).where(StatisticRow.province == province, StatisticRow.retired_at == 0)
        ).all()
        # A sector may have been entered by its Vietnamese name.
        there = {(r.series, sector_of(r.sector) or r.sector, r.year, r.territory, r.price_base): r for r in rows}
        for one in figures:
            values = _statistic(province, one, inputs.sources.get(one.ref, ""))
            row = there.get((one.series, one.sector, one.year, one.territory, one.price_base))
            if row is None:
                writing.make("statistic", values)
                counts[0] += 1
                continue
            before = row.revision
            changed = writing.change("statistic", row.id, values, None)
            counts[1 if changed.revision != before else 2] += 1
    return Imported(*counts)


def _statistic(province: str, one: Figure, source: str) -> dict[str, Value]:
    usual = "%" if SERIES[one.series].of == SHARE else ""
    return {
        "province": province,
        "series": one.series,
        "sector": one.sector,
        "year": one.year,
        "value": one.value,
        "unit": unit_of(one.unit) or usual or "1",
        "territory": one.territory,
        "price_base": one.price_base,
        "is_estimate": one.is_estimate,
        "source": source,
    }
