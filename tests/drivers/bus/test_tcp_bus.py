"""TCP connections against pymodbus's servers and devices that misbehave."""

import contextlib
import socket
import threading
import time

import pytest
from pymodbus.framer import FramerType

from drivers.bus import BusSpec
from drivers.bus.tcp_bus import TcpBuses
from drivers.errors import NoReplyError


def reply_to(connection, mbap, value=7, **frame):
    """Answer one read of registers with ``value`` everywhere; False when the client has gone."""
    asked = connection.recv(12)
    if len(asked) < 12:
        return False
    frame = {"tid": int.from_bytes(asked[:2], "big"), "unit": asked[6], **frame}
    count = int.from_bytes(asked[10:12], "big")
    connection.sendall(mbap(bytes([3, 2 * count]) + count * value.to_bytes(2, "big"), **frame))
    return True


@pytest.fixture
def live(mbap):
    """What a device that works says."""

    def speak(connection, _):
        while reply_to(connection, mbap):
            pass

    return speak


@pytest.fixture
def buses():
    """Make buses that are closed at the end; (name, url, settings) each."""
    with contextlib.ExitStack() as stack:

        def make(*specs):
            made = TcpBuses([BusSpec(name, url, **{"framing": "mbap", **settings}) for name, url, settings in specs])
            stack.callback(made.close)
            return made

        yield make


def test_reads_pymodbus_server(modbus_tcp, buses, registers, carry):
    bus = buses(("press", modbus_tcp(), {}))
    instruments = [registers("one", 1, [(3, 2), (10, 4)]), registers("two", 2, [(5, 1)])]
    assert carry(bus, *(("press", i) for i in instruments)) == {"one": [301, 1001], "two": [502]}


def test_an_exception_is_a_reply(modbus_tcp, buses, registers, carry):
    bus = buses(("press", modbus_tcp(), {}))
    assert carry(bus, ("press", registers("one", 1, [(3, 2), (49, 2)]))) == {"one": [301, -2]}


def test_reads_pymodbus_server_by_rtu_and_by_ascii_over_tcp(modbus_tcp, buses, registers, carry):
    bus = buses(
        ("rtu", modbus_tcp(framer=FramerType.RTU), {"framing": "rtu"}),
        ("ascii", modbus_tcp(framer=FramerType.ASCII), {"framing": "ascii"}),
    )
    polls = [
        (name, registers(f"{name}-{unit}", unit, [(3, 2), (4, 2)])) for name in ("rtu", "ascii") for unit in (1, 2)
    ]
    assert carry(bus, *polls) == {
        "rtu-1": [301, 401],
        "rtu-2": [302, 402],
        "ascii-1": [301, 401],
        "ascii-2": [302, 402],
    }


