"""``nhipdo-edge check``."""

import re
from pathlib import Path

import pytest

CABINET = """\
[edge]
site = "sa-dec"
name = "press-shop"
state_dir = "/var/lib/nhipdo"

[[buses]]
name = "cabinet"
url = "serial:///dev/no-such-port"
timeout_s = 2

[[buses.instruments]]
name = "meter-1"
model = "sdm630"

[[buses.instruments]]
name = "meter-2"
model = "sdm630"
device_id = 2
period_s = 90

[[buses]]
name = "laboratory"
url = "tcp://balance.local:8000"

[[buses.instruments]]
name = "balance-1"
model = "mt_sics_balance"
"""
SHOWN = """\
edge     sa-dec/press-shop
broker   none: by USB stick (nhipdo-edge outbox export)
outbox   /var/lib/nhipdo, at most 2.05 GB, stored messages for 7 d
commits  every 1 s: so much a power cut can cost

BUS         INSTRUMENT  MODEL            ID  EVERY    CHANNELS
cabinet     meter-1     sdm630           1   1 s      15
cabinet     meter-2     sdm630           2   1.5 min  15
laboratory  balance-1   mt_sics_balance  -   1 s      1
"""
REQUESTS = """\
Planned requests
INSTRUMENT  REQUEST
meter-1     input_register 0..17
meter-1     input_register 52..75
meter-2     input_register 0..17
meter-2     input_register 52..75
balance-1   weight (SI)

Bus utilisation
BUS         BUSY   URL                         LINE
cabinet     15.1%  serial:///dev/no-such-port  rtu 9600 8N1
laboratory  1.0%   tcp://balance.local:8000    plain

warning: bus cabinet: each time meter-2 is asked and silent, meter-1 waits 2 s, but is read every 1 s. Lower timeout_s.
warning: instrument meter-2: read every 90 s, so some windows of 60 s hold no sample. Raise window_s.

2 buses, 3 instruments, 31 channels; no mistakes, 2 warnings
"""


def test_it_shows_what_would_be_read_and_opens_nothing(nhipdo_edge, write):
    code, out, err = nhipdo_edge("check", write(CABINET))
    assert (code, err) == (0, "")
    assert out.startswith(SHOWN)
    assert re.search(r"\nsdm630 +voltage_l1 +V +0\.\. +Voltage of phase 1\n", out)
    assert out.count("voltage_l1") == 1  # a model's channels are shown once
    assert out.endswith(REQUESTS)


def test_mistakes_are_told_on_stderr_one_a_line(nhipdo_edge, write):
    path = write(CABINET.replace("timeout_s", "timout_s").replace('name = "meter-2"', 'name = "Meter 2"'))
    assert nhipdo_edge("check", path) == (
        2,
        "",
        (
            f"{path}: buses[0].timout_s: unknown key; did you mean timeout_s?\n"
            f"{path}: buses[0].instruments[1].name: expected a name of a..z, 0..9 and inner hyphens, at most 63 long, "
            'got "Meter 2"\n'
        ),
    )


def test_a_file_that_is_not_there_is_named(nhipdo_edge, tmp_path):
    path = tmp_path / "agent.toml"
    assert nhipdo_edge("check", str(path)) == (
        2,
        "",
        f"{path}: no such file. Check the path, or start from the example: nhipdo-edge example > agent.toml\n",
    )


TRUSTED = '\n[clock]\ntrust = "always"\n'


def tried(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith(("ok ", "FAILED "))]


def test_connect_tries_every_port_the_clock_and_the_broker(nhipdo_edge, plant, plant_config, write):
    path = write(Path(plant_config).read_text("utf-8") + TRUSTED)
    code, out, err = nhipdo_edge("check", path, "--connect")
    assert (code, err) == (0, "")
    assert tried(out) == [
        f"ok      bus press        {plant.urls['press']} opens",
        f"ok      bus meter        {plant.urls['meter']} opens",
        f"ok      bus balance      {plant.urls['balance']} opens",
        "ok      clock            trusted as it is",
        "ok      broker           none in the file: samples leave by USB stick (nhipdo-edge outbox export)",
    ]


def test_connect_names_each_thing_that_does_not_work_and_what_to_do(nhipdo_edge, write, free_port):
    broker = f'\n[broker]\nurl = "mqtt://127.0.0.1:{free_port}"\n'
    text = CABINET.replace("tcp://balance.local:8000", f"tcp://127.0.0.1:{free_port}")
    code, out, err = nhipdo_edge("check", write(text + broker + TRUSTED), "--connect", "--timeout", "5")
    assert (code, err) == (1, "")
    assert tried(out) == [
        (
            "FAILED  bus cabinet      /dev/no-such-port does not exist. Plug the adapter in, or name a port that "
            "`ls /dev/serial/by-id/*` shows."
        ),
        (
            f"FAILED  bus laboratory   tcp://127.0.0.1:{free_port} refused the connection. "
            "Check that the device is on and listens there."
        ),
        "ok      clock            trusted as it is",
        (
            f"FAILED  broker           broker mqtt://127.0.0.1:{free_port}: nobody listens there. "
            "Start the broker or correct broker.url."
        ),
    ]


def test_connect_says_that_no_gateway_acknowledges(nhipdo_edge, plant_config, write, mosquitto):
    broker = f'\n[broker]\nurl = "mqtt://127.0.0.1:{mosquitto.port}"\n'
    path = write(Path(plant_config).read_text("utf-8") + broker + TRUSTED)
    code, out, _ = nhipdo_edge("check", path, "--connect", "--timeout", "1")
    assert code == 1
    assert tried(out)[-2:] == [
        f"ok      broker           mqtt://127.0.0.1:{mosquitto.port} lets us in, without TLS",
        (
            "FAILED  gateway          no acknowledgement within 1 s; it has never been at this broker. "
            "Start it: nhipdo serve"
        ),
    ]


@pytest.mark.parametrize(
    ("is_set", "told"),
    [
        (True, "ok      clock            set"),
        (
            False,
            (
                "FAILED  clock            not set, so samples wait undated. Let the machine reach a time server "
                "(timedatectl), or set the time and run: nhipdo-edge trust-clock agent.toml"
            ),
        ),
    ],
)
def test_connect_asks_the_system_whether_the_clock_is_set(nhipdo_edge, plant_config, monkeypatch, is_set, told):
    monkeypatch.setattr("edge_agent.clock.Clock.offset", lambda _self: 1 if is_set else None)
    code, out, _ = nhipdo_edge("check", plant_config, "--connect")
    assert told in tried(out)
    assert code == (0 if is_set else 1)
