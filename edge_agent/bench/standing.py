"""Where a session stands, worked out from what was captured and judged."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from edge_agent.bench.captured import in_force
from edge_agent.bench.procedure import Procedure
from edge_agent.bench.steps import Step, next_step, steps
from edge_agent.wire.bench import AS_FOUND, AS_LEFT, CalibrationCapture, CalibrationSession, CaptureJudged


class Standing(NamedTuple):
    """A session as its records have it.

    Attributes:
        session: As it was kept last.
        captures: All of them, by number.
        judged: What persons have said of them.
        run: ``as_found`` or ``as_left``.
        step: What is to be done next; None: all points of this run are captured.
        done: Steps of this run that have a capture that counts.
        of: How many there are.
        good: All captures that count, of both runs.
        replaces: Number of the capture that the next one stands for; 0: none.
        reason: Why that one does not count, in the words of the person.
        last_rejected: Why the last capture does not count, codes; empty: it does.
    """

    session: CalibrationSession
    captures: tuple[CalibrationCapture, ...]
    judged: tuple[CaptureJudged, ...]
    run: str
    step: Step | None
    done: int
    of: int
    good: tuple[CalibrationCapture, ...]
    replaces: int = 0
    reason: str = ""
    last_rejected: tuple[str, ...] = ()

    @property
    def next_number(self) -> int:
        """Of the next capture."""
        return max((one.number for one in self.captures), default=0) + 1


def standing(
    procedure: Procedure,
    session: CalibrationSession,
    captures: Sequence[CalibrationCapture],
    judged: Sequence[CaptureJudged],
) -> Standing:
    """Where a session stands.

    Raises:
        ValueError: A point needs a range that the item does not state.
    """
    run = AS_LEFT if session.adjusted_at else AS_FOUND
    wanted = steps(procedure, session.item, session.key, session.points, session.left_out)
    good = in_force(captures, judged)
    # A capture that a person has accepted later is still marked as it was taken.
    counting = [msgspec.structs.replace(one, is_accepted=True) for one in good if one.run == run]
    done = {place_of(one) for one in counting}
    step = next_step(wanted, counting)
    before = [one for one in captures if step and one.run == run and place_of(one) == place_of(step)]
    words = {one.number: one for one in judged}
    reason = ""
    if before:
        word = words.get(before[-1].number)
        reason = word.reason if word and not word.is_accepted else before[-1].reason
    return Standing(
        session=session,
        captures=tuple(captures),
        judged=tuple(judged),
        run=run,
        step=step,
        done=sum(place_of(one) in done for one in wanted),
        of=len(wanted),
        good=good,
        replaces=before[-1].number if before else 0,
        reason=reason,
        last_rejected=_last_rejected(captures, words),
    )


def place_of(one: Step | CalibrationCapture) -> tuple[str, int, int, str]:
    """What tells one step of a run from another."""
    return one.test, one.point, one.repeat, one.direction


def _last_rejected(captures: Sequence[CalibrationCapture], words: dict[int, CaptureJudged]) -> tuple[str, ...]:
    if not captures:
        return ()
    last = captures[-1]
    word = words.get(last.number)
    if word is not None:
        return () if word.is_accepted else ("by_person",)
    return () if last.is_accepted else last.why or ("by_person",)
