"""Findings that nobody has decided on, for pages that are opened all day: worked out anew only when something changed.

Decision: what was found is kept until a row on which findings rest is written, or a day begins.
Because: going through the history of all instruments takes seconds; counting rows and revisions takes milliseconds.
Instead of: a count that a job writes now and then, which a decision would not change at once.
"""

import threading
from collections import OrderedDict
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.laboratory.findings import Finding, findings
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_assurance import FindingJudgementRow
from gateway.registry.laboratory_quality import CheckMeasurementRow, ComparisonResultRow
from gateway.registry.laboratory_scope import LegalTermRow
from gateway.registry.nouns import Registered
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import Reader

_RESTS_ON = (
    *(InstrumentRow, CertificateRow, CalibrationPointRow, CheckMeasurementRow, ComparisonResultRow),
    *(FindingJudgementRow, LegalTermRow, LaboratoryRow, OrganisationRow, SiteRow),
)
_MOST_KEPT = 64


class OpenFindings:
    """What stands open, for each set of rights that asked. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, tuple[object, tuple[Finding, ...]]] = OrderedDict()

    def of(self, session: Session, reader: Reader, today: date) -> tuple[Finding, ...]:
        """Those that ``reader`` may see and nobody has decided on, as on the page /assurance.

        Args:
            session: Of the registry.
            reader: Who looks.
            today: Day on the wall clock.
        """
        rights = (reader.grants, reader.limits)
        written = (today, *(_written(session, its) for its in _RESTS_ON))
        with self._lock:
            rests_on, found = self._kept.get(rights, (None, ()))
        if rests_on == written:
            return found
        found = tuple(one for one in findings(session, reader, today) if one.judged is None)
        with self._lock:
            self._kept[rights] = written, found
            self._kept.move_to_end(rights)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found


def _written(session: Session, its: type[Registered]) -> tuple[object, ...]:
    """Changes with every write to rows of this kind."""
    return tuple(session.execute(select(func.count(), func.sum(its.revision)).select_from(its)).one())
