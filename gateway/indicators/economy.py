"""Growth of an economy out of the registry's statistics, as an evaluation of a plan needs it."""

from collections.abc import Iterable, Sequence

from gateway.indicators.accounting import account
from gateway.indicators.accounts import Accounting, Options, ProductivityYear
from gateway.indicators.facts import Economy, EconomyYear, Gap, Record
from gateway.indicators.figures import SERIES, Figure, sector_of
from gateway.indicators.tfp import Step, flags_of


def figures_of(statistics: Iterable[Record]) -> list[Figure]:
    """The figures of national accounts among statistics; those out of use count for nothing."""
    found = []
    for one in statistics:
        values = one.values
        if one.retired_at or values.get("series") not in SERIES:
            continue
        base = values.get("price_base")
        found.append(
            Figure(
                series=str(values["series"]),
                year=int(str(values["year"])),
                value=float(str(values["value"])),
                unit=str(values.get("unit") or ""),
                sector=str(values.get("sector") or ""),
                territory=str(values.get("territory") or ""),
                price_base=int(str(base)) if base not in (None, "") else None,
                is_estimate=bool(values.get("is_estimate")),
                ref=one.id,
            )
        )
    return found


def years_told(figures: Sequence[Figure], since: int | None = None, until: int | None = None) -> tuple[int, int]:
    """First and last year of growth: as said, else those of the output of the whole.

    Investment is given for many years before, of which nothing else is known.
    """
    of_output = [one.year for one in figures if one.series == "grdp_constant" and not sector_of(one.sector)]
    years = of_output or [one.year for one in figures]
    return since or min(years) + (len(set(years)) > 1), until or max(years)


def economy_of(statistics: Sequence[Record], since: int, until: int, options: Options | None = None) -> Economy:
    """Growth over some years, from rows of the noun ``statistic`` of one province.

    Args:
        statistics: Rows; those of other series are left alone.
        since: First year whose growth counts.
        until: Last year.
        options: How; None: discrete, the accounts' share first.

    Raises:
        ValueError: The years are in the wrong order.
    """
    return reduced(account(figures_of(statistics), since, until, options))


def reduced(whole: Accounting) -> Economy:
    """What an evaluation needs of growth accounting.

    Of the period TFP is said only where it reaches to the same year as output and labour do.
    """
    steps = {one.year: one for one in whole.total.steps}
    productivity = {one.year: one for one in whole.productivity.years}
    last = whole.since - 1 + whole.productivity.n
    period = whole.total.period if whole.total.period is not None and whole.total.period.year == last else None
    problems = list(whole.problems)
    if whole.total.period is not None and period is None:
        problems.append(Gap(code="capital_ends_before", parts={"year": str(whole.total.period.year)}))
    years = range(whole.since, whole.until + 1)
    output = whole.productivity.output if period is None else period.output
    flags = whole.flags if period is not None else flags_of(output) if output is not None else ()
    flags += tuple(flag for year in years if year in productivity for flag in productivity[year].flags)
    return Economy(
        since=whole.since,
        until=whole.until,
        years=tuple(_year(steps.get(year), productivity.get(year), year) for year in years if year in productivity),
        n=whole.productivity.n,
        output=output,
        labour_productivity=whole.productivity.growth,
        tfp=period.tfp if period else None,
        tfp_share=period.tfp_share if period else None,
        mean_of_shares=whole.total.mean_of_shares if period else None,
        is_complete=whole.is_complete,
        flags=tuple(dict.fromkeys(flags)),
        problems=tuple(problems),
        rests_on=whole.rests_on,
    )


def _year(step: Step | None, productivity: ProductivityYear | None, year: int) -> EconomyYear:
    said = productivity.growth if productivity else None
    flags = productivity.flags if productivity else ()
    if step is None:
        return EconomyYear(year=year, labour_productivity=said, flags=flags)
    return EconomyYear(
        year=year,
        output=step.output,
        labour_productivity=said,
        capital=step.capital_contribution,
        labour=step.labour_contribution,
        tfp=step.tfp,
        tfp_share=step.tfp_share,
        flags=tuple(dict.fromkeys([*step.flags, *flags])),
    )
