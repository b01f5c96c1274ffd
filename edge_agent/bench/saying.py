"""What persons say at the bench that no channel shows: values they read off, and pieces that lie on the item."""

import math
from collections.abc import Mapping

from edge_agent.bench.at_point import INDICATION
from edge_agent.bench.in_force import BenchSettings
from edge_agent.bench.looking import standards_of
from edge_agent.bench.place import BenchPlace
from edge_agent.bench.procedure import Procedure
from edge_agent.bench.references import read_off, stated
from edge_agent.bench.refusal import refuse
from edge_agent.bench.requests import TypeEnvironment, TypeIn
from edge_agent.bench.standing import Standing
from edge_agent.bench.surroundings import TypedValue
from edge_agent.oee.entry_error import EntryError


def typed_around(procedure: Procedure, place: BenchPlace, request: TypeEnvironment, now: int) -> dict[str, TypedValue]:
    """Quantity -> what a person read off around the item.

    Raises:
        EntryError: The procedure knows no such quantity, a channel measures it, or it is no number.
    """
    rules = {rule.quantity: rule for rule in procedure.environment}
    for quantity, value in request.values.items():
        if quantity not in rules:
            refuse("environment", f"one of {', '.join(rules) or 'none'}", quantity, "Enter one of these.")
        if quantity in place.environment:
            channel = ".".join(place.environment[quantity])
            refuse(quantity, f"what {channel} shows", "a typed value", "Look at that instrument.")
        if not math.isfinite(value):
            refuse(quantity, f"a number of {rules[quantity].unit}", str(value), "Enter what was read off.")
    return {quantity: TypedValue(value, now) for quantity, value in request.values.items()}


def typed_at_point(
    procedure: Procedure, standing: Standing, settings: BenchSettings, request: TypeIn, now: int
) -> dict[str, TypedValue]:
    """:data:`INDICATION` or a role -> what a person read off at the point.

    Raises:
        EntryError: The edge reads it, it is no number, or the standard's certificate says nothing there.
    """
    found: dict[str, TypedValue] = {}
    if request.indication is not None:
        found[INDICATION] = TypedValue(_indication(procedure, standing, request.indication), now)
    roles = [rule.role for rule in procedure.references]
    for role, value in request.references.items():
        if role not in roles:
            refuse("reference", f"one of {', '.join(roles)}", role, "Enter one of these.")
        standard = next((s for s in standards_of(role, standing, settings) if s.points), None)
        if standard is None or standard.instrument:
            refuse(f"reference {role}", "one that is read off by a person", "another", "Look at the standard.")
        try:
            read_off(standard, value)
        except ValueError as error:
            msg = f"bench: {error}"
            raise EntryError(msg) from error
        found[role] = TypedValue(value, now)
    return found


def _indication(procedure: Procedure, standing: Standing, value: float) -> float:
    session = standing.session
    if session.instrument:
        name = f"{session.instrument}.{session.channel}"
        refuse("indication", f"what {name} shows", "a typed value", "Say that the point is set up.")
    if not math.isfinite(value):
        refuse("indication", f"a number of {procedure.unit}", str(value), "Enter what the item showed.")
    return value


def check_pieces(
    procedure: Procedure, standing: Standing, settings: BenchSettings, pieces: Mapping[str, tuple[str, ...]]
) -> None:
    """Whether these pieces can lie on the item.

    Raises:
        EntryError: A role or a piece is not known, or a piece is named twice.
    """
    rules = {rule.role: rule for rule in procedure.references}
    for role, names in pieces.items():
        if role not in rules:
            refuse("reference", f"one of {', '.join(rules)}", role, "Choose pieces for one of these.")
        sets = [one for one in standards_of(role, standing, settings) if one.values]
        try:
            stated(sets, names, rules[role].unit)
        except ValueError as error:
            msg = f"bench: {error}"
            raise EntryError(msg) from error
