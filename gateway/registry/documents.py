"""Documents and photos kept with rows of nouns: who may see the row may see them, who may write it may add one.

Decision: the content stands in the registry, in a table of its own, once for each SHA-256.
Because: several gateways then share it, a backup of the registry is whole, and a decision that proves forty supports
is kept once.
Instead of: a folder beside the database, which one of several gateways has.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from gateway.registry import audit
from gateway.registry.bare_pictures import without_origin
from gateway.registry.book import Book
from gateway.registry.digital_certificates import is_digital_certificate
from gateway.registry.fields import Day, Line
from gateway.registry.files import DocumentContentRow, DocumentRow
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.pictures import ENDINGS, XML, sniff
from gateway.registry.refusals import NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title, WrongValueError
from gateway.registry.usual import DOCUMENT_DATE, DOCUMENT_NUMBER
from gateway.registry.writing import Writing

MOST_BYTES = 20 * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX, GZIP = f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet", "application/gzip"
MADE = {DOCX: "docx", XLSX: "xlsx", GZIP: "json.gz"}
"""Media type -> ending of what nobody can send, and the gateway keeps of what it made itself."""
MOST_OF_ROW = 50
NUMBER: Line = DOCUMENT_NUMBER
DATE: Day = DOCUMENT_DATE
_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is known of a document.

    Attributes:
        id: Which.
        file: A name for the file, safe to write anywhere; its ending is that of the content.
        media_type: Of the content.
        size: Bytes.
        sha256: Of the content, hexadecimal.
        number: Of the document; empty: none.
        date: Of the document, ``2026-11-22``; empty: none.
        added_at: When, UTC ns.
        added_by: Who.
    """

    id: str
    file: str
    media_type: str
    size: int
    sha256: str
    number: str
    date: str
    added_at: int
    added_by: str


class Documents:
    """The documents of one registry.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._book = Book(engine, clock)

    def of(self, reader: Reader, noun: str, row_id: str) -> list[Document]:
        """Those of a row, in the order in which they came.

        Raises:
            NoSuchRowError: There is no such row that ``reader`` may see.
        """
        with Session(self._engine) as session:
            _row(session, reader, noun, row_id)
            return [_told(one) for one in session.scalars(_of(noun, row_id).order_by(DocumentRow.id))]

    def add(
        self, reader: Reader, noun: str, row_id: str, content: bytes, *, file: str, number: str = "", date: str = ""
    ) -> tuple[Document, bool]:
        """Keep a document with a row; whether it is new there. The same content is kept once.

        Of a photo stays what shows it, and not where, when and with what it was taken; the hash is of what stays.

        Raises:
            NoSuchRowError: There is no such row that ``reader`` may see, or it keeps none.
            ForbiddenError: They may not write it.
            WrongValuesError: ``content``, ``number`` or ``date`` cannot be taken.
        """
        content, read = _read(noun, content, number, date)
        with self._book.writing(reader) as writing:
            return _keep(writing, noun, row_id, content, file, read)

    def content(self, reader: Reader, noun: str, row_id: str, document_id: str) -> tuple[Document, bytes]:
        """A document with what stands in it.

        Raises:
            NoSuchRowError: There is none that ``reader`` may see.
        """
        with Session(self._engine) as session:
            _row(session, reader, noun, row_id)
            kept = _kept(session, noun, row_id, document_id)
            its = DocumentContentRow
            content = session.scalar(select(its.content).where(its.sha256 == kept.sha256))
            assert content is not None, "a foreign key holds it"
            return _told(kept), content

    def remove(self, reader: Reader, noun: str, row_id: str, document_id: str, why: str) -> None:
        """Take a document away from a row; its content goes when no other row has it. The audit keeps its hash.

        Raises:
            NoSuchRowError: There is none that ``reader`` may see.
            ForbiddenError: They may not write the row.
            WrongValuesError: The row is fixed, and what is kept with it stays.
        """
        with self._book.writing(reader) as writing:
            session = writing.session
            row = _row(session, reader, noun, row_id, Action.WRITE)
            type(row).refuse_documents(row.values())
            kept = _kept(session, noun, row_id, document_id)
            digest = kept.sha256
            _note(writing, "detach", row, kept, why)
            session.delete(kept)
            session.flush()
            if not session.scalar(select(func.count()).where(DocumentRow.sha256 == digest)):
                session.execute(delete(DocumentContentRow).where(DocumentContentRow.sha256 == digest))


def keep_document(
    writing: Writing, noun: str, row_id: str, content: bytes, *, file: str, made_as: str = ""
) -> Document:
    """Keep a document with a row, within a transaction that does more. Raises as :meth:`Documents.add`.

    Args:
        writing: The transaction.
        noun: Of which kind of row.
        row_id: Which.
        content: All of it.
        file: Name of the file.
        made_as: Media type of what the gateway made itself, one of :data:`MADE`; empty: the content says what it is.
    """
    read = {"number": "", "date": "", "media_type": made_as}
    if not made_as or len(content) > MOST_BYTES:
        content, read = _read(noun, content, "", "")
    return _keep(writing, noun, row_id, content, file, read)[0]


def _keep(
    writing: Writing, noun: str, row_id: str, content: bytes, file: str, read: dict[str, str]
) -> tuple[Document, bool]:
    session = writing.session
    row = _row(session, writing.reader, noun, row_id, Action.WRITE)
    type(row).refuse_documents(row.values())
    digest = sha256(content).hexdigest()
    same = session.scalar(_of(noun, row_id).where(DocumentRow.sha256 == digest).limit(1))
    if same is not None:
        return _told(same), False
    if (session.scalar(select(func.count()).select_from(_of(noun, row_id).subquery())) or 0) >= MOST_OF_ROW:
        why = Title(
            f"Đã có {MOST_OF_ROW} tài liệu. Hãy gộp các trang thành một PDF.",
            f"Has {MOST_OF_ROW} documents already. Put pages together into one PDF.",
        )
        raise WrongValuesError({"content": why})
    if session.get(DocumentContentRow, digest) is None:
        session.add(DocumentContentRow(sha256=digest, size=len(content), content=content))
        session.flush()
    kept = DocumentRow(
        id=f"{writing.at // 1_000_000:012x}{token_hex(10)}",
        noun=noun,
        row=row_id,
        sha256=digest,
        size=len(content),
        file=file_name(file, read["media_type"]),
        added_at=writing.at,
        added_by=writing.reader.name,
        **read,
    )
    session.add(kept)
    _note(writing, "attach", row, kept)
    return _told(kept), True


def file_name(given: str, media_type: str) -> str:
    r"""A name that can be written to any disk and any header; the ending is the content's.

    >>> file_name("../../Quyết định\r\n.html", "application/pdf")
    'Quyết định.pdf'
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    kept = "".join(c for c in stem if c.isprintable() and c not in '<>:"|?*/\\;%')
    return f"{kept.strip(' .')[:_LONGEST_NAME] or 'document'}.{(ENDINGS | MADE)[media_type]}"


