"""Records that are computed from a machine's evidence: elements of productivity, stops, the calendar they rest on.

They are said again, with a higher revision and the same key, whenever late evidence or a person's word changes them.
Times are UTC in ns since 1970, stretches half-open.
"""

import msgspec

from edge_agent.wire.messages import Record
from edge_agent.wire.words import Whole, Word


class ProductDescription(Word, frozen=True, kw_only=True):
    """A product that a work unit can make.

    Attributes:
        ideal_cycle_s: Planned time for one piece, s.
        title: What it is called, language -> words.
    """

    ideal_cycle_s: float
    title: dict[str, str] = msgspec.field(default_factory=dict)


class WorkUnitDescription(Record, frozen=True, tag="work_unit", kw_only=True):
    """What is computed for a work unit, said at every start. Its key is the work unit.

    Attributes:
        title: What it is called, language -> words.
        production_line: The line that it belongs to; empty: none.
        channels: Role (``total``, ``good``, ``state``, ``energy``, ...) -> ``instrument.channel``.
        counts_pieces: Whether it has counters; without them it has availability and no OEE.
        micro_stop_s: A stop shorter than this is a minor stop, s.
        max_gap_s: A silence longer than this is no data, s.
        bucket_s: Length of a nominal bucket, s.
        timezone: IANA name of the wall clock of its shifts.
        products: Product -> what it is.
        reasons: Stop reason -> its titles, language -> words; of both levels.
        target_oee: What is aimed at, 0 to 1; None: nothing was said.
        demand_per_shift: Pieces that a shift must give, where no order says otherwise; None: nothing was said.
    """

    title: dict[str, str] = msgspec.field(default_factory=dict)
    production_line: str = ""
    channels: dict[str, str] = msgspec.field(default_factory=dict)
    counts_pieces: bool = True
    micro_stop_s: float
    max_gap_s: float
    bucket_s: float
    timezone: str
    products: dict[str, ProductDescription] = msgspec.field(default_factory=dict)
    reasons: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    target_oee: float | None = None
    demand_per_shift: float | None = None


class Part(Word, frozen=True, kw_only=True):
    """The share of a nominal bucket that belongs to one shift and one product. All of it adds up.

    Attributes:
        shift: ``name@first day`` such as ``A@2026-03-02``; empty outside every shift.
        product: In force; empty: none.
        ideal_cycle_s: Of that product, s; None without a product.
        ns: Bucket (``RUN``, ``STOP``, ...) -> time in it, ns; what is absent is zero.
        total: Pieces made in planned and observed time with the product in force.
        reject: Of these not good, also those found later.
        rework: Of these repaired.
        unplanned: Pieces outside of planned time.
        unattributed: Pieces of stretches without data.
        no_product: Pieces without a product in force.
        failures: Failures that began here.
        failing_ns: Planned time in failing stops, ns.
        energy_wh: Bucket -> energy in it, Wh.
    """

    shift: str = ""
    product: str = ""
    ideal_cycle_s: float | None = None
    ns: dict[str, Whole] = msgspec.field(default_factory=dict)
    total: Whole = 0
    reject: Whole = 0
    rework: Whole = 0
    unplanned: Whole = 0
    unattributed: Whole = 0
    no_product: Whole = 0
    failures: Whole = 0
    failing_ns: Whole = 0
    energy_wh: dict[str, float] = msgspec.field(default_factory=dict)


class Elements(Record, frozen=True, tag="elements", kw_only=True):
    """What a work unit did in one nominal bucket: all of it. A higher revision replaces the whole, never a part.

    Its key is ``{work_unit}.{since}``.

    Attributes:
        work_unit: Whose.
        since: Start of the bucket, a whole multiple of its length since 1970 UTC.
        until: Its end.
        parts: By shift, product and ideal cycle, each once.
    """

    work_unit: str
    since: Whole
    until: Whole
    parts: tuple[Part, ...]


class Stop(Record, frozen=True, tag="stop", kw_only=True):
    """A stop, or the piece of one that has one reason. Its key is ``{work_unit}.{since}``.

    Attributes:
        work_unit: Whose.
        since: From when.
        until: To when; None while it lasts.
        kind: ``FAULT``, ``STOP``, ``MINOR_STOP`` or ``SETUP``: the worst that it contains.
        planned_ns: How much of it lay in planned time, ns.
        code: What the machine said, such as its fault code; empty: nothing.
        shift: In which it began; empty outside every shift.
        product: In force when it began.
        reason: The id of its stop reason; empty: nobody gave one.
        title: Of the reason, language -> words.
        note: What was written beside it.
        who: Who gave the reason.
        entered_at: When; 0: nobody did.
        gone: It is no stop of its own any more: evidence or a person took it back.
    """

    work_unit: str
    since: Whole
    until: Whole | None
    kind: str
    planned_ns: Whole = 0
    code: str = ""
    shift: str = ""
    product: str = ""
    reason: str = ""
    title: dict[str, str] = msgspec.field(default_factory=dict)
    note: str = ""
    who: str = ""
    entered_at: Whole = 0
    gone: bool = False


class CalendarKept(Record, frozen=True, tag="calendar", kw_only=True):
    """A version of the shift calendar, or a manager's change of one past day. Its key is ``{number}``.

    Attributes:
        number: Counts up from 1 on this edge.
        work_units: That it holds for; empty: all of the edge.
        first_day: First local day that it holds for, ISO 8601.
        last_day: Last one; empty: until further notice.
        body: The calendar as it was configured.
        who: Who changed it; ``agent.toml`` for the configuration file.
        why: The reason given.
    """

    number: Whole
    work_units: tuple[str, ...] = ()
    first_day: str
    last_day: str = ""
    body: dict[str, object]
    who: str
    why: str
