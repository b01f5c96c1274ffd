"""Framings against published frames, pymodbus's own framers and every kind of damage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU

from drivers.bus.framing import MORE, Ascii, Mbap, NotOurProtocolError, Plain, Rtu, Taken
from drivers.instrument import Line, Request, ends_with

DECODER = DecodePDU(is_server=False)
# Modbus Application Protocol V1.1b3, 6.3: registers 108..110 are 555, 0, 100.
ASK = Request(bytes.fromhex("03 00 6B 00 03"), lambda _: 8, unit=17)
ANSWER = bytes.fromhex("03 06 02 2B 00 00 00 64")
EXCEPTION = bytes.fromhex("83 02")
FRAMERS = {Mbap: FramerSocket, Rtu: FramerRTU, Ascii: FramerAscii}
SERIAL = (Rtu, Ascii)


def frame(framing, pdu, unit=17, tid=5):
    return FRAMERS[framing](DECODER).encode(pdu, unit, tid)


@pytest.mark.parametrize("framing", FRAMERS)
def test_a_request_is_wrapped_as_pymodbus_wraps_it(framing):
    assert framing().wrap(ASK, 5) == frame(framing, ASK.send)


def test_an_rtu_request_is_wrapped_as_published():
    # The well known example of a read of registers 108..110 of device 17.
    assert Rtu().wrap(ASK, 1) == bytes.fromhex("11 03 00 6B 00 03 76 87")


def test_an_ascii_request_is_wrapped_as_published():
    assert Ascii().wrap(ASK, 1) == b":1103006B00037E\r\n"


@pytest.mark.parametrize("framing", FRAMERS)
@pytest.mark.parametrize("pdu", [ANSWER, EXCEPTION])
def test_a_reply_is_taken_only_when_it_is_whole(framing, pdu):
    whole = frame(framing, pdu)
    for size in range(1, len(whole)):
        assert framing().take(whole[:size], {5: ASK}) == MORE
    taken = framing().take(whole, {5: ASK})
    assert (taken.used, taken.tid, taken.body) == (len(whole), 5, pdu)


@pytest.mark.parametrize("framing", FRAMERS)
@pytest.mark.parametrize(
    ("pdu", "unit"),
    [
        (ANSWER, 18),  # another device
        (b"\x04" + ANSWER[1:], 17),  # another function
        (b"\x03\x04" + ANSWER[2:6], 17),  # another length
        (b"\x03\x04" + ANSWER[2:], 17),  # a byte count that is not so
        (b"\x84\x02", 17),  # an exception of another function
        (EXCEPTION, 18),
    ],
)
def test_a_foreign_reply_is_nobodys(framing, pdu, unit):
    assert framing().take(frame(framing, pdu, unit), {5: ASK}).tid is None


@pytest.mark.parametrize("framing", FRAMERS)
def test_a_good_reply_behind_a_foreign_one_is_found(framing):
    received = frame(framing, ANSWER, unit=18) + frame(framing, b"\x03\x02\x00\x01") + frame(framing, ANSWER)
    tid = None
    while received and tid is None:
        taken = framing().take(received, {5: ASK})
        assert taken.used
        received, tid = received[taken.used :], taken.tid
    assert (tid, taken.body, received) == (5, ANSWER, b"")


def test_a_reply_with_another_number_is_discarded():
    assert Mbap().take(frame(Mbap, ANSWER, tid=6), {5: ASK}) == Taken(15)
    assert Mbap().take(frame(Mbap, ANSWER, tid=0), {5: ASK}) == Taken(15)


def test_replies_in_any_order_find_their_requests():
    other = Request(b"\x04\x00\x00\x00\x01", lambda _: 4, unit=17)
    received = frame(Mbap, b"\x04\x02\x00\x07", tid=6) + frame(Mbap, ANSWER, tid=5)
    waiting = {5: ASK, 6: other}
    first = Mbap().take(received, waiting)
    second = Mbap().take(received[first.used :], waiting)
    assert (first.tid, second.tid) == (6, 5)


@pytest.mark.parametrize("unit", [0, 255])
def test_the_unit_that_means_the_device_itself_may_come_back_as_another(unit):
    asked = Request(ASK.send, ASK.whole, unit=unit)
    assert Mbap().take(frame(Mbap, ANSWER, unit=1), {5: asked}).tid == 5


@pytest.mark.parametrize(
    "received", [b"HTTP/1.1 400 Bad Request", bytes.fromhex("0005 0001 0003 11"), b"\0\5\0\0\0\0\x11"]
)
def test_what_is_not_modbus_tcp_cannot_be_followed(received):
    with pytest.raises(NotOurProtocolError) as caught:
        Mbap().take(received, {5: ASK})
    assert str(caught.value) == received[:16].hex(" ")


def test_a_huge_length_cannot_be_followed():
    with pytest.raises(NotOurProtocolError):
        Mbap().take(bytes.fromhex("0005 0000 00FF 11"), {5: ASK})


@pytest.mark.parametrize(
    "noise", [b"\xff\x00", b"\x11", b"\x11\x03", b"\x11\x03\x06\x02", b"\x11\x83", b"\x11\x11\x11", bytes(300)]
)
def test_an_rtu_reply_is_found_behind_and_before_noise(noise):
    good = frame(Rtu, ANSWER)
    taken = Rtu().take(noise + good + noise, {5: ASK})
    assert taken == Taken(len(noise) + len(good), 5, ANSWER, len(noise))


def test_an_rtu_reply_with_one_wrong_bit_is_not_taken():
    good = frame(Rtu, ANSWER)
    for bit in range(8 * len(good)):
        wrong = bytearray(good)
        wrong[bit // 8] ^= 1 << bit % 8
        assert Rtu().take(bytes(wrong), {5: ASK}).tid is None


def test_endless_noise_is_dropped_without_losing_a_reply_that_began():
    noise = b"\xff" * 5000
    begun = frame(Rtu, ANSWER)[:-1]
    taken = Rtu().take(noise + begun, {5: ASK})
    assert taken.tid is None
    rest = (noise + begun)[taken.used :] + frame(Rtu, ANSWER)[-1:]
    assert len(rest) < 300
    assert Rtu().take(rest, {5: ASK}).body == ANSWER


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_an_rtu_reply_is_found_in_any_noise(before, after):
    received = before + frame(Rtu, ANSWER) + after
    taken = Rtu().take(received, {5: ASK})
    assert (taken.tid, taken.body) == (5, ANSWER)


@pytest.mark.parametrize(
    "damaged",
    [
        b":11030",
        b":1103ZZ00\r\n",
        b":1\r\n",
        b"\r\n",
        b"noise\r\n",
        b":1103066\r\n",
        b":110306022B0000006400\r\n",
        b"\xff\xfe\r\n",
    ],
)
def test_an_ascii_reply_is_found_behind_a_damaged_one(damaged):
    received = damaged + frame(Ascii, ANSWER)
    tid = None
    while received and tid is None:
        taken = Ascii().take(received, {5: ASK})
        received, tid = received[taken.used :], taken.tid
    assert (tid, taken.body) == (5, ANSWER)


def test_an_ascii_reply_may_be_in_small_letters():
    assert Ascii().take(frame(Ascii, ANSWER).lower(), {5: ASK}).body == ANSWER


def test_plain_text_is_whole_when_its_request_says_so():
    asked = Request(b"SI\r\n", ends_with(b"\r\n"))
    assert Plain().take(b"S S 1.00", {5: asked}) == MORE
    assert Plain().take(b"S S 1.00 g\r\nS", {5: asked}) == Taken(12, 5, b"S S 1.00 g\r\n")
    assert Plain().take(b"S S 1.00 g\r\n", {}) == MORE


@pytest.mark.parametrize("framing", SERIAL)
def test_nobody_answers_to_device_0_on_a_serial_line(framing):
    everybody = Request(ASK.send, ASK.whole, unit=0)
    expected = "device 0 is everybody on a serial line, and nobody answers it. Give the device's own id, 1 to 247"
    assert framing().refusal(everybody) == expected
    assert Mbap().refusal(everybody) == ""


@pytest.mark.parametrize("framing", FRAMERS)
def test_what_is_no_modbus_request_is_refused(framing):
    assert "1 to 253 bytes, got 0" in framing().refusal(Request(b"", ASK.whole, unit=1))
    assert "1 to 253 bytes, got 254" in framing().refusal(Request(bytes(254), ASK.whole, unit=1))
    assert framing().refusal(Request(b"\3", ASK.whole, unit=256)).startswith("device 256 does not exist.")


@pytest.mark.parametrize(
    ("line", "gap_s"),
    [
        (Line(9600, "8N1"), 3.5 * 10 / 9600),
        (Line(9600, "8E1"), 3.5 * 11 / 9600),
        (Line(19200, "8N2"), 3.5 * 11 / 19200),
        (Line(38400), 0.00175),
        (Line(115200), 0.00175),
    ],
)
def test_rtu_frames_are_parted_by_3_5_characters_or_1_75_ms(line, gap_s):
    # Modbus over Serial Line V1.02, 2.5.1.1.
    assert Rtu().gap_s(line) == pytest.approx(gap_s)


@pytest.mark.parametrize("framing", FRAMERS)
def test_the_beginning_of_an_answer_is_half_an_answer(framing):
    whole = frame(framing, ANSWER)
    assert all(framing().half(whole[:size], ASK) for size in range(1, len(whole)))


def test_noise_is_no_half_answer():
    assert not Rtu().half(b"\xff\x00\xff", ASK)
    assert not Rtu().half(frame(Rtu, ANSWER)[:-1] + b"\0", ASK)
    assert not Ascii().half(b"noise", ASK)
    assert not Ascii().half(b":12", ASK)
