"""Growth accounting as tables and sentences, in both languages: for the terminal, a workbook and a page alike."""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gateway.indicators.accounts import Accounting, Course
from gateway.indicators.facts import Gap
from gateway.indicators.figures import SECTORS
from gateway.indicators.productivity import ShiftShare
from gateway.indicators.tfp import Step
from gateway.reports.wording import NOTHING, words_of

_FILE = Path(__file__).with_name("growth_words.toml")
Cell = str | float | None
_STEP_HEADS = (
    *("output", "capital", "labour", "labour_share", "capital_contribution", "labour_contribution", "tfp"),
    *("capital_part", "labour_part", "tfp_share"),
)


class Told(NamedTuple):
    """A table.

    Attributes:
        key: Which, as in the words.
        title: What people call it.
        heads: Of its columns.
        rows: The first cell names the row; numbers are numbers, None says that there is none.
    """

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def said(language: str, family: str, key: str, **parts: object) -> str:
    """Words; a KeyError is a mistake of ours that the tests find."""
    words = _words()[family][key][language]
    return words.format(**parts) if parts else words


def sector_told(language: str, sector: str) -> str:
    """What people call a sector; empty: the whole economy."""
    return said(language, "sector", sector or "total")


def gap_told(gap: Gap, language: str) -> str:
    """What is missing or was refused, as a sentence that says what to do."""
    parts = dict(gap.parts)
    parts["sector"] = sector_told(language, parts.get("sector", ""))
    if "series" in parts:
        parts["series"] = said(language, "series", parts["series"])
    if "units" in parts:
        for name in _words()["series"]:
            parts["units"] = parts["units"].replace(f"{name}:", f"{said(language, 'series', name)}:")
    return said(language, "gap", gap.code, **parts)


def figure_told(value: float | None, language: str) -> str:
    """A figure of a table, with two decimals; a dash where there is none.

    >>> figure_told(1234.5, "vi"), figure_told(-0.001, "en"), figure_told(None, "vi") == NOTHING
    ('1.234,50', '0.00', True)
    """
    if value is None:
        return NOTHING
    text = f"{round(value, 2) + 0.0:,.2f}".replace("-", "\N{MINUS SIGN}")
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def unit_told(unit: str, language: str) -> str:
    """A unit of productivity in words; one that is not known as it is."""
    words = _words()["unit"]
    if unit in words:
        return words[unit][language]
    return " / ".join(words[one][language] if one in words else one for one in unit.split(" / "))


def flags_told(flags: Iterable[str], language: str) -> str:
    """What is doubtful, in one line; empty: nothing."""
    return "; ".join(said(language, "flag", one) for one in flags)


def tables_of(whole: Accounting, language: str) -> tuple[Told, ...]:
    """Every table that has rows."""
    tables = [_years(whole.total, language), _sectors(whole, language)]
    tables += [_years(one, language) for one in whole.sectors]
    tables += [_contributions(whole, language), _reallocation(whole, language), _sensitivity(whole, language)]
    tables += [_productivity(whole, language), _shift_share(whole, language)]
    return tuple(one for one in tables if one.rows)


def notes_of(whole: Accounting, language: str) -> tuple[str, ...]:
    """How it was calculated: method, capital with its rates, sources of the labour share, where series were joined."""
    number = words_of(language).number
    notes = [said(language, "note", whole.options.method), said(language, "note", "period")]
    basis = whole.total.capital
    if basis is not None and basis.source == "stock":
        notes.append(said(language, "note", "stock"))
    elif basis is not None:
        told = said(
            language,
            "note",
            "inventory",
            depreciation=number(100 * (basis.depreciation or 0)),
            growth=number(100 * (basis.start_growth or 0)),
            start=basis.start,
            timing=said(language, "note", basis.timing),
        )
        notes.append(told)
    by_source: dict[str, list[int]] = {}
    for share in whole.total.shares:
        by_source.setdefault(share.source, []).append(share.year)
    notes += [said(language, "note", one, years=_spans(years)) for one, years in by_source.items()]
    for link in whole.links:
        parts = {"series": said(language, "series", link.series), "sector": sector_told(language, link.sector)}
        where = {"older": link.older, "newer": link.newer, "year": link.year, "factor": number(link.factor, 6)}
        notes.append(said(language, "note", "link", **parts, **where))
    return tuple(notes)


def period_told(language: str, before: int, year: int) -> str:
    """A period of yearly growth, with its number of steps."""
    return said(language, "row", "period", since=before + 1, until=year, n=year - before)


def _spans(years: Sequence[int]) -> str:
    """Years as people write several of them.

    >>> _spans([2020, 2021, 2022, 2025])
    '2020–2022, 2025'
    """  # noqa: RUF002  an en dash stands between years
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1][1:] = [year]
        else:
            runs.append([year])
    return ", ".join("\N{EN DASH}".join(map(str, run)) for run in runs)


def _heads(language: str, first: str, *names: str) -> tuple[str, ...]:
    return tuple(said(language, "head", one) for one in (first, *names))


def _step(step: Step) -> tuple[Cell, ...]:
    return (
        *(step.output, step.capital, step.labour, 100 * step.labour_share),
        *(step.capital_contribution, step.labour_contribution, step.tfp),
        *(step.capital_part, step.labour_part, step.tfp_share),
    )


