"""What the tables of ``gateway.toml`` are made of: each kind says what was expected."""

from typing import Annotated, Literal

import msgspec

from edge_agent.wire.schema import NAME

Text = Annotated[str, msgspec.Meta(description="a text in quotes")]
Name = Annotated[
    str, msgspec.Meta(pattern=rf"\A{NAME.pattern}\Z", description="a name of a..z, 0..9 and inner hyphens")
]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535, description="a port from 0 to 65535")]
Days = Annotated[float, msgspec.Meta(gt=0, le=36_500, description="a number of days above 0, at most 36500")]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400, description="a number of seconds above 0, at most 86400")]
Megabytes = Annotated[int, msgspec.Meta(ge=1, le=10_000_000, description="a whole number of megabytes, at least 1")]
Shared = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"\A(?:{NAME.pattern})?\Z", description="a name of a..z, 0..9 and inner hyphens, or nothing at all"
    ),
]
Kind = Annotated[Literal["embedded", "influx"], msgspec.Meta(description='"embedded" or "influx"')]
Dialect = Annotated[Literal["v1", "v2"], msgspec.Meta(description='"v1" (/write) or "v2" (/api/v2/write)')]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"], msgspec.Meta(description="one of debug, info, warning, error")
]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000, description="a whole number from 1 to 1000000")]
