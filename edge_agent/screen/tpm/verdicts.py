"""Whether an improvement action helped: the figures before and after, and what somebody concludes from them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from edge_agent.kpi.effect import Effect, LossShare, compare
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.actions import find_action, words_of_losses
from edge_agent.screen.tpm.effect import measure
from edge_agent.screen.tpm.lists import losses_of
from edge_agent.screen.tpm.wall_clock import DAY_NS, day_in, day_of, days_from
from edge_agent.wire.entries import ImprovementAction
from edge_agent.wire.shop_floor import Elements, Stop

router = APIRouter(include_in_schema=False)
DAYS = (1, 3, 7, 14, 28)
"""Lengths of a stretch that are offered; whole weeks hold each weekday as often."""
_USUAL = 7
_MOST_BUCKETS = 20_000
_MOST_STOPS = 20_000
_LONGEST_STOP_NS = 3 * DAY_NS
"""A stop that began longer before a stretch is not looked for."""


class Stretches(NamedTuple):
    """Which days are compared.

    Attributes:
        before: First day before the action.
        after: First day after it.
        days: How many of each.
    """

    before: date
    after: date
    days: int


@router.get("/tpm/actions/{key}")
def show_action(
    request: Request, screen: TheScreen, pages: Pages, key: str, days: str = "", before: str = "", after: str = ""
) -> HTMLResponse:
    """One action; once it is done also its figures, for the days that are asked for."""
    asked = {"days": days, "before": before, "after": after}
    form = Form({name: text for name, text in asked.items() if text})
    return _show(request, screen, pages, form, find_action(screen, key))


@router.post("/tpm/actions/{key}/done")
def end_action(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """It is done."""
    action = find_action(screen, key)
    if action.done_at:
        return RedirectResponse(f"/tpm/actions/{key}", 303)
    entry = replace(action, done_at=screen.clock(), who=screen.who(request, form), entered_at=0, revision=0, at=0)
    if not screen.keep(request, form, entry):
        return _show(request, screen, pages, form, action, 422)
    return RedirectResponse(f"/tpm/actions/{key}", 303)


@router.post("/tpm/actions/{key}/verdict")
def conclude(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """Keep the figures and what somebody concludes; nobody concludes what the figures do not show."""
    action = find_action(screen, key)
    verdict = form.choice("verdict", ("effective", "not_effective"))
    who = screen.who(request, form)
    stretches = stretches_in(form, action, screen)
    with screen.book() as book:
        effect = effect_of(screen, book, action, stretches)
    if not action.done_at or effect.refusal:
        form.mistakes["verdict"] = "tpm.mistake.not_compared"
    elif verdict == "effective" and not effect.fell:
        form.mistakes["verdict"] = "tpm.mistake.not_shown"
    entry = replace(
        action,
        before_since=effect.before.since,
        after_since=effect.after.since,
        compared_ns=effect.before.until - effect.before.since,
        before=effect.before.share,
        after=effect.after.share,
        verdict=verdict,
        who=who,
        entered_at=0,
        revision=0,
        at=0,
    )
    if not screen.keep(request, form, entry):
        return _show(request, screen, pages, form, action, 422)
    return RedirectResponse(f"/tpm/actions/{key}", 303)


def stretches_in(form: Form, action: ImprovementAction, screen: Screen) -> Stretches:
    """The days that a form asks for; those of the verdict, or else the week before and the week after the action."""
    zone = screen.settings.zone
    days = int(form["days"]) if form["days"] in {str(one) for one in DAYS} else 0
    if not days:
        days = round(action.compared_ns / DAY_NS) or _USUAL
    done = day_of(action.done_at or screen.clock(), zone)
    before = day_of(action.before_since, zone) if action.before_since else done - timedelta(days=days)
    after = day_of(action.after_since, zone) if action.after_since else done + timedelta(days=1)
    return Stretches(day_in(form, "before") or before, day_in(form, "after") or after, days)


def effect_of(screen: Screen, book: ShopReader, action: ImprovementAction, stretches: Stretches) -> Effect:
    """Both stretches, measured in what this edge holds."""
    now, zone = screen.clock(), screen.settings.zone
    measured = []
    for day in (stretches.before, stretches.after):
        since, until = days_from(day, stretches.days, zone)
        measured.append(_measure(screen, book, action, since, until))
    return compare(measured[0], measured[1], now)


def _measure(screen: Screen, book: ShopReader, action: ImprovementAction, since: int, until: int) -> LossShare:
    units = (action.work_unit,) if action.work_unit else tuple(screen.settings.units)
    reasons = losses_of(screen.settings).get(action.loss, frozenset((action.loss,)))
    stops = []
    if reasons:
        for unit in units:
            found = book.records(Stop, unit, since - _LONGEST_STOP_NS, until, _MOST_STOPS)
            stops += [stop for stop in found if stop.reason in reasons]

    def elements() -> Iterator[Elements]:
        for unit in units:
            yield from book.records(Elements, unit, since, until, _MOST_BUCKETS)

    return measure(elements(), since, until, action.loss, len(units), stops, screen.clock())


def _show(
    request: Request, screen: Screen, pages: Pages, form: Form, action: ImprovementAction, status: int = 200
) -> HTMLResponse:
    context: dict[str, object] = {"form": form, "action": action, "now": screen.clock(), "days": DAYS}
    context |= {"effect": None, "stretches": None, "today": day_of(screen.clock(), screen.settings.zone).isoformat()}
    if action.done_at:
        stretches = stretches_in(form, action, screen)
        with screen.book() as book:
            context |= {"effect": effect_of(screen, book, action, stretches), "stretches": stretches}
    return pages.page(request, "tpm/action.html", {**context, **words_of_losses(screen)}, status)
