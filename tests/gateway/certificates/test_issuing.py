"""A document's way through the registry: numbers, ledger, amendment, withdrawal, and what cannot be changed."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from calibration.dcc import read_dcc
from gateway.certificates import ledger
from gateway.certificates.certificate import certificate_of
from gateway.certificates.checking import check_documents
from gateway.certificates.choosing import Chosen
from gateway.certificates.content import digest, document_of
from gateway.certificates.issuing import Issuing
from gateway.certificates.refusing import DocumentError
from gateway.certificates.seals import LOST_FILE
from gateway.registry.certified import CalibrationPointRow, CertificateRow, StandardUsedRow
from gateway.registry.issued_documents import DocumentDraftRow, IssuedDocumentRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.refusals import ForbiddenError, NoSuchRowError

BASE = "https://lab.example"


def test_an_issued_certificate_is_in_the_registry_at_once(house) -> None:
    document = house.issue()
    with Session(house.engine) as session:
        issued = session.get_one(IssuedDocumentRow, document)
        said = document_of(issued.content)
        assert (issued.number, said.number, said.issued) == ("HC-2026-0001", "HC-2026-0001", "2026-11-22")
        certificate = session.get_one(CertificateRow, issued.certificate)
        assert (certificate.number, certificate.kind, certificate.instrument) == (
            "HC-2026-0001",
            "calibration",
            house.instrument,
        )
        assert certificate.applies_from == "2026-11-22T14:05:00+07:00"
        assert certificate.changed_by == "Nguyễn Văn Cường"
        points = session.scalars(select(CalibrationPointRow).order_by(CalibrationPointRow.number)).all()
        assert [(one.run, one.channel, one.nominal, one.expanded, one.coverage_factor) for one in points] == [
            ("as_found", "mass", nominal, 0.00027, 2.0) for nominal in (10.0, 50.0, 100.0, 150.0, 200.0)
        ]
        [used] = session.scalars(select(StandardUsedRow))
        assert used.standard
        assert used.standard_certificate
        assert session.get_one(WorkOrderRow, house.order).state == "issued"
        read = read_dcc(issued.xml)
        assert read.certificate == certificate_of(said, "vi")
        assert issued.pdf.startswith(b"%PDF")
        assert digest(issued.pdf) == issued.pdf_sha256
    assert house.problems() == []


def test_an_amendment_names_the_old_one_which_then_holds_no_longer(house) -> None:
    first = house.issue()
    with pytest.raises(DocumentError) as caught:
        house.issue()
    assert str(caught.value) == "Order PCV-2026-0001 has a document HC-2026-0001. Amend that one, or void the draft."
    second = house.issue(amends=first, change="Sửa tên khách hàng.")
    with Session(house.engine) as session:
        said = document_of(session.get_one(IssuedDocumentRow, second).content)
        assert said.amends is not None
        assert (said.number, said.amends.number, said.amends.change) == (
            "HC-2026-0002",
            "HC-2026-0001",
            "Sửa tên khách hàng.",
        )
        assert (ledger.state_of(session, first), ledger.state_of(session, second)) == ("amended", "issued")
        states = dict(
            session.execute(
                select(CertificateRow.number, CertificateRow.status).where(
                    CertificateRow.laboratory == house.laboratory
                )
            ).all()
        )
        assert states == {"HC-2026-0001": "replaced", "HC-2026-0002": ""}
    with pytest.raises(DocumentError) as caught:
        house.issuing.withdraw(house.authoriser, first, "không còn đúng")
    assert str(caught.value) == "HC-2026-0001: was amended or withdrawn before. Look at the one that holds."
    assert house.problems() == []


def test_an_amendment_without_words_is_refused(house) -> None:
    first = house.issue()
    draft = house.issuing.begin(house.staff, house.order, Chosen(), first)
    with pytest.raises(DocumentError) as caught:
        house.issuing.issue(house.authoriser, draft, BASE)
    assert [one.clause for one in caught.value.lacking] == ["7.8.8.3"]


def test_a_withdrawal_says_who_when_and_why(house) -> None:
    document = house.issue()
    with pytest.raises(DocumentError) as caught:
        house.issuing.withdraw(house.authoriser, document, " ")
    assert str(caught.value) == "There is no reason. Write the reason."
    house.now += 60 * 10**9
    house.issuing.withdraw(house.authoriser, document, "Chuẩn sai khi kiểm tra lại.")
    with Session(house.engine) as session:
        event = ledger.events_of(session, document)[-1]
        told = msgspec.json.decode(event.statement)
        assert (event.action, event.at, told["by"]) == ("withdrawn", house.now, "Nguyễn Văn Cường")
        assert told["why"] == "Chuẩn sai khi kiểm tra lại."
        [status] = session.scalars(select(CertificateRow.status).where(CertificateRow.number == "HC-2026-0001"))
        assert status == "withdrawn"
    assert house.problems() == []


def test_a_voided_number_stays_in_the_ledger(house) -> None:
    draft = house.issuing.begin(house.staff, house.order, Chosen())
    house.issuing.export(house.authoriser, draft, BASE)
    with pytest.raises(DocumentError) as caught:
        house.issuing.choose(house.staff, draft, Chosen(opinions="khác"))
    assert str(caught.value) == "This document is at another step (HC-2026-0001). Load the page again."
    house.issuing.void(house.authoriser, draft, "Sai tên khách hàng.")
    assert house.issue()
    with Session(house.engine) as session:
        numbers = session.execute(select(DocumentDraftRow.number, DocumentDraftRow.state)).all()
        assert sorted(map(tuple, numbers)) == [("HC-2026-0001", "voided"), ("HC-2026-0002", "issued")]
    assert house.problems() == []


def test_eight_at_once_get_eight_numbers_without_a_gap(house) -> None:
    orders = [house.order, *(house.another_order(f"PCV-2026-{n:04}") for n in range(2, 9))]
    drafts = [house.issuing.begin(house.staff, order, Chosen(languages="vi")) for order in orders]
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda draft: house.issuing.issue(house.authoriser, draft, BASE), drafts))
    with Session(house.engine) as session:
        numbers = sorted(session.get_one(IssuedDocumentRow, one).number for one in issued)
    assert numbers == [f"HC-2026-{n:04}" for n in range(1, 9)]
    assert house.problems() == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_postgresql_numbers_those_at_once_without_a_gap_and_lets_nobody_change_them(served) -> None:
    orders = [served.order, *(served.another_order(f"PCV-2026-000{n}") for n in range(2, 6))]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(served.issue, orders))
    with Session(served.engine) as session:
        numbers = set(session.scalars(select(IssuedDocumentRow.number)))
    assert numbers == {f"HC-2026-000{n}" for n in range(1, 6)}
    assert served.problems() == []
    for words in (
        "UPDATE issued_document SET pdf = ''",
        "DELETE FROM document_event",
        "TRUNCATE document_event",
        "TRUNCATE issued_document CASCADE",
    ):
        with pytest.raises(DBAPIError, match="never changed or deleted"), served.engine.begin() as connection:
            connection.execute(text(words))


def test_who_may_not_does_not(house) -> None:
    draft = house.issuing.begin(house.staff, house.order, Chosen())
    with pytest.raises(ForbiddenError):
        house.issuing.issue(house.staff, draft, BASE)
    with pytest.raises(NoSuchRowError):
        house.issuing.preview(house.stranger, draft)
    with pytest.raises(NoSuchRowError):
        house.issuing.begin(house.stranger, house.order, Chosen())


@pytest.mark.parametrize("words", ["UPDATE issued_document SET number = 'HC-2026-0009'", "DELETE FROM document_event"])
def test_the_database_refuses_to_change_what_was_issued(house, words) -> None:
    house.issue()
    with pytest.raises(DBAPIError) as caught, house.engine.begin() as connection:
        connection.execute(text(words))
    assert "its rows are never changed or deleted. Amend or withdraw the document." in str(caught.value)


def _forge(house, words: str, **values: object) -> None:
    """As somebody would who owns the database file."""
    with house.engine.begin() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(words), values)


@pytest.mark.parametrize(
    ("forging", "found"),
    [
        (
            "UPDATE issued_document SET pdf = x'255044462d' WHERE sequence = 1",
            "HC-2026-0001: its PDF is not the one that was issued.",
        ),
        (
            "UPDATE issued_document SET xml = x'3c2f3e' WHERE sequence = 1",
            "HC-2026-0001: its XML is not the one that was issued.",
        ),
        (
            "UPDATE issued_document SET content = replace(content, 'Sa Đéc', 'Cao Lãnh') WHERE sequence = 1",
            "HC-2026-0001: its content is not the one that was issued.",
        ),
        (
            "UPDATE issued_document SET issued = '2026-01-01' WHERE sequence = 1",
            "HC-2026-0001: issued is 2026-01-01, and the ledger says 2026-11-22.",
        ),
        ("DELETE FROM document_event WHERE entry = 1", "entry 1 of the ledger is missing."),
        (
            "UPDATE document_event SET statement = replace(statement, '2026', '2025') WHERE entry = 1",
            "entry 1 of the ledger was altered.",
        ),
        (
            "UPDATE document_event SET seal = '00' WHERE entry = 1",
            "entry 1 of the ledger has a seal that does not belong to it.",
        ),
        ("DELETE FROM issued_document WHERE sequence = 1", "HC-2026-0001: was issued, and is no longer there."),
        (
            "DELETE FROM document_event WHERE entry = 2",
            "the last entry of the ledger is not the one that the audit names.",
        ),
        (
            "UPDATE document_draft SET sequence = 3, number = 'HC-2026-0003' WHERE sequence = 2",
            "calibration 2026: number 2 is missing.",
        ),
    ],
)
def test_tampering_is_found(with_two, forging, found) -> None:
    _forge(with_two, forging)
    assert any(one.startswith(found) for one in with_two.problems()), with_two.problems()


def test_a_seal_of_another_key_is_told(house) -> None:
    house.issue()
    house.issuing.sealer.path.unlink()
    house.issuing.sealer.path.with_name(LOST_FILE).touch()
    again = Issuing(house.engine, lambda: house.now, house.balance["zone"], house.folder)
    with Session(house.engine) as session:
        [problem] = check_documents(session, again.sealer)
    assert problem.words.startswith("entry 1 of the ledger was sealed with another key, ")


def test_the_key_is_its_owners_alone(house) -> None:
    house.issue()
    assert house.issuing.sealer.path.stat().st_mode & 0o777 == 0o600
