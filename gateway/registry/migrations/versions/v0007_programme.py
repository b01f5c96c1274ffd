"""Pilots and the records of the programme."""

from gateway.registry.migrations.building import (
    choice,
    create_noun,
    day,
    drop_noun,
    flag,
    line,
    link,
    number,
    text,
    whole,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NOUNS = (
    "club",
    "milestone",
    "programme_check",
    "statistic",
    "award",
    "certification_activity",
    "club_activity",
    "information_request",
    "listed",
    "support",
    "traceability",
    "training",
    "attendance",
    "certification",
    "expert",
    "inhouse_standard",
    "pilot",
)


def upgrade() -> None:
    """To this revision."""
    _make_club()
    _make_statistic()
    _make_certification_activity()
    _make_listed()
    _make_traceability()
    _make_attendance()
    _make_expert()
    _make_pilot()


def _make_club() -> None:
    create_noun(
        "club",
        link("province", "province", "club", required=True),
        line("name", 300),
        day("founded"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )
    create_noun(
        "milestone",
        link("province", "province", "milestone", required=True),
        line("plan", 63),
        line("indicator", 63),
        day("reached"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )
    create_noun(
        "programme_check",
        link("province", "province", "programme_check", required=True),
        line("plan", 63),
        line("name", 300),
        flag("is_integrated"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )


def _make_statistic() -> None:
    create_noun(
        "statistic",
        link("province", "province", "statistic", required=True),
        line("series", 100),
        line("sector", 63),
        whole("year", required=True),
        number("value", required=True),
        line("unit", 63),
        line("territory", 63),
        whole("price_base"),
        flag("is_estimate"),
        line("source", 300),
    )
    create_noun(
        "award",
        link("organisation", "organisation", "award", required=True),
        line("name", 300),
        whole("year", required=True),
        choice("state"),
        choice("result"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )


def _make_certification_activity() -> None:
    create_noun(
        "certification_activity",
        link("organisation", "organisation", "certification_activity", required=True),
        line("number", 100),
        line("scope"),
        day("issued"),
        day("expires"),
        text("note"),
    )
    create_noun(
        "club_activity",
        link("club", "club", "club_activity", required=True),
        line("name", 300),
        day("date"),
        whole("attended"),
        text("note"),
    )
    create_noun(
        "information_request",
        link("province", "province", "information_request", required=True),
        line("number", 100),
        choice("kind"),
        link("organisation", "organisation", "information_request"),
        day("received"),
        day("answered"),
        text("note"),
    )


def _make_listed() -> None:
    create_noun(
        "listed",
        link("organisation", "organisation", "listed", required=True),
        choice("kind"),
        line("product", 300),
        line("gtin", 14),
        day("since"),
        day("until"),
        line("document_number", 100),
        day("document_date"),
    )
    create_noun(
        "support",
        link("organisation", "organisation", "support", required=True),
        choice("kind"),
        text("tools"),
        day("begins"),
        day("ends"),
        link("agency", "agency", "support"),
        whole("amount"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )


def _make_traceability() -> None:
    create_noun(
        "traceability",
        link("organisation", "organisation", "traceability", required=True),
        line("gtin", 14),
        line("lot", 100),
        day("made"),
        whole("valid_events"),
        day("published"),
        day("accepted"),
        text("note"),
    )
    create_noun(
        "training",
        link("province", "province", "training", required=True),
        line("name", 300),
        choice("topic"),
        day("begins"),
        day("ends"),
        line("venue", 300),
        link("agency", "agency", "training"),
        whole("hours"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )


def _make_attendance() -> None:
    create_noun(
        "attendance",
        link("training", "training", "attendance", required=True),
        link("person", "person", "attendance", required=True),
        link("organisation", "organisation", "attendance"),
        flag("completed"),
        flag("is_official"),
    )
    create_noun(
        "certification",
        link("organisation", "organisation", "certification", required=True),
        line("standard", 100),
        line("number", 100),
        line("body", 300),
        day("issued"),
        day("expires"),
        link("support", "support", "certification"),
        text("note"),
    )


def _make_expert() -> None:
    create_noun(
        "expert",
        link("province", "province", "expert", required=True),
        link("person", "person", "expert", required=True),
        choice("scheme"),
        line("level", 100),
        line("body", 300),
        line("number", 100),
        day("issued"),
        day("expires"),
        text("note"),
    )
    create_noun(
        "inhouse_standard",
        link("organisation", "organisation", "inhouse_standard", required=True),
        line("number", 100),
        line("name", 300),
        day("declared"),
        link("support", "support", "inhouse_standard"),
        text("note"),
    )


def _make_pilot() -> None:
    create_noun(
        "pilot",
        link("site", "site", "pilot", required=True),
        line("name", 300),
        whole("version", required=True),
        text("tools"),
        text("work_units"),
        text("control_work_units"),
        day("baseline_since"),
        day("baseline_until"),
        day("begins"),
        day("washout_until"),
        day("result_since"),
        day("result_until"),
        text("figures"),
        choice("state"),
        flag("is_fixed"),
        link("replaces", "pilot", "pilot"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )


def downgrade() -> None:
    """Back from it."""
    for noun in reversed(_NOUNS):
        drop_noun(noun)
