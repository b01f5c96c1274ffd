"""The statuses of edges: how each is, whether its runs make sense, whether our own store was restored."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from edge_agent.wire.messages import EdgeStatus
from edge_agent.wire.ranges import Ranges
from gateway import findings
from gateway.ingest.holding import holding
from gateway.ingest.journals import CLOSED, OPEN, EdgeId, JournalId
from gateway.ingest.receipts import Draft, Receipts
from gateway.ingest.runs import status_came
from gateway.registry import EdgeRow, collided

LOST, CHECKING, STOPPED = "lost", "checking", "stopped"
SILENT, DAMAGED, BAD_STATUS, CLOSED_SPEAKS, RESTORED_GATEWAY = (
    "silent",
    "damaged",
    "bad_status",
    "closed_speaks",
    "restored_gateway",
)
_HEX = frozenset("0123456789abcdef")
_JOURNAL_LENGTH = 32
_TRIES = 5
_MAX_NUMBER = 2**62
_MAX_GENERATION = 2**31 - 2
"""One more must fit a column of 32 bits."""


class StatusWord(NamedTuple):
    """A status as it came.

    Attributes:
        edge: Whose.
        body: JSON.
        at: When it came, our clock, ns.
    """

    edge: EdgeId
    body: bytes
    at: int


def take_statuses(
    engine: Engine, receipts: Receipts, words: Sequence[StatusWord], damaged: Mapping[EdgeId, int], now: int
) -> set[EdgeId]:
    """Write down what edges say of themselves, and how many damaged payloads came in their name.

    Returns:
        The edges whose acknowledgement is due.

    Raises:
        sqlalchemy.exc.OperationalError: The registry cannot be written now.
    """
    for _ in range(_TRIES):
        try:
            return _write(engine, receipts, words, damaged, now)
        except DBAPIError as error:
            if not collided(error):
                raise
    return set()


def _write(
    engine: Engine, receipts: Receipts, words: Sequence[StatusWord], damaged: Mapping[EdgeId, int], now: int
) -> set[EdgeId]:
    due: set[EdgeId] = set()
    with holding(engine, receipts, {word.edge for word in words} | damaged.keys(), now) as session:
        draft = Draft(receipts, now)
        # Those of one edge as they came; edges in one order, in which other processes write of them too.
        for word in sorted(words, key=lambda word: word.edge):
            draft.now = word.at
            if _take(session, draft, receipts, word):
                due.add(word.edge)
        draft.now = now
        _report_damaged(session, damaged, draft)
        draft.save(session)
    restored = draft.generation != receipts.generation
    draft.settle()
    return set(receipts.edges) if restored else due


def _take(session: Session, draft: Draft, receipts: Receipts, word: StatusWord) -> bool:
    """Whether an acknowledgement is due."""
    draft.edge(word.edge)
    row = session.get(EdgeRow, word.edge)
    # Of several processes one may be slower than another: what its edge has said since is known already.
    is_overtaken = row is not None and row.status_at > word.at
    try:
        status = msgspec.json.decode(word.body, type=EdgeStatus)
        if status.state not in (LOST, CHECKING):
            _check_numbers(status)
    except (msgspec.DecodeError, RecursionError) as error:
        text = f"{word.edge}: status cannot be read ({error}). Update this gateway, or find who publishes it."
        findings.report(session, word.edge, BAD_STATUS, text, word.at)
        return False
    if status.state == CHECKING:
        return True
    if is_overtaken or (row is not None and row.status and _has_stopped(row.status, status)):
        return False
    if status.state == LOST:
        _connection_lost(session, word, status)
        return False
    return _run_speaks(session, draft, receipts, word, status)


def _has_stopped(last: str, status: EdgeStatus) -> bool:
    """Whether the run of a status has said its last word already, which a quicker process of ours took before us.

    By what it says, not by when it came: a run speaks twice within a millisecond at its end, and to two of us.
    """
    was = msgspec.json.decode(last, type=EdgeStatus)
    return was.state == STOPPED != status.state and (was.journal, was.started) == (status.journal, status.started)


def _check_numbers(status: EdgeStatus) -> None:
    """A status that nobody should send must not stand in the way of those of other edges."""
    told = (*status.acknowledged, *status.acknowledged_last)
    for journal in (status.journal, *told, *(held.journal for held in status.held)):
        if len(journal) != _JOURNAL_LENGTH or not _HEX.issuperset(journal):
            msg = f"journal {journal[:40]!r} is not 32 hex digits"
            raise msgspec.ValidationError(msg)
    numbers = [number for held in status.held for number in (held.first, held.last)]
    numbers += (status.at, status.started, status.generation, *status.acknowledged.values())
    numbers += (*status.acknowledged_last.values(), *status.certificates.values())
    if not all(0 <= number <= _MAX_NUMBER for number in numbers):
        msg = f"a number is not between 0 and {_MAX_NUMBER}"
        raise msgspec.ValidationError(msg)
    if status.generation > _MAX_GENERATION:
        msg = f"its generation is {status.generation}, expected at most {_MAX_GENERATION}"
        raise msgspec.ValidationError(msg)


def _run_speaks(session: Session, draft: Draft, receipts: Receipts, word: StatusWord, status: EdgeStatus) -> bool:
    at = JournalId(*word.edge, status.journal)
    state = was.state if (was := draft.peek(at)) else OPEN
    status_came(session, draft, draft.journal(at), status)
    _look_for_our_restoration(session, draft, receipts, word, status)
    if draft.journal(at).state != OPEN:
        if state == CLOSED:
            text = f"{word.edge}: journal {at.journal[:8]} was closed and still runs. Admit it, or stop that machine."
            findings.report(session, word.edge, CLOSED_SPEAKS, text, word.at, at.journal)
        return state == OPEN or not _knows_us(receipts, status)
    _keep(session, word.edge, status, word.at)
    for kind in (SILENT, BAD_STATUS):
        findings.end(session, word.edge, kind, word.at)
    return status.clock == "unsure" or not _knows_us(receipts, status)


def _knows_us(receipts: Receipts, status: EdgeStatus) -> bool:
    return (status.store, status.generation) == (receipts.store, receipts.generation)


def _keep(session: Session, edge: EdgeId, status: EdgeStatus, at: int) -> None:
    row = session.get(EdgeRow, edge)
    if row is None:
        row = EdgeRow(site=edge.site, edge=edge.edge, first_seen=at, admitted_by="", admitted_at=0)
        session.add(row)
    row.status, row.status_at = msgspec.json.encode(status).decode(), at


def _connection_lost(session: Session, word: StatusWord, will: EdgeStatus) -> None:
    """A will was written when its connection began: of all that it says only the state is news."""
    row = session.get(EdgeRow, word.edge)
    last = msgspec.json.decode(row.status, type=EdgeStatus) if row is not None and row.status else will
    if will.journal not in ("", last.journal) or last.state == STOPPED:
        return  # the will of a run that is over
    at = row.status_at if row is not None and row.status else word.at
    _keep(session, word.edge, msgspec.structs.replace(last, state=LOST), at)


def _look_for_our_restoration(
    session: Session, draft: Draft, receipts: Receipts, word: StatusWord, status: EdgeStatus
) -> None:
    """An edge that has our word for more than we know: our database was restored to an earlier state."""
    if status.store != receipts.store or status.generation < draft.generation:
        return
    first = {held.journal: held.first for held in status.held}
    forgotten = [
        journal
        for journal, floor in status.acknowledged.items()
        if journal in first and _lacks(draft, JournalId(*word.edge, journal), first[journal], floor)
    ]
    forgotten += [
        journal
        for journal, last in status.acknowledged_last.items()
        if journal in first and last and _lacks(draft, JournalId(*word.edge, journal), last, last)
    ]
    if not forgotten and status.generation == draft.generation:
        return
    text = (
        f"registry: {word.edge} has our word for messages that we do not know (generation {status.generation}). The"
        f" database was restored to an earlier state; edges send again what it lacks."
    )
    draft.generation = status.generation + 1
    findings.report(session, findings.THE_GATEWAY, RESTORED_GATEWAY, text, word.at)


def _lacks(draft: Draft, at: JournalId, first: int, floor: int) -> bool:
    # The edge counts from the first that it holds: what it declared below that was never stored.
    journal = draft.peek(at)
    return bool((journal.stored if journal else Ranges()).absent(first, floor))


def _report_damaged(session: Session, damaged: Mapping[EdgeId, int], draft: Draft) -> None:
    for edge, times in damaged.items():
        text = (
            f"{edge}: payloads came whose header or CRC is wrong; none was stored or acknowledged. Look at the network,"
            " or find who else publishes there."
        )
        draft.edge(edge)
        findings.report(session, edge, DAMAGED, text, draft.now, times=times)
