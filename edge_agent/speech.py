"""How figures, times and sentences are said in Vietnamese and in English.

Shared with the gateway: the screen beside the machine and the pages of the office say one figure one way.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from math import floor, log10
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = ("vi", "en")
DEFAULT = "vi"
COOKIE = "nhipdo_language"
NS = 10**9
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_DIGITS = 6
"""Significant digits of a figure without uncertainty."""
_LARGE, _SMALL = 1e12, 1e-4
_SIGNS = {"vi": (",", "."), "en": (".", ",")}
_DATES = {"vi": "%d/%m/%Y", "en": "%Y-%m-%d"}
_SHORT_DATES = {"vi": "%d/%m", "en": "%m-%d"}
_TIMES, _MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PRINTED = {
    "1": "",
    "Cel": "°C",
    "[degF]": "°F",
    "Ohm": "Ω",
    "kOhm": "kΩ",
    "deg": "°",
    "um": "µm",
    "us": "µs",
    "ug": "µg",
    "uL": "µL",
    "uA": "µA",
    "uV": "µV",
    "uS/cm": "µS/cm",
    "l": "L",
    "ml": "mL",
    "[ppm]": "ppm",
    "[pH]": "pH",
    "dB": "dB",
}


class Speech:
    """One language, and whose wall clock it reads.

    Attributes:
        language: ``vi`` or ``en``.
        words: Key -> sentence, with ``{parts}`` to be filled in.
        zone: Of the times that are shown.
    """

    def __init__(self, language: str, words: Mapping[str, str], zone: ZoneInfo) -> None:
        self.language = language
        self.words = words
        self.zone = zone
        self._point, self._thousands = _SIGNS[language]

    def __call__(self, key: str, **parts: object) -> str:
        """One sentence; a KeyError is a mistake of ours that the tests find."""
        return self.words[key].format(**parts)

    def word(self, family: str, name: str) -> str:
        """The word for a name that comes from an edge; a name that we do not know is shown as it came."""
        return self.words.get(f"{family}.{name}", name.replace("_", " "))

    def title(self, titles: Mapping[str, str], name: str) -> str:
        """What something is called: in this language, else in the other, else its name."""
        others = (titles.get(language, "") for language in (self.language, *LANGUAGES))
        return next((title for title in others if title.strip()), name)

    def number(self, value: float, u: float | None = None) -> str:
        """A figure: to two digits of its uncertainty, or else to six significant digits; counts in full.

        >>> Speech("vi", {}, ZoneInfo("UTC")).number(12345.678), Speech("en", {}, ZoneInfo("UTC")).number(1234567)
        ('12.345,7', '1,234,567')
        >>> Speech("vi", {}, ZoneInfo("UTC")).number(20.123456, 0.05)
        '20,123'
        """
        size = abs(value)
        if size >= _LARGE or 0 < size < _SMALL:
            mantissa, _, exponent = f"{value:.{_DIGITS - 1}e}".partition("e")
            return f"{self._signs(_trimmed(mantissa))} {_TIMES} 10{str(int(exponent)).translate(_RAISED)}"
        if u:
            decimals = min(max(0, 1 - floor(log10(u))), 12)
            return self._signs(f"{value:,.{decimals}f}")
        if value == int(value):
            return self._signs(f"{int(value):,}")
        decimals = max(0, _DIGITS - 1 - floor(log10(size)))
        return self._signs(_trimmed(f"{value:,.{decimals}f}"))

    def fixed(self, value: float, places: int) -> str:
        """A figure to a number of places, as a column of a table has them.

        >>> say = Speech("vi", {}, ZoneInfo("UTC"))
        >>> say.fixed(0.00004, 5), say.fixed(-0.00004, 2)
        ('0,00004', '0,00')
        """
        # Adding zero takes the sign from what was rounded to nothing.
        return self._signs(f"{round(value, places) + 0.0:,.{places}f}")

    def exact(self, value: float) -> str:
        """A figure as it was recorded, to twelve significant digits and without a power of ten.

        >>> Speech("vi", {}, ZoneInfo("UTC")).exact(0.0000123), Speech("en", {}, ZoneInfo("UTC")).exact(100.000120)
        ('0,0000123', '100.00012')
        """
        places = max(0, 11 - floor(log10(abs(value)))) if value else 0
        return self._signs(_trimmed(f"{value:,.{min(places, 20)}f}"))

    def typed(self, value: float) -> str:
        """The same as a person types it, without signs between thousands.

        >>> Speech("vi", {}, ZoneInfo("UTC")).typed(1500.25)
        '1500,25'
        """
        return self.exact(value).replace(self._thousands, "")

    @property
    def point(self) -> str:
        """The decimal sign."""
        return self._point

    def uncertainty(self, u: float) -> str:
        """A standard uncertainty, to two significant digits.

        >>> Speech("vi", {}, ZoneInfo("UTC")).uncertainty(0.0512)
        '0,051'
        """
        return self.number(u, u) if u > 0 else self.number(u)

    def percent(self, share: float) -> str:
        """A share of one, as per cent; never 100 % unless nothing is absent.

        >>> Speech("vi", {}, ZoneInfo("UTC")).percent(0.9996), Speech("vi", {}, ZoneInfo("UTC")).percent(0.874)
        ('99,9 %', '87,4 %')
        """
        return f"{self._signs(_trimmed(f'{floor(share * 1000 + 1e-9) / 10:.1f}'))} %"

    def age(self, ns: int) -> str:
        """How long ago, in the largest unit that says enough."""
        seconds = max(0, ns) // NS
        for unit, size, enough in (("s", 1, 60), ("min", 60, 60), ("h", 3600, 48)):
            if seconds < size * enough:
                return self(f"age.{unit}", n=seconds // size)
        return self("age.d", n=seconds // 86_400)

    def lasting(self, seconds: float) -> str:
        """How long, in words that are short: 41 s, 12 min, 2 h 05 min, 3 d 4 h; below zero with a minus.

        >>> words = {"lasting.s": "{n} s", "lasting.min": "{n} min", "lasting.h": "{n} h {rest} min"}
        >>> [Speech("en", words, ZoneInfo("UTC")).lasting(s) for s in (41.7, 754, 7500)]
        ['41 s', '12 min', '2 h 05 min']
        """
        sign, whole = (_MINUS, int(-seconds)) if seconds <= -1 else ("", int(max(seconds, 0)))
        if whole < _HOUR_S:
            unit, n = ("s", whole) if whole < _MINUTE_S else ("min", whole // _MINUTE_S)
            return sign + self(f"lasting.{unit}", n=n)
        if whole < 2 * _DAY_S:
            return sign + self("lasting.h", n=whole // _HOUR_S, rest=f"{whole % _HOUR_S // _MINUTE_S:02d}")
        return sign + self("lasting.d", n=whole // _DAY_S, rest=whole % _DAY_S // _HOUR_S)

    def local(self, at: int) -> datetime:
        """A UTC time in ns as a wall clock reads it."""
        return datetime.fromtimestamp(at // NS, self.zone)

    def moment(self, at: int, now: int) -> str:
        """The time of day; with its date when that is not today's."""
        there, here = self.local(at), self.local(now)
        return f"{there:%H:%M:%S}" if there.date() == here.date() else f"{self.date(at)} {there:%H:%M:%S}"

    def date(self, at: int) -> str:
        """A date: 25/11/2026 or 2026-11-25."""
        return self.local(at).strftime(_DATES[self.language])

    def tick(self, at: int, step: int) -> str:
        """A time on an axis whose ticks are ``step`` ns apart."""
        there = self.local(at)
        if step >= 86_400 * NS:
            return there.strftime(_SHORT_DATES[self.language])
        return f"{there:%H:%M}" if step >= 60 * NS else f"{there:%H:%M:%S}"

    def _signs(self, number: str) -> str:
        swap = {",": self._thousands, ".": self._point, "-": _MINUS}
        return "".join(swap.get(sign, sign) for sign in number)


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def load_words(web: Path, language: str, stem: str = "words") -> dict[str, str]:
    """Key -> sentence of one language, from ``STEM.LANGUAGE.toml``; nested tables are joined by dots."""

    def flat(table: Mapping[str, object], before: str) -> dict[str, str]:
        words: dict[str, str] = {}
        for name, entry in table.items():
            if isinstance(entry, Mapping):
                words |= flat(entry, f"{before}{name}.")
            else:
                words[before + name] = str(entry)
        return words

    return flat(tomllib.loads((web / f"{stem}.{language}.toml").read_text("utf-8")), "")


