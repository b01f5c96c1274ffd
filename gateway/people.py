"""What a named person decides: an edge belongs here, a journal may go on or is given up, a setting is put."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Setting
from edge_agent.wire.schema import NAME
from edge_agent.wire.topics import GATEWAY
from gateway import findings
from gateway.ingest.journals import CLOSED, OPEN, EdgeId
from gateway.ingest.runs import LEFT_BEHIND, RESTORED_IMAGE, TWO_RUNS
from gateway.ingest.statuses import CLOSED_SPEAKS
from gateway.registry import EdgeRow, JournalRow, SettingRow, audit, transaction
from gateway.registry.fields import Value
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import SYSTEM, Place, Reader

_LONGEST_ROW = 63
"""Of the audit's column; ``after`` has the name whole."""


class DecisionError(Exception):
    """What was asked for makes no sense; the message says why and what to do."""


def parse_edge(text: str) -> EdgeId:
    """Read ``SITE/EDGE``.

    Raises:
        DecisionError: It is not of that form, or a site cannot be called so.
    """
    site, _, edge = text.partition("/")
    if not NAME.fullmatch(site) or not NAME.fullmatch(edge):
        msg = f"edge {text!r}: expected SITE/EDGE, e.g. sa-dec/press-shop. See nhipdo edges."
        raise DecisionError(msg)
    if site == GATEWAY:
        msg = f'edge {text!r}: "{GATEWAY}" is what topics of gateways begin with. Choose another name for the site.'
        raise DecisionError(msg)
    return EdgeId(site, edge)


def admit_edge(
    engine: Engine, edge: EdgeId, by: str, now: int, reader: Reader = SYSTEM, *, speaks_for: Sequence[str] | None = None
) -> None:
    """``by`` answers for it that this edge belongs here.

    Args:
        engine: Of the registry.
        edge: Which.
        by: Name of a person.
        now: UTC ns.
        reader: Whose account says so; the command line's is the gateway's own.
        speaks_for: Codes of the organisations for which it may forward, where its site is none of theirs; None: as it
            was.

    Raises:
        DecisionError: It never spoke, or nobody is named; an organisation is not registered.
    """
    _named(by)
    with transaction(engine) as session:
        row = session.get(EdgeRow, edge)
        if row is None:
            msg = f"edge {edge}: never heard of. See nhipdo edges; is it switched on, does it reach the broker?"
            raise DecisionError(msg)
        row.admitted_by, row.admitted_at = by, now
        if speaks_for is not None:
            row.speaks_for = ",".join(sorted(_known_codes(session, speaks_for)))
        _note(session, reader, now, "admit", edge, {"speaks_for": row.speaks_for} if row.speaks_for else None)


def decide_journal(
    engine: Engine,
    journal: str,
    state: str,
    by: str,
    why: str,
    now: int,
    reader: Reader = SYSTEM,
    *,
    edge: EdgeId | None = None,
) -> str:
    """``by`` says that a journal may go on (``open``) or is given up (``closed``).

    Args:
        engine: Of the registry.
        journal: Its 32 hex digits, or as many of the first as tell it from others.
        state: ``open`` or ``closed``.
        by: Who decides.
        why: Their words.
        now: UTC ns.
        reader: Whose account says so.
        edge: Whose journal it must be; None: anybody's.

    Returns:
        The journal, whole.

    Raises:
        DecisionError: There is no such journal, or more than one, or nobody is named.
    """
    assert state in (OPEN, CLOSED)
    _named(by)
    with transaction(engine) as session:
        row = _find_journal(session, journal, edge)
        row.state, row.decided_by, row.decided_at, row.why = state, by, now, why
        edge = EdgeId(row.site, row.edge)
        for kind in (TWO_RUNS, RESTORED_IMAGE, LEFT_BEHIND, CLOSED_SPEAKS):
            findings.end(session, edge, kind, now, row.journal)
        _note(session, reader, now, f"journal_{state}", edge, {"journal": row.journal})
        return row.journal


def put_setting(
    engine: Engine,
    edge: EdgeId,
    noun: str,
    key: str,
    body: Mapping[str, object],
    by: str,
    now: int,
    reader: Reader = SYSTEM,
) -> int:
    """Set something at an edge, by a retained message.

    Returns:
        Its revision.

    Raises:
        DecisionError: A name cannot be part of a topic, or nobody is named.
    """
    _named(by)
    for name in (noun, key):
        if not NAME.fullmatch(name):
            msg = f"setting {name!r}: expected small letters, digits and hyphens. Choose another name."
            raise DecisionError(msg)
    with transaction(engine) as session:
        row = session.get(SettingRow, (*edge, noun, key))
        if row is None:
            row = SettingRow(site=edge.site, edge=edge.edge, noun=noun, key=key, revision=0)
            session.add(row)
        row.revision = max(row.revision + 1, now // 1_000_000)
        row.body, row.put_by, row.put_at = msgspec.json.encode(body).decode(), by, now
        _note(session, reader, now, "put_setting", edge, {"setting": f"{noun}/{key}", "revision": row.revision})
        return row.revision


def all_settings(engine: Engine) -> list[tuple[EdgeId, str, str, Setting]]:
    """Every setting of every edge: whose, noun, key, what to publish."""
    with Session(engine) as session:
        return [
            (
                EdgeId(row.site, row.edge),
                row.noun,
                row.key,
                Setting(revision=row.revision, body=msgspec.json.decode(row.body)),
            )
            for row in session.scalars(select(SettingRow))
        ]


def _known_codes(session: Session, codes: Sequence[str]) -> set[str]:
    its = OrganisationRow
    found = set(session.scalars(select(its.code).where(its.code.in_(codes), its.retired_at == 0)))
    if unknown := sorted(set(codes) - found):
        msg = f"organisation {unknown[0]}: not registered here. Register it first; its code is meant."
        raise DecisionError(msg)
    return found


def _find_journal(session: Session, prefix: str, edge: EdgeId | None) -> JournalRow:
    # As journals are written: PostgreSQL tells capitals apart where SQLite does not.
    begins = JournalRow.journal.startswith(prefix.lower(), autoescape=True)
    its = (begins,) if edge is None else (begins, JournalRow.site == edge.site, JournalRow.edge == edge.edge)
    found = session.scalars(select(JournalRow).where(*its)).all()
    if len(found) != 1 or not prefix:
        msg = f"journal {prefix!r}: {len(found)} journals begin so, expected one. See nhipdo journals."
        raise DecisionError(msg)
    return found[0]


def _note(
    session: Session, reader: Reader, now: int, action: str, edge: EdgeId, after: Mapping[str, Value] | None = None
) -> None:
    """Into the audit, at the place of whoever the site belongs to; without the names of persons."""
    site = session.scalar(select(SiteRow).where(SiteRow.name == edge.site, SiteRow.retired_at == 0))
    told = {"edge": str(edge), **(after or {})}
    place = site.place if site is not None else Place()
    audit.note(session, reader, now, action, "edge", str(edge)[:_LONGEST_ROW], place=place, after=told)


def _named(by: str) -> None:
    if not by.strip():
        msg = "--by is empty: a decision has a name. Say who decides."
        raise DecisionError(msg)
