"""The example of the form: a made-up province, of which sectors and product taxes add up to the whole."""

from gateway.indicators.figures import AGRICULTURE, INDUSTRY, SERVICES, Figure

_YEARS = range(2020, 2026)
_MONEY, _PERSONS = "VND billion", "thousand persons"
_SECTORS = {
    AGRICULTURE: ((20_000, 1.035), (30_000, 1.04), (420.0, 0.985), 78.0),
    INDUSTRY: ((15_000, 1.10), (32_000, 1.09), (190.0, 1.03), 52.0),
    SERVICES: ((21_000, 1.07), (38_000, 1.065), (250.0, 1.02), 58.0),
}
"""Sector -> start and yearly factor of value added, capital and employed persons; labour share, per cent."""
_TAXES = (3_000, 1.08)
_SHARE = 62.0


def example_figures() -> list[Figure]:
    """Six years of a whole economy and three sectors."""
    found = []
    for k, year in enumerate(_YEARS):
        added, capital, people = 0.0, 0.0, 0.0
        for sector, ((v, gv), (c, gc), (p, gp), share) in _SECTORS.items():
            now = (round(v * gv**k, 1), round(c * gc**k, 1), round(p * gp**k, 1))
            found += _year(year, sector, now, share)
            added, capital, people = added + now[0], capital + now[1], people + now[2]
        taxes = round(_TAXES[0] * _TAXES[1] ** k, 1)
        whole = (round(added + taxes, 1), round(capital, 1), round(people, 1))
        found += _year(year, "", whole, _SHARE)
        found.append(_figure("product_taxes_constant", year, taxes, _MONEY))
    return found


def _year(year: int, sector: str, levels: tuple[float, float, float], share: float) -> list[Figure]:
    named = zip(("grdp_constant", "capital_stock", "employed"), levels, (_MONEY, _MONEY, _PERSONS), strict=True)
    found = [_figure(series, year, value, unit, sector) for series, value, unit in named]
    return [*found, _figure("labour_share", year, share, "%", sector)]


def _figure(series: str, year: int, value: float, unit: str, sector: str = "") -> Figure:
    return Figure(series=series, year=year, value=value, unit=unit, sector=sector, price_base=2010)
