"""The columns that migrations make, said shortly. What a released migration uses here must stay as it is."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Column = sa.Column[Any]


def line(name: str, longest: int = 500) -> Column:
    """A line of text; empty for none."""
    return sa.Column(name, sa.String(longest), nullable=False)


def text(name: str) -> Column:
    """A text of any length; empty for none."""
    return sa.Column(name, sa.Text, nullable=False)


def day(name: str) -> Column:
    """A day, ``2026-11-22``; empty for none."""
    return line(name, 10)


def choice(name: str) -> Column:
    """The key of one of several; empty for none."""
    return line(name, 63)


def whole(name: str, *, required: bool = False) -> Column:
    """A whole number."""
    return sa.Column(name, sa.BigInteger, nullable=not required)


def number(name: str, *, required: bool = False) -> Column:
    """A number."""
    return sa.Column(name, sa.Float(53), nullable=not required)


def flag(name: str) -> Column:
    """Yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


def link(name: str, to: str, of: str, *, required: bool = False) -> Column:
    """The id of a row of the table ``to``; ``of`` is the table that is being made."""
    return sa.Column(name, sa.String(32), sa.ForeignKey(f"{to}.id", name=f"fk_{of}_{name}"), nullable=not required)


def create_noun(name: str, *columns: Column) -> None:
    """The table of a noun, with the columns and indexes that all nouns have."""
    op.create_table(
        name,
        *columns,
        line("id", 32),
        *(whole(column, required=True) for column in ("revision", "made_at", "changed_at")),
        line("changed_by", 200),
        whole("retired_at", required=True),
        *(line(f"of_{scope}", 32) for scope in ("province", "organisation", "agency")),
        text("search"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    for scope in ("organisation", "province"):
        op.create_index(f"ix_{name}_of_{scope}", name, [f"of_{scope}"])


def drop_noun(name: str) -> None:
    """The table of a noun, gone."""
    for scope in ("organisation", "province"):
        op.drop_index(f"ix_{name}_of_{scope}", name)
    op.drop_table(name)
