"""What is known of persons: apart from everything else, each datum with its purpose and its end.

Source: Law 91/2025/QH15 on the protection of personal data: purpose, retention, erasure.
"""

from collections.abc import Mapping
from hashlib import sha256
from secrets import token_hex

from sqlalchemy import BigInteger, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.registry.fields import Value
from gateway.registry.idempotency import forget_answers
from gateway.registry.models import Base
from gateway.registry.texts import Title

DAY_NS = 86_400 * 10**9


class PersonalRow(Base):
    """One datum of one person.

    Attributes:
        noun: In which kind of row it would stand.
        row: In which row.
        field: In which field.
        value: The datum.
        purpose: Key of :data:`PURPOSES`.
        salt: Of its hash in the audit; it goes with the datum.
        keep_until: When it is erased, UTC ns; 0: while its row is in use.
    """

    __tablename__ = "personal"
    __table_args__ = (Index("ix_personal_keep_until", "keep_until"),)
    noun: Mapped[str] = mapped_column(String(63), primary_key=True)
    row: Mapped[str] = mapped_column(String(32), primary_key=True)
    field: Mapped[str] = mapped_column(String(63), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(String(63))
    salt: Mapped[str] = mapped_column(String(32))
    keep_until: Mapped[int] = mapped_column(BigInteger)


PURPOSES: dict[str, tuple[Title, int]] = {
    "account": (Title("Đăng nhập và ký tên vào dữ liệu", "Signing in and signing what is entered"), 365),
    "training": (Title("Xác nhận đã tham gia đào tạo", "Proof of a training attended"), 5 * 365),
    "expert": (Title("Danh sách chuyên gia năng suất", "Register of productivity experts"), 2 * 365),
    "contact": (Title("Liên hệ công việc", "Contact for work"), 180),
    "tax": (Title("Nhận biết hộ kinh doanh", "Telling household businesses apart"), 10 * 365),
}
"""Purpose -> its words, and for how many days a datum is kept after its row went out of use."""


def keep(session: Session, noun: str, row: str, values: Mapping[str, tuple[Value, str]]) -> dict[str, Value]:
    """Keep data (field -> value and purpose; an empty value goes); what the audit may know of them: salted hashes."""
    hashes: dict[str, Value] = {}
    for field, (value, purpose) in values.items():
        session.execute(_of(noun, row).where(PersonalRow.field == field))
        if value in ("", None):
            hashes[field] = ""
            continue
        salt = token_hex(16)
        told = str(value)
        session.add(PersonalRow(noun=noun, row=row, field=field, value=told, purpose=purpose, salt=salt, keep_until=0))
        hashes[field] = salted(salt, told)
    return hashes


def read(session: Session, noun: str, rows: list[str]) -> dict[str, dict[str, Value]]:
    """Row -> field -> datum."""
    found: dict[str, dict[str, Value]] = {}
    query = select(PersonalRow).where(PersonalRow.noun == noun, PersonalRow.row.in_(rows))
    for one in session.scalars(query):
        found.setdefault(one.row, {})[one.field] = one.value
    return found


def erase(session: Session, noun: str, row: str) -> int:
    """Forget what is known of the person in this row, and the salts; how many data went."""
    forget_answers(session)
    return int(session.execute(_of(noun, row)).rowcount)  # type: ignore[attr-defined]


def end(session: Session, noun: str, row: str, at: int) -> None:
    """The row went out of use: from now on the retention of each purpose runs."""
    for one in session.scalars(select(PersonalRow).where(PersonalRow.noun == noun, PersonalRow.row == row)):
        one.keep_until = at + PURPOSES[one.purpose][1] * DAY_NS


def resume(session: Session, noun: str, row: str) -> None:
    """The row came back into use: no retention runs any more."""
    for one in session.scalars(select(PersonalRow).where(PersonalRow.noun == noun, PersonalRow.row == row)):
        one.keep_until = 0


def due(session: Session, now: int) -> list[tuple[str, str]]:
    """Noun and row of those whose time is over."""
    query = select(PersonalRow.noun, PersonalRow.row).where(PersonalRow.keep_until.between(1, now)).distinct()
    return [(noun, row) for noun, row in session.execute(query)]


def salted(salt: str, value: str) -> str:
    """What the audit keeps of a datum."""
    return f"sha256:{sha256(f'{salt}{value}'.encode()).hexdigest()}"


def _of(noun: str, row: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return delete(PersonalRow).where(PersonalRow.noun == noun, PersonalRow.row == row)
