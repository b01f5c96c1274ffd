"""Numbers of requests and work orders: each once, by the laboratory's own pattern."""

from concurrent.futures import ThreadPoolExecutor

from gateway.laboratory.numbering import next_number
from gateway.registry.laboratory_work import CalibrationRequestRow, WorkOrderRow
from gateway.registry.roles import SYSTEM


def numbered(lab, year: int = 2026, of=WorkOrderRow) -> str:
    with lab.book.writing(SYSTEM) as writing:
        return next_number(writing.session, of, lab.row, year)


def test_the_first_numbers_are_the_usual_ones(lab) -> None:
    assert numbered(lab) == "PCV-2026-0001"
    assert numbered(lab, of=CalibrationRequestRow) == "PYC-2026-0001"


def test_a_number_is_one_above_the_greatest_also_of_what_is_out_of_use(lab) -> None:
    lab.order("PCV-2026-0007")
    last = lab.order("PCV-2026-0012")
    lab.order("PCV-2026-0003")
    lab.book.retire(SYSTEM, "work_order", last.id, None, "nhầm")
    assert numbered(lab) == "PCV-2026-0013"


def test_a_laboratory_keeps_its_own_pattern_over_the_years(lab) -> None:
    lab.order("117/2026/HC-KL.009")
    assert numbered(lab) == "117/2026/HC-KL.010"
    assert numbered(lab, 2027) == "117/2027/HC-KL.001"
    assert numbered(lab, 2029) == "PCV-2029-0001"


def test_another_laboratory_counts_by_itself(lab) -> None:
    lab.order("PCV-2026-0004")
    other = lab.book.make(SYSTEM, "laboratory", {"organisation": lab.organisation, "name": "Phòng Nhiệt"}).id
    with lab.book.writing(SYSTEM) as writing:
        assert next_number(writing.session, WorkOrderRow, other, 2026) == "PCV-2026-0001"


def test_people_who_ask_at_once_get_each_their_own_and_leave_no_gap(lab) -> None:
    def one(_: int) -> str:
        with lab.book.writing(SYSTEM) as writing:
            number = next_number(writing.session, WorkOrderRow, lab.row, 2026)
            its = {"laboratory": lab.row, "number": number, "kind": "calibration", "instrument": lab.instrument}
            its |= {"state": "received", "received": "2026-11-20", "condition": "tốt", "place_of_work": "laboratory"}
            writing.make("work_order", its)
            return number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(one, range(12)))
    assert sorted(numbers) == [f"PCV-2026-{k:04d}" for k in range(1, 13)]
