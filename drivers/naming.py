"""What channels and models may be called, and what people call them."""

import re

import msgspec

CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,62}")
RESERVED = ("_u", "_q", "_mean", "_min", "_max", "_n")
"""Endings that mean something else on the wire: uncertainty, quality, fields of a window."""
TAKEN = {"expected", "time", "site", "edge", "instrument"}
"""Names that stores keep for themselves."""


def is_channel(name: str) -> bool:
    """Whether a channel may have this name.

    >>> is_channel("active_power"), is_channel("power_u"), is_channel("time")
    (True, False, False)
    """
    return CHANNEL.fullmatch(name) is not None and not name.endswith(RESERVED) and name not in TAKEN


class Title(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people call a thing, in one language at least; the other one then says the same.

    Attributes:
        vi: In Vietnamese.
        en: In English.
    """

    vi: str = ""
    en: str = ""

    def __post_init__(self) -> None:
        if not (self.vi.strip() or self.en.strip()):
            msg = 'vi: missing. Say what people call it: title = { vi = "..." }'
            raise ValueError(msg)

    def words(self) -> dict[str, str]:
        """Language -> words.

        >>> Title(en="Mass").words()
        {'vi': 'Mass', 'en': 'Mass'}
        """
        return {"vi": self.vi or self.en, "en": self.en or self.vi}
