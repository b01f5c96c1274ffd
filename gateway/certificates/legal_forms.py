"""Forms that the law sets, as dated data, and how a term of verification is counted."""

import tomllib
from calendar import monthrange
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("legal_forms.toml")


def form_of(kind: str, day: str) -> str:
    """The text that sets the form of a kind of document on a day; empty: none does.

    >>> form_of("verification", "2026-11-22"), form_of("calibration", "2026-11-22")
    ('Thông tư 24/2013/TT-BKHCN', '')
    """
    known = [one for one in _forms() if one["kind"] == kind and one["since"] <= day]
    return max(known, key=lambda one: one["since"])["source"] if known else ""


def last_of_month(day: date) -> date:
    """A verification holds to the end of a month: marks bear month and year.

    >>> last_of_month(date(2027, 11, 3))
    datetime.date(2027, 11, 30)
    """
    return day.replace(day=monthrange(day.year, day.month)[1])


@cache
def _forms() -> list[dict[str, str]]:
    return list(tomllib.loads(_FILE.read_text("utf-8"))["form"])
