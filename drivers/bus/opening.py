"""From what a configuration says to buses: which of them there are, and whether they can be opened at all."""

import socket
from collections.abc import Sequence

from drivers.bus import Bus, BusSpec
from drivers.bus.serial_bus import SerialBus
from drivers.bus.serial_port import FAILURES, Port, why_not_open
from drivers.bus.spec import check_spec
from drivers.bus.tcp_bus import TcpBuses
from drivers.bus.tcp_connection import CHECK_THERE, not_connected, not_found
from drivers.bus.url import TcpAddress, parse_url
from drivers.errors import NoReplyError


def open_buses(specs: Sequence[BusSpec]) -> list[tuple[tuple[str, ...], Bus]]:
    """A bus for each serial line and one for all TCP connections, each with the names that it carries.

    Opens no port yet: that is done by the first poll. Each of them wants a thread of its own.

    Raises:
        ValueError: One of ``specs`` cannot be had.
    """
    for spec in specs:
        check_spec(spec)
    tcp = [spec for spec in specs if isinstance(parse_url(spec.url), TcpAddress)]
    buses: list[tuple[tuple[str, ...], Bus]] = [((spec.name,), SerialBus(spec)) for spec in specs if spec not in tcp]
    if tcp:
        buses.append((tuple(spec.name for spec in tcp), TcpBuses(tcp)))
    return buses


def probe(spec: BusSpec) -> None:
    """Open a bus and close it again; sends nothing. May take ``timeout_s`` for each address of a name.

    Raises:
        ValueError: ``spec`` cannot be had.
        InstrumentError: It cannot be opened; the text begins with the bus's name and says what to do.
    """
    check_spec(spec)
    address = parse_url(spec.url)
    if isinstance(address, TcpAddress):
        _probe_tcp(spec, address)
        return
    port = Port(spec)
    try:
        port.open()
    except FAILURES as error:
        raise NoReplyError(why_not_open(spec.name, port.name, error)) from error
    finally:
        port.close()


def _probe_tcp(spec: BusSpec, address: TcpAddress) -> None:
    try:
        socket.create_connection(address, timeout=spec.timeout_s).close()
    except OSError as error:
        msg = f"{spec.name}: {spec.url} {_why_not_connected(spec, address, error)}"
        raise NoReplyError(msg) from error


def _why_not_connected(spec: BusSpec, address: TcpAddress, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return not_found(address.host, error)
    if isinstance(error, TimeoutError) and error.errno is None:
        return f"did not answer within {spec.timeout_s:g} s. {CHECK_THERE}"
    return not_connected(error.errno or 0)
