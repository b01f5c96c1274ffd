"""Whether the standards that were chosen may serve, and which pieces of them lie on the item."""

from collections.abc import Mapping, Sequence

from edge_agent.bench.channels_chosen import check_unit
from edge_agent.bench.live import ChannelName
from edge_agent.bench.place import BenchPlace
from edge_agent.bench.procedure import Procedure, ReferenceRule
from edge_agent.bench.references import piece_name
from edge_agent.bench.refusal import refuse
from edge_agent.bench.requests import StandardChosen
from edge_agent.wire.bench import StandardUsed
from edge_agent.wire.bench_settings import BenchStandard, StatedValue

_NEAR = 1e-9
_MOST_PIECES = 12


def standards_used(
    chosen: Sequence[StandardChosen],
    procedure: Procedure,
    known: Mapping[str, BenchStandard],
    place: BenchPlace,
    day: str,
) -> tuple[StandardUsed, ...]:
    """The standards of a session, as their certificates stand now.

    Args:
        chosen: One or more for each reference of the procedure.
        procedure: Which.
        known: Code -> standard of the laboratory.
        place: The bench, whose channels read some of them.
        day: The local day.

    Raises:
        EntryError: One is missing, is not known, is of another quantity or unit, is overdue or has no certificate.
    """
    rules = {rule.role: rule for rule in procedure.references}
    for one in chosen:
        if one.role not in rules:
            refuse("reference", f"one of {', '.join(rules)}", one.role, "Choose the standard for one of these.")
    used: list[StandardUsed] = []
    for role, rule in rules.items():
        codes = list(dict.fromkeys(one.code for one in chosen if one.role == role))
        if not codes:
            refuse(f"reference {role}", f"a standard of {rule.quantity}", "none", "Choose one.")
        found = [_standard(code, rule, known, place, day) for code in codes]
        if len(found) > 1 and not all(one.values for one in found):
            refuse(f"reference {role}", "one standard, as it is read", str(len(found)), "Choose one of them.")
        used += [_used(one, role) for one in found]
    return tuple(used)


def _standard(
    code: str, rule: ReferenceRule, known: Mapping[str, BenchStandard], place: BenchPlace, day: str
) -> BenchStandard:
    who = f"standard {code}"
    standard = known.get(code)
    if standard is None:
        refuse("standard", f"one of {', '.join(known) or 'none'}", code, "Have it entered at the gateway.")
    if standard.quantity != rule.quantity:
        refuse(f"{who}: quantity", rule.quantity, standard.quantity, "Take a standard of that quantity.")
    if standard.unit != rule.unit:
        refuse(f"{who}: unit", rule.unit, standard.unit, "Take a standard of that unit.")
    if not standard.certificate:
        refuse(f"{who}: certificate", "a number", "none", "Take one that has a certificate.")
    if standard.due < day:
        advice = "Take another one, or have it calibrated first."
        refuse(f"{who}: calibration", f"one that is due on {day} or later", f"due {standard.due}", advice)
    kinds = {"measure": bool(standard.values), "channel": bool(standard.instrument), "typed": bool(standard.points)}
    wanted = ("channel", "typed") if rule.source == "either" else (rule.source,)
    if not any(kinds[one] for one in wanted):
        words = {"measure": "stated values", "channel": "a channel of this edge", "typed": "points to be read off by"}
        got = " and ".join(words[one] for one in kinds if kinds[one]) or "nothing to go by"
        advice = "Take another one, or have it entered so at the gateway."
        refuse(who, " or ".join(words[one] for one in wanted), got, advice)
    if standard.instrument and "channel" in wanted:
        check_unit(who, ChannelName(standard.instrument, standard.channel), rule.unit, place)
    return standard


def _used(standard: BenchStandard, role: str) -> StandardUsed:
    return StandardUsed(
        role=role,
        code=standard.code,
        name=standard.name,
        maker=standard.maker,
        model=standard.model,
        serial_number=standard.serial_number,
        certificate=standard.certificate,
        issuer=standard.issuer,
        due=standard.due,
        instrument="" if standard.values else standard.instrument,
        channel="" if standard.values else standard.channel,
    )


def proposed_pieces(standards: Sequence[BenchStandard], nominal: float) -> tuple[str, ...]:
    """Pieces that come to a nominal value, the largest first, as few as the largest ones make; empty: there are none.

    Names that two sets share are left out: nobody could tell which piece was meant.

    Args:
        standards: The sets.
        nominal: In their unit.

    >>> from edge_agent.wire.bench_settings import BenchStandard, StatedValue
    >>> pieces = tuple(StatedValue(nominal=n, value=n, u=0.0) for n in (1.0, 2.0, 5.0))
    >>> weights = BenchStandard(
    ...     code="W", quantity="mass", unit="g", certificate="C", due="2030-01-01", values=pieces
    ... )
    >>> proposed_pieces([weights], 7.0)
    ('5', '2')
    """
    pieces = [piece for standard in standards for piece in standard.values]
    names = [piece_name(piece) for piece in pieces]
    usable = [piece for piece, name in zip(pieces, names, strict=True) if names.count(name) == 1 and piece.nominal > 0]
    exact = next((piece for piece in pieces if piece.nominal == nominal and names.count(piece_name(piece)) == 1), None)
    if exact is not None:
        return (piece_name(exact),)
    return tuple(map(piece_name, _sum(sorted(usable, key=lambda one: -one.nominal), nominal)))


def _sum(pieces: Sequence[StatedValue], nominal: float) -> list[StatedValue]:
    taken: list[StatedValue] = []
    left = nominal
    for piece in pieces:
        if piece.nominal <= left * (1 + _NEAR) and len(taken) < _MOST_PIECES:
            taken.append(piece)
            left -= piece.nominal
        if abs(left) <= _NEAR * abs(nominal):
            return taken
    return []
