"""The tables of the shop floor: work units, their elements by nominal bucket, their stops.

Decision: an ``elements`` record is kept as rows of numbers, not as its JSON.
Because: a province sums them over months and hundreds of machines, which a database does and a decoder does not.

Decision: a nominal bucket has a row of its own.
Because: one without parts has a revision too; and what was ever said of it must be known, so that the points of
parts that it no longer has are zero in whatever order its revisions came.
"""

from sqlalchemy import BigInteger, Boolean, Float, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.registry.models import Base

_NAME = 63
_CODE = 255
"""Longest code of a product, name of a shift with its day, id of a reason."""


def untold(table: str) -> Index:
    """So few rows wait to be told to analysts' store that to find them costs nothing, however many there are."""
    waits = text("told <> revision")
    keys = ("site", "edge", "work_unit", "since")
    return Index(f"ix_{table}_untold", *keys, sqlite_where=waits, postgresql_where=waits)


class WorkUnitRow(Base):
    """A work unit as its edge described it last.

    Attributes:
        site: The place.
        edge: The agent.
        work_unit: Its name, unique in the edge.
        production_line: The line that it belongs to; empty: none.
        revision: Of the description.
        at: When it was said.
        description: The ``work_unit`` record, JSON as it was said.
    """

    __tablename__ = "work_unit"
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    work_unit: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    production_line: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str] = mapped_column(Text)


class NominalBucketRow(Base):
    """A nominal bucket of a work unit: which revision of it is in force.

    Attributes:
        site: The place.
        edge: The agent.
        work_unit: Whose.
        since: Its start.
        until: Its end.
        revision: Of the ``elements`` record in force.
        at: When that was said.
        ever: Every pair of tags, product and bare shift, that any revision had: JSON, sorted.
        had_energy: Whether any revision told of energy.
        summed: The revision that the daily sums (``production_day``) tell of; -1: they do not.
        told: The revision that the points for analysts tell of (``element_hour`` and so on); -1: they do not.
        aims: ``target_oee``, ``demand_per_shift`` and ``counts_pieces`` of the description of its work unit that was
            in force when it first came, JSON; None: nobody knows.
    """

    __tablename__ = "nominal_bucket"
    __table_args__ = (
        Index("ix_nominal_bucket_site_since", "site", "since"),
        # So few are not summed that to find them costs nothing, however many there are.
        Index(
            "ix_nominal_bucket_unsummed",
            "site",
            "edge",
            "work_unit",
            "since",
            sqlite_where=text("summed <> revision"),
            postgresql_where=text("summed <> revision"),
        ),
        untold("nominal_bucket"),
    )
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    work_unit: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    until: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)
    ever: Mapped[str] = mapped_column(Text)
    had_energy: Mapped[bool] = mapped_column(Boolean)
    summed: Mapped[int] = mapped_column(BigInteger, default=-1, server_default="-1")
    told: Mapped[int] = mapped_column(BigInteger, default=-1, server_default="-1")
    aims: Mapped[str | None] = mapped_column(Text)


class ElementRow(Base):
    """A part of the revision in force of a nominal bucket: one shift, product and ideal cycle. All numbers add up.

    Attributes:
        site: The place.
        edge: The agent.
        work_unit: Whose.
        since: Start of the nominal bucket.
        number: Which part of the bucket's record, from 0.
        shift: ``name@first day``; empty outside every shift.
        product: In force; empty: none.
        until: End of the nominal bucket.
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
        energy_wh: Bucket of the time model -> Wh, JSON; ``{}``: none was measured.
        revision: Of the nominal bucket.
    """

    __tablename__ = "element"
    __table_args__ = (Index("ix_element_site_since", "site", "since"),)
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    work_unit: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    shift: Mapped[str] = mapped_column(String(_CODE))
    product: Mapped[str] = mapped_column(String(_CODE))
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
    energy_wh: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(BigInteger)


class StopRow(Base):
    """A stop, or the piece of one that has one reason, by the revision in force.

    Attributes:
        site: The place.
        edge: The agent.
        work_unit: Whose.
        since: From when.
        until: To when; None while it lasts.
        kind: ``FAULT``, ``STOP``, ``MINOR_STOP`` or ``SETUP``.
        planned_ns: How much of it lay in planned time, ns.
        code: What the machine said.
        shift: In which it began; empty outside every shift.
        product: In force when it began.
        reason: Id of its stop reason; empty: nobody gave one.
        title: Of the reason, language -> words, JSON.
        note: What was written beside it.
        who: Who gave the reason.
        entered_at: When; 0: nobody did.
        revision: Of the ``stop`` record in force.
        at: When that was said.
        gone: It is no stop of its own any more.
        was_over: Whether any revision told when it ended.
        told: The revision that the points for analysts tell of (``work_unit_state``); -1: they do not.
    """

    __tablename__ = "stop"
    __table_args__ = (Index("ix_stop_site_since", "site", "since"), untold("stop"))
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    work_unit: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    until: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(_NAME))
    planned_ns: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    shift: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)
    gone: Mapped[bool] = mapped_column(Boolean)
    was_over: Mapped[bool] = mapped_column(Boolean)
    told: Mapped[int] = mapped_column(BigInteger, default=-1, server_default="-1")
