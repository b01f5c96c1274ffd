"""What a value of ``agent.toml`` may be.

The descriptions beside the types are what a person reads when a value does not fit:
``expected a number of seconds above 0, at most 86400, got "fast"``.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400, description="a number of seconds above 0, at most 86400")]
Pause = Annotated[float, msgspec.Meta(ge=0, le=60, description="a number of seconds from 0 to 60")]
Days = Annotated[float, msgspec.Meta(gt=0, le=3650, description="a number of days above 0, at most 3650")]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000_000, description="a whole number from 1 to 100000000")]
Megabytes = Annotated[
    int, msgspec.Meta(ge=16, le=1_000_000, description="a whole number of megabytes from 16 to 1000000")
]
DeviceId = Annotated[int, msgspec.Meta(ge=0, le=255, description="a whole number from 0 to 255")]
Baud = Annotated[int, msgspec.Meta(ge=50, le=4_000_000, description="a whole number of baud from 50 to 4000000")]
Form = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A[5-8][NEOMS](1|1\.5|2)\Z",
        description='data bits, parity and stop bits such as "8N1" or "7E1"',
    ),
]
Parallel = Annotated[int, msgspec.Meta(ge=1, le=64, description="a whole number from 1 to 64")]
Keepalive = Annotated[int, msgspec.Meta(ge=5, le=65_535, description="a whole number of seconds from 5 to 65535")]
Framing = Annotated[
    Literal["mbap", "rtu", "ascii", "plain"], msgspec.Meta(description="one of mbap, rtu, ascii, plain")
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    msgspec.Meta(description="one of debug, info, warning, error"),
]
Trust = Annotated[Literal["ntp", "always"], msgspec.Meta(description='"ntp" or "always"')]
Folder = Annotated[Path, msgspec.Meta(description="the path of a folder in quotes")]
