"""What the screen knows of the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from edge_agent.config import AgentConfig
from edge_agent.config.set_tables import InForce
from edge_agent.config.shop_tables import CalendarConfig, OperatorConfig, ReasonConfig, ScreenConfig, ShopConfig
from edge_agent.config.shop_tables import WorkUnitConfig as Unit
from edge_agent.wire.settings import OrderConfig

ZONE = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True)
class ScreenSettings:
    """The part of the configuration that pages need.

    Attributes:
        site: The place.
        edge: This agent.
        state_dir: Where the screen keeps the secret of its cookies.
        shop: Work units, reasons, operators, lists.
        orders: Work unit -> orders that the gateway has set, in the order in which they are to be made.
    """

    site: str
    edge: str
    state_dir: Path
    shop: ShopConfig
    orders: Mapping[str, tuple[OrderConfig, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, config: AgentConfig) -> "ScreenSettings":
        """From the whole file."""
        return cls(config.site, config.edge, config.state_dir, config.shop)

    @classmethod
    def in_force(cls, now: InForce) -> "ScreenSettings":
        """From the file, with what the gateway has set."""
        config = now.config
        return cls(config.site, config.edge, config.state_dir, config.shop, now.orders)

    def orders_of(self, unit: Unit) -> tuple[OrderConfig, ...]:
        """Those of a work unit whose product it makes."""
        made = {product.name for product in unit.products}
        return tuple(one for one in self.orders.get(unit.name, ()) if one.product in made)

    @cached_property
    def screen(self) -> ScreenConfig:
        """The table ``[screen]``."""
        return self.shop.screen or ScreenConfig()

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """Work units by name, in the order of the file."""
        return {unit.name: unit for unit in self.shop.work_units}

    @cached_property
    def operators(self) -> Mapping[str, OperatorConfig]:
        """Those who enter things, by name."""
        return {operator.name: operator for operator in self.shop.operators}

    @cached_property
    def reasons(self) -> Mapping[str, ReasonConfig]:
        """Stop reasons of both levels, by id."""
        return {one.id: one for first in self.shop.reasons for one in (first, *first.of)}

    @cached_property
    def zone(self) -> ZoneInfo:
        """Whose wall clock people read: that of the first calendar, since a screen hangs in one place."""
        first = next((calendar.timezone for calendar in self.shop.calendars), ZONE)
        return ZoneInfo(first)

    def calendar_of(self, unit: Unit) -> CalendarConfig | None:
        """The calendar that a work unit keeps; None: none is configured."""
        named = (one for one in self.shop.calendars if one.name == unit.calendar or not unit.calendar)
        return next(named, None)

    def reasons_of(self, unit: Unit) -> tuple[ReasonConfig, ...]:
        """First-level reasons that fit a work unit."""
        return tuple(one for one in self.shop.reasons if not unit.reasons or one.id in unit.reasons)
