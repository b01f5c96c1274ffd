"""Simulated Modbus devices on a loopback port, or on a pseudo terminal."""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from drivers.modbus.registers import Register
from drivers.simulators.faults import Faults
from drivers.simulators.modbus_devices import Device, Devices, OnShown, Values
from drivers.simulators.modbus_speakers import ModbusAscii, ModbusRtu, ModbusSpeaker, ModbusTcp
from drivers.simulators.serial_port import speaker_pty
from drivers.simulators.serving import Serving

LOOPBACK = "127.0.0.1"
FRAMINGS: Mapping[str, Callable[[Devices], ModbusSpeaker]] = {"mbap": ModbusTcp, "rtu": ModbusRtu, "ascii": ModbusAscii}
Framing = Literal["mbap", "rtu", "ascii"]


def devices_of(
    registers: Sequence[Register], values: Values, device_id: int | Sequence[int] = 1, *, strict: bool = False
) -> dict[int, Device]:
    """One device, or several alike, by device id; merge the results for devices that differ."""
    ids = [device_id] if isinstance(device_id, int) else device_id
    return {one: Device(registers, values, strict) for one in ids}


@contextmanager
def serve_devices(
    devices: Mapping[int, Device],
    *,
    faults: Faults | None = None,
    on_shown: OnShown | None = None,
    port: int = 0,
    framing: Framing = "mbap",
) -> Iterator[int]:
    """Serve several devices on one loopback port.

    Args:
        devices: Device id -> device.
        faults: What goes wrong; may be changed at any time.
        on_shown: Told what went out readable, before it goes out, in the simulator's thread.
        port: 0: a free one.
        framing: ``rtu`` or ``ascii`` for RTU or ASCII over TCP.

    Yields:
        The port.

    Raises:
        OSError: The port is taken.
        RuntimeError: At the end, when ``values`` or ``on_shown`` raised.
    """
    behind = Devices(devices, faults, on_shown)
    with socket.create_server((LOOPBACK, port), backlog=256) as listener:
        number: int = listener.getsockname()[1]
        with Serving(f"tcp {number}", listener=listener, greet=lambda: FRAMINGS[framing](behind)):
            yield number


def modbus_server(
    registers: Sequence[Register],
    values: Values,
    *,
    device_id: int | Sequence[int] = 1,
    strict: bool = False,
    faults: Faults | None = None,
    on_shown: OnShown | None = None,
    port: int = 0,
    framing: Framing = "mbap",
) -> AbstractContextManager[int]:
    """Serve ``values()`` through ``registers`` on a loopback port; yield the port.

    Args:
        registers: Of one map.
        values: Channel -> value; asked once for each request.
        device_id: Who answers; several ids show the same.
        strict: Refuse addresses that the map does not hold.
        faults: As in :func:`serve_devices`, like ``on_shown``, ``port`` and ``framing``.
        on_shown: See there.
        port: See there.
        framing: See there.
    """
    devices = devices_of(registers, values, device_id, strict=strict)
    return serve_devices(devices, faults=faults, on_shown=on_shown, port=port, framing=framing)


def serve_devices_on_pty(
    devices: Mapping[int, Device],
    *,
    faults: Faults | None = None,
    on_shown: OnShown | None = None,
    link: Path | None = None,
    framing: Literal["rtu", "ascii"] = "rtu",
) -> AbstractContextManager[str]:
    """Serve several devices on one serial line; yield the path to open. For other ids there is silence."""
    return speaker_pty(FRAMINGS[framing](Devices(devices, faults, on_shown)), link)


def modbus_rtu_pty(
    registers: Sequence[Register],
    values: Values,
    *,
    device_id: int | Sequence[int] = 1,
    strict: bool = False,
    faults: Faults | None = None,
    on_shown: OnShown | None = None,
    link: Path | None = None,
    framing: Literal["rtu", "ascii"] = "rtu",
) -> AbstractContextManager[str]:
    """Serve ``values()`` through ``registers`` by RTU on a pseudo terminal; yield the path to open.

    Args:
        registers: Of one map.
        values: Channel -> value; asked once for each request.
        device_id: Who answers; several ids show the same.
        strict: Refuse addresses that the map does not hold.
        faults: As in :func:`serve_devices`, like ``on_shown``.
        on_shown: See there.
        link: As in :func:`drivers.simulators.serial_port.speaker_pty`.
        framing: ``ascii`` for Modbus ASCII.
    """
    devices = devices_of(registers, values, device_id, strict=strict)
    return serve_devices_on_pty(devices, faults=faults, on_shown=on_shown, link=link, framing=framing)
