"""Whether a session may begin, and what it begins with."""

import math
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import msgspec

from calibration.decision import RULES
from edge_agent.bench.channels_chosen import check_environment, check_item_channel
from edge_agent.bench.conforming import permissible
from edge_agent.bench.in_force import BenchSettings
from edge_agent.bench.live import ChannelName
from edge_agent.bench.loading import LoadedProcedure
from edge_agent.bench.place import BenchPlace
from edge_agent.bench.procedure import Procedure, TestRule
from edge_agent.bench.refusal import refuse
from edge_agent.bench.requests import Begin
from edge_agent.bench.standards_chosen import standards_used
from edge_agent.bench.steps import MOST_CAPTURES, captures_of, steps
from edge_agent.oee.entry_error import EntryError
from edge_agent.wire.bench import BenchItem, CalibrationSession
from edge_agent.wire.bench_settings import BenchOrder

_KEY = re.compile(r"[0-9a-f]{16,64}")
_PLACES = ("laboratory", "customer")


def opened(request: Begin, place: BenchPlace, settings: BenchSettings, now: int) -> CalibrationSession:
    """The session that a person asks for.

    Args:
        request: What is asked.
        place: The bench.
        settings: What the gateway has set.
        now: UTC ns.

    Raises:
        EntryError: It cannot begin; the text says what to do.
    """
    if not _KEY.fullmatch(request.session):
        refuse("session", "a key of 16 to 64 digits 0..9 and a..f", repr(request.session), "Begin again.")
    order = _order(request, settings)
    loaded = _procedure(request, order, place)
    day = place.day(now)
    refuse_the_incompetent(settings, request.who, loaded.procedure.id, day)
    item = request.item or (order.item if order else None)
    if item is None:
        refuse("item", "what is calibrated", "nothing", "Enter it, or choose a work order.")
    _check_item(item, loaded.procedure)
    rule = _rule(request, order, item)
    standards = standards_used(request.standards, loaded.procedure, settings.standards, place, day)
    channel = ChannelName(request.instrument, request.channel)
    check_item_channel(
        channel, loaded.procedure, place, [ChannelName(one.instrument, one.channel) for one in standards]
    )
    check_environment(loaded.procedure, place)
    session = CalibrationSession(
        key=request.session,
        who=request.who,
        entered_at=now,
        work_order=request.work_order,
        procedure=loaded.procedure.id,
        procedure_version=loaded.procedure.version,
        procedure_sha256=loaded.sha256,
        software=version("nhipdo"),
        item=item,
        instrument=request.instrument,
        channel=request.channel,
        standards=standards,
        decision_rule=rule,
        place=_place(request, order),
        started_at=now,
        deviations=request.deviations,
    )
    check_points(session, loaded.procedure, request.points, request.left_out)
    return msgspec.structs.replace(session, points=dict(request.points), left_out=tuple(request.left_out))


def _order(request: Begin, settings: BenchSettings) -> BenchOrder | None:
    order = settings.orders.get(request.work_order)
    if request.work_order and order is None:
        known = ", ".join(settings.orders) or "none"
        refuse("work order", f"one that waits here ({known})", request.work_order, "Choose another, or none.")
    return order


def _procedure(request: Begin, order: BenchOrder | None, place: BenchPlace) -> LoadedProcedure:
    asked_for = request.procedure or (order.procedure if order else "")
    loaded = place.procedures.get(asked_for)
    if loaded is None:
        refuse("procedure", f"one of {', '.join(place.procedures)}", asked_for or "none", "Choose one of these.")
    if order and order.procedure != asked_for:
        advice = "Choose that one, or ask the office to change the work order."
        refuse(f"work order {order.number}", f"procedure {order.procedure}", asked_for, advice)
    return loaded


def refuse_the_incompetent(settings: BenchSettings, who: str, procedure: str, day: str) -> None:
    """Nobody does what he may not.

    Raises:
        EntryError: The laboratory has not said that this person may do this procedure on this day.
    """
    if not settings.may(who, procedure, day):
        advice = "Let somebody who may do it, or have the competence entered at the gateway."
        refuse("who", f"somebody who may do {procedure} on {day}", who or "nobody by name", advice)


