"""A noun is found by its key: each write looks whether the key is free."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEYS = {
    "agency": ("province", "name", "since"),
    "agreement": ("organisation", "partner", "since"),
    "attendance": ("training", "person"),
    "award": ("organisation", "name", "year"),
    "certificate": ("instrument", "number"),
    "certification": ("organisation", "number"),
    "certification_activity": ("organisation", "number"),
    "checklist": ("organisation", "code"),
    "club": ("province", "name"),
    "club_activity": ("club", "name", "date"),
    "commune": ("code", "since"),
    "expert": ("province", "scheme", "number"),
    "information_request": ("province", "number"),
    "inhouse_standard": ("organisation", "number"),
    "instrument": ("organisation", "code"),
    "laboratory": ("organisation", "name"),
    "listed": ("organisation", "kind", "product"),
    "milestone": ("province", "plan", "indicator", "reached"),
    "organisation": ("code",),
    "person": ("province", "code"),
    "pilot": ("site", "name", "version"),
    "placement": ("organisation", "since"),
    "product": ("organisation", "code", "work_units"),
    "production_line": ("site", "name"),
    "production_order": ("site", "number", "work_unit"),
    "programme_check": ("province", "plan", "name"),
    "province": ("code", "since"),
    "shift_calendar": ("site", "name"),
    "site": ("name",),
    "statistic": ("province", "series", "sector", "year", "territory", "price_base"),
    "stop_reason": ("organisation", "code"),
    "support": ("organisation", "kind", "begins"),
    "target": ("site", "production_line", "work_unit", "figure", "since"),
    "task_money": ("agency", "plan", "task", "year", "source"),
    "task_progress": ("agency", "plan", "task", "date"),
    "traceability": ("organisation", "gtin", "lot"),
    "training": ("province", "name", "begins"),
}


def upgrade() -> None:
    """To this revision."""
    for noun, key in _KEYS.items():
        op.create_index(f"ix_{noun}_key", noun, list(key))


def downgrade() -> None:
    """Back from it."""
    for noun in _KEYS:
        op.drop_index(f"ix_{noun}_key", noun)
