"""The chapter of pilots: each finding in words, with its interval."""

from collections import Counter
from collections.abc import Iterator

from gateway.indicators.facts import FigureChange, PilotJudged
from gateway.reports.content import Block, Bullets, Heading, Paragraph
from gateway.reports.given import Given
from gateway.reports.wording import NO_BREAK, Words, decimals_for

STATES = ("improved", "not_improved", "not_yet", "cannot_be_said")
_OWN_UNITS = {"labour_productivity": "ideal_hours", "energy_per_unit": "energy_per_piece"}
"""Of figures that are no shares; a share is told in per cent, its change in points of per cent."""


def chapter_of_pilots(given: Given, say: Words) -> list[Block]:
    """Each pilot that was judged from measured days."""
    pilots = given.facts.pilots
    if not pilots:
        return [Paragraph(text=say("text.pilots_none"))]
    counts = Counter(one.state for one in pilots)
    told = ", ".join(f"{counts[state]} {say(f'pilot.{state}')}" for state in STATES if counts[state])
    found: list[Block] = [Paragraph(text=say("text.pilots", n=len(pilots), told=told))]
    for one in pilots:
        found.append(Heading(level=2, text=f"{name_of(given, one)}: {say(f'pilot.{one.state}')}"))
        found.append(Paragraph(text=_days(say, one)))
        lines = tuple(_change(given, say, each) for each in one.figures)
        found += [Bullets(items=lines)] if lines else []
        found += [Paragraph(text=text) for text in _about(given, say, one)]
    return found


def name_of(given: Given, one: PilotJudged) -> str:
    """What people call a pilot, with its site."""
    rows = {row.id: row for row in given.facts.records.get("pilot", ())}
    sites = {row.id: row for row in given.facts.records.get("site", ())}
    row = rows.get(one.pilot)
    if row is None:
        return one.pilot[:12]
    site = sites.get(str(row.values.get("site") or ""))
    return f"{row.label}, {site.label}" if site is not None and site.label else row.label


def unit_of(figure: str, say: Words) -> str:
    """The unit of a figure of a pilot."""
    return say(f"unit.{_OWN_UNITS.get(figure, 'percent')}")


def in_percent(figure: str) -> bool:
    """Whether a figure is a share, which people read in per cent."""
    return figure not in _OWN_UNITS


def _days(say: Words, one: PilotJudged) -> str:
    coverage = ""
    if one.coverage is not None:
        coverage = say("text.pilot_coverage", percent=say.number(100 * one.coverage, 0))
    return say("text.pilot_days", before=one.days[0], after=one.days[1], coverage=coverage)


def _change(given: Given, say: Words, each: FigureChange) -> str:
    figure = given.figures.get(each.figure, {}).get(say.language, each.figure)
    if each.change is None or each.low is None or each.high is None or each.before is None:
        return say("text.pilot_not_yet", figure=figure)
    scale = 100.0 if in_percent(each.figure) else 1.0
    unit = unit_of(each.figure, say)
    points = say("unit.points") if scale != 1.0 else unit
    # A productivity of 0.143 h/h that rises by 0.021 asks for more digits than a share of 57 %.
    decimals = decimals_for(*(scale * value for value in (each.change, each.low, each.high)))
    return say(
        "text.pilot_change",
        figure=figure,
        before=say.number(scale * each.before, decimals) + ("" if unit == "%" else " ") + unit,
        change=say.signed(scale * each.change, decimals),
        low=say.number(scale * each.low, decimals),
        high=say.number(scale * each.high, decimals),
        points=f"{NO_BREAK}{points}",
        finding=say(f"finding.{each.state}"),
    )


def _about(given: Given, say: Words, one: PilotJudged) -> Iterator[str]:
    if one.why:
        yield say("text.pilot_why", why="; ".join(why_told(say, code) for code in one.why))
    if one.instruments:
        parts = {"instruments": len(one.instruments), "certificates": len(one.certificates)}
        yield say("text.pilot_certificates", **parts)
    if comment := given.comments.get(one.pilot, ""):
        yield comment


def why_told(say: Words, code: str) -> str:
    """Why something is not judged, without the full stop."""
    return say(f"why.{code}") if say.knows(f"why.{code}") else say("why.other", code=code)
