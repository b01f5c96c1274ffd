from datetime import UTC, date, datetime

import numpy as np
import pytest

from calibration.drift import Calibrated, covariance, segments


def result(on, state="unadjusted"):
    return Calibrated(on, 0.0, 0.1, state)


def cut(*results):
    return [([(r.on, r.state) for r in s.results], s.closed) for s in segments(results)]


def test_as_left_opens_and_as_found_closes_whatever_the_order_of_the_rows():
    assert cut(result(9, "as_left"), result(0, "as_left"), result(9, "as_found"), result(5)) == [
        ([(0, "as_left"), (5, "unadjusted"), (9, "as_found")], True),
        ([(9, "as_left")], False),
    ]


def test_as_left_without_as_found_opens_a_segment_too():
    assert cut(result(0), result(5), result(9, "as_left")) == [
        ([(0, "unadjusted"), (5, "unadjusted")], True),
        ([(9, "as_left")], False),
    ]


def test_what_follows_an_as_found_belongs_to_another_segment():
    assert cut(result(0), result(5, "as_found"), result(9)) == [
        ([(0, "unadjusted"), (5, "as_found")], True),
        ([(9, "unadjusted")], False),
    ]


def test_results_share_what_their_common_reference_has():
    results = [
        Calibrated(0, 0.0, 0.5, reference="R1", u_reference=0.3),
        Calibrated(1, 0.0, 0.5, reference="R2", u_reference=0.2),
        Calibrated(2, 0.0, 0.6, reference="R1", u_reference=0.4),
        Calibrated(3, 0.0, 0.7, u_reference=0.5),
    ]
    expected = [[0.25, 0, 0.12, 0], [0, 0.25, 0, 0], [0.12, 0, 0.36, 0], [0, 0, 0, 0.49]]
    assert covariance(results) == pytest.approx(np.array(expected))


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: segments([]), "drift: history: expected one result or more, got 0. Calibrate first."),
        (
            lambda: segments([result(3, "as_left"), result(3, "as_left")]),
            "drift: 3: state: expected one result as_left, got two. Keep one of them, or correct its day.",
        ),
        (
            lambda: segments([result(date(2024, 5, 1)), result(date(2024, 5, 1), "as_left")]),
            (
                "drift: 2024-05-01: state: expected as_found and as_left, or one unadjusted, got unadjusted and "
                "as_left. Keep one of them, or correct its day."
            ),
        ),
        (
            lambda: segments([result(3.0), result(date(2024, 5, 1))]),
            ("drift: on: expected dates, or numbers of days, got both. Write all days of a history in one way."),
        ),
        (
            lambda: result(datetime(2024, 5, 1, 8, tzinfo=UTC)),
            (
                "drift: on: expected a date or a number of days, got datetime.datetime(2024, 5, 1, 8, 0, "
                "tzinfo=datetime.timezone.utc). Give the date of its place, without time."
            ),
        ),
        (
            lambda: Calibrated(3, 0.0, 0.0),
            (
                "drift: 3: u: expected a finite number above 0, got 0.0. "
                "Take it from the certificate: expanded uncertainty over k."
            ),
        ),
        (
            lambda: Calibrated(3, 0.0, 0.1, reference="R", u_reference=0.2),
            (
                "drift: 3: u_reference: expected 0 to u = 0.1, got 0.2. "
                "Give the reference's own part of u, not all of its budget."
            ),
        ),
        (
            lambda: Calibrated(3, 0.0, 0.1, reference=["R"], u_reference=0.1),
            "drift: 3: reference: expected a name, got ['R']. Name the reference standard, or leave it out.",
        ),
        (
            lambda: Calibrated(3, 0.0, 0.1, reference="R", u_reference="0.1"),
            "drift: 3: u_reference: expected a finite number, got '0.1'. Look at what it was computed from.",
        ),
        (
            lambda: Calibrated(1e10, 0.0, 0.1),
            (
                "drift: on: expected a number of days up to 1e+09, got 10000000000.0. "
                "Count from a nearer origin, in days."
            ),
        ),
        (
            lambda: Calibrated(3, 0.0, 0.1, "found"),
            ("drift: 3: state: expected one of as_found, unadjusted, as_left, got 'found'. Choose one of these."),
        ),
    ],
)
def test_a_history_that_contradicts_itself_is_refused(ask, says):
    with pytest.raises(ValueError, match="drift") as caught:
        ask()
    assert str(caught.value) == says
