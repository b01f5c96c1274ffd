"""The table of requests that a script may send again: what was answered to each, for a day."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.registry.models import Base

KEEP_S = 86_400
"""How long an answer is kept, s."""
_KEY = 255
_SHA256 = 64


class IdempotencyRow(Base):
    """One request that came with an ``Idempotency-Key``.

    Attributes:
        caller: SHA-256 of who asked, hexadecimal: a key means nothing to anybody else.
        key: As it was sent.
        request: SHA-256 of method, path, query and body, hexadecimal.
        made_at: When it came first, UTC ns.
        status: Of the answer; 0 while it is being carried out, or was when the gateway died.
        headers: Of the answer, JSON, name -> value: those that a script may need again.
        answer: Its body; None: it is not kept (it held a secret).
    """

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_made_at", "made_at"),)
    caller: Mapped[str] = mapped_column(String(_SHA256), primary_key=True)
    key: Mapped[str] = mapped_column(String(_KEY), primary_key=True)
    request: Mapped[str] = mapped_column(String(_SHA256))
    made_at: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[int] = mapped_column(Integer, default=0)
    headers: Mapped[str] = mapped_column(Text, default="{}")
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)


def forget_keys(session: Session, now: int) -> None:
    """Drop the keys that came more than :data:`KEEP_S` before ``now``, UTC ns."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.made_at < now - KEEP_S * 10**9))


def forget_answers(session: Session) -> None:
    """Drop what was answered, of all keys: some of it may tell of a person who is just being forgotten.

    A repeat is then told that its request was carried out, and no more.
    """
    session.execute(update(IdempotencyRow).where(IdempotencyRow.answer.is_not(None)).values(answer=None))
