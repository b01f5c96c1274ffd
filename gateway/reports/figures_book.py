"""All figures of a report with their evidence, as sheets: each record that counts, with its day and its document."""

from collections.abc import Iterator

from gateway.indicators.facts import FigureChange, PilotJudged
from gateway.indicators.results import Evaluated
from gateway.indicators.schema import Indicator
from gateway.reports.annex import Records, noun_told
from gateway.reports.content import Cell, Sheet
from gateway.reports.given import Given
from gateway.reports.indicators_told import pairs, title_of, value_before
from gateway.reports.pilots_told import in_percent, name_of, unit_of, why_told
from gateway.reports.tasks_told import agencies_told, due_told, said_told
from gateway.reports.wording import Words, words_of

Row = tuple[Cell, ...]
_VIETNAMESE = "vi"


def sheets_of(given: Given, language: str = _VIETNAMESE) -> tuple[Sheet, ...]:
    """Indicators, their years, tasks, money, evidence, what was not counted and why, pilots, notes."""
    say = words_of(language)
    return (
        _sheet(say, "indicators", _INDICATORS, _indicators(given, say), given),
        _sheet(say, "years", _YEARS, _years(given, say), given),
        _sheet(say, "tasks", _TASKS, _tasks(given, say), given),
        _sheet(say, "money", _MONEY, _money(given, say), given),
        _sheet(say, "evidence", _EVIDENCE, _evidence(given, say), given),
        _sheet(say, "not_counted", _NOT_COUNTED, _not_counted(given, say), given),
        _sheet(say, "pilots", _PILOTS, _pilots(given, say), given),
        _sheet(say, "notes", _NOTES, _notes(given, say), given),
    )


_INDICATORS = {
    "id": 26,
    "section": 9,
    "indicator": 46,
    "unit": 16,
    "target": 28,
    "target_low": 14,
    "target_high": 14,
    "before": 12,
    "value": 14,
    "estimate": 14,
    "measured": 14,
    "progress": 13,
    "result": 20,
    "counted": 14,
    "left_out": 12,
    "proven": 14,
    "why": 60,
    "comment": 40,
}
_YEARS = {
    "id": 26,
    "indicator": 46,
    "year": 8,
    "value_of_year": 14,
    "cumulated": 14,
    "estimate": 14,
    "result": 20,
    "is_full": 20,
}
_TASKS = {
    "id": 26,
    "section": 9,
    "task": 46,
    "lead": 30,
    "coordinate": 30,
    "due": 20,
    "state": 22,
    "late": 9,
    "why": 40,
    "told": 60,
    "comment": 40,
}
_MONEY = {"id": 26, "task": 46, "source": 30, "planned_dong": 20, "allocated_dong": 20, "disbursed_dong": 20}
_EVIDENCE = {
    "id": 26,
    "indicator": 40,
    "noun": 24,
    "record": 44,
    "day": 14,
    "document": 26,
    "attached": 12,
    "record_id": 36,
}
_NOT_COUNTED = {"id": 26, "indicator": 40, "noun": 24, "record": 44, "why": 60, "record_id": 36}
_PILOTS = {
    "pilot": 40,
    "state": 26,
    "figure": 26,
    "unit": 24,
    "pilot_before": 14,
    "change": 14,
    "low": 14,
    "high": 14,
    "result": 40,
    "days_before": 12,
    "days_after": 12,
    "coverage": 14,
    "why": 50,
}
_NOTES = {"about": 34, "note": 110}


def _sheet(say: Words, name: str, columns: dict[str, int], rows: Iterator[Row], given: Given) -> Sheet:
    parts = {"year": given.as_of.year - 1, "day": say.day(given.as_of)}
    head = tuple(say(f"column.{column}", **parts) for column in columns)
    years = tuple(place for place, column in enumerate(columns) if column in ("year", "day"))
    widths = tuple(columns.values())
    return Sheet(name=say(f"sheet.{name}"), head=head, widths=widths, rows=tuple(rows), years=years)


def _indicators(given: Given, say: Words) -> Iterator[Row]:
    for of, one in pairs(given):
        low, high = of.target if isinstance(of.target, tuple) else (of.target, None)
        yield (
            of.id,
            of.section,
            title_of(of, say),
            say.unit(of),
            say.target(of),
            _number(low),
            high,
            value_before(of, one, given.as_of.year),
            one.value,
            one.estimate,
            one.measured,
            None if one.progress is None else round(100 * one.progress, 3),
            say.state(one),
            len(one.rests_on),
            len(one.not_counted),
            None if one.coverage is None else round(100 * one.coverage, 3),
            _gaps(given, say, one),
            given.comments.get(of.id, ""),
        )


