"""Documents that a laboratory issues, and the ledger of what happened to them; both are only ever added to."""

import sqlalchemy as sa
from alembic import op

from gateway.registry.migrations.building import choice, day, line, text, whole

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INDEXES = {
    "document_draft": ("work_order",),
    "issued_document": ("pdf_sha256", "xml_sha256", "work_order", "certificate"),
    "document_event": ("document",),
}
_FROZEN = ("issued_document", "document_event")


def _named(name: str, to: str, of: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(32), sa.ForeignKey(f"{to}.id", name=f"fk_{of}_{name}_{to}"), nullable=False)


def _of_both(of: str) -> "tuple[sa.Column[str], ...]":
    return (line("id", 32), _named("laboratory", "laboratory", of), _named("work_order", "work_order", of))


def _number(of: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("laboratory", "kind", "year", "sequence", name=f"uq_{of}_number")


def _content(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary, nullable=False)


def upgrade() -> None:
    """To this revision."""
    _make_document_draft()
    _make_issued_document()
    _make_document_event()
    for table, columns in _INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    _freeze()


def _make_document_draft() -> None:
    op.create_table(
        "document_draft",
        *_of_both("document_draft"),
        *(choice(name) for name in ("kind", "languages", "state")),
        whole("year", required=True),
        whole("sequence"),
        line("number", 100),
        line("token", 32),
        line("address", 500),
        line("amends", 32),
        text("chosen"),
        text("content"),
        _content("pdf"),
        _content("xml"),
        whole("made_at", required=True),
        line("made_by", 200),
        text("why"),
        sa.PrimaryKeyConstraint("id", name="pk_document_draft"),
        _number("document_draft"),
    )


def _make_issued_document() -> None:
    op.create_table(
        "issued_document",
        *_of_both("issued_document"),
        *(_named(name, name, "issued_document") for name in ("instrument", "certificate")),
        *(choice(name) for name in ("kind", "languages")),
        *(whole(name, required=True) for name in ("year", "sequence")),
        line("number", 100),
        line("token", 32),
        line("amends", 32),
        day("issued"),
        whole("issued_at", required=True),
        line("issued_by", 200),
        text("content"),
        _content("pdf"),
        _content("xml"),
        text("signatures"),
        *(line(f"{name}_sha256", 64) for name in ("content", "pdf", "xml")),
        sa.PrimaryKeyConstraint("id", name="pk_issued_document"),
        sa.UniqueConstraint("token", name="uq_issued_document_token"),
        _number("issued_document"),
    )


def _make_document_event() -> None:
    op.create_table(
        "document_event",
        sa.Column("entry", sa.BigInteger, autoincrement=False, nullable=False),
        _named("document", "document_draft", "document_event"),
        choice("action"),
        whole("at", required=True),
        text("statement"),
        line("hash", 64),
        line("public_key", 64),
        line("seal", 128),
        sa.PrimaryKeyConstraint("entry", name="pk_document_event"),
    )


def _freeze() -> None:
    """The database refuses to change or delete a row, whoever asks."""
    for table in _FROZEN:
        why = f"{table}: its rows are never changed or deleted. Amend or withdraw the document."
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE FUNCTION {table}_is_frozen() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{why}'; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_is_frozen()"
            )
            # Which asks no trigger of rows.
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_frozen()"
            )
            continue
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_frozen_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )


def downgrade() -> None:
    """Back from it."""
    for table in reversed(_INDEXES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in _FROZEN:
            op.execute(f"DROP FUNCTION {table}_is_frozen()")
