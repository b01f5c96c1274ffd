"""One indicator on a day: its years, its windows, what somebody estimated, what is doubtful from the beginning."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from gateway.indicators.counting import Window
from gateway.indicators.facts import Gap
from gateway.indicators.judging import direction, is_over, progress, standing
from gateway.indicators.ledger import Ledger
from gateway.indicators.results import Beside, ComponentValue, Evaluated, NotCounted, Ref, State, YearValue
from gateway.indicators.schema import Indicator, Plan

Over = Callable[[Window], float | None]
"""A value over some days; None: it cannot be said."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An indicator that is evaluated.

    Attributes:
        plan: Whose it is.
        indicator: Which.
        as_of: The day; all of it is known.
        ledger: What is known.
        others: Further plans, by id.
    """

    plan: Plan
    indicator: Indicator
    as_of: date
    ledger: Ledger
    others: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def has_begun(self) -> bool:
        return self.as_of.year >= self.indicator.since

    @property
    def last_year(self) -> int:
        """The year of the day, or the indicator's last one."""
        return min(self.as_of.year, self.indicator.until)

    @property
    def years(self) -> range:
        """Those that have begun."""
        return range(self.indicator.since, self.last_year + 1)

    @property
    def is_per_year(self) -> bool:
        return self.indicator.period == "per_year"

    @property
    def judged_year(self) -> int | None:
        """The year that is judged; None: the whole period."""
        return self.last_year if self.is_per_year else None

    @property
    def is_over(self) -> bool:
        return is_over(self.as_of, self.last_year if self.is_per_year else self.indicator.until)

    @property
    def window(self) -> Window:
        """What is judged."""
        if self.is_per_year:
            return self.year_window(self.last_year)
        return self.up_to(self.indicator.until)

    def year_window(self, year: int) -> Window:
        """A calendar year, as far as it is known."""
        return self._window(year, year)

    def up_to(self, year: int) -> Window:
        """From the indicator's first year to the end of another."""
        return self._window(self.indicator.since, year, is_state=self.indicator.period == "by_year")

    def _window(self, since: int, until: int, *, is_state: bool = False) -> Window:
        last = f"{until:04d}-12-31"
        return Window(f"{since:04d}-01-01", min(last, self.as_of.isoformat()), last, is_state)

    @cached_property
    def estimate(self) -> float | None:
        """Somebody's estimate of the year that goes on, entered by the day; of several the newest."""
        if is_over(self.as_of, self.last_year):
            return None
        wanted = {"plan": self.plan.id, "indicator": self.indicator.id, "year": self.last_year}
        found = [
            (str(one.values.get("estimated") or ""), one.id, one.values.get("value"))
            for one in self.ledger.used("year_estimate")
            if all(one.values.get(name) == value for name, value in wanted.items())
        ]
        known = [one for one in found if one[0] <= self.as_of.isoformat() and isinstance(one[2], int | float)]
        return float(max(known)[2]) if known else None  # type: ignore[arg-type]  # looked at above

    def unread(self, *codes: str) -> list[Gap]:
        """How we read words of the plan, where its file does not say so itself.

        What it says stands at the indicator, for a page and a report to show: doubts are for what figures show.
        """
        is_told = self.indicator.reading is not None or self.indicator.ambiguity is not None
        about = ("about",) if self.indicator.comparator == "about" else ()
        return [] if is_told else [Gap(code=code) for code in (*about, *codes)]

    def history(self, over: Over) -> tuple[YearValue, ...]:
        """Values year by year: of each year, and of the whole period cumulated; as of its end of what is a state."""
        found = []
        for year in self.years:
            is_state = self.indicator.period == "by_year"
            value = over(self.up_to(year) if is_state else self.year_window(year))
            is_full = is_over(self.as_of, year)
            found.append(
                YearValue(
                    year=year,
                    value=value,
                    state=standing(self.indicator, value, is_over=is_full) if self.is_per_year else None,
                    is_full=is_full,
                    estimate=None if is_full else self.estimate,
                    value_of=over(self.up_to(year)) if self.indicator.period == "whole_period" else None,
                )
            )
        return tuple(found)

    def evaluated(
        self,
        value: float | None,
        *,
        state: State | None = None,
        measured: float | None = None,
        coverage: float | None = None,
        beside: tuple[Beside, ...] = (),
        history: tuple[YearValue, ...] = (),
        components: tuple[ComponentValue, ...] = (),
        rests_on: Iterable[Ref] = (),
        not_counted: tuple[NotCounted, ...] = (),
        missing: list[Gap] | tuple[Gap, ...] = (),
        doubts: list[Gap] | tuple[Gap, ...] = (),
    ) -> Evaluated:
        """The result, in the form that all have; the state follows from the value where none is given."""
        window = self.window
        refs = tuple(sorted(dict.fromkeys(rests_on), key=lambda one: (one.noun, one.id)))
        return Evaluated(
            indicator=self.indicator.id,
            state=state or standing(self.indicator, value, is_over=self.is_over),
            value=value,
            measured=measured,
            estimate=self.estimate,
            year=self.judged_year,
            since=window.since,
            until=window.end,
            progress=progress(self.indicator, value),
            trend=_trend(history),
            coverage=coverage,
            beside=beside,
            history=history,
            components=components,
            rests_on=refs,
            not_counted=not_counted,
            missing=_sorted(missing),
            doubts=_sorted([*self.unread(), *doubts, *self._changed_since(refs)]),
        )

    def unsettled(self, value: float | None, state: State, year: int) -> tuple[State, list[Gap]]:
        """How a figure stands that years or final figures are still to change: so far, and never met.

        Args:
            value: So far.
            state: How it would stand.
            year: The last one that is wanted.

        Returns:
            ``cannot_be_said`` once its time is over, else ``not_yet``; whether it is ahead so far.
        """
        if value is None:
            return State.CANNOT_BE_SAID, []
        code = "ahead_so_far" if state in (State.MET, State.EXCEEDED) else "below_so_far"
        is_late = self.as_of.year > year
        return State.CANNOT_BE_SAID if is_late else State.NOT_YET, [Gap(code=code, parts={"year": str(year)})]

    def _changed_since(self, refs: tuple[Ref, ...]) -> list[Gap]:
        """Of a day in the past: records that the figure rests on and that were changed behind it."""
        day = self.as_of.isoformat()
        if self.ledger.last_change <= day:
            return []
        records = (self.ledger.record(one.noun, one.id) for one in refs)
        n = sum(one is not None and one.changed > day for one in records)
        return [Gap(code="changed_since", parts={"n": f"{n}", "day": day})] if n else []

    def not_begun(self) -> Evaluated:
        """Before its first year nothing is judged."""
        window = self.up_to(self.indicator.until)
        return Evaluated(
            indicator=self.indicator.id,
            state=State.NOT_BEGUN,
            since=window.since,
            until=window.until,
            doubts=_sorted(self.unread()),
        )


def _trend(history: tuple[YearValue, ...]) -> State | None:
    """The last full year against the full year before it: a year that goes on is no year to compare."""
    full = [one for one in history if one.is_full][-2:]
    return direction(full[0].value, full[1].value) if len(full) == 2 else None  # noqa: PLR2004


def _sorted(gaps: list[Gap] | tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Without what is said twice."""
    told = {(one.code, tuple(sorted(one.parts.items()))): one for one in gaps}
    return tuple(one for _, one in sorted(told.items()))
