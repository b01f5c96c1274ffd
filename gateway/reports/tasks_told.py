"""The chapter of tasks: how far each is, what is late, and the money."""

from collections import Counter
from collections.abc import Iterator

from gateway.indicators.schema import Due, Plan, Task
from gateway.indicators.tasks import TaskStanding, TaskState
from gateway.reports.content import Block, Bullets, Heading, Paragraph, Table
from gateway.reports.given import Given
from gateway.reports.indicators_told import comment_in_table, long_comments
from gateway.reports.wording import Words

_WIDTHS = (0.06, 0.32, 0.12, 0.15, 0.35)
_LONGEST = 400
"""Letters of what an agency said that a row of a table has room for; all of it stands in the workbook."""


def chapter_of_tasks(given: Given, say: Words) -> list[Block]:
    """Progress in short and by leading agency, what is late, money by source."""
    tasks = {one.id: one for one in given.plan.tasks}
    if not tasks:
        return [Paragraph(text=say("text.task_none"))]
    counts = Counter(one.state for one in given.tasks)
    told = ", ".join(f"{counts[state]} {say(f'task.{state}')}" for state in TaskState if counts[state])
    late = [one for one in given.tasks if one.is_late]
    lines = tuple(_late(given, say, tasks[one.task], one) for one in late)
    return [
        Heading(level=2, text=say("heading.task_summary")),
        Paragraph(text=say("text.task_summary", n=len(tasks), told=told or say("nothing"), late=len(late))),
        Heading(level=2, text=say("heading.task_list")),
        _by_lead(given, say, tasks),
        *long_comments(given, say, _named(given, say), "task_"),
        Heading(level=2, text=say("heading.task_late")),
        Bullets(items=lines) if lines else Paragraph(text=say("text.task_late_none")),
        Heading(level=2, text=say("heading.money")),
        *_money(given, say),
    ]


def agencies_told(plan: Plan, keys: tuple[str, ...], say: Words) -> str:
    """Agencies as people call them."""
    named = (plan.agencies.get(key) for key in keys)
    words = [(one.vi if say.language == "vi" else one.en) if one else key for key, one in zip(keys, named, strict=True)]
    return ", ".join(words) or say("nothing")


def due_told(due: Due, say: Words) -> str:
    """When a task is to be done."""
    until = due.until or "…"
    kind = "window" if due.kind == "starts" and due.until else due.kind
    return say(f"due.{kind}", year=due.year, until=until, quarter=due.quarter)


def said_told(one: TaskStanding, say: Words) -> str:
    """What agencies said of a task last."""
    return " ".join(
        say("text.task_told", agency=each.name, day=say.day(each.day), told=each.told or say(f"task.{each.state}"))
        for each in one.said
    )


def _by_lead(given: Given, say: Words, tasks: dict[str, Task]) -> Table:
    groups: dict[str, list[TaskStanding]] = {}
    for one in given.tasks:
        groups.setdefault(agencies_told(given.plan, tasks[one.task].lead, say), []).append(one)
    rows: list[tuple[str, ...]] = []
    number = 0
    for lead, standings in groups.items():
        named = lead != say("nothing")
        rows.append((f"{say('column.lead')}: {lead}" if named else say("lead.nobody"),))
        for one in standings:
            number += 1
            rows.append(_row(given, say, number, tasks[one.task], one))
    head = tuple(say(f"column.{name}") for name in ("no", "task", "due", "state", "told"))
    return Table(head=head, widths=_WIDTHS, rows=tuple(rows))


def _row(given: Given, say: Words, number: int, task: Task, one: TaskStanding) -> tuple[str, ...]:
    title = task.title.vi if say.language == "vi" else task.title.en
    state = say(f"task.{one.state}").capitalize()
    late = f" ({say('column.late').lower()})" if one.is_late else ""
    said = [part for part in (shortened(said_told(one, say)), comment_in_table(given, say, task.id)) if part]
    return (str(number), title, due_told(task.due, say), f"{state}{late}", " ".join(said))


def _named(given: Given, say: Words) -> Iterator[tuple[str, str, str]]:
    for one in given.plan.tasks:
        yield one.id, one.section, one.title.vi if say.language == "vi" else one.title.en


def shortened(text: str) -> str:
    """A text of as many letters as there is room for, ended at a word."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]}…"


def _late(given: Given, say: Words, task: Task, one: TaskStanding) -> str:
    title = task.title.vi if say.language == "vi" else task.title.en
    why = given.gap(one.why, say.language) if one.why else due_told(task.due, say)
    lead = agencies_told(given.plan, task.lead, say)
    return say("text.task_late", section=task.section, name=title, lead=lead, why=why)


def money_by_source(given: Given) -> dict[str, tuple[int, int, int]]:
    """Source -> planned, allocated and disbursed of the year, VND."""
    sums: dict[str, tuple[int, int, int]] = {}
    for one in given.tasks:
        for each in one.this_year:
            was = sums.get(each.source, (0, 0, 0))
            sums[each.source] = (was[0] + each.planned, was[1] + each.allocated, was[2] + each.disbursed)
    return sums


def _money(given: Given, say: Words) -> list[Block]:
    sums = money_by_source(given)
    if not sums:
        return [Paragraph(text=say("text.money_none"))]
    total = tuple(sum(one[k] for one in sums.values()) for k in range(3))
    named = [(given.sources.get(source, {}).get(say.language, source), each) for source, each in sums.items()]
    all_of_it = "Tổng cộng" if say.language == "vi" else "Total"
    rows = tuple(_money_row(say, name, each) for name, each in [*named, (all_of_it, total)])
    head = tuple(say(f"column.{name}") for name in ("source", "planned", "allocated", "disbursed", "ratio"))
    table = Table(head=head, widths=(0.32, 0.17, 0.17, 0.17, 0.17), rows=rows, figures=(1, 2, 3, 4))
    return [Paragraph(text=say("text.money_unit"), style="note"), table]


def _money_row(say: Words, name: str, each: tuple[int, ...]) -> tuple[str, ...]:
    planned, allocated, disbursed = each
    ratio = say.number(100 * disbursed / allocated, 1) if allocated else say("nothing")
    return (name, say.money(planned), say.money(allocated), say.money(disbursed), ratio)
