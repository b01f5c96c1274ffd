"""Accounts: made, named, closed; whose they are, and what was granted to them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access.passwords import hashed
from gateway.access.refusals import AccessError
from gateway.registry import audit, personal
from gateway.registry.accounts import AccountRow, GrantRow
from gateway.registry.fields import Value
from gateway.registry.roles import Action, Grant, Place, Reader, Role
from gateway.registry.texts import WrongValueError, composed, shown

NOUN = "account"
LANGUAGES = ("", "vi", "en")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,61}[a-z0-9])")
_LONGEST_FULL_NAME = 200


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in.

    Attributes:
        id: Of the account.
        name: What they sign in with, and sign with.
        full_name: What people call them; empty: it was erased, or never given.
        language: ``vi``, ``en``, or empty.
        grants: What they are, and where.
        has_password: False: only a link opens it.
        made_at: UTC ns.
        retired_at: UTC ns; 0: it is open.
    """

    id: str
    name: str
    full_name: str
    language: str
    grants: tuple[Grant, ...]
    has_password: bool
    made_at: int
    retired_at: int

    @property
    def reader(self) -> Reader:
        """As the registry knows who asks."""
        return Reader(self.id, self.name, self.grants, language=self.language)


def name_of(text: str) -> str:
    """The one form of a name: people may type capitals.

    >>> name_of(" Mai.Nguyen ")
    'mai.nguyen'
    """
    return text.strip().lower()


def make_account(
    session: Session,
    by: Reader,
    now: int,
    name: str,
    *,
    full_name: str = "",
    password: str = "",
    language: str = "",
) -> AccountRow:
    """A new account, without any right yet; call it within a ``gateway.registry.transaction``.

    Args:
        session: Of the transaction.
        by: Who makes it.
        now: UTC ns.
        name: What they will sign in with.
        full_name: Of the person; it can be erased later.
        password: Checked already; empty: a link opens it first.
        language: ``vi``, ``en`` or empty.

    Raises:
        AccessError: The name is taken or is none, or another value cannot be taken.
    """
    name = checked_name(name)
    if session.scalar(select(AccountRow).where(AccountRow.name == name)) is not None:
        raise AccessError(
            f"Tên {name} đã có người dùng. Hãy chọn tên khác.", f"The name {name} is in use. Choose another.", "name"
        )
    row = AccountRow(
        id=f"{now // 1_000_000:012x}{token_hex(10)}",
        name=name,
        password=hashed(password) if password else "",
        language=_language(language),
        epoch=1,
        made_at=now,
        made_by=by.name,
        retired_at=0,
        revision=1,
    )
    session.add(row)
    session.flush()
    hashes = _keep_full_name(session, row.id, full_name)
    note(session, by, now, "make", row.id, after={"name": name, **hashes})
    return row


def checked_name(text: str) -> str:
    """A name that may be signed in with.

    Raises:
        AccessError: It is none.
    """
    name = name_of(text)
    if not _NAME.fullmatch(name):
        raise AccessError(
            f"Tên đăng nhập cần 2 đến 63 chữ thường, số, dấu chấm, gạch nối; đã nhận «{shown(text)}». Hãy sửa lại.",
            f"A name has 2 to 63 small letters, digits, dots, hyphens; got {shown(text)!r}. Correct it.",
            "name",
        )
    return name


def change_account(
    session: Session, by: Reader, now: int, account: str, *, full_name: str | None = None, language: str | None = None
) -> None:
    """Another full name or language; ``None`` leaves it."""
    row = session.get_one(AccountRow, account)
    after: dict[str, Value] = {}
    if full_name is not None and full_name.strip() != full_name_of(session, account):
        after |= _keep_full_name(session, account, full_name)
    if language is not None and language != row.language:
        row.language = after["language"] = _language(language)
    if after:
        row.revision += 1
        note(session, by, now, "change", account, after=after)


def close_account(session: Session, by: Reader, now: int, account: str, why: str = "") -> None:
    """Nobody comes in by this account any more; from now on the retention of its person's data runs."""
    row = session.get_one(AccountRow, account)
    if row.retired_at:
        return
    row.retired_at = now
    row.epoch += 1
    row.revision += 1
    row.password = ""
    personal.end(session, NOUN, account, now)
    note(session, by, now, "retire", account, why=why)


