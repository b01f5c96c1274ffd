"""Provinces, communes, agencies, organisations, sites, persons; documents kept with rows; imports."""

import sqlalchemy as sa
from alembic import op

from gateway.registry.migrations.building import choice, create_noun, day, drop_noun, flag, line, link, text, whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NOUNS = (
    "province",
    "agency",
    "commune",
    "organisation",
    "person",
    "placement",
    "site",
)


def upgrade() -> None:
    """To this revision."""
    _make_province()
    _make_organisation()
    _make_site()
    _make_documents()
    _make_import()


def _make_province() -> None:
    create_noun(
        "province",
        line("code"),
        line("name", 300),
        day("since"),
        day("until"),
        link("successor", "province", "province"),
    )
    create_noun(
        "agency",
        line("name", 300),
        line("abbreviation", 40),
        link("province", "province", "agency", required=True),
        day("since"),
        day("until"),
        link("successor", "agency", "agency"),
    )
    create_noun(
        "commune",
        line("code"),
        line("name", 300),
        link("province", "province", "commune", required=True),
        day("since"),
        day("until"),
        link("successor", "commune", "commune"),
    )


def _make_organisation() -> None:
    create_noun(
        "organisation",
        line("code"),
        line("name", 300),
        choice("kind"),
        link("province", "province", "organisation", required=True),
        line("industry", 6),
        flag("is_key_product"),
        flag("is_special_product"),
        flag("is_ocop"),
        flag("is_high_risk"),
        flag("is_key_export"),
        text("note"),
    )
    create_noun(
        "person",
        line("code", 40),
        link("province", "province", "person", required=True),
        link("organisation", "organisation", "person"),
        link("agency", "agency", "person"),
        text("note"),
    )
    create_noun(
        "placement",
        link("organisation", "organisation", "placement", required=True),
        link("commune", "commune", "placement", required=True),
        line("address"),
        day("since"),
        day("until"),
    )


def _make_site() -> None:
    create_noun(
        "site",
        line("name", 63),
        line("title", 300),
        link("organisation", "organisation", "site", required=True),
        choice("kind"),
        line("address"),
        text("note"),
    )


def _make_documents() -> None:
    op.create_table(
        "document_content",
        line("sha256", 64),
        whole("size", required=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_document_content"),
    )
    op.create_table(
        "document",
        line("id", 32),
        line("noun", 63),
        line("row", 32),
        sa.Column(
            "sha256",
            sa.String(64),
            sa.ForeignKey("document_content.sha256", name="fk_document_sha256"),
            nullable=False,
        ),
        line("media_type", 63),
        whole("size", required=True),
        line("file", 200),
        line("number", 100),
        line("date", 10),
        whole("added_at", required=True),
        line("added_by", 200),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_noun_row", "document", ["noun", "row"])
    op.create_index("ix_document_sha256", "document", ["sha256"])


def _make_import() -> None:
    op.create_table(
        "import",
        line("id", 32),
        line("account", 32),
        line("name", 200),
        line("noun", 63),
        line("file", 200),
        flag("dry_run"),
        line("state", 20),
        whole("done", required=True),
        whole("total", required=True),
        text("outcome"),
        whole("made_at", required=True),
        whole("seen_at", required=True),
        whole("ended_at", required=True),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
    )
    op.create_index("ix_import_account", "import", ["account"])


def downgrade() -> None:
    """Back from it."""
    op.drop_index("ix_import_account", "import")
    op.drop_table("import")
    for index in ("ix_document_noun_row", "ix_document_sha256"):
        op.drop_index(index, "document")
    op.drop_table("document")
    op.drop_table("document_content")
    for noun in reversed(_NOUNS):
        drop_noun(noun)
