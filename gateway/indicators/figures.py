"""Figures of national accounts that growth accounting rests on: their series, sectors and units, checked one by one.

Decision: money stands in one unit throughout, and so do persons; two units are refused, never converted.
Because: a column in million beside one in billion is far more often a slip than a wish, and nobody sees it in a rate.

Decision: series of other names are left alone.
Because: the same table of statistics holds what other indicators are a share of.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from gateway.indicators.facts import Gap

AGRICULTURE, INDUSTRY, SERVICES = "agriculture", "industry", "services"
SECTORS = (AGRICULTURE, INDUSTRY, SERVICES)
TOTAL = ""
MONEY, PERSONS, SHARE, INDEX = "money", "persons", "share", "index"


class Kind(NamedTuple):
    """What a series holds.

    Attributes:
        of: ``money``, ``persons``, ``share`` (also a rate), ``index``.
        is_constant: At constant prices, so that its price base matters.
        may_be_negative: Subsidies may exceed taxes.
    """

    of: str
    is_constant: bool = False
    may_be_negative: bool = False


SERIES: Mapping[str, Kind] = {
    "grdp_constant": Kind(MONEY, is_constant=True),
    "grdp_current": Kind(MONEY),
    "product_taxes_constant": Kind(MONEY, is_constant=True, may_be_negative=True),
    "employed": Kind(PERSONS),
    "employees": Kind(PERSONS),
    "employee_compensation": Kind(MONEY),
    "labour_income": Kind(MONEY),
    "labour_share": Kind(SHARE),
    "capital_share": Kind(SHARE),
    "capital_stock": Kind(MONEY, is_constant=True),
    "investment_constant": Kind(MONEY, is_constant=True),
    "investment_current": Kind(MONEY),
    "investment_price_index": Kind(INDEX, is_constant=True),
    "depreciation_rate": Kind(SHARE),
    "capital_start_growth": Kind(SHARE),
}
"""Name -> what it holds. Of a sector ``grdp_constant`` and ``grdp_current`` are its value added."""
_UNITS = {
    "VND trillion": (MONEY, ("vnd trillion", "trillion vnd", "nghin ty dong", "nghin ti dong", "nghin ty", "nghin ti")),
    "VND billion": (
        MONEY,
        ("vnd billion", "billion vnd", "bn vnd", "vnd bn", "ty dong", "ti dong", "ty", "ti", "ty vnd", "ti vnd"),
    ),
    "VND million": (MONEY, ("vnd million", "million vnd", "vnd mn", "trieu dong", "trieu", "trieu vnd")),
    "VND": (MONEY, ("vnd", "dong")),
    "thousand persons": (
        PERSONS,
        (
            *("thousand persons", "1000 persons", "nghin nguoi", "ngan nguoi", "nghin lao dong", "ngan lao dong"),
            *("1000 nguoi", "1.000 nguoi", "1 000 nguoi", "1000 lao dong"),
        ),
    ),
    "million persons": (PERSONS, ("million persons", "trieu nguoi")),
    "persons": (PERSONS, ("persons", "person", "nguoi", "lao dong", "workers")),
    "%": ("", ("%", "percent", "per cent", "phan tram")),
    "1": (SHARE, ("1", "ratio", "lan")),
}
_BY_WORD = {word: (unit, of) for unit, (of, words) in _UNITS.items() for word in words}
_SECTOR_WORDS = {
    TOTAL: ("", "total", "all", "whole economy", "toan tinh", "tong so", "toan nen kinh te", "chung"),
    AGRICULTURE: (
        *(AGRICULTURE, "agriculture forestry and fishing", "nong lam thuy san", "nong nghiep", "nong lam ngu nghiep"),
        *("nong lam nghiep va thuy san", "nong nghiep lam nghiep va thuy san", "nong lam nghiep thuy san"),
    ),
    INDUSTRY: (
        *(INDUSTRY, "industry and construction", "cong nghiep va xay dung", "cong nghiep xay dung", "cong nghiep"),
    ),
    SERVICES: (SERVICES, "dich vu", "thuong mai dich vu", "thuong mai va dich vu"),
}
_BETWEEN = re.compile("[,;:.\\-\N{EN DASH}\N{EM DASH}]")
_BY_SECTOR = {word: sector for sector, words in _SECTOR_WORDS.items() for word in words}


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure of one year.

    Attributes:
        series: A key of :data:`SERIES`.
        year: Which.
        value: In ``unit``.
        unit: As people write it.
        sector: One of :data:`SECTORS`; empty: the whole economy.
        territory: Which boundaries; empty: not said.
        price_base: Year of the constant prices, or where an index is 100; None: not said.
        is_estimate: Somebody's estimate.
        ref: Where it comes from: the id of a row, or a cell.
    """

    series: str
    year: int
    value: float
    unit: str = ""
    sector: str = TOTAL
    territory: str = ""
    price_base: int | None = None
    is_estimate: bool = False
    ref: str = ""


Key = tuple[str, str]
"""Series and sector."""


def folded(text: str) -> str:
    """A text without marks, in small letters and with single blanks, to compare by.

    >>> folded(" Tỷ  Đồng")
    'ty dong'
    """
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def unit_of(text: str) -> str:
    """The one name of a unit that people write in several ways; another unit is itself.

    >>> unit_of("tỷ đồng"), unit_of("nghìn người"), unit_of("USD million")
    ('VND billion', 'thousand persons', 'USD million')
    """
    return _BY_WORD.get(folded(text), (text.strip(), ""))[0]


