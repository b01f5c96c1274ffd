"""What can be reached from here, one line each: ports, clock, broker, gateway."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from drivers.bus.opening import probe
from drivers.errors import InstrumentError
from edge_agent import clock
from edge_agent.commands.simulators import register_simulators
from edge_agent.config import AgentConfig, BusConfig


class Tried(NamedTuple):
    """Something that was tried.

    Attributes:
        who: What was tried: ``bus press``, ``clock``, ``broker``, ``gateway``.
        ok: Whether it works.
        what: What was found, and what to do when it does not work.
    """

    who: str
    ok: bool
    what: str


def everything(config: AgentConfig, timeout_s: float) -> Iterator[Tried]:
    """Try port by port, then the clock, then the broker up to the gateway's first acknowledgement."""
    register_simulators(config)
    for bus in config.buses:
        yield the_port(bus)
    yield the_clock(config)
    from edge_agent.uplink_probe import probe_broker  # noqa: PLC0415  loads paho, which only this needs

    for step, ok, what in probe_broker(config, timeout_s):
        yield Tried(step, ok, what)


def the_port(bus: BusConfig) -> Tried:
    """Whether a bus can be opened; nothing is sent."""
    try:
        probe(bus.spec())
    except InstrumentError as error:
        return Tried(f"bus {bus.name}", ok=False, what=str(error).removeprefix(f"{bus.name}: "))
    return Tried(f"bus {bus.name}", ok=True, what=f"{bus.url} opens")


def the_clock(config: AgentConfig) -> Tried:
    """Whether samples can be dated at once."""
    found = clock.Clock(config.clock.trust, config.state_dir)
    if found.offset() is not None:
        how = "trusted as it is" if config.clock.trust == "always" else "set"
        return Tried("clock", ok=True, what=how)
    what = (
        "not set, so samples wait undated. Let the machine reach a time server (timedatectl), "
        "or set the time and run: nhipdo-edge trust-clock agent.toml"
    )
    return Tried("clock", ok=False, what=what)


def report(tried: Iterable[Tried]) -> int:
    """Print each as it is found; how many do not work."""
    failed = 0
    for one in tried:
        failed += not one.ok
        print(f"{'ok' if one.ok else 'FAILED':7} {one.who:16} {one.what}", flush=True)
    return failed
