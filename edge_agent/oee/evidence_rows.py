"""Observations as they lie on disk: column by column, as differences, squeezed.

Decision: columns of differences.
Because: a reading a second differs from the one before it by a second and a piece or two; as rows of whole values it
takes three times the space of a card that it is worn out by.
"""

import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise

import msgspec

from edge_agent.oee.observation import Observation


class _Columns(msgspec.Struct, frozen=True, array_like=True):
    at: list[int]
    state: list[int | None]
    code: list[str]
    product: list[str | None]
    boot: list[int | None]
    counts: dict[str, list[int | None]]


_columns = msgspec.msgpack.Decoder(_Columns)
_fresh = msgspec.msgpack.Decoder(dict[str, list[Observation]])
_encode = msgspec.msgpack.Encoder().encode


def squeeze(observations: Sequence[Observation]) -> bytes:
    """Observations of one work unit, in any order."""
    roles = dict.fromkeys(role for one in observations for role in one.counts)
    columns = _Columns(
        at=_differences([one.at for one in observations]),
        state=[one.state for one in observations],
        code=[one.code for one in observations],
        product=[one.product for one in observations],
        boot=[one.boot for one in observations],
        counts={role: _risen([one.counts.get(role) for one in observations]) for role in roles},
    )
    return zlib.compress(_encode(columns), 6)


def expand(body: bytes) -> list[Observation]:
    """What was squeezed.

    Raises:
        zlib.error: The disk gave back something else.
        msgspec.DecodeError: It was made by another program.
    """
    columns = _columns.decode(zlib.decompress(body))
    counts: list[dict[str, int]] = [{} for _ in columns.at]
    for role, column in columns.counts.items():
        last = 0
        for one, risen in zip(counts, column, strict=True):
            if risen is not None:
                last += risen
                one[role] = last
    rows = zip(accumulate(columns.at), columns.state, columns.code, columns.product, counts, columns.boot, strict=True)
    return [Observation(*row) for row in rows]


def squeeze_fresh(came: dict[str, list[Observation]]) -> bytes:
    """What came in one transaction, by work unit."""
    return zlib.compress(_encode(came), 1)


def expand_fresh(body: bytes) -> dict[str, list[Observation]]:
    """What was squeezed.

    Raises:
        zlib.error: The disk gave back something else.
        msgspec.DecodeError: It was made by another program.
    """
    return _fresh.decode(zlib.decompress(body))


def _differences(values: list[int]) -> list[int]:
    return [*values[:1], *(b - a for a, b in pairwise(values))]


def _risen(values: list[int | None]) -> list[int | None]:
    risen: list[int | None] = []
    last = 0
    for value in values:
        risen.append(None if value is None else value - last)
        last = last if value is None else value
    return risen
