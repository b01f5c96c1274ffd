"""Hours that people worked at machines, a day."""

from alembic import op

from gateway.registry.migrations.building import create_noun, day, drop_noun, line, link, number, text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    create_noun(
        "labour_hours",
        link("site", "site", "labour_hours", required=True),
        day("date"),
        line("work_units"),
        number("hours", required=True),
        text("note"),
    )
    op.create_index("ix_labour_hours_key", "labour_hours", ["site", "date", "work_units"])


def downgrade() -> None:
    """Back from it."""
    drop_noun("labour_hours")
