"""What is missing or doubtful in words of both languages, out of ``gap_words.toml`` and ``series_words.toml``."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from gateway.indicators.facts import Gap
from gateway.registry.fields import Field, Link
from gateway.registry.nouns import NOUNS

_FOLDER = Path(__file__).parent
_SUCCESSES = {
    "certification": {"vi": "chứng nhận", "en": "a certification"},
    "inhouse_standard": {"vi": "tiêu chuẩn cơ sở đã công bố", "en": "a declared in-house standard"},
    "lot": {"vi": "lô hàng truy xuất đã công bố", "en": "a published traced lot"},
    "accepted_lot": {"vi": "lô hàng được Cổng quốc gia tiếp nhận", "en": "a lot that the national portal accepted"},
    "improvement": {"vi": "cải tiến đo được", "en": "a measured improvement"},
}
_OR = {"vi": " hoặc ", "en": " or "}


def gap_told(gap: Gap, language: str) -> str:
    """A gap in words.

    Args:
        gap: Which.
        language: ``vi`` or ``en``.

    Raises:
        KeyError: There are no words for it.
    """
    parts = {name: _told(name, part, language) for name, part in gap.parts.items()}
    # Behind an underscore stands the language of a text that a plan gives in both.
    of_language = f"_{language}"
    parts |= {name.removesuffix(of_language): part for name, part in gap.parts.items() if name.endswith(of_language)}
    own = gap.parts.get(language, "")
    words: str = _words("gap_words.toml")[gap.code][language]
    return words.format_map(_Parts(parts | {"own": own}))


def codes() -> frozenset[str]:
    """Those that there are words for."""
    return frozenset(_words("gap_words.toml"))


class _Parts(dict[str, str]):
    """A part that nobody filled in is a dash: words that fail would take the whole page with them."""

    def __missing__(self, name: str) -> str:
        return "—"


@cache
def _words(file: str) -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / file).read_text("utf-8"))


def _told(name: str, part: str, language: str) -> str:
    tell = _BY_NAME.get(name)
    return tell(part, language) if tell else part


def _day(part: str, language: str) -> str:
    return f"{date.fromisoformat(part):%d/%m/%Y}" if part and language == "vi" else part or "—"


def _of(part: str, language: str) -> str:
    """Nouns of the registry, or series."""
    found = (
        NOUNS[one].noun.many[language].lower() if one in NOUNS else series_told(one, language)
        for one in part.split(",")
    )
    return _OR[language].join(found)


def series_told(part: str, language: str) -> str:
    """What a series of statistics is called; one that we do not know by its name."""
    known = _words("series_words.toml")["series"].get(part)
    return str(known[language]) if known else part


def _sector(part: str, language: str) -> str:
    known = _words("series_words.toml")["sector"].get(part or "total")
    return str(known[language]) if known else part


def _field(part: str, language: str) -> str:
    """A field of a noun, ``listed.gtin``; one that we do not know by its name."""
    noun, *path = part.split(".")
    known: Field | None = None
    for name in path:
        known = NOUNS[noun].fields().get(name) if noun in NOUNS else None
        noun = known.to if isinstance(known, Link) else ""
    return known.title[language] if known is not None else path[-1]


def _wanted(part: str, language: str) -> str:
    return _OR[language].join(_SUCCESSES[one][language] for one in part.split(","))


_BY_NAME: Mapping[str, Callable[[str, str], str]] = {
    "day": _day,
    "field": _field,
    "of": _of,
    "series": series_told,
    "sector": _sector,
    "wanted": _wanted,
}
