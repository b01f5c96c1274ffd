"""Coming in by name and password, by a link, and choosing a password: what the pages call.

Each of these is a transaction of its own, or several; any thread may call them.
"""

from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.access import links, sessions, throttle, tokens
from gateway.access.accounts import find_account, full_name_of, make_account, name_of, note
from gateway.access.granting import grant
from gateway.access.passwords import WeakPasswordError, check_strength, fits, hashed
from gateway.access.refusals import AccessError
from gateway.registry import transaction
from gateway.registry.accounts import AccountRow
from gateway.registry.roles import SYSTEM, Grant, Reader, Role


class From(NamedTuple):
    """Where somebody comes from.

    Attributes:
        address: IP address, as the server sees it.
        browser: What it says it is.
    """

    address: str
    browser: str = ""


class Entry(NamedTuple):
    """What became of an attempt to come in.

    Attributes:
        session: What the cookie is to hold; empty: not let in.
        wait_s: After how many seconds another attempt makes sense; 0: now.
        language: Of the account; empty: as the browser says.
    """

    session: str = ""
    wait_s: int = 0
    language: str = ""


def sign_in(engine: Engine, now: int, name: str, password: str, origin: From) -> Entry:
    """By name and password; how long it takes does not tell whether there is such a name."""
    name = name_of(name)
    by_name, by_address = throttle.of_name(name), throttle.of_address(origin.address)
    with Session(engine) as session:
        row = session.scalar(select(AccountRow).where(AccountRow.name == name, AccountRow.retired_at == 0))
        # Strangers who guess at a name do not lock its owner out where they are signed in already.
        is_known = row is not None and sessions.is_signed_in_from(session, row, origin.address, now)
        account, password_kept = (row.id, row.password) if row is not None else ("", "")
    wait_s = throttle.wait_s(engine, [by_address] if is_known else [by_name, by_address], now)
    if wait_s:
        return Entry(wait_s=wait_s)
    if not fits(password, password_kept):
        reached = throttle.count_wrong(engine, [by_name, by_address], now)
        if account and by_name in reached:
            with transaction(engine) as session:
                note(session, SYSTEM, now, "throttle", account)
        return Entry()
    throttle.forgive(engine, [by_name])
    return _let_in(engine, now, account, origin, password_kept)


def _let_in(engine: Engine, now: int, account: str, origin: From, password_kept: str) -> Entry:
    with transaction(engine) as session:
        row = session.get_one(AccountRow, account)
        # It may have been closed, or got another password, while the hash was computed.
        if row.retired_at or row.password != password_kept:
            return Entry()
        secret = sessions.begin_session(session, row, now, origin.address, origin.browser)
        note(session, Reader(row.id, row.name), now, "sign_in", row.id)
        return Entry(secret, language=row.language)


def look_at_link(engine: Engine, now: int, secret: str, origin: From) -> tuple[links.Link | None, int]:
    """What a link opens, or how long this address has to wait, s; a wrong one counts as a wrong attempt."""
    by_address = throttle.of_address(origin.address)
    wait_s = throttle.wait_s(engine, [by_address], now)
    if wait_s:
        return None, wait_s
    with Session(engine) as session:
        link = links.find_link(session, secret, now)
    if link is None:
        throttle.count_wrong(engine, [by_address], now)
    return link, 0


def open_shared(engine: Engine, now: int, secret: str, origin: From) -> Entry:
    """By a shared link."""
    with transaction(engine) as session:
        link = links.use_link(session, secret, now)
        if link is None or not link.is_shared:
            return Entry()
        row = session.get_one(AccountRow, link.account)
        cookie = sessions.begin_session(session, row, now, origin.address, origin.browser)
        note(session, Reader(row.id, row.name), now, "sign_in_by_link", row.id)
        return Entry(cookie, language=row.language)


