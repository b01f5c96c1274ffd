"""A wish without a number: its series year by year, the last full year against the full year before it. Never met.

Decision: a year before the first record of its kind has no value, not 0.
Because: a registry that was not kept then would make everything rise.

Decision: as a whole a wish goes up when something got better and nothing worse, down the other way round; when some got
better and others worse it cannot be said, and the series are shown.
Because: a sum of classes, days and per cent is a number that nobody asked for.
"""

from collections.abc import Mapping

from gateway.indicators.case import Case
from gateway.indicators.counting import Tally
from gateway.indicators.counts import Fraction
from gateway.indicators.economy import economy_of
from gateway.indicators.facts import Gap
from gateway.indicators.growth import median, pilot_changes
from gateway.indicators.judging import direction, is_over
from gateway.indicators.measures import (
    Capacity,
    Component,
    LabourProductivityGrowth,
    PilotChange,
    Records,
    Share,
    Statistic,
    TfpGrowth,
    TfpShare,
    Trend,
)
from gateway.indicators.results import ComponentValue, Evaluated, NotCounted, Ref, State
from gateway.indicators.series import series_of

_Values = tuple[Mapping[int, float | None], set[Ref]]
"""Year -> value; the rows that they come from."""


def evaluate_trend(case: Case, measure: Trend) -> Evaluated:
    """How the series of a wish went."""
    told, rests_on = [], set[Ref]()
    for one in measure.components:
        values, refs = _values(case, one)
        told.append(_component(case, one, values))
        rests_on |= refs
    state, missing = _whole(told)
    left_out = {one.ref: one for component in measure.components for one in _left_out(case, component)}
    ordered = sorted(left_out.values(), key=lambda one: (one.ref.noun, one.ref.id))
    return case.evaluated(
        None,
        state=state,
        components=tuple(told),
        rests_on=rests_on,
        not_counted=tuple(ordered),
        missing=missing,
    )


def _whole(told: list[ComponentValue]) -> tuple[State, list[Gap]]:
    """How it goes as a whole, and what is missing to say it."""
    missing = [gap for one in told for gap in one.missing]
    better = any(one.is_better is True for one in told)
    worse = any(one.is_better is False for one in told)
    if better and worse:
        return State.CANNOT_BE_SAID, [*missing, Gap(code="some_up_some_down")]
    if better or worse:
        return (State.UP if better else State.DOWN), missing
    same = any(one.direction is State.UNCHANGED for one in told)
    return (State.UNCHANGED if same else State.CANNOT_BE_SAID), missing


def _component(case: Case, one: Component, values: Mapping[int, float | None]) -> ComponentValue:
    last = case.last_year if is_over(case.as_of, case.last_year) else case.last_year - 1
    now, before = values.get(last), values.get(last - 1)
    went = direction(before, now)
    wished = State.UP if one.better == "up" else State.DOWN
    lacking = [year for year, value in ((last - 1, before), (last, now)) if value is None]
    return ComponentValue(
        id=one.id,
        values=dict(sorted(values.items())),
        now=now,
        before=before,
        direction=went,
        is_better=None if went in (None, State.UNCHANGED) else went is wished,
        missing=tuple(
            Gap(code="no_value_of_year", parts={"year": str(year), "vi": one.vi, "en": one.en}) for year in lacking
        ),
    )


def _years(case: Case) -> range:
    """The indicator's years that have begun, and the year before them."""
    return range(case.indicator.since - 1, case.last_year + 1)


def _values(case: Case, one: Component) -> _Values:
    measure = one.measure
    if isinstance(measure, Records):
        return _counted(case, measure)
    if isinstance(measure, Share):
        return _shares(case, measure)
    if isinstance(measure, Statistic):
        series = series_of(case.ledger, measure, case.last_year)
        values = {year: series.values.get(year) for year in _years(case)}
        return values, {ref for year, ref in series.refs.items() if values.get(year) is not None}
    if isinstance(measure, Capacity):
        return _capacity(case, measure)
    if isinstance(measure, PilotChange):
        return {year: median(pilot_changes(case, measure, year)) for year in _years(case)}, set()
    return _economy(case, measure)


def _counted(case: Case, measure: Records) -> _Values:
    tally = Tally(case.ledger, measure)
    first = tally.first_year()
    values, refs = dict[int, float | None](), set[Ref]()
    for year in _years(case):
        count = tally.over(case.year_window(year))
        values[year] = float(count.value) if first is not None and year >= first else None
        refs.update(count.refs)
    return values, refs


def _shares(case: Case, measure: Share) -> _Values:
    share = Fraction(case, measure)
    values, refs = dict[int, float | None](), set[Ref]()
    first = share.above.first_year()
    for year in _years(case):
        window = case.year_window(year)
        known = first is not None and year >= first
        values[year] = share.over(window) if known else None
        if values[year] is not None:
            whole = share.all(window)
            refs.update(share.above.over(window, within=whole.keys).refs, whole.rows)
    return values, refs


def _capacity(case: Case, measure: Capacity) -> _Values:
    by_year = {one.year: one for one in case.ledger.facts.capacity}
    values, refs = dict[int, float | None](), set[Ref]()
    for year in _years(case):
        its = by_year.get(year)
        value = getattr(its, measure.figure) if its else None
        values[year] = float(value) if value is not None else None
        if its and measure.figure == "documents":
            refs |= {Ref("certificate", one) for one in its.certificates}
    return values, refs


def _economy(case: Case, measure: TfpShare | TfpGrowth | LabourProductivityGrowth) -> _Values:
    name = {"tfp_share": "tfp_share", "tfp_growth": "tfp"}.get(measure.kind, "labour_productivity")
    years = _years(case)
    economy = economy_of(case.ledger.statistics(case.last_year), years[0], years[-1])
    known = {one.year: getattr(one, name) for one in economy.years}
    return {year: known.get(year) for year in years}, {Ref("statistic", one) for one in economy.rests_on}


def _left_out(case: Case, one: Component) -> tuple[NotCounted, ...]:
    if not isinstance(one.measure, Records):
        return ()
    return Tally(case.ledger, one.measure).left_out(case.window)
