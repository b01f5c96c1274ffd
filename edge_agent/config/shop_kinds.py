"""What a value of the tables about the shop floor may be."""

from typing import Annotated, Literal

import msgspec

ChannelOf = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A([a-z0-9-]+\.[a-z0-9_]+)?\Z",
        description='an instrument and a channel such as "press-1.produced"',
    ),
]
Modulus = Annotated[
    int, msgspec.Meta(ge=2, le=2**53, description=f"a whole number from 2 to {2**53}, such as 10000 after 9999")
]
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
