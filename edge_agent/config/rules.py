"""What must hold between the values of a file: each by itself is fine, together they cannot work."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from drivers.bus.url import TcpAddress, parse_url
from edge_agent.config.broker_files import check_files
from edge_agent.config.errors import Mistakes
from edge_agent.config.tables import FILE_KEYS, MQTT_PORTS, AgentConfig, BrokerConfig, BusConfig
from edge_agent.utilisation import BusLoad, bus_load
from edge_agent.wire.table_kinds import show
from edge_agent.wire.topics import GATEWAY

_BROKER_URLS = '"mqtt://host" or, with TLS, "mqtts://host", each with :port where it is not the usual one'
_HIGHEST_DEVICE_ID = 247
_BROADCAST = 0


def check_edge(config: AgentConfig, mistakes: Mistakes) -> None:
    """The ``[edge]`` table."""
    if config.site == GATEWAY:
        mistakes.add("edge.site", f'"{GATEWAY}" is taken: the gateways speak under that name. Choose another.')
    for folder in (config.state_dir, *config.state_dir.parents):
        if folder.exists():
            if not folder.is_dir():
                what = f"{folder} is a file, expected a folder. Move the file or name another folder."
                mistakes.add("edge.state_dir", what)
            break


def check_broker(broker: BrokerConfig, mistakes: Mistakes) -> None:
    """The ``[broker]`` table."""
    before = len(mistakes)
    parts = _broker_parts(broker.url)
    if parts is None:
        mistakes.add("broker.url", f"expected {_BROKER_URLS}, got {show(_without_password(broker.url))}")
        return
    if parts.username is not None:
        what = "holds a user name; write username and password_file, so that no log shows them"
        mistakes.add("broker.url", what)
    _check_login(broker, mistakes)
    _check_tls(broker, mistakes)
    if len(mistakes) == before:
        check_files(broker, mistakes)
    for shorter, longer in (("reconnect_s", "reconnect_max_s"), ("resend_s", "resend_max_s")):
        first, last = getattr(broker, shorter), getattr(broker, longer)
        if first > last:
            what = f"{first:g} s is above {longer}, {last:g} s. Lower it or raise {longer}."
            mistakes.add(f"broker.{shorter}", what)


def _check_login(broker: BrokerConfig, mistakes: Mistakes) -> None:
    if broker.password_file and broker.password_text:
        mistakes.add("broker.password", "stands beside password_file. Delete password.")
    if (broker.password_file or broker.password_text) and not broker.username:
        mistakes.add("broker.username", "missing; a password needs the name it belongs to")
    for key in FILE_KEYS:
        written = getattr(broker, key)
        if written and not Path(written).is_file():
            mistakes.add(f"broker.{key}", f"no such file: {written}. Check the path.")


def _check_tls(broker: BrokerConfig, mistakes: Mistakes) -> None:
    tls_keys = [key for key in FILE_KEYS if key != "password_file" and getattr(broker, key)]
    if tls_keys and not broker.tls:
        what = f'is of no use without TLS. Write url = "mqtts://..." or delete {" and ".join(tls_keys)}.'
        mistakes.add(f"broker.{tls_keys[0]}", what)
    for here, there in (("cert_file", "key_file"), ("key_file", "cert_file")):
        if getattr(broker, here) and not getattr(broker, there):
            mistakes.add(f"broker.{there}", f"missing; {here} needs it")


def check_unique(buses: Sequence[Mapping[str, object]], mistakes: Mistakes) -> None:
    """Names of buses and instruments, and urls of buses, over the whole file as it is written."""
    bus_names: dict[object, str] = {}
    ports: dict[object, str] = {}
    instrument_names: dict[object, str] = {}
    for index, bus in enumerate(buses):
        place = f"buses[{index}]"
        once(bus_names, bus.get("name"), f"{place}.name", mistakes)
        _one_port(ports, bus.get("url"), place, mistakes)
        instruments = bus.get("instruments")
        for number, instrument in enumerate(instruments if isinstance(instruments, list) else []):
            if isinstance(instrument, dict):
                once(instrument_names, instrument.get("name"), f"{place}.instruments[{number}].name", mistakes)


def once(seen: dict[object, str], name: object, place: str, mistakes: Mistakes) -> None:
    """Note a name that stood somewhere before; ``seen`` is name -> its first place."""
    if isinstance(name, str):
        first = seen.setdefault(name, place)
        if first != place:
            mistakes.add(place, f"{show(name)} is also {first}. Choose another name.")


def _one_port(seen: dict[object, str], url: object, place: str, mistakes: Mistakes) -> None:
    if isinstance(url, str):
        first = seen.setdefault(_port(url), place)
        if first != place:
            what = f"{show(url)} is also that of {first}. One port is one bus: put the instruments under one of them."
            mistakes.add(f"{place}.url", what)


def check_bus(bus: BusConfig, place: str, mistakes: Mistakes) -> None:
    """One ``[[buses]]`` table whose values are all good by themselves."""
    before = len(mistakes)
    _check_url(bus, place, mistakes)
    _check_framing(bus, place, mistakes)
    _check_ids(bus, place, mistakes)
    if bus.parallel > 1 and bus.chosen_framing != "mbap":
        what = f"{bus.parallel} requests at once need framing mbap, which numbers them. Delete parallel."
        mistakes.add(f"{place}.parallel", what)
    if len(mistakes) == before:
        _check_time(bus, bus_load(bus), place, mistakes)


def _check_url(bus: BusConfig, place: str, mistakes: Mistakes) -> None:
    try:
        parse_url(bus.url)
    except ValueError as error:
        said = str(error).removeprefix(f"url {bus.url!r}: ")
        mistakes.add(f"{place}.url", f"{show(bus.url)}: {said}")


def _check_framing(bus: BusConfig, place: str, mistakes: Mistakes) -> None:
    of_modbus = [i for i in bus.instruments if i.loaded.is_modbus]
    of_text = [i for i in bus.instruments if not i.loaded.is_modbus]
    framing = bus.chosen_framing
    if of_modbus and of_text:
        what = f"{of_modbus[0].name} speaks Modbus and {of_text[0].name} text. Give each kind its own bus."
        mistakes.add(f"{place}.instruments", what)
    elif len(of_text) > 1:
        names = ", ".join(i.name for i in of_text)
        what = f"{names} speak text without addresses, so nobody could tell who answers. Give each its own bus."
        mistakes.add(f"{place}.instruments", what)
    elif of_modbus and framing == "plain":
        mistakes.add(
            f"{place}.framing", 'plain does not carry Modbus; expected "mbap", "rtu" or "ascii". Delete framing.'
        )
    elif of_text and framing != "plain":
        mistakes.add(
            f"{place}.framing", f"{framing} carries Modbus, but {of_text[0].name} speaks text. Delete framing."
        )
    elif framing == "mbap" and not bus.over_tcp:
        mistakes.add(f"{place}.framing", 'mbap is for tcp://; on a serial line expected "rtu" or "ascii"')
    elif framing == "rtu" and not bus.form.startswith("8"):
        what = f'rtu needs 8 data bits, got {show(bus.form)}; write "8N1", "8E1" or framing = "ascii"'
        mistakes.add(f"{place}.form", what)


def _check_ids(bus: BusConfig, place: str, mistakes: Mistakes) -> None:
    seen: dict[int, str] = {}
    for index, instrument in enumerate(bus.instruments):
        if not instrument.loaded.is_modbus:
            continue
        at = f"{place}.instruments[{index}].device_id"
        number = instrument.device_id
        serial_like = bus.chosen_framing != "mbap"
        if serial_like and (number == _BROADCAST or number > _HIGHEST_DEVICE_ID):
            mistakes.add(at, f"expected 1 to {_HIGHEST_DEVICE_ID} on a serial line, got {number}")
        first = seen.setdefault(number, instrument.name)
        if first != instrument.name:
            what = f"{number} is also that of {first} on this bus. Set another id in the device and here."
            mistakes.add(at, what)


def _check_time(bus: BusConfig, load: BusLoad, place: str, mistakes: Mistakes) -> None:
    """Whether the line can carry it at all: bytes and silences, nothing assumed."""
    # Behind a converter the line's real speed is not ours to know: that is a caution.
    if bus.over_tcp and bus.chosen_framing != "mbap":
        return
    said = False  # of the bus's own timeout: once is enough
    for index, (poll, instrument) in enumerate(zip(load.polls, bus.instruments, strict=True)):
        own = instrument.timeout_s is not None
        timeout_s = instrument.timeout_s or bus.timeout_s
        if poll.longest_reply_s >= timeout_s and (own or not said):
            said = said or not own
            what = (
                f"{timeout_s:g} s is too short: a reply of {poll.instrument} takes {poll.longest_reply_s:.2g} s "
                f"at {bus.baud} baud. Raise timeout_s or baud."
            )
            mistakes.add(f"{place}.instruments[{index}].timeout_s" if own else f"{place}.timeout_s", what)
    if load.least > 1:
        at_baud = "" if bus.over_tcp else f" at {bus.baud} baud"
        busiest = max(load.polls, key=lambda poll: poll.wire_s / poll.period_s)
        what = (
            f"its polls need {load.least:.0%} of the time{at_baud}, expected at most 100%; most of it "
            f"{busiest.instrument}: {busiest.wire_s:.2g} s every {busiest.period_s:g} s. "
            "Raise period_s or baud, or use a second bus."
        )
        mistakes.add(place, what)


def _port(url: str) -> str:
    """One spelling for one port: default port written, links to a device followed."""
    try:
        found = parse_url(url)
    except ValueError:
        return url
    if isinstance(found, TcpAddress):
        return f"tcp://{found.host.lower()}:{found.port}"
    return os.path.realpath(found.port) if found.port.startswith("/") else found.port


def _broker_parts(url: str) -> SplitResult | None:
    """The parts of a broker's url; None when it cannot be one."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in MQTT_PORTS and parts.hostname and parts.port != 0 and not parts.path.strip("/")
    except ValueError:
        return None
    return parts if usable else None


def _without_password(url: str) -> str:
    """A broker's url as it may be shown."""
    scheme, mark, rest = url.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
