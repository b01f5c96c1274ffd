"""Tokens: what a program shows, in the name of an account and never with more rights.

Decision: a token that was given limits has those, also when its account is granted more later.
Because: who made it said what it is for.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from secrets import token_hex

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from gateway.access.accounts import note, read_accounts
from gateway.access.refusals import AccessError
from gateway.access.secret_words import TOKEN_MARK, kept, new_secret
from gateway.registry.accounts import AccountRow, TokenRow
from gateway.registry.roles import GROUPS, Action, Reader
from gateway.registry.texts import WrongValueError, composed, shown

_NS = 10**9
_DAY_NS = 86_400 * _NS
LONGEST_DAYS = 730
"""A token ends after so long at the latest, days."""
MOST = 100
"""Of one account, those in use."""
_USED_EVERY_S = 3600
_LONGEST_TITLE = 200
_KEPT_DAYS = 90
Limits = frozenset[tuple[str, Action]]


@dataclass(frozen=True, slots=True)
class Token:
    """A token, as its owner sees it.

    Attributes:
        id: Which.
        title: What it is for.
        limits: Groups and actions; None: all that the account may.
        made_at: UTC ns.
        ends_at: UTC ns.
        used_at: To the hour, UTC ns; 0: never.
        revoked_at: UTC ns; 0: it was not taken back.
    """

    id: str
    title: str
    limits: Limits | None
    made_at: int
    ends_at: int
    used_at: int
    revoked_at: int

    def holds(self, now: int) -> bool:
        """Whether it lets in."""
        return not self.revoked_at and now < self.ends_at


def parse_limits(texts: Iterable[str]) -> Limits | None:
    """Read ``group:action``; None when there are none.

    >>> sorted(parse_limits(["series:read", "task:write"]))
    [('series', <Action.READ: 'read'>), ('task', <Action.WRITE: 'write'>)]

    Raises:
        AccessError: One is none.
    """
    found = set()
    for text in texts:
        group, _, action = text.partition(":")
        if group not in GROUPS or action not in set(Action):
            raise AccessError(
                f"Không hiểu giới hạn «{shown(text)}». Hãy ghi như series:read.",
                f"limit {shown(text)!r}: expected group:action, e.g. series:read. Groups: {', '.join(GROUPS)}.",
                "limits",
            )
        found.add((group, Action(action)))
    return frozenset(found) or None


def make_token(
    session: Session, by: Reader, now: int, title: str, limits: Limits | None, days: float
) -> tuple[str, str]:
    """A new token of whoever asks; its id, and the token itself, which is told this once.

    Raises:
        AccessError: It has no title, more rights than who asks, too long a life, or there are too many.
    """
    title = _titled(title)
    _check(session, by, now, limits, days)
    token_id, secret = f"{now // 1_000_000:012x}{token_hex(10)}", new_secret(TOKEN_MARK)
    row = TokenRow(
        id=token_id,
        hash=kept(secret),
        account=by.account,
        title=title,
        limits=_written(limits),
        made_at=now,
        ends_at=now + int(days * _DAY_NS),
        used_at=0,
        revoked_at=0,
    )
    session.add(row)
    told = {"token": token_id, "title": title, "limits": json.loads(row.limits or "[]"), "ends_at": row.ends_at}
    note(session, by, now, "make_token", by.account, after=told)
    return token_id, secret


def tokens_of(session: Session, account: str) -> list[Token]:
    """The tokens of an account, the newest first; those taken back or over too, for some months."""
    rows = session.scalars(select(TokenRow).where(TokenRow.account == account).order_by(TokenRow.id.desc()))
    return [_token(row) for row in rows]


def revoke_token(session: Session, by: Reader, now: int, account: str, token_id: str) -> bool:
    """Take back a token of an account, one's own or one that is looked after; False: it has none such."""
    row = session.get(TokenRow, token_id)
    if row is None or row.account != account:
        return False
    if not row.revoked_at:
        row.revoked_at = now
        note(session, by, now, "revoke_token", account, after={"token": token_id, "title": row.title})
    return True


