"""The daily sums of elements, as revision 0005 makes them; what a released migration uses here must stay as it is."""

import sqlalchemy as sa
from alembic import op

_UNIT = ("site", "edge", "work_unit")
_BUCKETS = ("not_scheduled", "planned_stop", "unknown", "run", "minor_stop", "fault", "stop", "setup")
_COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures", "failing_ns")
_UNSUMMED = sa.text("summed <> revision")


def make_production_days() -> None:
    """The table of sums, and of each nominal bucket up to which revision it is in them."""
    op.create_table(
        "production_day",
        *(sa.Column(name, sa.String(63), nullable=False) for name in _UNIT),
        *(sa.Column(name, sa.Integer, nullable=False, autoincrement=False) for name in ("utc_day", "number")),
        *(sa.Column(name, sa.String(10), nullable=False) for name in ("day", "date")),
        *(sa.Column(name, sa.String(255), nullable=False) for name in ("shift", "product")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("since", "until")),
        *(sa.Column(f"{name}_ns", sa.BigInteger, nullable=False) for name in _BUCKETS),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _COUNTS),
        sa.Column("ideal_cycle_s", sa.Float(53), nullable=True),
        sa.Column("energy_wh", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint(*_UNIT, "utc_day", "number", name="pk_production_day"),
    )
    op.create_index("ix_production_day_site_day", "production_day", ["site", "day"])
    op.add_column("nominal_bucket", sa.Column("summed", sa.BigInteger, nullable=False, server_default="-1"))
    op.create_index(
        "ix_nominal_bucket_unsummed",
        "nominal_bucket",
        [*_UNIT, "since"],
        sqlite_where=_UNSUMMED,
        postgresql_where=_UNSUMMED,
    )


def drop_production_days() -> None:
    """Without them."""
    op.drop_index("ix_nominal_bucket_unsummed", "nominal_bucket")
    op.drop_column("nominal_bucket", "summed")
    op.drop_index("ix_production_day_site_day", "production_day")
    op.drop_table("production_day")