def _read(noun: str, content: bytes, number: str, date: str) -> tuple[bytes, dict[str, str]]:
    """What is kept of a file, and what is known of it."""
    problems: dict[str, Title] = {}
    read: dict[str, str] = {}
    for name, field, value in (("number", NUMBER, number), ("date", DATE, date)):
        try:
            read[name] = str(field.read(value))
        except WrongValueError as error:
            problems[name] = error.why
    if not 0 < len(content) <= MOST_BYTES:
        problems["content"] = Title(
            f"Tệp có {len(content)} byte, cần từ 1 byte đến {MOST_BYTES >> 20} MB. Hãy chọn hoặc nén lại tệp.",
            f"The file has {len(content)} bytes, expected 1 byte to {MOST_BYTES >> 20} MB. Choose or shrink it.",
        )
    else:
        try:
            is_xml = noun == "certificate" and is_digital_certificate(content)
            read["media_type"] = XML if is_xml else sniff(content).media_type
            content = without_origin(content, read["media_type"])
        except WrongValueError as error:
            problems["content"] = error.why
    if problems:
        raise WrongValuesError(problems)
    return content, read


def _row(session: Session, reader: Reader, noun: str, row_id: str, action: Action = Action.READ) -> Registered:
    if not NOUNS[noun].noun.has_attachments:
        raise NoSuchRowError(f"{noun} {row_id}: keeps no documents")
    return Writing(session, reader, 0).find(noun, row_id, action)


def _of(noun: str, row_id: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  Select[tuple[DocumentRow]]
    return select(DocumentRow).where(DocumentRow.noun == noun, DocumentRow.row == row_id)


def _kept(session: Session, noun: str, row_id: str, document_id: str) -> DocumentRow:
    kept: DocumentRow | None = session.scalar(_of(noun, row_id).where(DocumentRow.id == document_id))
    if kept is None:
        raise NoSuchRowError(f"document {document_id} of {noun} {row_id}")
    return kept


def _told(row: DocumentRow) -> Document:
    return Document(
        id=row.id,
        file=row.file,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        number=row.number,
        date=row.date,
        added_at=row.added_at,
        added_by=row.added_by,
    )


def _note(writing: Writing, action: str, row: Registered, kept: DocumentRow, why: str = "") -> None:
    told = {"document": kept.id, "sha256": kept.sha256, "number": kept.number, "date": kept.date}
    before, after = (told, None) if action == "detach" else (None, told)
    audit.note(
        writing.session,
        writing.reader,
        writing.at,
        action,
        row.__tablename__,
        row.id,
        place=row.place,
        before=before,
        after=after,
        why=why,
    )
