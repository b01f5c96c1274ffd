"""Whether an improvement shows in the figures of this edge: what a loss took of a stretch, from its records. Pure."""

from collections.abc import Iterable, Sequence

from edge_agent.kpi.effect import LossShare
from edge_agent.kpi.losses import SIX, losses
from edge_agent.oee.parts import sum_of
from edge_agent.wire.shop_floor import Elements, Stop


def measure(
    records: Iterable[Elements],
    since: int,
    until: int,
    loss: str,
    units: int = 1,
    stops: Sequence[Stop] = (),
    now: int = 0,
) -> LossShare:
    """What a loss took of ``[since, until)``.

    One of the six big losses is taken from the elements; a stop reason from the stops that were given, of each the
    share that lies in the stretch.

    Args:
        records: Elements of the work units that begin in the stretch.
        since: UTC ns.
        until: UTC ns.
        loss: One of the six; anything else: ``stops`` are summed.
        units: How many work units there are, for what is held.
        stops: Those with the reason, also some that began before the stretch.
        now: Ends a stop that lasts, UTC ns.
    """
    inside = [one for one in records if since <= one.since < until]
    held_ns = sum(one.until - one.since for one in inside)
    elements = sum_of(inside)
    taken = losses(elements).by_name()[loss] if loss in SIX else _of_stops(stops, since, until, now)
    return LossShare(
        since=since,
        until=until,
        held=held_ns / ((until - since) * units) if until > since and units else 0.0,
        planned_ns=elements.planned_busy_ns,
        observed_ns=elements.observed_ns,
        loss_ns=taken,
    )


def _of_stops(stops: Sequence[Stop], since: int, until: int, now: int) -> int:
    """Planned time of stops in a stretch; of one that crosses its edge the share that lies inside, ns."""
    taken = 0
    for stop in stops:
        ends = now if stop.until is None else stop.until
        inside = min(ends, until) - max(stop.since, since)
        if inside > 0 and not stop.gone:
            taken += round(stop.planned_ns * inside / (ends - stop.since))
    return taken
