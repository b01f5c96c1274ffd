"""pyserial reads what simulated text instruments send: an outside reader."""

import time

import pytest
import serial
from pymodbus.framer import FramerRTU

from drivers.simulators import register
from drivers.simulators.faults import Disconnect, Faults, Garbage, Late, Silence, Truncated
from drivers.simulators.modbus_speakers import ModbusRtu
from drivers.simulators.mt_sics_answers import mass_in, mt_sics_answers
from drivers.simulators.plant import Balance
from drivers.simulators.protocol_sim import Serial, read_url
from drivers.simulators.serial_port import streaming_pty, text_pty
from drivers.simulators.shipped import serial_speaker


def shout(line):
    return line.upper()


def test_each_line_is_answered_however_it_is_cut():
    with text_pty(shout) as path, serial.Serial(path, timeout=2) as port:
        port.write(b"one\r\ntw")
        assert port.read_until(b"\r\n") == b"ONE\r\n"
        port.write(b"o\r\nthree\r\n")
        assert port.read(12) == b"TWO\r\nTHREE\r\n"


def test_a_port_may_be_closed_and_opened_again():
    with text_pty(shout, terminator=b"\r") as path:
        for _ in range(3):
            with serial.Serial(path, timeout=2, exclusive=True) as port:
                port.write(b"a\r")
                assert port.read(2) == b"A\r"


def test_a_stream_is_sent_unasked():
    numbers = iter(range(1000))
    sent = []
    with (
        streaming_pty(lambda: b"%d g\r\n" % next(numbers), 0.01, on_sent=lambda *told: sent.append(told)) as path,
        serial.Serial(path, timeout=2) as port,
    ):
        port.read_until(b"\r\n")
        got = [int(port.read_until(b"\r\n").split()[0]) for _ in range(5)]
    assert got == list(range(got[0], got[0] + 5))
    assert [line for line, _ in sent[:2]] == [b"0 g\r\n", b"1 g\r\n"]


def test_a_stream_that_nobody_reads_does_not_stop_the_simulator():
    last = []

    def speak():
        last.append(1)
        return b"x" * 1000 + b"\r\n"

    with streaming_pty(speak, 0.001):
        while len(last) < 100:  # more than a terminal holds
            time.sleep(0.001)


def test_a_stream_needs_a_period():
    with pytest.raises(ValueError, match=r"^period_s: expected more than 0, got 0\. Say how often"):
        streaming_pty(lambda: b"", 0)


def test_faults_on_a_text_line():
    faults = Faults(seed=3)
    sent = []
    with (
        text_pty(shout, faults=faults, on_sent=lambda *told: sent.append(told)) as path,
        serial.Serial(path, timeout=0.3) as port,
    ):
        for fault, expected in [
            (Silence(times=1), b""),
            (Truncated(keep=2, times=1), b"ON"),
            (Disconnect(after=1, times=1), b"O"),
            (Late(by_s=0.1, times=1), b"ONE\r\n"),
        ]:
            faults.set(fault)
            port.write(b"one\r\n")
            assert port.read(5) == expected
        faults.set(Garbage(before=4, after=1))
        port.write(b"one\r\n")
        assert port.read(10)[4:9] == b"ONE\r\n"
    assert [line for line, _ in sent] == [b"ONE\r\n"] * 2


def test_a_link_keeps_the_name_of_the_port(tmp_path):
    link = tmp_path / "ports" / "balance"
    for _ in range(2):
        with text_pty(shout, link=link) as path, serial.Serial(path, timeout=2) as port:
            assert path == str(link)
            port.write(b"a\r\n")
            assert port.read(3) == b"A\r\n"
        assert not link.is_symlink()
    link.symlink_to(tmp_path / "of-an-earlier-run")
    with text_pty(shout, link=link):
        assert link.exists()
    link.write_text("mine")
    with pytest.raises(FileExistsError) as caught, text_pty(shout, link=link):
        pass
    assert str(caught.value) == (
        f"{link}: is there and not a link of a simulator. Remove it, or choose another directory."
    )
    assert link.read_text() == "mine"


# ------------------------------------------------------------------ MT-SICS


