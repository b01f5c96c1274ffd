"""Indicators of the economy: the share of TFP in growth, the growth of labour productivity, a single statistic.

Decision: the value is that of the years whose statistics are there, and which they are is said beside it.
Because: the statistics of a year appear in the year after, and a plan reports each year.

Decision: while years of the period are missing, or the newest is an estimate, a figure is ahead or below so far and
never met; once the period is over it cannot be said.
Because: a mean of three years of five would be handed in as that of five.

Decision: a share of falling or unchanged output is never met.
Because: with output falling the share is above the target when TFP falls by more.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from gateway.indicators.case import Case
from gateway.indicators.counting import Window, chosen_by
from gateway.indicators.economy import economy_of
from gateway.indicators.facts import Economy, EconomyYear, Gap
from gateway.indicators.judging import standing
from gateway.indicators.measures import LabourProductivityGrowth, PilotChange, Source, Statistic, TfpGrowth, TfpShare
from gateway.indicators.results import Beside, Evaluated, Ref, State, YearValue
from gateway.indicators.series import series_of

_PERCENT = "percent"
_ESTIMATED: Mapping[str, frozenset[str]] = {
    "labour_productivity": frozenset(("grdp_constant", "employed")),
    "tfp": frozenset(),
}
"""Figure -> series of which an estimate matters; none: all of them."""


def economy_to(case: Case, figure: str) -> Economy:
    """The growth over the indicator's years that the statistics reach.

    Args:
        case: The indicator.
        figure: Attribute of :class:`gateway.indicators.facts.Economy` that is wanted: one series may end before others.
    """
    statistics = case.ledger.statistics(case.last_year)
    since = case.indicator.since
    found = economy_of(statistics, since, case.last_year)
    for year in range(min(_reached(found), case.last_year - 1), since - 1, -1):
        if getattr(found, figure) is not None:
            break
        found = economy_of(statistics, since, year)
    return found


def evaluate_tfp_share(case: Case, measure: TfpShare) -> Evaluated:
    """The share of TFP in the growth of output: of the period and of its last year."""
    economy = economy_to(case, "tfp_share")
    last = _last(economy)
    is_period = measure.judged == "period"
    value = economy.tfp_share if is_period else (last.tfp_share if last else None)
    output = economy.output if is_period else (last.output if last else None)
    doubts = [*_flags(economy, last, is_period=is_period), *case.unread(f"judged_by_{measure.judged}")]
    if output is not None and output <= 0:
        doubts.append(Gap(code="output_fell"))
    beside = (
        Beside(name="period", value=economy.tfp_share, unit=_PERCENT),
        Beside(name="last_year", value=last.tfp_share if last else None, unit=_PERCENT),
        Beside(name="mean_of_shares", value=economy.mean_of_shares, unit=_PERCENT),
        Beside(name="output_growth", value=output, unit="percent_per_year"),
    )
    history = _history(case, {one.year: one.tfp_share for one in economy.years})
    reached = _reached(economy) if is_period or last is None else last.year
    is_refused = output is None or output <= 0
    return _told(case, economy, value, beside, history, doubts, reached=reached, is_refused=is_refused)


def evaluate_growth(case: Case, measure: LabourProductivityGrowth | TfpGrowth) -> Evaluated:
    """The mean growth of output per employed person, or of TFP; what pilots changed stands beside, never added."""
    name = "tfp" if isinstance(measure, TfpGrowth) else "labour_productivity"
    economy = economy_to(case, name)
    last = _last(economy)
    beside = [Beside(name="last_year", value=getattr(last, name, None), unit="percent_per_year")]
    for key, changed in sorted(measure.beside.items()) if isinstance(measure, LabourProductivityGrowth) else ():
        changes = pilot_changes(case, changed)
        beside.append(Beside(name=key, value=median(changes), unit=_PERCENT))
    history = _history(case, {one.year: getattr(one, name) for one in economy.years})
    doubts = _flags(economy, last, is_period=True)
    value, reached = getattr(economy, name), _reached(economy)
    return _told(case, economy, value, tuple(beside), history, doubts, reached=reached, of=_ESTIMATED[name])


def evaluate_statistic(case: Case, measure: Statistic) -> Evaluated:
    """An imported figure: the newest of the series, of a target per year that of the year."""
    series = series_of(case.ledger, measure, case.last_year)
    year = max(series.values, default=None)
    if case.is_per_year and year != case.last_year:
        year = None
    missing = list(series.problems)
    if year is None:
        missing.append(Gap(code="no_statistic", parts={"series": measure.series, "year": str(case.last_year)}))
    value = series.values[year] if year is not None else None
    until = case.last_year if case.is_per_year else case.indicator.until
    state = standing(case.indicator, value, is_over=case.is_over)
    if year is not None and (year < until or year in series.estimates):
        state, so_far = case.unsettled(value, state, until)
        missing += so_far
    return case.evaluated(
        value,
        state=state,
        history=tuple(_held_back(one, series.estimates) for one in _history(case, series.values)),
        beside=() if year is None else (Beside(name="statistic_year", value=float(year), unit="year"),),
        rests_on={series.refs[year]} if year is not None else set(),
        missing=missing,
        doubts=series.doubts_at(year),
    )


def pilot_changes(case: Case, measure: PilotChange, year: int | None = None) -> list[float]:
    """Measured changes of judged pilots, per cent of their baselines, sorted.

    Args:
        case: By whose day.
        measure: Which figure, of which pilots.
        year: In which they were judged; None: any.
    """
    mask, _ = chosen_by(case.ledger, Source(of="pilot", where=measure.where))
    rows = case.ledger.rows("pilot")
    found = []
    for at in np.flatnonzero(mask & rows.live).tolist():
        its = case.ledger.judged.get(rows.records[at].id)
        if its is None or its.judged > case.as_of.isoformat() or (year is not None and its.judged[:4] != f"{year:04d}"):
            continue
        of_figure = (one for one in its.figures if one.figure == measure.figure)
        found += [100 * one.change / one.before for one in of_figure if one.before and one.change is not None]
    return sorted(found)


def median(values: Sequence[float]) -> float | None:
    """Of sorted values; None: there are none."""
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2 if n else None


def _told(
    case: Case,
    economy: Economy,
    value: float | None,
    beside: tuple[Beside, ...],
    history: tuple[YearValue, ...],
    doubts: list[Gap],
    *,
    reached: int,
    is_refused: bool = False,
    of: frozenset[str] = frozenset(),
) -> Evaluated:
    missing = list(economy.problems)
    state, until = standing(case.indicator, value, is_over=case.is_over, is_refused=is_refused), case.indicator.until
    gaps = []
    if value is None:
        missing = missing or [Gap(code="no_growth", parts={"until": str(case.last_year)})]
    elif reached < until:
        gaps = [Gap(code="years_so_far", parts={"since": str(economy.since), "until": str(reached)})]
    elif _is_estimated(case, economy, reached, of):
        gaps = [Gap(code="newest_estimated", parts={"year": str(reached)})]
    if gaps:
        state, so_far = case.unsettled(value, state, until)
        missing += [*gaps, *(so_far if not is_refused else ())]
    return case.evaluated(
        value,
        state=state,
        beside=beside,
        history=history,
        rests_on={Ref("statistic", one) for one in economy.rests_on},
        missing=missing,
        doubts=doubts,
    )


def _flags(economy: Economy, last: EconomyYear | None, *, is_period: bool) -> list[Gap]:
    flags = economy.flags if is_period else (last.flags if last else ())
    return [Gap(code=f"economy_{one}") for one in flags]


def _held_back(one: YearValue, estimates: frozenset[int]) -> YearValue:
    """A year that is reached by an estimate alone is not reached yet."""
    is_held = one.year in estimates and one.state in (State.MET, State.EXCEEDED)
    return msgspec.structs.replace(one, state=State.NOT_YET) if is_held else one


def _is_estimated(case: Case, economy: Economy, year: int, of: frozenset[str]) -> bool:
    """Whether the newest year rests on somebody's estimate, of some series or, without any, of all."""
    used = (case.ledger.record("statistic", one) for one in economy.rests_on)
    return any(
        one.values.get("is_estimate") and one.values.get("year") == year and (not of or one.values.get("series") in of)
        for one in used
        if one is not None
    )


def _reached(economy: Economy) -> int:
    """The last year of the steps from end year to end year."""
    return economy.since - 1 + economy.n


def _last(economy: Economy) -> EconomyYear | None:
    """The last year of which growth is known."""
    known = [one for one in economy.years if one.output is not None or one.labour_productivity is not None]
    return max(known, key=lambda one: one.year, default=None)


def _history(case: Case, values: Mapping[int, float | None]) -> tuple[YearValue, ...]:
    """Of each year its own value; a state is asked for as of the year's end, which is the same."""
    return tuple(
        msgspec.structs.replace(one, value_of=None) for one in case.history(lambda window: values.get(_year_of(window)))
    )


def _year_of(window: Window) -> int:
    return int(window.until[:4])
