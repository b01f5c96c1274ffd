"""What counts, what is refused in words, and what is said of conformity."""

import msgspec
import pytest

from edge_agent.bench.captured import in_force
from edge_agent.bench.evaluation import EvaluationError, evaluate
from edge_agent.bench.loading import load_procedure
from edge_agent.wire.bench import BenchItem, CaptureJudged, Reading
from edge_agent.wire.bench_settings import BenchStandard, StatedValue

THERMOMETER = load_procedure("digital-thermometer").procedure
BALANCE = load_procedure("technical-balance").procedure
ITEM = BenchItem(name="t", unit="Cel", range_low=0.0, range_high=100.0, resolution=0.1, mpe="0.5")
SCALE = BenchItem(name="b", unit="g", range_low=0.0, range_high=1000.0, resolution=0.1)
PLACE = "procedure digital-thermometer: as_found: test errors"


def bath(value: float, u: float = 0.01) -> Reading:
    return Reading(value=value, unit="Cel", corrected=value, u=u)


def warm_by(error: float):
    """A thermometer that is off by so much, and scatters a little."""
    return lambda step: (step.nominal + error + 0.01 * (step.repeat % 2), bath(step.nominal))


WARM = warm_by(0.1)


@pytest.fixture
def calibrated(session_of, captured):
    """Results of a thermometer whose captures may be changed."""

    def make(read=WARM, change=list, procedure=THERMOMETER, item=ITEM, standards=None, judged=(), **more):
        session = session_of(procedure, item, **more)
        return evaluate(procedure, session, change(captured(procedure, session, read)), standards, judged)

    return make


def with_indication(number: int, **fields):
    """Captures of which one has another indication."""
    return lambda captures: [
        msgspec.structs.replace(one, indication=msgspec.structs.replace(one.indication, **fields))
        if one.number == number
        else one
        for one in captures
    ]


def test_a_result_says_what_it_rests_on(calibrated):
    first, *_, last = calibrated()
    assert (first.key, first.nominal, first.captures) == ("k.as_found.errors.0", 0.0, (1, 2, 3, 4, 5))
    assert (last.nominal, last.captures) == (100.0, (21, 22, 23, 24, 25))
    assert (first.unit, first.channel, first.kind, first.reference) == ("Cel", "temperature", "error", 0.0)
    assert first.quantity == {"vi": "Sai số của số chỉ", "en": "Errors of indication"}
    assert first.error == pytest.approx(0.106)
    assert first.expanded == pytest.approx(first.k * first.u)
    assert first.u == pytest.approx(sum(row.contribution**2 for row in first.budget) ** 0.5)
    assert [(row.name, row.distribution, row.evaluation, row.dof) for row in first.budget if row.name == "reading"] == [
        ("reading", "t", "A", 4.0)
    ]


def test_as_found_and_as_left_stand_each_for_itself(session_of, captured):
    session = session_of(THERMOMETER, ITEM, adjusted_at=5, adjustment="offset set")
    found = captured(THERMOMETER, session, warm_by(0.4))
    left = captured(THERMOMETER, session, warm_by(0.0), run="as_left", first=26)
    results = evaluate(THERMOMETER, session, found + left)
    assert [one.run for one in results] == ["as_found"] * 5 + ["as_left"] * 5
    assert [round(one.error, 3) for one in results] == [0.406] * 5 + [0.006] * 5
    assert len({one.key for one in results}) == 10


def test_a_session_under_way_has_results_of_the_points_so_far(calibrated):
    assert [one.nominal for one in calibrated(change=lambda captures: captures[:10])] == [0.0, 25.0]


def test_what_was_rejected_taken_back_or_done_again_does_not_count(session_of, captured):
    session = session_of(THERMOMETER, ITEM)
    one, two, three, four, *_ = captured(THERMOMETER, session, warm_by(0.0))
    rejected = msgspec.structs.replace(one, is_accepted=False)
    gone = msgspec.structs.replace(two, gone=True)
    again = msgspec.structs.replace(three, number=90, replaces=3)
    same_step = msgspec.structs.replace(four, number=91)
    assert [c.number for c in in_force([same_step, rejected, gone, three, again, four])] == [90, 91]


def test_the_last_word_of_a_person_on_a_capture_holds(session_of, captured):
    session = session_of(THERMOMETER, ITEM)
    captures = captured(THERMOMETER, session, warm_by(0.0))[:2]

    def said(number, is_accepted, at):
        return CaptureJudged(
            key="j", session="k", number=number, is_accepted=is_accepted, reason="draught", entered_at=at
        )

    judged = [said(1, True, 30), said(1, False, 20), said(2, True, 10), said(2, False, 40)]
    assert [one.number for one in in_force(captures, judged)] == [1]
    # The one that was replaced counts again when a person rejects the one that replaced it.
    again = msgspec.structs.replace(captures[1], number=3, replaces=1)
    assert [one.number for one in in_force([captures[0], again], [said(3, False, 1)])] == [1]


