"""``nhipdo-edge read``: one reading of every instrument, without outbox and broker."""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby

from drivers.bus import Bus, Polled
from drivers.bus.opening import open_buses
from drivers.instrument import Indication, Missing, Shown
from edge_agent.commands.layout import columns, number_of, shown_value
from edge_agent.commands.parsing import Commands, add_command, takes_config
from edge_agent.commands.simulators import register_simulators
from edge_agent.config import AgentConfig, BusConfig, load_config
from edge_agent.utilisation import planned_requests
from edge_agent.wire.schema import BAD, GOOD, UNCERTAIN, quality

_TEACHING = """
Example:
  nhipdo-edge read agent.toml

Prints instrument, channel, value, unit, quality and, where something is wrong, what and what to do.
Exit code 1 when a channel could not be read. Stop the agent first: it holds the ports.
"""
_SLACK_S = 2.0
_FEW = 3
_TRIES = 4
"""A silent request may be drained, and a refused block is split: so many timeouts a request are waited for."""

Row = tuple[str, str, str, str, str, str]
HEADING: Row = ("INSTRUMENT", "CHANNEL", "VALUE", "UNIT", "QUALITY", "WHAT IS WRONG")


def add(commands: Commands) -> None:
    """Declare the command."""
    takes_config(add_command(commands, "read", "Read every instrument once and show it.", _TEACHING, run))


def run(args: argparse.Namespace) -> int:
    """Read every instrument once."""
    config = load_config(args.config)
    register_simulators(config)
    polled = {one.instrument.name: one for one in read_all(config)}
    rows: list[Row] = [HEADING]
    lost = 0
    for bus in config.buses:
        for instrument in bus.instruments:
            one = polled.get(instrument.name)
            shown = one.shown if one is not None else ()
            rows += rows_of(instrument.name, shown) or [unfinished(bus, instrument.name)]
            lost += 1 if not shown else sum(isinstance(channel, Missing) for channel in shown)
    print(columns(rows))
    if lost:
        print(f"\n{number_of(lost, 'channel')} could not be read")
    return 1 if lost else 0


def read_all(config: AgentConfig) -> Iterator[Polled]:
    """One poll of every instrument: all TCP together, one serial line after the other."""
    by_name = {bus.name: bus for bus in config.buses}
    with ExitStack() as open_ones:
        carriers = open_buses([bus.spec() for bus in config.buses])
        for _, carrier in carriers:
            open_ones.callback(carrier.close)
        for names, carrier in carriers:
            yield from read_buses(carrier, [by_name[name] for name in names])


def read_buses(carrier: Bus, buses: Sequence[BusConfig]) -> Iterator[Polled]:
    """Begin every poll at once and step until all have ended, or should have."""
    deadline = time.monotonic() + max(longest_s(bus) for bus in buses)
    for bus in buses:
        for number, config in enumerate(bus.instruments):
            # In the order of the file; and with time left, a silent one is asked once more.
            carrier.begin(bus.name, config.instrument(), deadline + number * 1e-3, config.timeout_s)
    while carrier.pending() and time.monotonic() < deadline:
        yield from carrier.step(deadline)


def longest_s(bus: BusConfig) -> float:
    """How long one round of a bus may take when everything is silent, s."""
    waits = (
        (request.timeout_s or instrument.timeout_s or bus.timeout_s) * _TRIES
        for instrument in bus.instruments
        for request in planned_requests(instrument)
    )
    return sum(waits) + _SLACK_S


def rows_of(instrument: str, shown: Sequence[Shown]) -> list[Row]:
    """A row for each channel that was read; what misses for one and the same reason shares a row."""
    rows: list[Row] = []
    for why, group in groupby(shown, key=_why):
        together = list(group)
        if why is None:
            rows += [_row(instrument, one) for one in together if isinstance(one, Indication)]
            continue
        names = [one.channel for one in together]
        few = ", ".join(names) if len(names) <= _FEW else f"{names[0]} and {len(names) - 1} more"
        code, text = why
        rows.append((instrument, few, "-", "", quality(BAD, code), text))
    return rows


def _why(shown: Shown) -> tuple[str, str] | None:
    """Why a channel is missing, in a word and in a sentence; None when it was read."""
    return (shown.reason.code, str(shown.reason)) if isinstance(shown, Missing) else None


def _row(instrument: str, shown: Indication) -> Row:
    grade = quality(UNCERTAIN, shown.doubt) if shown.doubt else GOOD
    unit = "" if isinstance(shown.value, str) else shown.unit
    return instrument, shown.channel, shown_value(shown.value), unit, grade, ""


def unfinished(bus: BusConfig, instrument: str) -> Row:
    """What is said of a poll that did not end in time."""
    why = f"{instrument}: no answer within {longest_s(bus):.3g} s. Check the bus {bus.name}."
    return instrument, "all", "-", "", quality(BAD, "no_reply"), why
