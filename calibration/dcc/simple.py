"""What may stand in elements without children: one pattern a type.

Source: Digital Calibration Certificate, version 3.3.0; Digital System of Units, version 2.2; XML Schema, part 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

_DECIMAL = r"[-+]?(?:\d*\.\d+|\d+\.?\d*)(?:[Ee][-+]?\d+)?|NaN"
_POSITIVE = r"\+?(?:\d*\.\d+|\d+\.?\d*)(?:[Ee][-+]?\d+)?|NaN"
_K = r"\+?[1-9]\d*(?:\.\d*)?|NaN"
_PROBABILITY = r"\+?(?:0(?:\.\d*)?|1(?:\.0*)?)|NaN"
_ZONE = r"(?:Z|[-+](?:0\d|1[0-3]):[0-5]\d|[-+]14:00)?"
_DATE = r"-?\d{4,}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DATE_TIME = rf"{_DATE}T{_TIME}{_ZONE}"
_BOOLEAN = "true|false|1|0"
_VERDICTS = "pass|fail|conditionalPass|conditionalFail|noPass|noFail"
_BLANKS = "[ \t\r\n]+"

# Type -> what it is, and its pattern. Blanks around it count where the name says text.
_TEXTS = {
    "token": ("text without blanks around it", r"[^ \t\r\n]+(?:[ \t\r\n]+[^ \t\r\n]+)*"),
    "country": ("two capital letters", "[A-Z]{2}"),
    "language": ("two small letters", "[a-z]{2}"),
    "issuer": (
        "manufacturer, calibrationLaboratory, customer, owner or other",
        "manufacturer|calibrationLaboratory|customer|owner|other",
    ),
    "place": (
        "laboratory, customer, laboratoryBranch, customerBranch or other",
        "laboratory|customer|laboratoryBranch|customerBranch|other",
    ),
    "change": ("amended or substituted", "amended|substituted"),
    "status": (
        "beforeAdjustment, afterAdjustment, beforeRepair or afterRepair",
        "(?:before|after)(?:Adjustment|Repair)",
    ),
    "softwareKind": (
        "application, bios, driver, editor, firmware, library, os or other",
        "application|bios|driver|editor|firmware|library|os|other",
    ),
    "verdict": (_VERDICTS.replace("|", ", "), _VERDICTS),
}
_VALUES = {
    "boolean": ("true or false", _BOOLEAN),
    "integer": ("a whole number", r"[-+]?\d+"),
    "dateTime": ("a date and time", _DATE_TIME),
    "duration": (
        "a duration like P1Y6M",
        r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    ),
    "si:decimal": ("a number", _DECIMAL),
    "si:positive": ("a number, 0 or more", _POSITIVE),
    "si:k": ("a coverage factor, 1 or more, without exponent", _K),
    "si:probability": ("a probability, 0 to 1, without exponent", _PROBABILITY),
}
_LISTS = {
    "integers": ("whole numbers", r"[-+]?\d+"),
    "booleans": ("true or false, several times", _BOOLEAN),
    "dateTimes": ("dates and times", _DATE_TIME),
    "verdicts": (f"of each {_VERDICTS.replace('|', ', ')}", _VERDICTS),
    "si:decimals": ("numbers", _DECIMAL),
    "si:positives": ("numbers, 0 or more", _POSITIVE),
    "si:ks": ("coverage factors, 1 or more, without exponent", _K),
    "si:probabilities": ("probabilities, 0 to 1, without exponent", _PROBABILITY),
}


def expected_of(kind: str, text: str) -> str | None:
    """What a type wants, where a text is not that; None where it is.

    >>> expected_of("si:k", "2"), expected_of("si:k", "0.5")
    (None, 'a coverage factor, 1 or more, without exponent')
    """
    if kind in _TEXTS:
        wanted, pattern = _TEXTS[kind]
        return None if re.fullmatch(pattern, text) else wanted
    if kind in _VALUES:
        wanted, pattern = _VALUES[kind]
        # Other alphabets have digits too; XML Schema's numbers do not use them.
        return None if re.fullmatch(pattern, text.strip(" \t\r\n"), re.ASCII) else wanted
    if kind in _LISTS:
        wanted, pattern = _LISTS[kind]
        return None if all(re.fullmatch(pattern, entry, re.ASCII) for entry in entries(text)) else wanted
    return _OTHERS[kind](text)


def entries(text: str) -> list[str]:
    """Entries of a list, whatever blanks are between and around them."""
    return [entry for entry in re.split(_BLANKS, text) if entry]


def _date(text: str) -> str | None:
    wanted = "a date like 2024-05-31"
    match = re.fullmatch(f"({_DATE}){_ZONE}", text.strip(" \t\r\n"), re.ASCII)
    try:
        date.fromisoformat(match[1] if match else "")
    except ValueError:
        return wanted
    return None


def _base64(text: str) -> str | None:
    packed = re.sub(_BLANKS, "", text)
    whole = len(packed) % 4 == 0 and re.fullmatch("[A-Za-z0-9+/]*={0,2}", packed)
    return None if whole else "base64"


def _anything(_: str) -> None:
    return None


_OTHERS: dict[str, Callable[[str], str | None]] = {
    "date": _date,
    "base64": _base64,
    "string": _anything,
    "strings": _anything,
    "uri": _anything,
}
