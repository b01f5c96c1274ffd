"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Column = sa.Column[Any]


def _names(*names: str) -> list[Column]:
    return [sa.Column(name, sa.String(63), nullable=False) for name in names]


def _numbers(*names: str) -> list[Column]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _texts(*names: str) -> list[Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _string(name: str, length: int) -> Column:
    return sa.Column(name, sa.String(length), nullable=False)


def upgrade() -> None:
    """To this revision."""
    _who()
    _journals()
    _said()
    _seen()


def _who() -> None:
    op.create_table(
        "store",
        sa.Column("one", sa.Integer, autoincrement=False, nullable=False),
        _string("id", 32),
        sa.Column("generation", sa.Integer, nullable=False),
        *_numbers("changes", "created_at"),
        sa.PrimaryKeyConstraint("one", name="pk_store"),
    )
    op.create_table(
        "edge",
        *_names("site", "edge"),
        *_numbers("first_seen", "admitted_at", "status_at"),
        *_texts("admitted_by", "status"),
        sa.PrimaryKeyConstraint("site", "edge", name="pk_edge"),
    )


def _journals() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, nullable=False),
        *_names("site", "edge"),
        _string("journal", 32),
        _string("state", 16),
        *_numbers("seen_at", "started", "alive_at", "first", "last", "held_last", "decided_at"),
        *_texts("run", "decided_by", "why"),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    op.create_index("uq_journal_site_edge_journal", "journal", ["site", "edge", "journal"], unique=True)
    op.create_index("ix_journal_journal", "journal", ["journal"])
    for table in ("receipt", "declared"):
        op.create_table(
            table,
            sa.Column("journal_id", sa.Integer, nullable=False),
            *_numbers("lo", "hi"),
            sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=f"fk_{table}_journal_id"),
            sa.PrimaryKeyConstraint("journal_id", "lo", name=f"pk_{table}"),
        )


def _said() -> None:
    op.create_table(
        "record",
        *_names("site", "edge", "noun"),
        _string("key", 255),
        *_numbers("revision", "at"),
        *_texts("body"),
        sa.PrimaryKeyConstraint("site", "edge", "noun", "key", name="pk_record"),
    )
    op.create_table(
        "setting",
        *_names("site", "edge", "noun", "key"),
        *_numbers("revision", "put_at"),
        *_texts("body", "put_by"),
        sa.PrimaryKeyConstraint("site", "edge", "noun", "key", name="pk_setting"),
    )


def _seen() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Integer, nullable=False),
        *_names("site", "edge"),
        *_texts("topic", "why"),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("is_line", sa.Boolean, nullable=False),
        _string("journal", 32),
        *_numbers("seq", "at", "retried_at", "stored_at"),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letter"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer, nullable=False),
        *_names("site", "edge", "kind"),
        _string("subject", 255),
        *_texts("text"),
        *_numbers("since", "at", "over_at"),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index("uq_finding_site_edge_kind_subject", "finding", ["site", "edge", "kind", "subject"], unique=True)


def downgrade() -> None:
    """Back from it."""
    for table in ("finding", "dead_letter", "setting", "record", "declared", "receipt", "journal", "edge", "store"):
        op.drop_table(table)
