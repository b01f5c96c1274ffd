"""What a person has said at the present point: it lives in memory only, and is asked for again after a power cut."""

from collections.abc import Mapping

import msgspec

from edge_agent.bench.procedure import Procedure
from edge_agent.bench.standing import Standing, place_of
from edge_agent.bench.steps import Step
from edge_agent.bench.surroundings import TypedValue

INDICATION = "indication"
"""The name under which the item's typed indication stands; the others are roles."""
TYPED_S = 300
"""How long something typed at a point counts while the rest is waited for, s."""


class AtPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A step that a person is at.

    Attributes:
        run: Of the session.
        step: Which.
        is_set_up: Whether the person has said so.
        at: When, UTC ns.
        since: No indication before this instant counts, UTC ns.
        who: Who said so.
        pieces: Role -> pieces that lie on the item.
        typed: :data:`INDICATION` or a role -> what was read off.
    """

    run: str = ""
    step: Step | None = None
    is_set_up: bool = False
    at: int = 0
    since: int = 0
    who: str = ""
    pieces: dict[str, tuple[str, ...]] = {}
    typed: dict[str, TypedValue] = {}

    def set_up(self, who: str, now: int, pieces: Mapping[str, tuple[str, ...]]) -> "AtPoint":
        """Somebody says that the point is set up; what was read before does not count any more."""
        return msgspec.structs.replace(
            self, is_set_up=True, at=now, since=now, who=who, pieces={**self.pieces, **pieces}
        )


def at_step(known: AtPoint, standing: Standing) -> AtPoint:
    """What is known of the step that is next: nothing where it is another one than was spoken of."""
    if (known.run, known.step) == (standing.run, standing.step):
        return known
    return AtPoint(run=standing.run, step=standing.step)


def after_capture(known: AtPoint, procedure: Procedure, standing: Standing, captured_at: int) -> AtPoint:
    """What holds for the next step: a repeat needs nobody where nothing is put on anew, and nothing is typed."""
    new = AtPoint(run=standing.run, step=standing.step)
    step, before = standing.step, known.step
    if step is None or before is None or known.typed or is_put_on_anew(procedure):
        return new
    same = place_of(step)[:2] == place_of(before)[:2] and step.direction == before.direction
    if not same or step.repeat != before.repeat + 1:
        return new
    return msgspec.structs.replace(known, step=step, since=captured_at + 1)


def is_put_on_anew(procedure: Procedure) -> bool:
    """Whether each repeat is set up anew: weights and gauge blocks are, a bath is not.

    >>> from edge_agent.bench.loading import load_procedure
    >>> [is_put_on_anew(load_procedure(one).procedure) for one in ("technical-balance", "digital-thermometer")]
    [True, False]
    """
    return any(rule.source == "measure" for rule in procedure.references)