def choose(cookie: str, accept: str) -> str:
    """Which language: the one chosen before, else the browser's first that we speak, else Vietnamese.

    >>> choose("en", "vi"), choose("", "en-US,en;q=0.9,vi;q=0.8"), choose("", "fr"), choose("", "vi,en")
    ('en', 'en', 'vi', 'vi')
    """
    if cookie in LANGUAGES:
        return cookie
    wishes = []
    for place, wish in enumerate(accept.split(",")):
        name, _, weight = wish.strip().partition(";q=")
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            wishes.append((-_weight(weight), place, language))
    return min(wishes)[2] if wishes else DEFAULT


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def printed(unit: str) -> str:
    """A UCUM code as it stands beside a figure; one that we do not know stays as it is.

    Source: The Unified Code for Units of Measure 2.1, tables 1 to 5, columns "c/s" and "print".

    >>> [printed(code) for code in ("Cel", "kW.h", "/min", "m3/h", "1", "%", "{piece}")]
    ['°C', 'kW·h', '1/min', 'm³/h', '', '%', 'piece']
    """
    if unit in _PRINTED:
        return _PRINTED[unit]
    for sign, shown in (("/", "/"), (".", "·")):
        if sign in unit:
            first, *rest = unit.split(sign)
            return shown.join([printed(first) if first else "1", *map(printed, rest)])
    if unit.startswith("{") and unit.endswith("}"):
        return unit[1:-1]
    base = unit.rstrip("0123456789-")
    raised = unit[len(base) :].translate(_RAISED) if base.isalpha() else unit[len(base) :]
    return _PRINTED.get(base, base) + raised
