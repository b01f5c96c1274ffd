import pytest

from drivers.bus import BusSpec
from drivers.bus.spec import check_spec
from drivers.instrument import Line

TCP = "tcp://10.0.0.5"
TTY = "serial:///dev/ttyUSB0"


@pytest.mark.parametrize(
    "spec",
    [
        BusSpec("a", TCP, framing="mbap", parallel=8),
        BusSpec("a", TCP, framing="rtu"),
        BusSpec("a", TTY, framing="ascii", line=Line(300, "7E1")),
        BusSpec("a", "sim://balance"),
    ],
)
def test_what_can_be_had_is_let_through(spec):
    check_spec(spec)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (BusSpec("a", TCP, framing="rut"), "bus 'a': framing 'rut': unknown; did you mean rtu?"),
        (BusSpec("a", TCP, framing="?"), "bus 'a': framing '?': unknown; expected one of mbap, rtu, ascii, plain."),
        (
            BusSpec("a", TTY, framing="mbap"),
            (
                "bus 'a': framing 'mbap' goes over tcp only, and the url is 'serial:///dev/ttyUSB0'. "
                "Use rtu or ascii on a serial line."
            ),
        ),
        (BusSpec("a", TTY, timeout_s=0), "bus 'a': timeout_s must be more than 0, got 0."),
        (BusSpec("a", TTY, timeout_s=float("nan")), "bus 'a': timeout_s must be more than 0, got nan."),
        (BusSpec("a", TTY, pause_s=-1), "bus 'a': pause_s must be 0 or more, got -1."),
        (BusSpec("a", TTY, line=Line(0)), "bus 'a': baud rate must be from 50 to 4000000, got 0."),
        (
            BusSpec("a", TTY, line=Line(9600, "8X1")),
            "bus 'a': line form '8X1': expected data bits, parity and stop bits, as in 8N1 or 7E1.",
        ),
        (BusSpec("a", TCP, framing="mbap", parallel=0), "bus 'a': parallel must be from 1 to 64, got 0."),
        (
            BusSpec("a", TCP, framing="rtu", parallel=2),
            (
                "bus 'a': parallel 2 needs framing mbap, whose requests are numbered; "
                "with rtu only one can be in flight. Set parallel to 1."
            ),
        ),
    ],
)
def test_what_cannot_be_had_is_named_with_its_field(spec, text):
    with pytest.raises(ValueError, match="bus") as caught:
        check_spec(spec)
    assert str(caught.value) == text
