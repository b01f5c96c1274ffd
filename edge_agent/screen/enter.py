"""Scrap found later, product and order, people, work in progress."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.kpi.calendar import Shift
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.made import HOUR, Made, hours_made, hours_worked, shifts_before
from edge_agent.screen.rendering import Pages, Renderer
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.speech import Speech
from edge_agent.wire.entries import LateScrap, People, ProductChoice, WorkInProgress
from edge_agent.wire.settings import OrderConfig
from edge_agent.wire.shop_floor import Elements

router = APIRouter(include_in_schema=False)
NS = 10**9
DAY = 86_400 * NS
BACK_DAYS = 3
"""So far back scrap can be booked here; what is older needs a manager."""
EARLIER_MIN = (0, 5, 10, 15, 30, 60, 120)
MOST_PEOPLE = 500.0
_MOST_BUCKETS = 2000
_MOST_HOURS = 72
_SHOWN = 10
DASH = "\N{EN DASH}"
FORMS = ("scrap", "product", "people", "wip")


@router.get("/enter")
def show_forms(request: Request, screen: TheScreen, pages: Pages, unit: str = "") -> Response:
    """All that can be entered for a work unit."""
    units = screen.settings.units
    if not units:
        raise HTTPException(404, "agent.toml: has no [[work_units]]. Add one, nothing can be entered without.")
    name = unit if unit in units else next(iter(units))
    return _page(request, screen, pages, units[name], {})


@router.post("/enter/scrap")
def enter_scrap(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Scrap or rework that was found later; it is booked where the pieces were made."""
    unit = _unit(screen, form)
    with screen.book() as book:
        hours = _hours(screen, book, unit)
    made = next((hour for hour in hours if hour.value == form["made"]), None)
    scrap, rework = form.whole("scrap"), form.whole("rework")
    if made is None:
        form.mistakes["made"] = "mistake.choose"
    if not scrap and not rework and not form.mistakes:
        form.mistakes["scrap"] = "mistake.wanted"
    if made and made.good is not None and (scrap or 0) > made.good:
        form.mistakes["scrap"] = "mistake.more_than_made"
    entry = LateScrap(
        key=form.key(),
        work_unit=unit.name,
        made_at=made.made_at if made else 0,
        product=made.product if made else "",
        scrap=scrap or 0,
        rework=rework or 0,
        reason=form.text("reason"),
        who=screen.who(request, form),
    )
    return _kept(request, screen, pages, unit, "scrap", form, screen.keep(request, form, entry))


