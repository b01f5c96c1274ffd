"""The table of daily sums of elements: what pages of production are computed from.

Decision: elements are summed once a day, shift, product and ideal cycle, and the sums kept.
Because: two years of two hundred machines are 21 million rows; a page that adds them up is slow, one that adds up
sixty times fewer is not, and the sum of sums is the same number.

Decision: a block of these rows is one UTC day of one work unit, and is always replaced as a whole.
Because: to which block a nominal bucket belongs then follows from its key alone; a later revision that moves its
parts to another shift, day or product leaves nothing behind.
Instead of: a block for each local day or shift, which a new calendar moves.
"""

from sqlalchemy import BigInteger, Float, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.registry.models import Base

_NAME = 63
_CODE = 255
_DAY = 10


class ProductionDayRow(Base):
    """The sum of a work unit's elements of one UTC day that share day, date, shift, product and ideal cycle.

    Attributes:
        site: The place.
        edge: The agent.
        work_unit: Whose.
        utc_day: Which block: days since 1970, UTC, of the start of the nominal buckets.
        number: Which row of the block, from 0.
        day: The local day that it counts for, ISO 8601: of a shift the one on which it begins.
        date: The local day on which its nominal buckets began, ISO 8601.
        shift: The shift's name without its day; empty outside every shift.
        product: In force; empty: none.
        since: Start of the first of its nominal buckets, UTC ns.
        until: End of the last.
        not_scheduled_ns: Time outside every shift, ns; the next seven are the other buckets of the time model.
        total: Pieces made in planned and observed time with the product in force.
        reject: Of these not good.
        rework: Of these repaired.
        unplanned: Pieces outside of planned time.
        unattributed: Pieces of stretches without data.
        no_product: Pieces without a product in force.
        failures: Failures that began here.
        failing_ns: Planned time in failing stops, ns.
        ideal_cycle_s: Of the product, s; None without a product.
        energy_wh: Energy in all of it, Wh.
    """

    __tablename__ = "production_day"
    __table_args__ = (Index("ix_production_day_site_day", "site", "day"),)
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    work_unit: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    utc_day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[str] = mapped_column(String(_DAY))
    date: Mapped[str] = mapped_column(String(_DAY))
    shift: Mapped[str] = mapped_column(String(_CODE))
    product: Mapped[str] = mapped_column(String(_CODE))
    since: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int] = mapped_column(BigInteger)
    not_scheduled_ns: Mapped[int] = mapped_column(BigInteger)
    planned_stop_ns: Mapped[int] = mapped_column(BigInteger)
    unknown_ns: Mapped[int] = mapped_column(BigInteger)
    run_ns: Mapped[int] = mapped_column(BigInteger)
    minor_stop_ns: Mapped[int] = mapped_column(BigInteger)
    fault_ns: Mapped[int] = mapped_column(BigInteger)
    stop_ns: Mapped[int] = mapped_column(BigInteger)
    setup_ns: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    reject: Mapped[int] = mapped_column(BigInteger)
    rework: Mapped[int] = mapped_column(BigInteger)
    unplanned: Mapped[int] = mapped_column(BigInteger)
    unattributed: Mapped[int] = mapped_column(BigInteger)
    no_product: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(BigInteger)
    failing_ns: Mapped[int] = mapped_column(BigInteger)
    ideal_cycle_s: Mapped[float | None] = mapped_column(Float(53))
    energy_wh: Mapped[float] = mapped_column(Float(53))
