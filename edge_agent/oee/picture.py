"""The picture of one work unit: what it does now, and what its shift has given so far."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.calendar import Shift
from edge_agent.kpi.elements import Elements as Sums
from edge_agent.kpi.elements import figures
from edge_agent.kpi.losses import losses
from edge_agent.kpi.spans import measure
from edge_agent.oee.board import BigLoss, Stretch, UnitBoard
from edge_agent.oee.bucket_book import BucketBook
from edge_agent.oee.looking import Look
from edge_agent.oee.parts import as_part, sum_of
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.unit_ledger import UnitLedger
from edge_agent.oee.unit_rules import UnitRules, UnitSetup
from edge_agent.wire.entries import ProductChoice
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Elements, Stop

_NS = 1_000_000_000
_HOUR_NS = 3600 * _NS
_STOPS_NS = 72 * _HOUR_NS
_MOST_STOPS = 300
_UP = frozenset(("RUN", "MINOR_STOP"))
_WANTS_REASON = frozenset(("FAULT", "STOP"))


class Painter:
    """Paints one work unit: what is settled is read once, and only what is not is looked at every time.

    Args:
        setup: Of the work unit.
        ledger: Its own.
        buckets: How its buckets went.
        book: Of records.
    """

    def __init__(self, setup: UnitSetup, ledger: UnitLedger, buckets: BucketBook, book: ShopBook) -> None:
        self._unit: WorkUnitConfig = setup.unit
        self._rules: UnitRules = setup.rules
        self._ledger = ledger
        self._buckets = buckets
        self._book = book
        self._settled_key: tuple[object, ...] = ()
        self._settled = Sums()
        self._stretches: list[Stretch] = []
        self._painted: tuple[Look, UnitBoard] | None = None

    def paint(self, now: int) -> UnitBoard:
        """The work unit as it was last evaluated, and heard as lately as it was."""
        look = self._ledger.now
        if look is None:
            return UnitBoard(name=self._ledger.name, status=WorkUnitStatus(at=now, bucket=Bucket.UNKNOWN.name))
        if self._painted is None or self._painted[0] is not look:
            self._painted = (look, self._paint(look))
        board = self._painted[1]
        heard_at = max(board.status.heard_at, self._ledger.heard_at)
        return msgspec.structs.replace(board, status=msgspec.structs.replace(board.status, at=now, heard_at=heard_at))

    def _paint(self, look: Look) -> UnitBoard:
        shift = look.schedule.shift_at(look.until)
        self._read_settled(look, shift)
        sums = self._shift_so_far(look, shift)
        stops = self._stops(look)
        lost = losses(sums).largest_first() if sums.observed_ns else []
        return UnitBoard(
            name=self._ledger.name,
            status=self._status(look, shift, sums, stops),
            stretches=self._shift_stretches(look, shift),
            losses=tuple(BigLoss(name, ns / _NS) for name, ns in lost),
            elements=as_part(sums),
            stops=stops,
        )

    def _read_settled(self, look: Look, shift: Shift | None) -> None:
        name = self._ledger.name
        key = (look.since, shift, self._ledger.version)
        if key == self._settled_key:
            return
        self._settled_key = key
        since = shift.since_ns if shift else look.since
        first = self._ledger.start_of(since)
        records = self._book.reader().records(Elements, name, first, look.since, most=2000)
        self._settled = sum_of(records, shift.name) if shift else Sums()
        self._stretches = joined(self._buckets.stretches(name, first, look.since), since)

    def _shift_so_far(self, look: Look, shift: Shift | None) -> Sums:
        if shift is None:
            return Sums()
        open_since = max(look.since, shift.since_ns)
        window = np.array([(open_since, max(look.until, open_since))], dtype=np.int64)
        return self._settled + look.evaluation.elements(window)[0]

    def _shift_stretches(self, look: Look, shift: Shift | None) -> tuple[Stretch, ...]:
        since = shift.since_ns if shift else look.since
        fresh = look.evaluation.timeline.stretches(max(look.since, since), look.until)
        return tuple(joined([*self._stretches, *(Stretch(a, b, bucket.name) for a, b, bucket in fresh)], since))

    def _stops(self, look: Look) -> tuple[Stop, ...]:
        """Those of the last days in planned time, the newest first."""
        since = look.until - look.until % _HOUR_NS - _STOPS_NS
        found = [one for one in self._book.since(Stop, self._ledger.name, since) if one.planned_ns]
        return tuple(one for one in found[: -_MOST_STOPS - 1 : -1] if one.since <= look.until)

    def _status(self, look: Look, shift: Shift | None, sums: Sums, stops: Sequence[Stop]) -> WorkUnitStatus:
        rules, unit = self._rules, self._unit
        bucket = Bucket(int(look.evaluation.timeline.buckets.at(np.array([look.until]))[0])).name
        ratios = figures(sums)
        with_oee = rules.has_oee and sums.observed_ns > 0
        product = next((p for p in look.evaluation.products if p.since <= look.until < p.until), None)
        takt_s = self._takt_s(look, shift)
        lasting = next((one for one in stops if one.until is None), None)
        return WorkUnitStatus(
            at=look.until,
            bucket=bucket,
            since=self._since(look, lasting),
            heard_at=self._ledger.heard_at,
            reason=lasting.title if lasting and bucket not in _UP else {},
            shift=shift.name if shift else "",
            shift_since=shift.since_ns if shift else 0,
            shift_until=shift.until_ns if shift else 0,
            product=product.product if product else "",
            ideal_cycle_s=product.ideal_cycle_s if product else None,
            oee=ratios.oee if with_oee else None,
            oee_low=ratios.oee_low if with_oee else None,
            oee_high=ratios.oee_high if with_oee else None,
            availability=ratios.availability,
            effectiveness=ratios.effectiveness if with_oee else None,
            quality_ratio=ratios.quality_ratio if with_oee else None,
            coverage=ratios.coverage,
            total=sums.total if rules.cycles else sums.total + sums.no_product,
            good=max(sums.good if rules.cycles else sums.good + sums.no_product, 0),
            reject=sums.reject,
            expected=_expected(unit, sums, takt_s, product.ideal_cycle_s if product else None),
            takt_s=takt_s,
            target_oee=unit.target_oee,
            without_reason=sum(1 for one in stops if one.kind in _WANTS_REASON and not one.reason),
        )

    def _since(self, look: Look, lasting: Stop | None) -> int:
        """Since when it does what it does."""
        edges = look.evaluation.timeline.buckets.edges
        k = int(np.searchsorted(edges, look.until, side="right")) - 1
        if k >= 0 and int(edges[k]) >= look.since:
            return int(edges[k])
        return lasting.since if lasting else self._ledger.state_since or look.since

    def _takt_s(self, look: Look, shift: Shift | None) -> float | None:
        """Planned time of the shift by what is asked for in it, s."""
        if shift is None:
            return None
        chosen = self._book.since(ProductChoice, self._unit.name, shift.since_ns)
        order = next((one.quantity for one in reversed(chosen) if one.since <= look.until), None)
        demand = order or self._unit.demand_per_shift
        if not demand:
            return None
        window = np.array([shift[1:]], dtype=np.int64)
        return float(measure(look.evaluation.timeline.planned, window, 2)[0, 1]) / _NS / demand


def joined(stretches: Iterable[Stretch], since: int) -> list[Stretch]:
    """The same stretches from an instant on, those of one bucket that meet as one."""
    found: list[Stretch] = []
    for one in stretches:
        start = max(one.since, since)
        if start >= one.until:
            continue
        if found and found[-1].bucket == one.bucket and found[-1].until == start:
            found[-1] = found[-1]._replace(until=one.until)
        else:
            found.append(Stretch(start, one.until, one.bucket))
    return found


def _expected(unit: WorkUnitConfig, sums: Sums, takt_s: float | None, ideal_cycle_s: float | None) -> float | None:
    """Pieces asked for by now: by takt, or else by the ideal cycle and the target."""
    planned_s = sums.planned_busy_ns / _NS
    if takt_s:
        return planned_s / takt_s
    if ideal_cycle_s and unit.target_oee:
        return planned_s * unit.target_oee / ideal_cycle_s
    return None
