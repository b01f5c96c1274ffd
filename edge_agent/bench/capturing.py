"""A capture, as it is recorded: raw indications, times, environment, who."""

from edge_agent.bench.at_point import AtPoint
from edge_agent.bench.looking import Look, Looking
from edge_agent.bench.standing import Standing
from edge_agent.wire.bench import CalibrationCapture

_WHY = {"environment_missing": "environment"}
"""Codes that a record calls otherwise."""


def capture_of(
    standing: Standing,
    at: AtPoint,
    look: Look,
    looking: Looking,
    now: int,
    spoke_against: tuple[str, ...] = (),
    reason: str = "",
) -> CalibrationCapture:
    """The capture of the step that is next.

    Args:
        standing: Where the session stands; it has a step.
        at: What the person has said at it.
        look: What is shown; the item has a reading.
        looking: By which that was looked at.
        now: UTC ns.
        spoke_against: Codes in spite of which a person captures; empty: none, and the capture counts.
        reason: Why, in that person's words.
    """
    step, item = standing.step, look.item
    assert step is not None, "looked at first"
    assert item.reading is not None, "looked at first"
    read = [one for one in (item, *look.references.values()) if one.reading and one.since]
    since, until = min(one.since for one in read), max(one.until for one in read)
    number = standing.next_number
    return CalibrationCapture(
        key=f"{standing.session.key}.{number}",
        who=at.who,
        entered_at=now,
        session=standing.session.key,
        number=number,
        run=standing.run,
        test=step.test,
        point=step.point,
        repeat=step.repeat,
        direction=step.direction,
        position=step.position,
        nominal=step.nominal,
        since=since,
        captured_at=until,
        indication=item.reading,
        references={role: one.reading for role, one in look.references.items() if one.reading},
        environment=looking.surroundings.readings(look.around, since, until),
        is_settled="not_settled" not in spoke_against,
        is_accepted=not spoke_against,
        why=tuple(dict.fromkeys(_WHY.get(code, code) for code in spoke_against)),
        replaces=standing.replaces,
        reason=reason or standing.reason,
    )
