"""What the gateway has seen and a person should look at: one row a kind and subject, with how often."""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.ingest.journals import EdgeId
from gateway.registry import FindingRow

THE_GATEWAY = EdgeId("", "")
"""Stands for an edge where a finding is about the gateway itself."""


def report(session: Session, edge: EdgeId, kind: str, text: str, now: int, subject: str = "", times: int = 1) -> None:
    """Write down that it is so, or is so again."""
    row = _row(session, edge, kind, subject)
    if row is None:
        row = FindingRow(site=edge.site, edge=edge.edge, kind=kind, subject=subject, since=now, times=0)
        session.add(row)
    elif row.over_at:
        row.since, row.over_at = now, 0
    row.text, row.at, row.times = text, now, row.times + times
    session.flush()


def end(session: Session, edge: EdgeId, kind: str, now: int, subject: str = "") -> None:
    """It is no longer so."""
    session.execute(
        update(FindingRow)
        .where(FindingRow.site == edge.site, FindingRow.edge == edge.edge, FindingRow.kind == kind)
        .where(FindingRow.subject == subject, FindingRow.over_at == 0)
        .values(over_at=now)
    )


def end_untold(session: Session, kinds: Collection[str], since: int, now: int) -> None:
    """What happens and is over at once was shown for long enough: it has not happened again since."""
    session.execute(
        update(FindingRow)
        .where(FindingRow.kind.in_(kinds), FindingRow.at < since, FindingRow.over_at == 0)
        .values(over_at=now)
    )


def stands(session: Session, edge: EdgeId, kind: str, subject: str = "") -> bool:
    """Whether it is so."""
    row = _row(session, edge, kind, subject)
    return row is not None and row.over_at == 0


def _row(session: Session, edge: EdgeId, kind: str, subject: str) -> FindingRow | None:
    return session.scalars(
        select(FindingRow).where(
            FindingRow.site == edge.site,
            FindingRow.edge == edge.edge,
            FindingRow.kind == kind,
            FindingRow.subject == subject,
        )
    ).one_or_none()
