"""From a look at a session to what the page shows and what keeps a capture back."""

from collections.abc import Sequence

from edge_agent.bench.at_point import INDICATION, AtPoint
from edge_agent.bench.board import SessionNow
from edge_agent.bench.live import NS
from edge_agent.bench.looking import Look
from edge_agent.bench.procedure import Procedure
from edge_agent.bench.standing import Standing
from edge_agent.wire.bench import BenchItem

ORDER = (
    "clock_unsure",
    "procedure_changed",
    "no_reading",
    "bad_reading",
    "unit",
    "reference_overdue",
    "reference_without_certificate",
    "not_competent",
    "environment",
    "environment_missing",
    "not_set_up",
    "not_at_point",
    "not_settled",
)
"""Codes, in the order in which a person should look at them."""
BY_HAND = frozenset({"environment", "environment_missing", "not_set_up", "not_at_point", "not_settled"})
"""What a person may capture in spite of, with a reason; the capture does not count until he says so again."""
_FAR, _OF_NOMINAL, _LEAST = 0.05, 0.5, 0.01
"""Of the range, of the nominal value, of the range: see :func:`is_far`."""


def is_far(item: BenchItem, nominal: float, indication: float) -> bool:
    """Whether an indication is so far from its point that something else must be on the item.

        |x - nominal| > min(5 % of the range, max(50 % of the nominal value, 1 % of the range))

    A rule of thumb of this program, no limit of error: it keeps an empty pan from being captured as a point.

    >>> is_far(BenchItem(name="Cân", unit="g", range_low=0.0, range_high=200.0, resolution=1e-4), 10.0, 0.0)
    True
    """
    low, high = item.range_low, item.range_high
    span = abs(nominal) if low is None or high is None else high - low
    limit = min(_FAR * span, max(_OF_NOMINAL * abs(nominal), _LEAST * span))
    return limit > 0 and abs(indication - nominal) > limit


def hindrances(
    standing: Standing, at: AtPoint, look: Look, others: Sequence[str], *, may: bool, clock_is_set: bool
) -> tuple[str, ...]:
    """Codes of what keeps the next capture back, in order; empty: nothing, or there is nothing to capture.

    Args:
        standing: Where the session stands.
        at: What the person has said at the step.
        look: What is shown.
        others: Codes of the surroundings, and of the session as a whole.
        may: Whether the person may do the procedure.
        clock_is_set: Whether anything can be dated.
    """
    step = standing.step
    if step is None:
        return ()
    found = {code for one in (look.item, *look.references.values()) for code in one.hindrance} | set(others)
    if not clock_is_set:
        found.add("clock_unsure")
    if not may:
        found.add("not_competent")
    if not at.is_set_up:
        found.add("not_set_up")
    reading = look.item.reading
    if reading and is_far(standing.session.item, step.nominal, reading.value):
        found.add("not_at_point")
    return tuple(code for code in ORDER if code in found)


def is_waiting(procedure: Procedure, at: AtPoint, now: int) -> bool:
    """Whether the time that the rule gives a point to come to rest has not passed."""
    rule = procedure.settling
    return rule is not None and not at.typed and now - at.at < rule.wait_s * NS


def session_now(
    procedure: Procedure, standing: Standing, at: AtPoint, look: Look, hindrance: tuple[str, ...], now: int
) -> SessionNow:
    """What the page shows."""
    rule = procedure.settling
    unsettled = bool({"not_settled", "no_reading"} & set(hindrance))
    late = rule is not None and at.is_set_up and now - at.at > rule.give_up_s * NS and unsettled
    return SessionNow(
        session=standing.session,
        run=standing.run,
        step=standing.step,
        done=standing.done,
        of=standing.of,
        is_set_up=at.is_set_up,
        set_up_at=at.at,
        item=look.item.live,
        references={role: shown.live for role, shown in look.references.items()},
        environment=tuple(look.around),
        hindrance=hindrance,
        last_rejected=standing.last_rejected,
        pieces=dict(look.pieces),
        typed={name: one.value for name, one in at.typed.items()},
        give_up=late,
        why=_why(look),
    )


def _why(look: Look) -> dict[str, str]:
    shown = {INDICATION: look.item, **look.references}
    return {one.hindrance[-1]: one.why for one in shown.values() if one.why and one.hindrance}
