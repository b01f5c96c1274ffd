"""Whether what a configuration says of a bus can be had at all."""

import re
from difflib import get_close_matches

from drivers.bus import BusSpec
from drivers.bus.framing import FRAMINGS
from drivers.bus.url import TcpAddress, parse_url
from drivers.instrument import Line

FORM = re.compile(r"[5678][NEOMS](1|1\.5|2)")
BAUDS = (50, 4_000_000)
PARALLEL_MOST = 64


def check_spec(spec: BusSpec) -> None:
    """Refuse a bus that cannot work, before anything is opened.

    Raises:
        ValueError: With the bus, the field, what was expected or got, and what to do.
    """
    for mistake in (_url, _framing, _times, _line, _parallel):
        if text := mistake(spec):
            msg = f"bus {spec.name!r}: {text}"
            raise ValueError(msg)


def _url(spec: BusSpec) -> str:
    try:
        parse_url(spec.url)
    except ValueError as error:
        return str(error)
    return ""


def _framing(spec: BusSpec) -> str:
    if spec.framing not in FRAMINGS:
        close = get_close_matches(spec.framing, FRAMINGS, n=1)
        meant = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(FRAMINGS)}."
        return f"framing {spec.framing!r}: unknown; {meant}"
    if spec.framing == "mbap" and not isinstance(parse_url(spec.url), TcpAddress):
        return f"framing 'mbap' goes over tcp only, and the url is {spec.url!r}. Use rtu or ascii on a serial line."
    return ""


def _times(spec: BusSpec) -> str:
    if not 0 < spec.timeout_s < float("inf"):
        return f"timeout_s must be more than 0, got {spec.timeout_s:g}."
    if not 0 <= spec.pause_s < float("inf"):
        return f"pause_s must be 0 or more, got {spec.pause_s:g}."
    return ""


def _line(spec: BusSpec) -> str:
    return line_mistake(spec.line)


def line_mistake(line: Line) -> str:
    """What is wrong with a line setting; empty when nothing is.

    >>> line_mistake(Line(9600, "8X1"))
    "line form '8X1': expected data bits, parity and stop bits, as in 8N1 or 7E1."
    """
    if not BAUDS[0] <= line.baud <= BAUDS[1]:
        return f"baud rate must be from {BAUDS[0]} to {BAUDS[1]}, got {line.baud}."
    if not FORM.fullmatch(line.form):
        return f"line form {line.form!r}: expected data bits, parity and stop bits, as in 8N1 or 7E1."
    return ""


def _parallel(spec: BusSpec) -> str:
    if not 1 <= spec.parallel <= PARALLEL_MOST:
        return f"parallel must be from 1 to {PARALLEL_MOST}, got {spec.parallel}."
    if spec.parallel > 1 and not FRAMINGS[spec.framing].numbered:
        return (
            f"parallel {spec.parallel} needs framing mbap, whose requests are numbered; "
            f"with {spec.framing} only one can be in flight. Set parallel to 1."
        )
    return ""
