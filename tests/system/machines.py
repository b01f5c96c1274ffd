"""Machines for the ledger: devices that never show the same value twice, so that every sample can be told."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from chain import Chain, bus

from drivers.instrument import Value
from drivers.modbus.registers import Register
from drivers.simulators.faults import Faults
from drivers.simulators.modbus_devices import Device
from drivers.simulators.modbus_server import serve_devices, serve_devices_on_pty

SHIFT = 128

MAP = """model = "counting"
title.vi = "Máy đếm"
title.en = "Counting machine"
source.manual = "This folder"
source.revision = "1"
source.table = "machines.py"
dialect = "modbus"
{registers}"""

REGISTER = """
[[register]]
channel = "{name}"
table = "holding_register"
address = {address}
datatype = "{datatype}"
unit = "1"
title.vi = "Kênh {k}"
title.en = "Channel {k}"
"""


def names(channels: int) -> list[str]:
    return [f"c{k:02}" for k in range(channels)]


def write_map(folder: Path, channels: int) -> str:
    """The model's file, whose name belongs into agent.toml."""
    registers = [
        REGISTER.format(name=name, address=2 * k, datatype="uint32", k=k) for k, name in enumerate(names(channels))
    ]
    file = folder / f"counting-{channels}.toml"
    file.write_text(MAP.format(registers="".join(registers)), "utf-8")
    return file.name


def registers(channels: int) -> list[Register]:
    return [
        Register(channel=name, table="holding_register", address=2 * k, datatype="uint32", unit="1")
        for k, name in enumerate(names(channels))
    ]


def counting_values(channels: int, device: int = 0) -> Callable[[], Mapping[str, Value | None]]:
    """At the n-th request channel k shows ``n * 128 + k``, on each device from another beginning."""
    numbers = count(1 + device * 1_000_000)

    def values() -> Mapping[str, Value | None]:
        n = next(numbers)
        return {name: n * SHIFT + k for k, name in enumerate(names(channels))}

    return values


def counting_devices(devices: int, channels: int) -> dict[int, Device]:
    """Device ids from 1."""
    return {unit: Device(registers(channels), counting_values(channels, unit)) for unit in range(1, devices + 1)}


@contextmanager
def machines_on_tcp(
    chain: Chain, devices: int = 5, channels: int = 20, faults: Faults | None = None
) -> Iterator[Callable[[float], str]]:
    """Counting machines behind one connection, in the books of ``chain``; period, s -> their bus for agent.toml."""
    instruments = {f"machine-{unit}": unit for unit in range(1, devices + 1)}
    model = write_map(chain.folder, channels)
    told = chain.ledger.by_unit({unit: name for name, unit in instruments.items()})
    with serve_devices(counting_devices(devices, channels), faults=faults, on_shown=told) as port:
        yield lambda period_s: bus("machines", f"tcp://127.0.0.1:{port}", instruments, model, period_s, "timeout_s = 2")


@contextmanager
def machines_on_rtu(
    chain: Chain, devices: int = 3, channels: int = 4, faults: Faults | None = None, more: str = "timeout_s = 0.3"
) -> Iterator[Callable[[float], str]]:
    """As :func:`machines_on_tcp`, on one serial line."""
    instruments = {f"machine-{unit}": unit for unit in range(1, devices + 1)}
    model = write_map(chain.folder, channels)
    told = chain.ledger.by_unit({unit: name for name, unit in instruments.items()})
    with serve_devices_on_pty(counting_devices(devices, channels), faults=faults, on_shown=told) as path:
        yield lambda period_s: bus("line", f"serial://{path}", instruments, model, period_s, f"baud = 115200\n{more}")
