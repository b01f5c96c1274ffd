"""The tables of the shop floor: work units, elements, stops; records are found by when they were said."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Column = sa.Column[Any]
_UNIT = ("site", "edge", "work_unit")
_BUCKETS = ("not_scheduled", "planned_stop", "unknown", "run", "minor_stop", "fault", "stop", "setup")


def _unit() -> list[Column]:
    return [sa.Column(name, sa.String(63), nullable=False) for name in _UNIT]


def _numbers(*names: str) -> list[Column]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _texts(*names: str) -> list[Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _statement(name: str) -> Column:
    return sa.Column(name, sa.Boolean, nullable=False)


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "work_unit",
        *_unit(),
        *_texts("production_line", "description"),
        *_numbers("revision", "at"),
        sa.PrimaryKeyConstraint(*_UNIT, name="pk_work_unit"),
    )
    op.create_table(
        "nominal_bucket",
        *_unit(),
        *_numbers("since", "until", "revision", "at"),
        *_texts("ever"),
        _statement("had_energy"),
        sa.PrimaryKeyConstraint(*_UNIT, "since", name="pk_nominal_bucket"),
    )
    _element()
    op.create_table(
        "stop",
        *_unit(),
        *_numbers("since", "planned_ns", "entered_at", "revision", "at"),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.Column("kind", sa.String(63), nullable=False),
        *_texts("code", "shift", "product", "reason", "title", "note", "who"),
        _statement("gone"),
        _statement("was_over"),
        sa.PrimaryKeyConstraint(*_UNIT, "since", name="pk_stop"),
    )
    for table in ("nominal_bucket", "element", "stop"):
        op.create_index(f"ix_{table}_site_since", table, ["site", "since"])
    op.create_index("ix_record_site_edge_noun_at", "record", ["site", "edge", "noun", "at"])


def _element() -> None:
    op.create_table(
        "element",
        *_unit(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("shift", sa.String(255), nullable=False),
        sa.Column("product", sa.String(255), nullable=False),
        *_numbers("since", "until"),
        *_numbers(*(f"{bucket}_ns" for bucket in _BUCKETS)),
        *_numbers("total", "reject", "rework", "unplanned", "unattributed", "no_product"),
        *_numbers("failures", "failing_ns", "revision"),
        sa.Column("ideal_cycle_s", sa.Float(53), nullable=True),
        *_texts("energy_wh"),
        sa.PrimaryKeyConstraint(*_UNIT, "since", "number", name="pk_element"),
    )


def downgrade() -> None:
    """Back from it."""
    op.drop_index("ix_record_site_edge_noun_at", "record")
    for table in ("stop", "element", "nominal_bucket"):
        op.drop_index(f"ix_{table}_site_since", table)
    for table in ("stop", "element", "nominal_bucket", "work_unit"):
        op.drop_table(table)