def unit_kind(unit: str) -> str:
    """What a unit measures: ``money``, ``persons``, ``share``; empty: not known, or anything.

    >>> unit_kind("tỷ đồng"), unit_kind("USD million")
    ('money', '')
    """
    return _BY_WORD.get(folded(unit), ("", ""))[1]


def sector_of(text: str) -> str | None:
    """A sector by its key or its Vietnamese name; None: it is none of the three.

    >>> sector_of("Nông, lâm, thủy sản"), sector_of("toàn tỉnh"), sector_of("mining")
    ('agriculture', '', None)
    """
    words = folded(_BETWEEN.sub(" ", text))
    return _BY_SECTOR.get(words.removeprefix("khu vuc ").removeprefix("nganh "))


def checked(figures: Iterable[Figure]) -> tuple[dict[Key, list[Figure]], list[Gap]]:
    """Figures by series and sector, without the series in which something is wrong, and what that is.

    Refused are: values that are not finite, levels that are not positive, shares outside 0 to 1, a year that is given
    twice for one territory and price base, several units within a series, a unit of another kind, a labour or capital
    share of at most 1 %.

    Returns:
        Those that can be used, shares and rates as fractions; what was refused.
    """
    by_key: dict[Key, list[Figure]] = {}
    problems: list[Gap] = []
    for one in figures:
        if one.series not in SERIES:
            continue
        sector = sector_of(one.sector)
        if sector is None:
            problems.append(Gap(code="unknown_sector", parts={"series": one.series, "got": one.sector}))
            continue
        # A price base beside persons or current prices says nothing, and must not tear the series in two.
        base = one.price_base if SERIES[one.series].is_constant else None
        by_key.setdefault((one.series, sector), []).append(msgspec.structs.replace(one, sector=sector, price_base=base))
    good: dict[Key, list[Figure]] = {}
    for key in sorted(by_key):
        rows = sorted(by_key[key], key=lambda one: one.year)
        wrong = list(_wrong(rows))
        problems += wrong
        if not wrong:
            good[key] = [_as_fraction(one) for one in rows]
    problems += _mixed_money(good)
    return ({} if any(one.code == "units_differ" for one in problems) else good), _unique(problems)


def _wrong(rows: list[Figure]) -> Iterable[Gap]:
    kind = SERIES[rows[0].series]
    said = {"series": rows[0].series, "sector": rows[0].sector}
    units = sorted({unit_of(one.unit) for one in rows})
    if len(units) > 1:
        yield Gap(code="mixed_units", parts={**said, "units": ", ".join(unit or "—" for unit in units)})
    of = _BY_WORD.get(folded(units[0]), ("", ""))
    allowed = {SHARE: ("%", "1", ""), INDEX: ("%", "1", "")}.get(kind.of)
    if (allowed is not None and units[0] not in allowed) or (allowed is None and (units[0] == "%" or _other(of, kind))):
        yield Gap(code="unit_does_not_fit", parts={**said, "unit": units[0]})
    seen: set[tuple[int, str, int | None]] = set()
    for one in rows:
        where = {**said, "year": str(one.year)}
        at = (one.year, one.territory, one.price_base)
        if at in seen:
            yield Gap(code="duplicate_year", parts=where)
        seen.add(at)
        yield from _wrong_value(kind, one, where)


def _wrong_value(kind: Kind, one: Figure, where: Mapping[str, str]) -> Iterable[Gap]:
    told = {**where, "value": f"{one.value:g}"}
    if not math.isfinite(one.value):
        yield Gap(code="not_finite", parts=dict(where))
    elif kind.of == SHARE:
        if not 0 <= _as_fraction(one).value <= 1:
            yield Gap(code="share_outside", parts=told)
        elif is_fraction_as_percent(one.series, one.value, one.unit):
            yield Gap(code="fraction_as_percent", parts=told)
    elif one.value <= 0 and not kind.may_be_negative:
        yield Gap(code="not_positive", parts=told)


def is_fraction_as_percent(series: str, value: float, unit: str) -> bool:
    """Whether a share in per cent is so small that somebody wrote 0.62 for 62 %.

    >>> [is_fraction_as_percent("labour_share", one, "%") for one in (0.62, 62.0, 0.0)]
    [True, False, False]
    """
    return series in ("labour_share", "capital_share") and unit_of(unit) == "%" and 0 < value <= 1


def _other(of: tuple[str, str], kind: Kind) -> bool:
    """Whether a known unit measures something else than the series."""
    return bool(of[1]) and of[1] != kind.of


def _as_fraction(one: Figure) -> Figure:
    if SERIES[one.series].of == SHARE and unit_of(one.unit) == "%":
        return msgspec.structs.replace(one, value=one.value / 100, unit="1")
    return one


def _mixed_money(good: Mapping[Key, list[Figure]]) -> Iterable[Gap]:
    for of in (MONEY, PERSONS):
        units: dict[str, str] = {}
        for (series, _), rows in good.items():
            if SERIES[series].of == of:
                units.setdefault(unit_of(rows[0].unit), series)
        if len(units) > 1:
            told = ", ".join(f"{series}: {unit or '—'}" for unit, series in sorted(units.items()))
            yield Gap(code="units_differ", parts={"units": told})


def _unique(gaps: Iterable[Gap]) -> list[Gap]:
    found: list[Gap] = []
    for one in gaps:
        if one not in found:
            found.append(one)
    return found
