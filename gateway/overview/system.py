"""What the gateway itself needs: findings, dead letters, accounts that nobody has opened; and how a new one begins."""

from sqlalchemy import exists, func, not_, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import GatewayStatus
from gateway.health import EdgeHealth, StoreHealth
from gateway.overview import ACT, FINE, LOOK, MOST_ITEMS, Item, Need
from gateway.production.looking import Asked
from gateway.registry import AccountRow, AuditRow, EdgeRow
from gateway.registry.nouns import NOUNS

_WEEK = 7 * 86_400 * 10**9


def storing(status: GatewayStatus) -> Need:
    """Whether what comes is stored."""
    if status.can_store:
        return Need("cannot_store", FINE)
    return Need("cannot_store", ACT, 1, (Item(status.why, language="en"),) if status.why else ())


def of_gateway(store: StoreHealth) -> list[Need]:
    """Findings about the gateway, its disk among them, and what came and could not be used."""
    told = tuple(Item(text, language="en") for text in store.findings[:MOST_ITEMS])
    letters = store.dead_letters
    return [
        Need("gateway_findings", ACT if store.findings else FINE, len(store.findings), told, "/measurements"),
        Need("dead_letters", LOOK if letters else FINE, letters, (), "/measurements"),
    ]


def never_signed_in(asked: Asked) -> Need:
    """Accounts that have been open for a week and into which nobody has ever come."""
    its = AccountRow
    came = exists().where(AuditRow.noun == "account", AuditRow.row == its.id, AuditRow.action.like("sign_in%"))
    unused = (its.retired_at == 0, its.made_at < asked.now - _WEEK, not_(came))
    with Session(asked.engine) as session:
        count = session.scalar(select(func.count()).select_from(its).where(*unused)) or 0
        names = session.scalars(select(its.name).where(*unused).order_by(its.name).limit(MOST_ITEMS)).all()
    return Need("never_signed_in", LOOK if count else FINE, count, tuple(map(Item, names)), "/administration")


def beginning(asked: Asked, health: list[EdgeHealth]) -> list[tuple[str, bool]]:
    """The first steps of a new gateway, and whether each is done; empty: it is no new one.

    It is new as long as no edge has spoken, or no site is registered.
    """
    with Session(asked.engine) as session:
        has = {noun: session.scalar(select(exists().where(NOUNS[noun].retired_at == 0))) for noun in _NOUNS}
        spoke = bool(health) or bool(session.scalar(select(exists().where(EdgeRow.edge != ""))))
        accounts = session.scalar(select(func.count()).select_from(AccountRow).where(AccountRow.retired_at == 0)) or 0
    if spoke and has["site"]:
        return []
    return [*((noun, bool(has[noun])) for noun in _NOUNS), ("edge", spoke), ("accounts", accounts > 1)]


_NOUNS = ("organisation", "site")
STEPS = (*_NOUNS, "edge", "accounts")
"""The first steps of a new gateway, in their order."""
