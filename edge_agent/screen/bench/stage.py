"""What the page of a session shows of its present step. Pure.

Decision: every form carries the stage that its page was made for.
Because: a button that is pressed twice must not say of the next point that it is set up.
"""

from collections.abc import Mapping
from typing import NamedTuple

from edge_agent.bench.board import Live, SessionNow
from edge_agent.bench.procedure import Procedure, ReferenceRule, TestRule
from edge_agent.bench.references import piece_name
from edge_agent.bench.shown import needs_reference
from edge_agent.screen.bench.figures import places_of_step
from edge_agent.speech import Speech, printed
from edge_agent.wire.bench_settings import BenchStandard

PAN: Mapping[str, tuple[float, float]] = {
    "centre": (50, 50),
    "front_left": (31, 69),
    "back_left": (31, 31),
    "back_right": (69, 31),
    "front_right": (69, 69),
    "front": (50, 75),
    "back": (50, 25),
    "left": (25, 50),
    "right": (75, 50),
}
"""Place on a pan, seen from above by who stands before it -> per cent from the left and from the back."""


class Measure(NamedTuple):
    """A material measure of the session, of which pieces are chosen.

    Attributes:
        rule: Of the procedure.
        pieces: Names, with the code of their set.
        chosen: Names that were chosen or are proposed.
    """

    rule: ReferenceRule
    pieces: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]


class Stage(NamedTuple):
    """The present step.

    Attributes:
        id: Changes with everything that makes a form of before old.
        test: Of the procedure; None: all is captured, or the procedure is no longer here.
        instruction: What to do, in words.
        places: Behind the point, of the item's indication.
        item_is_typed: A person reads the item off.
        measures: Material measures, where the test needs a reference value.
        read: References that the edge reads.
        typed: References that a person reads off, likewise.
        surroundings_are_typed: A person enters some of them.
        pan: Where the load lies; empty: nowhere to be shown.
    """

    id: str
    test: TestRule | None
    instruction: str
    places: int
    item_is_typed: bool
    measures: tuple[Measure, ...] = ()
    read: tuple[tuple[ReferenceRule, Live], ...] = ()
    typed: tuple[ReferenceRule, ...] = ()
    surroundings_are_typed: bool = False
    pan: str = ""

    @property
    def is_typed(self) -> bool:
        """Something is typed: the numbers are the person's word that the point is set up."""
        return self.item_is_typed or bool(self.typed)


def stage_id(now: SessionNow) -> str:
    """What a form was made for."""
    step = now.step
    where = f"{step.test}.{step.point}.{step.repeat}.{step.direction}" if step else "done"
    rejected = "+".join(now.last_rejected)
    return f"{now.run}.{where}.{now.done}.{int(now.is_set_up)}.{rejected}"


def stage_of(
    say: Speech, now: SessionNow, procedure: Procedure | None, standards: Mapping[str, BenchStandard]
) -> Stage:
    """What to show.

    Args:
        say: The reader's language.
        now: Of the board.
        procedure: Of the session; None: its file is gone.
        standards: Code -> standard, as the gateway has set them.
    """
    step, used = now.step, now.session.standards
    test = next((one for one in procedure.tests if step and one.id == step.test), None) if procedure else None
    measures, read, typed = [], [], []
    wanted = procedure is not None and test is not None and needs_reference(procedure, test)
    for rule in procedure.references if procedure else ():
        own = [standards[one.code] for one in used if one.role == rule.role and one.code in standards]
        pieces = tuple((piece_name(piece), one.code) for one in own for piece in one.values)
        live = now.references.get(rule.role)
        if live is not None and live.instrument:
            read.append((rule, live))
        elif pieces and wanted:
            measures.append(Measure(rule, pieces, now.pieces.get(rule.role, ())))
        elif wanted:
            typed.append(rule)
    return Stage(
        id=stage_id(now),
        test=test,
        instruction=instruction(say, test, now),
        places=places_of_step(now.session.item.resolution),
        item_is_typed=not now.item.instrument,
        measures=tuple(measures),
        read=tuple(read),
        typed=tuple(typed),
        surroundings_are_typed=any(one.is_typed for one in now.environment),
        pan=step.position if step and step.position in PAN else "",
    )


def instruction(say: Speech, test: TestRule | None, now: SessionNow) -> str:
    """What to do, with the point's value, unit and position; a test without words says the point alone."""
    step = now.step
    if step is None:
        return ""
    unit = printed(now.session.item.unit)
    said = {
        "{nominal}": say.exact(step.nominal),
        "{unit}": unit,
        "{position}": say.word("bench.position", step.position),
    }
    text = say.title(test.instruction, "") if test else ""
    text = text or "{nominal} {unit}"
    # Not format(): a laboratory's own file may have braces that mean nothing.
    for name, words in said.items():
        text = text.replace(name, words)
    return text