def check_points(
    session: CalibrationSession,
    procedure: Procedure,
    points: Mapping[str, Sequence[float]],
    left_out: Sequence[str],
) -> None:
    """Whether a session may have these points and may leave out these tests.

    Raises:
        EntryError: It may not.
    """
    tests = {test.id: test for test in procedure.tests}
    for name in (*points, *left_out):
        if name not in tests:
            refuse("test", f"one of {', '.join(tests)}", name, "Choose one of these.")
    for name in left_out:
        if not tests[name].optional:
            refuse(f"test {name}", "it to be done, as it is not optional", "it left out", "Do it.")
    for name, values in points.items():
        _check_values(tests[name], values, session.item)
    try:
        wanted = steps(procedure, session.item, session.key, points, left_out)
    except ValueError as error:
        msg = f"bench: {error}"
        raise EntryError(msg) from error
    if not wanted:
        refuse("tests", "one or more", "all left out", "Leave in at least one.")


def _check_values(test: TestRule, values: Sequence[float], item: BenchItem) -> None:
    where = f"test {test.id}: points"
    if not test.points:
        refuse(where, "none, as it looks at another test", str(len(values)), "Choose that test's points.")
    if not values or (test.positions and len(values) != len(test.positions)):
        refuse(where, str(len(test.positions) or "one or more"), str(len(values)), "Enter as many.")
    covered = f"numbers from {_shown(item.range_low)} to {_shown(item.range_high)} {item.unit}"
    for value in values:
        if not math.isfinite(value) or not _within(value, item):
            refuse(where, covered, f"{value:g}", "Choose points within the item's range.")
    if (most := captures_of(test, len(values))) > MOST_CAPTURES:
        refuse(where, f"at most {MOST_CAPTURES} captures", str(most), "Choose fewer points.")
    if not test.positions and list(values) != sorted(set(values)):
        refuse(where, "each once, from the least to the greatest", _list(values), "Put them in order.")


def _check_item(item: BenchItem, procedure: Procedure) -> None:
    who = f"item {item.code or item.name or 'without a name'}"
    if not item.name.strip():
        refuse("item: name", "what it is", "nothing", "Enter it.")
    if item.unit != procedure.unit:
        advice = "Enter its range in that unit, or choose another procedure."
        refuse(f"{who}: unit", f"{procedure.unit}, as the procedure has it", item.unit, advice)
    if not (math.isfinite(item.resolution) and item.resolution > 0):
        refuse(f"{who}: resolution", f"a number of {item.unit} above 0", f"{item.resolution:g}", "Enter it.")
    limits = [value for value in (item.range_low, item.range_high) if value is not None]
    if not all(map(math.isfinite, limits)) or limits != sorted(set(limits)):
        got = f"{_shown(item.range_low)} to {_shown(item.range_high)}"
        refuse(f"{who}: range", "two numbers, the lower first", got, "Enter it as its plate says.")
    for at in limits or [1.0]:
        try:
            permissible(item.mpe, at)
        except ValueError as error:
            msg = f"bench: {who}: {error}"
            raise EntryError(msg) from error


def _rule(request: Begin, order: BenchOrder | None, item: BenchItem) -> str:
    agreed = order.decision_rule if order else ""
    rule = agreed if request.decision_rule is None else request.decision_rule
    if rule and rule not in RULES:
        refuse("decision rule", f"one of {', '.join(RULES)}, or none", rule, "Agree on one of these.")
    if rule and not item.mpe:
        advice = "Enter it, or agree on no statement of conformity."
        refuse("maximum permissible error", f"a formula, as {rule} needs one", "none", advice)
    return rule


def _place(request: Begin, order: BenchOrder | None) -> str:
    where = request.place or (order.place if order else "laboratory")
    if where not in _PLACES:
        refuse("place", " or ".join(_PLACES), repr(where), "Choose one of these.")
    return where


def _within(value: float, item: BenchItem) -> bool:
    low, high = item.range_low, item.range_high
    return (low is None or low <= value) and (high is None or value <= high)


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _list(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
