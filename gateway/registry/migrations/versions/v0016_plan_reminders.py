"""Reminders of reports that are due on plans."""

from alembic import op

from gateway.registry.migrations.building import create_noun, day, drop_noun, line, link, text, whole

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    create_noun(
        "plan_reminder",
        link("province", "province", "plan_reminder", required=True),
        line("plan", 63),
        line("duty", 63),
        line("title"),
        line("title_en"),
        day("last_day"),
        day("ready_day"),
        whole("stage", required=True),
        day("told"),
        text("told_to"),
    )
    op.create_index("ix_plan_reminder_key", "plan_reminder", ["province", "plan", "duty", "last_day", "stage"])


def downgrade() -> None:
    """Back from it."""
    drop_noun("plan_reminder")
