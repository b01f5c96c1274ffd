"""Words, figures and days as they stand in reports, Vietnamese and English."""

import re
import tomllib
from datetime import date
from functools import cache
from math import floor, log10
from pathlib import Path

from gateway.indicators.results import Evaluated, State
from gateway.indicators.schema import Indicator

_FILE = Path(__file__).with_name("words.toml")
_SIGNS = {"vi": str.maketrans(",.", ".,"), "en": str.maketrans("", "")}
_MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
NOTHING = "\N{EN DASH}"
_PERCENT = ("percent", "percent_per_year", "percent_of_plan")
_DECIMALS = 2
_VND_MILLION = 1_000_000
_DIGITS = 3
_SENTENCE = re.compile(r"(?<=[.!?]) +")
_ASKS = re.compile(r"\bhãy\b|^(?:Enter|Import|Ask|Write|Attach|Register|Correct|Choose|Look)\b", re.IGNORECASE)
"""Sentences that tell the reader of a page what to do."""


def told_of(text: str) -> str:
    """A text without what it asks the reader of a page to do, which is no part of a report.

    >>> told_of("Chưa có hồ sơ nào. Hãy nhập hồ sơ.")
    'Chưa có hồ sơ nào.'
    """
    return " ".join(one for one in _SENTENCE.split(text) if not _ASKS.search(one)) or text


def decimals_for(*values: float) -> int:
    """So many decimals that the largest of some values shows three digits; two at least.

    >>> decimals_for(0.0, 0.021, -0.0147), decimals_for(57.2, 8.4), decimals_for(0.0)
    (4, 2, 2)
    """
    largest = max(map(abs, values), default=0.0)
    return max(_DECIMALS, _DIGITS - 1 - floor(log10(largest))) if largest else _DECIMALS


class Words:
    """One language.

    Args:
        language: ``vi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = {key: both[language] for key, both in _words().items()}

    def __call__(self, key: str, **parts: object) -> str:
        """The words of a key; a KeyError is a mistake of ours that the tests find."""
        return self._words[key].format(**parts) if parts else self._words[key]

    def knows(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in self._words

    def number(self, value: float | None, decimals: int = _DECIMALS) -> str:
        """A figure with at most so many decimals; a dash where there is none.

        >>> Words("vi").number(1234.5), Words("en").number(1234.0), Words("vi").number(0.004)
        ('1.234,5', '1,234', '0')
        """
        if value is None:
            return NOTHING
        text = f"{value:,.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return ("0" if text == "-0" else text).translate(_SIGNS[self.language]).replace("-", _MINUS)

    def signed(self, value: float, decimals: int = _DECIMALS) -> str:
        """A change: its sign is always there."""
        return f"+{self.number(value, decimals)}" if value > 0 else self.number(value, decimals)

    def money(self, dong: int) -> str:
        """An amount, millions of đồng."""
        return self.number(dong / _VND_MILLION, 1)

    def day(self, day: date | str) -> str:
        """``25/11/2026`` in Vietnamese, ``2026-11-25`` in English; empty stays empty."""
        if not day:
            return ""
        of = date.fromisoformat(day) if isinstance(day, str) else day
        return f"{of:%d/%m/%Y}" if self.language == "vi" else of.isoformat()

    def written_day(self, day: date) -> str:
        """``ngày 25 tháng 11 năm 2026``; days below ten and January and February with a zero before them.

        Source:
            Decree 30/2020/NĐ-CP, Annex I, II.4.b.
        """
        if self.language == "vi":
            months = f"{day.month:02d}" if day.month in (1, 2) else str(day.month)
            return f"ngày {day.day:02d} tháng {months} năm {day.year}"
        return day.isoformat()

    def value(self, value: float | None, of: Indicator) -> str:
        """A value of an indicator, without its unit but for per cent."""
        if of.unit == "milestone":
            return NOTHING if value is None else self("reached" if value else "not_reached")
        return self.number(value, _DECIMALS if of.unit in _PERCENT else 1)

    def unit(self, of: Indicator) -> str:
        """The unit of an indicator in words."""
        return self(f"unit.{of.unit}")

    def target(self, of: Indicator) -> str:
        """What is wished for, with its unit and over which time."""
        if of.comparator == "trend":
            return self("target.trend")
        if of.comparator == "=":
            return self("target.milestone", year=of.until)
        unit = self.unit(of)
        if isinstance(of.target, tuple):
            low, high = (self.number(end) for end in of.target)
            told = self("target.range", low=low, high=high, unit=unit)
        else:
            assert isinstance(of.target, float), "the schema holds it"
            told = self(f"target.{_COMPARED[of.comparator]}", value=self.number(of.target), unit=unit)
        # Administrative documents write the sign of per cent behind the figure, without room.
        return f"{told.strip().replace(' %', '%')} {self(f'period.{of.period}', year=of.until)}"

    def state(self, one: Evaluated) -> str:
        """How it stands: beside "met" whether it was exceeded."""
        return self(f"state.{one.state}")


_COMPARED = {">=": "at_least", ">": "more", "about": "about"}
STATES = tuple(State)


@cache
def words_of(language: str) -> Words:
    """The words of ``vi`` or ``en``."""
    return Words(language)


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for family, words in tomllib.loads(_FILE.read_text("utf-8")).items():
        for key, both in words.items():
            found[f"{family}.{key}" if family != "report" else key] = both
    return found
