"""What the page of a pilot shows of its judgement: the finding, its figures, what they rest on, what came later."""

from typing import NamedTuple

from gateway.api.pilot_findings import Shown, Wording, shown_of
from gateway.api.registry_pages.desk import Desk
from gateway.programme.judgement import Judgement
from gateway.programme.pilot_evidence import Evidence
from gateway.programme.pilot_retention import Retained, read_until, retained
from gateway.programme.pilots_judged import (
    definition_of,
    evidence_behind,
    is_one_pilot,
    judged,
    last_whole_day,
    pilots_in_force,
    read_pilot,
)
from gateway.registry.book import Entry
from gateway.registry.roles import Action


class Later(NamedTuple):
    """A window after a pilot, in words.

    Attributes:
        window: Which.
        figures: Each figure; empty: nothing was told of it.
    """

    window: Retained
    figures: tuple[Shown, ...]


class LookAt(NamedTuple):
    """A judged pilot on its page.

    Attributes:
        judgement: How it stands.
        figures: Its figures.
        evidence: Instruments behind it, and their certificates.
        numbers: Id of a certificate -> its number.
        later: Windows after it, those that are over.
        is_in_force: It is in use, and no newer version replaces it.
    """

    judgement: Judgement
    figures: tuple[Shown, ...]
    evidence: Evidence
    numbers: dict[str, str]
    later: tuple[Later, ...]
    is_in_force: bool


def look_at(desk: Desk, entry: Entry) -> LookAt:
    """A pilot judged as of the last day that is over, for those who may see its production.

    Args:
        desk: Who looks.
        entry: The pilot.
    """
    zone = desk.request.app.state.zone
    day = last_whole_day(desk.now, zone)
    in_force = [one for one, _ in pilots_in_force(desk.engine, desk.reader, desk.now)]
    others = [one for one in in_force if not is_one_pilot(one, entry)]
    until = read_until(definition_of(entry, None, "", zone), day)
    read = read_pilot(desk.engine, desk.reader, entry, others, until, desk.now, zone)
    judgement = judged(read, day, has_bootstrap=True)
    evidence = evidence_behind(desk.engine, desk.reader, read)
    words = Wording(desk.speech)
    is_judged = judgement.state in ("improved", "not_improved")
    windows = retained(read.of, read.days, read.control_days, day) if is_judged else ()
    later = tuple(Later(one, tuple(words.shown(its) for its in one.figures)) for one in windows if one.is_over)
    return LookAt(
        judgement=judgement,
        figures=shown_of(desk.speech, judgement),
        evidence=evidence,
        numbers={one.id: one.number for one in evidence.certificates},
        later=later,
        is_in_force=any(one.id == entry.id for one in in_force),
    )


def states_of(desk: Desk) -> dict[str, str]:
    """Id -> how it stands, of pilots in force whose production may be seen."""
    zone = desk.request.app.state.zone
    day = last_whole_day(desk.now, zone)
    found = {}
    for entry, others in pilots_in_force(desk.engine, desk.reader, desk.now):
        if desk.reader.may(Action.READ, "production", entry.place):
            read = read_pilot(desk.engine, desk.reader, entry, others, day, desk.now, zone)
            found[entry.id] = judged(read, day).state
    return found
