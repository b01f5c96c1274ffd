"""A document as digital certificate, or why there is none; it is said before the issue and kept after it."""

import json
import re
import sys

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from calibration.dcc import read_dcc
from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.sessions import begin_session
from gateway.api.app import create_app
from gateway.api.security import COOKIE
from gateway.certificates.choosing import Chosen
from gateway.certificates.digital import xml_of
from gateway.certificates.ledger import events_of
from gateway.registry import AccountRow, RecordRow, transaction
from gateway.registry.issued_documents import IssuedDocumentRow
from gateway.registry.roles import SYSTEM, Grant, Role

SMALL_K = "A point has a k below 1; the XML takes none."
NO_ERRORS = "There is no table of errors; the XML holds errors alone."


def test_a_usual_calibration_has_one_even_before_it_has_a_number(usual_document) -> None:
    xml, why = xml_of(msgspec.structs.replace(usual_document, number=""))
    assert why is None
    assert read_dcc(xml).certificate.instrument.serial == "B123456789"


def test_what_is_no_calibration_has_none_and_nobody_is_told_why(usual_document) -> None:
    assert xml_of(msgspec.structs.replace(usual_document, kind="test")) == (b"", None)


@pytest.mark.parametrize(
    ("lacks", "told"),
    [
        ({"tables": ()}, NO_ERRORS),
        ({"surroundings": ()}, "No surroundings were recorded; the XML demands them."),
        ({"k": 0.5}, SMALL_K),
        ({"place": ""}, "The XML cannot hold it: digital certificate: certificate HC-2026-0001: expected all of it "),
    ],
)
def test_why_there_is_none_is_said(usual_document, lacks, told) -> None:
    if "k" in lacks:
        tables = [
            msgspec.structs.replace(one, lines=tuple(msgspec.structs.replace(line, k=0.5) for line in one.lines))
            for one in usual_document.tables
        ]
        lacks = {"tables": tuple(tables)}
    xml, why = xml_of(msgspec.structs.replace(usual_document, **lacks))
    assert xml == b""
    assert why is not None
    assert why.en.startswith(told)
    assert why.vi != why.en


def test_a_gateway_without_the_part_for_xml_says_so(usual_document, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "lxml", None)
    xml, why = xml_of(usual_document)
    assert xml == b""
    assert why is not None
    assert why.en == "The gateway lacks the part for XML. Install nhipdo[dcc]."


def test_it_is_said_on_the_drafts_page_and_kept_in_the_sealed_ledger(house, web) -> None:
    _with_a_small_k(house)
    draft = house.issuing.begin(house.staff, house.order, Chosen())
    preview = house.issuing.preview(house.staff, draft)
    assert preview.lacking == ()
    assert preview.without_xml is not None
    assert preview.without_xml.en == SMALL_K

    class Bare:
        engine = house.engine
        timeseries = None
        secret = "a secret of this test"

    app = create_app(Bare(), web=web, clock=lambda: house.now, documents=house.folder)
    with transaction(house.engine) as session:
        row = make_account(session, SYSTEM, house.now, "cuong")
        grant(session, SYSTEM, house.now, row.id, Grant(Role.ADMINISTRATOR))
        cookie = begin_session(session, session.get_one(AccountRow, row.id), house.now, "192.0.2.1", "a test")
    with TestClient(app, cookies={COOKIE: cookie}, headers={"Accept-Language": "en"}) as person:
        shown = _plain(person.get(f"/laboratory/documents/drafts/{draft}").text)
        assert f"Issued without an XML file. {SMALL_K}" in shown
        document = house.issuing.issue(house.authoriser, draft, "https://lab.example")
        with Session(house.engine) as session:
            assert session.get_one(IssuedDocumentRow, document).xml == b""
            [entry] = events_of(session, document)
            assert json.loads(entry.statement)["without_xml"]["en"] == SMALL_K
        shown = _plain(person.get(f"/laboratory/documents/{document}").text)
        assert f"Issued without an XML file. {SMALL_K}" in shown
    assert house.problems() == []


def _plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def _with_a_small_k(house) -> None:
    with transaction(house.engine) as session:
        for row in session.query(RecordRow).where(RecordRow.noun == "calibration_result"):
            said = json.loads(row.body)
            if said.get("kind", "error") == "error":
                row.body = json.dumps(said | {"k": 0.9, "u": said["expanded"] / 0.9})
