"""What an evaluation is given: everything that it may know, as values that can be kept in a file.

Decision: facts hold no name of a person.
Because: they are kept with a report for as long as the report, and what counts is that two attendances are of one.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

Value = str | int | float | bool | None | tuple[str, ...]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A row of the registry.

    Attributes:
        noun: Its kind.
        id: Which.
        label: What people call it; of persons empty.
        values: Field -> value; a choice by its key, several choices as a tuple, a link as an id, a day as ISO 8601.
        attached: How many documents are kept with it.
        retired_at: When it went out of use, UTC ns; 0: it is in use. A record out of use counts for nothing.
        changed: Day on which it was last changed, of the wall clock, ISO 8601; empty: it is not told.
    """

    noun: str
    id: str
    label: str = ""
    values: Mapping[str, Value] = {}
    attached: int = 0
    retired_at: int = 0
    changed: str = ""


class FigureChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a pilot changed in one figure.

    Attributes:
        figure: Key, such as ``oee``.
        state: ``improved``, ``worse``, ``unclear`` (the interval holds 0), ``not_yet``,
            ``cannot_be_said`` (the days are there and cannot answer).
        before: Mean of the baseline, in the figure's unit.
        change: After minus before by the model, in the figure's unit.
        low: Lower end of its interval.
        high: Upper end.
    """

    figure: str
    state: str
    before: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None


class PilotJudged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a pilot was judged from measured days.

    Attributes:
        pilot: Id of its row.
        state: ``improved`` (at least one figure, none worse), ``not_improved``, ``not_yet``, ``cannot_be_said``.
        figures: One for each figure that was declared.
        judged: Last day that went into it, ISO 8601.
        coverage: Share of planned time that was observed, of the worse window; None: nothing was planned.
        days: Productive days of baseline and result.
        instruments: Ids of rows of the instruments behind it.
        certificates: Ids of rows of their certificates in force.
        why: Codes of what is missing.
    """

    pilot: str
    state: str
    figures: tuple[FigureChange, ...] = ()
    judged: str = ""
    coverage: float | None = None
    days: tuple[int, int] = (0, 0)
    instruments: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


class ScopeHeld(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a laboratory's scope: kind of work, field, and from when to when (ISO 8601; empty: open)."""

    id: str
    kind: str
    field: str
    since: str = ""
    until: str = ""


class CapacityYear(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the laboratories of a province did in a year, up to the day that is asked for.

    Attributes:
        year: Which.
        documents: Certificates and reports issued; of an amended one the newest, a withdrawn one not.
        fields: Pairs of kind of work and field in the scope at its end.
        in_order: Share of instruments in use that are in order at its end, per cent; None: it is not known.
        turnaround: Median of days from receipt to issue; None: nothing was issued.
        requests_served: Requests that were done of those received, per cent; None: none was received.
        certificates: Ids of the rows counted in ``documents``.
    """

    year: int
    documents: int = 0
    fields: int = 0
    in_order: float | None = None
    turnaround: float | None = None
    requests_served: float | None = None
    certificates: tuple[str, ...] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that an evaluation of plans of one province may know.

    Attributes:
        province: Code.
        gathered: When, UTC ns.
        records: Noun -> its rows, those out of use too, by id.
        pilots: Judged ones.
        capacity: By year.
        scope: Lines of the laboratories' scopes.
        made_up: The registry says of itself that its content is made up, as that of the demo.
    """

    province: str
    gathered: int
    records: Mapping[str, tuple[Record, ...]] = {}
    pilots: tuple[PilotJudged, ...] = ()
    capacity: tuple[CapacityYear, ...] = ()
    scope: tuple[ScopeHeld, ...] = ()
    made_up: bool = False


class Gap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is missing or doubtful, to be said in words.

    Attributes:
        code: Key of its words, such as ``no_denominator``.
        parts: What is filled into them.
    """

    code: str
    parts: Mapping[str, str] = {}


class EconomyYear(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Growth of an economy in one year, per cent against the year before.

    Attributes:
        year: Which.
        output: Growth of output at constant prices.
        labour_productivity: Growth of output per employed person; None: the year before is not there.
        capital: Contribution of capital, percentage points; None: not computed.
        labour: Contribution of labour.
        tfp: Growth of TFP, which is its contribution.
        tfp_share: 100 * tfp / output; None: it is not defined.
        flags: ``small_growth``, ``output_fell``, ``linked``, ``estimate``, ``labour_share_assumed``,
            ``labour_share_kept``, ``bases_differ``.
    """

    year: int
    output: float | None = None
    labour_productivity: float | None = None
    capital: float | None = None
    labour: float | None = None
    tfp: float | None = None
    tfp_share: float | None = None
    flags: tuple[str, ...] = ()


class Economy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Growth over some years.

    Attributes:
        since: First year whose growth counts.
        until: Last year.
        years: Each year that can be said.
        n: Number of yearly steps between the end years; 0: the period cannot be said.
        output: Geometric mean growth of output, per cent a year.
        labour_productivity: The same of output per employed person.
        tfp: Residual of the mean growth rates.
        tfp_share: Share of the means.
        mean_of_shares: Mean of the yearly shares, which is another number.
        is_complete: Every year of the period is there, none estimated.
        flags: As of a year, of the period; ``year_fell``: output fell in one of its years.
        problems: What was refused or is missing.
        rests_on: Ids of the statistics that went into it.
    """

    since: int
    until: int
    years: tuple[EconomyYear, ...] = ()
    n: int = 0
    output: float | None = None
    labour_productivity: float | None = None
    tfp: float | None = None
    tfp_share: float | None = None
    mean_of_shares: float | None = None
    is_complete: bool = False
    flags: tuple[str, ...] = ()
    problems: tuple[Gap, ...] = ()
    rests_on: tuple[str, ...] = ()


def canonical(facts: Facts) -> bytes:
    """Facts as JSON in one form, whatever the order in which they came: what is kept with a report."""
    ordered = msgspec.structs.replace(
        facts,
        records={noun: tuple(sorted(rows, key=lambda one: one.id)) for noun, rows in facts.records.items() if rows},
        pilots=tuple(sorted(facts.pilots, key=lambda one: one.pilot)),
        capacity=tuple(sorted(facts.capacity, key=lambda one: one.year)),
        scope=tuple(sorted(facts.scope, key=lambda one: one.id)),
    )
    return msgspec.json.encode(ordered, order="sorted")


def facts_hash(facts: Facts) -> str:
    """SHA-256 of :func:`canonical`, hexadecimal."""
    return sha256(canonical(facts)).hexdigest()
