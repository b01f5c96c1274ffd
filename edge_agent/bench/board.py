"""What the pages of the bench show, as of the recorder's last transaction."""

import msgspec

from edge_agent.bench.steps import Step
from edge_agent.wire.bench import CalibrationSession


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that a session looks at, or nothing where a person types.

    Attributes:
        instrument: Name on this edge; empty: it is typed.
        channel: Of it.
        unit: UCUM code.
        value: Newest indication; None: none came, or it is typed.
        at: When it came, UTC ns; 0: never.
        quality: As samples have it: ``good``, ``bad.no_reply``.
        spread: Largest minus smallest of the settling window, in ``unit``; None: the window is not full.
        allowed: Width of the settling band, in ``unit``; None: it need not settle.
        is_settled: Whether it has settled.
        recent: Time (UTC ns) and value of the last two minutes, at most 240 of them, for the picture.
    """

    instrument: str = ""
    channel: str = ""
    unit: str
    value: float | None = None
    at: int = 0
    quality: str = "good"
    spread: float | None = None
    allowed: float | None = None
    is_settled: bool = False
    recent: tuple[tuple[int, float], ...] = ()


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """An environment quantity.

    Attributes:
        quantity: As in the procedure.
        value: Newest; None: none came.
        at: When, UTC ns; 0: never.
        unit: UCUM code.
        low: Least allowed.
        high: Greatest allowed.
        is_typed: A person enters it.
        is_kept: Whether it lies within the limits, and has not moved more than allowed.
    """

    quantity: str
    value: float | None = None
    at: int = 0
    unit: str
    low: float
    high: float
    is_typed: bool = False
    is_kept: bool = False


class SessionNow(msgspec.Struct, frozen=True, kw_only=True):
    """An open session, as it stands.

    Attributes:
        session: As it was kept last.
        run: ``as_found`` or ``as_left``.
        step: What is to be done next; None: all points of this run are captured.
        done: Accepted captures of this run.
        of: How many there are to be.
        is_set_up: Whether the person has said that the point is set up: it is captured by itself once it has settled.
        set_up_at: When, UTC ns; 0: not yet.
        item: Live indication of the item.
        references: Role -> live indication.
        environment: Quantity by quantity.
        hindrance: Codes of what keeps the capture back now, in the order in which a person should look at them:
            ``clock_unsure``, ``procedure_changed``, ``no_reading``, ``bad_reading``, ``unit``, ``reference_overdue``,
            ``reference_without_certificate``, ``not_competent``, ``environment``, ``environment_missing``,
            ``not_set_up``, ``not_at_point``, ``not_settled``.
        last_rejected: Why the last capture was not accepted, codes; empty: it was.
        pieces: Role -> pieces of a material measure for this step: those that were chosen, or those that are proposed.
        typed: What was typed for this step so far: ``indication``, or a role -> value.
        give_up: Whether it should have settled by now: the page offers what to do.
        why: Of some hindrances, in words: what was expected, what was got, what to do.
    """

    session: CalibrationSession
    run: str
    step: Step | None
    done: int
    of: int
    is_set_up: bool = False
    set_up_at: int = 0
    item: Live
    references: dict[str, Live]
    environment: tuple[Around, ...] = ()
    hindrance: tuple[str, ...] = ()
    last_rejected: tuple[str, ...] = ()
    pieces: dict[str, tuple[str, ...]] = {}
    typed: dict[str, float] = {}
    give_up: bool = False
    why: dict[str, str] = {}


class BenchBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The bench at an instant.

    Attributes:
        at: When, UTC ns.
        sessions: Key -> an open session.
    """

    at: int
    sessions: dict[str, SessionNow]
