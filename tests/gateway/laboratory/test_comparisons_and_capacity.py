"""Scores of comparisons by their formulas, and counts of what was done by hand."""

from math import sqrt

import pytest

from gateway.laboratory.capacity import Document, ScopeLine, Served, field_of, new_fields, served, share_in_order
from gateway.laboratory.comparisons import Entered, scored

OURS = Entered("Centre", True, "2026-05-01", 100.0006, 0.0002, 100.0001, 0.0001, 0.0002)
OTHER = Entered("PT 03", False, "2026-05-02", 100.0, 0.0004, None, None, None)


def test_scores_are_those_of_iso_13528() -> None:
    (ours, other), _, is_prime = scored([OTHER, OURS])
    assert (ours.name, other.name, is_prime) == ("Centre", "PT 03", False)
    assert ours.en is not None
    assert ours.z is not None
    assert ours.zeta is not None
    assert ours.en.value == pytest.approx(0.0005 / sqrt(0.0002**2 + 0.0001**2), rel=1e-6)
    assert ours.z.value == pytest.approx(2.5, rel=1e-6)
    assert ours.zeta.value == pytest.approx(0.0005 / sqrt(0.0001**2 + 0.00005**2), rel=1e-6)
    assert (ours.verdict, other.verdict) == ("action", "acceptable")


def test_an_uncertain_assigned_value_widens_z() -> None:
    rows, _, is_prime = scored([OURS._replace(assigned_expanded=0.0004)])
    assert is_prime
    assert rows[0].z is not None
    assert rows[0].z.value == pytest.approx(0.0005 / sqrt(0.0002**2 + 0.0002**2), rel=1e-6)


def test_without_an_assigned_value_or_an_uncertainty_nothing_is_judged() -> None:
    assert scored([OURS._replace(assigned=None)])[0][0].verdict == "unsaid"
    bare = scored([OURS._replace(expanded=None, assessment_sd=None)])[0][0]
    assert (bare.en, bare.z, bare.zeta, bare.verdict) == (None, None, None, "unsaid")


MASS = ScopeLine("L", "calibration", "mass", "Cân phân tích", "g", "2025-01-01", "")
HEAT = ScopeLine("L", "calibration", "temperature", "Nhiệt kế", "Cel", "2026-04-01", "2026-06-30")
WATER = ScopeLine("L", "calibration", "volume_flow", "Bình chuẩn", "g", "", "")


def document(**changed: str) -> Document:
    values = {"laboratory": "L", "kind": "calibration", "issued": "2026-05-10", "status": ""}
    return Document(**(values | {"instrument_kind": "cân phân tích", "unit": "g"} | changed))


def test_a_field_is_that_of_the_scope_on_the_day_and_never_guessed() -> None:
    assert field_of(document(), [MASS, HEAT, WATER]) == "mass"
    assert field_of(document(instrument_kind="Khác"), [MASS, WATER]) == ""
    assert field_of(document(instrument_kind="Khác", unit="Cel"), [MASS, HEAT]) == "temperature"
    assert field_of(document(instrument_kind="Khác", unit="Cel", issued="2026-07-01"), [MASS, HEAT]) == ""
    assert field_of(document(laboratory="M"), [MASS]) == ""


def test_withdrawn_and_replaced_documents_and_those_of_other_days_are_not_counted() -> None:
    every = [
        document(),
        document(issued="2026-05-31"),
        document(issued="2026-06-01"),
        document(status="withdrawn"),
        document(status="replaced"),
        document(issued="2025-12-31"),
        document(laboratory=""),
    ]
    assert served(every, [MASS], "2026-01-01", "2026-12-31") == [
        Served("L", "2026-05", "calibration", "mass", 2),
        Served("L", "2026-06", "calibration", "mass", 1),
    ]


def test_a_new_field_came_after_the_base_day_and_still_holds() -> None:
    lines = [MASS, HEAT, WATER]
    assert new_fields(lines, "2026-01-01", "2026-05-01") == [("calibration", "temperature")]
    assert new_fields(lines, "2026-01-01", "2026-07-01") == []
    assert new_fields(lines, "2024-01-01", "2026-05-01") == [("calibration", "mass"), ("calibration", "temperature")]


def test_the_share_in_order_leaves_out_what_rests() -> None:
    assert share_in_order(["in_order", "in_order", "not", "at_rest"]) == pytest.approx(2 / 3)
    assert share_in_order(["at_rest"]) is None