def erase_person(session: Session, by: Reader, now: int, account: str, why: str) -> None:
    """Forget the full name of an account; what it did stays signed with its short name."""
    gone = personal.erase(session, NOUN, account)
    session.get_one(AccountRow, account).revision += 1
    note(session, by, now, "erase", account, after={"erased": gone}, why=why)


def find_account(session: Session, name: str) -> Account | None:
    """By the name that they sign in with; closed ones too."""
    row = session.scalar(select(AccountRow).where(AccountRow.name == name_of(name)))
    return read_accounts(session, [row])[0] if row else None


def get_account(session: Session, account: str) -> Account | None:
    """By its id; closed ones too."""
    row = session.get(AccountRow, account)
    return read_accounts(session, [row])[0] if row else None


def all_accounts(session: Session) -> list[Account]:
    """Every account, by name, closed ones too."""
    return read_accounts(session, list(session.scalars(select(AccountRow).order_by(AccountRow.name))))


def is_anybody_there(session: Session) -> bool:
    """Whether there is an account that is open."""
    return session.scalar(select(AccountRow.id).where(AccountRow.retired_at == 0).limit(1)) is not None


def read_accounts(session: Session, rows: Sequence[AccountRow]) -> list[Account]:
    """Rows with the names and grants that belong to them."""
    ids = [row.id for row in rows]
    names = personal.read(session, NOUN, ids)
    grants = grants_of(session, ids)
    return [
        Account(
            id=row.id,
            name=row.name,
            full_name=str(names.get(row.id, {}).get("full_name", "")),
            language=row.language,
            grants=tuple(grants.get(row.id, ())),
            has_password=bool(row.password),
            made_at=row.made_at,
            retired_at=row.retired_at,
        )
        for row in rows
    ]


def full_name_of(session: Session, account: str) -> str:
    """What people call the person of an account; empty: not known any more."""
    return str(personal.read(session, NOUN, [account]).get(account, {}).get("full_name", ""))


def grants_of(session: Session, accounts: Iterable[str]) -> dict[str, list[Grant]]:
    """Account -> its grants, in order."""
    found: dict[str, list[Grant]] = {}
    query = select(GrantRow).where(GrantRow.account.in_(list(accounts)))
    for row in session.scalars(query.order_by(GrantRow.role, GrantRow.scope, GrantRow.of)):
        found.setdefault(row.account, []).append(Grant(Role(row.role), row.scope, row.of))
    return found


def note(
    session: Session,
    by: Reader,
    now: int,
    action: str,
    account: str,
    *,
    after: Mapping[str, Value] | None = None,
    before: Mapping[str, Value] | None = None,
    place: Place | None = None,
    why: str = "",
) -> None:
    """Write into the audit what happened to an account: at its own place, when it has just one."""
    where = place or _place(session, account)
    audit.note(session, by, now, action, NOUN, account, place=where, before=before, after=after, why=why)


def _place(session: Session, account: str) -> Place:
    """Where whoever looks into the audit of one organisation or province finds this account."""
    places = {Place(**{g.scope: g.of}) for g in grants_of(session, [account]).get(account, ()) if g.scope}
    return places.pop() if len(places) == 1 else Place()


def _keep_full_name(session: Session, account: str, full_name: str) -> dict[str, Value]:
    try:
        text = composed(full_name)
    except WrongValueError as error:
        raise AccessError(error.why.vi, error.why.en, "full_name") from error
    if len(text) > _LONGEST_FULL_NAME:
        raise AccessError(
            f"Họ tên dài {len(text)} ký tự, nhiều nhất {_LONGEST_FULL_NAME}. Hãy viết ngắn lại.",
            f"The full name has {len(text)} characters, at most {_LONGEST_FULL_NAME}. Shorten it.",
            "full_name",
        )
    return personal.keep(session, NOUN, account, {"full_name": (text, "account")})


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise AccessError(
            f"Không có ngôn ngữ «{shown(language)}». Hãy chọn vi hoặc en.",
            f"There is no language {shown(language)!r}. Choose vi or en.",
            "language",
        )
    return language


def may_see(by: Reader, account: Account, place_of: Mapping[Grant, Place]) -> bool:
    """Whether somebody else's account may be seen: where one of its roles is, or everywhere."""
    if by.everywhere(Action.READ, "people"):
        return True
    return any(by.may(Action.READ, "people", place_of[grant]) for grant in account.grants if grant in place_of)
