"""Records of calibrations at the bench: the session, every capture, every result, and adjustments.

What was captured is never overwritten: a capture that was rejected or repeated stands beside the one that replaced it.
Times are UTC in ns since 1970. A day is a local one, ``2026-11-22``.

Decision: a result travels with its whole uncertainty budget, as it was computed beside the instrument.
Because: ISO/IEC 17025:2017, 7.11 wants the record of what the software of that day made of it; whoever computes again
has something to hold his figures against.
Instead of: raw indications alone, and a budget that changes with the next release.
"""

import msgspec

from edge_agent.wire.bench_parts import BenchItem, BudgetRow, Reading, StandardUsed
from edge_agent.wire.entries import Entry
from edge_agent.wire.words import Whole

__all__ = [
    "ABANDONED",
    "AS_FOUND",
    "AS_LEFT",
    "FINISHED",
    "OPEN",
    "Adjusted",
    "AnyBenchRecord",
    "BenchItem",
    "BudgetRow",
    "CalibrationCapture",
    "CalibrationResult",
    "CalibrationSession",
    "CaptureJudged",
    "Reading",
    "StandardUsed",
]

OPEN, FINISHED, ABANDONED = "open", "finished", "abandoned"
"""States of a session."""
AS_FOUND, AS_LEFT = "as_found", "as_left"
"""Runs of a session: before anything was adjusted, and after."""


class CalibrationSession(Entry, frozen=True, tag="calibration_session", kw_only=True):
    """One item on the bench, from the first point to the last. Its key is a random one.

    Attributes:
        state: ``open``, ``finished`` or ``abandoned``.
        work_order: Number of the gateway's work order; empty: begun without one.
        procedure: Id of the procedure.
        procedure_version: Of its file.
        procedure_sha256: Of its file.
        software: Version of this program.
        item: What is calibrated.
        instrument: Name on this edge, where the item's indication is read; empty: it is typed.
        channel: Of that instrument.
        standards: What it is calibrated with.
        decision_rule: Name of the agreed rule; empty: no statement of conformity was asked for.
        place: ``laboratory`` or ``customer``.
        points: Test -> nominal values in the item's unit, where they are not those of the procedure.
        left_out: Ids of optional tests that are not done.
        started_at: When it was begun.
        ended_at: When it was finished or abandoned; 0: not yet.
        adjusted_at: When the item was adjusted or repaired between the runs; 0: it was not.
        adjustment: What was done then, in words.
        deviations: From the procedure, in words; empty: none.
        why: Why it was abandoned.
    """

    state: str = OPEN
    work_order: str = ""
    procedure: str
    procedure_version: str
    procedure_sha256: str
    software: str
    item: BenchItem
    instrument: str = ""
    channel: str = ""
    standards: tuple[StandardUsed, ...] = ()
    decision_rule: str = ""
    place: str = "laboratory"
    points: dict[str, tuple[float, ...]] = msgspec.field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    started_at: Whole
    ended_at: Whole = 0
    adjusted_at: Whole = 0
    adjustment: str = ""
    deviations: str = ""
    why: str = ""


class CalibrationCapture(Entry, frozen=True, tag="calibration_capture", kw_only=True):
    """One repeat at one point: raw, with its surroundings. Its key is ``{session}.{number}``.

    Attributes:
        session: Key of the session.
        number: Counts up from 1 within the session.
        run: ``as_found`` or ``as_left``.
        test: Id of the procedure's test.
        point: Index of the point in that test, from 0.
        repeat: From 1.
        direction: ``up``, ``down`` or empty.
        position: Where the load lies, or another name of the point; empty: it has none.
        nominal: What the point is to be, in the item's unit.
        since: From when indications were taken.
        captured_at: When the last one was.
        indication: Of the item.
        references: Role -> what the reference showed, or its stated value.
        environment: Quantity -> what was measured around it.
        is_settled: Whether the settling rule was kept.
        is_accepted: Whether the evaluation uses it.
        why: What spoke against it, codes: ``not_settled``, ``environment``, ``reference_overdue``, ``unit``,
            ``clock_unsure``, ``redone``, ``by_person``.
        replaces: Number of the capture that this one repeats; 0: none.
        reason: Why it was repeated or rejected, in the words of the person.
    """

    session: str
    number: int
    run: str
    test: str
    point: int
    repeat: int = 1
    direction: str = ""
    position: str = ""
    nominal: float
    since: Whole
    captured_at: Whole
    indication: Reading
    references: dict[str, Reading] = msgspec.field(default_factory=dict)
    environment: dict[str, Reading] = msgspec.field(default_factory=dict)
    is_settled: bool = True
    is_accepted: bool = True
    why: tuple[str, ...] = ()
    replaces: int = 0
    reason: str = ""


