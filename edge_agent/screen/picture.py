"""What the Andon says of each work unit: the board, judged for people. Pure.

Decision: bounds of availability, effectiveness and quality are computed as those of OEE are: what was not observed was
lost altogether, or was perfect production.
Because: a figure on the wall then shows how far it can be from the truth, in the same sense for all four.
"""

from collections.abc import Mapping
from typing import NamedTuple

from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.kpi.buckets import PLANNED
from edge_agent.oee.board import BigLoss, Board, UnitBoard
from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.timeline import Timeline, draw, shape_of
from edge_agent.wire.live import WorkUnitStatus

NS = 10**9
ENOUGH = 0.95
"""Coverage below which a figure is grey; the time model's rule 7."""
OLD_BOARD_S = 10.0
"""A board is made every second; one older than this says that the recorder stands."""
SLOW_UPLINK_S = 300.0
"""Waiting for so long while the broker can be reached is said, not alarmed."""
ASK_PEOPLE_S = 7200.0
"""So long after the start of a shift it is asked who works in it, s; then the strip gives its room back."""
TOP_LOSSES = 3


class Figure(NamedTuple):
    """OEE or one of its factors.

    Attributes:
        name: ``oee``, ``availability``, ``effectiveness``, ``quality_ratio``.
        value: None: cannot be said.
        low: At the worst; None where the whole was observed.
        high: At the best.
        sure: Rests on enough to be believed.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    sure: bool

    @property
    def too_high(self) -> bool:
        """A speed above the ideal one: the ideal cycle is wrong."""
        return self.name == "effectiveness" and self.value is not None and self.value > 1


class UnitPicture(NamedTuple):
    """One work unit as the Andon shows it.

    Attributes:
        name: Of the work unit.
        title: Language -> what people call it.
        status: As in the board.
        shape: Name of the colour and shape of its state.
        stale: Its machine gave no evidence for too long.
        heard: It ever gave evidence.
        figures: OEE first, where the unit has one.
        why_grey: Key of the words that say why the figures are grey or absent; empty: they are good.
        counts: Something counts its pieces.
        behind: Pieces that are missing to what was expected by now; negative: ahead; None: nothing was expected.
        product: Titles of the product in force.
        timeline: None outside every shift.
        losses: The largest three.
        ask_people: Nobody has said yet how many people work in this shift.
    """

    name: str
    title: Mapping[str, str]
    status: WorkUnitStatus
    shape: str
    stale: bool
    heard: bool
    figures: tuple[Figure, ...]
    why_grey: str
    counts: bool
    behind: float | None
    product: Mapping[str, str]
    timeline: Timeline | None
    losses: tuple[BigLoss, ...]
    ask_people: bool

    @property
    def oee(self) -> Figure | None:
        """OEE; None for a unit that has none."""
        return next((figure for figure in self.figures if figure.name == "oee"), None)

    @property
    def flagged(self) -> bool:
        """Its speed is above the ideal one."""
        return any(figure.too_high for figure in self.figures)


class Picture(NamedTuple):
    """The whole Andon.

    Attributes:
        at: When the board was made; 0: there is none yet.
        old: The recorder makes no boards any more.
        uplink: ``down``, ``slow`` or empty.
        waiting_since: The oldest that waits to be stored; 0: none.
        units: In the order of the configuration.
        clock_is_set: The edge's clock can be believed.
    """

    at: int
    old: bool
    uplink: str
    waiting_since: int
    units: tuple[UnitPicture, ...]
    clock_is_set: bool = True


def look(settings: ScreenSettings, board: Board, now: int, people_asked: frozenset[str] = frozenset()) -> Picture:
    """Judge a board.

    Args:
        settings: What units are called, and when evidence is stale.
        board: The recorder's.
        now: The present, UTC ns.
        people_asked: Units whose people are not known yet in this shift.
    """
    units = tuple(_unit(settings, board.units[n], now, n in people_asked) for n in settings.units if n in board.units)
    uplink = ""
    if board.broker is False:
        uplink = "down"
    elif board.broker and board.waiting_since and now - board.waiting_since > SLOW_UPLINK_S * NS:
        uplink = "slow"
    old = bool(board.at) and now - board.at > OLD_BOARD_S * NS
    return Picture(board.at, old, uplink, board.waiting_since, units, board.clock_is_set)


def _unit(settings: ScreenSettings, board: UnitBoard, now: int, ask_people: bool) -> UnitPicture:  # noqa: FBT001
    unit, status = settings.units[board.name], board.status
    products = {product.name: product.title for product in unit.products}
    timeline = None
    if status.shift:
        timeline = draw(board.stretches, status.shift_since, status.shift_until, now, settings.zone)
    counts = bool(unit.total or unit.good)
    with_oee = counts and bool(unit.products)
    return UnitPicture(
        name=board.name,
        title=unit.title,
        status=status,
        shape=shape_of(status.bucket),
        stale=now - status.heard_at > settings.screen.stale_s * NS,
        heard=bool(status.heard_at),
        figures=figures_of(board, with_oee=with_oee),
        why_grey=_why_grey(unit, board, with_oee=with_oee),
        counts=counts,
        behind=None if status.expected is None else status.expected - status.total,
        product=products.get(status.product, {}),
        timeline=timeline,
        losses=tuple(loss for loss in board.losses if abs(loss.seconds) >= 1)[:TOP_LOSSES],
        ask_people=ask_people and bool(status.shift) and now - status.shift_since < ASK_PEOPLE_S * NS,
    )


def figures_of(board: UnitBoard, *, with_oee: bool) -> tuple[Figure, ...]:
    """OEE and its factors with their bounds; a unit that makes no pieces has availability alone."""
    status, ns = board.status, board.elements.ns
    sure = status.coverage is not None and status.coverage >= ENOUGH
    planned = sum(ns.get(bucket.name, 0) for bucket in PLANNED)
    unseen = ns.get("UNKNOWN", 0)
    producing = ns.get("RUN", 0) + ns.get("MINOR_STOP", 0)
    ideal = (status.effectiveness or 0.0) * producing
    good = (status.quality_ratio or 0.0) * ideal

    def figure(name: str, value: float | None, numerator: float, denominator: float) -> Figure:
        """Bounds: the unseen time adds to the denominator alone, or to both."""
        if value is None or not unseen or not denominator + unseen:
            return Figure(name, value, None, None, sure)
        low, high = numerator / (denominator + unseen), (numerator + unseen) / (denominator + unseen)
        return Figure(name, value, min(low, value), max(high, value), sure)

    availability = figure("availability", status.availability, producing, planned - unseen)
    if not with_oee:
        return (availability,)
    return (
        Figure("oee", status.oee, status.oee_low if unseen else None, status.oee_high if unseen else None, sure),
        availability,
        figure("effectiveness", status.effectiveness, ideal, producing),
        figure("quality_ratio", status.quality_ratio, good, ideal),
    )


def _why_grey(unit: WorkUnitConfig, board: UnitBoard, *, with_oee: bool) -> str:
    """The first reason that holds."""
    status = board.status
    if not status.shift:
        return "grey.no_shift"
    if status.coverage is None:
        return "grey.nothing_planned"
    if status.coverage < ENOUGH:
        return "grey.coverage"
    if not with_oee:
        return "grey.no_cycle" if unit.total or unit.good else "grey.no_pieces"
    if status.oee is None:
        return "grey.no_product" if not status.product and unit.products else "grey.no_figure"
    return ""
