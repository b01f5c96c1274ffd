"""How forwarding stands: what waits, what is missing, what left under which agreement; for page, API and command line.

Decision: what left is summed by agreement, kind and day, and stays; messages themselves are dropped after their days.
Because: an enterprise must be able to say years later what it gave away, and a journal of all of it would be a copy.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gateway.federation import outbox
from gateway.federation.rows import waiting
from gateway.registry.sharing import ForwardDayRow, ForwardDueRow, ForwarderRow, ForwardMessageRow

AWAY = "away"


@dataclass(frozen=True, slots=True)
class Standing:
    """How this gateway stands with the one above.

    Attributes:
        site: Its name there.
        edge: Its name there.
        state: ``connected``, ``away`` or ``stopped``.
        why: Why it is away; empty: it is not, or was not tried yet.
        admitted: Whether a person there has admitted it; nothing of the enterprise leaves before.
        told_at: When the gateway above last said what it has stored, UTC ns; 0: never.
        due: Things that changed and are in no message yet.
        waiting: Messages that are not stored above.
        oldest_waiting: When the oldest of them was made, UTC ns; 0: none waits.
        missing: Messages that are neither held nor stored above nor declared; there should be none, ever.
    """

    site: str
    edge: str
    state: str
    why: str
    admitted: bool
    told_at: int
    due: int
    waiting: int
    oldest_waiting: int
    missing: int


@dataclass(frozen=True, slots=True)
class Left:
    """What left of one kind under one agreement.

    Attributes:
        kind: Of ``gateway.registry.sharing.KINDS``.
        messages: Stored above.
        lines: Records or lines in them.
        bytes: Of their bodies, plain.
        waiting: Messages that wait.
        withdrawn: Messages that were queued when the agreement ended, and did not leave.
        given_up: Messages that were queued and had to be given up, declared.
        last_at: When the last one was said to be stored, UTC ns; 0: none was.
    """

    kind: str
    messages: int
    lines: int
    bytes: int
    waiting: int
    withdrawn: int
    given_up: int
    last_at: int


@dataclass(frozen=True, slots=True)
class LeftOnDay:
    """What left of one kind on one local day."""

    day: str
    kind: str
    messages: int
    lines: int
    withdrawn: int
    given_up: int


def standing(engine: Engine) -> Standing | None:
    """How forwarding stands; None: this gateway has never forwarded."""
    with Session(engine) as session:
        row = session.scalar(select(ForwarderRow))
        if row is None:
            return None
        count, oldest = waiting(session, outbox.stored(session))
        return Standing(
            site=row.site,
            edge=row.edge,
            state=row.state,
            why=row.why,
            admitted=bool(row.admitted),
            told_at=row.told_at,
            due=session.scalar(select(func.count()).select_from(ForwardDueRow)) or 0,
            waiting=count,
            oldest_waiting=oldest,
            missing=outbox.missing(session),
        )


def left(session: Session, agreement: str, kinds: Iterable[str]) -> list[Left]:
    """What left under an agreement of these kinds, whether anything did or not."""
    day, message = ForwardDayRow, ForwardMessageRow
    sums = {
        kind: numbers
        for kind, *numbers in session.execute(
            select(
                day.kind,
                func.sum(day.messages),
                func.sum(day.lines),
                func.sum(day.bytes),
                func.sum(day.withdrawn),
                func.sum(day.given_up),
                func.max(day.last_at),
            )
            .where(day.agreement == agreement)
            .group_by(day.kind)
        )
    }
    asked = select(message.kind, func.count()).where(message.agreement == agreement, message.stored_at == 0)
    wait: dict[str, int] = {row[0]: row[1] for row in session.execute(asked.group_by(message.kind))}
    found = []
    for kind in kinds:
        messages, lines, size, withdrawn, given_up, last_at = map(int, sums.get(kind, (0,) * 6))
        found.append(Left(kind, messages, lines, size, wait.get(kind, 0), withdrawn, given_up, last_at))
    return found


def days(session: Session, agreement: str, limit: int) -> list[LeftOnDay]:
    """What left under an agreement by day, the newest first."""
    its = ForwardDayRow
    asked = select(its).where(its.agreement == agreement).order_by(its.day.desc(), its.kind).limit(limit)
    rows = session.scalars(asked)
    return [LeftOnDay(row.day, row.kind, row.messages, row.lines, row.withdrawn, row.given_up) for row in rows]
