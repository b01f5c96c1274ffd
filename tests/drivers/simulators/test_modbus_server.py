"""pymodbus's own client reads what the simulators show: an outside reader."""

import socket
import struct
import time
from contextlib import suppress

import pytest
import serial
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.framer import FramerRTU, FramerType

from drivers.modbus.encode import words
from drivers.modbus.registers import Register
from drivers.simulators.faults import (
    Disconnect,
    Faults,
    ForeignUnit,
    Garbage,
    Late,
    Refusal,
    Silence,
    Truncated,
    WrongCrc,
)
from drivers.simulators.modbus_devices import Device, as_shown
from drivers.simulators.modbus_server import devices_of, modbus_rtu_pty, modbus_server, serve_devices

REGISTERS = (
    Register(channel="power", table="input_register", address=2, datatype="float32", unit="W"),
    Register(channel="energy", table="input_register", address=8, datatype="uint32", unit="kW.h", scale=0.1),
    Register(channel="valve", table="coil", address=3, datatype="bool"),
    Register(channel="door", table="discrete_input", address=9, datatype="bool"),
    Register(channel="name", table="holding_register", address=0, datatype="string", length=3),
)
SHOWN = {"power": 1500.5, "energy": 6553.6, "valve": 1, "door": 1, "name": "EM-3"}


def values():
    return SHOWN


def crc(frame):
    return frame + FramerRTU.compute_CRC(frame).to_bytes(2, "big")


