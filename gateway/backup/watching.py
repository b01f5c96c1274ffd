"""Whether copies are still made: nobody misses them until the day they are needed.

Decision: a file in the state folder, touched when a copy is whole; its time is when.
Because: the gateway may not read the folder of copies, which may lie on another machine; and who copies in another way
(containers, a disk's snapshots) touches it too.
"""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway import findings
from gateway.registry import StoreRow, transaction

MARK = "last-copy"
"""Below the state folder; not copied itself."""
NO_COPY = "no_copy"
LATE_DAYS = 2.0
"""Of a nightly copy one night may fail. Edges keep what is stored for 7 days, within which it must be mended."""
_DAY_NS = 86_400 * 10**9


def mark_copied(state_dir: Path, now: datetime) -> None:
    """A copy is whole."""
    file = state_dir / MARK
    file.write_text(f"{now:%Y-%m-%d %H:%M:%S} UTC\n", "ascii")


def copied_at(state_dir: Path) -> int:
    """When the last copy became whole, UTC ns; 0: none is known of."""
    try:
        return (state_dir / MARK).stat().st_mtime_ns
    except OSError:
        return 0


def watch_copies(engine: Engine, state_dir: Path, name: str, now: int) -> None:
    """Write down that copies have stopped, or were never made; that it is over when there is one.

    Args:
        engine: Of the registry.
        state_dir: Of this gateway.
        name: Of this gateway: those of a group keep folders of their own.
        now: UTC ns.
    """
    last = copied_at(state_dir)
    with Session(engine) as session:
        since = last or session.scalars(select(StoreRow.created_at)).one()
        is_told = findings.stands(session, findings.THE_GATEWAY, NO_COPY, name)
    is_late = now - since >= LATE_DAYS * _DAY_NS
    if is_late == is_told:
        return
    with transaction(engine) as session:
        if not is_late:
            findings.end(session, findings.THE_GATEWAY, NO_COPY, now, name)
            return
        when = f"since {datetime.fromtimestamp(last / 1e9, UTC):%Y-%m-%d %H:%M} UTC" if last else "ever"
        text = (
            f"gateway {name}: no copy was made {when}, expected one every night. Look at"
            f" systemctl status nhipdo-backup; who makes copies in another way touches {state_dir / MARK} each time."
        )
        findings.report(session, findings.THE_GATEWAY, NO_COPY, text, now, name)