def test_a_balance_answers_as_the_manual_prints():
    at = [6.0]
    answer = mt_sics_answers(Balance(nominal_g=100.0, spread_g=0.0), lambda: at[0])
    assert answer(b"S\r\n") == answer(b"SI\r\n") == b"S S     100.00 g\r\n"
    at[0] = 0.5  # one part in e**2 is still missing
    assert answer(b"SI\r\n") == b"S D      86.47 g\r\n"
    assert answer(b"S\r\n") == b"S I\r\n"
    assert answer(b"I4\r\n") == b'I4 A "B021002593"\r\n'
    assert answer(b"si\r\n") == answer(b"XYZ\r\n") == b"ES\r\n"
    over = mt_sics_answers(Balance(nominal_g=221.0, spread_g=0.0), lambda: 6.0)
    assert over(b"SI\r\n") == b"S +\r\n"
    assert [mass_in(r) for r in (b"S D      86.47 g\r\n", b"S I\r\n", b"ES\r\n", b"S +\r\n")] == [
        86.47,
        None,
        None,
        None,
    ]


# ------------------------------------------------------------------ sim://


@pytest.fixture(autouse=True)
def sim_is_known():
    before = list(serial.protocol_handler_packages)
    register()
    register()
    assert len(serial.protocol_handler_packages) <= len(before) + 1
    yield
    serial.protocol_handler_packages[:] = before


def test_a_balance_behind_a_url():
    with serial.serial_for_url("sim://mt_sics_balance", baudrate=9600, timeout=0.2, exclusive=True) as port:
        assert port.in_waiting == 0
        assert port.write(b"SI\r\n") == 4
        assert port.in_waiting == 18
        line = port.read_until(b"\r\n")
        assert line[:3] in (b"S S", b"S D")
        assert line[14:] == b" g\r\n"
        assert port.read(1) == b""
        port.write(b"SI\r\n")
        port.reset_input_buffer()
        assert port.in_waiting == 0
        port.close()
        port.open()
        port.write(b"I4\r\n")
        assert port.read(100) == b'I4 A "B021002593"\r\n'


def test_a_meter_behind_a_url_speaks_rtu():
    with serial.serial_for_url("sim://sdm630?device_id=2,3", timeout=0.1) as port:
        for unit, answered in ((2, True), (1, False), (3, True)):
            frame = bytes([unit, 4, 0, 0, 0, 2])
            port.write(frame + FramerRTU.compute_CRC(frame).to_bytes(2, "big"))
            assert port.read(9)[:3] == (frame[:2] + b"\x04" if answered else b"")


def test_a_late_reply_behind_a_url_ends_the_wait_for_it():
    faults = Faults(Late(by_s=0.05))
    port = Serial()
    port.port, port.timeout = "sim://mt_sics_balance", 5
    port.open()
    port._speaker = serial_speaker("mt_sics_balance", lambda: 6.0, faults=faults)
    began = time.monotonic()
    port.write(b"SI\r\n")
    assert port.in_waiting == 0
    assert port.read(18).endswith(b" g\r\n")
    assert 0.05 <= time.monotonic() - began < 5
    port.timeout = 0
    assert port.read(1) == b""
    port.close()
    port.close()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("sim://sdm360", "sdm360: is not simulated. Use one of press_plc, sdm630, mt_sics_balance, fluke_1522."),
        ("sim://", "sim://: expected sim://MODEL or sim://MODEL?device_id=1,2,3. Correct the url."),
        (
            "sim://sdm630?device=1",
            "sim://sdm630?device=1: expected sim://MODEL or sim://MODEL?device_id=1,2,3. Correct the url.",
        ),
        (
            "sim://sdm630?device_id=0",
            "sim://sdm630?device_id=0: expected device ids from 1 to 247, got '0'. Correct the url.",
        ),
        (
            "sim://sdm630?device_id=1,",
            "sim://sdm630?device_id=1,: expected device ids from 1 to 247, got '1,'. Correct the url.",
        ),
    ],
)
def test_a_url_that_names_nothing_says_so(url, text):
    with pytest.raises(serial.SerialException) as caught:
        serial.serial_for_url(url)
    assert str(caught.value) == text


def test_a_closed_port_says_so():
    port = serial.serial_for_url("sim://mt_sics_balance", do_not_open=True)
    for use in (lambda: port.read(1), lambda: port.write(b"x"), lambda: port.in_waiting, port.reset_input_buffer):
        with pytest.raises(serial.PortNotOpenError):
            use()
    with pytest.raises(serial.SerialException, match="already open"), port:
        port.open()


def test_the_name_of_a_port_is_read():
    assert read_url("sim://sdm630?device_id=1,247") == ("sdm630", (1, 247))
    assert isinstance(serial_speaker("press_plc", lambda: 0.0), ModbusRtu)