def revoke_all(session: Session, by: Reader, now: int, account: str) -> int:
    """Take back every token of an account; how many there were."""
    rows = session.scalars(select(TokenRow).where(TokenRow.account == account, TokenRow.revoked_at == 0)).all()
    for row in rows:
        row.revoked_at = now
        note(session, by, now, "revoke_token", account, after={"token": row.id, "title": row.title})
    return len(rows)


def reader_of_token(engine: Engine, secret: str, now: int) -> tuple[str, Reader] | None:
    """Which token this is, and in whose name it acts; None: it holds no more, or never did."""
    if not secret.startswith(TOKEN_MARK):
        return None
    with Session(engine) as session:
        row = session.scalar(select(TokenRow).where(TokenRow.hash == kept(secret)))
        account = session.get(AccountRow, row.account) if row is not None else None
        if row is None or account is None or account.retired_at or not _token(row).holds(now):
            return None
        reader = replace(read_accounts(session, [account])[0].reader, limits=_token(row).limits, token=row.id)
        token_id, is_due = row.id, now - row.used_at >= _USED_EVERY_S * _NS
    if is_due:
        with Session(engine) as session, session.begin():
            session.execute(update(TokenRow).where(TokenRow.id == token_id).values(used_at=now))
    return token_id, reader


def forget_over(session: Session, now: int) -> int:
    """Tokens that ended or were taken back long ago; how many went."""
    ended = func.coalesce(func.nullif(TokenRow.revoked_at, 0), TokenRow.ends_at)
    gone = session.execute(delete(TokenRow).where(ended < now - _KEPT_DAYS * _DAY_NS))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _check(session: Session, by: Reader, now: int, limits: Limits | None, days: float) -> None:
    """Whether such a token may be made by whoever asks."""
    if not 0 < days <= LONGEST_DAYS:
        raise AccessError(
            f"Thời hạn cần từ 1 đến {LONGEST_DAYS} ngày, đã nhận {days:g}. Hãy sửa lại.",
            f"A token holds 1 to {LONGEST_DAYS} days, got {days:g}. Correct it.",
            "days",
        )
    if not by.account:
        raise AccessError(
            "Máy chủ không tạo khóa cho chính nó. Hãy đăng nhập bằng một tài khoản.",
            "The gateway makes no tokens for itself. Sign in with an account.",
        )
    if by.token or by.limits is not None:  # a token must not make another that outlives it or may more
        raise AccessError(
            "Khóa không tạo được khóa khác. Hãy đăng nhập bằng mật khẩu.",
            "A token makes no other tokens. Sign in with the password.",
        )
    wanting = sorted(f"{group}:{action}" for group, action in limits or () if not by.may(action, group))
    if wanting:
        raise AccessError(
            f"Tài khoản không có quyền {', '.join(wanting)}. Hãy bỏ các quyền đó.",
            f"limits {', '.join(wanting)}: the account itself may not. Leave them out.",
            "limits",
        )
    if len([one for one in tokens_of(session, by.account) if one.holds(now)]) >= MOST:
        raise AccessError(
            f"Tài khoản đã có {MOST} khóa. Hãy thu hồi khóa không dùng.",
            f"The account has {MOST} tokens in use. Revoke one that is not needed.",
        )


def _token(row: TokenRow) -> Token:
    limits = parse_limits(json.loads(row.limits)) if row.limits else None
    return Token(row.id, row.title, limits, row.made_at, row.ends_at, row.used_at, row.revoked_at)


def _written(limits: Limits | None) -> str:
    return json.dumps(sorted(f"{group}:{action}" for group, action in limits)) if limits else ""


def _titled(title: str) -> str:
    try:
        text = composed(title)
    except WrongValueError as error:
        raise AccessError(error.why.vi, error.why.en, "title") from error
    if not 0 < len(text) <= _LONGEST_TITLE:
        raise AccessError(
            f"Tên khóa cần từ 1 đến {_LONGEST_TITLE} ký tự. Hãy ghi khóa dùng để làm gì.",
            f"A token's title has 1 to {_LONGEST_TITLE} characters, got {len(text)}. Say what it is for.",
            "title",
        )
    return text
