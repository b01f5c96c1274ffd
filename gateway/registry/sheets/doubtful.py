"""What is wrong with rows that are about to be new although each cell is right, and what only may be.

Decision: an organisation that may be there under another name is named beside the row, and the import goes on.
Because: one enterprise under two names is counted twice, and two enterprises do have one name in two districts.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.indicators.names import bare
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.organisations import OrganisationRow
from gateway.registry.programme import SupportRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.sheets.plan import Plan, Step
from gateway.registry.texts import Title, shown

_ROOT = 10
"""Digits of an enterprise's code; a branch has three more."""
_AHEAD_OF_UTC = timedelta(hours=7)
"""The wall clock of the whole country, all year."""
_LATER = Title(
    "Ngày bắt đầu chưa đến: lượt này chỉ được tính từ ngày đó.",
    "It begins on a day that is still to come, and counts from that day on.",
)


def warn(plan: Plan, engine: Engine, reader: Reader, of: type[Registered], now: int) -> None:
    """Add to a plan what the writing would refuse, and what somebody should look at before it is carried out.

    Args:
        plan: What an import would do.
        engine: Of the registry; it is only read.
        reader: Who imports; of what they may not see nothing is told.
        of: What stands in the rows.
        now: UTC, ns.
    """
    new = [step for step in plan.steps if not step.id]
    if of.refuse_claim is not Registered.refuse_claim:
        _refuse(plan, new, engine, reader, of, now)
    if of is OrganisationRow and new:
        for step, other in _alike(new, engine, reader):
            why = Title(
                f"Có thể đã có dưới tên khác: {other}. Nếu là một, hãy bỏ dòng này.",
                f"May be there under another name: {other}. If both are one, leave this row out.",
            )
            plan.warn_in(step.line, "name", step.values.get("name"), why)
    if of is SupportRow:
        today = (datetime.fromtimestamp(now // 10**9, UTC) + _AHEAD_OF_UTC).date().isoformat()
        for step in plan.steps:
            if str(step.values.get("begins") or "") > today:
                plan.warn_in(step.line, "begins", step.values["begins"], _LATER)


def _refuse(plan: Plan, new: list[Step], engine: Engine, reader: Reader, of: type[Registered], now: int) -> None:
    """What writing refuses of a row as a whole is told when it is tried out, and not only when all else is done."""
    links, held = of.links(), dict[tuple[str, str], object]()
    with Session(engine, autoflush=False) as session:
        for step in new:
            for name, link in links.items():
                key = (link.to, str(step.values.get(name) or ""))
                if key not in held:  # held, since the session forgets what nobody holds and would ask for it again
                    held[key] = session.get(NOUNS[link.to], key[1])
            row = of(id="", made_at=now, **{k: v for k, v in step.values.items() if k not in of.personal})
            try:
                row.refuse_claim(session, reader)
            except WrongValuesError as error:
                for name, why in error.problems.items():
                    plan.wrong_in(step.line, name, "", why)


def _alike(new: list[Step], engine: Engine, reader: Reader) -> Iterator[tuple[Step, str]]:
    """New organisations, each with the first that may be the same: of the registry, or of a row above."""
    its = OrganisationRow
    seen = reader.where(Action.READ, its.noun.group, its)
    with Session(engine) as session:
        rows = session.execute(select(its.name, its.code).where(its.retired_at == 0, seen).order_by(its.id)).all()
    known = defaultdict[tuple[str, str], list[str]](list)
    for name, code in rows:
        for key in _keys(name, code):
            known[key].append(f"{shown(name)} ({code})" if code else shown(name))
    for step in new:
        name, code = (str(step.values.get(field) or "") for field in ("name", "code"))
        keys = _keys(name, code)
        found = next((known[key][0] for key in keys if key in known), "")
        if found:
            yield step, found
        for key in keys:
            known[key].append(f"{shown(name)} ({code})" if code else shown(name))


def _keys(name: str, code: str) -> list[tuple[str, str]]:
    """By what an organisation may be another one: what its name tells, and its code without the digits of a branch."""
    plain, root = bare(name), code.replace("-", "")[:_ROOT]
    keys = [("name", plain)] if plain else []
    return [*keys, ("code", root)] if root.isdigit() and len(root) == _ROOT else keys
