"""The chapters of the plan as a whole and of its indicators."""

from collections import Counter
from collections.abc import Iterable, Iterator

from gateway.indicators.facts import Gap
from gateway.indicators.results import Evaluated, State
from gateway.indicators.schema import Indicator
from gateway.reports.content import Bar, Block, Bullets, Chart, Course, Heading, Paragraph, Table
from gateway.reports.given import Given
from gateway.reports.wording import STATES, Words, told_of

_WIDTHS = (0.06, 0.22, 0.15, 0.085, 0.135, 0.085, 0.11, 0.155)
_MOST_NAMED = 4
"""Of indicators of one state that a sentence lists; the table has them all."""
_MOST_COURSES = 6
_LEAST_YEARS = 2
_KIND_OF = {"trend": "wish", "=": "milestone"}
_MOST_BARS = 15
"""Of a picture: more have no room on a page."""
_LONGEST_COMMENT = 160
"""Letters of a comment that the narrow column has room for; a longer one stands below the table."""
_GOOD = (State.EXCEEDED, State.MET)


def pairs(given: Given) -> list[tuple[Indicator, Evaluated]]:
    """Each indicator of the plan with its result, in the plan's order."""
    return [(given.plan.indicator(one.indicator), one) for one in given.result.indicators]


def title_of(of: Indicator, say: Words) -> str:
    """Our label of an indicator."""
    return of.title.vi if say.language == "vi" else of.title.en


def general(given: Given, say: Words, agency: str) -> list[Block]:
    """What it rests on, and the result in a few lines.

    Args:
        given: What the report is made of.
        say: Words of its language.
        agency: Who reports.
    """
    plan, day = given.plan, say.written_day(given.as_of)
    title = plan.title.model_dump()[say.language]
    number = say("text.basis_number", number=plan.number) if plan.number else ""
    parts = {"plan": title, "since": plan.since, "until": plan.until, "number": number, "day": day}
    found: list[Block] = []
    if given.result.made_up:
        found.append(Paragraph(text=say("made_up_said")))
    found.append(Heading(level=2, text=say("heading.basis")))
    found.append(Paragraph(text=say("text.basis", agency=agency, **parts)))
    if plan.legal_basis:
        told = "; ".join(one.title.model_dump()[say.language] for one in plan.legal_basis)
        found.append(Paragraph(text=say("text.legal", all=told)))
    found.append(Heading(level=2, text=say("heading.summary")))
    if not plan.since <= given.as_of.year <= plan.until:
        key = "text.before_plan" if given.as_of.year < plan.since else "text.after_plan"
        found.append(Paragraph(text=say(key, since=plan.since, until=plan.until)))
    found.append(Paragraph(text=say("text.summary", n=len(plan.indicators), parts=_parts(given, say), day=day)))
    lines = list(_summary(given, say))
    lines[-1] = f"{lines[-1][:-1]}."
    found.append(Bullets(items=tuple(lines)))
    return [*found, *_progress(given, say)]


def _parts(given: Given, say: Words) -> str:
    """How many indicators have a number, how many are milestones, how many wishes."""
    kinds = Counter(_KIND_OF.get(of.comparator, "numbered") for of, _ in pairs(given))
    return ", ".join(
        say(f"text.part_{kind}", n=kinds[kind]) for kind in ("numbered", "milestone", "wish") if kinds[kind]
    )


def chapter_of_indicators(given: Given, say: Words) -> list[Block]:
    """The results, what could not be said, and what to know of the figures."""
    found: list[Block] = [
        Heading(level=2, text=say("heading.table")),
        Paragraph(text=say("text.counted")),
        _table(given, say),
        *long_comments(given, say, ((of.id, of.section, title_of(of, say)) for of, _ in pairs(given))),
    ]
    if wishes := _wishes(given, say):
        found += [Heading(level=2, text=say("heading.wishes")), Paragraph(text=say("text.wishes")), wishes]
    if courses := _courses(given, say):
        found += [Heading(level=2, text=say("heading.history")), courses]
    found += [Heading(level=2, text=say("heading.cannot")), *_cannot(given, say)]
    doubts = tuple(_doubts(given, say))
    found.append(Heading(level=2, text=say("heading.doubts")))
    found.append(Bullets(items=doubts) if doubts else Paragraph(text=say("text.doubts_none")))
    return found


