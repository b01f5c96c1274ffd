"""What of the shop floor analysts' roll-ups and states do not tell of yet; hours of windows that are to be summed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_UNTOLD = sa.text("told <> revision")
_UNSUMMED = sa.text("told <> changes")
_OF_UNIT = ("nominal_bucket", "stop")


def upgrade() -> None:
    """To this revision."""
    for table in _OF_UNIT:
        # -1: nothing is told yet, so that all there is comes into the roll-ups.
        op.add_column(table, sa.Column("told", sa.BigInteger, nullable=False, server_default="-1"))
        op.create_index(
            f"ix_{table}_untold",
            table,
            ["site", "edge", "work_unit", "since"],
            sqlite_where=_UNTOLD,
            postgresql_where=_UNTOLD,
        )
    op.create_table(
        "window_hour",
        sa.Column("site", sa.String(63), nullable=False),
        sa.Column("edge", sa.String(63), nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
        sa.Column("told", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("site", "edge", "hour", name="pk_window_hour"),
    )
    op.create_index(
        "ix_window_hour_untold",
        "window_hour",
        ["site", "edge", "hour"],
        sqlite_where=_UNSUMMED,
        postgresql_where=_UNSUMMED,
    )


def downgrade() -> None:
    """Back from it."""
    op.drop_index("ix_window_hour_untold", "window_hour")
    op.drop_table("window_hour")
    for table in _OF_UNIT:
        op.drop_index(f"ix_{table}_untold", table)
        op.drop_column(table, "told")
