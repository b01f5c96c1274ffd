"""Numbers that were read off an instrument: more digits than a count of pieces has, and below zero too. Pure.

Decision: a comma is a decimal sign, a semicolon sets numbers apart.
Because: who reads 20,5 off a display types that.
"""

import math
import re

from edge_agent.screen.forms import Form

_NUMBER = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
MOST_POINTS = 200


def number_in(text: str) -> float | None:
    """A number as people type it; None: it is none.

    >>> number_in("20,005"), number_in("\N{MINUS SIGN}0.0001"), number_in("1e-7"), number_in("1.000,5")
    (20.005, -0.0001, 1e-07, None)
    """
    plain = _BLANKS.sub("", text).replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def read_number(form: Form, name: str, *, wanted: bool = False) -> float | None:
    """A number of a form; None with a mistake in the form: it is none, or it is wanted and not there."""
    if not form[name]:
        if wanted:
            form.mistakes[name] = "mistake.wanted"
        return None
    value = number_in(form[name])
    if value is None:
        form.mistakes[name] = "mistake.number"
    return value


def read_points(form: Form, name: str) -> tuple[float, ...]:
    """Numbers of a form that are set apart by semicolons; none with a mistake where one is no number."""
    parts = [part for part in form[name].split(";") if part.strip()]
    values = tuple(value for value in map(number_in, parts) if value is not None)
    if len(values) < len(parts) or len(parts) > MOST_POINTS:
        form.mistakes[name] = "bench.mistake.points"
        return ()
    return values
