"""What an item or a reference shows, and what of it keeps a capture back."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from edge_agent.bench.at_point import TYPED_S
from edge_agent.bench.board import Live
from edge_agent.bench.formulas import parsed
from edge_agent.bench.live import NS, ChannelReadings
from edge_agent.bench.procedure import Procedure, TestRule
from edge_agent.bench.references import read_off, stated
from edge_agent.bench.settling import Window
from edge_agent.bench.standing import Standing
from edge_agent.bench.steps import Step
from edge_agent.bench.surroundings import TypedValue
from edge_agent.wire.bench import Reading
from edge_agent.wire.bench_settings import BenchStandard
from edge_agent.wire.schema import GOOD

UNSETTLED = "unsettled"
"""How a driver marks a value that its instrument says is still moving."""
_OF_REFERENCE = frozenset({"ref", "u_ref", "u_drift", "s_ref"})


class Shown(NamedTuple):
    """What an item or a reference shows.

    Attributes:
        live: For the page.
        reading: What would be captured; None: nothing yet.
        since: From when its indications are, UTC ns; 0: it has no time of its own.
        until: To when.
        hindrance: Codes.
        why: Of one of them, in words; empty: the code says it all.
    """

    live: Live
    reading: Reading | None = None
    since: int = 0
    until: int = 0
    hindrance: tuple[str, ...] = ()
    why: str = ""


def needs_reference(procedure: Procedure, test: TestRule) -> bool:
    """Whether a test cannot be evaluated without a reference value with every capture."""
    looking = [test, *(one for one in procedure.tests if one.of == test.id)]
    texts = [text for one in looking for text in (one.model, *_formulas(one)) if text]
    return any(one.kind == "error" for one in looking) or any(_OF_REFERENCE & set(parsed(t).names) for t in texts)


def _formulas(test: TestRule) -> list[str]:
    return [text for one in test.inputs for text in (one.value, one.spread, one.dof)]


def codes_of(readings: ChannelReadings, window: Window, now: int, *, is_unit: bool) -> tuple[str, ...]:
    """What of a channel keeps a capture back."""
    if readings.is_stale(now):
        return ("no_reading",)
    if readings.is_unsure:
        return ("clock_unsure",)
    # The instrument itself says that it moves: wait, as for any reading that has not settled.
    is_moving = readings.quality.endswith(f".{UNSETTLED}")
    if readings.quality != GOOD and not is_moving:
        return ("bad_reading",)
    if not is_unit:
        return ("unit",)
    return () if window.is_settled and not is_moving else ("not_settled",)


def typed(said: TypedValue | None, unit: str, now: int) -> Shown:
    """What a person read off, while it counts."""
    if said is None or now - said.at > TYPED_S * NS:
        return Shown(Live(unit=unit), hindrance=("no_reading",))
    reading = Reading(value=said.value, unit=unit, values=(said.value,), is_typed=True)
    return Shown(Live(unit=unit, value=said.value, at=said.at, is_settled=True), reading, said.at, said.at)


def read_off_by_person(standards: Sequence[BenchStandard], said: TypedValue | None, unit: str, now: int) -> Shown:
    """A standard that a person read off, corrected by its own error curve."""
    shown = typed(said, unit, now)
    if shown.reading is None:
        return shown
    return by_own_points(shown, shown.reading, standards)


def by_own_points(shown: Shown, reading: Reading, standards: Sequence[BenchStandard]) -> Shown:
    """By the error curve that stands with the standard itself."""
    standard = next((one for one in standards if one.points), None)
    why = ""
    if standard is not None:
        try:
            found = read_off(standard, reading.value)
        except ValueError as error:
            why = str(error)
        else:
            said = {name: getattr(found, name) for name in ("corrected", "u", "drift_u", "certificate")}
            return shown._replace(reading=msgspec.structs.replace(reading, **said))
    return shown._replace(hindrance=(*shown.hindrance, "reference_without_certificate"), why=why)


def laid_on(standards: Sequence[BenchStandard], pieces: tuple[str, ...], unit: str) -> Shown:
    """Pieces of a material measure that lie on the item."""
    live = Live(unit=unit)
    if not pieces:
        why = "reference: expected the pieces that lie on the item, got none. Choose them."
        return Shown(live, hindrance=("no_reading",), why=why)
    try:
        reading = stated([one for one in standards if one.values], pieces, unit)
    except ValueError as error:
        return Shown(live, hindrance=("reference_without_certificate",), why=str(error))
    return Shown(Live(unit=unit, value=reading.value, is_settled=True), reading)


def pieces_before(standing: Standing, step: Step, role: str) -> tuple[str, ...]:
    """The pieces of the last capture of the same load; empty: it is the first."""
    for one in reversed(standing.captures):
        if (one.test, one.nominal) == (step.test, step.nominal) and role in one.references:
            return one.references[role].parts
    return ()