class CaptureJudged(Entry, frozen=True, tag="calibration_capture_judged", kw_only=True):
    """A person's later word on a capture, which itself stays as it was. Its key is the capture's.

    Attributes:
        session: Key of the session.
        number: Of the capture.
        is_accepted: Whether the evaluation uses it from now on.
        reason: Why.
    """

    session: str
    number: int
    is_accepted: bool
    reason: str


class CalibrationResult(Entry, frozen=True, tag="calibration_result", kw_only=True):
    """One line of a result table. Its key is ``{session}.{run}.{test}.{point}``.

    error = indication - reference (VIM 2.16); U = k * u.

    Attributes:
        session: Key of the session.
        run: ``as_found`` or ``as_left``.
        test: Id of the procedure's test.
        point: Index of the point in that test.
        kind: ``error``: a point of the error curve; ``repeatability``, ``eccentricity``, ``hysteresis``, ``zero``: a
            single figure of the item, whose value is ``error``.
        channel: What it is a point of: the item's channel or quantity.
        quantity: In words, language -> words.
        unit: UCUM code of the error and its U; of indication and reference too, but for ``relative`` ones.
        is_relative: error and U are a share of the reference in ``unit`` ``%``; indication and reference in
            ``measured_unit``.
        measured_unit: UCUM code of indication and reference where ``is_relative``.
        nominal: What the point was to be.
        position: As in the capture.
        direction: As in the capture.
        indication: Mean of the item's.
        reference: Reference value, with all that the model corrects it by, as for temperature.
        error: See ``kind``.
        u: Standard uncertainty of the error; 0.0 where the figure has none (a repeatability).
        expanded: U.
        k: Coverage factor.
        probability: Coverage probability.
        dof: Effective degrees of freedom; None: infinite.
        captures: Numbers of the captures that it rests on.
        budget: What u is made of.
        mpe: Maximum permissible error there; None: none was asked for.
        verdict: ``pass``, ``fail``, ``conditionalPass``, ``conditionalFail``; empty: no statement was asked for, or,
            where ``decision_rule`` is not, U is so large that the rule could accept nothing.
        risk: Specific risk that the verdict is wrong; None: no verdict.
        decision_rule: By which rule.
    """

    session: str
    run: str
    test: str
    point: int
    kind: str = "error"
    channel: str
    quantity: dict[str, str] = msgspec.field(default_factory=dict)
    unit: str
    is_relative: bool = False
    measured_unit: str = ""
    nominal: float
    position: str = ""
    direction: str = ""
    indication: float
    reference: float
    error: float
    u: float
    expanded: float
    k: float
    probability: float = 0.95
    dof: float | None = None
    captures: tuple[int, ...] = ()
    budget: tuple[BudgetRow, ...] = ()
    mpe: float | None = None
    verdict: str = ""
    risk: float | None = None
    decision_rule: str = ""


class Adjusted(Entry, frozen=True, tag="adjustment", kw_only=True):
    """An instrument was adjusted or repaired: what its certificate said holds no longer. Its key is a random one.

    Attributes:
        instrument: Name on this edge.
        adjusted_at: From when on.
        what: What was done, in words.
        session: Key of the session in which it was; empty: none.
    """

    instrument: str
    adjusted_at: Whole
    what: str
    session: str = ""


AnyBenchRecord = CalibrationSession | CalibrationCapture | CaptureJudged | CalibrationResult | Adjusted
"""What comes from the bench."""
