"""What a laboratory's person should look at and decide: drift, check standards, failed as found, comparisons.

Decision: everything is worked out from the data when somebody looks; a person's decision is kept under a name that
says what it rests on.
Because: new evidence is a new finding, and a corrected figure takes its finding away.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.laboratory.comparisons import ACTION, Compared, compared
from gateway.laboratory.drift import Course, courses, out_of_lines
from gateway.laboratory.due import Due, worklist
from gateway.laboratory.history import AS_LEFT, pasts
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.laboratory_assurance import FindingJudgementRow
from gateway.registry.roles import Action, Reader

DRIFT, CHECK, FAILED, COMPARISON = "drift", "check", "failed", "comparison"
KINDS = (FAILED, CHECK, COMPARISON, DRIFT)
"""In the order of their weight."""


class Finding(NamedTuple):
    """Something that a person should decide on.

    Attributes:
        key: Its name, under which the decision is kept.
        kind: One of :data:`KINDS`.
        instrument: Id of its row; empty: it is about a laboratory.
        laboratory: Id of its row; empty: it is about an instrument.
        name: What that is called.
        on: Day of the evidence.
        parts: What its sentence says.
        judged: What a person decided; None: nothing yet.
    """

    key: str
    kind: str
    instrument: str
    laboratory: str
    name: str
    on: str
    parts: Mapping[str, object]
    judged: FindingJudgementRow | None = None


def findings(session: Session, reader: Reader, today: date) -> list[Finding]:
    """Everything that ``reader`` may see, undecided first, then by weight and day."""
    due = {one.id: one for one in worklist(session, reader, today)}
    its = InstrumentRow
    rows = {row.id: row for row in session.execute(select(its.id, its.mpe_formula, its.standard_kind))}
    found = list[Finding]()
    for instrument, past in pasts(session, reader).items():
        if instrument in due:
            points = courses(past, rows[instrument].mpe_formula)
            found += of_instrument(due[instrument], points, is_standard=bool(rows[instrument].standard_kind))
    found += of_comparisons(compared(session, reader))
    judged = _judged(session, reader)
    told = [one._replace(judged=judged.get((one.instrument or one.laboratory, one.key))) for one in found]
    # Two sorts, both stable: the newest of each kind first.
    told.sort(key=lambda one: one.on, reverse=True)
    return sorted(told, key=lambda one: (one.judged is not None, KINDS.index(one.kind)))


def of_instrument(due: Due, points: Iterable[Course], *, is_standard: bool) -> Iterator[Finding]:
    """What the history of one instrument gives."""
    name = f"{due.code} · {due.name}"
    for one in points:
        channel, nominal, unit = one.at
        parts: dict[str, object] = {"channel": channel, "nominal": nominal, "unit": unit, "mpe": one.mpe}
        if one.crosses is not None and one.crosses.isoformat() < due.day:
            key = f"{DRIFT}:{channel}:{nominal:g}:{one.results[-1].on.isoformat()}"
            told = parts | {"crosses": one.crosses.isoformat(), "due": due.day}
            yield Finding(key, DRIFT, due.id, "", name, one.results[-1].on.isoformat(), told)
        for result in one.results:
            if one.mpe is not None and result.state != AS_LEFT and abs(result.error) > one.mpe:
                on = result.on.isoformat()
                key = f"{FAILED}:{channel}:{nominal:g}:{on}"
                told = parts | {"error": result.error, "number": result.number, "is_standard": is_standard}
                yield Finding(key, FAILED, due.id, "", name, on, told)
        for out in out_of_lines(one.checks):
            on = out.on.isoformat()
            told = parts | {"error": out.error, "low": out.low, "high": out.high}
            yield Finding(f"{CHECK}:{channel}:{nominal:g}:{on}", CHECK, due.id, "", name, on, told)


def of_comparisons(items: Iterable[Compared]) -> Iterator[Finding]:
    """Own results whose score calls for action: |En| > 1, or |z| of 3 and more."""
    for one in items:
        mine = one.ours
        if mine is not None and mine.verdict == ACTION:
            key = f"{COMPARISON}:{one.round}:{one.item}"[:300]
            parts = {
                "round": one.round,
                "item": one.item,
                "en": mine.en.value if mine.en else None,
                "z": mine.z.value if mine.z else None,
            }
            yield Finding(key, COMPARISON, "", one.laboratory, one.laboratory_name, mine.on, parts)


def _judged(session: Session, reader: Reader) -> dict[tuple[str, str], FindingJudgementRow]:
    its = FindingJudgementRow
    rows = session.scalars(select(its).where(its.retired_at == 0, reader.where(Action.READ, its.noun.group, its)))
    return {(row.instrument or row.laboratory or "", row.finding): row for row in rows}
