"""One-time links: at the first start, for a new account, and for a password that was forgotten.

Decision: a link that opens once does so when its form is sent, not when its address is asked for.
Because: mail programs and chats ask for every address that they see.

Decision: a shared link signs in at once, many times, and chooses no password.
Because: it is a demo's, or a screen's, and whoever has it must not lock the others out.
"""

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.access.accounts import is_anybody_there, note
from gateway.access.refusals import NotYoursError
from gateway.access.secret_words import kept, new_secret
from gateway.registry.accounts import AccountRow, LinkRow
from gateway.registry.roles import Reader

_NS = 10**9
HOURS = 24
"""For how long a link holds when nothing else is said, h."""


class Link(NamedTuple):
    """What a link opens.

    Attributes:
        account: Its id; empty: whoever opens it makes the first administrator.
        name: Of the account.
        is_shared: It signs in at once.
    """

    account: str
    name: str
    is_shared: bool


def make_link(session: Session, by: Reader, now: int, account: str, *, hours: float = HOURS, uses: int = 1) -> str:
    """A link's secret, which is told this once; an earlier one of the same account holds no more.

    Raises:
        NotYoursError: It would be one's own: whoever finds a browser signed in must not get round its password.
    """
    if account and account == by.account:
        raise NotYoursError(
            "Không tạo liên kết cho chính mình. Hãy đổi mật khẩu ở trang Tài khoản, hoặc nhờ người quản trị khác.",
            "Nobody makes a link for themselves. Change the password on the page Account, or ask an administrator.",
        )
    session.execute(delete(LinkRow).where(LinkRow.account == account))
    secret = new_secret()
    ends_at = now + int(hours * 3600 * _NS)
    session.add(LinkRow(hash=kept(secret), account=account, ends_at=ends_at, uses_left=uses, shared=uses > 1))
    if account:
        note(session, by, now, "make_link", account, after={"hours": hours, "uses": uses})
    return secret


def find_link(session: Session, secret: str, now: int) -> Link | None:
    """What a link would open; None: it holds no more, or never did."""
    row = session.get(LinkRow, kept(secret)) if secret else None
    if row is None or row.uses_left <= 0 or now >= row.ends_at:
        return None
    if not row.account:
        return None if is_anybody_there(session) else Link("", "", is_shared=False)
    account = session.get(AccountRow, row.account)
    if account is None or account.retired_at:
        return None
    return Link(account.id, account.name, is_shared=row.shared)


def use_link(session: Session, secret: str, now: int) -> Link | None:
    """Use a link once, within a ``gateway.registry.transaction``; None: it holds no more, or never did."""
    link = find_link(session, secret, now)
    if link is not None:
        session.get_one(LinkRow, kept(secret)).uses_left -= 1
    return link


def forget_links(session: Session, now: int) -> None:
    """Links that hold no more."""
    session.execute(delete(LinkRow).where((LinkRow.ends_at <= now) | (LinkRow.uses_left <= 0)))


def end_links(session: Session, account: str) -> None:
    """No link opens this account any more: another password was chosen, or it was signed out everywhere."""
    session.execute(delete(LinkRow).where(LinkRow.account == account))


def links_of(session: Session, account: str, now: int) -> int:
    """How many links of an account still open."""
    rows = session.scalars(select(LinkRow).where(LinkRow.account == account, LinkRow.ends_at > now))
    return sum(row.uses_left > 0 for row in rows)
