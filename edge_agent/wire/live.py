"""What a work unit does now: the part of an edge's status that the Andon of a site shows."""

import msgspec

from edge_agent.wire.words import Whole, Word


class WorkUnitStatus(Word, frozen=True, kw_only=True):
    """What a work unit does now, and what its shift has given so far.

    Attributes:
        at: When this was so.
        bucket: ``RUN``, ``STOP``, ..., the time model's word for now.
        since: When that began; 0: not known.
        heard_at: When its machine last gave evidence; 0: never.
        reason: Title of the reason of the stop that lasts, language -> words; empty: none was given.
        shift: ``name@first day``; empty outside every shift.
        shift_since: When that began; 0 outside every shift.
        shift_until: When it ends; 0 outside every shift.
        product: In force; empty: none.
        ideal_cycle_s: Of the product, s; None without one.
        oee: Of the shift so far; None where it cannot be said (no pieces counted, nothing observed).
        oee_low: If all that was not observed was lost.
        oee_high: If all that was not observed was perfect.
        availability: Of the shift so far.
        effectiveness: Of the shift so far; above 1: the ideal cycle is wrong.
        quality_ratio: Of the shift so far.
        coverage: Share of planned time that was observed.
        total: Pieces of the shift.
        good: Of these good.
        reject: Of these not good.
        expected: Pieces that takt, or else the ideal cycle and the target, ask for by now; None: neither is known.
        takt_s: Planned time per piece that is asked for, s; None: no demand is known.
        target_oee: What is aimed at; None: nothing was said.
        without_reason: Stops that wait for a reason.
    """

    at: Whole
    bucket: str
    since: Whole = 0
    heard_at: Whole = 0
    reason: dict[str, str] = msgspec.field(default_factory=dict)
    shift: str = ""
    shift_since: Whole = 0
    shift_until: Whole = 0
    product: str = ""
    ideal_cycle_s: float | None = None
    oee: float | None = None
    oee_low: float | None = None
    oee_high: float | None = None
    availability: float | None = None
    effectiveness: float | None = None
    quality_ratio: float | None = None
    coverage: float | None = None
    total: Whole = 0
    good: Whole = 0
    reject: Whole = 0
    expected: float | None = None
    takt_s: float | None = None
    target_oee: float | None = None
    without_reason: Whole = 0
