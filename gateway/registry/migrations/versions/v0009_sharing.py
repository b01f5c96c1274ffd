"""Agreements on sharing and what was forwarded under them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gateway.registry.migrations.building import create_noun, day, drop_noun, line, link, text, whole

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = (
    "forward_day",
    "forward_said",
    "forward_lines",
    "forward_due",
    "forward_receipt",
    "forward_message",
    "forward_journal",
    "forwarder",
)
Column = sa.Column[Any]


def upgrade() -> None:
    """To this revision."""
    create_noun(
        "agreement",
        link("organisation", "organisation", "agreement", required=True),
        line("partner", 200),
        text("kinds"),
        text("sites"),
        day("since"),
        day("until"),
        text("note"),
        *_numbers("agreed_at", "agreed_revision", "withdrawn_at", "settled_at"),
        line("agreed_by", 200),
        line("withdrawn_by", 200),
        text("withdrawn_why"),
    )
    op.add_column("edge", sa.Column("speaks_for", sa.Text, nullable=False, server_default=""))
    _make_forwarder()
    _make_messages()
    _make_queue()
    _make_record()


def downgrade() -> None:
    """Back from it."""
    op.drop_index("ix_forward_message_agreement_stored_at", "forward_message")
    op.drop_index("uq_forward_message_journal_id_seq", "forward_message")
    op.drop_index("uq_forward_journal_journal", "forward_journal")
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("edge", "speaks_for")
    drop_noun("agreement")


def _numbers(*names: str) -> list[Column]:
    return [whole(name, required=True) for name in names]


def _small(name: str) -> Column:
    return sa.Column(name, sa.Integer, nullable=False)


def _journal(of: str) -> Column:
    its = sa.ForeignKey("forward_journal.id", name=f"fk_{of}_journal_id")
    return sa.Column("journal_id", sa.Integer, its, nullable=False)


def _make_forwarder() -> None:
    op.create_table(
        "forwarder",
        line("site", 63),
        line("edge", 63),
        *map(_small, ("journal_id", "generation", "admitted")),
        *_numbers("last_id", "held_until", "told_at"),
        line("holder", 32),
        line("store", 63),
        line("state", 16),
        text("why"),
        sa.PrimaryKeyConstraint("site", "edge", name="pk_forwarder"),
    )
    op.create_table(
        "forward_journal",
        _small("id"),
        line("journal", 32),
        *_numbers("next_seq", "began_at"),
        sa.PrimaryKeyConstraint("id", name="pk_forward_journal"),
    )
    op.create_index("uq_forward_journal_journal", "forward_journal", ["journal"], unique=True)


def _make_messages() -> None:
    op.create_table(
        "forward_message",
        _journal("forward_message"),
        *_numbers("id", "seq", "made_at", "stored_at", "crc"),
        line("way", 16),
        line("agreement", 32),
        line("kind", 16),
        *map(_small, ("n", "size")),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forward_message"),
    )
    op.create_index("uq_forward_message_journal_id_seq", "forward_message", ["journal_id", "seq"], unique=True)
    op.create_index("ix_forward_message_agreement_stored_at", "forward_message", ["agreement", "stored_at"])
    op.create_table(
        "forward_receipt",
        _journal("forward_receipt"),
        line("why", 16),
        *_numbers("lo", "hi"),
        sa.PrimaryKeyConstraint("journal_id", "why", "lo", name="pk_forward_receipt"),
    )


def _make_queue() -> None:
    op.create_table(
        "forward_due",
        line("kind", 16),
        line("site", 63),
        line("edge", 63),
        line("name", 255),
        *_numbers("since", "times"),
        sa.PrimaryKeyConstraint("kind", "site", "edge", "name", "since", name="pk_forward_due"),
    )
    op.create_table(
        "forward_lines",
        _small("id"),
        line("site", 63),
        line("edge", 63),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forward_lines"),
    )


def _make_record() -> None:
    op.create_table(
        "forward_said",
        line("agreement", 32),
        line("noun", 63),
        line("row", 32),
        *_numbers("revision"),
        line("content", 32),
        sa.PrimaryKeyConstraint("agreement", "noun", "row", name="pk_forward_said"),
    )
    op.create_table(
        "forward_day",
        line("agreement", 32),
        line("kind", 16),
        day("day"),
        *_numbers("messages", "lines", "bytes", "withdrawn", "given_up", "last_at"),
        sa.PrimaryKeyConstraint("agreement", "kind", "day", name="pk_forward_day"),
    )
