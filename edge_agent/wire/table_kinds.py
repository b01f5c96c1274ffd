"""What a value may be in a table that a person writes, in ``agent.toml`` or on a page of the gateway.

The descriptions beside the types are what a person reads when a value does not fit:
``expected a time of day such as "06:00", got "6 o'clock"``.
"""

from typing import Annotated, Literal

import msgspec

from edge_agent.wire.schema import NAME

LONGEST_SHOWN = 200
Text = Annotated[str, msgspec.Meta(description="a text in quotes")]
Name = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"\A{NAME.pattern}\Z",
        description="a name of a..z, 0..9 and inner hyphens, at most 63 long",
    ),
]
_Tongue = Annotated[str, msgspec.Meta(pattern=r"\A(vi|en)\Z", description='a language, "vi" or "en"')]
_Phrase = Annotated[str, msgspec.Meta(min_length=1, description="words in quotes")]
Title = Annotated[
    dict[_Tongue, _Phrase],
    msgspec.Meta(min_length=1, description='words by language such as { vi = "Máy dập", en = "Press" }'),
]
"""What something is called: language (``vi``, ``en``) -> words. Where one is not written it says the same."""
Code = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\Z",
        description="a code of letters without accents, digits and inner . _ -, at most 63 long",
    ),
]
Share = Annotated[float, msgspec.Meta(gt=0, le=1, description="a number above 0, at most 1")]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9, description="a number above 0, at most 1000000000")]
Pieces = Annotated[int, msgspec.Meta(ge=1, le=100_000_000, description="a whole number from 1 to 100000000")]
Loss = Annotated[
    Literal["", "breakdown", "setup", "minor_stops", "stops"],
    msgspec.Meta(description='"breakdown", "setup", "minor_stops" or "stops"'),
]
_Word = Annotated[str, msgspec.Meta(description="a text in quotes")]
Words = Annotated[tuple[_Word, ...], msgspec.Meta(description='a list of texts such as ["a", "b"]')]
Clock = Annotated[
    str, msgspec.Meta(pattern=r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z", description='a time of day such as "06:00"')
]
Day = Annotated[str, msgspec.Meta(pattern=r"\A\d{4}-\d{2}-\d{2}\Z", description='a day such as "2026-09-02"')]
DayOrNone = Annotated[
    str, msgspec.Meta(pattern=r"\A(\d{4}-\d{2}-\d{2})?\Z", description='a day such as "2026-09-02", or nothing')
]
Moment = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A\d{4}-\d{2}-\d{2}T([01][0-9]|2[0-3]):[0-5][0-9]\Z",
        description='a local time such as "2026-09-02T06:00"',
    ),
]
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7, description="a weekday from 1, Monday, to 7, Sunday")]
Weekdays = Annotated[
    tuple[Weekday, ...],
    msgspec.Meta(min_length=1, description="a list of weekdays from 1, Monday, to 7, Sunday, such as [1, 2, 3]"),
]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table that a person writes: frozen, and a key that it does not know is an error."""


class Titled(Strict, frozen=True, kw_only=True):
    """Something that people have a word for.

    Attributes:
        title: What people call it; empty: its name or id.
    """

    title: Title = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.title:
            both = {"vi": self.title.get("vi") or self.title["en"], "en": self.title.get("en") or self.title["vi"]}
            msgspec.structs.force_setattr(self, "title", both)


def show(value: object) -> str:
    """A value as it is written in TOML, shortened, and what it is where that is not plain to see."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    text = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}..."
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
