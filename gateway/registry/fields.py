"""Fields of nouns: how a value is read from a person or a file, told to both languages, and kept in a column.

Decision: a field is written once, beside its column, with its titles, its reading and its meaning for privacy.
Because: form, page, API, spreadsheet, template, search and audit are then made from it, and agree.
Instead of: a form class, a schema class and an import class for each of some forty nouns.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, String, Text
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from gateway.registry.one_field import Field, Value
from gateway.registry.texts import Title, WrongValueError, composed, folded, not_a, shown

__all__ = ["Choice", "Choices", "Day", "Field", "Flag", "Line", "Link", "Number", "Value", "Whole", "field"]

Numeric = TypeVar("Numeric", int, float)

LONGEST_LINE = 500
LONGEST_TEXT = 20_000
_WHOLE = re.compile(r"[+-]?[0-9]{1,3}(?:([ .,'\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*|[+-]?[0-9]+")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YES = ("1", "true", "yes", "x", "có", "co", "đúng", "on")
_NO = ("", "0", "false", "no", "không", "khong", "sai", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Field):
    """A line of text in Unicode's composed form.

    Attributes:
        longest: In characters.
        pattern: A regular expression that all of it matches; empty: any.
        many_lines: Whether line breaks may stand in it.
    """

    longest: int = LONGEST_LINE
    pattern: str = ""
    many_lines: bool = False

    def understood(self, value: object) -> Value:
        text = composed(value, many_lines=self.many_lines)
        if len(text) > self.longest:
            raise WrongValueError(
                f"Dài {len(text)} ký tự, nhiều nhất {self.longest}. Hãy viết ngắn lại.",
                f"{len(text)} characters, at most {self.longest}. Shorten it.",
            )
        if self.pattern and not re.fullmatch(self.pattern, text):
            hint = self.hint or Title("đúng mẫu", "the right form")
            raise WrongValueError(
                f"Cần {hint.vi}, đã nhận «{shown(text)}». Hãy sửa lại.",
                f"Expected {hint.en}, got {shown(text)!r}. Correct it.",
            )
        return text

    @property
    def empty(self) -> Value:
        return ""

    def column(self) -> TypeEngine[Any]:
        return Text() if self.longest > LONGEST_LINE else String(self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Field):
    """A whole number: pieces, persons, months, VND.

    Attributes:
        least: The smallest allowed.
        most: The largest allowed.
        unit: UCUM code, or ``VND``; empty: a count.
    """

    least: int = 0
    most: int = 10**15
    unit: str = ""

    def understood(self, value: object) -> Value:
        number: int | None = None
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            number = int(re.sub(r"[^0-9+-]", "", value))
        elif isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
            number = int(value)
        if number is None:
            raise not_a("một số nguyên", "a whole number", value)
        return _within(number, self.least, self.most)

    def column(self) -> TypeEngine[Any]:
        return BigInteger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Field):
    """A number; text may have a decimal comma or a decimal point.

    Attributes:
        least: The smallest allowed.
        most: The largest allowed.
        unit: UCUM code.
    """

    least: float = -math.inf
    most: float = math.inf
    unit: str = ""

    def understood(self, value: object) -> Value:
        try:
            number = float(value.strip().replace(",", ".") if isinstance(value, str) else value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise not_a("một số", "a number", value) from None
        if isinstance(value, bool) or not math.isfinite(number):
            raise not_a("một số", "a number", value)
        return _within(number, self.least, self.most)

    def column(self) -> TypeEngine[Any]:
        return Float(53)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Field):
    """Yes or no; nothing means no."""

    def understood(self, value: object) -> Value:
        word = str(value).strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
        raise not_a("có hoặc không", "yes or no", value)

    @property
    def empty(self) -> Value:
        return False

    def column(self) -> TypeEngine[Any]:
        return Boolean()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Field):
    """A day of the calendar, kept as ``2026-11-22``; people write 22/11/2026."""

    def understood(self, value: object) -> Value:
        if isinstance(value, date):
            return value.isoformat()[:10]
        match = _DAY.fullmatch(str(value).strip().removesuffix(" 00:00:00"))
        if match:
            year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                pass
        raise not_a("một ngày như 22/11/2026", "a day such as 2026-11-22", value)

    @property
    def empty(self) -> Value:
        return ""

    def column(self) -> TypeEngine[Any]:
        return String(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    """One of several.

    Attributes:
        options: Key -> its words.
    """

    options: Mapping[str, Title]

    def understood(self, value: object) -> Value:
        return self._one(value)

    def _one(self, value: object) -> str:
        word = folded(str(value))
        for key, title in self.options.items():
            if word in (key, folded(title.vi), folded(title.en)):
                return key
        vi, en = ("; ".join(title[language] for title in self.options.values()) for language in ("vi", "en"))
        raise WrongValueError(
            f"Cần một trong: {vi}; đã nhận «{shown(value)}». Hãy chọn lại.",
            f"Expected one of: {en}; got {shown(value)!r}. Choose again.",
        )

    @property
    def empty(self) -> Value:
        return ""

    def column(self) -> TypeEngine[Any]:
        return String(63)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Choice):
    """Any number of several; in a cell they are separated by semicolons."""

    def understood(self, value: object) -> Value:
        parts = value.split(";") if isinstance(value, str) else value
        if not isinstance(parts, Sequence):
            raise not_a("một danh sách", "a list", value)
        chosen = {self._one(part) for part in parts if str(part).strip()}
        return [key for key in self.options if key in chosen]

    @property
    def empty(self) -> Value:
        return []

    def column(self) -> TypeEngine[Any]:
        return Text()

    def kept(self, value: Value) -> Any:
        return json.dumps(value)

    def told(self, kept: Any) -> Value:
        return list(json.loads(kept)) if kept else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Field):
    """Another row, by its id. A file names it by its key; whoever imports looks it up first.

    Attributes:
        to: Name of its noun.
    """

    to: str

    def understood(self, value: object) -> Value:
        return composed(value)

    def column(self) -> TypeEngine[Any]:
        return String(32)


def field(of: Field) -> MappedColumn[Any]:
    """The column of a field."""
    if isinstance(of, Link):
        return mapped_column(of.column(), ForeignKey(f"{of.to}.id"), nullable=not of.required, info={"field": of})
    return mapped_column(of.column(), nullable=of.empty is None and not of.required, info={"field": of})


def _within(number: Numeric, least: float, most: float) -> Numeric:
    if not least <= number <= most:
        raise WrongValueError(
            f"Cần từ {least:g} đến {most:g}, đã nhận {number:g}. Hãy sửa lại.",
            f"Expected {least:g} to {most:g}, got {number:g}. Correct it.",
        )
    return number
