import math

import pytest

from calibration.decision import (
    GUARD_BAND,
    NON_BINARY,
    RULES,
    SIMPLE_ACCEPTANCE,
    UNCRITICAL,
    DecisionRule,
    Limits,
    agreed_rule,
    decide,
    statement,
)

UPPER = Limits(upper=10.0)


# ILAC-G8:09/2019, 4.2: U = 0.4, one upper limit at 10.
@pytest.mark.parametrize(
    ("value", "simple", "guarded", "four", "uncritical"),
    [
        (9.5, "pass", "pass", "pass", "pass"),
        (9.6, "pass", "pass", "pass", "pass"),
        (9.7, "pass", "fail", "conditional_pass", "pass"),
        (10.0, "pass", "fail", "conditional_pass", "pass"),
        (10.1, "fail", "fail", "conditional_fail", "pass"),
        (10.4, "fail", "fail", "conditional_fail", "pass"),
        (10.5, "fail", "fail", "fail", "fail"),
    ],
)
def test_verdicts_by_rule(value: float, simple: str, guarded: str, four: str, uncritical: str) -> None:
    rules = (SIMPLE_ACCEPTANCE, GUARD_BAND, NON_BINARY, UNCRITICAL)
    found = [decide(value, 0.4, UPPER, rule).verdict for rule in rules]
    assert found == [simple, guarded, four, uncritical]


# ILAC-G8:09/2019, table 1: risk at the acceptance limit, with k = 2.
@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("six_sigma", 1e-6),
        ("three_sigma", 0.0016),
        ("guard_band", 0.025),
        ("iso_14253_1", 0.05),
        ("simple_acceptance", 0.5),
    ],
)
def test_rules_of_ilac_keep_to_the_risk_of_their_table(name: str, below: float) -> None:
    rule = RULES[name]
    decision = decide(10.0 - rule.r * 0.4, 0.4, UPPER, rule)
    assert decision.allowed_risk <= below
    assert decision.risk == pytest.approx(decision.allowed_risk, rel=1e-9)


def test_the_uncritical_rule_keeps_the_risk_of_false_rejection_below_a_fortieth() -> None:
    decision = decide(10.4001, 0.4, UPPER, UNCRITICAL)
    assert decision.verdict == "fail"
    assert decision.risk < 0.025


def test_a_two_sided_decision_minds_both_limits() -> None:
    limits = Limits(9.0, 11.0)
    assert decide(9.3, 0.4, limits, GUARD_BAND).verdict == "fail"
    assert decide(9.3, 0.4, limits, NON_BINARY).verdict == "conditional_pass"
    assert decide(8.7, 0.4, limits, NON_BINARY).verdict == "conditional_fail"
    assert decide(8.5, 0.4, limits, NON_BINARY).verdict == "fail"


def test_a_statement_names_everything_in_english() -> None:
    decision = decide(10.08, 0.0432, Limits(9.9, 10.1), NON_BINARY)
    assert statement(decision, "mm", "en") == (
        "Conditional pass. Measured value 10.0800 mm, expanded uncertainty U = 0.0432 mm (k = 2), limits 9.9000 mm to "
        "10.1000 mm. Decision rule: guard band, four verdicts, w = 1 U = 0.0432 mm, acceptance limits 9.9432 mm to "
        "10.0568 mm (ILAC-G8:09/2019, 4.2.3). Probability that the true value is outside the limits: 17.7 %; largest "
        "risk of false acceptance by the rule: 2.28 %."
    )


def test_a_statement_names_everything_in_vietnamese() -> None:
    decision = decide(1234.6, 123, Limits(upper=1200), agreed_rule(-0.1), k=2.13, dof=16)
    assert statement(decision, "g", "vi") == (
        "Không đạt. Giá trị đo 1234,6 g, độ không đảm bảo đo mở rộng U = 123 g (k = 2,13), giới hạn không quá 1200 g. "
        "Quy tắc ra quyết định: theo thỏa thuận với khách hàng, w = -0,1 U = -12,3 g, giới hạn chấp nhận không quá "
        "1212,3 g (ILAC-G8:09/2019, bảng 1). Xác suất giá trị thực nằm trong giới hạn: 27,9 %; rủi ro chấp nhận sai "
        "lớn nhất theo quy tắc: 58,3 %."
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(9.99, "2.28 %"), (10.0, "50 %"), (10.015, "99.9 %"), (10.017, "> 99.9 %"), (10.1, "> 99.9 %")],
)
def test_a_probability_is_never_written_as_100_per_cent(value: float, shown: str) -> None:
    text = statement(decide(value, 0.01, UPPER, agreed_rule(-100.0)), "g", "en")
    assert f"outside the limits: {shown};" in text


def test_a_statement_with_a_lower_limit_and_no_unit() -> None:
    text = statement(decide(0.99, 0.001, Limits(lower=0.9), SIMPLE_ACCEPTANCE), "", "en")
    assert "limits at least 0.900." in text
    assert "outside the limits: < 0.0001 %;" in text


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: decide(10.0, 0.6, Limits(9.5, 10.5), GUARD_BAND),
            (
                "Limits: guard band: expected less than half of 1, the distance between the limits, got 0.6. "
                "Nothing could be accepted: lower the uncertainty or agree on another rule."
            ),
        ),
        (
            lambda: decide(10.0, 0.0, UPPER, GUARD_BAND),
            "decide: expanded: expected a finite number above 0, got 0.0. Take U from the result.",
        ),
        (
            lambda: decide(10.0, 0.1, UPPER, GUARD_BAND, k=0),
            "decide: k: expected a finite number above 0, got 0. Take the coverage factor that U was given with.",
        ),
        (
            lambda: DecisionRule("ours", math.nan),
            "decision rule ours: r: expected a finite number, got nan. Give w / U, 1 for w = U.",
        ),
        (
            lambda: DecisionRule("ours", 1.0, binary="no"),
            "decision rule ours: binary: expected True or False, got 'no'. Agree on it with the customer.",
        ),
        (
            lambda: agreed_rule(0, binary=False),
            (
                "decision rule agreed: r: expected a finite number above 0, got 0. "
                "Without a guard band nothing is conditional: make the rule binary."
            ),
        ),
        (
            lambda: statement(decide(9, 0.1, UPPER, GUARD_BAND), "g", "fr"),
            "statement: language: expected one of vi, en, got 'fr'. Choose one of these.",
        ),
    ],
)
def test_what_cannot_be_decided_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
