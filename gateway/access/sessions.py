"""Browsers that are signed in.

Decision: an idle end and an absolute one, both far: a week unused, ninety days in all.
Because: a screen on a wall and a phone in a workshop must not ask for a password at every shift, and one that was
lost or sold must not be signed in for ever.
"""

from dataclasses import dataclass

from sqlalchemy import Engine, delete, or_, select, update
from sqlalchemy.orm import Session

from gateway.access.accounts import note
from gateway.access.secret_words import kept, new_secret
from gateway.access.throttle import household
from gateway.registry.accounts import AccountRow, GrantRow, SessionRow
from gateway.registry.roles import Grant, Reader, Role

_NS = 10**9
IDLE_S = 7 * 86_400
"""A session that is not used for so long ends, s."""
LONGEST_S = 90 * 86_400
"""However much it is used, it ends after so long, s."""
SEEN_EVERY_S = 600
"""That it is used is written down so often, s."""
MOST = 50
"""Of one account at once; the one longest not seen goes."""
_LONGEST_BROWSER = 300


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser that is signed in, as its owner sees it.

    Attributes:
        mark: Tells it from the others; the beginning of its hash, by which nobody comes in.
        began_at: UTC ns.
        seen_at: When it was last used, to some minutes, UTC ns.
        ends_at: When it ends at the latest, UTC ns.
        address: Where it came from.
        browser: What it says it is.
        is_this: Whether it is the one that asks.
    """

    mark: str
    began_at: int
    seen_at: int
    ends_at: int
    address: str
    browser: str
    is_this: bool


def begin_session(session: Session, account: AccountRow, now: int, address: str, browser: str) -> str:
    """A new session; what its cookie holds. Ended ones of the account are forgotten."""
    secret = new_secret()
    rows = list(
        session.scalars(select(SessionRow).where(SessionRow.account == account.id).order_by(SessionRow.seen_at.desc()))
    )
    for k, row in enumerate(rows):
        if k >= MOST - 1 or not _holds(row, account, now):
            session.delete(row)
    session.add(
        SessionRow(
            hash=kept(secret),
            account=account.id,
            epoch=account.epoch,
            began_at=now,
            seen_at=now,
            ends_at=now + LONGEST_S * _NS,
            address=household(address),
            browser="".join(c for c in browser if c.isprintable())[:_LONGEST_BROWSER],
        )
    )
    return secret


def reader_of_session(engine: Engine, secret: str, now: int) -> Reader | None:
    """Whose session this is; None: of nobody, or it has ended."""
    if not secret:
        return None
    its, owner = SessionRow, AccountRow
    # Every page begins with this: one question, of no more than it needs; a row for each grant.
    columns = (its.epoch, its.seen_at, its.ends_at, owner.id, owner.name, owner.language, owner.epoch, owner.retired_at)
    granted = (GrantRow.role, GrantRow.scope, GrantRow.of)
    query = select(*columns, *granted).join(owner, owner.id == its.account).where(its.hash == kept(secret))
    query = query.outerjoin(GrantRow, GrantRow.account == owner.id).order_by(*granted)
    with Session(engine) as session:
        rows = session.execute(query).all()
    if not rows:
        return None
    epoch, seen_at, ends_at, account, name, language, epoch_now, retired_at, *_ = rows[0]
    if retired_at or epoch != epoch_now or not _is_in_time(seen_at, ends_at, now):
        return None
    grants = tuple(Grant(Role(role), scope, of) for *_, role, scope, of in rows if role is not None)
    reader = Reader(account, name, grants, language=language)
    if now - seen_at >= SEEN_EVERY_S * _NS:
        with Session(engine) as session, session.begin():
            session.execute(update(SessionRow).where(SessionRow.hash == kept(secret)).values(seen_at=now))
    return reader


def left_s(now: int, session: SignedIn) -> int:
    """For how long a session holds if it is not used, s."""
    return max(0, min(session.seen_at + IDLE_S * _NS, session.ends_at) - now) // _NS


def sessions_of(session: Session, account: str, now: int, this: str = "") -> list[SignedIn]:
    """The browsers that are signed in to an account, the last used first.

    Args:
        session: Of the registry.
        account: Whose.
        now: UTC ns.
        this: What the cookie of the one that asks holds.
    """
    owner = session.get_one(AccountRow, account)
    rows = session.scalars(
        select(SessionRow).where(SessionRow.account == account).order_by(SessionRow.seen_at.desc(), SessionRow.hash)
    )
    own = kept(this) if this else ""
    return [
        SignedIn(row.hash[:16], row.began_at, row.seen_at, row.ends_at, row.address, row.browser, row.hash == own)
        for row in rows
        if _holds(row, owner, now)
    ]


def is_signed_in_from(session: Session, account: AccountRow, address: str, now: int) -> bool:
    """Whether a browser of this account came from that address."""
    rows = session.scalars(
        select(SessionRow).where(SessionRow.account == account.id, SessionRow.address == household(address))
    )
    return any(_holds(row, account, now) for row in rows)


def end_session(session: Session, by: Reader, now: int, secret: str) -> None:
    """Sign this browser out."""
    row = session.get(SessionRow, kept(secret))
    if row is not None:
        session.delete(row)
        note(session, by, now, "sign_out", row.account)


def end_one(session: Session, by: Reader, now: int, account: str, mark: str) -> bool:
    """Sign another browser of an account out; False: there is none."""
    query = select(SessionRow).where(SessionRow.account == account, SessionRow.hash.startswith(mark, autoescape=True))
    rows = list(session.scalars(query)) if mark else []
    for row in rows:
        session.delete(row)
        note(session, by, now, "sign_out", account)
    return bool(rows)


def end_all(session: Session, by: Reader, now: int, account: str, *, but: str = "") -> None:
    """Sign every browser of an account out, but the one whose cookie holds ``but``."""
    row = session.get_one(AccountRow, account)
    row.epoch += 1
    row.revision += 1
    stays = kept(but) if but else ""
    session.execute(delete(SessionRow).where(SessionRow.account == account, SessionRow.hash != stays))
    session.execute(update(SessionRow).where(SessionRow.hash == stays).values(epoch=row.epoch))
    note(session, by, now, "sign_out_everywhere", account)


def forget_ended(session: Session, now: int) -> None:
    """Sessions that hold no more, with the addresses that they came from."""
    over = or_(SessionRow.ends_at <= now, SessionRow.seen_at <= now - IDLE_S * _NS)
    session.execute(delete(SessionRow).where(over))


def _holds(row: SessionRow, account: AccountRow, now: int) -> bool:
    is_open = not account.retired_at and row.epoch == account.epoch
    return is_open and _is_in_time(row.seen_at, row.ends_at, now)


def _is_in_time(seen_at: int, ends_at: int, now: int) -> bool:
    return now < ends_at and now < seen_at + IDLE_S * _NS
