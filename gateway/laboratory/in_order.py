"""Whether an instrument may be used: by its owner's register, and in a use of group 2 by the law alone.

Decision: in a use of group 2 only a verification in its term counts, whatever certificates of calibration there are.
Because: Law on Metrology 2011, articles 16 and 20, demands verification there; calibration is another thing.

Decision: a term that is not known makes «cannot be said», never «in order».
Because: only some rows of the circular's list could be confirmed, and a guessed term reads as a real one.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from gateway.laboratory.terms import months_after

IN_ORDER, SOON, NOT, UNSAID, AT_REST = "in_order", "soon", "not", "unsaid", "at_rest"
"""May be used; may be used and is due soon; may not; cannot be said; is not in use."""
FACES = {IN_ORDER: "good", SOON: "uncertain", NOT: "bad", UNSAID: "none", AT_REST: "none"}
CALIBRATION, VERIFICATION = "calibration", "verification"


class Paper(NamedTuple):
    """A certificate, as far as being in order rests on it.

    Attributes:
        kind: Key of ``CERTIFICATE_KINDS``.
        day: When it was measured, else issued, ``2026-11-22``.
        valid_until: Last day of its term; empty: none is stated.
        status: Key of ``CERTIFICATE_STATES``; empty: it holds.
        adjusted: Whether it tells results before and after an adjustment.
    """

    kind: str
    day: str
    valid_until: str = ""
    status: str = ""
    adjusted: bool = False


class Term(NamedTuple):
    """A row of the list of group 2.

    Attributes:
        verifications: Keys of ``VERIFICATIONS`` that the law demands.
        months: Between periodic verifications; None: there are none.
        since: In force from.
        until: In force until, inclusive; empty: still.
    """

    verifications: tuple[str, ...]
    months: int | None
    since: str
    until: str = ""


class Asked(NamedTuple):
    """What is known of the instrument itself.

    Attributes:
        status: Key of ``INSTRUMENT_STATES``.
        legal_use: Whether it is used for a purpose of group 2.
        next_due: What its owner has written; empty: nothing.
        interval_months: Its owner's.
    """

    status: str
    legal_use: bool
    next_due: str = ""
    interval_months: int | None = None


class Standing(NamedTuple):
    """Whether an instrument may be used, and why.

    Attributes:
        state: One of the states above.
        why: Key of the sentence.
        until: Last day on which it is in order; empty: none is known.
        is_proposed: Whether that day was worked out and not written by the owner.
    """

    state: str
    why: str
    until: str = ""
    is_proposed: bool = False


def standing(asked: Asked, papers: Iterable[Paper], terms: Iterable[Term], today: date, soon_days: int) -> Standing:
    """Whether an instrument may be used on a day.

    Args:
        asked: The instrument.
        papers: All its certificates.
        terms: Rows of the list for its kind, of all times.
        today: The day.
        soon_days: Due within so many days is due soon.
    """
    holding = sorted((one for one in papers if not one.status and one.day <= today.isoformat()), key=lambda p: p.day)
    if asked.legal_use:
        found = _legal(asked, holding, list(terms), today)
    else:
        found = _owners(asked, [one for one in holding if one.kind in (CALIBRATION, VERIFICATION)], today)
    if asked.status != "in_use":
        return found._replace(state=AT_REST, why=asked.status)
    if found.state == IN_ORDER and found.until and (date.fromisoformat(found.until) - today).days <= soon_days:
        return found._replace(state=SOON)
    return found


def term_on(terms: Iterable[Term], day: str) -> Term | None:
    """The row that was in force on a day; of several the newest."""
    held = [one for one in terms if one.since <= day and (not one.until or day <= one.until)]
    return max(held, key=lambda one: one.since, default=None)


def due_of(asked: Asked, papers: Iterable[Paper]) -> tuple[str, bool]:
    """The day by the owner's register, and whether it was worked out: the certificate's own end, or day and interval.

    Args:
        asked: The instrument.
        papers: Calibrations and verifications that hold.
    """
    if asked.next_due:
        return asked.next_due, False
    newest = max(papers, key=lambda one: one.day, default=None)
    if newest is None:
        return "", False
    days = [newest.valid_until] if newest.valid_until else []
    if asked.interval_months:
        days.append(months_after(date.fromisoformat(newest.day), asked.interval_months).isoformat())
    return (min(days), True) if days else ("", False)


def _owners(asked: Asked, papers: list[Paper], today: date) -> Standing:
    until, is_proposed = due_of(asked, papers)
    if not papers:
        return Standing(NOT if until and until < today.isoformat() else UNSAID, "no_certificate", until, is_proposed)
    if papers[-1].valid_until and papers[-1].valid_until < today.isoformat():
        return Standing(NOT, "term_over", papers[-1].valid_until, is_proposed)
    if not until:
        return Standing(UNSAID, "no_due_day")
    if until < today.isoformat():
        return Standing(NOT, "overdue", until, is_proposed)
    return Standing(IN_ORDER, "in_date", until, is_proposed)


def _legal(asked: Asked, papers: list[Paper], terms: list[Term], today: date) -> Standing:
    verified = [one for one in papers if one.kind == VERIFICATION]
    if not verified:
        why = "calibrated_only" if any(one.kind == CALIBRATION for one in papers) else "not_verified"
        return Standing(NOT, why)
    newest = verified[-1]
    term = term_on(terms, today.isoformat())
    demanded = term.verifications if term else ("initial", "periodic", "after_repair")
    if "after_repair" in demanded and any(one.adjusted and one.day > newest.day for one in papers):
        return Standing(NOT, "adjusted_since")
    ends = [newest.valid_until] if newest.valid_until else []
    if term and term.months:
        ends.append(months_after(date.fromisoformat(newest.day), term.months).isoformat())
    if not ends:
        return _without_end(asked, term, today)
    legal = min(ends)
    # An owner may ask for more than the law, and not for less.
    until, by_owner = (asked.next_due, True) if asked.next_due and asked.next_due < legal else (legal, False)
    if until < today.isoformat():
        return Standing(NOT, "overdue" if by_owner else "verification_over", until, not by_owner)
    return Standing(IN_ORDER, "verified", until, not by_owner)


def _without_end(asked: Asked, term: Term | None, today: date) -> Standing:
    """A verification without a term: right where the law asks for the first one only."""
    if term is None:
        return Standing(UNSAID, "no_term")
    if asked.next_due and asked.next_due < today.isoformat():
        return Standing(NOT, "overdue", asked.next_due)
    return Standing(IN_ORDER, "verified_once", asked.next_due)
