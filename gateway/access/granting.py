"""Who may grant what: never more than they have themselves, never where they are strangers."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from gateway.access.accounts import Account, note
from gateway.access.refusals import AccessError, NotYoursError
from gateway.registry.accounts import AccountRow, GrantRow
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import APPOINTS, MATRIX, ROLE_TITLES, SCOPES, Action, Grant, Place, Reader
from gateway.registry.texts import shown

_ACTIONS = {"r": Action.READ, "R": Action.READ, "w": Action.WRITE, "d": Action.DECIDE}


def place_of(session: Session, grant: Grant) -> Place | None:
    """Where a grant lies; None: its organisation, province or agency does not exist."""
    if not grant.scope:
        return Place()
    if grant.scope not in ("organisation", "province", "agency"):
        return None
    row = session.get(NOUNS[grant.scope], grant.of)
    return row.place if row is not None else None


def places_of(session: Session, grants: Iterable[Grant]) -> dict[Grant, Place]:
    """Grant -> where it lies; without those that lie nowhere."""
    found = {grant: place_of(session, grant) for grant in set(grants)}
    return {grant: place for grant, place in found.items() if place is not None}


def may_grant(session: Session, by: Reader, grant: Grant, to: str = "") -> bool:
    """Whether somebody may give this, or take it back.

    They must look after people there, and have themselves everything that the role gives; or appoint others to it.

    Args:
        session: Of the registry.
        by: Who gives.
        grant: What.
        to: Id of the account; empty: of somebody else than ``by``.
    """
    if grant.scope not in SCOPES[grant.role]:
        return False
    place = place_of(session, grant)
    if place is None:
        return False
    everywhere = not grant.scope
    if not _has(by, Action.WRITE, "people", place, everywhere=everywhere):
        return False
    if _appoints(by, grant, place) and (not to or to != by.account):
        return True
    return all(
        _has(by, _ACTIONS[letter], group, place, everywhere=everywhere)
        for group, letters in MATRIX[grant.role].items()
        for letter in letters
    )


def may_manage(session: Session, by: Reader, account: Account) -> bool:
    """Whether somebody may open, close or sign out this account: whoever could have made it what it is.

    An account without any role is looked after by those who look after people everywhere.
    """
    if not account.grants:
        return by.everywhere(Action.WRITE, "people")
    return all(may_grant(session, by, grant) for grant in account.grants)


def check_manages(session: Session, by: Reader, account: Account) -> None:
    """Whether somebody may; :func:`may_manage`.

    Raises:
        NotYoursError: They may not.
    """
    if not may_manage(session, by, account):
        raise NotYoursError(
            f"Tài khoản {account.name}: có quyền mà người yêu cầu không có. Hãy nhờ người quản trị.",
            f"account {account.name}: has rights that who asks has not. Ask an administrator.",
        )


def grant(session: Session, by: Reader, now: int, account: str, what: Grant) -> None:
    """Give a role at a scope; within a ``gateway.registry.transaction``. Given twice it is there once.

    Raises:
        AccessError: The role cannot be given there, or who asks may not give it.
    """
    _check(session, by, what, account)
    if session.get(GrantRow, (account, *_columns(what))) is not None:
        return
    row = GrantRow(
        account=account, role=what.role.value, scope=what.scope, of=what.of, granted_by=by.name, granted_at=now
    )
    session.add(row)
    session.flush()
    _changed(session, by, now, account, "grant", what)


def revoke(session: Session, by: Reader, now: int, account: str, what: Grant, why: str = "") -> None:
    """Take a role back.

    Raises:
        AccessError: There is none, or who asks may not take it.
    """
    _check(session, by, what)
    row = session.get(GrantRow, (account, *_columns(what)))
    if row is None:
        raise AccessError(
            f"Tài khoản không có vai trò {ROLE_TITLES[what.role].vi} ở đó. Hãy xem danh sách.",
            f"The account has no role {what.role.value} there. Look at the list.",
            "role",
        )
    session.delete(row)
    session.flush()
    _changed(session, by, now, account, "revoke", what, why)


def _changed(session: Session, by: Reader, now: int, account: str, action: str, what: Grant, why: str = "") -> None:
    session.get_one(AccountRow, account).revision += 1
    told = {"role": what.role.value, "scope": what.scope, "of": what.of}
    place = place_of(session, what) or Place()
    note(session, by, now, action, account, after=dict(told), place=place, why=why)


def _check(session: Session, by: Reader, what: Grant, to: str = "") -> None:
    if what.scope not in SCOPES[what.role] or bool(what.scope) != bool(what.of):
        names = ", ".join(scope or "everything" for scope in SCOPES[what.role])
        raise AccessError(
            f"Vai trò {ROLE_TITLES[what.role].vi} chỉ cấp được ở: {names}. Hãy chọn lại phạm vi.",
            f"The role {what.role.value} is granted at: {names}; got {what.scope or 'everything'}. Choose again.",
            "scope",
        )
    # Whoever looks after some people only must not learn by this which ids there are elsewhere.
    if place_of(session, what) is None and by.everywhere(Action.WRITE, "people"):
        raise AccessError(
            f"Không có {what.scope} «{shown(what.of)}». Hãy chọn từ danh sách.",
            f"There is no {what.scope} {shown(what.of)!r}. Choose one of the list.",
            "of",
        )
    if not may_grant(session, by, what, to):
        raise NotYoursError(
            f"{by.name}: không thể cấp hoặc thu vai trò {ROLE_TITLES[what.role].vi} ở đó, vì không có đủ các quyền"
            " đó. Hãy nhờ người quản trị.",
            f"{by.name}: may not give or take the role {what.role.value} there, not having all of its rights. "
            "Ask an administrator.",
            "role",
        )


def _appoints(by: Reader, what: Grant, place: Place) -> bool:
    """Whether somebody appoints others to a role there; a token that was made for something else does not."""
    appointing = (one for one in by.grants if what.role in APPOINTS.get(one.role, ()))
    return by.limits is None and any(one.covers(Action.WRITE, "people", place) for one in appointing)


def _columns(what: Grant) -> tuple[str, str, str]:
    return what.role.value, what.scope, what.of


def _has(by: Reader, action: Action, group: str, place: Place, *, everywhere: bool) -> bool:
    return by.everywhere(action, group) if everywhere else by.may(action, group, place)
