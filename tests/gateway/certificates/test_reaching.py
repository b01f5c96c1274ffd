"""Who may issue a document, and of which order, when days have passed since it was exported."""

import pytest
from sqlalchemy.orm import Session

from gateway.certificates import issuing
from gateway.certificates.choosing import Chosen
from gateway.certificates.refusing import DocumentError
from gateway.registry import transaction
from gateway.registry.issued_documents import DocumentDraftRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.roles import Reader

BASE = "https://lab.example"


@pytest.fixture
def exported(house) -> str:
    draft = house.issuing.begin(house.staff, house.order, Chosen())
    house.issuing.export(house.authoriser, draft, BASE)
    return draft


@pytest.mark.parametrize("state", ["reviewed", "in_progress", "stopped"])
def test_an_order_that_was_taken_back_after_the_export_is_not_issued(house, exported, monkeypatch, state) -> None:
    monkeypatch.setattr(issuing, "check_signed", lambda *_: ())
    with transaction(house.engine) as session:
        session.get_one(WorkOrderRow, house.order).state = state
    with pytest.raises(DocumentError) as caught:
        house.issuing.take_signed(house.authoriser, exported, b"%PDF signed")
    assert str(caught.value) == (
        "Order PCV-2026-0001 is not authorised any more. Authorise it again, or void this document."
    )
    with Session(house.engine) as session:
        assert session.get_one(DocumentDraftRow, exported).state == "exported"
        assert session.get_one(WorkOrderRow, house.order).state == state


@pytest.mark.parametrize("name", ["Lê Văn An", "lê văn  an", "Le\u0302 Va\u0306n An", "Lê\u200b Văn An"])
def test_who_measured_issues_nothing_however_their_name_is_typed(house, name) -> None:
    draft = house.issuing.begin(house.staff, house.order, Chosen())
    who = Reader("an", name, house.authoriser.grants)
    with pytest.raises(DocumentError) as caught:
        house.issuing.issue(who, draft, BASE)
    assert str(caught.value) == "You performed this work. Somebody else has to issue its document."
