"""What people add to the plans: estimates, comments, reports, calculations of TFP."""

from alembic import op

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

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEYS = {
    "plan_report": ("province", "plan", "kind", "as_of"),
    "row_comment": ("province", "plan", "about", "year"),
    "tfp_run": ("province", "since", "until", "computed"),
    "year_estimate": ("province", "plan", "indicator", "year"),
}


def upgrade() -> None:
    """To this revision."""
    _make_plan_report()
    _make_tfp_run()
    for noun, key in _KEYS.items():
        op.create_index(f"ix_{noun}_key", noun, list(key))


def _make_plan_report() -> None:
    create_noun(
        "plan_report",
        link("province", "province", "plan_report", required=True),
        line("plan", 63),
        choice("kind"),
        day("as_of"),
        line("number", 100),
        flag("is_signed"),
        day("signed"),
        line("signed_by", 200),
        line("facts_sha256", 64),
        text("note"),
    )
    create_noun(
        "row_comment",
        link("province", "province", "row_comment", required=True),
        line("plan", 63),
        line("about", 63),
        whole("year", required=True),
        text("comment"),
    )


def _make_tfp_run() -> None:
    create_noun(
        "tfp_run",
        link("province", "province", "tfp_run", required=True),
        whole("since", required=True),
        whole("until", required=True),
        day("computed"),
        choice("method"),
        number("tfp_share"),
        flag("is_complete"),
        line("inputs_sha256", 64),
        flag("is_signed"),
        day("signed"),
        line("signed_by", 200),
        text("note"),
    )
    create_noun(
        "year_estimate",
        link("province", "province", "year_estimate", required=True),
        line("plan", 63),
        line("indicator", 63),
        whole("year", required=True),
        number("value", required=True),
        day("estimated"),
        text("note"),
    )


def downgrade() -> None:
    """Back from it."""
    for noun in reversed(_KEYS):
        drop_noun(noun)