@router.post("/enter/scrap/back")
def take_scrap_back(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Late scrap that was entered by mistake."""
    unit = _unit(screen, form)
    with screen.book() as book:
        entry = book.record(LateScrap, form["entry"])
    if entry is None or entry.gone or entry.work_unit != unit.name:
        form.mistakes["form"] = "mistake.changed_since"
        return _kept(request, screen, pages, unit, "scrap", form, kept=False)
    who = screen.who(request, form)
    back = LateScrap(
        key=entry.key, work_unit=unit.name, made_at=entry.made_at, product=entry.product, gone=True, who=who
    )
    return _kept(request, screen, pages, unit, "scrap", form, screen.keep(request, form, back))


@router.post("/enter/product")
def choose_product(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """What is made from now on, or since some minutes."""
    unit = _unit(screen, form)
    planned = next((one for one in screen.settings.orders_of(unit) if one.number == form["planned"]), None)
    if planned is not None:  # one tap says all that the office knows of it
        quantity = form["quantity"] or str(planned.quantity or "")
        form.typed |= {"product": planned.product, "order": planned.number, "quantity": quantity}
    product = form.choice("product", ["", *(product.name for product in unit.products)])
    minutes = form.choice("earlier", [str(minutes) for minutes in EARLIER_MIN])
    since = screen.clock() - int(minutes or 0) * 60 * NS
    entry = ProductChoice(
        key=f"{unit.name}.{since}",
        work_unit=unit.name,
        since=since,
        product=product,
        order=form.text("order", most=60),
        quantity=form.whole("quantity", least=1, most=100_000_000),
        who=screen.who(request, form),
    )
    return _kept(request, screen, pages, unit, "product", form, screen.keep(request, form, entry))


@router.post("/enter/people")
def enter_people(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """How many people work on the unit in a shift; halves for who shares two machines."""
    unit = _unit(screen, form)
    shift = form.choice("shift", [shift.name for shift in _shifts(screen, unit)])
    people = form.number("people", most=MOST_PEOPLE, wanted=True)
    who = screen.who(request, form)
    entry = People(key=f"{unit.name}.{shift}", work_unit=unit.name, shift=shift, people=people or 0.0, who=who)
    return _kept(request, screen, pages, unit, "people", form, screen.keep(request, form, entry))


@router.post("/enter/wip")
def enter_wip(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Pieces that were counted between the steps."""
    unit, now = _unit(screen, form), screen.clock()
    pieces = form.whole("pieces", wanted=True)
    who = screen.who(request, form)
    entry = WorkInProgress(key=f"{unit.name}.{now}", work_unit=unit.name, counted_at=now, pieces=pieces or 0, who=who)
    return _kept(request, screen, pages, unit, "wip", form, screen.keep(request, form, entry))


def _kept(
    request: Request,
    screen: Screen,
    pages: Renderer,
    unit: WorkUnitConfig,
    name: str,
    form: Form,
    kept: bool,  # noqa: FBT001
) -> Response:
    if kept:
        return RedirectResponse(f"/enter?unit={quote(unit.name)}#{name}", 303)
    return _page(request, screen, pages, unit, {name: form}, 422)


def _page(
    request: Request,
    screen: Screen,
    pages: Renderer,
    unit: WorkUnitConfig,
    forms: Mapping[str, Form],
    status: int = 200,
) -> HTMLResponse:
    """All forms; one of them as it came back."""
    now = screen.clock()
    board = screen.board().units.get(unit.name)
    shifts = _shifts(screen, unit)
    shift = board.status.shift if board else ""
    titles = {product.name: product.title for product in unit.products}
    with screen.book() as book:
        told = book.records(People, unit.name, most=200)
        hours = _hours(screen, book, unit)
        context = {
            "unit": unit,
            "units": screen.settings.units,
            "titles": titles,
            "hours": hours,
            "late": book.records(LateScrap, unit.name, now - BACK_DAYS * DAY, most=_SHOWN),
            "product": next(iter(book.records(ProductChoice, unit.name, most=1)), None),
            "counted": next(iter(book.records(WorkInProgress, unit.name, most=1)), None),
        }
    context |= {
        "shifts": shifts,
        "shift": shift if shift in {one.name for one in shifts} else (shifts[0].name if shifts else ""),
        "people": {one.shift: one for one in told},
        "people_default": _as_before(told, shift),
        **_words(pages.speech_for(request), now, unit, screen.settings.orders_of(unit), shifts, hours),
        "forms": {name: forms.get(name) or Form() for name in FORMS},
        "now": now,
    }
    return pages.page(request, "enter.html", context, status)


def _words(
    say: Speech,
    now: int,
    unit: WorkUnitConfig,
    orders: Sequence[OrderConfig],
    shifts: Sequence[Shift],
    hours: Sequence[Made],
) -> dict[str, list[tuple[str, str]]]:
    """What is offered in the lists, as pairs of value and words."""
    titles = {product.name: product.title for product in unit.products}

    def clock(at: int) -> str:
        day = "" if say.local(at).date() == say.local(now).date() else f"{say.date(at)} "
        return day + say.tick(at, 60 * NS)

    def hour(one: Made) -> str:
        parts = [f"{clock(one.since)}{DASH}{say.tick(one.since + HOUR, 60 * NS)}"]
        if one.pieces is not None:
            parts.append(say("enter.made_n", n=say.number(one.pieces)))
        if one.shift:
            parts.append(say("enter.of_shift", shift=one.shift.partition("@")[0]))
        if one.product:
            parts.append(say.title(titles.get(one.product, {}), one.product))
        return " · ".join(parts)

    def shift(one: Shift) -> str:
        name = say("enter.of_shift", shift=one.name.partition("@")[0])
        return f"{name} · {clock(one.since_ns)}{DASH}{say.tick(one.until_ns, 60 * NS)}"

    return {
        "order_words": [(one.number, _order(say, one, titles)) for one in orders],
        "hour_words": [(one.value, hour(one)) for one in hours],
        "shift_words": [(one.name, shift(one)) for one in shifts],
        "product_words": [*((name, say.title(title, name)) for name, title in titles.items()), ("", say("enter.none"))],
        "earlier_words": [
            (str(minutes), say("enter.ago", time=say.lasting(60 * minutes)) if minutes else say("enter.now"))
            for minutes in EARLIER_MIN
        ],
    }


def _order(say: Speech, one: OrderConfig, titles: Mapping[str, Mapping[str, str]]) -> str:
    parts = [one.number, say.title(titles.get(one.product, {}), one.product)]
    if one.quantity is not None:
        parts.append(say.number(one.quantity))
    if one.due:
        parts.append(say("enter.order_due", day=say.date(_noon(one.due))))
    return " · ".join(parts)


def _noon(day: str) -> int:
    """An instant that lies in this day wherever the screen hangs, UTC ns."""
    return int(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC).timestamp()) * NS


def _unit(screen: Screen, form: Form) -> WorkUnitConfig:
    found = screen.settings.units.get(form["unit"])
    if found is None:
        raise HTTPException(
            404, f"work unit {form['unit'][:63]!r}: not in the configuration. Choose one from the list."
        )
    return found


def _shifts(screen: Screen, unit: WorkUnitConfig) -> list[Shift]:
    calendar = screen.settings.calendar_of(unit)
    return shifts_before(calendar, screen.clock(), BACK_DAYS)[:_SHOWN] if calendar else []


def _hours(screen: Screen, book: ShopReader, unit: WorkUnitConfig) -> list[Made]:
    """Hours in which pieces were made, or in which people worked where no counter tells."""
    now, zone = screen.clock(), screen.settings.zone
    since = now - BACK_DAYS * DAY
    found = hours_made(book.records(Elements, unit.name, since, most=_MOST_BUCKETS), zone)
    if not found:
        found = hours_worked((one for one in _shifts(screen, unit) if one.until_ns > since), now, zone)
    return found[:_MOST_HOURS]


def _as_before(told: list[People], shift: str) -> float | None:
    """How many there were in this shift the last time that it was said; None: never."""
    name = shift.partition("@")[0]
    before = [one for one in told if one.shift.partition("@")[0] == name and one.shift != shift]
    return max(before, key=lambda one: one.shift).people if before else None
