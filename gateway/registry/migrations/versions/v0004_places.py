"""Provinces, communes, agencies, organisations, sites, persons."""

from gateway.registry.migrations.building import choice, create_noun, day, drop_noun, flag, line, link, text

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


def downgrade() -> None:
    """Back from it."""
    for noun in reversed(_NOUNS):
        drop_noun(noun)
