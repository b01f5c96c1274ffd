"""What needs me in this shift, and the way to everything else."""

from collections.abc import Iterator
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.attention import areas_due, by_state, open_tags
from edge_agent.screen.tpm.checklist import due_now
from edge_agent.screen.tpm.lists import audit_of
from edge_agent.screen.tpm.tags import KINDS
from edge_agent.screen.tpm.wall_clock import DAY_NS, day_of
from edge_agent.wire.entries import (
    AbnormalityTag,
    Audit5S,
    ChangeoverStudy,
    ImprovementAction,
    Maintenance,
)

router = APIRouter(include_in_schema=False)
_STUDY_LASTS_NS = DAY_NS
"""A changeover that nobody has ended for a day is forgotten, not running."""


class Need(NamedTuple):
    """Something that somebody should do.

    Attributes:
        kind: Which, for its words: ``tpm.need.{kind}``.
        target: Where it is done.
        n: How many; 0: it is not counted.
        unit: Name of the work unit; empty: it has none.
        words: What it is called, as people wrote it; empty: the kind says it.
        titles: The same, language -> words.
        since: Since when, UTC ns; 0: no matter.
        late: It should be done already.
    """

    kind: str
    target: str
    n: int = 0
    unit: str = ""
    words: str = ""
    titles: dict[str, str] | None = None
    since: int = 0
    late: bool = False


def needs(screen: Screen, book: ShopReader, now: int) -> Iterator[Need]:
    """All of it: what belongs to this shift first, what may wait last."""
    for due in due_now(screen, book, now):
        if due.done is None:
            target = f"/tpm/checklist/{due.unit}/{due.checklist.id}"
            yield Need("checklist", target, unit=due.unit, titles=due.checklist.title)
    yield from _running(book, now)
    actions = by_state(book.records(ImprovementAction), day_of(now, screen.settings.zone))
    for action in actions.overdue:
        yield Need("overdue", f"/tpm/actions/{action.key}", unit=action.work_unit, words=action.what, late=True)
    yield from _tags(open_tags(book.records(AbnormalityTag)))
    for area in areas_due(audit_of(screen.settings).areas, book.records(Audit5S), now):
        if area.due:
            since = area.last.entered_at if area.last else 0
            yield Need("audit", f"/tpm/5s/{area.area.id}/new", titles=area.area.title, since=since)
    for action in actions.to_verify:
        yield Need("verify", f"/tpm/actions/{action.key}", unit=action.work_unit, words=action.what)


def _running(book: ShopReader, now: int) -> Iterator[Need]:
    for work in book.records(Maintenance, since=now - 30 * DAY_NS):
        if work.until is None:
            target = f"/tpm/maintenance/{work.key}"
            yield Need("maintenance", target, unit=work.work_unit, words=work.what, since=work.since)
    for study in book.records(ChangeoverStudy, since=now - _STUDY_LASTS_NS):
        if not study.ended_at and study.steps:
            target = f"/tpm/changeover/{study.key}"
            yield Need("changeover", target, unit=study.work_unit, since=study.steps[0].since)


def _tags(tags: list[AbnormalityTag]) -> Iterator[Need]:
    for kind in KINDS:
        of_kind = [tag for tag in tags if tag.kind == kind]
        if of_kind:
            yield Need(f"tags_{kind}", "/tpm/tags", n=len(of_kind), since=of_kind[0].found_at)


@router.get("/tpm")
def show_overview(request: Request, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """The first page of TPM."""
    now = screen.clock()
    with screen.book() as book:
        found = list(needs(screen, book, now))
    context = {"needs": found, "now": now, "units": screen.settings.units}
    return pages.page(request, "tpm/overview.html", context)
