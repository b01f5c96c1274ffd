"""Indicators that count records: how many, and what share of what there is."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.indicators.case import Case
from gateway.indicators.counting import Count, Tally, Window, coverage_of
from gateway.indicators.facts import Gap, Record
from gateway.indicators.judging import standing
from gateway.indicators.ledger import PLACE, organisations_of
from gateway.indicators.measures import Records, Share, Source, Statistic
from gateway.indicators.names import alike
from gateway.indicators.not_counted import not_counted
from gateway.indicators.results import Beside, Evaluated, Ref, State, YearValue
from gateway.indicators.series import series_of

_UNIT_OF_ROWS = "rows"
_EVER = "1900-01-01"


def evaluate_records(case: Case, measure: Records) -> Evaluated:
    """A count: what documents prove, of which measured; what lacks its proof stands beside."""
    tally = Tally(case.ledger, measure)
    count = tally.over(case.window)
    left_out = not_counted(case.ledger, tally, case.window)
    history = case.history(lambda window: float(tally.over(window).value))
    value: float | None = float(count.value)
    state, so_far = None, list[Gap]()
    if case.indicator.period == "average_per_year":
        value, state, so_far = _mean(case, history)
    return case.evaluated(
        value,
        state=state,
        measured=measured_of(case, tally, count),
        coverage=coverage_of(count, left_out),
        beside=(*_beside(tally, count, measure), *_also_since(case, tally), *_shown(case, measure)),
        history=history,
        rests_on=count.refs,
        not_counted=left_out,
        missing=[*missing_of(case, (measure,), count), *so_far],
        doubts=doubts_of(case, tally, count),
    )


def _mean(case: Case, history: Sequence[YearValue]) -> tuple[float | None, State, list[Gap]]:
    """The mean of the full years; before the last of them it is ahead or below so far, and never met."""
    full = [one.value for one in history if one.is_full and one.value is not None]
    until = case.indicator.until
    if not full:
        return None, State.NOT_YET, [Gap(code="no_full_year")]
    value = sum(full) / len(full)
    state = standing(case.indicator, value, is_over=case.is_over)
    if case.is_over:
        return value, state, []
    parts = {"since": str(case.indicator.since), "until": str(case.indicator.since + len(full) - 1)}
    state, so_far = case.unsettled(value, state, until)
    return value, state, [Gap(code="years_so_far", parts=parts), *so_far]


class Whole(NamedTuple):
    """What a share is of.

    Attributes:
        value: How many; None: it is not known.
        keys: Which things, where only these are counted above.
        rows: What it rests on.
        year: Of a statistic.
        unnamed: Rows that do not name what is counted.
    """

    value: float | None
    keys: frozenset[str] | None = None
    rows: frozenset[Ref] = frozenset()
    year: int | None = None
    unnamed: int = 0


class Fraction:
    """A share, ready to be taken over any days.

    Args:
        case: The indicator.
        measure: What it is a share of what.
    """

    def __init__(self, case: Case, measure: Share) -> None:
        self.case, self.measure = case, measure
        self.above = Tally(case.ledger, measure.numerator)
        below = measure.denominator
        self.below = Tally(case.ledger, below, is_whole=True) if isinstance(below, Records) else None
        self._statistic = below if isinstance(below, Statistic) else None

    def all(self, window: Window) -> Whole:
        """What the share is of."""
        if self.below is not None:
            count = self.below.over(window)
            keys = count.keys if self.measure.within else None
            return Whole(float(count.value), keys, frozenset(count.refs), unnamed=count.unnamed)
        assert self._statistic is not None, "a denominator is one of both"
        series = series_of(self.case.ledger, self._statistic, int(window.end[:4]))
        year = max(series.values, default=None)
        if year is None:
            return Whole(None)
        return Whole(series.values[year], rows=frozenset({series.refs[year]}), year=year)

    def over(self, window: Window) -> float | None:
        """Per cent; None: there is nothing that it would be a share of."""
        whole = self.all(window)
        above = self.above.over(window, within=whole.keys).value
        return 100 * above / whole.value if whole.value and whole.value > 0 else None


def evaluate_share(case: Case, measure: Share) -> Evaluated:
    """A percentage; without its denominator it cannot be said."""
    share = Fraction(case, measure)
    whole = share.all(case.window)
    count = share.above.over(case.window, within=whole.keys)
    left_out = not_counted(case.ledger, share.above, case.window)
    value = share.over(case.window)
    missing = missing_of(case, (measure.numerator,), count)
    doubts = doubts_of(case, share.above, count)
    if value is None:
        missing.append(_no_denominator(measure))
    elif whole.value is not None and count.value > whole.value:
        parts = {"numerator": f"{count.value}", "denominator": f"{whole.value:g}"}
        doubts.append(Gap(code="more_than_all", parts=parts))
    measured = measured_of(case, share.above, count)
    below = _denominator_gaps(case, measure.denominator, whole)
    return case.evaluated(
        value,
        measured=100 * measured / whole.value if measured is not None and whole.value and whole.value > 0 else None,
        coverage=coverage_of(count, left_out),
        beside=(
            Beside(name="numerator", value=float(count.value), unit=_UNIT_OF_ROWS),
            Beside(name="denominator", value=whole.value, unit=_UNIT_OF_ROWS),
            *((Beside(name="denominator_year", value=float(whole.year), unit="year"),) if whole.year else ()),
            *_beside(share.above, count, measure.numerator),
        ),
        history=case.history(share.over),
        rests_on=[*count.refs, *whole.rows],
        not_counted=left_out,
        missing=[*missing, *below[0]],
        doubts=[*doubts, *below[1]],
    )


def _denominator_gaps(case: Case, below: Records | Statistic, whole: Whole) -> tuple[list[Gap], list[Gap]]:
    """What is missing of what a share is of, and what is doubtful."""
    if isinstance(below, Records):
        of = sorted({source.of for source in below.sources})
        parts = {"n": f"{whole.unnamed}", "field": f"{of[0]}.{below.count}"}
        return [], [Gap(code="denominator_unnamed", parts=parts)] if whole.unnamed else []
    wanted = int(case.window.end[:4])
    series = series_of(case.ledger, below, wanted)
    doubts = series.doubts_at(whole.year)
    if whole.year is not None and whole.year < wanted:
        doubts.append(Gap(code="denominator_of_year", parts={"year": str(whole.year)}))
    return list(series.problems), doubts


def measured_of(case: Case, tally: Tally, count: Count) -> float | None:
    """Of which measured: pilots that were judged, organisations with a judged pilot, those with a certificate.

    Returns:
        None: nothing of it is measurable.
    """
    by = tally.measure.measured_by
    feeds: set[str | None] = {case.indicator.feed, case.indicator.also_feed}
    has_pilots = any(source.of == "pilot" for source in tally.measure.sources)
    if not by and not has_pilots and not feeds & {"measured", "calibration"}:
        return None
    owners = _measured_owners(case, feeds)
    measured = []
    for part, rows in count.parts:
        if by:
            is_measured = part.has_any(by, rows, case.window)
        elif part.noun == "pilot":
            is_measured = part.ledger.column("pilot", "pilot").where(lambda row: row in case.ledger.judged)[rows]
        else:
            is_measured = part.owners.where(lambda owner: owner in owners)[rows]
        measured.append((part, rows[is_measured]))
    return float(tally.count_of(count._replace(parts=tuple(measured))).value)


def _measured_owners(case: Case, feeds: set[str | None]) -> frozenset[str]:
    """Organisations with a judged pilot, and those with a certificate where calibration feeds the indicator."""
    ledger = case.ledger
    owners = set(ledger.with_pilot)
    if "calibration" in feeds:
        served = (one for one in ledger.used("certificate") if _is_known(case, one))
        owners |= {str(one.values.get("organisation") or "") for one in served}
    return frozenset(owners - {""})


def doubts_of(case: Case, tally: Tally, count: Count) -> list[Gap]:
    """Organisations that may be one; records of which it is not known to which former province they belong."""
    found: list[Gap] = []
    known = organisations_of(case.ledger, sorted(count.keys) if tally.is_distinct else [])
    found += alike(known)
    if case.plan.province.former_code and any(_is_of_today(case, place) for place in count.among(PLACE)):
        found.append(Gap(code="territory_of_today"))
    return found


def missing_of(case: Case, measures: Sequence[Records], count: Count) -> list[Gap]:
    """Records of which there is none at all, and what is not measured or not held."""
    sources = [source for measure in measures for source in measure.sources]
    nouns = sorted({source.of for source in sources})
    found = []
    if not any(case.ledger.used(noun) for noun in nouns):
        found.append(Gap(code="no_records", parts={"of": ",".join(nouns)}))
    feeds = {case.indicator.feed, case.indicator.also_feed}
    if "measured" in feeds and count.value and not case.ledger.judged:
        found.append(Gap(code="no_judged_pilots"))
    if any(source.of == "pilot" and _is_of_hospitals(source) for source in sources):
        found.append(Gap(code="hospital_times_not_held"))
    return found


def _is_of_hospitals(source: Source) -> bool:
    return any("hospital" in wanted for path, wanted in source.where.items() if path.endswith("kind"))


def _no_denominator(measure: Share) -> Gap:
    below = measure.denominator
    of = [below.series] if isinstance(below, Statistic) else sorted({source.of for source in below.sources})
    return Gap(code="no_denominator", parts={"of": ",".join(of)})


def _beside(tally: Tally, count: Count, measure: Records) -> tuple[Beside, ...]:
    return tuple(
        Beside(name=path, value=float(tally.beside(count, path)), unit=_UNIT_OF_ROWS) for path in measure.beside
    )


def _also_since(case: Case, tally: Tally) -> tuple[Beside, ...]:
    """A second count from an earlier year, for a plan that does not say from when on it counts."""
    year = tally.measure.also_since
    if year is None:
        return ()
    count = tally.over(case.window._replace(since=f"{year:04d}-01-01"))
    return (Beside(name=f"since_{year}", value=float(count.value), unit=_UNIT_OF_ROWS),)


def _shown(case: Case, measure: Records) -> Iterator[Beside]:
    """Counts of things that the figure does not count."""
    ever = Tally(case.ledger, measure).over(case.window._replace(since=_EVER)).keys if measure.shown else frozenset()
    for name, shown in sorted(measure.shown.items()):
        others = Tally(case.ledger, Records(sources=shown.sources, count=measure.count)).over(case.window)
        value = len(others.keys - ever)
        yield Beside(name=name, value=float(value), unit=_UNIT_OF_ROWS)


def _is_known(case: Case, certificate: Record) -> bool:
    values = certificate.values
    return not values.get("status") and str(values.get("issued") or "9") <= case.window.end


def _is_of_today(case: Case, place: object) -> bool:
    province = case.ledger.record("province", place)
    return province is not None and not province.values.get("successor")
