"""The pages of documents: what is lacking, issue, signing, amendment, and what the public may know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.sessions import begin_session
from gateway.api.app import create_app
from gateway.api.security import COOKIE
from gateway.registry import AccountRow, transaction
from gateway.registry.issued_documents import DocumentDraftRow, IssuedDocumentRow
from gateway.registry.roles import SYSTEM, Grant, Role

EN = {"Accept-Language": "en"}


@dataclass
class Bare:
    """A gateway without edges."""

    engine: Engine
    secret: str = "a secret of this test"
    timeseries: None = None


@pytest.fixture
def app(house, web):
    return create_app(Bare(house.engine), web=web, clock=lambda: house.now, documents=house.folder)


@pytest.fixture
def person(app, house) -> Iterator[TestClient]:
    with transaction(house.engine) as session:
        row = make_account(session, SYSTEM, house.now, "cuong")
        grant(session, SYSTEM, house.now, row.id, Grant(Role.ADMINISTRATOR))
        cookie = begin_session(session, session.get_one(AccountRow, row.id), house.now, "192.0.2.1", "a test")
    with TestClient(app, cookies={COOKIE: cookie}, headers=EN, follow_redirects=True) as client:
        yield client


@pytest.fixture
def stranger(app) -> Iterator[TestClient]:
    with TestClient(app, headers=EN, follow_redirects=False) as client:
        yield client


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def send(person: TestClient, path: str, page: str = "/laboratory/documents", **data: str):
    token = re.search(r'name="token" value="([^"]+)"', person.get(page).text)
    assert token
    return person.post(path, data={"token": token[1], **data})


def begun(person: TestClient, house) -> str:
    answer = send(person, "/laboratory/documents", order=house.order)
    assert answer.status_code == 200
    return answer.url.path


def test_an_order_becomes_a_document_by_two_buttons(person, house) -> None:
    assert "PCV-2026-0001 · CAN-01" in plain(person.get("/laboratory/documents").text)
    draft = begun(person, house)
    assert "Ready to be issued" in person.get(draft).text
    assert person.get(f"{draft}/document.pdf").content.startswith(b"%PDF")
    issued = send(person, f"{draft}/issue", draft)
    assert "HC-2026-0001 · CAN-01 · Cân phân tích" in plain(issued.text)
    for name, kind in (
        ("document.pdf", "application/pdf"),
        ("document.xml", "application/xml"),
        ("seal.json", "application/json"),
    ):
        answer = person.get(f"{issued.url.path}/{name}")
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert person.get(f"{issued.url.path}/seal.json").json()["note"] == (
        "An integrity seal of the gateway, and no legal signature."
    )


def test_what_is_lacking_is_named_before_anybody_can_issue(person, house) -> None:
    from gateway.registry.laboratory_work import WorkOrderRow

    draft = begun(person, house)
    with transaction(house.engine) as session:
        session.get_one(WorkOrderRow, house.order).method = ""
    text = person.get(draft).text
    assert "1 things are lacking" in text
    assert "Lacks the method, with its document." in text
    assert f"{draft}/issue" not in text
    refused = send(person, f"{draft}/issue", draft)
    assert refused.status_code == 422
    assert "Cannot be issued: 1 things are lacking. Look at the list." in refused.text


def test_amendment_and_withdrawal_by_the_pages(person, stranger, house) -> None:
    first = house.issue()
    page = f"/laboratory/documents/{first}"
    draft = send(person, "/laboratory/documents", page, order=house.order, amends=first, change="Sửa địa chỉ.").url.path
    second = send(person, f"{draft}/issue", draft).url.path
    assert "HC-2026-0001 : Sửa địa chỉ." in plain(person.get(second).text)
    assert "Replaced" in person.get(page).text
    withdrawn = send(person, f"{second}/withdraw", second, why="Chuẩn sai.")
    assert "Withdrawn" in withdrawn.text
    with Session(house.engine) as session:
        tokens = dict(session.execute(select(IssuedDocumentRow.number, IssuedDocumentRow.token)).all())
    assert "Replaced by document No. HC-2026-0002" in stranger.get(f"/verify/{tokens['HC-2026-0001']}").text
    assert "Withdrawn, holds no longer" in stranger.get(f"/verify/{tokens['HC-2026-0002']}").text


def test_a_signed_file_that_is_another_is_refused_on_its_page(person, house) -> None:
    draft = begun(person, house)
    exported = send(person, f"{draft}/export", draft)
    assert "HC-2026-0001 · Waiting for signature" in plain(exported.text)
    token = re.search(r'name="token" value="([^"]+)"', exported.text)
    answer = person.post(f"{draft}/signed", data={"token": token[1]}, files={"file": ("a.pdf", b"%PDF-1.7 other")})
    assert answer.status_code == 422
    assert "This is not the file that was exported" in answer.text


def test_the_public_page_gives_away_nothing_else(stranger, house) -> None:
    document = house.issue()
    with Session(house.engine) as session:
        row = session.get_one(IssuedDocumentRow, document)
        token, pdf, xml = row.token, row.pdf, row.xml
    text = stranger.get(f"/verify/{token}").text
    main = plain(text.partition("<main")[2].partition("<section")[0])
    for told in (
        "HC-2026-0001",
        "Calibration",
        "2026-11-22",
        "Phòng Đo lường",
        "Issued, neither amended nor withdrawn",
    ):
        assert told in main
    for secret in ("Sa Đéc", "CAN-01", "B123456789", "Nguyễn Văn Cường", "PCV-2026", document):
        assert secret not in text
    for content in (pdf, xml):
        answer = stranger.post("/verify/file", files={"file": ("x", content)})
        assert "This file is the one that was issued, unchanged." in answer.text
    changed = stranger.post("/verify/file", files={"file": ("x", pdf.replace(b"%%EOF", b"%%EOE"))})
    assert (changed.status_code, "Not a file that was issued here, or it was changed." in changed.text) == (404, True)
    unknown = stranger.get(f"/verify/{'0' * 32}")
    assert (unknown.status_code, "No document bears this code." in unknown.text) == (404, True)


def test_a_number_of_a_draft_is_not_public_before_it_is_issued(stranger, house) -> None:
    from gateway.certificates.choosing import Chosen

    draft = house.issuing.begin(house.staff, house.order, Chosen())
    house.issuing.export(house.authoriser, draft, "https://lab.example")
    with Session(house.engine) as session:
        token = session.get_one(DocumentDraftRow, draft).token
    assert stranger.get(f"/verify/{token}").status_code == 404


def test_who_asks_too_often_has_to_wait(stranger) -> None:
    answers = [stranger.get(f"/verify/{number:032x}").status_code for number in range(21)]
    assert answers == [404] * 20 + [429]


def test_without_a_folder_for_the_seal_nothing_is_prepared(house, web, person) -> None:
    draft = begun(person, house)
    app = create_app(Bare(house.engine), web=web, clock=lambda: house.now)
    with TestClient(app, cookies=dict(person.cookies), headers=EN) as client:
        assert client.get(draft).status_code == 503


def test_the_code_leads_to_the_address_that_customers_reach(house, person) -> None:
    """Not to what a proxy inside calls this gateway."""
    person.app.state.public_url = "https://lab.example/"
    draft = begun(person, house)
    assert "https://lab.example/verify/…" in person.get(draft).text
    send(person, f"{draft}/export", draft)
    with Session(house.engine) as session:
        [row] = session.scalars(select(DocumentDraftRow))
        assert row.address == f"https://lab.example/verify/{row.token}"
        assert f'"{row.address}"' in row.content
