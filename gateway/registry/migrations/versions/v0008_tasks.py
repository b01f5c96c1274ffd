"""Tasks and their progress."""

from gateway.registry.migrations.building import choice, create_noun, day, drop_noun, line, link, text, whole

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NOUNS = (
    "task_money",
    "task_progress",
)


def upgrade() -> None:
    """To this revision."""
    create_noun(
        "task_money",
        link("province", "province", "task_money", required=True),
        link("agency", "agency", "task_money", required=True),
        line("plan", 63),
        line("task", 63),
        whole("year", required=True),
        choice("source"),
        whole("planned"),
        whole("allocated"),
        whole("disbursed"),
    )
    create_noun(
        "task_progress",
        link("province", "province", "task_progress", required=True),
        link("agency", "agency", "task_progress", required=True),
        line("plan", 63),
        line("task", 63),
        day("date"),
        choice("state"),
        text("told"),
        line("document_number", 100),
        day("document_date"),
    )


def downgrade() -> None:
    """Back from it."""
    for noun in reversed(_NOUNS):
        drop_noun(noun)
