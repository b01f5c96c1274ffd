"""``nhipdo-edge outbox``: what is kept here, for how long it suffices, and how it travels by USB stick."""

import argparse
import sys
import time
from pathlib import Path

from edge_agent import outbox
from edge_agent.commands.layout import columns, number_of, size, span
from edge_agent.commands.parsing import Commands, add_command, takes_config, told
from edge_agent.config import load_config

_NS = 1e9
_DAY_S = 86_400
_LOOK = """
Example:
  nhipdo-edge outbox agent.toml
  nhipdo-edge outbox export agent.toml /media/stick/press-shop.nhipdo
  nhipdo-edge outbox acknowledge agent.toml /media/stick/press-shop.nhipdo.ack

Works while the agent runs. "waiting" is what no gateway has stored yet.
"""
_EXPORT = """
Example:
  nhipdo-edge outbox export agent.toml /media/stick/press-shop.nhipdo

For a site without network. At the gateway: nhipdo -c gateway.toml outbox import FILE. It writes an answer,
FILE.ack; bring it back with: nhipdo-edge outbox acknowledge agent.toml FILE.ack
Nothing leaves the outbox before that answer, so a lost stick loses nothing.
"""
_ACKNOWLEDGE = """
Example:
  nhipdo-edge outbox acknowledge agent.toml /media/stick/press-shop.nhipdo.ack

Stop the agent first.
"""


def add(commands: Commands) -> None:
    """Declare the commands."""
    takes_config(add_command(commands, "outbox", "Show what is kept and how long it suffices.", _LOOK, run))
    export = add_command(
        commands, "outbox export", "Write what waits to a file, such as on a USB stick.", _EXPORT, run_export
    )
    takes_config(export)
    export.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    summary = "Read a gateway's answer from a file."
    acknowledge = add_command(commands, "outbox acknowledge", summary, _ACKNOWLEDGE, run_acknowledge)
    takes_config(acknowledge)
    acknowledge.add_argument("file", type=Path, metavar="FILE.ack", help="what nhipdo outbox import wrote")


def run(args: argparse.Namespace) -> int:
    """Show the outbox."""
    config = load_config(args.config)
    with told(config.state_dir):
        found = outbox.survey(config.state_dir, config.outbox.size_limit_mb * 1_000_000)
    print("\n".join(described(found, time.time_ns())))
    return 0


def described(found: outbox.Survey, now: int) -> list[str]:
    """A survey in words.

    Args:
        found: The survey.
        now: UTC, ns.
    """
    lines = [f"held       {number_of(found.messages, 'message')}, {size(found.bytes)} of {size(found.limit_bytes)}"]
    oldest = f", the oldest for {span(max(now - found.oldest_waiting, 0) / _NS)}" if found.oldest_waiting else ""
    lines.append(f"waiting    {number_of(found.waiting, 'message')}{oldest}")
    if found.undated:
        lines.append(f"undated    {number_of(found.undated, 'sample')}, waiting for the clock")
    lines.append(f"disk       {size(found.disk_free)} free")
    lines.append(f"grows      {size(found.bytes_per_day)} a day")
    days = outbox.autonomy_days(found)
    room = "not known yet: nothing has been kept so far" if days is None else f"{span(days * _DAY_S)} without a gateway"
    lines.append(f"room for   {room}")
    if found.journals:
        rows = [("JOURNAL", "FIRST", "LAST"), *((j.journal, str(j.first), str(j.last)) for j in found.journals)]
        lines += ["", columns(rows)]
    return lines


def run_export(args: argparse.Namespace) -> int:
    """Write what waits to a file."""
    config = load_config(args.config)

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty() and (done % 100 == 0 or done == total):
            print(f"\r{done} of {total} messages", end="\n" if done == total else "", file=sys.stderr, flush=True)

    with told(config.state_dir):
        count = outbox.export(config.state_dir, config.site, config.edge, args.file, progress)
    print(f"{args.file}: {number_of(count, 'message')} of {config.site}/{config.edge}")
    print("At the gateway: nhipdo -c gateway.toml outbox import FILE")
    return 0


def run_acknowledge(args: argparse.Namespace) -> int:
    """Take a gateway's answer from a file."""
    config = load_config(args.config)
    with told(config.state_dir):
        stored = outbox.take_acknowledgement(config.state_dir, args.file)
    print(f"{args.file}: {number_of(stored, 'message')} of this outbox are stored at the gateway")
    return 0
