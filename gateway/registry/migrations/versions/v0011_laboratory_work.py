"""The laboratory's work, its scope, and how it assures itself of its results."""

import sqlalchemy as sa
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

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NOUNS = (
    "legal_term",
    "calibration_request",
    "comparison_result",
    "competence",
    "designation",
    "scope_entry",
    "check_measurement",
    "work_order",
    "calibration_point",
    "nonconforming_work",
    "standard_used",
)

_KEYS = {
    "calibration_point": ("certificate", "run", "channel", "number"),
    "check_measurement": ("instrument", "channel", "date", "number"),
    "comparison_result": ("laboratory", "round", "item", "participant"),
    "calibration_request": ("laboratory", "number"),
    "competence": ("laboratory", "signs_as", "procedure", "since"),
    "designation": ("laboratory", "number"),
    "legal_term": ("code", "since"),
    "nonconforming_work": ("laboratory", "number"),
    "scope_entry": ("laboratory", "kind", "quantity", "range_low", "range_high", "since"),
    "standard_used": ("certificate", "number"),
    "work_order": ("laboratory", "number"),
}
_EMPTY, _NO = sa.text("''"), sa.false()
_COLUMNS = {
    "instrument": (
        sa.Column("mpe_formula", sa.String(500), nullable=False, server_default=_EMPTY),
        sa.Column("legal_use", sa.Boolean, nullable=False, server_default=_NO),
        sa.Column("legal_term", sa.String(63), nullable=False, server_default=_EMPTY),
        sa.Column("standard_kind", sa.String(63), nullable=False, server_default=_EMPTY),
        sa.Column("needs_certificate", sa.Boolean, nullable=False, server_default=_NO),
    ),
    "certificate": (
        sa.Column("calibrated", sa.String(10), nullable=False, server_default=_EMPTY),
        sa.Column("applies_from", sa.String(40), nullable=False, server_default=_EMPTY),
        sa.Column("is_national", sa.Boolean, nullable=False, server_default=_NO),
        sa.Column("status", sa.String(63), nullable=False, server_default=_EMPTY),
    ),
}
"""What rows that were there before say of them: nothing."""


def upgrade() -> None:
    """To this revision."""
    _make_legal_term()
    _make_calibration_request()
    _make_comparison_result()
    _make_designation()
    _make_check_measurement()
    _make_work_order()
    _make_calibration_point()
    _make_nonconforming_work()
    for noun, key in _KEYS.items():
        op.create_index(f"ix_{noun}_key", noun, list(key))
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.add_column(column)
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.alter_column(column.name, server_default=None)


def _make_legal_term() -> None:
    create_noun(
        "legal_term",
        line("code", 63),
        line("name", 300),
        text("verifications"),
        whole("months"),
        line("source", 300),
        day("since"),
        day("until"),
        text("note"),
    )


def _make_calibration_request() -> None:
    create_noun(
        "calibration_request",
        link("laboratory", "laboratory", "calibration_request", required=True),
        line("number", 100),
        choice("kind"),
        day("received"),
        link("customer", "organisation", "calibration_request"),
        line("customer_name", 300),
        line("customer_contact"),
        text("items"),
        day("wanted_by"),
        choice("decision"),
        day("decided"),
        text("reason"),
        line("forwarded_to", 300),
        choice("decision_rule"),
        flag("next_due_agreed"),
        text("review"),
        whole("price"),
        text("note"),
    )


def _make_comparison_result() -> None:
    create_noun(
        "comparison_result",
        link("laboratory", "laboratory", "comparison_result", required=True),
        line("round", 200),
        line("provider", 300),
        line("item", 200),
        line("participant", 200),
        flag("is_ours"),
        day("date"),
        line("unit", 40),
        number("value", required=True),
        number("expanded"),
        number("assigned"),
        number("assigned_expanded"),
        number("assessment_sd"),
        text("note"),
    )
    create_noun(
        "competence",
        link("laboratory", "laboratory", "competence", required=True),
        line("signs_as", 200),
        line("procedure", 63),
        text("duties"),
        day("since"),
        day("until"),
        line("document", 100),
        text("note"),
    )


def _make_designation() -> None:
    create_noun(
        "designation",
        link("laboratory", "laboratory", "designation", required=True),
        line("number", 100),
        day("issued"),
        day("expires"),
        line("issued_by", 300),
        text("scope"),
        text("note"),
    )
    create_noun(
        "scope_entry",
        link("laboratory", "laboratory", "scope_entry", required=True),
        choice("kind"),
        choice("measured_field"),
        line("quantity", 300),
        line("procedure", 300),
        number("range_low"),
        number("range_high"),
        line("unit", 40),
        line("cmc"),
        flag("accredited"),
        day("since"),
        day("until"),
        line("document_number", 100),
        day("document_date"),
        text("note"),
    )


def _make_check_measurement() -> None:
    create_noun(
        "check_measurement",
        link("instrument", "instrument", "check_measurement", required=True),
        link("check_standard", "instrument", "check_measurement"),
        line("channel", 63),
        day("date"),
        whole("number", required=True),
        line("unit", 40),
        number("indication", required=True),
        number("reference", required=True),
        number("expanded"),
        line("who", 200),
        text("note"),
    )


def _make_work_order() -> None:
    create_noun(
        "work_order",
        link("laboratory", "laboratory", "work_order", required=True),
        line("number", 100),
        choice("kind"),
        link("request", "calibration_request", "work_order"),
        link("instrument", "instrument", "work_order", required=True),
        choice("state"),
        day("received"),
        line("condition"),
        line("accessories"),
        choice("place_of_work"),
        line("address"),
        line("procedure", 63),
        line("method", 300),
        choice("decision_rule"),
        flag("next_due_agreed"),
        line("assigned_to", 200),
        day("promised"),
        line("session", 100),
        line("external", 300),
        line("seals", 300),
        whole("price"),
        line("calculated_by", 200),
        line("reviewed_by", 200),
        line("authorised_by", 200),
        day("returned"),
        line("returned_to", 200),
        text("note"),
    )


def _make_calibration_point() -> None:
    create_noun(
        "calibration_point",
        link("certificate", "certificate", "calibration_point", required=True),
        choice("run"),
        line("channel", 63),
        whole("number", required=True),
        line("unit", 40),
        number("nominal"),
        number("reference", required=True),
        number("indication", required=True),
        number("expanded", required=True),
        number("coverage_factor", required=True),
        text("note"),
    )


def _make_nonconforming_work() -> None:
    create_noun(
        "nonconforming_work",
        link("laboratory", "laboratory", "nonconforming_work", required=True),
        line("number", 100),
        choice("cause"),
        link("standard", "instrument", "nonconforming_work"),
        link("certificate", "certificate", "nonconforming_work"),
        day("since"),
        day("found"),
        text("what"),
        choice("outcome"),
        line("decided_by", 200),
        day("decided"),
        text("why"),
        day("notified"),
        text("note"),
    )
    create_noun(
        "standard_used",
        link("certificate", "certificate", "standard_used", required=True),
        whole("number", required=True),
        link("standard", "instrument", "standard_used"),
        line("name", 300),
        link("standard_certificate", "certificate", "standard_used"),
        line("certificate_number", 100),
        line("issued_by", 300),
    )


def downgrade() -> None:
    """Back from it."""
    for noun in _KEYS:
        op.drop_index(f"ix_{noun}_key", noun)
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)
    for noun in reversed(_NOUNS):
        drop_noun(noun)
