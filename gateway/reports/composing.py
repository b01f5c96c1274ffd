"""A report on a plan, put together from its chapters."""

from collections.abc import Sequence

from gateway.indicators.schema import Plan, Reporting
from gateway.reports.annex import annex
from gateway.reports.content import Block, Foot, Head, Heading, Paragraph, Report
from gateway.reports.given import Given
from gateway.reports.indicators_told import chapter_of_indicators, general
from gateway.reports.laboratory_told import chapter_of_laboratory
from gateway.reports.pilots_told import chapter_of_pilots
from gateway.reports.tasks_told import chapter_of_tasks
from gateway.reports.wording import NO_BREAK, Words, words_of

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_LETTERS = "abcdefghiklmnopqrstuvxy"
_DEPARTMENT = "khoa học và công nghệ"
_ROOM = 4
"""Lines that the officer is given to write on."""


def compose(given: Given, language: str = "vi") -> Report:
    """The report in words, in the order in which an officer reads it."""
    say = words_of(language)
    chapters = (
        ("general", general(given, say, agency_of(given.plan, say))),
        ("indicators", chapter_of_indicators(given, say)),
        ("tasks", chapter_of_tasks(given, say)),
        ("pilots", chapter_of_pilots(given, say)),
        ("laboratory", chapter_of_laboratory(given, say)),
        ("assessment", _assessment(say)),
    )
    blocks: list[Block] = []
    for number, (name, inner) in enumerate(chapters):
        blocks.append(Heading(level=1, number=f"{_ROMAN[number]}.", text=say(f"heading.{name}")))
        blocks += numbered(inner)
    closing = say("text.closing", plan=given.plan.title.model_dump()[language], agency=agency_of(given.plan, say))
    return Report(
        language=language,
        head=_head(given, say),
        blocks=(*blocks, Paragraph(text=closing)),
        foot=_foot(given, say),
        annex_head=_annex_head(given, say),
        annex=tuple(numbered(annex(given, say))),
        mark=say("made_up") if given.result.made_up else "",
        draft="" if given.signed else say("draft"),
        page=say("page"),
    )


def numbered(blocks: Sequence[Block]) -> list[Block]:
    """Titles of a chapter with their numbers: 1., 2.; below them a), b)."""
    found: list[Block] = []
    second = third = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:  # noqa: PLR2004  as in 1.
            second, third = second + 1, 0
            found.append(Heading(level=2, number=f"{second}.", text=block.text))
        elif isinstance(block, Heading) and block.level == 3:  # noqa: PLR2004  as in a)
            third += 1
            found.append(Heading(level=3, number=f"{_LETTERS[(third - 1) % len(_LETTERS)]})", text=block.text))
        else:
            found.append(block)
    return found


def subject_of(given: Given, say: Words) -> str:
    """What the report is about."""
    parts = {"plan": given.plan.title.model_dump()[say.language], "year": given.as_of.year}
    return say(f"subject.{given.kind}", day=say.day(given.as_of), **parts)


def agency_of(plan: Plan, say: Words) -> str:
    """Who reports: the department that the plan makes answer for it, as the plan calls it."""
    duty = duty_of(plan)
    found = [plan.agencies[key] for key in duty.reporter if key in plan.agencies] if duty else []
    ours = [one for one in found if _DEPARTMENT in one.vi.casefold()]
    return ours[0].model_dump()[say.language] if ours else say("agency")


def duty_of(plan: Plan, kind: str = "yearly") -> Reporting | None:
    """The duty that a report of this kind fulfils: the department's own; None: the plan names none."""
    wanted = ("yearly",) if kind == "yearly" else ("once", "on_demand", "periodic")
    departments = {key for key, words in plan.agencies.items() if _DEPARTMENT in words.vi.casefold()}
    own = [one for one in plan.reporting if departments & set(one.reporter)]
    fitting = [one for one in own if one.frequency in wanted]
    return next(iter(fitting or own), None)


def _head(given: Given, say: Words) -> Head:
    province = given.plan.province
    name = province.name.model_dump()[say.language]
    day = say.written_day(given.signed) if given.signed else say("open_day", year=given.as_of.year)
    return Head(
        superior=say(f"superior_{province.kind}", name=name.upper().replace(" ", NO_BREAK)),
        agency=agency_of(given.plan, say).upper(),
        state=say("state"),
        motto=say("motto"),
        number=say("number", number=given.number) if given.number else say("no_number"),
        place_date=say("place_date", place=name, day=day),
        title=say("title"),
        subject=subject_of(given, say),
    )


def _annex_head(given: Given, say: Words) -> tuple[str, str, str]:
    """Source: Decree 30/2020/NĐ-CP, Annex I, part III: what an annex says of itself and of its document."""
    number = given.number or say("open_number")
    day = say.written_day(given.signed) if given.signed else say("open_day", year=given.as_of.year)
    agency = agency_of(given.plan, say)
    return say("annex"), say("annex_title"), say("annex_of", number=number, day=day, agency=agency)


def _foot(given: Given, say: Words) -> Foot:
    duty, language = duty_of(given.plan, given.kind), say.language
    keys = duty.recipients if duty else given.plan.recipients
    known = [given.plan.agencies[key].model_dump()[language] for key in keys if key in given.plan.agencies]
    return Foot(
        recipients_title=say("recipients"),
        recipients=(*(say("recipient", name=name) for name in known), say("kept")),
        post=say("post"),
        signatory=given.signed_by,
    )


def _assessment(say: Words) -> list[Block]:
    """Room for what no figure says; the officer writes it."""
    room = [Paragraph(text="", style="fill")] * _ROOM
    heads = (Heading(level=2, text=say("heading.limits")), Heading(level=2, text=say("heading.proposals")))
    return [heads[0], *room, heads[1], *room]
