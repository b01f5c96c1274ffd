"""Texts of a certificate: any language, and nothing that a printed or an XML certificate could not carry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import TypeVar

from calibration.checks import refuse

Part = TypeVar("Part")

# Controls but tab and newline, lone surrogates and the two that are no characters: XML 1.0, production 2.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def wording(who: str, what: str, text: object) -> None:
    """Refuse what is no text, begins or ends in blanks, or holds a character that cannot be printed.

    Raises:
        ValueError: It is such a text.
    """
    if not isinstance(text, str):
        raise refuse(who, what, "a text", repr(text), "Write an empty text for what is not stated.")
    if text != text.strip():
        raise refuse(who, what, "no blanks around it", repr(text), "Strip it.")
    bad = _UNPRINTABLE.search(text)
    if bad:
        advice = "Take the character out; lines end in \\n alone."
        raise refuse(who, what, "printable characters", f"{bad[0]!r} at {bad.start()} in {text!r}", advice)


def words(who: str, part: object, optional: tuple[str, ...] = ()) -> None:
    """Check every text field of a part of a certificate.

    Args:
        who: The part, for the message.
        part: A dataclass.
        optional: Fields that may be None.

    Raises:
        ValueError: A text is refused, see ``wording``.
    """
    for field in fields(part):  # type: ignore[arg-type]
        text = getattr(part, field.name)
        if field.type in {"str", "str | None", "Place"} and not (text is None and field.name in optional):
            wording(who, field.name, text)


def part(who: str, what: str, value: object, kind: type) -> None:
    """Refuse a part of a certificate that is of another type than it should be.

    Raises:
        ValueError: It is.
    """
    if not isinstance(value, kind):
        name = kind.__name__
        raise refuse(who, what, f"a value of type {name}", repr(value), f"Build it as {name}(...).")


def parts(who: str, what: str, values: Iterable[Part], kind: type[Part]) -> tuple[Part, ...]:
    """Parts of one type.

    Raises:
        ValueError: They are no collection, or one of them is of another type.
    """
    if not isinstance(values, Iterable) or isinstance(values, str | bytes):
        raise refuse(who, what, f"values of type {kind.__name__}", repr(values), "Give a tuple of them.")
    listed = tuple(values)
    for value in listed:
        part(who, what, value, kind)
    return listed