def _number(target: float | bool | None) -> float | None:  # noqa: FBT001  as a plan's file has it
    """A milestone has no number."""
    return None if isinstance(target, bool) else target


def _gaps(given: Given, say: Words, one: Evaluated) -> str:
    return " ".join(given.gap(gap, say.language) for gap in (*one.missing, *one.doubts))


def _years(given: Given, say: Words) -> Iterator[Row]:
    for of, one in pairs(given):
        for each in one.history:
            state = say(f"state.{each.state}") if each.state else ""
            full = say("column.is_full") if each.is_full else say("chart.open")
            yield (of.id, title_of(of, say), each.year, each.value, each.value_of, each.estimate, state, full)
        yield from _components(of, one, say)


def _components(of: Indicator, one: Evaluated, say: Words) -> Iterator[Row]:
    if of.measure.kind != "trend":
        return
    named = {part.id: (part.vi if say.language == _VIETNAMESE else part.en) for part in of.measure.components}
    for part in one.components:
        for year, value in sorted(part.values.items()):
            yield (of.id, named.get(part.id, part.id), year, value, None, None, "", "")


def _tasks(given: Given, say: Words) -> Iterator[Row]:
    tasks = {one.id: one for one in given.plan.tasks}
    for one in given.tasks:
        task = tasks[one.task]
        yield (
            task.id,
            task.section,
            task.title.vi if say.language == _VIETNAMESE else task.title.en,
            agencies_told(given.plan, task.lead, say),
            agencies_told(given.plan, task.coordinate, say),
            due_told(task.due, say),
            say(f"task.{one.state}").capitalize(),
            "x" if one.is_late else "",
            given.gap(one.why, say.language) if one.why else "",
            said_told(one, say),
            given.comments.get(task.id, ""),
        )


def _money(given: Given, say: Words) -> Iterator[Row]:
    tasks = {one.id: one for one in given.plan.tasks}
    for one in given.tasks:
        title = tasks[one.task].title
        for each in one.this_year:
            source = given.sources.get(each.source, {}).get(say.language, each.source)
            called = title.vi if say.language == _VIETNAMESE else title.en
            yield (one.task, called, source, each.planned, each.allocated, each.disbursed)


def _evidence(given: Given, say: Words) -> Iterator[Row]:
    records = Records(given)
    for of, one in pairs(given):
        for ref in one.rests_on:
            it = records.evidence(ref)
            noun = noun_told(given, say, it.noun)
            yield (of.id, title_of(of, say), noun, it.label, say_day(say, it.day), it.document, it.attached, it.id)


def say_day(say: Words, day: str) -> Cell:
    """A day as people write it; a year is a number."""
    return int(day) if day.isdigit() else say.day(day)


def _not_counted(given: Given, say: Words) -> Iterator[Row]:
    records = Records(given)
    for of, one in pairs(given):
        for each in one.not_counted:
            it = records.evidence(each.ref)
            why = given.gap(each.why, say.language)
            yield (of.id, title_of(of, say), noun_told(given, say, it.noun), it.label, why, it.id)


def _pilots(given: Given, say: Words) -> Iterator[Row]:
    for one in given.facts.pilots:
        for each in one.figures or (None,):
            yield _pilot(given, say, one, each)


def _pilot(given: Given, say: Words, one: PilotJudged, each: FigureChange | None) -> Row:
    scale = 100.0 if each and in_percent(each.figure) else 1.0
    numbers = [] if each is None else [each.before, each.change, each.low, each.high]
    shown = [None if value is None else round(scale * value, 6) for value in numbers] or [None] * 4
    figure = given.figures.get(each.figure, {}).get(say.language, each.figure) if each else ""
    return (
        name_of(given, one),
        say(f"pilot.{one.state}"),
        figure,
        unit_of(each.figure, say) if each else "",
        *shown,
        say(f"finding.{each.state}") if each else "",
        *one.days,
        None if one.coverage is None else round(100 * one.coverage, 3),
        "; ".join(why_told(say, code) for code in one.why),
    )


def _notes(given: Given, say: Words) -> Iterator[Row]:
    if given.result.made_up:
        yield (say("made_up"), say("made_up_said"))
    yield (say("column.value", day=say.day(given.as_of)), say("text.counted"))
    yield ("SHA-256", given.facts_sha256)
    yield ("nhipdo", given.software)
    for of, one in pairs(given):
        told = _gaps(given, say, one)
        own = (of.reading, of.ambiguity)
        plan = " ".join((each.vi if say.language == _VIETNAMESE else each.en) for each in own if each)
        if plan and plan not in told:
            yield (f"{of.section} {title_of(of, say)}", plan)
