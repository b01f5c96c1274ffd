"""What a value of the tables about the shop floor may be."""

from typing import Annotated, Literal

import msgspec

from edge_agent.config.kinds import Strict

_Tongue = Annotated[str, msgspec.Meta(pattern=r"\A(vi|en)\Z", description='a language, "vi" or "en"')]
_Phrase = Annotated[str, msgspec.Meta(min_length=1, description="words in quotes")]
Title = Annotated[
    dict[_Tongue, _Phrase],
    msgspec.Meta(min_length=1, description='words by language such as { vi = "Máy dập", en = "Press" }'),
]
"""What something is called: language (``vi``, ``en``) -> words. Where one is not written it says the same."""
ChannelOf = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A([a-z0-9-]+\.[a-z0-9_]+)?\Z",
        description='an instrument and a channel such as "press-1.produced"',
    ),
]
Code = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\Z",
        description="a code of letters without accents, digits and inner . _ -, at most 63 long",
    ),
]
Modulus = Annotated[
    int, msgspec.Meta(ge=2, le=2**53, description=f"a whole number from 2 to {2**53}, such as 10000 after 9999")
]
Share = Annotated[float, msgspec.Meta(gt=0, le=1, description="a number above 0, at most 1")]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9, description="a number above 0, at most 1000000000")]
State = Annotated[
    Literal["RUN", "FAULT", "STOP", "SETUP"], msgspec.Meta(description='"RUN", "FAULT", "STOP" or "SETUP"')
]
StateMap = Annotated[
    dict[str, State],
    msgspec.Meta(
        description='a table such as { "1" = "RUN", "2" = "FAULT" } with RUN, FAULT, STOP or SETUP on the right'
    ),
]
Step = Literal["sort", "set_in_order", "shine", "standardise", "sustain"]
"""The five S of an audit."""
Preset = Annotated[Literal["", "packml"], msgspec.Meta(description='"packml"')]
Loss = Annotated[
    Literal["", "breakdown", "setup", "minor_stops", "stops"],
    msgspec.Meta(description='"breakdown", "setup", "minor_stops" or "stops"'),
]
Role = Annotated[Literal["operator", "manager"], msgspec.Meta(description='"operator" or "manager"')]
Language = Annotated[Literal["vi", "en"], msgspec.Meta(description='"vi" or "en"')]
ChartKind = Annotated[
    Literal["individuals", "xbar_r", "xbar_s", "ewma", "cusum"],
    msgspec.Meta(description='"individuals", "xbar_r", "xbar_s", "ewma" or "cusum"'),
]
ChartRules = Annotated[
    Literal["limits", "western_electric", "nelson"],
    msgspec.Meta(description='"limits", "western_electric" or "nelson"'),
]
Number = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12, description="a number")]
_Word = Annotated[str, msgspec.Meta(description="a text in quotes")]
Words = Annotated[tuple[_Word, ...], msgspec.Meta(description='a list of texts such as ["a", "b"]')]
Clock = Annotated[
    str, msgspec.Meta(pattern=r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z", description='a time of day such as "06:00"')
]
Day = Annotated[str, msgspec.Meta(pattern=r"\A\d{4}-\d{2}-\d{2}\Z", description='a day such as "2026-09-02"')]
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
