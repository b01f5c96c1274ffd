"""The tables of who signs in: accounts, grants, sessions, tokens, one-time links, wrong attempts.

Decision: the full name of whoever has an account stands in ``personal``, field ``full_name`` of noun ``account``.
Because: it can then be erased, and the audit keeps a salted hash of it.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.registry.models import Base

_ID = 32
_HASH = 64


class AccountRow(Base):
    """Somebody who signs in by name and password.

    Attributes:
        id: 128 bits, hex.
        name: What they sign in with, in small letters; unique. It is what changes are signed with, so it goes into
            the audit for ever: a short name, not a full one.
        password: Its argon2 hash; empty: none yet, only a one-time link opens.
        language: ``vi``, ``en``; empty: as the browser says.
        epoch: Raised by "sign out everywhere" and by a new password: sessions of an earlier one hold no more.
        made_at: When, UTC ns.
        made_by: By whom.
        retired_at: When it was closed, UTC ns; 0: it is open.
        revision: Raised by each change.
    """

    __tablename__ = "account"
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    password: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    epoch: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(200))
    retired_at: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(BigInteger)


class GrantRow(Base):
    """A role of an account at a scope.

    Attributes:
        account: Whose.
        role: Of ``gateway.registry.roles.Role``.
        scope: ``organisation``, ``province``, ``agency``; empty: everything.
        of: Id of the one; empty: everything.
        granted_by: Who granted it.
        granted_at: When, UTC ns.
    """

    __tablename__ = "granted"
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(63), primary_key=True)
    scope: Mapped[str] = mapped_column(String(16), primary_key=True)
    of: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    granted_by: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[int] = mapped_column(BigInteger)


class SessionRow(Base):
    """A browser that is signed in.

    Attributes:
        hash: SHA-256 of what its cookie holds.
        account: Whose.
        epoch: Of the account when it began.
        began_at: When, UTC ns.
        seen_at: When it was last renewed, UTC ns.
        ends_at: When it ends, UTC ns.
        address: Where it came from.
        browser: What it says it is.
    """

    __tablename__ = "session"
    hash: Mapped[str] = mapped_column(String(_HASH), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    epoch: Mapped[int] = mapped_column(Integer)
    began_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[int] = mapped_column(BigInteger)
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(300))


class TokenRow(Base):
    """What a program shows instead of a password.

    Attributes:
        id: 128 bits, hex.
        hash: SHA-256 of the token.
        account: In whose name it acts; never with more rights.
        title: What it is for.
        limits: Groups and actions, JSON list of ``group:action``; empty: all that the account may.
        made_at: When, UTC ns.
        ends_at: When it ends, UTC ns.
        used_at: When it was last used, to the hour, UTC ns; 0: never.
        revoked_at: When it was taken back, UTC ns; 0: it holds.
    """

    __tablename__ = "token"
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    hash: Mapped[str] = mapped_column(String(_HASH), unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    limits: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int] = mapped_column(BigInteger)
    revoked_at: Mapped[int] = mapped_column(BigInteger)


class LinkRow(Base):
    """A link that opens an account without a password: at the first start, and for one that was forgotten.

    Attributes:
        hash: SHA-256 of its secret.
        account: Which it opens; empty: whoever opens it makes the first administrator.
        ends_at: When it ends, UTC ns.
        uses_left: How often it still opens.
        shared: It signs in at once, whoever has it, and chooses no password.
    """

    __tablename__ = "link"
    hash: Mapped[str] = mapped_column(String(_HASH), primary_key=True)
    account: Mapped[str] = mapped_column(String(_ID))
    ends_at: Mapped[int] = mapped_column(BigInteger)
    uses_left: Mapped[int] = mapped_column(Integer)
    shared: Mapped[bool] = mapped_column(Boolean)


class AttemptRow(Base):
    """A wrong password or token: attempts are counted by name and by address, and outlive a restart.

    Attributes:
        id: Ours.
        of: ``name:...`` or ``address:...``.
        at: When, UTC ns.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_of_at", "of", "at"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    of: Mapped[str] = mapped_column(String(200))
    at: Mapped[int] = mapped_column(BigInteger)
