import os
import socket

import pytest

from drivers.bus import BusSpec
from drivers.bus.opening import open_buses, probe
from drivers.bus.serial_bus import SerialBus
from drivers.bus.tcp_bus import TcpBuses
from drivers.errors import InstrumentError, NoReplyError


def test_there_is_a_bus_for_each_line_and_one_for_all_tcp():
    specs = [
        BusSpec("a", "tcp://10.0.0.5", framing="mbap"),
        BusSpec("b", "serial:///dev/ttyUSB0", framing="rtu"),
        BusSpec("c", "sim://balance"),
        BusSpec("d", "tcp://10.0.0.6", framing="rtu"),
    ]
    buses = open_buses(specs)
    try:
        assert [(names, type(bus)) for names, bus in buses] == [
            (("b",), SerialBus),
            (("c",), SerialBus),
            (("a", "d"), TcpBuses),
        ]
    finally:
        for _, bus in buses:
            bus.close()


def test_nothing_is_made_when_one_of_them_is_wrong():
    with pytest.raises(ValueError, match="bus 'b': timeout_s"):
        open_buses([BusSpec("a", "tcp://10.0.0.5"), BusSpec("b", "tcp://10.0.0.5", timeout_s=0)])


def test_probe_is_content_with_what_can_be_opened():
    with socket.create_server(("127.0.0.1", 0)) as server:
        probe(BusSpec("press", f"tcp://127.0.0.1:{server.getsockname()[1]}", framing="mbap"))
    master, slave = os.openpty()
    probe(BusSpec("meters", f"serial://{os.ttyname(slave)}", framing="rtu"))
    os.close(master)
    os.close(slave)
    probe(BusSpec("loop", "loop://"))


def test_probe_tells_why_a_connection_is_refused(free_port):
    with pytest.raises(InstrumentError) as caught:
        probe(BusSpec("press", f"tcp://127.0.0.1:{free_port}", framing="mbap"))
    assert str(caught.value) == (
        f"press: tcp://127.0.0.1:{free_port} refused the connection. Check that the device is on and listens there."
    )


def test_probe_tells_that_a_port_is_not_there(tmp_path):
    with pytest.raises(NoReplyError) as caught:
        probe(BusSpec("meters", f"serial://{tmp_path}/ttyUSB0", framing="rtu"))
    assert str(caught.value) == (
        f"meters: {tmp_path}/ttyUSB0 does not exist. "
        "Plug the adapter in, or name a port that `ls /dev/serial/by-id/*` shows."
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            socket.gaierror(-2, "Name or service not known"),
            (
                "is not found: no address for press-1.local (Name or service not known). "
                "Check the name, or write the numeric address."
            ),
        ),
        (TimeoutError("timed out"), "did not answer within 0.5 s. Check that the device is on and listens there."),
        (OSError(113, "No route to host"), "cannot be reached. Check the address, the cable and the switch."),
        (OSError(104, "?"), "cannot be connected to (Connection reset by peer). Check the address and the network."),
    ],
)
def test_probe_tells_why_a_connection_fails(error, text, monkeypatch):
    def create_connection(*_, **__):
        raise error

    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(NoReplyError) as caught:
        probe(BusSpec("press", "tcp://press-1.local", timeout_s=0.5, framing="mbap"))
    assert str(caught.value) == f"press: tcp://press-1.local {text}"
