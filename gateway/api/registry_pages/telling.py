"""Values of fields in words: as people read them, and as they would type them. Pure."""

from collections.abc import Callable, Sequence
from datetime import date

from edge_agent.speech import printed
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Link, Number, Value, Whole
from gateway.registry.texts import Title

YES, NO = Title("có", "yes"), Title("không", "no")
_GROUPED_FROM = 10_000
"""A year is written without a point."""
_UNITS = {"VND": Title("đồng", "VND"), "mo": Title("tháng", "months")}
"""Codes of units that are no word of people."""


def day_told(language: str, day: str) -> str:
    """A day as people write it.

    >>> day_told("vi", "2026-11-25"), day_told("en", "2026-11-25"), day_told("vi", "")
    ('25/11/2026', '2026-11-25', '')
    """
    if not day or language != "vi":
        return day
    return f"{date.fromisoformat(day):%d/%m/%Y}"


def whole_told(language: str, number: int) -> str:
    """A whole number.

    >>> whole_told("vi", 1250000), whole_told("en", 1250000), whole_told("vi", 2026)
    ('1.250.000', '1,250,000', '2026')
    """
    if abs(number) < _GROUPED_FROM:
        return str(number)
    return f"{number:,}".replace(",", "." if language == "vi" else ",")


def number_told(language: str, number: float) -> str:
    """A number to its last digit.

    >>> number_told("vi", 12.5), number_told("en", 12.5), number_told("vi", 3.0)
    ('12,5', '12.5', '3')
    """
    text = f"{number:.15g}"
    return text.replace(".", ",") if language == "vi" else text


def unit_told(language: str, one: Field) -> str:
    """The unit of a field; empty: none."""
    unit = str(getattr(one, "unit", ""))
    return _UNITS[unit][language] if unit in _UNITS else printed(unit)


def typed(language: str, one: Field, value: Value) -> str:
    """A value as it would be typed into a box of a form; what a field takes back as the same value."""
    if value is None or value == "":
        return ""
    if isinstance(one, Day):
        return day_told(language, str(value))
    if isinstance(one, Whole) and isinstance(value, int):
        return whole_told(language, value)
    if isinstance(one, Number) and isinstance(value, int | float):
        return number_told(language, value)
    return str(value)


def told(language: str, one: Field, value: Value, label: Callable[[str, str], str]) -> str:
    """A value as people read it, with its unit; empty: nothing.

    Args:
        language: ``vi`` or ``en``.
        one: Its field.
        value: As the registry has it.
        label: Noun and id -> how people call that row.
    """
    if value is None or value in ("", []):
        return ""
    if isinstance(one, Link):
        return label(one.to, str(value))
    if isinstance(one, Choices) and isinstance(value, Sequence):
        return ", ".join(_word(one, str(key), language) for key in value)
    if isinstance(one, Choice):
        return _word(one, str(value), language)
    if isinstance(one, Flag):
        return (YES if value else NO)[language]
    unit = unit_told(language, one)
    return f"{typed(language, one, value)} {unit}".strip()


def _word(one: Choice, key: str, language: str) -> str:
    return one.options[key][language] if key in one.options else key
