"""Hours of windows that are to be summed up for analysts.

Decision: a row for each hour of an edge, raised in the very transaction that stores windows of it.
Because: windows come late and out of order, by any of several processes; what is to be made anew must outlive them all.
"""

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

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
