"""How far back stored windows were looked for; what a machine aimed at when a nominal bucket came."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "windows_looked_for",
        sa.Column("site", sa.String(63), nullable=False),
        sa.Column("edge", sa.String(63), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("site", "edge", name="pk_windows_looked_for"),
    )
    # Null: it came before, and nobody knows any more.
    op.add_column("nominal_bucket", sa.Column("aims", sa.Text, nullable=True))


def downgrade() -> None:
    """Back from it."""
    op.drop_column("nominal_bucket", "aims")
    op.drop_table("windows_looked_for")
