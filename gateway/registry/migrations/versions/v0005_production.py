"""What is set up for production: lines, products, calendars, reasons, targets, orders."""

from gateway.registry.migrations.production_days import drop_production_days, make_production_days

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    make_production_days()


def downgrade() -> None:
    """Back from it."""
    drop_production_days()
