"""What will work and may go badly: worst cases, estimates, and doors left open."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from drivers.modbus.register_map import ModbusMap
from edge_agent.config.shop_cautions import cautions_about_shop
from edge_agent.config.tables import FILE_KEYS, AgentConfig, BrokerConfig, BusConfig, InstrumentConfig
from edge_agent.utilisation import BusLoad, bus_load, silent_wait_s

BUSY = 0.8
"""Expected share of its time from which a bus is called busy: retries need room."""
_FIRST_PRINTED = {"input_register": 30_001, "holding_register": 40_001}
_PRINTED = 9999
"""How many numbers of a kind manuals print in this way."""


def cautions_about(config: AgentConfig) -> list[str]:
    """Warnings about a configuration that can be used, one sentence or two each. Opens nothing."""
    found = [*_of_broker(config.broker)] if config.broker else []
    for bus in config.buses:
        load = bus_load(bus)
        found += _of_load(bus, load)
        found += _of_silence(bus, load)
        found += _of_windows(config, bus)
        found += _of_addresses(bus)
    return [*found, *cautions_about_shop(config)]


def _of_broker(broker: BrokerConfig) -> Iterator[str]:
    if broker.password_text:
        yield "broker.password: stands in the configuration. Put it into a file and write password_file."
    if broker.password_file:
        mode = Path(broker.password_file).stat().st_mode
        if mode & stat.S_IROTH:
            yield f"broker.password_file: everybody may read it. Run: chmod o-r {broker.password_file}"
    for key in FILE_KEYS:
        path = getattr(broker, key)
        if path and not os.access(path, os.R_OK):
            yield f"broker.{key}: this user may not read {path}. Check again as the agent's user."
    if broker.username and not broker.tls and broker.host not in {"localhost", "127.0.0.1", "::1"}:
        yield "broker.url: the password travels unencrypted. Use mqtts:// outside a closed network."


def _of_load(bus: BusConfig, load: BusLoad) -> Iterator[str]:
    if load.expected <= BUSY:
        return
    speed = "period_s or parallel" if bus.over_tcp else "period_s or baud"
    yield (
        f"bus {bus.name}: expected to be busy {load.expected:.0%} of its time, so retries may not fit. "
        f"Raise {speed}, or use a second bus."
    )


def _of_silence(bus: BusConfig, load: BusLoad) -> Iterator[str]:
    """A silent instrument must not cost its neighbours readings."""
    if bus.parallel > 1:
        return
    worst: tuple[float, str, InstrumentConfig, float] | None = None
    for silent, poll in zip(bus.instruments, load.polls, strict=True):
        waits_s = silent_wait_s(bus, silent, poll.requests)
        neighbour = min((i for i in bus.instruments if i is not silent), key=lambda i: i.period_s, default=silent)
        lost = waits_s / neighbour.period_s  # readings of the neighbour at each try
        if neighbour is not silent and lost > 1 and (worst is None or lost > worst[0]):
            worst = (lost, silent.name, neighbour, waits_s)
    if worst is not None:
        _, name, neighbour, waits_s = worst
        yield (
            f"bus {bus.name}: each time {name} is asked and silent, {neighbour.name} waits {waits_s:g} s, "
            f"but is read every {neighbour.period_s:g} s. Lower timeout_s."
        )


def _of_addresses(bus: BusConfig) -> Iterator[str]:
    """The number that a manual prints, copied: Modicon's count from 30001 and 40001."""
    for instrument in bus.instruments:
        form = instrument.loaded.format
        for register in form.registers if isinstance(form, ModbusMap) else ():
            first = _FIRST_PRINTED.get(register.table, register.address + 1)
            if first <= register.address < first + _PRINTED:
                yield (
                    f"instrument {instrument.name}: {register.channel} is asked at address {register.address}. "
                    f"Where the manual counts from {first}, write address = {register.address - first}."
                )
                break  # one is enough: whoever copied one number copied all


def _of_windows(config: AgentConfig, bus: BusConfig) -> Iterator[str]:
    for instrument in bus.instruments:
        if instrument.period_s > config.window_s:
            yield (
                f"instrument {instrument.name}: read every {instrument.period_s:g} s, so some windows of "
                f"{config.window_s:g} s hold no sample. Raise window_s."
            )
