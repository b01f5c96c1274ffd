"""The demo's folder: fresh at each start, held by one demo at a time, with the files that its processes read."""

import fcntl
import json
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from gateway.config import StoreConfig
from gateway.demo.processes import DemoError

SITE, EDGE = "demo", "press-shop"
LAB_SITE, BENCH = "demo-lab", "bench-1"
"""The made-up laboratory's site, and the edge on its bench."""
_OWN = ("edge", "broker", "clock", "bench")
"""Tables that the demo writes itself."""
IN_THE_LABORATORY = ("bench", "room")
"""Buses of the simulated plant that the bench's agent reads."""
LOCK = "demo.lock"
"""Marks a folder as a demo's, and is held while the demo runs."""

_AGENT = """\
# Written by nhipdo demo. The instruments are simulated; real ones are read by the same file with other urls.
[edge]
site = "{site}"
name = "{edge}"
state_dir = "{state}"

[broker]
url = "{broker}"

[clock]
trust = "always"  # this machine's own clock will do for a demo; on a Raspberry Pi leave it out
"""

_GATEWAY = """\
# Written by nhipdo demo.
[gateway]
state_dir = "gateway"

[broker]
url = "{broker}"
connect_timeout_s = 1  # the demo's own broker is near; it does not answer to MQTT 5, and is then asked for 3.1.1

[http]
port = {port}
secret_file = "api-secret"

[indicators]
made_up = true  # every page and report says so

[store]
reserve_mb = 100
"""
_INFLUX = """\
kind = "influx"
dialect = "v1"
url = "{store}"
"""


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """An empty folder that no other demo uses meanwhile.

    Raises:
        DemoError: Another demo runs there, or it holds something that no demo put there.
    """
    folder = folder.absolute()
    try:
        lock = _claim(folder)
    except OSError as error:
        msg = f"{folder}: {error.strerror}. Name a folder of your own with --directory."
        raise DemoError(msg) from error
    with lock:
        yield folder


def _claim(folder: Path) -> IO[str]:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / LOCK).exists():
        msg = f"{folder}: is not empty and not a demo's. Name another folder with --directory."
        raise DemoError(msg)
    lock = (folder / LOCK).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        msg = f"{folder}: another demo runs there (process {holder}). Stop it, or name another folder with --directory."
        raise DemoError(msg) from error
    _empty(folder)
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != LOCK:
            entry.unlink()


def simulated_plant(printed: Path) -> dict[str, Any]:
    """The tables of the agent.toml that ``nhipdo-edge simulate`` prints."""
    return tomllib.loads(printed.read_text("utf-8"))


def agent_toml(broker: str, plant: Mapping[str, Any], screen_port: int) -> str:
    """The agent's configuration: the simulated plant and its shop floor, as they were told, and the demo's broker."""
    told = {name: table for name, table in plant.items() if name not in _OWN}
    told["buses"] = shop_buses(plant)
    told["screen"] = {**told.get("screen", {}), "port": screen_port}
    head = _AGENT.format(site=SITE, edge=EDGE, state="edge", broker=broker)
    return "\n".join((head, *_tables(told, "")))


def bench_toml(broker: str, plant: Mapping[str, Any], screen_port: int, operators: Sequence[str]) -> str:
    """The configuration of the agent on the laboratory's bench.

    Args:
        broker: Its url.
        plant: As the simulator printed it.
        screen_port: Of the bench's screen.
        operators: Who calibrates there.
    """
    told = {
        "buses": [bus for bus in plant["buses"] if bus["name"] in IN_THE_LABORATORY],
        "bench": plant.get("bench", {}),
        "screen": {"port": screen_port},
        "operators": [{"name": name} for name in operators],
    }
    head = _AGENT.format(site=LAB_SITE, edge=BENCH, state="bench", broker=broker)
    return "\n".join((head, *_tables(told, "")))


def shop_buses(plant: Mapping[str, Any]) -> list[Any]:
    """Buses that the press shop's agent reads."""
    return [bus for bus in plant["buses"] if bus["name"] not in IN_THE_LABORATORY]


def _tables(tables: Mapping[str, Any], path: str) -> Iterator[str]:
    """Tables and lists of tables as TOML, each with those in it behind it."""
    for name, table in tables.items():
        whole = f"{path}{name}"
        for one in table if isinstance(table, list) else [table]:
            inner = {key: value for key, value in one.items() if _is_tables(value)}
            keys = "".join(f"{key} = {_value(value)}\n" for key, value in one.items() if key not in inner)
            yield f"[[{whole}]]\n{keys}" if isinstance(table, list) else f"[{whole}]\n{keys}"
            yield from _tables(inner, f"{whole}.")


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items()) + " }"
    # JSON's texts, numbers and lists of them are TOML's too.
    return json.dumps(value, ensure_ascii=False)


def gateway_toml(broker: str, port: int, influx: str) -> str:
    """The gateway's configuration; ``influx`` is the url of an InfluxDB 1.x, empty for the embedded store."""
    return _GATEWAY.format(broker=broker, port=port) + (_INFLUX.format(store=influx) if influx else "")


def for_analysts(influxdb: str) -> str:
    """How to ask an InfluxDB, and how to point a Grafana there; empty for none.

    Args:
        influxdb: Where it answers; empty: there is none.
    """
    if not influxdb:
        return ""
    at, database = urlsplit(influxdb), StoreConfig().database
    return (
        f"For analysts: InfluxDB at {influxdb}, database {database}, no password\n"
        f"  by hand:    influx -host {at.hostname} -port {at.port} -database {database}\n"
        f"  in Grafana: NHIPDO_INFLUXDB_URL={influxdb} NHIPDO_INFLUXDB_DATABASE={database} (docs/grafana.md)\n"
    )
