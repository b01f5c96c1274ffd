"""What the calendar asks for on plans: reminders of reports that are due."""

import logging
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from gateway.indicators.schema import Plan
from gateway.production.periods import today

log = logging.getLogger(__name__)


class PlanDeadlines:
    """Reminds of what is due on plans, which are read once: files that change hold from the next start on.

    Belongs to the thread of the job.

    Args:
        engine: Of the registry.
        folder: Of a province's own plans; None: those of the package.
        zone: Of the wall clock.
    """

    def __init__(self, engine: Engine, folder: Path | None, zone: ZoneInfo) -> None:
        self._engine = engine
        self._folder = folder
        self._zone = zone
        self._plans: Mapping[str, Plan] | None = None

    def turn(self, now: int) -> None:
        """Write down who was reminded of what; nothing where files of plans cannot be used.

        Args:
            now: UTC, ns.
        """
        # Imported when they are needed: a gateway must start quickly.
        from gateway.programme.plan_files import PlanFileError, load_plans  # noqa: PLC0415
        from gateway.programme.plan_reminders import remind_of_plans  # noqa: PLC0415

        if self._plans is None:
            try:
                self._plans = load_plans(self._folder)
            except PlanFileError as error:
                log.warning("plans: nobody is reminded of reports: %s", error)
                self._plans = {}
        told = remind_of_plans(self._engine, self._plans, now, today(now, self._zone))
        if told:
            log.info("plans: %d reminders of reports. They stand on the page /plans/calendar.", told)
