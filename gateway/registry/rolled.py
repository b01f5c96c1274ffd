"""Hours of windows that are to be summed up for analysts.

Decision: a row for each hour of an edge, raised in the very transaction that stores windows of it.
Because: windows come late and out of order, by any of several processes; what is to be made anew must outlive them all.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.registry.models import Base

_NAME = 63


class WindowHourRow(Base):
    """An hour of UTC in which an edge has windows.

    Attributes:
        site: The place.
        edge: The agent.
        hour: Its start, UTC ns.
        changes: How many messages brought windows of it.
        told: How many of these its sums tell of.
    """

    __tablename__ = "window_hour"
    __table_args__ = (
        Index(
            "ix_window_hour_untold",
            "site",
            "edge",
            "hour",
            sqlite_where=text("told <> changes"),
            postgresql_where=text("told <> changes"),
        ),
    )
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    changes: Mapped[int] = mapped_column(BigInteger)
    told: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class WindowsLookedForRow(Base):
    """How far back an edge's stored windows were looked for: those of before hours had rows.

    Attributes:
        site: The place.
        edge: The agent.
        since: From then on every hour with windows has its row, UTC ns; 0: all have.
    """

    __tablename__ = "windows_looked_for"
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger)


def mark_found(session: Session, site: str, edge: str, hours: Iterable[int]) -> None:
    """Hours of an edge have windows in the store; those that have rows stay as they are."""
    rows = [{"site": site, "edge": edge, "hour": hour, "changes": 1, "told": 0} for hour in hours]
    if rows:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.execute(dialect.insert(WindowHourRow).on_conflict_do_nothing(), rows)


def mark_hours(session: Session, came: Mapping[tuple[str, str, int], int]) -> None:
    """Windows came: what is told of their hours is no longer whole.

    Args:
        session: The transaction that stores them.
        came: Site, edge and hour -> how many messages brought windows of it.
    """
    if not came:
        return
    # In one order, so that two processes never wait for each other.
    rows = [
        {"site": site, "edge": edge, "hour": hour, "changes": times, "told": 0}
        for (site, edge, hour), times in sorted(came.items())
    ]
    keys = ["site", "edge", "hour"]
    if session.get_bind().dialect.name == "sqlite":
        put = sqlite.insert(WindowHourRow)
        added = {"changes": WindowHourRow.changes + put.excluded.changes}
        session.execute(put.on_conflict_do_update(index_elements=keys, set_=added), rows)
    else:
        asked = postgresql.insert(WindowHourRow)
        added = {"changes": WindowHourRow.changes + asked.excluded.changes}
        session.execute(asked.on_conflict_do_update(index_elements=keys, set_=added), rows)
