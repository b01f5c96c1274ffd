"""A thermometer readout that answers as the Fluke 1521 and 1522 do.

Source: Fluke, 1521/1522 Handheld Thermometer Readout, User's Guide, 8.2.1 Primary Commands.
"""

from collections.abc import Callable

from drivers.simulators.bench_instruments import Thermometer
from drivers.simulators.clock import Clock

TERMINATOR = b"\r"
SIMPLE = ("f", "rea", "me")
"""Abbreviations of ``fetch?``, ``read?`` and ``meas?``, which bring a measurement in the simple format."""


def fluke_answers(thermometer: Thermometer, clock: Clock) -> Callable[[bytes], bytes]:
    r"""What a readout answers to each line; half duplex, so that nothing is echoed.

    Args:
        thermometer: What it shows.
        clock: Time of its world.

    >>> from drivers.simulators.bench_instruments import Bath
    >>> from drivers.simulators.imperfections import Imperfections
    >>> bath = Bath(lambda: 0.0, 25.5871)
    >>> fluke_answers(Thermometer(bath, Imperfections(resolution=0.001)), lambda: 0.0)(b"fetch?\r")
    b't: 25.587 C\r\n'
    """

    def answer(line: bytes) -> bytes:
        command = line.removesuffix(TERMINATOR).decode("latin-1").strip().lower()
        if not command.startswith(SIMPLE):
            return b""
        return f"t: {thermometer.temperature(clock()):.{thermometer.decimals}f} C\r\n".encode("latin-1")

    return answer
