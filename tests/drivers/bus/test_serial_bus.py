"""Serial buses on a cable between two pseudo-terminals, and ports that are not there."""

import contextlib
import errno
import fcntl
import os
import sys
import termios
import threading
import time
import tty
import types
from pathlib import Path
from types import MappingProxyType

import pytest
import serial
from pymodbus.framer import FramerType

from drivers.bus import BusSpec
from drivers.bus.serial_bus import SerialBus
from drivers.bus.serial_port import why_lost, why_not_open
from drivers.instrument import Indication, Line, Request, ends_with


@pytest.fixture
def serial_bus():
    """Make serial buses that are closed at the end."""
    with contextlib.ExitStack() as stack:

        def make(url, **settings):
            made = SerialBus(BusSpec("meters", url, **{"framing": "rtu", "line": Line(19200), **settings}))
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def far_end(cable):
    """Run what stands at the other end of the cable: ``speak(fd)`` in a thread."""
    with contextlib.ExitStack() as stack:

        def run(speak):
            fd = os.open(cable.theirs, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(fd)
            stack.callback(os.close, fd)
            thread = threading.Thread(target=hear_out, args=(speak, fd))
            thread.start()
            stack.callback(thread.join, 20)
            return f"serial://{cable.ours}"

        yield run


def hear_out(speak, fd):
    """When a test fails the cable goes first, and that is not another failure."""
    with contextlib.suppress(OSError):
        speak(fd)


def read_exactly(fd, count):
    got = b""
    while len(got) < count:
        got += os.read(fd, count - len(got))
    return got


@pytest.mark.parametrize(("framing", "framer"), [("rtu", FramerType.RTU), ("ascii", FramerType.ASCII)])
def test_reads_pymodbus_server(framing, framer, modbus_serial, serial_bus, registers, carry):
    bus = serial_bus(modbus_serial(framer=framer), framing=framing)
    instruments = [registers("one", 1, [(3, 2), (10, 40), (49, 2)]), registers("two", 2, [(5, 1)])]
    for _ in range(3):
        assert carry(bus, *(("meters", i) for i in instruments)) == {"one": [301, 1001, -2], "two": [502]}


def test_live_ones_are_read_beside_a_dead_one(far_end, serial_bus, registers, carry, rtu):
    def speak(fd):
        while (frame := read_exactly(fd, 8))[0] != 9:
            if frame[0] != 1:
                os.write(fd, rtu(b"\3\4\0\7\0\7", frame[0]))
        os.write(fd, rtu(b"\3\4\0\7\0\7", 9))

    bus = serial_bus(far_end(speak), timeout_s=0.15)
    polls = [("meters", registers(f"m{unit}", unit)) for unit in (1, 2, 3)]
    for _ in range(3):
        shown = carry(bus, *polls)
        assert (shown["m2"], shown["m3"]) == ([7], [7])
        assert shown["m1"][0].startswith("m1: no reply within 0.15 s from device 1 on meters (serial://")
    carry(bus, ("meters", registers("end", 9)))


def test_noise_around_a_reply_is_passed_over(far_end, serial_bus, registers, carry, rtu):
    def speak(fd):
        for _ in range(3):
            read_exactly(fd, 8)
            good = rtu(b"\3\4\0\7\0\7")
            os.write(fd, b"\xff\x00\x01\x03" + rtu(b"\3\4\0\1\0\1", 2) + good[:4])
            time.sleep(0.02)
            os.write(fd, good[4:] + b"\xfe\x01")

    bus = serial_bus(far_end(speak))
    for _ in range(3):
        assert carry(bus, ("meters", registers("m1"))) == {"m1": [7]}


def test_lines_that_come_unasked_are_dated_when_they_come(far_end, serial_bus, text, carry):
    opened, first_shown = threading.Event(), threading.Event()
    ends = []

    def speak(fd):
        opened.wait(20)
        # Sooner, and it might be the tail of a line.
        time.sleep(0.06)
        os.write(fd, b"N 1.0")
        time.sleep(0.02)
        ends.append(time.monotonic_ns())
        os.write(fd, b" g\r\nN 2")
        first_shown.wait(20)
        ends.append(time.monotonic_ns())
        os.write(fd, b".0 g\r\n")

    bus = serial_bus(far_end(speak), framing="plain", timeout_s=10)
    bus.begin("meters", text("b", b""), 0)
    assert bus.step(time.monotonic()) == []
    opened.set()
    [polled] = bus.step(time.monotonic() + 20)
    assert polled.shown[0].value == "N 1.0 g\r\n"
    assert ends[0] <= polled.shown[0].at <= polled.at
    first_shown.set()
    assert carry(bus, ("meters", text("b", b""))) == {"b": ["N 2.0 g\r\n"]}


def test_the_speed_changes_after_the_last_byte_and_back_for_the_next_poll(far_end, serial_bus, carry, cable):
    def speeds():
        with Path(cable.ours).open("rb", buffering=0) as port:
            return termios.tcgetattr(port)[4]

    seen = []

    class Meter:
        name = "z"
        channels = MappingProxyType({"a": "1"})

        def poll(self):
            whole = ends_with(b"\r\n")
            [first] = yield [Request(b"/?!\r\n", whole, line=Line(2400, "7E1"))]
            seen.append(speeds())
            [second] = yield [Request(b"\x06050\r\n", whole, pause_s=0.02, then=Line(9600, "7E1"))]
            seen.append(speeds())
            return [Indication("a", (first.body + second.body).decode(), "1", second.at)]

    def speak(fd):
        for _ in range(2):
            assert read_exactly(fd, 5) == b"/?!\r\n"
            os.write(fd, b"one\r\n")
            assert read_exactly(fd, 6) == b"\x06050\r\n"
            os.write(fd, b"two\r\n")

    bus = serial_bus(far_end(speak), framing="plain", timeout_s=10)
    for _ in range(2):
        assert carry(bus, ("meters", Meter())) == {"z": ["one\r\ntwo\r\n"]}
    assert seen == 2 * [termios.B2400, termios.B9600]


def test_a_port_that_does_not_exist_is_told_and_found_when_it_comes(
    tmp_path, serial_bus, registers, carry, monkeypatch
):
    monkeypatch.setattr("drivers.bus.back_off.FIRST_S", 0.001)
    port = tmp_path / "ttyUSB0"
    bus = serial_bus(f"serial://{port}")
    text = f"m1: {port} does not exist. Plug the adapter in, or name a port that `ls /dev/serial/by-id/*` shows."
    assert carry(bus, ("meters", registers("m1", 1, [(0, 1), (1, 1)]))) == {"m1": [text, text]}
    master, slave = os.openpty()
    port.symlink_to(os.ttyname(slave))
    deadline = time.monotonic() + 10
    while "does not exist" in carry(bus, ("meters", registers("m1")), timeout_s=0.02)["m1"][0]:
        assert time.monotonic() < deadline
    [[silent]] = carry(bus, ("meters", registers("m1")), timeout_s=0.02).values()
    assert silent.startswith("m1: no reply within 0.02 s from device 1 on meters (")
    bus.close()
    os.close(master)
    os.close(slave)


def test_a_port_that_vanishes_ends_every_poll_and_is_opened_again(
    tmp_path, serial_bus, registers, carry, monkeypatch, rtu
):
    monkeypatch.setattr("drivers.bus.back_off.FIRST_S", 0.001)
    port = tmp_path / "ttyUSB0"
    master, slave = os.openpty()
    port.symlink_to(os.ttyname(slave))
    bus = serial_bus(f"serial://{port}", timeout_s=20)
    for name in ("m1", "m2"):
        bus.begin("meters", registers(name), 0)
    bus.step(time.monotonic() + 0.01)
    os.close(slave)
    os.close(master)
    port.unlink()
    ended = bus.step(time.monotonic() + 20)
    assert [str(polled.shown[0].reason) for polled in ended] == [
        f"{name}: {port} vanished (Input/output error). Check the adapter's plug and its USB cable."
        for name in ("m1", "m2")
    ]
    master, slave = os.openpty()
    tty.setraw(master)
    port.symlink_to(os.ttyname(slave))

    def speak():
        read_exactly(master, 8)
        os.write(master, rtu(b"\3\4\0\7\0\7"))

    thread = threading.Thread(target=speak)
    thread.start()
    deadline = time.monotonic() + 10
    while carry(bus, ("meters", registers("m1"))) != {"m1": [7]}:
        assert time.monotonic() < deadline
    thread.join(20)
    bus.close()
    os.close(master)
    os.close(slave)


def test_a_port_that_another_program_holds_is_told(cable, serial_bus, registers, carry):
    with Path(cable.ours).open("rb", buffering=0) as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert carry(serial_bus(f"serial://{cable.ours}"), ("meters", registers("m1"))) == {
            "m1": [
                f"m1: {cable.ours} is held by another program. Stop that program; `fuser -v` with the port names it."
            ]
        }
        shared = serial_bus(f"serial://{cable.ours}", exclusive=False, timeout_s=0.02)
        [[text]] = carry(shared, ("meters", registers("m1"))).values()
        assert text.startswith("m1: no reply within 0.02 s")


def test_a_file_that_is_no_serial_port_is_told(tmp_path, serial_bus, registers, carry):
    (tmp_path / "notes.txt").write_text("")
    for path, what in ((tmp_path / "notes.txt", "is no serial port"), (tmp_path, "is a folder")):
        assert carry(serial_bus(f"serial://{path}"), ("meters", registers("m1"))) == {
            "m1": [f"m1: {path} {what}. Check the path in the url."]
        }


def test_every_failure_to_open_says_what_to_do():
    dialout = "Add the user to the group dialout (`sudo usermod -aG dialout $USER`) and log in again."
    assert (
        why_not_open("m1", "/dev/ttyS0", PermissionError(errno.EACCES, ""))
        == f"m1: /dev/ttyS0 may not be opened. {dialout}"
    )
    assert why_not_open("m1", "sim://x", ValueError("invalid URL, protocol 'sim' not known")) == (
        "m1: sim://x: nothing here resolves this kind of port. Check the url, or run where it is simulated."
    )
    assert why_not_open("m1", "/dev/ttyS0", OSError("?")) == (
        "m1: /dev/ttyS0 cannot be opened: ?. Check the url and the adapter."
    )
    assert why_lost("m1", "/dev/ttyS0", termios.error(errno.EINVAL, "Invalid argument")) == (
        "m1: /dev/ttyS0 does not take these line settings. Check baud rate and form."
    )
    assert why_lost("m1", "/dev/ttyS0", serial.SerialTimeoutException("Write timeout")) == (
        "m1: /dev/ttyS0 takes no bytes. Check its flow control and the adapter."
    )


def test_while_a_port_is_missing_it_is_not_tried_at_every_poll(tmp_path, serial_bus, registers, carry, monkeypatch):
    opened = []
    real = serial.serial_for_url
    monkeypatch.setattr(serial, "serial_for_url", lambda *a, **k: opened.append(1) or real(*a, **k))
    monkeypatch.setattr("drivers.bus.back_off.FIRST_S", 1000)
    bus = serial_bus(f"serial://{tmp_path}/none")
    for _ in range(5):
        [[text]] = carry(bus, ("meters", registers("m1"))).values()
        assert "does not exist" in text
    assert opened == [1]


def test_a_port_without_a_descriptor_is_read_too(serial_bus, text, carry):
    # loop:// hears what it says.
    bus = serial_bus("loop://", framing="plain")
    assert carry(bus, ("meters", text("b", b"one\r\n", b"two\r\n"))) == {"b": ["one\r\n", "two\r\n"]}
    [[silent]] = carry(bus, ("meters", text("b", b"no end")), timeout_s=0.05).values()
    assert silent == (
        "b: half an answer within 0.05 s on meters (loop://): got 6 bytes, b'no end'. "
        "Check its wiring, baud rate, line form and timeout_s."
    )


def test_a_registered_handler_of_sim_urls_is_opened(serial_bus, text, carry, monkeypatch):
    class Balance(serial.serialutil.SerialBase):
        """Answers SI, byte by byte."""

        def open(self):
            self.is_open = True
            self.said = b""

        def close(self):
            self.is_open = False

        def _reconfigure_port(self):
            pass

        @property
        def in_waiting(self):
            return len(self.said)

        def write(self, frame):
            assert frame == b"SI\r\n"
            self.said += b"S S   100.00 g\r\n"
            return len(frame)

        def read(self, _size=1):
            if not self.said:
                time.sleep(self.timeout)
            got, self.said = self.said[:1], self.said[1:]
            return got

    package = types.ModuleType("tried_handlers")
    package.__path__ = []
    module = types.ModuleType("tried_handlers.protocol_sim")
    module.Serial = Balance
    monkeypatch.setitem(sys.modules, "tried_handlers", package)
    monkeypatch.setitem(sys.modules, "tried_handlers.protocol_sim", module)
    monkeypatch.setattr(serial, "protocol_handler_packages", ["serial.urlhandler", "tried_handlers"])
    bus = serial_bus("sim://balance", framing="plain")
    assert carry(bus, ("meters", text("b", b"SI\r\n"))) == {"b": ["S S   100.00 g\r\n"]}


def test_a_sim_url_that_nobody_resolves_is_told(serial_bus, text, carry, monkeypatch):
    monkeypatch.setattr(serial, "protocol_handler_packages", ["serial.urlhandler"])
    assert carry(serial_bus("sim://balance", framing="plain"), ("meters", text("b", b"SI\r\n"))) == {
        "b": ["b: sim://balance: nothing here resolves this kind of port. Check the url, or run where it is simulated."]
    }


def test_step_ends_at_its_time_though_nothing_happens(cable, serial_bus, registers):
    bus = serial_bus(f"serial://{cable.ours}", timeout_s=20)
    for begin in (False, True):
        if begin:
            bus.begin("meters", registers("m1"), 0)
        until = time.monotonic() + 0.05
        assert bus.step(until) == []
        assert time.monotonic() >= until
    assert bus.pending() == 1
    bus.close()
    assert bus.pending() == 0


def test_a_bus_carries_its_own_name_only(serial_bus, registers):
    with pytest.raises(KeyError, match="asked of 'meters'"):
        serial_bus("loop://").begin("other", registers("m1"), 0)
