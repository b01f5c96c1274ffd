"""What a gateway can set at an edge: the bodies of ``setting/{noun}/{id}``, and what must hold in them.

========== =============== =====================================================
noun       id              sets
========== =============== =====================================================
calendar   its name        the calendar of that name, or adds it
products   a work unit     all products that it can make
reasons    ``all``         all stop reasons
checklists ``all``         all checklists of machine care
targets    a work unit     what is aimed at, from day to day
orders     a work unit     the orders that are offered when a product is chosen
========== =============== =====================================================

Decision: a setting replaces a whole table, never one line of it; an empty body gives it back to the edge's own file.
Because: retained messages come in any order and any number of times, and what is no longer there must go.

Decision: reader and checks stand in the contract.
Because: the gateway refuses then in the same words what the edge would refuse, before it is sent.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal, cast

import msgspec

from edge_agent.wire.calendar_tables import mistakes_in
from edge_agent.wire.shop_tables import CalendarConfig, ChecklistConfig, ProductConfig, ReasonConfig
from edge_agent.wire.table_kinds import DayOrNone, Pieces, Positive, Strict, Text, show

CALENDAR, PRODUCTS, REASONS = "calendar", "products", "reasons"
CHECKLISTS, TARGETS, ORDERS = "checklists", "targets", "orders"
ALL = "all"
"""The id of what an edge has only one of."""
OEE, DEMAND = "oee", "demand_per_shift"


class ProductsSet(Strict, frozen=True, kw_only=True):
    """What a work unit can make; none: it has availability and no OEE."""

    products: tuple[ProductConfig, ...]


class ReasonsSet(Strict, frozen=True, kw_only=True):
    """The stop reasons that a screen offers; none: those that are shipped."""

    reasons: tuple[ReasonConfig, ...]


class ChecklistsSet(Strict, frozen=True, kw_only=True):
    """The checklists of an edge; none: those that are shipped."""

    checklists: tuple[ChecklistConfig, ...]


class TargetConfig(Strict, frozen=True, kw_only=True):
    """What is aimed at in some days.

    Attributes:
        figure: ``oee``, 0 to 1, or ``demand_per_shift``, pieces.
        value: Of the figure.
        since: First local day; empty: ever.
        until: Last local day; empty: until further notice.
    """

    figure: Annotated[Literal["oee", "demand_per_shift"], msgspec.Meta(description='"oee" or "demand_per_shift"')]
    value: Positive
    since: DayOrNone = ""
    until: DayOrNone = ""


class TargetsSet(Strict, frozen=True, kw_only=True):
    """The targets of a work unit; of several that hold on a day the one that begins last."""

    targets: tuple[TargetConfig, ...]

    def on(self, day: date) -> dict[str, float]:
        """Figure -> value, of those that hold on a local day."""
        holding = [
            one
            for one in self.targets
            if one.since <= day.isoformat() and (not one.until or day.isoformat() <= one.until)
        ]
        return {one.figure: one.value for one in sorted(holding, key=lambda one: one.since)}


class OrderConfig(Strict, frozen=True, kw_only=True):
    """An order that a work unit has to make.

    Attributes:
        number: What people call it.
        product: Which; one of the work unit's.
        quantity: Pieces; None: not said.
        due: Local day; empty: none.
    """

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=60, description="a text of 1 to 60 characters")]
    product: Text
    quantity: Pieces | None = None
    due: DayOrNone = ""


class OrdersSet(Strict, frozen=True, kw_only=True):
    """The orders of a work unit, in the order in which they are to be made."""

    orders: tuple[OrderConfig, ...]


AnySetting = CalendarConfig | ProductsSet | ReasonsSet | ChecklistsSet | TargetsSet | OrdersSet
KINDS: Mapping[str, type[AnySetting]] = {
    CALENDAR: CalendarConfig,
    PRODUCTS: ProductsSet,
    REASONS: ReasonsSet,
    CHECKLISTS: ChecklistsSet,
    TARGETS: TargetsSet,
    ORDERS: OrdersSet,
}


class SettingError(ValueError):
    """A setting that cannot be taken; the message says what was expected, what was got and what to do."""


def read_setting(noun: str, key: str, body: Mapping[str, object]) -> AnySetting | None:
    """The table in a setting; None: its body is empty, and the edge's own file holds.

    Raises:
        SettingError: There is no such noun, or the body is none of it.
    """
    kind = KINDS.get(noun)
    where = f"setting {noun}/{key}"
    if kind is None:
        msg = f"{where}: this edge knows no {show(noun)}, only {', '.join(KINDS)}. Update the edge, or send another."
        raise SettingError(msg)
    if not body:
        return None
    try:
        read = msgspec.convert(body, cast("type[CalendarConfig]", kind))
    except msgspec.ValidationError as error:
        msg = f"{where}: {error}. Correct it and send it again."
        raise SettingError(msg) from error
    mistakes = [f"{place}: {text}" for place, text in _mistakes(key, read)]
    if mistakes:
        msg = f"{where}: {'; '.join(mistakes)}"
        raise SettingError(msg)
    return read


def _mistakes(key: str, read: AnySetting) -> Iterator[tuple[str, str]]:
    """Place and text of what is wrong within one table."""
    if isinstance(read, CalendarConfig):
        if read.name != key:
            yield "name", f"{show(read.name)}, expected {show(key)} as in its topic. Correct one of them."
        yield from mistakes_in(read)
    elif isinstance(read, ProductsSet):
        yield from _once("products[{}].name", [one.name for one in read.products])
    elif isinstance(read, ReasonsSet):
        yield from _reasons(read.reasons)
    elif isinstance(read, ChecklistsSet):
        yield from _once("checklists[{}].id", [one.id for one in read.checklists])
        for index, one in enumerate(read.checklists):
            yield from _once(f"checklists[{index}].items[{{}}].id", [item.id for item in one.items])
    elif isinstance(read, TargetsSet):
        yield from _targets(read.targets)
    else:
        yield from _once("orders[{}].number", [one.number for one in read.orders])
        yield from _days("orders[{}].due", [one.due for one in read.orders])


def _reasons(reasons: tuple[ReasonConfig, ...]) -> Iterator[tuple[str, str]]:
    yield from _once("reasons", [one.id for first in reasons for one in (first, *first.of)])
    for index, first in enumerate(reasons):
        for number, below in enumerate(first.of):
            if below.of:
                what = "a third level, expected two at most. Move these reasons one level up."
                yield f"reasons[{index}].of[{number}].of", what


def _targets(targets: tuple[TargetConfig, ...]) -> Iterator[tuple[str, str]]:
    yield from _days("targets[{}].since", [one.since for one in targets])
    yield from _days("targets[{}].until", [one.until for one in targets])
    for index, one in enumerate(targets):
        if one.figure == OEE and one.value > 1:
            yield f"targets[{index}].value", f"{one.value:g}, expected a share above 0, at most 1. Write 0.75 for 75 %."
        if one.until and one.until < one.since:
            yield (
                f"targets[{index}].until",
                f"{show(one.until)} is before since, {show(one.since)}. Correct one of them.",
            )


def _once(place: str, names: list[str]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if seen.setdefault(name, index) < index:
            yield place.format(index), f"{show(name)} stands there twice. Choose another, or delete one of them."


def _days(place: str, days: list[str]) -> Iterator[tuple[str, str]]:
    for index, day in enumerate(days):
        try:
            date.fromisoformat(day or "2000-01-01")
        except ValueError:
            yield place.format(index), f"{show(day)} is no day of any year. Correct it."
