"""What a person asks of the bench: taken in the recorder's next transaction, answered once it is on disk."""

from collections.abc import Callable

import msgspec

from edge_agent.wire.bench import BenchItem


class BenchRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something that a person asks.

    Attributes:
        session: Key of the session.
        who: Who asks; empty where no operators are configured.
    """

    session: str
    who: str = ""


class StandardChosen(msgspec.Struct, frozen=True):
    """A reference standard for a role of the procedure.

    Attributes:
        role: Of the procedure's references.
        code: The laboratory's number, as ``setting/bench-standards`` has it.
    """

    role: str
    code: str


class Begin(BenchRequest, frozen=True, kw_only=True):
    """Put an item on the bench. ``session`` is a new key, see :func:`edge_agent.bench.bench.new_session_key`.

    Attributes:
        work_order: Number of the work order; empty: begun without one.
        procedure: Id; empty: that of the work order.
        item: What is calibrated; None: that of the work order.
        standards: At least one for each reference of the procedure; several sets of pieces may share a role.
        instrument: Name on this edge, where the item's indication is read; empty: it is typed.
        channel: Of it.
        decision_rule: Name of the rule; empty: no statement; None: that of the work order.
        place: ``laboratory`` or ``customer``; empty: that of the work order, or the laboratory.
        points: Test -> nominal values, where they are other ones than the procedure's.
        left_out: Ids of optional tests that are not done.
        deviations: From the procedure, in words.
    """

    work_order: str = ""
    procedure: str = ""
    item: BenchItem | None = None
    standards: tuple[StandardChosen, ...] = ()
    instrument: str = ""
    channel: str = ""
    decision_rule: str | None = None
    place: str = ""
    points: dict[str, tuple[float, ...]] = msgspec.field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    deviations: str = ""


class ChoosePoints(BenchRequest, frozen=True, kw_only=True):
    """Other points, or other tests that are left out. Not for a test that has captures already.

    Attributes:
        points: As in :class:`Begin`; replaces what was chosen before.
        left_out: Likewise.
        deviations: Likewise.
    """

    points: dict[str, tuple[float, ...]] = msgspec.field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    deviations: str = ""


class SetUp(BenchRequest, frozen=True, kw_only=True):
    """The point is set up: from now on it is captured by itself as soon as nothing keeps it back.

    Attributes:
        is_set_up: False takes it back.
        pieces: Role -> pieces of a material measure that lie on the item, by label or nominal value; a role that is
            not named has those that ``SessionNow.pieces`` proposes.
    """

    is_set_up: bool = True
    pieces: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class TypeIn(BenchRequest, frozen=True, kw_only=True):
    """What a person read off at the present point, which counts as set up by this.

    The point is captured when all that is typed is there, and what the edge reads is ready.

    Attributes:
        indication: Of the item, in the procedure's unit; None: the edge reads it, or it comes later.
        references: Role -> indication of the standard, in the reference's unit.
        pieces: As in :class:`SetUp`.
    """

    indication: float | None = None
    references: dict[str, float] = msgspec.field(default_factory=dict)
    pieces: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class TypeEnvironment(BenchRequest, frozen=True, kw_only=True):
    """What a person read off around the item; it counts for an hour.

    Attributes:
        values: Quantity -> value, in the procedure's unit for it.
    """

    values: dict[str, float]


class CaptureNow(BenchRequest, frozen=True, kw_only=True):
    """Capture what is shown, though it has not settled or its surroundings are not kept.

    The capture says so and does not count, until :class:`Judge` says that it does.

    Attributes:
        reason: Why.
    """

    reason: str


class Redo(BenchRequest, frozen=True, kw_only=True):
    """Repeat a capture: the old one stands and does not count any more.

    Attributes:
        number: Of the capture.
        reason: Why.
    """

    number: int
    reason: str


class Judge(BenchRequest, frozen=True, kw_only=True):
    """Whether a capture counts.

    Attributes:
        number: Of the capture.
        is_accepted: Whether the evaluation uses it from now on.
        reason: Why.
    """

    number: int
    is_accepted: bool
    reason: str


class Adjust(BenchRequest, frozen=True, kw_only=True):
    """The item was adjusted or repaired: what follows is its state as left.

    Attributes:
        what: What was done.
        without_as_found: Why not all points were captured before; empty: they were.
    """

    what: str
    without_as_found: str = ""


class Finish(BenchRequest, frozen=True, kw_only=True):
    """All points are captured: work out the results, and end the session."""


class Abandon(BenchRequest, frozen=True, kw_only=True):
    """End the session without results.

    Attributes:
        reason: Why.
    """

    reason: str


AnyBenchRequest = (
    Begin | ChoosePoints | SetUp | TypeIn | TypeEnvironment | CaptureNow | Redo | Judge | Adjust | Finish | Abandon
)
Answer = Callable[[str], None]
"""Is called with an empty text once what was asked is on disk, else with what is wrong and what to do."""