def test_eight_requests_are_in_flight_where_the_device_allows_it(device, buses, registers, carry, mbap):
    most = []

    def speak(connection, _):
        # Answers only once eight have come, the last one first.
        while True:
            asked = b""
            while len(asked) < 8 * 12:
                chunk = connection.recv(4096)
                if not chunk:
                    return
                asked += chunk
            most.append(len(asked) // 12)
            for at in range(len(asked) - 12, -1, -12):
                one = asked[at : at + 12]
                connection.sendall(mbap(b"\3\2" + one[8:10], int.from_bytes(one[:2], "big"), one[6]))

    bus = buses(("press", device(speak).url, {"parallel": 8}))
    assert carry(bus, ("press", registers("one", 1, [(i, 1) for i in range(16)]))) == {"one": list(range(16))}
    assert most == [8, 8]


def test_a_refused_connection_is_told_at_once(buses, registers, carry, free_port):
    bus = buses(("press", f"tcp://127.0.0.1:{free_port}", {"timeout_s": 60}))
    text = (
        f"press-1: tcp://127.0.0.1:{free_port} refused the connection. Check that the device is on and listens there."
    )
    for _ in range(2):  # the second within the back-off: the same reason, without an attempt
        assert carry(bus, ("press", registers("press-1", 1, [(0, 1), (1, 1)]))) == {"press-1": [text, text]}


def test_neighbours_of_a_refused_and_of_a_silent_one_are_read_meanwhile(device, buses, registers, live, free_port):
    silent = device(lambda connection, _: connection.recv(12) and connection.recv(12))
    bus = buses(
        ("refused", f"tcp://127.0.0.1:{free_port}", {}),
        ("silent", silent.url, {"timeout_s": 60}),
        ("live", device(live).url, {}),
    )
    bus.begin("silent", registers("silent"), 0)
    ended = []
    for _ in range(20):
        for name in ("live", "refused"):
            bus.begin(name, registers(name), 1)
        while bus.pending() > 1:
            ended += bus.step(time.monotonic() + 20)
    assert [polled.shown[0].value for polled in ended if polled.bus == "live"] == 20 * [7]
    assert {polled.bus for polled in ended} == {"live", "refused"}


def test_a_device_that_comes_back_is_found_again(buses, registers, carry, live, free_port, monkeypatch, caplog):
    monkeypatch.setattr("drivers.bus.back_off.FIRST_S", 0.01)
    bus = buses(("press", f"tcp://127.0.0.1:{free_port}", {}))
    caplog.set_level("INFO")
    for _ in range(3):
        carry(bus, ("press", registers("press-1")))
    with socket.create_server(("127.0.0.1", free_port)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                live(connection, 1)

        thread = threading.Thread(target=serve)
        thread.start()
        deadline = time.monotonic() + 10
        while carry(bus, ("press", registers("press-1"))) != {"press-1": [7]}:
            assert time.monotonic() < deadline
        bus.close()
        thread.join(10)
    warnings = [record.getMessage() for record in caplog.records]
    assert warnings == [
        f"press: tcp://127.0.0.1:{free_port} refused the connection. Check that the device is on and listens there.",
        f"press: tcp://127.0.0.1:{free_port} answers again after 0 s",
    ]


def test_a_connection_that_closes_in_mid_reply_says_so_and_what_came(device, buses, registers, carry, mbap):
    def speak(connection, _):
        connection.recv(12)
        connection.sendall(mbap(b"\3\4\0\7\0\7")[:9])

    made = device(speak)
    bus = buses(("press", made.url, {}))
    # Bytes came, so the connection is thought to work, and the request goes once more on a new one.
    assert carry(bus, ("press", registers("press-1"))) == {
        "press-1": [
            (
                f"press-1: {made.url} closed the connection in mid-reply, after 00 01 00 00 00 07 01 03 04. "
                "Check how many connections it allows."
            )
        ]
    }
    assert made.connections == 2


def test_a_device_that_closes_after_every_reply_is_read_all_the_same(device, buses, registers, carry, mbap):
    made = device(lambda connection, _: reply_to(connection, mbap))
    bus = buses(("press", made.url, {}))
    assert carry(bus, ("press", registers("press-1", 1, [(i, 1) for i in range(5)]))) == {"press-1": 5 * [7]}
    assert made.connections == 5


def test_a_device_that_accepts_and_closes_is_backed_off(device, buses, registers, carry):
    made = device(lambda *_: None)
    bus = buses(("press", made.url, {}))
    for _ in range(5):
        [[text]] = carry(bus, ("press", registers("press-1"))).values()
        assert text.startswith(f"press-1: {made.url} ")
        assert " the connection" in text
    assert made.connections == 1


def test_what_does_not_speak_modbus_is_told_and_opened_anew(device, buses, registers, carry):
    def speak(connection, _):
        connection.recv(12)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(12)

    made = device(speak)
    bus = buses(("press", made.url, {}))
    assert carry(bus, ("press", registers("press-1"))) == {
        "press-1": [
            (
                f"press-1: {made.url} does not speak Modbus TCP: got 48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64. "
                "Check the port, and set framing to rtu if it is a converter."
            )
        ]
    }


@pytest.mark.parametrize("frame", [{"unit": 9}, {"tid": 60_000}, {"tid": 0}])
def test_a_foreign_reply_before_the_good_one_is_discarded(frame, device, buses, registers, carry, mbap):
    def speak(connection, _):
        while True:
            connection.sendall(mbap(b"\3\4\0\1\0\1", **{"tid": 1, "unit": 1, **frame}))
            if not reply_to(connection, mbap):
                return

    bus = buses(("press", device(speak).url, {}))
    assert carry(bus, ("press", registers("press-1")), ("press", registers("press-2"))) == {
        "press-1": [7],
        "press-2": [7],
    }


def test_a_late_reply_is_not_taken_for_the_next(device, buses, registers, carry, mbap):
    late = threading.Event()

    def speak(connection, _):
        asked = connection.recv(12)
        late.wait(20)
        connection.sendall(mbap(b"\3\4\0\1\0\1", int.from_bytes(asked[:2], "big")))
        while reply_to(connection, mbap, 2):
            pass

    bus = buses(("press", device(speak).url, {"timeout_s": 0.2}))
    [[text]] = carry(bus, ("press", registers("press-1"))).values()
    assert text.startswith("press-1: no reply within 0.2 s from device 1 on press (")
    late.set()
    assert carry(bus, ("press", registers("press-1")), timeout_s=10) == {"press-1": [2]}


def test_a_connection_on_which_nothing_comes_any_more_is_opened_anew(device, buses, registers, carry, mbap):
    def speak(connection, number):
        while number == 1 and connection.recv(12):
            pass
        while number > 1 and reply_to(connection, mbap):
            pass

    made = device(speak)
    bus = buses(("press", made.url, {"timeout_s": 0.05}))
    for _ in range(3):
        [[text]] = carry(bus, ("press", registers("press-1"))).values()
        assert text.startswith("press-1: no reply within 0.05 s")
    assert carry(bus, ("press", registers("press-1")), timeout_s=10) == {"press-1": [7]}
    assert made.connections == 2


def test_half_an_answer_is_told(device, buses, registers, carry, mbap):
    def speak(connection, _):
        connection.recv(12)
        connection.sendall(mbap(b"\3\4\0\7\0\7")[:9])
        connection.recv(12)

    made = device(speak)
    bus = buses(("press", made.url, {"timeout_s": 0.2}))
    assert carry(bus, ("press", registers("press-1"))) == {
        "press-1": [
            (
                "press-1: half an answer to holding_register 0..1 within 0.2 s from device 1 on press "
                f"({made.url}): got 9 bytes, 00 01 00 00 00 07 01 03 04. Check its network and timeout_s."
            )
        ]
    }


def test_text_lines_that_are_split_are_put_together(device, buses, text, carry):
    def speak(connection, _):
        while question := connection.recv(64):
            connection.sendall(b"S S    ")
            time.sleep(0.02)
            connection.sendall(b"1.00 g\r")
            time.sleep(0.02)
            connection.sendall(b"\n" + question[:0])

    bus = buses(("bench", device(speak).url, {"framing": "plain"}))
    line = "S S    1.00 g\r\n"
    assert carry(bus, ("bench", text("b-1", b"SI\r\n", b"SI\r\n"))) == {"b-1": [line, line]}


def test_lines_that_come_unasked_are_listened_to(device, buses, text, carry):
    done = threading.Event()

    def speak(connection, _):
        for i in range(2000):
            connection.sendall(f"N {i:4} g\r\n".encode())
            if done.wait(0.01):
                return

    bus = buses(("bench", device(speak).url, {"framing": "plain"}))
    shown = [carry(bus, ("bench", text("b-1", b"")))["b-1"][0] for _ in range(5)]
    done.set()
    assert all(len(line) == 10 and line.startswith("N") for line in shown)
    numbers = [int(line[1:6]) for line in shown]
    assert numbers == sorted(set(numbers))


def test_a_name_is_looked_up_and_every_address_tried(device, buses, registers, carry, live, monkeypatch, free_port):
    port = device(live).port
    # As for localhost where a server listens on IPv4 only.
    found = [(socket.AF_INET, 1, 6, "", ("127.0.0.1", at)) for at in (free_port, port)]

    def getaddrinfo(host, _, type=0, flags=0):  # noqa: A002 - the library's name
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(-2, "Name or service not known")
        assert (host, type) == ("press-1.local", socket.SOCK_STREAM)
        return found

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    bus = buses(("press", "tcp://press-1.local:502", {}))
    assert carry(bus, ("press", registers("press-1"))) == {"press-1": [7]}


def test_a_name_that_nobody_knows_is_told(buses, registers, carry, monkeypatch):
    def getaddrinfo(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    bus = buses(("press", "tcp://pres-1.local", {}))
    assert carry(bus, ("press", registers("press-1"))) == {
        "press-1": [
            (
                "press-1: tcp://pres-1.local is not found: no address for pres-1.local (Name or service not known). "
                "Check the name, or write the numeric address."
            )
        ]
    }


def test_a_look_up_that_hangs_stops_nobody(device, buses, registers, live, monkeypatch):
    hang = threading.Event()
    real = socket.getaddrinfo

    def getaddrinfo(host, *args, **named):
        if host == "press-1.local" and not named.get("flags"):
            hang.wait(20)
            raise socket.gaierror(-2, "too late")
        return real(host, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    bus = buses(("press", "tcp://press-1.local", {"timeout_s": 0.3}), ("live", device(live).url, {}))
    start = time.monotonic()
    bus.begin("press", registers("press-1"), start)
    for _ in range(10):
        bus.begin("live", registers("live"), start)
    ended = []
    while bus.pending():
        ended += bus.step(start + 20)
    hang.set()
    assert [polled.bus for polled in ended] == 10 * ["live"] + ["press"]
    assert str(ended[-1].shown[0].reason) == (
        "press-1: tcp://press-1.local is not found: no answer within 0.3 s to where press-1.local is. "
        "Check the name server, or write the numeric address."
    )


def test_one_that_does_not_answer_to_connecting_is_given_up_after_the_timeout(buses, registers, carry):
    # A full backlog: the kernel ignores further connections.
    with socket.socket() as listener, contextlib.ExitStack() as fillers:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(3):
            filler = fillers.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(("127.0.0.1", port))
        bus = buses(("press", f"tcp://127.0.0.1:{port}", {"timeout_s": 0.2}))
        assert carry(bus, ("press", registers("press-1"))) == {
            "press-1": [
                (
                    f"press-1: tcp://127.0.0.1:{port} did not answer within 0.2 s. "
                    "Check that the device is on and listens there."
                )
            ]
        }


def test_step_ends_at_its_time_though_nothing_happens(buses):
    bus = buses(("press", "tcp://127.0.0.1:1", {}))
    until = time.monotonic() + 0.05
    assert bus.step(until) == []
    assert time.monotonic() >= until


def test_what_is_ready_is_given_in_one_sweep(device, buses, registers, mbap):
    names = [f"p{i}" for i in range(20)]
    may_answer, answered = threading.Event(), threading.Semaphore(0)

    def speak(connection, _):
        reply_to(connection, mbap)
        may_answer.wait(20)
        reply_to(connection, mbap)
        answered.release()
        connection.recv(12)

    made = device(speak)
    bus = buses(*((name, made.url, {}) for name in names))
    for name in names:
        bus.begin(name, registers(name), 0)
    while bus.pending():
        bus.step(time.monotonic() + 20)
    for name in names:
        bus.begin(name, registers(name), 0)
    assert bus.step(time.monotonic()) == []
    may_answer.set()
    assert all(answered.acquire(timeout=20) for _ in names)
    ended = bus.step(time.monotonic() + 20)
    assert sorted(polled.bus for polled in ended) == sorted(names)


def test_closing_drops_what_has_not_ended(device, buses, registers):
    silent = device(lambda connection, _: connection.recv(12) and connection.recv(12))
    bus = buses(("press", silent.url, {}))
    bus.begin("press", registers("press-1"), 0)
    bus.step(time.monotonic() + 0.05)
    assert bus.pending() == 1
    bus.close()
    assert bus.pending() == 0


def test_a_bus_that_is_not_there_is_a_mistake_of_the_caller(buses, registers):
    with pytest.raises(KeyError):
        buses().begin("nobody", registers("x"), 0)


def test_a_failure_can_be_tried_again(buses, registers, free_port):
    bus = buses(("press", f"tcp://127.0.0.1:{free_port}", {}))
    bus.begin("press", registers("press-1"), 0)
    [polled] = bus.step(time.monotonic() + 10)
    assert isinstance(polled.shown[0].reason, NoReplyError)
    assert polled.shown[0].reason.retryable
