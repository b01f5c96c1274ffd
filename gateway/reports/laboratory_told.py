"""The chapter of the laboratories' capacity."""

from itertools import dropwhile

from gateway.reports.content import Block, Paragraph, Table
from gateway.reports.given import Given
from gateway.reports.wording import Words

_COLUMNS = ("year", "documents", "fields", "in_order", "turnaround", "requests")


def chapter_of_laboratory(given: Given, say: Words) -> list[Block]:
    """What the laboratories did by year, up to the day of the report."""
    told = sorted((one for one in given.facts.capacity if one.year <= given.as_of.year), key=lambda one: one.year)
    # Years before the first of which anything is known say nothing.
    years = list(dropwhile(lambda one: not (one.documents or one.fields or one.requests_served), told))
    if not years:
        return [Paragraph(text=say("text.laboratory_none"))]
    rows = tuple(
        (
            str(one.year),
            say.number(one.documents),
            say.number(one.fields),
            say.number(one.in_order, 1),
            say.number(one.turnaround, 1),
            say.number(one.requests_served, 1),
        )
        for one in years
    )
    head = tuple(say(f"column.{name}") for name in _COLUMNS)
    return [Table(head=head, widths=(0.1, 0.18, 0.18, 0.18, 0.18, 0.18), rows=rows, figures=(0, 1, 2, 3, 4, 5))]
