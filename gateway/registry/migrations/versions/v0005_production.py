"""What is set up for production: lines, products, calendars, reasons, targets, orders."""

from gateway.registry.migrations.production_days import drop_production_days, make_production_days
from gateway.registry.migrations.production_nouns import drop_production_nouns, make_production_nouns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    make_production_nouns()
    make_production_days()


def downgrade() -> None:
    """Back from it."""
    drop_production_days()
    drop_production_nouns()
