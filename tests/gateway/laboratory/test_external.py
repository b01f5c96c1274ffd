"""Certificates of other laboratories: from their digital form, and two hundred at once from spreadsheets."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from calibration.certificate import Certificate, ChannelResults, Condition, Instrument, Method, Party, Point, Standard
from calibration.dcc import write_dcc
from gateway.laboratory.work_external import Entered, enter_dcc, read_external
from gateway.registry.book import Asked
from gateway.registry.documents import Documents
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM
from gateway.registry.sheets import import_file

POINTS = tuple(Point(indication=x + 0.0003, reference=x, expanded=0.0002, k=2.0) for x in (1.0, 50.0, 200.0))
SAID = Certificate(
    number="V08.CN1.0123",
    title="Giấy chứng nhận hiệu chuẩn",
    laboratory=Party(name="Viện Đo lường Việt Nam", country="VN", city="Hà Nội", code="VMI"),
    customer=Party(name="Trung tâm", country="VN", city="Sa Đéc"),
    instrument=Instrument(name="Cân phân tích", manufacturer="A", model="XS204", serial="B123456"),
    results=(ChannelResults(channel="mass", quantity="mass", unit="g", as_found=POINTS),),
    standards=(Standard(name="Bộ quả cân E1", certificate="V08.1", issuer="VMI", serial="9"),),
    methods=(Method(name="Cân", document="ĐLVN 16", deviations=""),),
    conditions=(Condition(name="temperature", unit="Cel", value=21.0, u=0.2),),
    traceability="SI",
    place="laboratory",
    begun=date(2026, 5, 2),
    ended=date(2026, 5, 4),
    issued=date(2026, 5, 6),
    authorised_by="Nguyễn Văn A",
    calibrated_by="Nguyễn Văn B",
    only_items=True,
)


def entered(lab, said: Certificate | bytes, instrument: str = "CAN-01") -> Entered:
    document = said if isinstance(said, bytes) else write_dcc(said)
    with lab.book.writing(lab.reader("Lan")) as writing:
        return enter_dcc(writing, instrument, document if isinstance(document, bytes) else document.encode())


def refused(lab, said: Certificate | bytes, instrument: str = "CAN-01") -> str:
    with pytest.raises(WrongValuesError) as caught:
        entered(lab, said, instrument)
    assert lab.book.count(SYSTEM, "certificate") == 0
    return str(caught.value)


def test_a_digital_certificate_is_entered_with_its_points_and_standards(lab) -> None:
    assert entered(lab, SAID).points == 3
    certificate = lab.book.find(SYSTEM, "certificate", number="V08.CN1.0123")
    told = ("instrument", "issued", "calibrated", "issued_by")
    assert [certificate.values[name] for name in told] == [
        lab.instrument,
        "2026-05-06",
        "2026-05-04",
        "Viện Đo lường Việt Nam",
    ]
    rows = [
        one.values for one in lab.book.all(SYSTEM, "calibration_point", Asked(where={"certificate": certificate.id}))
    ]
    told = sorted((one["reference"], one["indication"], one["expanded"], one["coverage_factor"]) for one in rows)
    assert told == [(one.reference, one.indication, one.expanded, one.k) for one in POINTS]
    assert lab.book.find(SYSTEM, "standard_used", name="Bộ quả cân E1").values["certificate_number"] == "V08.1"


def test_a_certificate_of_another_instrument_is_refused(lab) -> None:
    other = replace(SAID, instrument=replace(SAID.instrument, serial="X9"))
    assert refused(lab, other) == (
        "document: The certificate is about serial number 'X9', not 'B123456'. Choose that instrument, or another file."
    )


def test_what_is_no_certificate_or_has_entities_is_refused(lab) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    for document in (b"", b"%PDF-1.4", b"<a/>", bomb):
        assert refused(lab, document).startswith("document: It cannot be read: ")


def test_an_instrument_that_nobody_knows_is_refused(lab) -> None:
    assert refused(lab, SAID, "CAN-99") == (
        "instrument: 0 instruments have the code or serial number 'CAN-99'. Type that of exactly one."
    )


def sheet(head: list[str], rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return text.getvalue().encode()


def test_two_hundred_certificates_and_their_points_are_imported_by_number(lab) -> None:
    head = ["Phương tiện đo", "Số", "Loại", "Ngày cấp", "Nơi cấp"]
    papers = [["CAN-01", f"HC-{k:03}", "Hiệu chuẩn", "2025-03-02", "Viện"] for k in range(200)]
    lan, clock = lab.reader("Lan"), lambda: lab.now
    outcome = import_file(lab.engine, clock, lan, "certificate", sheet(head, papers), name="a.csv")
    assert (outcome.new, outcome.fault_count) == (200, 0)
    head = [
        "Giấy chứng nhận",
        "Lần đo",
        "Kênh hoặc đại lượng",
        "Điểm thứ",
        "Đơn vị đo",
        "Giá trị chuẩn",
        "Số chỉ",
        "U",
        "k",
    ]
    points = [
        [f"HC-{k:03}", "Trước hiệu chỉnh", "mass", n, "g", n * 50, n * 50 + 0.001, 0.002, 2]
        for k in range(200)
        for n in range(1, 4)
    ]
    outcome = import_file(lab.engine, clock, lan, "calibration_point", sheet(head, points), name="b.csv")
    assert (outcome.new, outcome.fault_count) == (600, 0)


def test_the_file_is_kept_with_the_certificate_and_with_nothing_else(lab) -> None:
    documents = Documents(lab.engine, lambda: 1)
    document = write_dcc(SAID)
    entered(lab, document)
    certificate = lab.book.find(SYSTEM, "certificate", number=SAID.number).id
    [kept] = documents.of(SYSTEM, "certificate", certificate)
    assert (kept.media_type, kept.file) == ("application/xml", "certificate.xml")
    assert documents.content(SYSTEM, "certificate", certificate, kept.id)[1] == document
    with pytest.raises(WrongValuesError):
        documents.add(SYSTEM, "instrument", lab.instrument, document, file="a.xml")
    for other in (b"<a/>", b"<!DOCTYPE a><a/>", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", b"<"):
        with pytest.raises(WrongValuesError) as caught:
            documents.add(SYSTEM, "certificate", certificate, other, file="a.xml")
        assert str(caught.value).startswith("content: Is no PDF, JPEG, PNG or WebP.")


def test_what_has_no_place_here_is_named(lab) -> None:
    comment = b"<dcc:comment><x xmlns='urn:x'>see us again</x></dcc:comment></dcc:digitalCalibrationCertificate>"
    document = write_dcc(SAID).replace(b"</dcc:digitalCalibrationCertificate>", comment)
    [left] = entered(lab, document).left_out
    assert left.endswith("left out: a comment")
    assert [str(one) for one in read_external(document).left_out] == [left]
