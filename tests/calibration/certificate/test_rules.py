from collections.abc import Callable
from dataclasses import replace

import pytest

from calibration.certificate import (
    RULES,
    Amendment,
    Certificate,
    Circumstances,
    Conformity,
    Instrument,
    Method,
    Party,
    Point,
    Standard,
    missing,
)

ALL = Circumstances(receipt_matters=True, sampled=False, conformity_asked=True)


def clauses(certificate: Certificate, circumstances: Circumstances | None = None) -> list[str]:
    return [rule.clause for rule in missing(certificate, circumstances)]


def without_as_found(c: Certificate) -> Certificate:
    return replace(c, results=(replace(c.results[0], as_found=()), c.results[1]))


def without_as_left(c: Certificate) -> Certificate:
    return replace(c, results=(replace(c.results[0], as_left=()), c.results[1]))


def without_points(c: Certificate) -> Certificate:
    return replace(c, results=(c.results[0], replace(c.results[1], as_found=())))


def without_uncertainty(c: Certificate) -> Certificate:
    return replace(c, results=(c.results[0], replace(c.results[1], as_found=(Point(51.0, 50.0, 0.0, 2.0),))))


TAKEN_OUT: list[tuple[str, Callable[[Certificate], Certificate]]] = [
    ("7.8.2.1 a", lambda c: replace(c, title="")),
    ("7.8.2.1 b", lambda c: replace(c, laboratory=Party("Trung tâm Kỹ thuật"))),
    ("7.8.2.1 c", lambda c: replace(c, place="")),
    ("7.8.2.1 d", lambda c: replace(c, number="")),
    ("7.8.2.1 e", lambda c: replace(c, customer=Party("Công ty May Một"))),
    ("7.8.2.1 f", lambda c: replace(c, methods=(Method("So sánh", deviations=""),))),
    ("7.8.2.1 f", lambda c: replace(c, methods=())),
    ("7.8.2.1 g", lambda c: replace(c, instrument=Instrument("Nhiệt ẩm kế", condition="bình thường"))),
    ("7.8.2.1 g", lambda c: replace(c, instrument=Instrument("Nhiệt ẩm kế", serial="S-77"))),
    ("7.8.2.1 h", lambda c: replace(c, received=None)),
    ("7.8.2.1 i", lambda c: replace(c, ended=None)),
    ("7.8.2.1 j", lambda c: replace(c, issued=None)),
    ("7.8.2.1 l", lambda c: replace(c, only_items=False)),
    ("7.8.2.1 m", without_points),
    ("7.8.2.1 n", lambda c: replace(c, methods=(Method("So sánh", "ĐLVN 138:2004"),))),
    ("7.8.2.1 o", lambda c: replace(c, authorised_by="")),
    ("7.8.4.1 a", without_uncertainty),
    ("7.8.4.1 b", lambda c: replace(c, conditions=())),
    ("7.8.4.1 c", lambda c: replace(c, traceability="")),
    ("7.8.4.1 c", lambda c: replace(c, standards=(Standard("Nhiệt kế chuẩn"),))),
    ("7.8.4.1 d", without_as_found),
    ("7.8.4.1 d", without_as_left),
    ("7.8.4.1 d", lambda c: replace(c, adjustment="")),
    ("7.8.4.1 e", lambda c: replace(c, conformity=())),
    ("7.8.6.2", lambda c: replace(c, conformity=(Conformity("pass", "temperature", "±0.5 °C"),))),
    ("7.8.8", lambda c: replace(c, amends=Amendment("K-2024-117"))),
]


def test_a_finished_certificate_lacks_nothing(finished: Certificate) -> None:
    assert missing(finished, ALL) == ()


@pytest.mark.parametrize(("clause", "take_out"), TAKEN_OUT)
def test_what_is_taken_out_is_missed_by_its_clause_alone(finished: Certificate, clause: str, take_out) -> None:
    assert clauses(take_out(finished), ALL) == [clause]


@pytest.mark.parametrize(
    ("clause", "circumstances"),
    [
        ("7.8.2.1 k", Circumstances(sampled=True)),
        ("7.8.2.1 p", Circumstances(external=frozenset({"humidity"}))),
        ("7.8.4.1 f", Circumstances(opinions_asked=True)),
    ],
)
def test_what_circumstances_ask_for_is_missed(finished: Certificate, clause: str, circumstances: Circumstances) -> None:
    assert clauses(finished, circumstances) == [clause]


def test_what_circumstances_ask_for_is_met(finished: Certificate) -> None:
    marked = replace(finished.results[1], provider="Phòng hiệu chuẩn khác")
    stated = replace(finished, sampling="Không", opinions="Không", results=(finished.results[0], marked))
    asked = Circumstances(sampled=True, opinions_asked=True, external=frozenset({"humidity"}))
    assert clauses(stated, asked) == []


def test_an_empty_draft_misses_what_always_applies() -> None:
    always = {rule.clause for rule in RULES} - {
        "7.8.2.1 h",
        "7.8.2.1 k",
        "7.8.2.1 n",
        "7.8.2.1 p",
        "7.8.4.1 d",
        "7.8.4.1 e",
        "7.8.4.1 f",
        "7.8.6.2",
        "7.8.8",
    }
    assert set(clauses(Certificate())) == always


def test_rules_speak_both_languages_and_name_their_clause() -> None:
    assert str(RULES[0]) == "7.8.2.1 a: a title"
    assert all(rule.english and rule.vietnamese for rule in RULES)
    assert len({rule.clause for rule in RULES}) == len(RULES)


def test_what_came_in_dead_has_no_results_as_found(finished: Certificate) -> None:
    repaired = without_as_found(finished)
    assert clauses(repaired, ALL) == ["7.8.4.1 d"]
    assert clauses(repaired, replace(ALL, unmeasurable=frozenset({"temperature"}))) == []
    assert clauses(repaired, replace(ALL, unmeasurable=frozenset({"humidity"}))) == ["7.8.4.1 d"]