def comment_in_table(given: Given, say: Words, about: str) -> str:
    """What the officer says of a row, or where it stands when the column has no room for it."""
    comment = given.comments.get(about, "")
    return comment if len(comment) <= _LONGEST_COMMENT else say("text.comment_below")


def long_comments(given: Given, say: Words, rows: Iterable[tuple[str, str, str]], kind: str = "") -> Iterator[Block]:
    """Below a table: the comments that its column has no room for.

    Args:
        given: What the report is made of.
        say: Words of its language.
        rows: Id, section and name of each row.
        kind: ``task_`` of tasks.
    """
    told = tuple(
        say("text.cannot_line", section=section, name=name, why=given.comments[about])
        for about, section, name in rows
        if len(given.comments.get(about, "")) > _LONGEST_COMMENT
    )
    if told:
        yield Paragraph(text=f"{say(f'heading.{kind}comments')}:")
        yield Bullets(items=told)


def _summary(given: Given, say: Words) -> Iterator[str]:
    for state in STATES:
        names = [title_of(of, say) for of, one in pairs(given) if one.state == state]
        if not names:
            continue
        key = "summary_line" if len(names) <= _MOST_NAMED else "summary_short"
        yield say(f"text.{key}", n=len(names), state=say(f"summary.{state}"), names="; ".join(names))


def _table(given: Given, say: Words) -> Table:
    year = given.as_of.year
    head = (
        say("column.no"),
        say("column.indicator"),
        say("column.target"),
        say("column.before", year=year - 1),
        say("column.value", day=say.day(given.as_of)),
        say("column.measured"),
        say("column.result"),
        say("column.comment"),
    )
    rows = tuple(_row(given, say, number, of, one) for number, (of, one) in enumerate(pairs(given), 1))
    return Table(head=head, widths=_WIDTHS, rows=rows, figures=(3, 4, 5))


def _row(given: Given, say: Words, number: int, of: Indicator, one: Evaluated) -> tuple[str, ...]:
    value = say.value(one.value, of)
    if one.estimate is not None:
        value += f" ({say('column.estimate').lower()}: {say.value(one.estimate, of)})"
    return (
        str(number),
        title_of(of, say),
        say.target(of),
        say.value(value_before(of, one, given.as_of.year), of),
        value,
        say.value(one.measured, of) if of.unit != "milestone" else say("nothing"),
        say.state(one),
        comment_in_table(given, say, of.id),
    )


def value_before(of: Indicator, one: Evaluated, year: int) -> float | None:
    """The value at the end of the year before: of a target of a whole period what was cumulated up to then."""
    for each in one.history:
        if each.year == year - 1:
            return each.value_of if of.period == "whole_period" and each.value_of is not None else each.value
    return None


def _wishes(given: Given, say: Words) -> Table | None:
    rows: list[tuple[str, ...]] = []
    last = given.as_of.year - 1
    for of, one in pairs(given):
        if of.measure.kind != "trend" or not one.components:
            continue
        rows.append((title_of(of, say),))
        named = {part.id: (part.vi if say.language == "vi" else part.en) for part in of.measure.components}
        for part in one.components:
            told = say(f"state.{part.direction}") if part.direction else say("nothing")
            rows.append((named.get(part.id, part.id), say.number(part.before), say.number(part.now), told))
    head = (
        say("column.series"),
        say("column.before", year=last - 1),
        say("column.now", year=last),
        say("column.direction"),
    )
    return Table(head=head, widths=(0.46, 0.16, 0.16, 0.22), rows=tuple(rows), figures=(1, 2)) if rows else None


