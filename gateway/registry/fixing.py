"""When a pilot was fixed, as the audit has it.

Decision: the time is read from the audit, not kept beside the flag.
Because: the audit is chained by hash, and whoever may write a pilot cannot write there.
"""

import json
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.registry.audit import AuditRow
from gateway.registry.pilots import PilotRow


class Fixing(NamedTuple):
    """Who fixed a pilot, and when.

    Attributes:
        at: UTC ns.
        by: How they signed.
    """

    at: int
    by: str


def fixed_at(session: Session, pilots: Collection[str]) -> dict[str, Fixing]:
    """Of some pilots when each was fixed; one that is not fixed is not in it.

    Args:
        session: Of the registry.
        pilots: Their ids.
    """
    its = AuditRow
    query = (
        select(its.row, its.at, its.name, its.after)
        .where(its.noun == PilotRow.__tablename__, its.row.in_(pilots))
        .order_by(its.number)
    )
    found: dict[str, Fixing] = {}
    for row, at, name, after in session.execute(query):
        # What is fixed is never loosened again: the first time is the only one.
        if row not in found and after and (json.loads(after) or {}).get("is_fixed"):
            found[row] = Fixing(at, name)
    return found