class Tcp:
    """A bare socket: what is on the wire, byte by byte."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, unit=1, pdu=b"\x04\x00\x02\x00\x02", transaction=7):
        self.socket.sendall(struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu)

    def got(self, size):
        """Exactly ``size`` bytes, or fewer when the other end hung up."""
        got = b""
        while len(got) < size:
            chunk = self.socket.recv(size - len(got))
            if not chunk:
                break
            got += chunk
        return got

    def silent(self, for_s=0.2):
        self.socket.settimeout(for_s)
        try:
            return self.socket.recv(1) is None
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(5)


POWER = bytes.fromhex("0007 0000 0007 01 04 04 44bb9000".replace(" ", ""))
"""MBAP header, function 4, four bytes, 1500.5 as IEEE 754."""


@pytest.fixture
def tcp_client():
    clients = []

    def connect(port, **options):
        client = ModbusTcpClient("127.0.0.1", port=port, timeout=2, retries=0, **options)
        clients.append(client)
        assert client.connect()
        return client

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def rtu_client():
    clients = []

    def connect(path, **options):
        client = ModbusSerialClient(path, timeout=0.5, retries=0, **options)
        clients.append(client)
        assert client.connect()
        return client

    yield connect
    for client in clients:
        client.close()


def read_all(client, device_id=1):
    power = client.read_input_registers(2, count=2, device_id=device_id).registers
    energy = client.read_input_registers(8, count=2, device_id=device_id).registers
    name = client.read_holding_registers(0, count=3, device_id=device_id).registers
    return {
        "power": client.convert_from_registers(power, client.DATATYPE.FLOAT32),
        "energy": client.convert_from_registers(energy, client.DATATYPE.UINT32) / 10,
        "valve": int(client.read_coils(3, count=1, device_id=device_id).bits[0]),
        "door": int(client.read_discrete_inputs(9, count=1, device_id=device_id).bits[0]),
        "name": client.convert_from_registers(name, client.DATATYPE.STRING),
    }


@pytest.mark.parametrize(
    ("framing", "framer"),
    [("mbap", FramerType.SOCKET), ("rtu", FramerType.RTU), ("ascii", FramerType.ASCII)],
)
def test_an_outside_client_reads_all_four_tables_over_tcp(tcp_client, framing, framer):
    with modbus_server(REGISTERS, values, framing=framing) as port:
        assert read_all(tcp_client(port, framer=framer)) == SHOWN


@pytest.mark.parametrize(("framing", "framer"), [("rtu", FramerType.RTU), ("ascii", FramerType.ASCII)])
def test_an_outside_client_reads_all_four_tables_on_a_serial_line(rtu_client, framing, framer):
    with modbus_rtu_pty(REGISTERS, values, framing=framing) as path:
        assert read_all(rtu_client(path, framer=framer)) == SHOWN


def test_several_devices_share_a_line_and_the_others_are_silent(rtu_client):
    with modbus_rtu_pty(REGISTERS, values, device_id=(1, 5)) as path:
        client = rtu_client(path)
        assert read_all(client, 1) == read_all(client, 5) == SHOWN
    with modbus_rtu_pty(REGISTERS, values) as path, serial.Serial(path, timeout=0.2) as port:
        for unit in (2, 0, 1):
            port.write(crc(bytes([unit]) + RTU_POWER[1:-2]))
        assert port.read(10)[0] == 1
        assert port.read(1) == b""


def test_devices_that_differ_share_a_port(tcp_client):
    one = devices_of(REGISTERS, values)
    two = devices_of(REGISTERS, lambda: SHOWN | {"power": 2.0}, 2)
    with serve_devices(one | two) as port:
        client = tcp_client(port)
        assert read_all(client, 1)["power"] == 1500.5
        assert read_all(client, 2)["power"] == 2.0
        assert client.read_input_registers(2, count=2, device_id=3).exception_code == 11


def test_a_request_outside_the_map_is_refused_as_the_specification_says(tcp_client):
    with modbus_server(REGISTERS, values) as port, Tcp(port) as wire:
        client = tcp_client(port)
        assert client.read_input_registers(0, count=10).registers[:2] == [0, 0]  # a gap shows 0
        assert client.read_input_registers(0, count=11).exception_code == 2
        assert client.read_input_registers(10, count=1).exception_code == 2
        assert client.write_register(0, 1).exception_code == 1
        for pdu, reply in [
            (b"\x04\x00\x00\x00\x00", b"\x84\x03"),  # no register
            (b"\x04\x00\x00\x00\x7e", b"\x84\x03"),  # 126 registers
            (b"\x01\x00\x00\x07\xd1", b"\x81\x03"),  # 2001 coils
            (b"\x04\x00\x00", b"\x84\x03"),  # half a request
        ]:
            wire.ask(pdu=pdu)
            assert wire.got(9)[7:] == reply
    with modbus_server(REGISTERS, values, strict=True) as port:
        client = tcp_client(port)
        assert client.read_input_registers(0, count=10).exception_code == 2
        assert read_all(client) == SHOWN


def test_a_device_may_allow_fewer_registers_than_the_specification(tcp_client):
    with serve_devices({1: Device(REGISTERS, values, max_registers=4)}) as port:
        assert tcp_client(port).read_input_registers(0, count=5).exception_code == 3


def test_a_channel_that_is_not_shown_is_refused_and_none_is_no_value(tcp_client):
    registers = (
        Register(channel="a", table="input_register", address=0, datatype="int16", no_value=(-32768,)),
        Register(channel="b", table="input_register", address=1, datatype="int16"),
    )
    with modbus_server(registers, lambda: {"a": None}) as port:
        assert tcp_client(port).read_input_registers(0, count=1).registers == [0x8000]
        assert tcp_client(port).read_input_registers(0, count=2).exception_code == 2


def test_a_block_belongs_to_one_instant_and_the_ledger_knows_it(tcp_client):
    ticks = iter(range(100))

    def counting():
        n = next(ticks)
        return SHOWN | {"power": float(n), "energy": n / 10}

    ledger = []
    with modbus_server(REGISTERS, counting, on_shown=lambda *told: ledger.append(told)) as port:
        client = tcp_client(port)
        before = time.monotonic_ns()
        for n in range(5):
            registers = client.read_input_registers(2, count=8).registers
            assert client.convert_from_registers(registers[:2], client.DATATYPE.FLOAT32) == n
            assert registers[6:] == [0, n]
        after = time.monotonic_ns()
    assert [shown for shown, _, _ in ledger] == [{"power": float(n), "energy": n / 10} for n in range(5)]
    times = [at for _, at, _ in ledger]
    assert [before, *times, after] == sorted([before, *times, after])
    assert {unit for _, _, unit in ledger} == {1}


def test_the_ledger_holds_what_a_register_can_show():
    assert as_shown(REGISTERS[0], 0.1) == struct.unpack(">f", struct.pack(">f", 0.1))[0]
    assert as_shown(REGISTERS[1], 12.34) == 12.3
    assert as_shown(REGISTERS[2], 7) == 1.0
    tenths = Register(channel="f", table="holding_register", address=0, datatype="uint16", scale=0.1)
    for halfway in (k / 20 for k in range(1, 20_000, 2)):
        assert as_shown(tenths, halfway) == words(tenths, halfway)[0] / 10
    assert as_shown(REGISTERS[4], "EM-3") == "EM-3"
    wide = Register(channel="w", table="input_register", address=0, datatype="float64")
    assert as_shown(wide, 0.1) == 0.1


# ------------------------------------------------------------------ faults, on the wire


@pytest.fixture
def faults():
    return Faults(seed=1)


@pytest.fixture
def wire(faults):
    with modbus_server(REGISTERS, values, faults=faults) as port, Tcp(port) as wire:
        yield wire


def test_without_fault_the_reply_is_what_the_specification_says(wire):
    wire.ask()
    assert wire.got(13) == POWER


def test_silence(wire, faults):
    faults.set(Silence(times=1))
    wire.ask(transaction=6)
    assert wire.silent()
    wire.ask()
    assert wire.got(13) == POWER


def test_noise_before_and_behind(wire, faults):
    faults.set(Garbage(before=3, after=2))
    wire.ask()
    got = wire.got(18)
    assert got[3:16] == POWER
    assert got[:3] + got[16:] != bytes(5)


def test_noise_is_the_same_at_every_run():
    noise = []
    for seed in (4, 4, 5):
        with modbus_server(REGISTERS, values, faults=Faults(Garbage(before=8), seed=seed)) as port, Tcp(port) as wire:
            wire.ask()
            noise.append(wire.got(21)[:8])
    assert noise[0] == noise[1] != noise[2]


def test_a_cut_reply(wire, faults):
    faults.set(Truncated(keep=9, times=1))
    wire.ask()
    assert wire.got(9) == POWER[:9]
    assert wire.silent()


def test_a_late_reply_does_not_hold_up_the_next(wire, faults):
    faults.set(Late(by_s=0.3, times=1))
    asked = time.monotonic()
    wire.ask(transaction=1)
    wire.ask(transaction=2)
    assert wire.got(13)[:2] == b"\0\2"
    assert wire.got(13)[:2] == b"\0\1"
    assert time.monotonic() - asked >= 0.3


def test_a_refusal_only_where_the_request_touches_the_address(wire, faults):
    faults.set(Refusal(code=2, addresses={8}, table="input_register"))
    wire.ask()
    assert wire.got(13) == POWER
    wire.ask(pdu=b"\x04\x00\x02\x00\x07")
    assert wire.got(9)[7:] == b"\x84\x02"
    faults.set(Refusal(code=6))
    wire.ask(pdu=b"\x01\x00\x03\x00\x01")
    assert wire.got(9)[7:] == b"\x81\x06"


def test_a_reply_of_another_unit(wire, faults):
    faults.set(ForeignUnit(shown=9))
    wire.ask()
    assert wire.got(13) == POWER[:6] + b"\x09" + POWER[7:]


def test_a_connection_that_ends_in_the_middle_of_a_reply(wire, faults):
    faults.set(Disconnect(after=5))
    wire.ask()
    assert wire.got(13) == POWER[:5]
    assert wire.got(1) == b""


def test_what_is_not_modbus_ends_the_connection(wire):
    wire.socket.sendall(b"GET / HTTP/1.1\r\n\r\n")
    # With bytes still unread the other end may reset instead of ending.
    with suppress(ConnectionResetError):
        assert wire.got(1) == b""


def test_faults_combine_in_their_order(wire, faults):
    faults.set(Truncated(keep=4), Garbage(after=2))
    wire.ask()
    assert wire.got(6)[:4] == POWER[:4]
    faults.clear(Truncated)
    assert faults.present() == (Garbage(after=2),)
    faults.clear()
    wire.ask()
    assert wire.got(13) == POWER


def test_a_fault_of_one_device_spares_the_other():
    faults = Faults(Silence(unit=1))
    with modbus_server(REGISTERS, values, device_id=(1, 2), faults=faults) as port, Tcp(port) as wire:
        wire.ask(unit=1)
        wire.ask(unit=2)
        assert wire.got(13)[6] == 2
        assert wire.silent()


def test_a_chance_is_kept_by_the_seed():
    def answered(seed):
        faults = Faults(Silence(chance=0.5), seed=seed)
        return [faults.spoil(1, b"x").intact for _ in range(1000)]

    assert answered(1) == answered(1) != answered(2)
    assert 400 < sum(answered(1)) < 600


RTU_POWER = bytes.fromhex("01 04 00 02 00 02 d0 0b".replace(" ", ""))
"""Request of two input registers from 2, with its CRC."""


@pytest.fixture
def line(faults):
    with modbus_rtu_pty(REGISTERS, values, faults=faults) as path, serial.Serial(path, timeout=0.3) as port:
        yield port


def test_an_rtu_reply_has_the_crc_that_pymodbus_computes(line):
    line.write(RTU_POWER)
    reply = line.read(9)
    assert reply[:7] == b"\x01\x04\x04\x44\xbb\x90\x00"
    assert crc(reply[:7]) == reply


def test_a_wrong_crc_on_the_line(line, faults):
    line.write(RTU_POWER)
    right = line.read(9)
    faults.set(WrongCrc(times=1))
    line.write(RTU_POWER)
    wrong = line.read(9)
    assert wrong[:8] == right[:8]
    assert (wrong[8] ^ right[8]).bit_count() == 1
    line.write(RTU_POWER)
    assert line.read(9) == right


def test_a_foreign_unit_on_the_line_has_a_right_crc(line, faults):
    faults.set(ForeignUnit(shown=33))
    line.write(RTU_POWER)
    reply = line.read(9)
    assert reply[0] == 33
    assert crc(reply[:7]) == reply


def test_garbled_requests_are_met_with_silence_and_the_next_is_answered(line):
    line.write(RTU_POWER[:-1] + b"\0")
    assert line.read(1) == b""
    line.write(b"\xff\x01\x03" + RTU_POWER[:3])
    line.write(RTU_POWER[3:])
    assert line.read(9)[:3] == b"\x01\x04\x04"


def test_a_function_that_the_device_does_not_know_is_refused(line):
    for frame in (b"\x01\x2b\x0e\x01\x00", b"\x01\x10\x00\x00\x00\x01\x02\x00\x07", b"\x01\x06\x00\x00\x00\x07"):
        line.write(crc(frame))
        assert line.read(5)[:3] == bytes([1, frame[1] | 0x80, 1])


def test_a_spoilt_reply_is_not_in_the_ledger():
    ledger = []
    faults = Faults()
    with (
        modbus_server(REGISTERS, values, faults=faults, on_shown=lambda *told: ledger.append(told)) as port,
        Tcp(port) as wire,
    ):
        for fault, size in [
            (Silence(times=1), 0),
            (WrongCrc(times=1), 13),
            (Truncated(keep=12, times=1), 12),
            (ForeignUnit(shown=2, times=1), 13),
            (Refusal(times=1), 9),
            (Garbage(before=1, times=1), 14),
            (Late(by_s=0.01, times=1), 13),
            (Truncated(keep=13, times=1), 13),
            (Disconnect(after=12, times=1), 12),
        ]:
            faults.set(fault)
            wire.ask()
            assert len(wire.got(size)) == size
            while faults.present():
                time.sleep(0.001)
    assert [shown for shown, _, _ in ledger] == [{"power": 1500.5}] * 3


# ------------------------------------------------------------------ starting and stopping


def test_a_port_that_is_taken_says_so():
    with modbus_server(REGISTERS, values) as port, pytest.raises(OSError, match="in use"):
        modbus_server(REGISTERS, values, port=port).__enter__()


def test_a_server_starts_again_on_its_port():
    with modbus_server(REGISTERS, values) as port, Tcp(port) as wire:
        wire.ask()
        assert wire.got(13) == POWER
    with modbus_server(REGISTERS, values, port=port) as again, Tcp(again) as wire:
        assert again == port
        wire.ask()
        assert wire.got(13) == POWER


def test_what_values_raise_is_told_at_the_end():
    def broken():
        return {"power": 1 / 0}

    def run():
        with modbus_server(REGISTERS, broken) as port, Tcp(port) as wire:
            wire.ask()
            assert wire.got(13) == b""

    with pytest.raises(RuntimeError, match=r"^simulator tcp \d+: failed \(division by zero\)\. Look at the error"):
        run()


def test_many_connections_are_served_together():
    with modbus_server(REGISTERS, values) as port:
        wires = [Tcp(port) for _ in range(60)]
        try:
            for wire in wires:
                wire.ask()
            assert all(wire.got(13) == POWER for wire in wires)
        finally:
            for wire in wires:
                wire.socket.close()


def test_many_requests_at_once_are_all_answered(wire):
    for n in range(500):
        wire.ask(transaction=n)
    got = wire.got(500 * 13)
    assert [got[13 * n : 13 * n + 2] for n in range(500)] == [n.to_bytes(2, "big") for n in range(500)]
