"""The key of the seals: its owner's alone, and never replaced without a word."""

import pytest
from sqlalchemy.orm import Session

from gateway.certificates.checking import check_documents
from gateway.certificates.issuing import Issuing
from gateway.certificates.seals import LOST_FILE, SealError


def test_a_key_that_is_gone_is_not_replaced_by_another_until_somebody_says_so(house) -> None:
    house.issue()
    path = house.issuing.sealer.path
    path.unlink()
    house.issuing = Issuing(house.engine, lambda: house.now, house.balance["zone"], house.folder)
    with Session(house.engine) as session:
        told = [one.words for one in check_documents(session, house.issuing.sealer)]
    assert told == [f"{path}: the key of the seals is gone. Bring it back from a copy."]
    order = house.another_order("PCV-2026-0002")
    with pytest.raises(SealError) as caught:
        house.issue(order)
    assert str(caught.value) == (
        f"{path}: is gone, and 1 entries were sealed with it. Bring it back from a copy; where there is none, "
        f"put an empty file {LOST_FILE} beside it, and a new key is made."
    )
    assert not path.exists()
    path.with_name(LOST_FILE).touch()
    [draft] = [one.id for one in _drafts(house)]
    assert house.issuing.issue(house.authoriser, draft, "https://lab.example")


def test_a_key_that_others_may_read_seals_nothing(house) -> None:
    house.issue()
    path = house.issuing.sealer.path
    path.chmod(0o644)
    again = Issuing(house.engine, lambda: house.now, house.balance["zone"], house.folder).sealer
    with pytest.raises(SealError) as caught:
        again.seal(b"x")
    assert str(caught.value) == f"{path}: others may read the key of the seal. Run: chmod 600 {path}"


def _drafts(house):
    from gateway.registry.issued_documents import DocumentDraftRow

    with Session(house.engine) as session:
        return session.query(DocumentDraftRow).where(DocumentDraftRow.state == "draft").all()
