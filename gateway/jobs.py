"""What the calendar asks for: retention at night, silent edges and filling disks every now and then.

The only gateway module that knows APScheduler.
"""

import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from edge_agent.wire.schema import BUS_STATUS, EDGE_STATUS, RECOMPUTED, SAMPLE, WINDOW
from gateway import findings
from gateway.access import accounts, links, sessions, tokens
from gateway.backup.watching import watch_copies
from gateway.config import GatewayConfig, RetentionConfig
from gateway.health import is_silent, last_status
from gateway.ingest.journals import EdgeId
from gateway.ingest.statuses import DAMAGED, RESTORED_GATEWAY, SILENT
from gateway.laboratory.publishing import CertificatePublisher
from gateway.laboratory.reminders import remind
from gateway.laboratory.work_jobs import keep_benches
from gateway.production.periods import today
from gateway.production.summing import sum_up_changed
from gateway.programme.plan_jobs import PlanDeadlines
from gateway.registry import AuditHeadRow, EdgeRow, personal, transaction
from gateway.registry.idempotency import forget_keys
from gateway.registry.roles import SYSTEM
from gateway.registry.writing import Writing
from gateway.timeseries import Analysed, StoreUnavailableError, TimeSeries
from gateway.told.edges import Latencies
from gateway.told.telling import Telling

log = logging.getLogger(__name__)

DISK_FILLING = "disk_filling"
WARN_AT = 3
"""Warn while the free room is less than so many times the reserve."""
_EDGE_WARN = 0.1
_EVENTS = (DAMAGED, RESTORED_GATEWAY)
"""They happen and are over at once: nothing tells us later that it is no longer so."""
_EVENT_DAYS = 7
"""How long an event is shown."""
_RETENTION_OVER = "retention over"
_DAY_NS = 86_400 * 10**9
_TELL_S, _EDGES_S, _REGISTRY_S = 20, 60, 600
_SILENCE_S, _DISKS_S, _SUMS_S, _PRODUCTION_S, _DUE_S = 30, 300, 600, 20, 3600
_BENCHES_S = 5
_COPIES_S = 900
"""Not sooner: a machine that was off at the hour of its copy makes it within ten minutes of its start."""
_CERTIFICATES_S = 2
"""A look costs two rows while nothing was written."""


def start_jobs(
    engine: Engine,
    timeseries: TimeSeries,
    config: GatewayConfig,
    clock: Callable[[], int],
    latencies: Latencies = dict,
) -> BackgroundScheduler:
    """All jobs, begun; ``shutdown()`` ends them.

    Args:
        engine: Of the registry.
        timeseries: Where analysts ask it themselves, what lives in SQL is told to it too.
        config: Of the gateway.
        clock: UTC, ns.
        latencies: How long samples took to us since it was asked last.
    """
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    scheduler.add_job(lambda: forget_old(timeseries, config.retention, clock()), "cron", hour=19, minute=10)
    scheduler.add_job(lambda: _patiently(forget_persons, engine, clock()), "cron", hour=19, minute=40)
    scheduler.add_job(lambda: _patiently(forget_ways_in, engine, clock()), "cron", hour=20, minute=10)
    scheduler.add_job(lambda: _patiently(watch_edges, engine, clock()), "interval", seconds=_SILENCE_S)
    scheduler.add_job(lambda: _patiently(end_events, engine, clock()), "interval", seconds=_DUE_S)
    scheduler.add_job(
        lambda: _patiently(watch_disk, engine, config.state_dir, config.store.reserve_mb * 1_000_000, clock()),
        "interval",
        seconds=_DISKS_S,
    )
    scheduler.add_job(
        lambda: _patiently(watch_copies, engine, config.state_dir, config.gateway.name, clock()),
        "interval",
        seconds=_COPIES_S,
    )
    scheduler.add_job(lambda: sum_up(timeseries), "interval", seconds=_SUMS_S)
    zone = ZoneInfo(config.gateway.zone)
    scheduler.add_job(lambda: _patiently(sum_up_changed, engine, zone), "interval", seconds=_PRODUCTION_S)
    scheduler.add_job(lambda: _patiently(keep_benches, engine, clock(), zone), "interval", seconds=_BENCHES_S)
    publisher = CertificatePublisher(engine, zone)
    scheduler.add_job(lambda: _patiently(publisher.turn, clock()), "interval", seconds=_CERTIFICATES_S)
    scheduler.add_job(lambda: _patiently(tell_due, engine, zone, clock()), "interval", seconds=_DUE_S)
    deadlines = PlanDeadlines(engine, config.plans, zone)
    scheduler.add_job(lambda: _patiently(deadlines.turn, clock()), "interval", seconds=_DUE_S)
    if isinstance(timeseries, Analysed):
        _tell_analysts(scheduler, Telling(engine, timeseries, config, latencies), clock)
    scheduler.start()
    return scheduler


