"""Interlaboratory comparisons: scores of all participants, in figures and words, and our own over the rounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.comparison import Score, en_scores, is_negligible, z_prime_scores, z_scores, zeta_scores
from gateway.registry.laboratory import LaboratoryRow
from gateway.registry.laboratory_quality import ComparisonResultRow
from gateway.registry.roles import Action, Reader

COVERAGE = 2.0
"""Coverage factor of the expanded uncertainties of a comparison (titles of the noun's fields say k = 2)."""
GOOD, WARNING, ACTION, UNSAID = "acceptable", "warning", "action", "unsaid"
_WORST = (ACTION, WARNING, GOOD, UNSAID)


class Participant(NamedTuple):
    """A participant's result with its scores.

    Attributes:
        name: Of it.
        is_ours: Whether it is the laboratory's own.
        on: Day of measurement.
        value: Result, in the item's unit.
        expanded: U of it (k = 2); None: not stated.
        en: By ISO 13528:2022, 9.7; None: an uncertainty is not stated.
        z: By 9.4, or z' by 9.5 where the assigned value's uncertainty is not negligible; None: no standard deviation
            for assessment.
        zeta: By 9.6; None as for ``en``.
    """

    name: str
    is_ours: bool
    on: str
    value: float
    expanded: float | None
    en: Score | None
    z: Score | None
    zeta: Score | None

    @property
    def verdict(self) -> str:
        """The worst that En and z say; zeta judges the stated uncertainty and stands beside them."""
        told: list[str] = [one.signal for one in (self.en, self.z) if one is not None]
        return min(told or [self.zeta.signal if self.zeta else UNSAID], key=_WORST.index)


@dataclass(frozen=True, slots=True)
class Compared:
    """One item of one round.

    Attributes:
        laboratory: Id of its row.
        laboratory_name: Its name.
        round: Of the programme.
        provider: Who organised it.
        item: What was measured, and where.
        unit: UCUM code.
        assigned: Value; None: none is known.
        assigned_expanded: Its U (k = 2); None: not stated.
        is_prime: Whether ``z`` is z'.
        participants: Ours first, then by name.
    """

    laboratory: str
    laboratory_name: str
    round: str
    provider: str
    item: str
    unit: str
    assigned: float | None
    assigned_expanded: float | None
    is_prime: bool
    participants: tuple[Participant, ...]

    @property
    def ours(self) -> Participant | None:
        """The laboratory's own result."""
        return next((one for one in self.participants if one.is_ours), None)


class Entered(NamedTuple):
    """A participant's result as it was entered; see ``ComparisonResultRow``."""

    participant: str
    is_ours: bool
    date: str
    value: float
    expanded: float | None
    assigned: float | None
    assigned_expanded: float | None
    assessment_sd: float | None


def scored(rows: Sequence[Entered]) -> tuple[tuple[Participant, ...], Entered | None, bool]:
    """Participants of one item with their scores, what tells the assigned value, and whether z is z'.

    The assigned value is that of our own row, else of the first that has one: a round has one for all.
    """
    order = sorted(rows, key=lambda one: (not one.is_ours, one.participant))
    by = next((one for one in order if one.assigned is not None), None)
    if by is None:
        return tuple(_plain(one) for one in order), None, False
    is_prime = _is_prime(by)
    return tuple(_scored(one, by, is_prime=is_prime) for one in order), by, is_prime


def compared(session: Session, reader: Reader) -> list[Compared]:
    """Every item of every round that ``reader`` may see, the newest first."""
    its = ComparisonResultRow
    asked = select(its, LaboratoryRow.name).join(LaboratoryRow, LaboratoryRow.id == its.laboratory)
    asked = asked.where(its.retired_at == 0, reader.where(Action.READ, its.noun.group, its))
    asked = asked.order_by(its.laboratory, its.round, its.item, its.unit, its.participant)
    found = []
    rows = list(session.execute(asked))
    for _, of_one in groupby(rows, key=lambda one: (one[0].laboratory, one[0].round, one[0].item, one[0].unit)):
        found.append(_compared(list(of_one)))
    return sorted(found, key=lambda one: (_day(one), one.round, one.item), reverse=True)


def trend(items: Iterable[Compared]) -> list[tuple[Compared, Participant]]:
    """Our own results that have En, the oldest first."""
    ours = [(one, one.ours) for one in items]
    told = [(one, mine) for one, mine in ours if mine is not None and mine.en is not None]
    return sorted(told, key=lambda pair: (pair[1].on, pair[0].round, pair[0].item))


def _day(one: Compared) -> str:
    return max(its.on for its in one.participants)


def _compared(rows: Sequence[tuple[ComparisonResultRow, str]]) -> Compared:
    first, name = rows[0]
    entered = [
        Entered(
            row.participant,
            row.is_ours,
            row.date,
            row.value,
            row.expanded,
            row.assigned,
            row.assigned_expanded,
            row.assessment_sd,
        )
        for row, _ in rows
    ]
    participants, by, is_prime = scored(entered)
    return Compared(
        laboratory=first.laboratory,
        laboratory_name=name,
        round=first.round,
        provider=next((row.provider for row, _ in rows if row.provider), ""),
        item=first.item,
        unit=first.unit,
        assigned=by.assigned if by else None,
        assigned_expanded=by.assigned_expanded if by else None,
        is_prime=is_prime,
        participants=participants,
    )


def _is_prime(by: Entered) -> bool:
    if by.assessment_sd is None or by.assessment_sd <= 0 or by.assigned_expanded is None:
        return False
    return not is_negligible(by.assigned_expanded / COVERAGE, by.assessment_sd)


def _plain(one: Entered) -> Participant:
    return Participant(one.participant, one.is_ours, one.date, one.value, one.expanded, None, None, None)


def _scored(one: Entered, by: Entered, *, is_prime: bool) -> Participant:
    assert by.assigned is not None
    en = z = zeta = None
    if one.expanded and by.assigned_expanded is not None:
        (en,) = en_scores([one.value], [one.expanded], by.assigned, by.assigned_expanded)
        u, u_assigned = one.expanded / COVERAGE, by.assigned_expanded / COVERAGE
        (zeta,) = zeta_scores([one.value], [u], by.assigned, u_assigned)
    if by.assessment_sd is not None and by.assessment_sd > 0:
        if is_prime and by.assigned_expanded is not None:
            (z,) = z_prime_scores([one.value], by.assigned, by.assessment_sd, by.assigned_expanded / COVERAGE)
        else:
            (z,) = z_scores([one.value], by.assigned, by.assessment_sd)
    return _plain(one)._replace(en=en, z=z, zeta=zeta)
