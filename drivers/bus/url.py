"""What the url of a bus says, and what is wrong with it: nothing here opens anything."""

import ipaddress
import re
from difflib import get_close_matches
from importlib import import_module
from typing import NamedTuple
from urllib.parse import urlsplit

import serial

MODBUS_PORT = 502
"""Source: Modbus Messaging on TCP/IP Implementation Guide V1.0b, 4.3.2."""

PYSERIAL_SCHEMES = ("sim", "loop", "socket", "rfc2217", "spy", "hwgrep", "alt", "cp2110")
"""What pyserial resolves itself, and ``sim``, which a command line registers with it."""

SCHEMES = ("tcp", "serial", *PYSERIAL_SCHEMES)
EXAMPLES = "Write tcp://10.0.0.5:502, serial:///dev/ttyUSB0 or a pyserial URL such as sim://balance."
HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?")
HOST_AND_PORT = re.compile(r"[\w.-]+(:\d+)?")


class TcpAddress(NamedTuple):
    """Where a device listens.

    Attributes:
        host: A name or a numeric address, an IPv6 one without brackets.
        port: 1..65535.
    """

    host: str
    port: int


class SerialPort(NamedTuple):
    """A serial port.

    Attributes:
        port: What pyserial opens: ``/dev/ttyUSB0``, ``COM3`` or ``sim://balance``.
    """

    port: str


def parse_url(url: str) -> TcpAddress | SerialPort:
    """What a bus url names.

    Raises:
        ValueError: The url makes no sense; the text quotes it and says what was probably meant.

    >>> parse_url("tcp://10.0.0.5")
    TcpAddress(host='10.0.0.5', port=502)
    >>> parse_url("serial:///dev/ttyUSB0")
    SerialPort(port='/dev/ttyUSB0')
    >>> parse_url("sim://balance")
    SerialPort(port='sim://balance')
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise ValueError(_without_scheme(url))
    scheme = scheme.lower()
    if scheme == "tcp":
        return _tcp(url)
    if scheme == "serial":
        return _serial(url, rest)
    if scheme not in PYSERIAL_SCHEMES and not _has_handler(scheme):
        close = get_close_matches(scheme, SCHEMES, n=1)
        meant = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(SCHEMES)}."
        msg = f"url {url!r}: unknown scheme {scheme!r}; {meant} {EXAMPLES}"
        raise ValueError(msg)
    if not rest and scheme != "loop":
        msg = f"url {url!r}: nothing follows {scheme}://. {EXAMPLES}"
        raise ValueError(msg)
    return SerialPort(url)


def _without_scheme(url: str) -> str:
    """What is wrong with a url that has no ``://``, and what it was probably meant to be."""
    meant = ""
    if url.startswith("/"):
        meant = f"serial://{url}"
    elif re.fullmatch(r"(?i)com\d+", url):
        meant = f"serial://{url.upper()}"
    elif ":" not in url and re.fullmatch(r"tty\w+", url):
        meant = f"serial:///dev/{url}"
    elif slashed := re.fullmatch(r"(tcp|serial|sim):/?([^/].*)", url):
        meant = f"{slashed[1]}://{'/' if slashed[1] == 'serial' else ''}{slashed[2]}"
    elif HOST_AND_PORT.fullmatch(url):
        meant = f"tcp://{url}"
    did_you_mean = f"; did you mean {meant}?" if meant else "."
    return f"url {url!r}: no scheme{did_you_mean} {EXAMPLES}"


def _tcp(url: str) -> TcpAddress:
    """``tcp://host``, ``tcp://host:port`` or ``tcp://[address]:port``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        msg = f"url {url!r}: {error}. Write a host and a port from 1 to 65535, as in tcp://10.0.0.5:502."
        raise ValueError(msg) from error
    host = parts.hostname or ""
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        msg = f"url {url!r}: expected a host and a port and nothing else, as in tcp://10.0.0.5:502."
        raise ValueError(msg)
    if not _is_host(host):
        msg = f"url {url!r}: {host!r} is no host name or address. Write it as in tcp://10.0.0.5:502."
        raise ValueError(msg)
    if port == 0:
        msg = f"url {url!r}: port 0 cannot be connected to. Write a port from 1 to 65535; Modbus has 502."
        raise ValueError(msg)
    return TcpAddress(host, MODBUS_PORT if port is None else port)


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # Digits and dots only is an address with a mistake in it, never a name.
        return bool(HOST.fullmatch(host)) and not re.fullmatch(r"[\d.]+", host)
    return True


def _serial(url: str, rest: str) -> SerialPort:
    """``serial:///dev/ttyUSB0``, three slashes: a path is absolute; ``serial://COM3`` on Windows."""
    if rest.startswith("/") and rest.strip("/"):
        return SerialPort(rest)
    if re.fullmatch(r"(?i)com\d+", rest):
        return SerialPort(rest.upper())
    if rest.startswith("dev/"):
        msg = f"url {url!r}: the path must be absolute; did you mean serial:///{rest}?"
    elif re.fullmatch(r"tty\w+", rest):
        msg = f"url {url!r}: the path must be absolute; did you mean serial:///dev/{rest}?"
    else:
        msg = f"url {url!r}: expected the path of a port, as in serial:///dev/ttyUSB0."
    raise ValueError(msg)


def _has_handler(scheme: str) -> bool:
    """Whether some package registered with pyserial resolves this scheme."""
    for package in serial.protocol_handler_packages:
        try:
            import_module(f"{package}.protocol_{scheme}")
        except ImportError:
            continue
        return True
    return False
