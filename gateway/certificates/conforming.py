"""Conformity of results whose U was raised to the CMC, and the statements of a document."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec.structs import replace

from calibration.decision import RULES, Limits, decide
from gateway.certificates.content import Conformity, Line, Table

WORST = ("fail", "noPass", "conditionalFail", "conditionalPass", "pass")
"""A channel's statement is that of its worst line; ``noPass``: U is so large that the rule could accept nothing."""
_NAMES = {
    "pass": "pass",
    "conditional_pass": "conditionalPass",
    "conditional_fail": "conditionalFail",
    "fail": "fail",
}


def decided(table: Table, rule: str) -> Table:
    """The table, its raised lines decided again by the same rule; all other verdicts are the bench's."""
    lines = [_decided(one, rule) if one.computed is not None and one.mpe is not None else one for one in table.lines]
    return replace(table, lines=tuple(lines))


def _decided(line: Line, rule: str) -> Line:
    if not rule or line.mpe is None:
        return line
    limits = Limits(-line.mpe, line.mpe)
    try:
        found = decide(line.error, line.expanded, limits, RULES[rule], k=line.k, dof=line.dof or math.inf)
    except ValueError:  # nothing is left to accept between the guard bands
        return replace(line, verdict="", risk=None)
    return replace(line, verdict=_NAMES[found.verdict], risk=found.risk)


def statements(tables: Sequence[Table], specification: str, rule: str) -> tuple[Conformity, ...]:
    """A statement for each channel of which results were judged; the instrument as it was left, where it was adjusted.

    Args:
        tables: Results.
        specification: Against what.
        rule: Name of the agreed rule; empty: no statement was asked for.
    """
    found = []
    for channel in dict.fromkeys(table.channel for table in tables if rule):
        its = [table for table in tables if table.channel == channel]
        last = max((table.run for table in its), key=("as_found", "as_left").index)
        lines = [line for table in its if table.run == last for line in table.lines if line.mpe is not None]
        if not lines:
            continue
        verdict = min((line.verdict or "noPass" for line in lines), key=WORST.index)
        risks = [line.risk for line in lines if line.risk is not None and (line.verdict or "noPass") == verdict]
        found.append(
            Conformity(
                channel=channel,
                specification=specification,
                rule=rule,
                verdict=verdict,
                risk=max(risks, default=None),
            )
        )
    return tuple(found)
