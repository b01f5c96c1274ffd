"""``nhipdo-edge simulate``: a plant to try everything on, without hardware."""

import argparse
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from edge_agent.commands.parsing import CommandError, Commands, add_command
from edge_agent.config import CalendarConfig, ScreenConfig

_TEACHING = """
Example:
  nhipdo-edge simulate > agent.toml
  nhipdo-edge simulate --directory plant --port 15020

Serves a press PLC on Modbus TCP, an energy meter on Modbus RTU over a virtual serial port, and a balance, until
Ctrl-C. Prints an agent.toml for them, with a work unit, its shifts and the screen: try check, read and run on it in
another terminal. With --directory and --port the urls are the same at the next start.

With --laboratory a balance waits on a bench: what is written into the file pan of --directory lies on it, in g, and
where: echo "100 back_left" > plant/pan
"""
_EDGE = """\
[edge]
site = "demo"
name = "simulated-plant"
state_dir = "state"

# Without this table samples are only kept: nhipdo-edge outbox shows them.
# [broker]
# url = "mqtt://127.0.0.1:1883"
"""
_BENCH = """
[bench]
temperature = "room-1.temperature"
"""
_BUS = """
[[buses]]
name = "{name}"
url = "{url}"

[[buses.instruments]]
name = "{name}-1"
model = "{model}"
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "simulate", "Serve simulated instruments until Ctrl-C.", _TEACHING, run)
    parser.add_argument("--directory", type=Path, metavar="DIR", help="where the virtual serial ports get their names")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="TCP port of the press (default: a free one)")
    parser.add_argument(
        "--laboratory", action="store_true", help="a bench too: a balance and a room's thermometer; needs --directory"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from drivers.simulators.park import simulated_plant  # noqa: PLC0415  loads servers that a real edge never needs

    if args.laboratory and args.directory is None:
        msg = "simulate: --laboratory without --directory: nobody could put anything on the pan. Name a directory."
        raise CommandError(msg)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        if args.directory is not None:
            args.directory.mkdir(parents=True, exist_ok=True)
        with simulated_plant(args.directory, args.port, laboratory=args.laboratory) as plant:
            print(configuration(plant.urls, plant.models), end="", flush=True)
            print(f"{plant.describe()}\nServing until Ctrl-C.", file=sys.stderr, flush=True)
            stop.wait()
    except (OSError, OverflowError) as error:
        where = f"port {args.port}" + (f", directory {args.directory}" if args.directory else "")
        msg = f"simulate: {where}: {error}. Choose another --port or --directory."
        raise CommandError(msg) from error
    return 0


def configuration(
    urls: Mapping[str, str],
    models: Mapping[str, str],
    screen_port: int = ScreenConfig().port,
    now: datetime | None = None,
) -> str:
    """An ``agent.toml`` that reads a plant: one bus for each of its instruments, its press as a work unit.

    Args:
        urls: Instrument -> where it is.
        models: Instrument -> its map.
        screen_port: Of the screen beside the press.
        now: When its first shift begins, to the minute; None: now.
    """
    buses = (_BUS.format(name=name, url=url, model=models[name]) for name, url in urls.items())
    shop = Template(files("edge_agent.deploy").joinpath("simulated_shop.toml").read_text("utf-8"))
    begin = now or datetime.now(ZoneInfo(CalendarConfig().timezone))
    hours = {f"h{k}": f"{begin + timedelta(hours=k):%H:%M}" for k in range(24)}
    breaks_end = {f"b{k}": f"{begin + timedelta(hours=k, minutes=15):%H:%M}" for k in range(24)}
    bench = _BENCH if "room" in urls else ""
    return f"{_EDGE}{''.join(buses)}{bench}{shop.substitute(hours | breaks_end)}port = {screen_port}\n"
