"""Putting an item on the bench: which procedure, which item, what reads it, with which standards."""

from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from calibration.decision import RULES
from edge_agent.bench.bench import Bench, BenchSet
from edge_agent.bench.conforming import permissible
from edge_agent.bench.in_force import BenchSettings
from edge_agent.bench.loading import LoadedProcedure
from edge_agent.bench.procedure import Procedure
from edge_agent.bench.requests import Begin, StandardChosen
from edge_agent.bench.steps import nominal_values
from edge_agent.screen.bench.numbers import read_number, read_points
from edge_agent.screen.bench.offering import fits, offer_standards
from edge_agent.screen.bench.the_bench import TheBench, asked
from edge_agent.screen.bench.waiting import today
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.wire.bench import BenchItem
from edge_agent.wire.bench_settings import BenchOrder

router = APIRouter(include_in_schema=False)
PLACES = ("laboratory", "customer")
TEXTS = ("name", "serial_number", "code", "maker", "model", "owner", "condition", "specification", "accuracy_class")
NUMBERS = ("range_low", "range_high", "resolution")
FIRST = ("name", "serial_number", "maker", "model")
MORE = ("code", "owner", "condition", "specification", "accuracy_class")
"""Fields of the item that few need to change: they are folded."""


@router.get("/bench/begin")
def choose_procedure(request: Request, bench: TheBench, pages: Pages, order: str = "") -> HTMLResponse:
    """Which procedure: those that fit the item of the order come first."""
    offered = bench.offered
    wanted = order_of(offered, order)
    every = offered.procedures.values()
    context = {
        "order": wanted,
        "fitting": [one for one in every if wanted and fits(one.procedure, wanted)],
        "others": [one for one in every if not (wanted and fits(one.procedure, wanted))],
    }
    return pages.page(request, "bench/procedures.html", context)


@router.get("/bench/begin/{procedure}")
def show_form(
    request: Request, screen: TheScreen, bench: TheBench, pages: Pages, procedure: str, order: str = ""
) -> HTMLResponse:
    """All that a session needs to know, as the order has it."""
    form = Form()
    form.typed["order"] = order
    return _page(request, screen, bench, pages, form, loaded(bench.offered, procedure))


@router.post("/bench/begin/{procedure}")
def begin(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, procedure: str) -> Response:
    """Begin the session."""
    offered = bench.offered
    chosen = loaded(offered, procedure)
    key = form.key()
    if key in bench.board.sessions:  # the same form twice
        return RedirectResponse(f"/bench/{key}", 303)
    wanted = _judged(screen, offered, form, chosen.procedure, key)
    wanted = replace(wanted, who=screen.who(request, form))
    if not form.mistakes and not BenchSettings(people=offered.people).may(wanted.who, procedure, _day(screen)):
        form.mistakes["operator"] = "bench.mistake.not_competent"
    if asked(bench, form, wanted, _about(chosen.procedure, wanted)):
        return RedirectResponse(f"/bench/{key}", 303)
    return _page(request, screen, bench, pages, form, chosen, 422)


def _about(procedure: Procedure, wanted: Begin) -> dict[str, str]:
    """How the bench's refusals begin -> the field that they are about."""
    item = f"item {wanted.item.code or wanted.item.name}" if wanted.item else "item"
    return {
        "who:": "operator",
        "item: name": "name",
        f"{item}: resolution": "resolution",
        f"{item}: range": "range_high",
        f"{item}: unit": "range_low",
        f"{item}:": "mpe",
        "maximum permissible error": "mpe",
        "decision rule": "decision_rule",
        "channel": "read_by",
        "instrument": "read_by",
        **{f"reference {rule.role}": f"standard-{rule.role}" for rule in procedure.references},
        **{f"standard {one.code}": f"standard-{one.role}" for one in wanted.standards},
        **{f"test {test.id}": f"points-{test.id}" for test in procedure.tests},
    }


def order_of(offered: BenchSet, number: str) -> BenchOrder | None:
    """A work order that waits; None: there is none of this number."""
    return next((one for one in offered.orders if number and one.number == number), None)


def loaded(offered: BenchSet, procedure: str) -> LoadedProcedure:
    """A procedure of this edge.

    Raises:
        HTTPException: There is none of this id.
    """
    found = offered.procedures.get(procedure)
    if found is None:
        raise HTTPException(404, f"procedure {procedure[:63]!r}: not on this edge. Choose one from the list.")
    return found


def _day(screen: Screen) -> str:
    return today(screen.settings.zone, screen.clock())


