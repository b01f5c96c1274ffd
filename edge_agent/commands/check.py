"""``nhipdo-edge check``: what would be read and what is wrong; with ``--connect`` also what can be reached."""

import argparse
import time

from drivers.models import Model
from edge_agent.commands import reach
from edge_agent.commands.layout import columns, number_of, size, span
from edge_agent.commands.models import channel_rows
from edge_agent.commands.parsing import Commands, add_command, seconds, takes_config
from edge_agent.commands.work_units import explain
from edge_agent.config import AgentConfig, BusConfig, cautions_about, load_config
from edge_agent.utilisation import bus_load, planned_requests

_TEACHING = """
Example:
  nhipdo-edge check agent.toml
  nhipdo-edge check agent.toml --connect

Without --connect nothing is opened: mistakes in the file are told with their place, then what would be read,
the requests for it, how busy each bus will be (times of reply over TCP and lengths of text are assumed), and in
words what will be computed for each work unit.
With --connect each port, the clock, the broker and the gateway's acknowledgement are tried, one line each.
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "check", "Find mistakes and show what would be read.", _TEACHING, run)
    takes_config(parser)
    parser.add_argument("--connect", action="store_true", help="also try ports, clock, broker and gateway")
    parser.add_argument("--timeout", type=seconds, default=15.0, metavar="S", help="of --connect, s (default 15)")


def run(args: argparse.Namespace) -> int:
    """Check a configuration."""
    config = load_config(args.config)
    print("\n\n".join(sections(config)))
    if not args.connect:
        return 0
    print()
    return 1 if reach.report(reach.everything(config, args.timeout)) else 0


def sections(config: AgentConfig) -> list[str]:
    """What a configuration says, for a person."""
    warnings = cautions_about(config)
    units = explain(config, time.time_ns())
    parts = [
        _head(config),
        _instruments(config),
        "Channels\n" + "\n".join(_channels(config)),
        "Planned requests\n" + columns([("INSTRUMENT", "REQUEST"), *_requests(config)]),
        "Bus utilisation\n" + columns([("BUS", "BUSY", "URL", "LINE"), *map(_bus, config.buses)]),
    ]
    parts += units
    if warnings:
        parts.append("\n".join(f"warning: {warning}" for warning in warnings))
    counts: tuple[str, ...] = (
        number_of(len(config.buses), "bus"),
        number_of(sum(len(bus.instruments) for bus in config.buses), "instrument"),
        number_of(sum(len(i.loaded.meanings) for bus in config.buses for i in bus.instruments), "channel"),
    )
    if units:
        counts = (*counts, number_of(len(units), "work unit"))
    verdict = number_of(len(warnings), "warning") if warnings else "no warnings"
    parts.append(f"{', '.join(counts)}; no mistakes, {verdict}")
    return parts


def _head(config: AgentConfig) -> str:
    broker = f"{config.broker.url}" if config.broker else "none: by USB stick (nhipdo-edge outbox export)"
    kept = f"{size(config.outbox.size_limit_mb * 1e6)}, stored messages for {span(config.outbox.keep_days * 86_400)}"
    return "\n".join(
        (
            f"edge     {config.site}/{config.edge}",
            f"broker   {broker}",
            f"outbox   {config.state_dir}, at most {kept}",
            f"commits  every {span(config.record_period_s)}: so much a power cut can cost",
        )
    )


def _instruments(config: AgentConfig) -> str:
    rows = [
        (
            bus.name,
            i.name,
            i.model,
            f"{i.device_id}" if i.loaded.is_modbus else "-",
            span(i.period_s),
            str(len(i.loaded.meanings)),
        )
        for bus in config.buses
        for i in bus.instruments
    ]
    return columns([("BUS", "INSTRUMENT", "MODEL", "ID", "EVERY", "CHANNELS"), *rows])


def _channels(config: AgentConfig) -> list[str]:
    models: dict[str, Model] = {i.model: i.loaded for bus in config.buses for i in bus.instruments}
    rows = [(name, *row) for name, model in models.items() for row in channel_rows(model.meanings)]
    return columns([("MODEL", "CHANNEL", "UNIT", "RANGE", "TITLE"), *rows]).splitlines()


def _requests(config: AgentConfig) -> list[tuple[str, str]]:
    return [
        (i.name, request.what or repr(request.send))
        for bus in config.buses
        for i in bus.instruments
        for request in planned_requests(i)
    ]


def _bus(bus: BusConfig) -> tuple[str, str, str, str]:
    line = bus.chosen_framing if bus.over_tcp else f"{bus.chosen_framing} {bus.baud} {bus.form}"
    return bus.name, f"{bus_load(bus).expected:.1%}", bus.url, line
