"""A certificate of another laboratory, entered from its digital form: the row, its points and its standards at once.

What a digital certificate says cannot be mistyped. One that was only printed is entered by the forms of its nouns, or
imported from a spreadsheet.
"""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from sqlalchemy import or_, select

from calibration.certificate import Certificate, ChannelResults, Point
from calibration.dcc import DccError, Reading, read_dcc
from gateway.registry.certified import CertificateRow
from gateway.registry.documents import keep_document
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title
from gateway.registry.writing import Writing

MOST_BYTES = 4_000_000
MOST_POINTS = 1000


class Entered(NamedTuple):
    """What was entered.

    Attributes:
        certificate: The new row.
        points: How many of it.
        left_out: What the document says and a certificate here cannot hold, in English, with its line.
    """

    certificate: CertificateRow
    points: int
    left_out: tuple[str, ...]


def read_external(document: bytes) -> Reading:
    """What the digital certificate of another laboratory says, and what of it has no place here.

    Raises:
        DccError: It cannot be read.
    """
    return read_dcc(document, language="vi", strict=False, most_bytes=MOST_BYTES)


def enter_dcc(writing: Writing, instrument: str, document: bytes, file: str = "certificate.xml") -> Entered:
    """Enter a digital calibration certificate for an instrument, and keep the file with it.

    Args:
        writing: Within a transaction, by whom.
        instrument: Its code or serial number.
        document: The XML.
        file: Its name.

    Raises:
        WrongValuesError: There is no such instrument, the document cannot be read, it is about another instrument, or
            it is there already; ``instrument`` or ``document`` says why.
        ForbiddenError: They may not write there.
    """
    row = _instrument(writing, instrument)
    if len(document) > MOST_BYTES:
        _refuse("document", "Tệp lớn hơn 4 MB. Hãy chọn đúng tệp XML.", "The file has over 4 MB. Choose the XML.")
    try:
        reading = read_external(document)
    except DccError as error:
        told = str(error)[:500]
        _refuse(
            "document",
            f"Không đọc được giấy: {told}. Hãy chọn tệp khác.",
            f"It cannot be read: {told}. Choose another.",
        )
    said = reading.certificate
    _check(row, said)
    issued = said.issued or said.ended
    assert issued is not None, "checked above"
    values = {"instrument": row.id, "number": said.number, "kind": "calibration", "issued": issued.isoformat()}
    values |= {"issued_by": said.laboratory.name, "calibrated": said.ended.isoformat() if said.ended else ""}
    certificate = writing.make("certificate", values, "DCC XML")
    assert isinstance(certificate, CertificateRow)
    points = sum(_points(writing, certificate.id, channel) for channel in said.results)
    for number, standard in enumerate((one for one in said.standards if one.name), 1):
        used: dict[str, object] = {"certificate": certificate.id, "number": number, "name": standard.name}
        writing.make(
            "standard_used",
            used | {"certificate_number": standard.certificate, "issued_by": standard.issuer},
            "DCC XML",
        )
    keep_document(writing, "certificate", certificate.id, document, file=file)
    return Entered(certificate, points, tuple(str(one) for one in reading.left_out))


def _instrument(writing: Writing, text: str) -> InstrumentRow:
    its, wanted = InstrumentRow, text.strip()
    rows = writing.session.scalars(
        select(its)
        .where(or_(its.code == wanted, its.serial_number == wanted), its.retired_at == 0)
        .where(writing.reader.where(Action.READ, its.noun.group, its))
    ).all()
    if len(rows) != 1 or not wanted:
        _refuse(
            "instrument",
            f"Có {len(rows)} phương tiện mã hoặc số hiệu «{wanted}». Hãy gõ đúng một phương tiện.",
            f"{len(rows)} instruments have the code or serial number {wanted!r}. Type that of exactly one.",
        )
    return rows[0]


def _check(row: InstrumentRow, said: Certificate) -> None:
    serials = {_plain(one) for one in (said.instrument.serial, said.instrument.identity) if one}
    if row.serial_number and serials and _plain(row.serial_number) not in serials:
        _refuse(
            "document",
            f"Giấy là của phương tiện số hiệu «{said.instrument.serial}», không phải «{row.serial_number}».",
            f"The certificate is about serial number {said.instrument.serial!r}, not {row.serial_number!r}. "
            "Choose that instrument, or another file.",
        )
    if not (said.number and said.laboratory.name and (said.issued or said.ended)):
        _refuse(
            "document",
            "Giấy thiếu số, nơi cấp hoặc ngày. Hãy nhập tay.",
            "The certificate lacks its number, issuer or day. Enter it by hand.",
        )
    if sum(len(one.as_found) + len(one.as_left) for one in said.results) > MOST_POINTS:
        _refuse(
            "document",
            f"Giấy có hơn {MOST_POINTS} điểm. Hãy nhập từ bảng tính.",
            f"Over {MOST_POINTS} points. Import them.",
        )


def _points(writing: Writing, certificate: str, channel: ChannelResults) -> int:
    runs: tuple[tuple[str, Sequence[Point]], ...] = (("as_found", channel.as_found), ("as_left", channel.as_left))
    for run, points in runs:
        for number, one in enumerate(points, 1):
            its: dict[str, object] = {"certificate": certificate, "run": run, "channel": channel.channel}
            its |= {"number": number, "unit": channel.unit, "reference": one.reference, "indication": one.indication}
            writing.make("calibration_point", its | {"expanded": one.expanded, "coverage_factor": one.k}, "DCC XML")
    return sum(len(points) for _, points in runs)


def _refuse(name: str, vi: str, en: str) -> NoReturn:
    raise WrongValuesError({name: Title(vi, en)})


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).casefold().split())