@pytest.mark.parametrize(
    ("error", "rule", "verdict"),
    [
        (0.1, "", ""),
        (0.1, "guard_band", "pass"),
        (0.45, "guard_band", "fail"),
        (0.45, "simple_acceptance", "pass"),
        (0.45, "non_binary", "conditionalPass"),
        (0.51, "non_binary", "conditionalFail"),
        (0.9, "non_binary", "fail"),
    ],
)
def test_conformity_is_stated_by_the_rule_that_was_agreed_on(calibrated, error, rule, verdict):
    first, *_ = calibrated(warm_by(error), decision_rule=rule)
    assert (first.mpe, first.verdict, first.decision_rule) == (0.5, verdict, rule)
    assert (first.risk is None) == (not rule)
    # A guard band of U keeps the risk of a pass below 2.5 %; a fail inside the limits is mostly of an item in order.
    assert first.risk is None or first.risk < {"pass": 0.025 if rule == "guard_band" else 0.5}.get(verdict, 1.0)


@pytest.mark.parametrize(("mpe", "shown"), [("0.1", 20.1), ("0.1", 19.9), ("0.7 + 0.1", 20.8)])
def test_an_error_that_is_the_limit_in_decimals_is_within_it(calibrated, mpe, shown):
    """20.1 - 20 is 0.10000000000000142 in double precision, and 0.7 + 0.1 is 0.7999999999999999."""
    more = {"item": msgspec.structs.replace(ITEM, mpe=mpe), "decision_rule": "simple_acceptance"}
    for beyond, verdict in ((0.0, "pass"), (1e-9, "fail")):
        x = shown + beyond * (1 if shown > 20.0 else -1)
        [one] = calibrated(lambda _, x=x: (x, bath(20.0)), points={"errors": (20.0,)}, **more)
        assert (one.error, one.verdict) == (pytest.approx(x - 20.0, abs=1e-12), verdict)


def test_where_u_leaves_nothing_to_accept_nothing_is_said(calibrated):
    first, *_ = calibrated(
        lambda step: (step.nominal + 0.01 * step.repeat, bath(step.nominal, 0.3)), decision_rule="guard_band"
    )
    assert (first.mpe, first.verdict, first.risk, first.decision_rule) == (0.5, "", None, "guard_band")


def test_the_mpe_of_a_relative_error_is_a_share_too(calibrated):
    meter = load_procedure("electricity-meter").procedure
    item = BenchItem(name="m", unit="W", range_low=0.0, range_high=1000.0, resolution=0.1, mpe="0.01 * abs(x)")

    def read(step):
        return step.nominal * 1.004 + 0.01 * step.repeat, Reading(
            value=step.nominal, unit="W", corrected=step.nominal, u=0.0005 * step.nominal
        )

    last = calibrated(read, procedure=meter, item=item, decision_rule="guard_band")[-1]
    assert (last.unit, last.is_relative, last.measured_unit, last.verdict) == ("%", True, "W", "pass")
    assert last.error == pytest.approx(0.403)
    assert last.mpe == pytest.approx(1.00403)
    assert (last.indication, last.reference) == (pytest.approx(1004.03), 1000.0)


WEIGHTS = BenchStandard(
    code="S1",
    quantity="mass",
    unit="g",
    certificate="K-7",
    due="2030-01-01",
    values=tuple(
        StatedValue(nominal=nominal, label=label, value=nominal + 0.001, u=0.01, drift_u=0.004)
        for nominal, label in ((50.0, ""), (200.0, ""), (200.0, "200*"), (500.0, ""), (350.0, ""))
    ),
)


def test_weights_that_lie_together_add_up_with_their_u(calibrated):
    loads = {50.0: ("50",), 250.0: ("50", "200*"), 500.0: ("500",), 750.0: ("500", "200", "50"), 350.0: ("350",)}
    loads[1000.0] = ("500", "200", "200*", "50")

    def read(step):
        return step.nominal + 0.1 * (step.repeat % 2), Reading(value=step.nominal, unit="g", parts=loads[step.nominal])

    second = calibrated(read, procedure=BALANCE, item=SCALE, standards={"S1": WEIGHTS})[3]
    rows = {row.name: row.u for row in second.budget}
    assert second.reference == pytest.approx(250.002)
    assert (rows["ref"], rows["drift"]) == (pytest.approx(0.02), pytest.approx(0.008))