def choose_password(engine: Engine, now: int, secret: str, password: str, origin: From) -> Entry:
    """By a link of an account: its new password, and in; all its other browsers are signed out.

    Raises:
        WeakPasswordError: It is guessed too soon.
    """
    with Session(engine) as session:
        link = links.find_link(session, secret, now)
        if link is None or not link.account or link.is_shared:
            return Entry()
        check_strength(password, link.name, full_name_of(session, link.account))
    password_kept = hashed(password)
    with transaction(engine) as session:
        if links.use_link(session, secret, now) is None:
            return Entry()
        row = session.get_one(AccountRow, link.account)
        row.password = password_kept
        by = Reader(row.id, row.name)
        note(session, by, now, "password", row.id)
        sessions.end_all(session, by, now, row.id)
        cookie = sessions.begin_session(session, row, now, origin.address, origin.browser)
        note(session, by, now, "sign_in_by_link", row.id)
        return Entry(cookie, language=row.language)


def make_first(engine: Engine, now: int, secret: str, name: str, full_name: str, password: str, origin: From) -> Entry:
    """By the link of the first start: the first administrator, and in.

    Raises:
        AccessError: The name cannot be taken.
        WeakPasswordError: The password is guessed too soon.
    """
    check_strength(password, name, full_name)
    with transaction(engine) as session:
        link = links.use_link(session, secret, now)
        if link is None or link.account:
            return Entry()
        row = make_account(session, SYSTEM, now, name, full_name=full_name, password=password)
        grant(session, SYSTEM, now, row.id, Grant(Role.ADMINISTRATOR))
        cookie = sessions.begin_session(session, row, now, origin.address, origin.browser)
        note(session, Reader(row.id, row.name), now, "sign_in_by_link", row.id)
        return Entry(cookie)


def change_password(
    engine: Engine, now: int, by: Reader, old: str, new: str, *, session_kept: str, address: str
) -> int:
    """Change one's own password; every other browser is signed out.

    Args:
        engine: Of the registry.
        now: UTC ns.
        by: Whose.
        old: The one that holds.
        new: The one to be.
        session_kept: What the cookie of this browser holds: it stays signed in.
        address: Where they come from: wrong attempts are counted.

    Returns:
        0: it is done; otherwise how long to wait, s.

    Raises:
        AccessError: The old one is wrong.
        WeakPasswordError: The new one is guessed too soon.
    """
    keys = [throttle.of_name(by.name), throttle.of_address(address)]
    wait_s = throttle.wait_s(engine, keys, now)
    if wait_s:
        return wait_s
    with Session(engine) as session:
        before = session.get_one(AccountRow, by.account).password
        full_name = full_name_of(session, by.account)
    if not fits(old, before):
        throttle.count_wrong(engine, keys, now)
        raise AccessError(
            "Mật khẩu hiện tại không đúng. Hãy nhập lại.", "The present password is wrong. Type it again.", "old"
        )
    check_strength(new, by.name, full_name)
    after = hashed(new)
    with transaction(engine) as session:
        session.get_one(AccountRow, by.account).password = after
        note(session, by, now, "password", by.account)
        links.end_links(session, by.account)
        sessions.end_all(session, by, now, by.account, but=session_kept)
    return 0


def sign_out_everywhere(session: Session, by: Reader, now: int, account: str) -> int:
    """Nobody is in by this account any more, nor comes in without its password; how many tokens were taken back."""
    sessions.end_all(session, by, now, account)
    links.end_links(session, account)
    return tokens.revoke_all(session, by, now, account)


def set_password(session: Session, by: Reader, now: int, name: str, password: str) -> None:
    """A new password for an account, by somebody who may; its browsers are signed out.

    Raises:
        AccessError: There is no such account.
        WeakPasswordError: It is guessed too soon.
    """
    account = find_account(session, name)
    if account is None or account.retired_at:
        raise AccessError(
            f"Không có tài khoản {name}.", f"account {name}: there is none. See nhipdo user list.", "name"
        )
    check_strength(password, account.name, account.full_name)
    session.get_one(AccountRow, account.id).password = hashed(password)
    note(session, by, now, "password", account.id)
    links.end_links(session, account.id)
    sessions.end_all(session, by, now, account.id)


__all__ = [
    "Entry",
    "From",
    "WeakPasswordError",
    "change_password",
    "choose_password",
    "look_at_link",
    "make_first",
    "open_shared",
    "set_password",
    "sign_in",
    "sign_out_everywhere",
]
