"""A replay document in, its answer out: the whole time model on data that a person can check by hand."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from edge_agent.kpi.buckets import BUCKETS
from edge_agent.kpi.counters import Issue, decode_signed
from edge_agent.kpi.document import read_document
from edge_agent.kpi.document_rows import CounterRows, Document, SampleRow
from edge_agent.kpi.elements import Elements, figures
from edge_agent.kpi.evaluation import Evaluation, evaluate
from edge_agent.kpi.evidence import Booking, Carry, Counter, CounterState, Evidence, Reading
from edge_agent.kpi.spans import Instants
from edge_agent.kpi.timeline import Limits, Plan

_NS = 1_000_000_000
EVENT_DUPLICATE, SAMPLE_DUPLICATE, QUARANTINED = "event_duplicate", "sample_duplicate", "quarantined"
BEFORE_CARRY_IN = "before_carry_in"


class _Row(Protocol):
    @property
    def at(self) -> int: ...
    @property
    def arrived(self) -> int: ...
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_Row)


class Replayed(NamedTuple):
    """What follows from a document.

    Attributes:
        document: As it was read.
        evaluation: Of its evidence.
        elements: Of each of its windows.
        issues: What to look at, in order of time.
    """

    document: Document
    evaluation: Evaluation
    elements: dict[str, Elements]
    issues: tuple[Issue, ...]


def replay(document: object) -> dict[str, Any]:
    """Evaluate a replay document.

    Args:
        document: As JSON gives it.

    Returns:
        ``windows`` by name, with seconds, pieces and ratios, and ``issues`` as ``[local time, what]``.

    Raises:
        DocumentError: The document is wrong; the text has one line a mistake, each begins with its place.
    """
    return answer(replayed(document))


def replayed(document: object) -> Replayed:
    """The same with all that the answer leaves out.

    Raises:
        DocumentError: The document is wrong.
    """
    read = read_document(document)
    issues: list[Issue] = []
    evaluation = _evaluate(read, issues)
    spans = np.array([(w.since, w.until) for w in read.windows], dtype=np.int64).reshape(-1, 2)
    found = evaluation.elements(spans)
    return Replayed(
        read,
        evaluation,
        {window.name: elements for window, elements in zip(read.windows, found, strict=True)},
        tuple(sorted([*issues, *evaluation.issues])),
    )


def answer(found: Replayed) -> dict[str, Any]:
    """What is answered to a document."""
    zone = ZoneInfo(found.document.timezone)
    return {
        "windows": {name: _window(elements) for name, elements in found.elements.items()},
        "issues": [[local_time(at, zone), what] for at, what in found.issues],
    }


def _window(elements: Elements) -> dict[str, Any]:
    """One window of the answer."""
    e = elements
    times = {bucket.name: e.ns[bucket] for bucket in BUCKETS}
    times |= {"all": e.all_ns, "pbt": e.planned_busy_ns, "observed": e.observed_ns, "apt": e.actual_production_ns}
    by_product: dict[str, list[int]] = {}
    for (product, _), pieces in e.products.items():
        sums = by_product.setdefault(product, [0, 0])
        sums[0] += pieces.total
        sums[1] += pieces.reject
    ratios = figures(e).as_dict()
    mtbf_s, mttr_s = ratios.pop("mtbf_s"), ratios.pop("mttr_s")
    return {
        "seconds": {name: _seconds(ns) for name, ns in times.items()},
        "pieces": {
            "total": e.total,
            "good": e.good,
            "reject": e.reject,
            "by_product": by_product,
            "unplanned": e.unplanned,
            "unattributed": e.unattributed,
            "no_product": e.no_product,
        },
        **ratios,
        "failures": e.failures,
        "mtbf_s": mtbf_s,
        "mttr_s": mttr_s,
    }


def _evaluate(read: Document, issues: list[Issue]) -> Evaluation:
    events = _in_order(read.events, read, EVENT_DUPLICATE, issues)
    counters = tuple(_counter(rows, k, read, issues) for k, rows in enumerate(read.counters))
    as_of = read.as_of
    evidence = Evidence(
        event_at=np.array([row.at for row in events], dtype=np.int64),
        event_state=np.array([row.state for row in events], dtype=np.int8),
        counters=counters,
        heartbeat_at=_heartbeats(read),
        bookings=tuple(
            Booking(row.made_at, row.product, reject=row.qty)
            for row in read.late_scrap
            if as_of is None or row.arrived <= as_of
        ),
        carry=Carry(state=read.carry_in_state),
    )
    shifts, stops = (np.array(some, dtype=np.int64).reshape(-1, 2) for some in (read.shifts, read.planned_stops))
    return evaluate(evidence, Plan(shifts, stops), read.products, Limits(read.micro_stop_ns, read.max_gap_ns))


def _in_order(rows: Iterable[R], read: Document, repeated: str, issues: list[Issue]) -> list[R]:
    """Rows that exist by ``as_of``, each once, with a time to be believed; by time, the last to arrive last."""
    kept: list[R] = []
    seen: set[str] = set()
    for row in sorted(rows, key=_arrival):
        if read.as_of is not None and row.arrived > read.as_of:
            continue
        if row.id and row.id in seen:
            issues.append(Issue(row.at, repeated))
            continue
        seen.add(row.id)
        if read.min_valid_time is not None and row.at < read.min_valid_time:
            issues.append(Issue(row.at, QUARANTINED))
            continue
        kept.append(row)
    kept.sort(key=_time)
    return kept


_arrival: Callable[[_Row], int] = lambda row: row.arrived  # noqa: E731
_time: Callable[[_Row], int] = lambda row: row.at  # noqa: E731


def _counter(rows: CounterRows, number: int, read: Document, issues: list[Issue]) -> Counter:
    samples = _in_order(rows.samples, read, SAMPLE_DUPLICATE, issues)
    samples = list({one.at: one for one in samples}.values())
    if rows.carry_in is not None:
        known_at = rows.carry_in.at
        issues += [Issue(one.at, BEFORE_CARRY_IN) for one in samples if one.at < known_at]
        samples = [one for one in samples if one.at >= known_at]
    boots = {boot: k for k, boot in enumerate(sorted({one.boot or "" for one in [*samples, *_listed(rows.carry_in)]}))}
    shown = np.array([one.shown for one in samples], dtype=np.int64)
    return Counter(
        name=f"{number} {rows.name}",
        role=rows.role,
        at=np.array([one.at for one in samples], dtype=np.int64),
        shown=decode_signed(shown, rows.bits) if rows.bits else shown,
        max_rate_per_s=Fraction(rows.max_rate_per_s),
        modulus=rows.modulus,
        boot=np.array([-1 if one.boot is None else boots[one.boot] for one in samples], dtype=np.int64),
        carry_in=CounterState(
            None
            if (carry := rows.carry_in) is None
            else Reading(
                carry.at,
                carry.shown + (1 << rows.bits) if rows.bits and carry.shown < 0 else carry.shown,
                None if carry.boot is None else boots[carry.boot],
            )
        ),
    )


def _listed(row: SampleRow | None) -> list[SampleRow]:
    return [] if row is None else [row]


def _heartbeats(read: Document) -> Instants:
    beats = [np.arange(first, last + 1, step, dtype=np.int64) for first, last, step in read.heartbeats]
    at = np.sort(np.concatenate(beats)) if beats else np.empty(0, dtype=np.int64)
    if read.as_of is not None:
        at = at[at <= read.as_of]
    if read.min_valid_time is not None:
        at = at[at >= read.min_valid_time]
    return at


def _seconds(ns: int) -> int | float:
    return ns // _NS if ns % _NS == 0 else ns / _NS


def local_time(at: int, zone: ZoneInfo) -> str:
    """A time as documents write it."""
    whole, fraction = divmod(at, _NS)
    text = datetime.fromtimestamp(whole, UTC).astimezone(zone).replace(tzinfo=None).isoformat()
    return f"{text}.{fraction:09d}".rstrip("0") if fraction else text