def test_a_standard_that_is_read_off_is_corrected_by_its_certificate(calibrated):
    standard = BenchStandard(
        code="S1", quantity="temperature", unit="Cel", certificate="K-8", due="2030-01-01", drift_u=0.002,
        points=((-1.0, 0.2, 0.01), (50.0, 0.3, 0.01), (101.0, 0.4, 0.01)), resolution=0.01,
    )  # fmt: skip

    def read(step):
        return step.nominal + 0.01 * step.repeat, Reading(value=step.nominal, unit="Cel", is_typed=True)

    third = calibrated(read, standards={"S1": standard})[2]
    rows = {row.name: row.u for row in third.budget}
    assert third.reference == pytest.approx(49.7)
    assert rows["ref"] == pytest.approx((0.01**2 + 0.01**2 / 12) ** 0.5)
    assert rows["drift"] == 0.002


AGAIN = "Capture the point again."
OUTSIDE = BenchStandard(
    code="S1", quantity="temperature", unit="Cel", certificate="K-8", due="2030-01-01",
    points=((-1.0, 0.2, 0.01), (20.0, 0.3, 0.01), (30.0, 0.4, 0.01)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"change": with_indication(7, unit="K")},
            f"{PLACE}: capture 7: indication: expected Cel, got K. Set the instrument to Cel.",
        ),
        (
            {"change": with_indication(7, value=float("nan"))},
            f"{PLACE}: capture 7: indication: expected a number, got nan. {AGAIN}",
        ),
        (
            {"change": lambda _: []},
            "procedure digital-thermometer: captures: expected one or more accepted ones, got none. Capture a point.",
        ),
        (
            {"item": msgspec.structs.replace(ITEM, unit="K")},
            (
                "procedure digital-thermometer: unit of the item: expected Cel, got K. "
                "Enter the item's range in that unit, or choose another procedure."
            ),
        ),
        (
            {"change": lambda captures: captures[:1]},
            f"{PLACE}, point 1: dof_s: expected two or more repeats, got one. Capture the point once more.",
        ),
        (
            {"read": lambda step: (step.nominal, None)},
            (
                f"{PLACE}, point 1: reference: expected one with every capture, got none. "
                "Choose the standard, and capture again."
            ),
        ),
        (
            {"read": lambda step: (step.nominal, Reading(value=1.0, unit="K", corrected=1.0, u=0.1))},
            (
                f"{PLACE}: capture 1: reference thermometer: expected readings in Cel, got K. "
                "Take a standard of that unit."
            ),
        ),
        (
            {"read": lambda step: (step.nominal, bath(step.nominal, float("nan")))},
            (
                f"{PLACE}: capture 1: reference thermometer: expected numbers, u of 0 or more, "
                f"got 0.0 with u = nan and drift_u = 0.0. {AGAIN}"
            ),
        ),
        (
            {"read": lambda step: (step.nominal, Reading(value=step.nominal, unit="Cel", certificate="K-9"))},
            (
                f"{PLACE}: capture 1: reference thermometer: expected a value by certificate K-9 with its uncertainty "
                "at 0 Cel, got none. Take a standard whose certificate covers this point, and capture it again."
            ),
        ),
        (
            {
                "read": lambda step: (step.nominal, Reading(value=step.nominal, unit="Cel")),
                "standards": {"S1": OUTSIDE},
            },
            (
                f"{PLACE}: capture 11: standard S1: certificate K-8: expected indications that it covers, "
                "-1 to 30 Cel, got 50 Cel. Take a standard whose certificate covers this point, and capture it again."
            ),
        ),
        (
            {"item": msgspec.structs.replace(ITEM, mpe="0.5 * y")},
            (
                f"{PLACE}, point 1: model '0.5 * y': column 7: expected one of x, got 'y'. "
                "Add it to the inputs or correct it."
            ),
        ),
        (
            {"item": msgspec.structs.replace(ITEM, mpe="x - 1000")},
            (
                f"{PLACE}, point 1: mpe 'x - 1000': expected a number above 0 at x = 0.106, got -999.894. "
                "Correct the formula."
            ),
        ),
        (
            {"decision_rule": "the_usual"},
            (
                f"{PLACE}, point 1: decision rule: expected one of six_sigma, three_sigma, guard_band, non_binary, "
                "iso_14253_1, simple_acceptance, uncritical, got 'the_usual'. Agree on one of these."
            ),
        ),
    ],
)
def test_what_cannot_be_evaluated_is_refused_in_words(calibrated, options, text):
    with pytest.raises(EvaluationError) as caught:
        calibrated(**options)
    assert str(caught.value) == text


def test_a_figure_that_a_later_test_needs_must_have_been_found(calibrated):
    def weigh(step):
        return step.nominal, Reading(value=step.nominal, unit="g", corrected=step.nominal, u=0.01)

    with pytest.raises(EvaluationError) as caught:
        calibrated(
            weigh,
            lambda captures: [one for one in captures if one.test == "errors"],
            BALANCE,
            SCALE,
        )
    assert str(caught.value) == (
        "procedure technical-balance: as_found: test errors, point 1: ecc: expected a test of kind eccentricity that "
        "is done, got none. Do that test first."
    )
