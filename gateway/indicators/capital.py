"""Capital by perpetual inventory at constant prices.

Decision: the rates and the start year travel with the stock.
Because: the first years of such a stock are mostly what was assumed about its start.
"""

from collections.abc import Mapping

import msgspec

END_OF_YEAR, MID_YEAR = "end_of_year", "mid_year"
TIMINGS = (END_OF_YEAR, MID_YEAR)


class CapitalBasis(msgspec.Struct, frozen=True, kw_only=True):
    """What a stock of capital rests on.

    Attributes:
        source: ``stock``, entered; ``inventory``, perpetual inventory.
        timing: ``end_of_year``, or ``mid_year``: the mean of the stocks at both ends of the year.
        depreciation: A year, as a fraction; None: the stock was entered.
        start_growth: Growth of investment before the start, a year, as a fraction.
        start: Year at whose end the first stock stands.
        start_stock: That stock, in the unit of investment.
    """

    source: str
    timing: str = END_OF_YEAR
    depreciation: float | None = None
    start_growth: float | None = None
    start: int | None = None
    start_stock: float | None = None


def real_investment(current: Mapping[int, float], index: Mapping[int, float]) -> dict[int, float]:
    """Investment at constant prices: 100 * current / index, of the years that both have.

    >>> real_investment({2021: 110.0}, {2021: 110.0})
    {2021: 100.0}
    """
    return {year: 100 * current[year] / index[year] for year in sorted(set(current) & set(index))}


def perpetual_inventory(
    investment: Mapping[int, float], *, depreciation: float, start_growth: float, timing: str = END_OF_YEAR
) -> dict[int, float]:
    """Stocks of capital from investment.

    ::

        K_t = (1 - d) * K_{t-1} + I_t        K_0 = I_1 / (g + d)        mid-year: (K_{t-1} + K_t) / 2

    Args:
        investment: Year -> investment at constant prices, without a gap, each > 0.
        depreciation: d, a year, 0 <= d < 1.
        start_growth: g, a year; g + d > 0.
        timing: ``end_of_year``: of the end of the year; ``mid_year``: of its middle.

    Returns:
        Year -> stock, in the unit of investment; at year's end the first is K_0, of the year before the first
        investment, in the middle it is that of the first investment.

    Raises:
        ValueError: A value is outside its range, or a year is missing.

    Source:
        OECD, Measuring Capital, 2nd edition (2009), 15.4 (geometric depreciation and the initial stock).

    >>> perpetual_inventory({2021: 10.0, 2022: 12.0}, depreciation=0.05, start_growth=0.05)
    {2020: 100.0, 2021: 105.0, 2022: 111.75}
    """
    years = sorted(investment)
    if not years or years != list(range(years[0], years[-1] + 1)):
        msg = f"investment must have every year from first to last, got {years}"
        raise ValueError(msg)
    if not (0 <= depreciation < 1 and start_growth + depreciation > 0 and timing in TIMINGS):
        msg = f"need 0 <= d < 1, g + d > 0 and a timing of {TIMINGS}; got {depreciation}, {start_growth}, {timing}"
        raise ValueError(msg)
    stocks = {years[0] - 1: investment[years[0]] / (start_growth + depreciation)}
    for year in years:
        stocks[year] = (1 - depreciation) * stocks[year - 1] + investment[year]
    if timing == END_OF_YEAR:
        return stocks
    return {year: (stocks[year - 1] + stocks[year]) / 2 for year in years}
