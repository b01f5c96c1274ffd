"""Instruments and certificates: what belongs together is looked at when it is written."""

import pytest

from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM, Role

BALANCE = {"code": "CAN-01", "name": "Cân phân tích", "status": "in_use", "unit": "g"}


def refused(world, noun: str, values: dict) -> dict[str, str]:
    with pytest.raises(WrongValuesError) as caught:
        world.book.make(SYSTEM, noun, values)
    return {name: why.en for name, why in caught.value.problems.items()}


def test_an_instrument_and_its_certificate_belong_to_its_owner(world) -> None:
    balance = world.book.make(SYSTEM, "instrument", BALANCE | {"organisation": world.press.id})
    verified = {"instrument": balance.id, "number": "KĐ-24-118", "kind": "verification", "issued": "24/11/2026"}
    verified |= {"issued_by": "Trung tâm Kỹ thuật", "valid_until": "2027-11-24"}
    certificate = world.book.make(SYSTEM, "certificate", verified)
    assert certificate.place.organisation == world.press.id
    staff = world.of(Role.LABORATORY_STAFF, world.press)
    assert [one.label for one in world.book.all(staff, "instrument")] == ["CAN-01 · Cân phân tích"]
    assert list(world.book.all(world.of(Role.LABORATORY_STAFF, world.dairy), "certificate")) == []


def test_a_range_goes_up_and_a_name_at_an_edge_needs_its_edge(world) -> None:
    values = BALANCE | {
        "organisation": world.press.id,
        "range_low": 10,
        "range_high": 2,
        "edge_instrument": "balance-1",
    }
    assert refused(world, "instrument", values) == {
        "range_high": "The range goes to 2, which is not above 10. Correct one of them.",
        "edge_instrument": "Has a name at an edge, but not the site and the edge. Fill in all three.",
    }


def test_only_a_verification_has_a_term_and_none_ends_before_it_was_issued(world) -> None:
    balance = world.book.make(SYSTEM, "instrument", BALANCE | {"organisation": world.press.id})
    values = {"instrument": balance.id, "number": "1", "issued": "2026-11-24", "issued_by": "Trung tâm Kỹ thuật"}
    assert refused(world, "certificate", values | {"kind": "calibration", "valid_until": "2027-11-24"}) == {
        "valid_until": "Only a verification has a term. Leave it empty, and write the due day at the instrument."
    }
    assert refused(world, "certificate", values | {"kind": "verification", "valid_until": "2025-11-24"}) == {
        "valid_until": "Valid until 2025-11-24, before it was issued on 2026-11-24. Correct one of them."
    }
