"""What everything that is said is made of."""

from typing import Annotated

import msgspec

Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number that every database can keep: what is larger is refused when it is read, not when it is stored."""
Number = Annotated[int, msgspec.Meta(ge=0, le=10**18 - 1)]
"""A sequence number, as in the envelope of at most 18 digits."""
Generation = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 2)]
"""How often a store was restored, plus one."""


class Word(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Anything that is said. Unknown fields are let through: a newer edge may say more."""