def _progress(given: Given, say: Words) -> Iterator[Chart]:
    numbered = [
        (of, one) for of, one in pairs(given) if one.progress is not None and of.comparator not in ("=", "trend")
    ]
    bars = tuple(
        Bar(
            name=title_of(of, say),
            progress=one.progress or 0.0,
            told=f"{say.value(one.value, of)} · {say.state(one)}",
            state=str(one.state),
        )
        for of, one in numbered
    )
    good = sum(one.state in _GOOD for _, one in numbered)
    words = {"target": say("chart.target"), "axis": say("chart.progress_axis")}
    title = say("chart.progress", good=good, n=len(bars))
    for first in range(0, len(bars), _MOST_BARS):
        told = say("chart.progress_more", title=title) if first else title
        yield Chart(title=told, words=words, language=say.language, bars=bars[first : first + _MOST_BARS])


def _courses(given: Given, say: Words) -> Chart | None:
    found = []
    for of, one in pairs(given):
        years = {each.year: each.value for each in one.history}
        if sum(value is not None for value in years.values()) < _LEAST_YEARS or of.unit == "milestone":
            continue
        is_yearly = of.period in ("per_year", "by_year") and isinstance(of.target, float)
        name = f"{title_of(of, say)} ({say.unit(of)})"
        target = float(of.target) if is_yearly and isinstance(of.target, float) else None
        still = max((each.year for each in one.history if not each.is_full), default=0)
        found.append(Course(name=name, years=years, target=target, open_year=still))
    words = {"target": say("chart.target"), "open": say("chart.open")}
    title = say("chart.history")
    return (
        Chart(title=title, words=words, language=say.language, courses=tuple(found[:_MOST_COURSES])) if found else None
    )


def _cannot(given: Given, say: Words) -> list[Block]:
    found: list[Block] = []
    lines = [_why(given, say, of, one) for of, one in pairs(given) if one.state is State.CANNOT_BE_SAID]
    if lines:
        found += [Paragraph(text=say("text.cannot", n=len(lines))), Bullets(items=tuple(lines))]
    else:
        found.append(Paragraph(text=say("text.cannot_none")))
    return [Heading(level=3, text=say("heading.unsaid")), *found, *_partly(given, say), *_bare(given, say)]


def _partly(given: Given, say: Words) -> list[Block]:
    """What can be said, though something is missing."""
    others = [(of, one) for of, one in pairs(given) if one.state is not State.CANNOT_BE_SAID]
    partly = tuple(_why(given, say, of, one) for of, one in others if _missing(one))
    if partly:
        return [Heading(level=3, text=say("heading.incomplete")), Bullets(items=partly)]
    return []


def _bare(given: Given, say: Words) -> list[Block]:
    """What should be measured, and of which nothing was."""
    bare = [title_of(of, say) for of, one in pairs(given) if one.measured is None and _waits(one, of)]
    if not bare:
        return []
    told = say("text.not_measured", n=len(bare), names="; ".join(bare))
    return [Heading(level=3, text=say("heading.not_measured")), Paragraph(text=told)]


def _waits(one: Evaluated, of: Indicator) -> bool:
    """Whether something of it should be measured by now."""
    return one.state is not State.NOT_BEGUN and bool({of.feed, of.also_feed} & {"measured", "calibration"})


def _why(given: Given, say: Words, of: Indicator, one: Evaluated) -> str:
    told = " ".join(given.gap(gap, say.language) for gap in _missing(one))
    why = told or say("text.cannot_unknown")
    return say("text.cannot_line", section=of.section, name=title_of(of, say), why=why)


def _missing(one: Evaluated) -> tuple[Gap, ...]:
    """What is missing, of the parts of a wish too; each once."""
    parts = [gap for part in one.components for gap in part.missing]
    return tuple({(gap.code, tuple(sorted(gap.parts.items()))): gap for gap in (*one.missing, *parts)}.values())


def _doubts(given: Given, say: Words) -> Iterator[str]:
    for of, one in pairs(given):
        told = [given.gap(gap, say.language) for gap in one.doubts]
        # Where the evaluation carries the plan's own words they are not said twice.
        for words in (of.reading, of.ambiguity):
            own = told_of(words.vi if say.language == "vi" else words.en) if words else ""
            if own and not any(own in one_told for one_told in told):
                told.append(own)
        if told:
            yield say("text.cannot_line", section=of.section, name=title_of(of, say), why=" ".join(told))
