"""The configuration with what the gateway has set in it: tables of a setting in the place of the file's."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import msgspec

from edge_agent.config.errors import Mistakes
from edge_agent.config.lists import with_losses
from edge_agent.config.shop_rules import check_shop
from edge_agent.config.shop_tables import CalendarConfig, ShopConfig, WorkUnitConfig
from edge_agent.config.tables import AgentConfig
from edge_agent.wire.settings import (
    DEMAND,
    OEE,
    AnySetting,
    ChecklistsSet,
    OrderConfig,
    OrdersSet,
    ProductsSet,
    ReasonsSet,
    SettingError,
    TargetsSet,
)
from edge_agent.wire.table_kinds import show


class SetTable(NamedTuple):
    """A setting that was read.

    Attributes:
        noun: What is set.
        key: Which one: a calendar, a work unit, or ``all``.
        table: In the place of the file's.
    """

    noun: str
    key: str
    table: AnySetting


class InForce(NamedTuple):
    """What holds at this edge.

    Attributes:
        config: The file, with what the gateway has set.
        orders: Work unit -> orders that are offered.
        calendars: Names of those that the gateway has set.
    """

    config: AgentConfig
    orders: dict[str, tuple[OrderConfig, ...]]
    calendars: frozenset[str]


def put_in(config: AgentConfig, tables: Iterable[SetTable], day: date) -> InForce:
    """The configuration with these tables.

    Args:
        config: As the file says.
        tables: What the gateway has set.
        day: The local day, for targets.

    Raises:
        SettingError: They do not fit the edge; who, what, what to do.
    """
    tables = list(tables)
    if not tables:
        return InForce(config, {}, frozenset())
    shop = config.shop
    orders: dict[str, tuple[OrderConfig, ...]] = {}
    calendars: set[str] = set()
    for one in tables:
        if isinstance(one.table, OrdersSet):
            _unit(shop, one)
            orders[one.key] = one.table.orders
        else:
            shop = _with(shop, one, day)
        if isinstance(one.table, CalendarConfig):
            calendars.add(one.key)
    changed = msgspec.structs.replace(config, shop=shop)
    mistakes = Mistakes(config.edge)
    check_shop(changed, mistakes)
    if mistakes:
        raise SettingError("; ".join(mistakes.lines()))
    return InForce(changed, orders, frozenset(calendars))


def _with(shop: ShopConfig, one: SetTable, day: date) -> ShopConfig:
    table = one.table
    if isinstance(table, CalendarConfig):
        kept = tuple(table if old.name == table.name else old for old in shop.calendars)
        return msgspec.structs.replace(shop, calendars=kept if table in kept else (*kept, table))
    if isinstance(table, ReasonsSet):
        return msgspec.structs.replace(shop, reasons=with_losses(table.reasons) or shop.reasons)
    if isinstance(table, ChecklistsSet):
        return msgspec.structs.replace(shop, checklists=table.checklists or shop.checklists)
    unit = _unit(shop, one)
    if isinstance(table, ProductsSet):
        changed = msgspec.structs.replace(unit, products=table.products)
    else:
        assert isinstance(table, TargetsSet)
        told = table.on(day)
        changed = msgspec.structs.replace(
            unit, target_oee=told.get(OEE, unit.target_oee), demand_per_shift=told.get(DEMAND, unit.demand_per_shift)
        )
    units = tuple(changed if old.name == unit.name else old for old in shop.work_units)
    return msgspec.structs.replace(shop, work_units=units)


def _unit(shop: ShopConfig, one: SetTable) -> WorkUnitConfig:
    unit = next((unit for unit in shop.work_units if unit.name == one.key), None)
    if unit is None:
        known = ", ".join(show(unit.name) for unit in shop.work_units) or "none"
        msg = f"setting {one.noun}/{one.key}: there is no work unit {show(one.key)} here. Known are {known}."
        raise SettingError(msg)
    return unit