def _judged(screen: Screen, offered: BenchSet, form: Form, procedure: Procedure, key: str) -> Begin:
    """What the form asks for; its mistakes stand in it."""
    order = order_of(offered, form["order"])
    instrument, channel = _read_by(form, offered, procedure)
    item = read_item(form, procedure, order)
    form.typed |= {name: form[name] for name in ("decision_rule", "place")}
    tests = [test for test in procedure.tests if test.points]
    points = {test.id: read_points(form, f"points-{test.id}") for test in tests}
    return Begin(
        session=key,
        work_order=order.number if order else "",
        procedure=procedure.id,
        item=item,
        standards=_standards(screen, offered, form, procedure),
        instrument=instrument,
        channel=channel,
        decision_rule=form.choice("decision_rule", ["", *RULES]),
        place=form.choice("place", PLACES),
        points={test: values for test, values in points.items() if values},
        left_out=tuple(test.id for test in procedure.tests if test.optional and not form[f"do-{test.id}"]),
        deviations=form.text("deviations", 1000),
    )


def read_item(form: Form, procedure: Procedure, order: BenchOrder | None) -> BenchItem:
    """The item as the form has it; what somebody has changed is no longer only the customer's word."""
    before = order.item if order else None
    texts = {name: form.text(name, wanted=name == "name") for name in TEXTS}
    figures = {name: read_number(form, name, wanted=name == "resolution") for name in NUMBERS}
    low, high, resolution = figures["range_low"], figures["range_high"], figures["resolution"]
    if resolution is not None and not resolution > 0:
        form.mistakes["resolution"] = "bench.mistake.resolution"
    if low is not None and high is not None and not low < high:
        form.mistakes["range_high"] = "bench.mistake.range"
    item = BenchItem(
        name=texts["name"],
        registry_id=before.registry_id if before else "",
        unit=before.unit if before else procedure.unit,
        range_low=low,
        range_high=high,
        resolution=resolution or 0.0,
        mpe=_mpe(form, high),
    )
    item = replace(item, **texts)
    return replace(item, supplied=_supplied(form, item, before))


def _supplied(form: Form, item: BenchItem, before: BenchItem | None) -> tuple[str, ...]:
    told = before.supplied if before else ()
    kept = [name for name in told if getattr(item, name) == getattr(before, name)]
    marked = [name for name in (*TEXTS, *NUMBERS, "mpe") if form[f"supplied-{name}"]]
    return tuple(dict.fromkeys([*kept, *marked]))


def _mpe(form: Form, high: float | None) -> str:
    formula = form.text("mpe", 500)
    if formula:
        try:
            permissible(formula, high or 1.0)
        except ValueError:
            form.mistakes["mpe"] = "bench.mistake.mpe"
    return formula


def _read_by(form: Form, offered: BenchSet, procedure: Procedure) -> tuple[str, str]:
    """Instrument and channel; both empty where the indication is typed."""
    by_name = {f"{one.instrument} {one.channel}": one for one in offered.channels}
    may = [name for name, one in by_name.items() if one.unit == procedure.unit]
    if procedure.item_source == "typed":
        may = []
    if procedure.item_source != "channel":
        may.append("typed")
    chosen = by_name.get(form.choice("read_by", may))
    return (chosen.instrument, chosen.channel) if chosen else ("", "")


def _standards(screen: Screen, offered: BenchSet, form: Form, procedure: Procedure) -> tuple[StandardChosen, ...]:
    chosen: list[StandardChosen] = []
    for rule in procedure.references:
        may = [one.standard.code for one in offer_standards(offered, rule, _day(screen)) if not one.why_not]
        taken = [code for code in may if form[f"standard-{rule.role}-{code}"] or form[f"standard-{rule.role}"] == code]
        if not taken:
            form.mistakes[f"standard-{rule.role}"] = "bench.mistake.standard"
        chosen += [StandardChosen(rule.role, code) for code in taken]
    return tuple(chosen)


def _page(
    request: Request,
    screen: Screen,
    bench: Bench,
    pages: Pages,
    form: Form,
    chosen: LoadedProcedure,
    status: int = 200,
) -> HTMLResponse:
    offered, procedure = bench.offered, chosen.procedure
    order = order_of(offered, form["order"])
    item = order.item if order else None
    day = _day(screen)
    context = {
        "form": form,
        "order": order,
        "item": item,
        "told": {name: getattr(item, name) for name in (*TEXTS, *NUMBERS, "mpe")} if item else {},
        "supplied": item.supplied if item else (),
        "unit": item.unit if item else procedure.unit,
        "first": FIRST,
        "more": MORE,
        "chosen": chosen,
        "procedure": procedure,
        "channels": [one for one in offered.channels if one.unit == procedure.unit],
        "standards": {rule.role: offer_standards(offered, rule, day) for rule in procedure.references},
        "points": _points(procedure, item),
        "rules": list(RULES),
        "places": PLACES,
    }
    return pages.page(request, "bench/begin.html", context, status)


def _points(procedure: Procedure, item: BenchItem | None) -> Mapping[str, tuple[float, ...]]:
    """Test -> nominal values, where the item is known and states its range."""
    found: dict[str, tuple[float, ...]] = {}
    for test in procedure.tests:
        if item is None or not test.points:
            continue
        try:
            found[test.id] = nominal_values(test, item)
        except ValueError:
            continue
    return found
