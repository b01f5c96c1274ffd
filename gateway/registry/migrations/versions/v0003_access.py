"""Who signs in, what was changed, what is known of persons, requests that may come again."""

import sqlalchemy as sa
from alembic import op

from gateway.registry.migrations.building import Column, flag, line, text, whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    "granted",
    "session",
    "token",
    "account",
    "link",
    "attempt",
    "audit",
    "audit_head",
    "personal",
    "idempotency",
)
_INDEXES = (
    ("session", "ix_session_account", ["account"]),
    ("token", "ix_token_account", ["account"]),
    ("attempt", "ix_attempt_of_at", ["of", "at"]),
    ("audit", "ix_audit_noun_row", ["noun", "row"]),
    ("audit", "ix_audit_of_organisation", ["of_organisation"]),
    ("audit", "ix_audit_of_province", ["of_province"]),
    ("personal", "ix_personal_keep_until", ["keep_until"]),
    ("idempotency", "ix_idempotency_made_at", ["made_at"]),
)


def upgrade() -> None:
    """To this revision."""
    _make_accounts()
    _make_ways_in()
    _make_audit()
    _make_personal()
    _make_idempotency()
    for table, name, columns in _INDEXES:
        op.create_index(name, table, columns)


def _numbers(*names: str) -> list[Column]:
    return [whole(name, required=True) for name in names]


def _account(of: str) -> Column:
    return sa.Column("account", sa.String(32), sa.ForeignKey("account.id", name=f"fk_{of}_account"), nullable=False)


def _small(name: str) -> Column:
    return sa.Column(name, sa.Integer, nullable=False)


def _make_accounts() -> None:
    op.create_table(
        "account",
        line("id", 32),
        line("name", 100),
        text("password"),
        line("language", 2),
        _small("epoch"),
        *_numbers("made_at", "retired_at", "revision"),
        line("made_by", 200),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
    )
    op.create_table(
        "granted",
        _account("granted"),
        line("role", 63),
        line("scope", 16),
        line("of", 32),
        line("granted_by", 200),
        *_numbers("granted_at"),
        sa.PrimaryKeyConstraint("account", "role", "scope", "of", name="pk_granted"),
    )


def _make_ways_in() -> None:
    op.create_table(
        "session",
        line("hash", 64),
        _account("session"),
        _small("epoch"),
        *_numbers("began_at", "seen_at", "ends_at"),
        line("address", 64),
        line("browser", 300),
        sa.PrimaryKeyConstraint("hash", name="pk_session"),
    )
    op.create_table(
        "token",
        line("id", 32),
        line("hash", 64),
        _account("token"),
        line("title", 200),
        text("limits"),
        *_numbers("made_at", "ends_at", "used_at", "revoked_at"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
    )
    op.create_table(
        "link",
        line("hash", 64),
        line("account", 32),
        *_numbers("ends_at"),
        _small("uses_left"),
        flag("shared"),
        sa.PrimaryKeyConstraint("hash", name="pk_link"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer, nullable=False),
        line("of", 200),
        *_numbers("at"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        *_numbers("at"),
        line("account", 32),
        line("name", 200),
        *(line(name, 63) for name in ("action", "noun", "row")),
        *(text(name) for name in ("before", "after", "why")),
        *(line(f"of_{scope}", 32) for scope in ("province", "organisation", "agency")),
        line("previous", 64),
        line("hash", 64),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_table(
        "audit_head",
        sa.Column("one", sa.BigInteger, autoincrement=False, nullable=False),
        *_numbers("number"),
        line("hash", 64),
        sa.PrimaryKeyConstraint("one", name="pk_audit_head"),
    )


def _make_personal() -> None:
    op.create_table(
        "personal",
        line("noun", 63),
        line("row", 32),
        line("field", 63),
        text("value"),
        line("purpose", 63),
        line("salt", 32),
        *_numbers("keep_until"),
        sa.PrimaryKeyConstraint("noun", "row", "field", name="pk_personal"),
    )


def _make_idempotency() -> None:
    op.create_table(
        "idempotency",
        line("caller", 64),
        line("key", 255),
        line("request", 64),
        *_numbers("made_at"),
        _small("status"),
        text("headers"),
        sa.Column("answer", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency"),
    )


def downgrade() -> None:
    """Back from it."""
    for table, name, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    for table in _TABLES:
        op.drop_table(table)
