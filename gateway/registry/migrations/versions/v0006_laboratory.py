"""Laboratories, instruments, certificates."""

from gateway.registry.migrations.building import choice, create_noun, day, drop_noun, line, link, number, text, whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NOUNS = (
    "laboratory",
    "instrument",
    "certificate",
)


def upgrade() -> None:
    """To this revision."""
    _make_laboratory()
    _make_instrument()
    _make_certificate()


def _make_laboratory() -> None:
    create_noun(
        "laboratory",
        link("organisation", "organisation", "laboratory", required=True),
        line("name", 300),
        line("accreditation", 100),
        text("scope"),
        text("note"),
    )


def _make_instrument() -> None:
    create_noun(
        "instrument",
        link("organisation", "organisation", "instrument", required=True),
        line("code", 63),
        line("name", 300),
        line("kind", 200),
        line("maker", 200),
        line("model", 200),
        line("serial_number", 100),
        number("range_low"),
        number("range_high"),
        line("unit", 40),
        number("resolution"),
        line("mpe", 200),
        line("accuracy_class", 63),
        choice("metrology_group"),
        link("site", "site", "instrument"),
        line("edge", 63),
        line("edge_instrument", 63),
        whole("interval_months"),
        day("next_due"),
        choice("status"),
        text("note"),
    )


def _make_certificate() -> None:
    create_noun(
        "certificate",
        link("instrument", "instrument", "certificate", required=True),
        line("number", 100),
        choice("kind"),
        day("issued"),
        link("laboratory", "laboratory", "certificate"),
        line("issued_by", 300),
        day("valid_until"),
        text("results"),
        text("note"),
    )


def downgrade() -> None:
    """Back from it."""
    for noun in reversed(_NOUNS):
        drop_noun(noun)
