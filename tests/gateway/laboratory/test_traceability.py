"""The chain up to the national standard: each link judged at the time of its use."""

from gateway.laboratory.chain_picture import HEIGHT, ROW, place
from gateway.laboratory.traceability import Certified, Used, chain

NATIONAL = Certified("n", "VMI-1", "e2", "E2", "VMI", "2024-01-10", is_national=True)
TOP = Certified("t", "HC-9", "balance", "Balance", "Centre", "2026-06-01")


def standard(**changed: object) -> Certified:
    values = {"id": "s", "number": "HC-1", "instrument": "f1", "name": "F1", "issued_by": "Centre", "day": "2025-04-02"}
    return Certified(**(values | changed))  # type: ignore[arg-type]


def states(middle: Certified, *behind: Used) -> list[str]:
    used = {"t": [Used("f1", "F1", "s")], "s": list(behind)}
    return [one.state for one in chain(TOP, {"t": TOP, "s": middle, "n": NATIONAL}, used)]


def test_a_whole_chain_ends_at_a_national_institute() -> None:
    assert states(standard(), Used("e2", "E2", "n")) == ["fine", "fine", "national"]


def test_a_link_is_out_of_date_at_the_time_of_its_use_and_not_today() -> None:
    # Used on 2026-06-01: an interval of 12 months from 2025-04-02 was over, one of 15 was not.
    assert states(standard(interval_months=12), Used("e2", "E2", "n"))[1] == "out_of_date"
    assert states(standard(interval_months=15), Used("e2", "E2", "n"))[1] == "fine"
    assert states(standard(valid_until="2026-05-31"), Used("e2", "E2", "n"))[1] == "out_of_date"
    assert states(standard(valid_until="2026-06-01"), Used("e2", "E2", "n"))[1] == "fine"
    assert states(standard(day="2026-06-02"), Used("e2", "E2", "n"))[1] == "certified_after_use"


def test_what_is_withdrawn_missing_or_only_in_words_is_named() -> None:
    assert states(standard(status="withdrawn"), Used("e2", "E2", "n"))[1] == "withdrawn"
    assert states(standard(status="replaced"), Used("e2", "E2", "n"))[1] == "replaced"
    assert states(standard())[1] == "ends_unsaid"
    assert states(standard(), Used("", "Weights"))[2] == "missing"
    assert states(standard(), Used("", "Weights", number="X-1"))[2] == "not_listed"
    closed = chain(TOP, {"t": TOP}, {"t": [Used("", "F1", is_closed=True)]})
    assert [(one.state, one.warns, one.certificate) for one in closed] == [
        ("fine", False, "t"),
        ("closed", False, ""),
    ]


def test_a_loop_is_told_once_and_ends() -> None:
    assert states(standard(), Used("balance", "Balance", "t")) == ["fine", "fine", "loop"]


def test_a_very_deep_chain_and_a_very_broad_one_end() -> None:
    many = {str(k): standard(id=str(k), number=str(k)) for k in range(40)}
    deep = {str(k): [Used("x", "x", str(k + 1))] for k in range(39)}
    assert [one.state for one in chain(many["0"], many, deep)][-1] == "too_long"
    broad = {str(k): [Used("x", "x", str(j)) for j in range(40)] for k in range(40)}
    assert len(chain(many["0"], many, broad)) < 3000


def test_no_two_boxes_of_the_picture_touch_and_each_hangs_below_its_own() -> None:
    used = {"t": [Used("f1", "F1", "s"), Used("", "Other")], "s": [Used("e2", "E2", "n")]}
    drawn, height = place(chain(TOP, {"t": TOP, "s": standard(), "n": NATIONAL}, used))
    assert [one.y for one in drawn] == [0, ROW, 2 * ROW, 3 * ROW]
    assert height == 3 * ROW + HEIGHT
    assert [one.link.parent for one in drawn] == [-1, 0, 1, 0]
