"""What about the shop floor will work and may mislead."""

from collections.abc import Iterator

from edge_agent.config.channels import EXACT_FLOAT32, find_channel
from edge_agent.config.shop_tables import ScreenConfig, ShopConfig, WorkUnitConfig
from edge_agent.config.tables import AgentConfig
from edge_agent.config.work_units import counters_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def cautions_about_shop(config: AgentConfig) -> Iterator[str]:
    """Warnings about the tables of the shop floor, one sentence or two each."""
    shop = config.shop
    if shop.work_units and not shop.calendars:
        yield (
            "calendars: none, so every hour of every day is planned, and a night without work is a loss. "
            "Add a table [[calendars]]."
        )
    for unit in shop.work_units:
        yield from _of_unit(config, unit)
    if shop.screen is not None:
        yield from _of_screen(shop, shop.screen)


def _of_unit(config: AgentConfig, unit: WorkUnitConfig) -> Iterator[str]:
    counters = counters_of(unit)
    if unit.products and not counters:
        yield (
            f"work unit {unit.name}: has products and nothing that counts pieces, so it has availability and no OEE. "
            "Write total or good."
        )
    if len(unit.products) > 1 and not unit.product and config.shop.screen is None:
        yield (
            f"work unit {unit.name}: nothing tells which product is made, so its pieces are of none. "
            "Write product, or add the table [screen]."
        )
    for of in counters.values():
        register = find_channel(config, of).register
        if register is not None and register.datatype == "float32":
            yield (
                f"work unit {unit.name}: {of} is a float32, which counts singly only to {EXACT_FLOAT32}. "
                "Read an integer register if there is one."
            )


def _of_screen(shop: ShopConfig, screen: ScreenConfig) -> Iterator[str]:
    if screen.host not in LOOPBACK and not any(operator.pin_hash for operator in shop.operators):
        yield (
            f"screen.host: {screen.host} lets the network in, and nobody has a PIN, so anybody can enter reasons. "
            "Add [[operators]] with pin_hash: nhipdo-edge pin prints it."
        )
