"""What an evaluation gives."""

from enum import StrEnum

import msgspec

from gateway.indicators.facts import Gap


class State(StrEnum):
    """How a target stands; of a wish without a number the last three."""

    EXCEEDED = "exceeded"
    MET = "met"
    NOT_YET = "not_yet"
    """Its time is not over."""
    NOT_MET = "not_met"
    """Its time is over."""
    CANNOT_BE_SAID = "cannot_be_said"
    NOT_BEGUN = "not_begun"
    """Its first year has not begun."""
    UP = "up"
    DOWN = "down"
    UNCHANGED = "unchanged"


class Ref(msgspec.Struct, frozen=True, order=True, gc=False):
    """A row that a figure rests on: noun and id."""

    noun: str
    id: str


class NotCounted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row that looks as if it counted, and why it does not."""

    ref: Ref
    why: Gap


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that is shown and not judged.

    Attributes:
        name: Key of its words: a field that was counted, ``mean_of_shares``, ``last_year`` ...
        value: What; None: it cannot be said.
        unit: Of the value.
    """

    name: str
    value: float | None
    unit: str


class YearValue(msgspec.Struct, frozen=True, kw_only=True):
    """The value of one year.

    Attributes:
        year: Which.
        value: Up to its last day, or to the day that is asked for; None: it cannot be said.
        state: How it stands; None: the target holds for the whole period.
        is_full: The year is over.
        estimate: Somebody's estimate of the whole year; only while it is not over.
        value_of: For a target of a whole period: the value cumulated up to this year's end.
    """

    year: int
    value: float | None
    state: State | None = None
    is_full: bool = True
    estimate: float | None = None
    value_of: float | None = None


class ComponentValue(msgspec.Struct, frozen=True, kw_only=True):
    """A series of a wish without a number.

    Attributes:
        id: Of the component.
        values: Year -> value; None: it cannot be said.
        now: Value of the last full year.
        before: Value of the full year before it.
        direction: ``up``, ``down``, ``unchanged``; None: one of both is missing.
        is_better: The direction is the wished one; None: no direction, or unchanged.
        missing: Why it cannot be said.
    """

    id: str
    values: dict[int, float | None]
    now: float | None = None
    before: float | None = None
    direction: State | None = None
    is_better: bool | None = None
    missing: tuple[Gap, ...] = ()


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """How far an indicator is.

    Attributes:
        indicator: Its id.
        state: How it stands.
        value: The official value, in the indicator's unit; None: it cannot be said.
        measured: Of which measured; None: nothing of it is measurable.
        estimate: Somebody's estimate of the year that goes on.
        year: The year that is judged, of targets per year; None: the whole period.
        since: First day of what is counted, ISO 8601.
        until: Last day.
        progress: Value / target, 0 and up; None: it cannot be said.
        trend: Against the full year before: ``up``, ``down``, ``unchanged``; None: it cannot be said.
        coverage: Share of the records in question that are proven, 0 to 1; None: there are none.
        beside: Figures that are shown and not judged.
        history: By year.
        components: Of a wish.
        rests_on: Rows that were counted, sorted.
        not_counted: Rows that were not, with the reason.
        missing: What is missing to say it, or to say it well.
        doubts: What is doubtful of the figures: two names of one enterprise, a linked series, an estimate. How the
            plan is read stands at its indicator, where the plan's file says it.
    """

    indicator: str
    state: State
    value: float | None = None
    measured: float | None = None
    estimate: float | None = None
    year: int | None = None
    since: str = ""
    until: str = ""
    progress: float | None = None
    trend: State | None = None
    coverage: float | None = None
    beside: tuple[Beside, ...] = ()
    history: tuple[YearValue, ...] = ()
    components: tuple[ComponentValue, ...] = ()
    rests_on: tuple[Ref, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    missing: tuple[Gap, ...] = ()
    doubts: tuple[Gap, ...] = ()


class PlanEvaluated(msgspec.Struct, frozen=True, kw_only=True):
    """How far a plan is.

    Attributes:
        plan: Its id.
        as_of: The day, ISO 8601.
        indicators: In the plan's order.
        made_up: The facts are made up.
    """

    plan: str
    as_of: str
    indicators: tuple[Evaluated, ...]
    made_up: bool = False
