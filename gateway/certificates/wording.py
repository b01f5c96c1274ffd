"""Words and figures as they stand on documents, Vietnamese and English."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

from calibration.uncertainty.rounding import Rounded, round_result

_FILE = Path(__file__).with_name("words.toml")
_SIGN = {"vi": ",", "en": "."}


class Speaker:
    """The words of one language.

    Args:
        language: ``vi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = {key: words[language] for key, words in _words().items()}

    def __call__(self, key: str, otherwise: str | None = None, **parts: object) -> str:
        """The words of a key; ``otherwise`` where there are none. A KeyError is a mistake of ours."""
        words = self._words[key] if otherwise is None else self._words.get(key, otherwise)
        return words.format(**parts) if parts else words

    def day(self, day: str) -> str:
        """``22/11/2026`` in Vietnamese, ``2026-11-22`` in English; empty stays empty."""
        return f"{day[8:10]}/{day[5:7]}/{day[:4]}" if day and self.language == "vi" else day

    def number(self, number: Decimal | float) -> str:
        """A number as it is, with the language's decimal sign and a true minus."""
        text = f"{number:f}" if isinstance(number, Decimal) else plain(number)
        return text.replace(".", _SIGN[self.language]).replace("-", "\N{MINUS SIGN}")


@cache
def speak(language: str) -> Speaker:
    """The words of ``vi`` or ``en``."""
    return Speaker(language)


def plain(number: float) -> str:
    """The shortest digits that are this number, without an exponent.

    >>> plain(0.00005), plain(100.0), plain(1e16)
    ('0.00005', '100', '10000000000000000')
    """
    text = f"{Decimal(repr(float(number))):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: float, expanded: float) -> Rounded:
    """A value and its U with two digits of U, rounded up: what is reported is never below a CMC that it was held to.

    Source:
        JCGM 100:2008, 7.2.6 (two digits, up); ILAC-P14:09/2020, 5.4.
    """
    return round_result(value, expanded, digits=2, rule="up")


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for family, words in tomllib.loads(_FILE.read_text("utf-8")).items():
        for key, both in words.items():
            found[f"{family}.{key}" if family != "document" else key] = both
    return found
