"""Whether an instrument may be used: its owner's register, and the law before it."""

from datetime import date

import pytest

from gateway.laboratory.in_order import Asked, Paper, Term, standing
from gateway.laboratory.legal_terms import confirmed_terms

TODAY = date(2026, 11, 22)
PERIODIC = Term(("initial", "periodic", "after_repair"), 12, "2024-10-15")
ONCE = Term(("initial",), None, "2024-10-15")
LEGAL = Asked("in_use", legal_use=True)


def told(asked: Asked, *papers: Paper, terms: tuple[Term, ...] = (PERIODIC,)) -> tuple[str, str, str]:
    found = standing(asked, papers, terms, TODAY, 30)
    return found.state, found.why, found.until


@pytest.mark.parametrize(
    ("asked", "papers", "expected"),
    [
        (Asked("in_use", legal_use=False), (), ("unsaid", "no_certificate", "")),
        (
            Asked("in_use", legal_use=False, interval_months=12),
            (Paper("calibration", "2026-06-01"),),
            ("in_order", "in_date", "2027-06-01"),
        ),
        (
            Asked("in_use", legal_use=False, interval_months=12),
            (Paper("calibration", "2025-12-10"),),
            ("soon", "in_date", "2026-12-10"),
        ),
        (
            Asked("in_use", legal_use=False, next_due="2026-11-21"),
            (Paper("calibration", "2026-06-01"),),
            ("not", "overdue", "2026-11-21"),
        ),
        (Asked("in_use", legal_use=False), (Paper("calibration", "2026-06-01"),), ("unsaid", "no_due_day", "")),
        (
            Asked("broken", legal_use=False, interval_months=12),
            (Paper("calibration", "2026-06-01"),),
            ("at_rest", "broken", "2027-06-01"),
        ),
        (
            Asked("in_use", legal_use=False, interval_months=12),
            (Paper("calibration", "2026-06-01", status="withdrawn"),),
            ("unsaid", "no_certificate", ""),
        ),
    ],
)
def test_outside_of_group_2_the_owners_register_decides(asked, papers, expected) -> None:
    assert told(asked, *papers) == expected


def test_in_a_use_of_group_2_no_calibration_puts_it_in_order() -> None:
    calibrated = Paper("calibration", "2026-11-01")
    assert told(LEGAL._replace(next_due="2030-01-01", interval_months=24), calibrated) == ("not", "calibrated_only", "")
    assert told(LEGAL) == ("not", "not_verified", "")
    assert told(LEGAL, calibrated, Paper("verification", "2025-10-01")) == ("not", "verification_over", "2026-10-01")


def test_a_verification_holds_for_its_own_term_and_the_laws_whichever_ends_first() -> None:
    assert told(LEGAL, Paper("verification", "2026-05-01")) == ("in_order", "verified", "2027-05-01")
    short = Paper("verification", "2026-05-01", valid_until="2026-11-30")
    assert told(LEGAL, short) == ("soon", "verified", "2026-11-30")
    # The owner may ask for more than the law, and never for less.
    owner = LEGAL._replace(next_due="2026-11-01")
    assert told(owner, Paper("verification", "2026-05-01")) == ("not", "overdue", "2026-11-01")
    late = LEGAL._replace(next_due="2029-01-01")
    assert told(late, Paper("verification", "2026-05-01")) == ("in_order", "verified", "2027-05-01")


def test_what_is_verified_once_needs_no_second_one_and_an_unknown_term_is_not_guessed() -> None:
    old = Paper("verification", "2019-01-01")
    assert told(LEGAL, old, terms=(ONCE,)) == ("in_order", "verified_once", "")
    assert told(LEGAL, old, terms=()) == ("unsaid", "no_term", "")
    assert told(LEGAL, old, terms=(PERIODIC._replace(until="2025-12-31"), ONCE._replace(since="2026-01-01")))[0] == (
        "in_order"
    )


def test_an_adjustment_after_the_verification_ends_it_where_the_law_asks_for_another() -> None:
    papers = (Paper("verification", "2026-05-01"), Paper("calibration", "2026-08-01", adjusted=True))
    assert told(LEGAL, *papers) == ("not", "adjusted_since", "")
    assert told(LEGAL, *papers, terms=(ONCE,))[0] == "in_order"


def test_the_terms_that_ship_are_those_of_the_metrology_library() -> None:
    from calibration.intervals import LEGAL_PERIODS

    ours = {str(one["code"]).replace("-", "_"): one["months"] for one in confirmed_terms()}
    assert sorted(months or 0 for months in ours.values()) == sorted(one.months or 0 for one in LEGAL_PERIODS)
    same = {one.kind: one.months for one in LEGAL_PERIODS if one.kind in ours}
    assert same == {kind: ours[kind] for kind in same}
    assert len(same) >= 10
