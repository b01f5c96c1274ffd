"""The board as figures for Prometheus.

Source: Prometheus exposition formats, text format 0.0.4.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from edge_agent.kpi.buckets import BUCKETS
from edge_agent.oee.board import Board, UnitBoard
from edge_agent.screen.settings import ScreenSettings

NS = 10**9
_RATIOS = {
    "oee": "OEE of the shift so far",
    "oee_low": "OEE if all that was not observed was lost",
    "oee_high": "OEE if all that was not observed was perfect",
    "availability": "Availability of the shift so far",
    "effectiveness": "Effectiveness of the shift so far; above 1 the ideal cycle is wrong",
    "quality_ratio": "Quality ratio of the shift so far",
    "coverage": "Share of planned time of the shift that was observed",
}
Labels = Mapping[str, str]


class Family(NamedTuple):
    """One metric: its name, what it tells, and its samples."""

    name: str
    about: str
    samples: list[tuple[Labels, float]]


def exposition(settings: ScreenSettings, board: Board, now: int, version: str) -> str:
    """All metrics. What cannot be said is absent; it is never a zero."""
    families = [
        *_edge_families(settings, board, now, version),
        *_unit_families(list(board.units.values()), now),
    ]
    lines: list[str] = []
    for family in families:
        if family.samples:
            lines += [f"# HELP {family.name} {family.about}.", f"# TYPE {family.name} gauge"]
            lines += [f"{family.name}{_labels(labels)} {value!r}" for labels, value in family.samples]
    return "\n".join(lines) + "\n"


def _edge_families(settings: ScreenSettings, board: Board, now: int, version: str) -> Iterator[Family]:
    named = {"version": version, "site": settings.site, "edge": settings.edge}
    yield Family("nhipdo_edge_about", "Which edge this is; always 1", [(named, 1.0)])
    if board.at:
        yield Family("nhipdo_board_age_seconds", "Since the recorder looked last", [({}, max(0, now - board.at) / NS)])
    if board.broker is not None:
        yield Family("nhipdo_broker_reachable", "1 while the broker can be reached", [({}, float(board.broker))])
    if board.broker is not None:
        waiting_s = max(0, now - board.waiting_since) / NS if board.waiting_since else 0.0
        about = "Age of the oldest message that no gateway has stored; 0 when none waits"
        yield Family("nhipdo_outbox_oldest_waiting_seconds", about, [({}, waiting_s)])


def _unit_families(units: list[UnitBoard], now: int) -> Iterator[Family]:
    def each(name: str, about: str, samples: list[tuple[Labels, float]]) -> Family:
        return Family(f"nhipdo_work_unit_{name}", about, samples)

    def of(unit: UnitBoard, **more: str) -> Labels:
        return {"work_unit": unit.name, **more}

    names = [bucket.name for bucket in BUCKETS]
    state = [(of(u, state=name), float(u.status.bucket == name)) for u in units for name in names]
    yield each("state", "1 for what the work unit does now, 0 for all else", state)
    seconds = [(of(u, bucket=name), u.elements.ns.get(name, 0) / NS) for u in units if u.status.shift for name in names]
    yield each("shift_seconds", "Time of the shift so far by bucket of the time model", seconds)
    pieces = [
        (of(u, kind=kind), float(count))
        for u in units
        if u.status.shift
        for kind, count in (
            ("good", u.status.good),
            ("reject", u.status.reject),
            ("rework", u.elements.rework),
            ("unplanned", u.elements.unplanned),
            ("unattributed", u.elements.unattributed),
            ("no_product", u.elements.no_product),
        )
    ]
    yield each("shift_pieces", "Pieces of the shift so far by kind", pieces)
    for name, about in _RATIOS.items():
        values = ((u, getattr(u.status, name)) for u in units)
        yield each(name, about, [(of(u), float(value)) for u, value in values if value is not None])
    expected = [(of(u), float(u.status.expected)) for u in units if u.status.expected is not None]
    yield each("shift_pieces_expected", "Pieces that takt or target ask for by now", expected)
    waiting = [(of(u), float(u.status.without_reason)) for u in units]
    yield each("stops_without_reason", "Stops that wait for a reason", waiting)
    evidence = [(of(u), max(0, now - u.status.heard_at) / NS) for u in units if u.status.heard_at]
    yield each("evidence_age_seconds", "Since the machine last gave evidence", evidence)


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    r"""A label's value as the format wants it.

    >>> print(_escaped('a "b" \\ c' + chr(10)))
    a \"b\" \\ c\n
    """
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
