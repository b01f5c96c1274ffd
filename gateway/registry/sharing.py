"""Agreements on sharing, and the journal of what is forwarded under them.

Decision: an agreement holds when a manager has agreed to the very revision that stands in the registry.
Because: whoever may write a row could else widen what somebody else has agreed to.

Decision: numbers of messages and their journals come from rows that are locked while they are given out.
Because: a database's sequences leave gaps when a transaction fails, and a gap would be a message that went missing.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.registry.fields import Choices, Day, Line, field
from gateway.registry.models import Base
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import NOTE, ORGANISATION

ELEMENTS, STOPS, EVALUATIONS, CERTIFICATES, SAMPLES = "elements", "stops", "evaluations", "certificates", "samples"
KINDS = {
    ELEMENTS: Title("Thời gian máy và sản lượng theo từng khoảng", "Machine time and output by interval"),
    STOPS: Title("Lần dừng máy và lý do", "Stops and their reasons"),
    EVALUATIONS: Title("Mô hình điểm và kết quả", "Pilots and their evaluation"),
    CERTIFICATES: Title("Giấy chứng nhận", "Certificates"),
    SAMPLES: Title("Số đo thô của từng thiết bị", "Raw samples of every instrument"),
}
USUAL_KINDS = (ELEMENTS, STOPS, EVALUATIONS, CERTIFICATES)
"""What is ticked when an agreement is begun: never the raw samples."""
_NAME = 63
_HEX = 32


class AgreementRow(Registered):
    """What an organisation lets go to another gateway.

    Attributes:
        agreed_at: When its manager agreed, UTC ns; 0: it is a draft.
        agreed_by: Who did.
        agreed_revision: To which revision of the row.
        withdrawn_at: When the agreement was taken back, UTC ns; 0: it was not.
        withdrawn_by: By whom.
        withdrawn_why: What they said.
        settled_at: When what was queued of one that ended was declared withdrawn, UTC ns; 0: not yet.
    """

    __tablename__ = "agreement"
    noun = Noun(
        title=Title("Thoả thuận chia sẻ", "Sharing agreement"),
        many=Title("Thoả thuận chia sẻ dữ liệu", "Sharing agreements"),
        group="agreement",
        key=("organisation", "partner", "since"),
        label=("partner", "since"),
        owner=("organisation",),
        has_attachments=True,
    )
    organisation: Mapped[str] = field(ORGANISATION)
    partner: Mapped[str] = field(
        Line(
            title=Title("Chia sẻ với", "Shared with"),
            required=True,
            searched=True,
            longest=200,
            example="Sở KH&CN Đồng Tháp",
        )
    )
    kinds: Mapped[str] = field(
        Choices(title=Title("Gửi những gì", "What is shared"), options=KINDS, required=True, example=["elements"])
    )
    sites: Mapped[str] = field(
        Line(
            title=Title("Cơ sở", "Sites"),
            hint=Title("tên ngắn, cách nhau bằng dấu phẩy; trống: mọi cơ sở", "short names, by commas; empty: all"),
            pattern=r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:, ?(?=[a-z0-9]))?)*",
            longest=2_000,
            example="sa-dec, cao-lanh",
        )
    )
    since: Mapped[str] = field(Day(title=Title("Số liệu từ ngày", "Figures from"), required=True, example="2026-11-01"))
    until: Mapped[str] = field(
        Day(
            title=Title("Thoả thuận đến hết ngày", "Agreed until, inclusive"),
            hint=Title("trống: đến khi rút lại", "empty: until it is withdrawn"),
        )
    )
    note: Mapped[str] = field(NOTE)
    agreed_at: Mapped[int] = mapped_column(BigInteger, default=0)
    agreed_by: Mapped[str] = mapped_column(String(200), default="")
    agreed_revision: Mapped[int] = mapped_column(BigInteger, default=0)
    withdrawn_at: Mapped[int] = mapped_column(BigInteger, default=0)
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[int] = mapped_column(BigInteger, default=0)


class ForwarderRow(Base):
    """This gateway as the one above it knows it; its row is locked while messages are numbered.

    Attributes:
        site: In the topics there.
        edge: In the topics there.
        journal_id: The journal in which messages are numbered now; 0: none was begun yet.
        last_id: Id of the message that was kept last.
        holder: Which process forwards; empty: none.
        held_until: Until when it does, unless it says so again, UTC ns.
        store: The store above, as it said last.
        generation: Of that store.
        admitted: 1: a person there has said that we belong there.
        told_at: When the gateway above said so, UTC ns.
        state: What forwarding is at: ``connected``, ``away``.
        why: Why it is away; who, what, expected or got, what to do.
    """

    __tablename__ = "forwarder"
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    journal_id: Mapped[int] = mapped_column(Integer, default=0)
    last_id: Mapped[int] = mapped_column(BigInteger, default=0)
    holder: Mapped[str] = mapped_column(String(_HEX), default="")
    held_until: Mapped[int] = mapped_column(BigInteger, default=0)
    store: Mapped[str] = mapped_column(String(_NAME), default="")
    generation: Mapped[int] = mapped_column(Integer, default=0)
    admitted: Mapped[int] = mapped_column(Integer, default=0)
    told_at: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(16), default="away")
    why: Mapped[str] = mapped_column(Text, default="")


class ForwardJournalRow(Base):
    """One run of forwarding.

    Attributes:
        id: Ours.
        journal: 32 hex digits.
        next_seq: The number that the next message gets.
        began_at: When, UTC ns.
    """

    __tablename__ = "forward_journal"
    __table_args__ = (Index("uq_forward_journal_journal", "journal", unique=True),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    journal: Mapped[str] = mapped_column(String(_HEX))
    next_seq: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[int] = mapped_column(BigInteger)


class ForwardMessageRow(Base):
    """A message that is held: it waits, or it is stored above and may be wanted again.

    Attributes:
        id: Given out in the order in which messages are kept, never used twice.
        journal_id: In which it is numbered.
        seq: Its number.
        way: ``telemetry``, ``record``, or ``kept``: a record of the forwarder's own.
        agreement: Under which it goes; empty: a record of the forwarder's own.
        kind: What of :data:`KINDS` it holds; empty: a record of the forwarder's own.
        made_at: When, UTC ns.
        stored_at: When it was first said to be stored, UTC ns; 0: never.
        n: Lines.
        crc: CRC-32 of the body, plain.
        size: Of the body, plain, bytes.
        body: Compressed.
    """

    __tablename__ = "forward_message"
    __table_args__ = (
        Index("uq_forward_message_journal_id_seq", "journal_id", "seq", unique=True),
        Index("ix_forward_message_agreement_stored_at", "agreement", "stored_at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(ForeignKey("forward_journal.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    way: Mapped[str] = mapped_column(String(16))
    agreement: Mapped[str] = mapped_column(String(_HEX))
    kind: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[int] = mapped_column(BigInteger)
    stored_at: Mapped[int] = mapped_column(BigInteger, default=0)
    n: Mapped[int] = mapped_column(Integer)
    crc: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ForwardReceiptRow(Base):
    """Numbers of a journal, ``lo`` to ``hi``: stored above (``why`` is empty), or declared never to be, and why."""

    __tablename__ = "forward_receipt"
    journal_id: Mapped[int] = mapped_column(ForeignKey("forward_journal.id"), primary_key=True)
    why: Mapped[str] = mapped_column(String(16), primary_key=True)
    lo: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hi: Mapped[int] = mapped_column(BigInteger)


class ForwardDueRow(Base):
    """Something that changed and has not been put into a message yet: which, not what.

    Attributes:
        kind: Of :data:`KINDS`; ``units`` and ``instruments``: what elements and samples mean.
        site: The place.
        edge: The agent.
        name: Work unit, or key of a record.
        since: Of the nominal bucket or the stop; else 0.
        times: How often it was marked: it is done with only when nobody has marked it meanwhile.
    """

    __tablename__ = "forward_due"
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger)


class ForwardLinesRow(Base):
    """Lines of telemetry that came under an agreement on samples and were not put into a message yet."""

    __tablename__ = "forward_lines"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site: Mapped[str] = mapped_column(String(_NAME))
    edge: Mapped[str] = mapped_column(String(_NAME))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ForwardSaidRow(Base):
    """What was said last of a row of the registry, by agreement; noun ``agreement``: of itself.

    Attributes:
        revision: Under which it was said: the next one is higher, whatever the clock says then.
        content: Hash of what was said.
    """

    __tablename__ = "forward_said"
    agreement: Mapped[str] = mapped_column(String(_HEX), primary_key=True)
    noun: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    row: Mapped[str] = mapped_column(String(_HEX), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(String(_HEX))


class ForwardDayRow(Base):
    """What left under an agreement on one day, and what was withdrawn before it could: the record that stays.

    Attributes:
        agreement: Which.
        kind: Of :data:`KINDS`.
        day: Local, ISO 8601.
        messages: Stored above.
        lines: Records or lines in them.
        bytes: Of their bodies, plain.
        withdrawn: Messages that were queued when the agreement ended, and did not leave.
        given_up: Messages that were queued and had to be given up, declared: no room, rotten, or no broker takes them.
        last_at: When the last one was said to be stored, UTC ns; 0: none was.
    """

    __tablename__ = "forward_day"
    agreement: Mapped[str] = mapped_column(String(_HEX), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    messages: Mapped[int] = mapped_column(BigInteger, default=0)
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    withdrawn: Mapped[int] = mapped_column(BigInteger, default=0)
    given_up: Mapped[int] = mapped_column(BigInteger, default=0)
    last_at: Mapped[int] = mapped_column(BigInteger, default=0)
