"""Sending to the edges of a site what was seen to change, by a named person."""

from collections.abc import Collection, Iterable

from sqlalchemy import Engine

from gateway.people import put_setting
from gateway.production_setup.standing import Standing, digest_of
from gateway.registry.roles import Reader

Which = tuple[str, ...]
"""Edge, noun and key of a setting of a site."""


class ChangedMeanwhileError(Exception):
    """What would be sent is no longer what was seen."""


def send(
    engine: Engine,
    reader: Reader,
    standings: Iterable[Standing],
    digest: str,
    now: int,
    chosen: Collection[Which] | None = None,
) -> list[Standing]:
    """Put every setting that differs and can be sent; the ingest publishes them.

    Args:
        engine: Of the registry.
        reader: Who decides.
        standings: As they are now.
        digest: Of what was seen.
        now: UTC ns.
        chosen: Which of them; None: all.

    Returns:
        What was put, as it stood before.

    Raises:
        ChangedMeanwhileError: Somebody changed the registry or sent something since it was seen.
    """
    standings = list(standings)
    if digest_of(standings) != digest:
        msg = "settings: somebody changed something since the preview was made. Look at it again, then send."
        raise ChangedMeanwhileError(msg)
    sent = []
    for one in standings:
        is_chosen = chosen is None or (one.edge.edge, one.noun, one.key) in chosen
        if one.differs and not one.problem and is_chosen:
            put_setting(engine, one.edge, one.noun, one.key, one.wanted, reader.name, now, reader)
            sent.append(one)
    return sent
