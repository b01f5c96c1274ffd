"""By which model a pilot is judged, declared with it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COLUMNS = ("model", "weekdays")


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("pilot") as batch:
        for name in _COLUMNS:
            batch.add_column(sa.Column(name, sa.String(63), nullable=False, server_default=sa.text("''")))
    with op.batch_alter_table("pilot") as batch:
        for name in _COLUMNS:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    """Back from it."""
    with op.batch_alter_table("pilot") as batch:
        for name in _COLUMNS:
            batch.drop_column(name)
