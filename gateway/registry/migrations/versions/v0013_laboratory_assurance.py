"""Decisions on findings of the laboratory, reminders, and by which method an interval was decided."""

import sqlalchemy as sa
from alembic import op

from gateway.registry.migrations.building import choice, create_noun, day, drop_noun, line, link, text, whole

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEYS = {
    "finding_judgement": ("instrument", "laboratory", "finding"),
    "reminder": ("instrument", "due", "stage"),
}


def upgrade() -> None:
    """To this revision."""
    create_noun(
        "finding_judgement",
        link("instrument", "instrument", "finding_judgement"),
        link("laboratory", "laboratory", "finding_judgement"),
        line("finding", 300),
        choice("decision"),
        text("why"),
        line("judged_by", 200),
        day("judged"),
    )
    create_noun(
        "reminder",
        link("instrument", "instrument", "reminder", required=True),
        day("due"),
        whole("stage", required=True),
        day("told"),
        text("told_to"),
    )
    for noun, key in _KEYS.items():
        op.create_index(f"ix_{noun}_key", noun, list(key))
    with op.batch_alter_table("instrument") as batch:
        batch.add_column(sa.Column("interval_method", sa.String(63), nullable=False, server_default=sa.text("''")))
    with op.batch_alter_table("instrument") as batch:
        batch.alter_column("interval_method", server_default=None)


def downgrade() -> None:
    """Back from it."""
    with op.batch_alter_table("instrument") as batch:
        batch.drop_column("interval_method")
    for noun in _KEYS:
        op.drop_index(f"ix_{noun}_key", noun)
    for noun in reversed(_KEYS):
        drop_noun(noun)
