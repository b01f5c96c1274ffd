"""Figures and words laid out for a terminal."""

from collections.abc import Sequence

from drivers.instrument import Value

_EXACT_WHOLE = 1e15
_NO_FRACTION = 100


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows under each other, the first one being the heading.

    >>> print(columns([("BUS", "PERIOD"), ("press-line", "1 s")]))
    BUS         PERIOD
    press-line  1 s
    """
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def shown_value(value: Value) -> str:
    """A value as a person reads it; seven digits, as a 32-bit number has.

    >>> shown_value(1710.0), shown_value(230.10000610351562), shown_value("EM-3")
    ('1710', '230.1', 'EM-3')
    """
    if isinstance(value, str):
        return value
    if value.is_integer() and abs(value) < _EXACT_WHOLE:
        return str(int(value))
    return f"{value:.7g}"


def span(seconds: float) -> str:
    """A length of time in the unit that suits it.

    >>> span(0.5), span(90), span(7200), span(864_000), span(189_216_000)
    ('0.5 s', '1.5 min', '2 h', '10 d', '2190 d')
    """
    for unit, length_s, enough in (("d", 86_400, 2), ("h", 3600, 1.5), ("min", 60, 1.5)):
        if seconds >= enough * length_s:
            count = seconds / length_s
            return f"{count:.0f} {unit}" if count >= _NO_FRACTION else f"{count:.3g} {unit}"
    return f"{seconds:.3g} s"


def size(count: float) -> str:
    """A number of bytes, in powers of 1000.

    >>> size(512), size(2_048_000_000)
    ('512 B', '2.05 GB')
    """
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= length:
            return f"{count / length:.3g} {unit}"
    return f"{count:.0f} B"


def number_of(count: int, noun: str) -> str:
    """A count with its noun.

    >>> number_of(1, "bus", ), number_of(2, "bus"), number_of(3, "channel")
    ('1 bus', '2 buses', '3 channels')
    """
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith('s') else 's'}"
