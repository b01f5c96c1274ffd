"""Whether a record of the shop floor can be kept: what its type alone does not say. Does no I/O."""

from math import isfinite

from edge_agent.wire.records import AnyRecord
from edge_agent.wire.schema import NAME, SECONDS
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription

_LONGEST = 255
_KINDS = frozenset(("FAULT", "STOP", "MINOR_STOP", "SETUP"))
_COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures", "failing_ns")


def why_unusable(record: AnyRecord) -> str:
    """What is wrong with a record; empty when it can be kept.

    >>> why_unusable(Elements(key="p.600", work_unit="p", since=600, until=600, parts=()))
    'it ends at 600, not after its start, 600'
    """
    if isinstance(record, Elements):
        return _work_unit(record.work_unit) or _stretch(record.since, record.until) or _parts(record)
    if isinstance(record, Stop):
        return _work_unit(record.work_unit) or _stop(record)
    return _work_unit(record.key) if isinstance(record, WorkUnitDescription) else ""


def _work_unit(name: str) -> str:
    return "" if NAME.fullmatch(name) else f"{name[:80]!r} is no name of a work unit"


def _stretch(since: int, until: int) -> str:
    if since <= 0:
        return f"it starts at {since}, which is not a time"
    return "" if until > since else f"it ends at {until}, not after its start, {since}"


def _stop(stop: Stop) -> str:
    if stop.kind not in _KINDS:
        return f"its kind is {stop.kind[:40]!r}, expected one of {', '.join(sorted(_KINDS))}"
    if stop.planned_ns < 0:
        return f"planned_ns is {stop.planned_ns}, which is negative"
    return _stretch(stop.since, stop.since + 1 if stop.until is None else stop.until)


def _parts(elements: Elements) -> str:
    # A product whose ideal cycle is changed in the middle of a bucket has two parts in it.
    names = [(part.shift, part.product, part.ideal_cycle_s) for part in elements.parts]
    if len(set(names)) != len(names):
        return "a shift, product and ideal cycle stand twice"
    covered, length = sum(sum(part.ns.values()) for part in elements.parts), elements.until - elements.since
    wrong = next(filter(None, map(_part, elements.parts)), "")
    return wrong or (f"its parts cover {covered} ns of {length}" if covered > length else "")


def _part(part: Part) -> str:
    unknown = sorted((part.ns.keys() | part.energy_wh.keys()) - SECONDS.keys())
    if unknown:
        return f"{unknown[0][:40]!r} is no bucket of the time model"
    if max(len(part.shift), len(part.product)) > _LONGEST:
        return f"a shift or a product has more than {_LONGEST} characters"
    if min((getattr(part, name) for name in _COUNTS), default=0) < 0 or min(part.ns.values(), default=0) < 0:
        return "a time or a number of pieces is negative"
    if part.ideal_cycle_s is not None and not (isfinite(part.ideal_cycle_s) and part.ideal_cycle_s > 0):
        return f"ideal_cycle_s is {part.ideal_cycle_s!r}, expected more than 0"
    return "" if all(map(isfinite, part.energy_wh.values())) else "an energy is not finite"
