"""What edges tell of their runs: which journals they hold, and whether two of them run at once.

Decision: two runs are seen by their words alternating, in the order in which they come to us.
Because: an edge without a clock of its own may begin its newer run with an older time.
Instead of: comparing the runs' own times alone, which would hold back the data of an edge whose clock was wrong.

Decision: a word that was spoken, by the edge's clock, or heard, by ours, before the other run began says nothing.
Because: of several gateway processes one may be slower, and take an old run's last word after a new run's first.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from edge_agent.wire.messages import EdgeStatus, Held, Run
from gateway import findings
from gateway.ingest.journals import ON_HOLD, OPEN, EdgeId, Journal, JournalId
from gateway.ingest.receipts import Draft

TWO_RUNS, RESTORED_IMAGE, LEFT_BEHIND = "two_runs", "restored_image", "left_behind"


def run_began(session: Session, draft: Draft, edge: EdgeId, record: Run, body: str) -> None:
    """The first record of a run came: it says who runs, and what is still held."""
    journal = draft.journal(JournalId(*edge, record.key))
    journal.run = body
    journal.started = journal.started or record.at
    if journal.state == OPEN:
        # It may come long after newer runs have spoken; of those it knows nothing.
        older = [known for known in draft.of(edge) if 0 < known.started < journal.started]
        compare_held(session, draft, journal, record.held, older)
        _look_for_another_disk(session, draft, journal, JournalId(*edge, record.previous))


def status_came(session: Session, draft: Draft, journal: Journal, status: EdgeStatus) -> None:
    """The run that ``journal`` belongs to says how it is; ``journal`` may be changed."""
    journal.started = status.started or journal.started
    own = next((held for held in status.held if held.journal == status.journal), None)
    if own is not None:
        journal.is_held_by_its_run(own)
    if status.state == "online" and journal.state == OPEN:
        _look_for_two_runs(session, draft, journal, status.at)
    if status.state == "online":
        journal.alive_at = max(journal.alive_at, status.at)
    # A status always lists its own journal; one that does not (a will) tells nothing of the others.
    if own is not None and journal.state == OPEN:
        # A word of an older run, late on its way, says nothing about a run that began after it.
        older = [known for known in draft.of(journal.id.of) if not known.alive_at or known.seen_at <= journal.seen_at]
        compare_held(session, draft, journal, status.held, older)


def compare_held(session: Session, draft: Draft, run: Journal, held: Sequence[Held], older: Sequence[Journal]) -> None:
    """Note what ``run``'s edge still holds of its older journals, and what it no longer knows that we do."""
    edge = run.id.of
    says = {JournalId(*edge, h.journal): h for h in held if h.journal != run.id.journal}
    for known in older:
        said = says.get(known.id)
        if known.id == run.id or known.state != OPEN:
            continue
        if said is None:
            if known.held_last:
                _no_longer_held(session, draft, known.id)
        elif (said.first, said.last) != (known.first, known.held_last):
            _held_otherwise(session, draft, known.id, said)
    for at, said in says.items():
        if draft.peek(at) is None:
            draft.journal(at).is_held(said)


def _no_longer_held(session: Session, draft: Draft, at: JournalId) -> None:
    journal = draft.journal(at)
    journal.held_last = 0
    if missing := journal.missing():
        text = (
            f"{at.of}: journal {at.journal[:8]} is no longer held, {missing} of its messages never came. An older image"
            " or another card was put in? Bring the card it was on, or close the journal."
        )
        findings.report(session, at.of, LEFT_BEHIND, text, draft.now, at.journal)


def _held_otherwise(session: Session, draft: Draft, at: JournalId, said: Held) -> None:
    journal = draft.journal(at)
    if said.last < journal.last:
        text = (
            f"{at.of}: journal {at.journal[:8]} is held only up to {said.last}, we know it up to {journal.last}. An"
            " older image was put in: look for the newer card, and give one of the two another name."
        )
        findings.report(session, at.of, RESTORED_IMAGE, text, draft.now, at.journal)
    journal.is_held(said)


def _look_for_another_disk(session: Session, draft: Draft, run: Journal, previous: JournalId) -> None:
    """A run that we know, between the one that this disk says was before it and its own: it was on another disk.

    The edge cannot know: an image that was made after an orderly stop tells of no gap.
    """
    before = draft.peek(previous)
    if before is None or not before.started:
        return
    for known in draft.of(run.id.of):
        # By the edge's clock and by ours: an old run's messages may come long after a new one's.
        is_between = before.started < known.started < run.started and before.seen_at <= known.seen_at < run.seen_at
        if is_between and known.last and known.state == OPEN and not known.decided_by:
            text = (
                f"{run.id.of}: the disk that runs now (journal {run.id.journal[:8]}) has never seen journal"
                f" {known.id.journal[:8]}, which we know up to {known.last}. An older image or another card was put in?"
                " What was read after that is on the other one: bring it, or close the journal."
            )
            findings.report(session, run.id.of, RESTORED_IMAGE, text, draft.now, known.id.journal)


def _look_for_two_runs(session: Session, draft: Draft, journal: Journal, at: int) -> None:
    if at <= journal.alive_at:
        return  # a word that we have had before
    edge = journal.id.of
    for other in draft.of(edge):
        began_later = other.id != journal.id and other.alive_at > 0 and other.seen_at > journal.seen_at
        if not began_later or other.state != OPEN:
            continue
        if at < other.started or draft.now < other.seen_at:
            continue  # overtaken on its way
        known_times = other.started and journal.started
        later = other if not known_times or other.started >= journal.started else journal
        _hold(session, draft, later, journal if later is other else other)


def _hold(session: Session, draft: Draft, later: Journal, earlier: Journal) -> None:
    if later.decided_by:
        return  # a person has said that it is right
    edge = later.id.of
    draft.journal(later.id).state = ON_HOLD
    text = (
        f"{edge}: two runs at once, journals {earlier.id.journal[:8]} and {later.id.journal[:8]}. A card was copied?"
        f" The later one waits: stop one of the machines, then nhipdo journals admit|close {later.id.journal}."
    )
    findings.report(session, edge, TWO_RUNS, text, draft.now, later.id.journal)