def _years(course: Course, language: str) -> Told:
    rows: list[tuple[Cell, ...]] = [
        (str(one.year), *_step(one), flags_told(one.flags, language)) for one in course.steps
    ]
    if course.period is not None:
        period = course.period
        name = period_told(language, period.before, period.year)
        rows.append((name, *_step(period), flags_told(period.flags, language)))
        if course.mean_of_shares is not None and period.n > 1:
            empty = (None,) * (len(_STEP_HEADS) - 1)
            rows.append((said(language, "row", "mean_of_shares"), *empty, course.mean_of_shares, ""))
    name = sector_told(language, course.sector)
    title = said(language, "table", "sector_years", sector=name) if course.sector else said(language, "table", "years")
    key = f"years_{course.sector}" if course.sector else "years"
    return Told(key, title, _heads(language, "year", *_STEP_HEADS, "flags"), tuple(rows))


def _sectors(whole: Accounting, language: str) -> Told:
    rows: list[tuple[Cell, ...]] = []
    for course in (whole.total, *whole.sectors):
        if course.period is not None and whole.sectors:
            flags = flags_told(course.period.flags, language)
            rows.append((sector_told(language, course.sector), *_step(course.period), flags))
    if rows and whole.taxes and whole.taxes[-1].before == whole.since - 1:
        taxes = whole.taxes[-1]
        empty = (None,) * (len(_STEP_HEADS) - 1)
        rows.append((said(language, "sector", "taxes"), taxes.growth, *empty, ""))
    title = said(language, "table", "sectors")
    return Told("sectors", title, _heads(language, "sector", *_STEP_HEADS, "flags"), tuple(rows))


def _contributions(whole: Accounting, language: str) -> Told:
    """Growth of output by sectors: every row adds up to its first figure."""
    heads = (
        *_heads(language, "year", "output"),
        *(said(language, "head", "part", sector=sector_told(language, one)) for one in SECTORS),
        *_heads(language, "taxes", "rest"),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in whole.contributions:
        name = str(one.year) if one.year - one.before == 1 else _mean_told(language, one.before, one.year)
        rows.append((name, one.output, *(one.by_sector[sector] for sector in SECTORS), one.taxes, one.rest))
    return Told("contributions", said(language, "table", "contributions"), heads, tuple(rows))


def _reallocation(whole: Accounting, language: str) -> Told:
    weighted = [said(language, "head", "weighted", sector=sector_told(language, one)) for one in SECTORS]
    heads = (
        *_heads(language, "year", "tfp"),
        *weighted,
        *_heads(language, "reallocation", "of_taxes"),
    )
    rows: list[tuple[Cell, ...]] = []
    for k, one in enumerate(whole.reallocation):
        is_period = k == len(whole.reallocation) - 1 and k > 0 and one.before == whole.since - 1
        name = _mean_told(language, one.before, one.year) if is_period else str(one.year)
        rows.append((name, one.total, *(one.by_sector[sector] for sector in SECTORS), one.reallocation, one.taxes))
    if len(rows) == 2 and whole.reallocation[0] == whole.reallocation[1]:  # noqa: PLR2004  one year and its own mean
        rows.pop()
    return Told("reallocation", said(language, "table", "reallocation"), heads, tuple(rows))


def _mean_told(language: str, before: int, year: int) -> str:
    return said(language, "row", "mean_of_years", since=before + 1, until=year)


def _sensitivity(whole: Accounting, language: str) -> Told:
    rows: list[tuple[Cell, ...]] = []
    number = words_of(language).signed
    every = [(one.change, one.period) for one in whole.sensitivity]
    for change, period in sorted([*every, (0.0, whole.total.period)], key=lambda one: one[0]):
        if period is None or whole.total.period is None:
            continue
        name = number(change) if change else said(language, "row", "as_given")
        three = (period.capital_contribution, period.labour_contribution, period.tfp, period.tfp_share)
        rows.append((name, 100 * period.labour_share, *three))
    names = ("labour_share", "capital_contribution", "labour_contribution", "tfp", "tfp_share")
    return Told("sensitivity", said(language, "table", "sensitivity"), _heads(language, "change", *names), tuple(rows))


def _productivity(whole: Accounting, language: str) -> Told:
    told = whole.productivity
    heads = (
        said(language, "head", "year"),
        said(language, "head", "value", unit=unit_told(told.unit, language) or "1"),
        *_heads(language, "growth", "flags"),
    )
    rows: list[tuple[Cell, ...]] = [
        (str(one.year), one.value, one.growth, flags_told(one.flags, language)) for one in told.years
    ]
    if told.n:
        rows.append((period_told(language, whole.since - 1, whole.since - 1 + told.n), None, told.growth, ""))
    return Told("productivity", said(language, "table", "productivity"), heads, tuple(rows))


def _shift_share(whole: Accounting, language: str) -> Told:
    def row(name: str, one: ShiftShare) -> tuple[Cell, ...]:
        return (name, one.growth, one.within, one.static, one.dynamic, one.taxes)

    told = whole.productivity
    rows = [row(str(one.year), one) for one in told.by_year if one.year >= whole.since]
    if told.period is not None and len(rows) > 1:
        name = said(language, "row", "whole", since=told.period.before + 1, until=told.period.year)
        rows.append(row(name, told.period))
    heads = _heads(language, "year", "growth", "within", "static", "dynamic", "taxes")
    return Told("shift_share", said(language, "table", "shift_share"), heads, tuple(rows))
