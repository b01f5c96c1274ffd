"""The turns of telling, for :mod:`gateway.jobs`: each keeps to itself what failed, and does it again the next time."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gateway import findings
from gateway.config import GatewayConfig
from gateway.production.periods import today
from gateway.registry import audit, transaction
from gateway.timeseries import Analysed, StoreUnavailableError
from gateway.told.edges import EdgePoints, Latencies
from gateway.told.mirroring import alone
from gateway.told.shop_floor import ShopFloorPoints
from gateway.told.windows_rolled import WindowHours

if TYPE_CHECKING:
    from gateway.programme.evaluating import Evaluations

log = logging.getLogger(__name__)

NOT_TOLD = "not_told"
"""Kind of the finding that points for analysts cannot be written."""
_AGAIN_NS = 3600 * 10**9
"""Days of machines come in without an entry of the audit, and a store may have been restored: so often all is looked at
again, ns."""
_LOCK = 0x746F_6C64_7265_6769
"""Key of the advisory lock: ``toldregi`` in ASCII."""


class Telling:
    """Everything that analysts' store is told. Each turn belongs to one thread at a time.

    Args:
        engine: Of the registry.
        store: Whom it is told to.
        config: Of the gateway.
        latencies: How long samples took to us since it was asked last.
    """

    def __init__(self, engine: Engine, store: Analysed, config: GatewayConfig, latencies: Latencies = dict) -> None:
        self._engine = engine
        self._store = store
        self._config = config
        self._zone = ZoneInfo(config.gateway.zone)
        self._shop_floor = ShopFloorPoints(engine, store, self._zone)
        self._windows = WindowHours(engine, store, config.retention.window_days)
        self._edges = EdgePoints(engine, store, latencies)
        self._evaluations: Evaluations | None = None
        self._told: tuple[int, str] = (-1, "")
        self._told_at = 0
        self._failing: set[str] = set()

    def shop_floor(self, now: int) -> None:
        """Elements by hour and day, states, windows by hour: whatever was stored since."""
        self._patiently("shop floor", self._shop_floor.turn, now)
        self._patiently("windows", self._windows.turn, now)

    def edges(self, now: int) -> None:
        """How edges are, this minute."""
        self._patiently("edges", self._edges.turn, now)

    def registry(self, now: int) -> None:
        """Laboratory, pilots, plans: when somebody has written, when a day begins, and every hour."""
        self._patiently("registry", self._tell_registry, now)

    def _tell_registry(self, now: int) -> None:
        day = today(now, self._zone)
        with Session(self._engine) as session:
            number, _ = audit.last(session)
        if (number, day.isoformat()) == self._told and 0 <= now - self._told_at < _AGAIN_NS:
            return
        # Imported when they are needed: a gateway must start quickly.
        from gateway.told.laboratory import tell_laboratory  # noqa: PLC0415
        from gateway.told.pilots import tell_pilots  # noqa: PLC0415
        from gateway.told.programme import tell_plans  # noqa: PLC0415

        with alone(self._engine, _LOCK) as is_ours:
            if not is_ours:
                return
            changed = tell_laboratory(self._engine, self._store, day, self._zone)
            changed += tell_pilots(self._engine, self._store, day, now, self._zone)
            evaluations = self._of_plans()
            if evaluations is not None:
                changed += tell_plans(self._engine, self._store, evaluations, day, now, self._zone)
        self._told, self._told_at = (number, day.isoformat()), now
        if changed:
            log.info("%d points of laboratory, pilots and plans are new for analysts", changed)

    def _of_plans(self) -> "Evaluations | None":
        from gateway.programme.evaluating import Evaluations  # noqa: PLC0415
        from gateway.programme.plan_files import PlanFileError, load_plans  # noqa: PLC0415

        if self._evaluations is None:
            try:
                plans = load_plans(self._config.plans)
            except PlanFileError as error:
                log.warning("plans: analysts are told nothing of them: %s", error)
                return None
            made_up = self._config.indicators.made_up
            self._evaluations = Evaluations(self._engine, plans, self._zone, made_up=made_up)
        return self._evaluations

    def _patiently(self, what: str, turn: Callable[[int], object], now: int) -> None:
        try:
            turn(now)
        except StoreUnavailableError as error:
            self._failed(what, str(error), now)
        except DBAPIError as error:
            log.warning("points for analysts (%s): registry: %s. It is tried again.", what, error.orig)
        else:
            self._succeeded(what, now)

    def _failed(self, what: str, why: str, now: int) -> None:
        """Once, until it succeeds."""
        if what in self._failing:
            return
        self._failing.add(what)
        text = f"gateway: points for analysts ({what}) are not written: {why} They are written once it takes them."
        log.warning("%s", text)
        self._write_down(lambda session: findings.report(session, findings.THE_GATEWAY, NOT_TOLD, text, now, what))

    def _succeeded(self, what: str, now: int) -> None:
        if what in self._failing:
            log.info("points for analysts (%s) are written again", what)
        self._failing.discard(what)
        if self._stands(what):
            self._write_down(lambda session: findings.end(session, findings.THE_GATEWAY, NOT_TOLD, now, what))

    def _stands(self, what: str) -> bool:
        """Also where a process wrote it that is gone by now."""
        try:
            with Session(self._engine) as session:
                return findings.stands(session, findings.THE_GATEWAY, NOT_TOLD, what)
        except DBAPIError:
            return False  # the next turn ends it

    def _write_down(self, change: Callable[[Session], None]) -> None:
        try:
            with transaction(self._engine) as session:
                change(session)
        except DBAPIError as error:
            log.warning("points for analysts: registry: %s", error.orig)
