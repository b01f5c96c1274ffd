"""Whether an organisation that is about to be entered is there already, under another name.

Decision: who enters it is asked, and answers by one tick.
Because: one enterprise under two names is counted twice, and two enterprises do have one name in two districts.
"""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.api.registry_pages.boxes import Filled
from gateway.api.registry_pages.desk import Desk
from gateway.indicators.names import bare
from gateway.registry.organisations import OrganisationRow
from gateway.registry.roles import Action

STILL_NEW = "still_new"
"""Name of the tick by which somebody says that it is another one all the same."""
_ROOT = 10
"""Digits of an enterprise's code; a branch has three more."""
MOST = 5


class Alike(NamedTuple):
    """An organisation that may be the same.

    Attributes:
        id: Of its row.
        name: Its name.
        code: Its code.
    """

    id: str
    name: str
    code: str


def organisations_alike(desk: Desk, filled: Filled) -> list[Alike]:
    """Those that somebody may see whose name tells the same once legal forms and marks are gone, or whose code does.

    Args:
        desk: Who enters one.
        filled: The form of the new one.
    """
    name, code = (str(filled.values.get(field) or "").strip() for field in ("name", "code"))
    wanted, root = bare(name), code.replace("-", "")[:_ROOT]
    if not wanted:
        return []
    its = OrganisationRow
    seen = desk.reader.where(Action.READ, its.noun.group, its)
    with Session(desk.engine) as session:
        rows = session.execute(select(its.id, its.name, its.code).where(its.retired_at == 0, seen)).all()
    found = []
    for row in rows:
        is_branch = root.isdigit() and len(root) == _ROOT and row.code[:_ROOT] == root and row.code != code
        if bare(row.name) == wanted or is_branch:
            found.append(Alike(row.id, row.name, row.code))
    return sorted(found, key=lambda one: one.name)[:MOST]
