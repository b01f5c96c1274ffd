"""What the laboratory's work does by itself every few seconds."""

from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from gateway.laboratory.bench_settings import send_to_benches
from gateway.laboratory.work_taken_up import take_up_sessions


def keep_benches(engine: Engine, now: int, zone: ZoneInfo) -> None:
    """Orders follow their sessions at the bench, and benches are told of orders, standards and people."""
    take_up_sessions(engine, now, zone)
    send_to_benches(engine, now, zone)