def _tell_analysts(scheduler: BackgroundScheduler, telling: Telling, clock: Callable[[], int]) -> None:
    """What Grafana asks for: soon after it was stored, or once a minute; what people write within ten minutes."""
    for turn, seconds in (
        (telling.shop_floor, _TELL_S),
        (telling.edges, _EDGES_S),
        (telling.registry, _REGISTRY_S),
    ):
        # The first time at once: a gateway that has just been set up shows its dashboards filled.
        scheduler.add_job(lambda turn=turn: turn(clock()), "interval", seconds=seconds, next_run_time=_at_once())


def _at_once() -> datetime:
    return datetime.now(UTC)


def forget_old(timeseries: TimeSeries, retention: RetentionConfig, now: int) -> None:
    """Drop what is older than it is to be kept."""
    kept = [(SAMPLE, retention.sample_days), (RECOMPUTED, retention.sample_days), (WINDOW, retention.window_days)]
    if isinstance(timeseries, Analysed):
        kept += [(EDGE_STATUS, retention.status_days), (BUS_STATUS, retention.status_days)]
    for measurement, days in kept:
        try:
            gone = timeseries.forget_before(measurement, now - int(days * _DAY_NS))
        except StoreUnavailableError as error:
            log.warning("retention: %s. It is tried again tomorrow.", error)
        else:
            log.info("retention: %s older than %g days dropped, %s points", measurement, days, _count(gone))


def sum_up(timeseries: TimeSeries) -> None:
    """Prepare long series: what a chart of a month needs of the hours that are over."""
    try:
        timeseries.sum_up()
    except StoreUnavailableError as error:
        log.warning("sums by the minute: %s. They are made later.", error)


def forget_persons(engine: Engine, now: int) -> None:
    """Erase what is known of persons once the time for which it may be kept is over."""
    with Session(engine) as session:
        due = personal.due(session, now)
    for noun, row in due:
        # Each in a transaction of its own: one that fails does not keep the others from being forgotten.
        with transaction(engine) as session:
            if noun == accounts.NOUN:
                accounts.erase_person(session, SYSTEM, now, row, _RETENTION_OVER)
            else:
                Writing(session, SYSTEM, now).erase(noun, row, _RETENTION_OVER)
    if due:
        log.info("personal data of %d rows erased: the time for which it may be kept is over", len(due))


def forget_ways_in(engine: Engine, now: int) -> None:
    """Drop sessions, tokens, links and keys of repeats that hold no more; tell the log where the audit ends."""
    with transaction(engine) as session:
        sessions.forget_ended(session, now)
        tokens.forget_over(session, now)
        links.forget_links(session, now)
        forget_keys(session, now)
        head = session.get(AuditHeadRow, 1)
        if head is not None:
            log.info("audit: the last entry is %d, %s", head.number, head.hash)


def tell_due(engine: Engine, zone: ZoneInfo, now: int) -> None:
    """Write down who was reminded of which instruments: 60, 30 and 7 days before, and when a day is over."""
    told = remind(engine, now, today(now, zone))
    if told:
        log.info("instruments: %d reminders of due days. They stand on the page /assurance/reminders.", told)


def watch_edges(engine: Engine, now: int) -> None:
    """Write down which edges are silent and whose disks fill."""
    with transaction(engine) as session:
        for row in session.scalars(select(EdgeRow)):
            edge = EdgeId(row.site, row.edge)
            status = last_status(row)
            if is_silent(row, now) and not findings.stands(session, edge, SILENT):
                text = f"{edge}: says nothing. Is it switched on, is the network up? Its samples wait on its card."
                findings.report(session, edge, SILENT, text, now)
            if status is None or not status.disk_size:
                continue
            if status.disk_free >= _EDGE_WARN * status.disk_size:
                findings.end(session, edge, DISK_FILLING, now)
            elif not findings.stands(session, edge, DISK_FILLING):
                text = f"{edge}: {status.disk_free / 1e6:.0f} MB free on its disk, expected a tenth of it. Make room."
                findings.report(session, edge, DISK_FILLING, text, now)


def end_events(engine: Engine, now: int) -> None:
    """Take what happened, and has not happened again for a week, off the pages."""
    with transaction(engine) as session:
        findings.end_untold(session, _EVENTS, now - _EVENT_DAYS * _DAY_NS, now)


def watch_disk(engine: Engine, folder: Path, reserve: int, now: int) -> None:
    """Write down that our own disk fills, before nothing more can be stored."""
    free = shutil.disk_usage(folder).free
    with transaction(engine) as session:
        if free >= WARN_AT * reserve:
            findings.end(session, findings.THE_GATEWAY, DISK_FILLING, now)
            return
        text = (
            f"gateway: {free / 1e6:.0f} MB free at {folder}; below {reserve / 1e6:.0f} MB nothing more is stored."
            " Make room, or keep samples for a shorter time."
        )
        findings.report(session, findings.THE_GATEWAY, DISK_FILLING, text, now)


def _patiently(job: Callable[..., object], *args: object) -> None:
    try:
        job(*args)
    except DBAPIError as error:
        log.warning("%s: registry: %s. It is tried again.", job.__name__, error.orig)


def _count(gone: int) -> str:
    return "an unknown number of" if gone < 0 else str(gone)
