"""The demo's statistics: an economy of plausible size and growth that does not exist, and denominators of shares."""

from typing import NamedTuple

from gateway.demo.laboratory import MADE_UP, Row
from gateway.demo.province import Made
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.writing import Writing

TERRITORY = f"sau sáp nhập 1/7/2025 {MADE_UP}"
FIRST, LAST_FULL = 2020, 2025
BASE = 2010
"""Year of the constant prices."""
_MONEY, _PERSONS = "VND billion", "thousand persons"


class Sector(NamedTuple):
    """A sector in the first year, and how it grows.

    Attributes:
        name: As figures of accounts name it.
        output: Value added at constant prices, VND billion.
        output_growth: A year.
        employed: Thousand persons.
        employed_growth: A year.
        capital: Stock at constant prices, VND billion.
        capital_growth: A year.
        labour_share: Of its value added at current prices.
    """

    name: str
    output: float
    output_growth: float
    employed: float
    employed_growth: float
    capital: float
    capital_growth: float
    labour_share: float


SECTORS = (
    Sector("agriculture", 52_000, 0.034, 760, -0.022, 48_000, 0.030, 0.68),
    Sector("industry", 46_000, 0.092, 520, 0.024, 92_000, 0.075, 0.52),
    Sector("services", 58_000, 0.071, 640, 0.021, 104_000, 0.060, 0.58),
)
TAXES, TAXES_GROWTH = 9_500, 0.05
PRICES = 1.62
"""Of the first year, against the base; three per cent a year more."""
_BEAT = (0.0, -0.015, 0.012, -0.004, 0.008, 0.004, 0.010)
"""What a year's growth differs from the mean, by year from the first."""
_COUNTRIES = (("VN", 12.0), ("TH", 17.4), ("MY", 30.9), ("ID", 14.1), ("PH", 11.3))
"""Code, and made-up output per employed person in thousand US dollars of 2017."""


def write_statistics(book: Book, made: Made, year: int) -> None:
    """All figures up to a year; of that year as estimates."""
    with book.writing(SYSTEM) as writing:
        for sector in SECTORS:
            _sector(writing, made.province, sector, year)
        taxes = _grown(TAXES, TAXES_GROWTH, year)
        for at, value in taxes.items():
            _write(writing, made.province, "product_taxes_constant", at, value, _MONEY, base=BASE, now=year)
        _totals(writing, made.province, taxes, year)
        _write(writing, made.province, "upper_secondary_schools", year - 1, 80, "schools", now=year)
        _write(writing, made.province, "colleges", year - 1, 6, "schools", now=year)
        for country, value in _COUNTRIES:
            its: Row = {"province": made.province, "series": "labour_productivity_usd", "year": LAST_FULL}
            its |= {"value": value, "unit": "USD thousand", "territory": country, "price_base": 2017}
            writing.make("statistic", its | {"source": f"Bảng so sánh mẫu {MADE_UP}"})


def _grown(first: float, growth: float, until: int, beat: float = 1.0) -> dict[int, float]:
    """Year -> value; growth differs a little from year to year."""
    values = {FIRST: first}
    for year in range(FIRST + 1, until + 1):
        values[year] = values[year - 1] * (1 + growth + beat * _BEAT[(year - FIRST) % len(_BEAT)])
    return values


def _sector(writing: Writing, province: str, of: Sector, until: int) -> None:
    outputs = _grown(of.output, of.output_growth, until)
    for year, output in outputs.items():
        _write(writing, province, "grdp_constant", year, output, _MONEY, of.name, BASE, now=until)
        current = output * _prices(year)
        _write(writing, province, "grdp_current", year, current, _MONEY, of.name, now=until)
        _write(writing, province, "labour_income", year, current * of.labour_share, _MONEY, of.name, now=until)
    for year, employed in _grown(of.employed, of.employed_growth, until, 0).items():
        _write(writing, province, "employed", year, employed, _PERSONS, of.name, now=until)
    for year, capital in _grown(of.capital, of.capital_growth, until, 0).items():
        _write(writing, province, "capital_stock", year, capital, _MONEY, of.name, BASE, now=until)


def _totals(writing: Writing, province: str, taxes: dict[int, float], until: int) -> None:
    """Of the whole economy: output with product taxes, the others as sums of the sectors."""
    for year in range(FIRST, until + 1):
        output = [_grown(one.output, one.output_growth, until)[year] for one in SECTORS]
        income = sum(of * one.labour_share for of, one in zip(output, SECTORS, strict=True)) * _prices(year)
        whole = sum(output) + taxes[year]
        employed = sum(_grown(one.employed, one.employed_growth, until, 0)[year] for one in SECTORS)
        capital = sum(_grown(one.capital, one.capital_growth, until, 0)[year] for one in SECTORS)
        _write(writing, province, "grdp_constant", year, whole, _MONEY, base=BASE, now=until)
        _write(writing, province, "grdp_current", year, whole * _prices(year), _MONEY, now=until)
        _write(writing, province, "labour_income", year, income, _MONEY, now=until)
        _write(writing, province, "employed", year, employed, _PERSONS, now=until)
        _write(writing, province, "capital_stock", year, capital, _MONEY, base=BASE, now=until)


def _prices(year: int) -> float:
    return PRICES * 1.03 ** (year - FIRST)


def _write(
    writing: Writing,
    province: str,
    series: str,
    year: int,
    value: float,
    unit: str,
    sector: str = "",
    base: int | None = None,
    *,
    now: int,
) -> None:
    its: Row = {"province": province, "series": series, "sector": sector, "year": year, "value": round(value, 1)}
    its |= {"unit": unit, "territory": TERRITORY, "price_base": base, "is_estimate": year >= now}
    writing.make("statistic", its | {"source": f"Số liệu mẫu {MADE_UP}"})
