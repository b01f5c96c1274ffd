import pytest

from drivers.bus.url import SerialPort, TcpAddress, parse_url

EXAMPLES = "Write tcp://10.0.0.5:502, serial:///dev/ttyUSB0 or a pyserial URL such as sim://balance."


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("tcp://10.0.0.5:1502", TcpAddress("10.0.0.5", 1502)),
        ("tcp://10.0.0.5", TcpAddress("10.0.0.5", 502)),
        ("tcp://press-1.local", TcpAddress("press-1.local", 502)),
        ("TCP://PLC_2:503/", TcpAddress("plc_2", 503)),
        ("tcp://[fe80::1%eth0]:502", TcpAddress("fe80::1%eth0", 502)),
        ("tcp://[::1]", TcpAddress("::1", 502)),
        ("serial:///dev/ttyUSB0", SerialPort("/dev/ttyUSB0")),
        (
            "serial:///dev/serial/by-id/usb-FTDI_FT232R-if00-port0",
            SerialPort("/dev/serial/by-id/usb-FTDI_FT232R-if00-port0"),
        ),
        ("serial://com3", SerialPort("COM3")),
        ("sim://balance", SerialPort("sim://balance")),
        ("loop://", SerialPort("loop://")),
        ("rfc2217://10.0.0.9:4001", SerialPort("rfc2217://10.0.0.9:4001")),
    ],
)
def test_a_url_names_an_address_or_a_port(url, expected):
    assert parse_url(url) == expected


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/dev/ttyUSB0", f"url '/dev/ttyUSB0': no scheme; did you mean serial:///dev/ttyUSB0? {EXAMPLES}"),
        ("ttyUSB0", f"url 'ttyUSB0': no scheme; did you mean serial:///dev/ttyUSB0? {EXAMPLES}"),
        ("com3", f"url 'com3': no scheme; did you mean serial://COM3? {EXAMPLES}"),
        ("10.0.0.5:502", f"url '10.0.0.5:502': no scheme; did you mean tcp://10.0.0.5:502? {EXAMPLES}"),
        ("tcp:10.0.0.5", f"url 'tcp:10.0.0.5': no scheme; did you mean tcp://10.0.0.5? {EXAMPLES}"),
        (
            "serial:/dev/ttyS0",
            f"url 'serial:/dev/ttyS0': no scheme; did you mean serial:///dev/ttyS0? {EXAMPLES}",
        ),
        ("", f"url '': no scheme. {EXAMPLES}"),
        ("tpc://10.0.0.5", f"url 'tpc://10.0.0.5': unknown scheme 'tpc'; did you mean tcp? {EXAMPLES}"),
        (
            "http://10.0.0.5",
            (
                "url 'http://10.0.0.5': unknown scheme 'http'; expected one of tcp, serial, sim, loop, socket, "
                f"rfc2217, spy, hwgrep, alt, cp2110. {EXAMPLES}"
            ),
        ),
        ("sim://", f"url 'sim://': nothing follows sim://. {EXAMPLES}"),
        (
            "serial://dev/ttyUSB0",
            "url 'serial://dev/ttyUSB0': the path must be absolute; did you mean serial:///dev/ttyUSB0?",
        ),
        (
            "serial://ttyUSB0",
            "url 'serial://ttyUSB0': the path must be absolute; did you mean serial:///dev/ttyUSB0?",
        ),
        ("serial://", "url 'serial://': expected the path of a port, as in serial:///dev/ttyUSB0."),
        (
            "tcp://10.0.0.5:99999",
            (
                "url 'tcp://10.0.0.5:99999': Port out of range 0-65535. "
                "Write a host and a port from 1 to 65535, as in tcp://10.0.0.5:502."
            ),
        ),
        (
            "tcp://10.0.0.5:0",
            "url 'tcp://10.0.0.5:0': port 0 cannot be connected to. Write a port from 1 to 65535; Modbus has 502.",
        ),
        (
            "tcp://10.0.0.555",
            "url 'tcp://10.0.0.555': '10.0.0.555' is no host name or address. Write it as in tcp://10.0.0.5:502.",
        ),
        ("tcp://", "url 'tcp://': '' is no host name or address. Write it as in tcp://10.0.0.5:502."),
        (
            "tcp://10.0.0.5:502/1",
            "url 'tcp://10.0.0.5:502/1': expected a host and a port and nothing else, as in tcp://10.0.0.5:502.",
        ),
    ],
)
def test_a_mistake_is_quoted_with_what_was_meant(url, text):
    with pytest.raises(ValueError, match="url") as caught:
        parse_url(url)
    assert str(caught.value) == text
