"""Back to the edge: a certificate that is set corrects the next sample, and an adjustment ends that at once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from weighing import WALL, S, certificate

from edge_agent.collect import Sample
from edge_agent.oee import charts
from edge_agent.wire.bench import Adjusted
from edge_agent.wire.messages import Finding, SettingKept

POINTS = [(0.0, 0.0, 0.01), (100.0, 0.2, 0.03), (200.0, 0.6, 0.05)]
K1 = {"certificates": [certificate("K-1", WALL - 100 * S, POINTS)]}


def test_a_certificate_that_is_set_corrects_the_next_sample_within_a_second_with_its_u(bench) -> None:
    assert bench.read(50.0).numbers == {"mass": 50.0}
    answer = bench.sets(K1)
    assert (answer.key, answer.accepted, answer.in_force_revision) == ("certificate/balance-1", True, 1)
    point = bench.read(50.0)
    # Half way: error 0.1, u of both neighbours' mean 0.02; bend (0.004 - 0.002) / 200, at 50 from both ends.
    missed = (0.004 - 0.002) / 200 * 50 * 50
    assert point.numbers == pytest.approx({"mass": 49.9, "mass_u": (0.02**2 + missed**2 / 3) ** 0.5}, abs=1e-12)
    assert point.texts == {}


def test_what_was_read_before_and_is_committed_with_the_setting_is_corrected_and_nothing_older_is(
    bench,
) -> None:
    before = bench.read(50.0)
    bench.put([("mass", 60.0)])
    bench.sets(K1)
    assert "mass_u" in bench.points()[-1].numbers
    assert bench.points()[-2] == before


def test_resolution_and_drift_by_age_are_part_of_value_and_u(bench) -> None:
    year = int(365.25 * 86_400) * S
    told = certificate(
        "K-1",
        WALL - 2 * year,
        [(0.0, 0.1, 0.02), (100.0, 0.1, 0.02)],
        resolution=0.01,
        drift_per_year=0.03,
        u_drift_per_year=0.005,
    )
    bench.sets({"certificates": [told]})
    numbers = bench.read(50.0).numbers
    assert numbers["mass"] == pytest.approx(50.0 - 0.1 - 0.06, abs=1e-8)
    assert numbers["mass_u"] == pytest.approx(np.sqrt(0.02**2 + 0.01**2 + 0.01**2 / 12), abs=1e-9)


def test_a_single_point_holds_over_the_range_that_it_says_and_beyond_it_the_value_stays_raw(bench) -> None:
    bench.sets({"certificates": [certificate("K-1", WALL - S, [(50.0, 0.5, 0.1)], low=10.0, high=90.0)]})
    assert bench.read(20.0).numbers == pytest.approx({"mass": 19.5, "mass_u": 0.1})
    point = bench.read(90.5)
    assert (point.numbers, point.texts) == ({"mass": 90.5}, {"mass_q": "uncertain.out_of_range"})


def test_what_needs_a_certificate_and_has_none_is_uncalibrated_and_counted_in_windows(bench) -> None:
    bench.sets({"needs_certificate": True})
    point = bench.read(7.0)
    assert (point.numbers, point.texts) == ({"mass": 7.0}, {"mass_q": "uncertain.uncalibrated"})
    bench.mono += 60 * S
    bench.read(8.0)
    [window] = bench.points("window")
    assert (window.numbers["mass_n"], window.numbers["mass_max"]) == (2.0, 7.0)


def test_windows_that_are_summed_up_again_after_a_kill_count_the_same_values(bench) -> None:
    bench.sets({"needs_certificate": True})
    bench.read(7.0)
    bench.read(9.0, qualities=[("mass_q", "uncertain.unsettled")])
    bench.restart()
    bench.read(8.0)
    bench.mono += 60 * S
    bench.read(1.0)
    window = bench.points("window")[0]
    # The first of all came before the setting: good, and 1.0.
    assert (window.numbers["mass_n"], window.numbers["mass_max"], window.numbers["mass_min"]) == (3.0, 8.0, 1.0)


@pytest.mark.parametrize(
    ("said", "charted"),
    [
        ("uncertain.uncalibrated", 7.0),
        ("uncertain.calibration_overdue", 7.0),
        ("uncertain.adjusted_uncertified", None),
        ("uncertain.out_of_range", None),
        ("bad.no_reply", None),
    ],
)
def test_a_control_chart_takes_what_is_overdue_and_leaves_out_what_an_adjustment_has_shifted(said, charted) -> None:
    assert charts._good(Sample("balance-1", 1, [("mass", 7.0)], [("mass_q", said)]), "mass") == charted


def test_500_points_are_taken_and_501_refused(bench) -> None:
    many = [(float(x), 0.001 * x, 0.01) for x in range(500)]
    assert bench.sets({"certificates": [certificate("K-1", WALL - S, many)]}).accepted
    assert bench.read(250.5).numbers["mass"] == pytest.approx(250.5 - 0.2505)
    answer = bench.sets({"certificates": [certificate("K-2", WALL - S, [*many, (500.0, 0.5, 0.01)])]})
    assert answer.why == (
        "setting certificate/balance-1: Expected `array` of length <= 500 - at "
        "`$.certificates[0].channels[...].points`. Correct it and send it again."
    )


def test_before_a_certificate_applies_its_samples_are_uncalibrated(bench) -> None:
    bench.sets({"certificates": [certificate("K-1", bench.now + 5 * S, POINTS)]})
    assert bench.read(50.0).texts == {"mass_q": "uncertain.uncalibrated"}
    bench.mono += 5 * S
    assert "mass_u" in bench.read(50.0).numbers


def test_an_adjustment_stops_the_correction_at_once_until_a_certificate_that_applies_later(bench) -> None:
    bench.sets(K1)
    assert bench.adjusts(bench.now) == ""
    [said] = bench.records(Adjusted)
    assert (said.instrument, said.what) == ("balance-1", "span")
    point = bench.read(50.0)
    assert (point.numbers, point.texts) == ({"mass": 50.0}, {"mass_q": "uncertain.adjusted_uncertified"})
    bench.restart()
    assert bench.read(50.0).texts == {"mass_q": "uncertain.adjusted_uncertified"}
    k2 = certificate("K-2", bench.now, [(0.0, -0.1, 0.01), (200.0, -0.1, 0.01)])
    bench.sets({"certificates": [*K1["certificates"], k2]})
    assert bench.read(50.0).numbers == pytest.approx({"mass": 50.1, "mass_u": 0.01})


def test_an_adjustment_that_was_taken_back_lets_the_certificate_hold_again(bench) -> None:
    bench.sets(K1)
    bench.adjusts(bench.now)
    bench.adjusts(bench.now, gone=True)
    assert "mass_u" in bench.read(50.0).numbers


def test_an_adjustment_that_the_gateway_sends_back_counts_like_one_of_the_bench(bench) -> None:
    bench.sets(K1 | {"adjusted": [bench.now]})
    assert bench.read(50.0).texts == {"mass_q": "uncertain.adjusted_uncertified"}


def test_an_adjustment_of_an_instrument_that_is_not_here_is_refused_in_words(bench) -> None:
    assert bench.adjusts(bench.now, instrument="balance-9") == (
        'adjustment: there is no instrument "balance-9" here. Known are "press-1", "balance-1".'
    )
    assert bench.records(Adjusted) == []


def test_overdue_begins_at_the_local_midnight_after_the_due_day_and_the_correction_goes_on(bench) -> None:
    bench.sets(K1 | {"due": "2026-11-22"})
    midnight = int(datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp()) * S
    bench.mono = midnight - 1 - bench.offset
    assert bench.read(50.0).texts == {}
    bench.mono = midnight - bench.offset
    point = bench.read(50.0)
    assert point.texts == {"mass_q": "uncertain.calibration_overdue"}
    assert point.numbers["mass"] == pytest.approx(49.9)


def test_the_last_of_all_days_is_never(bench) -> None:
    assert bench.sets(K1 | {"due": "9999-12-31"}).accepted
    assert "mass_q" not in bench.read(50.0).texts


def test_a_sample_that_waited_for_the_clock_is_corrected_by_the_certificate_of_its_own_time(make_bench) -> None:
    bench = make_bench(clock='trust = "ntp"\nundated_max_s = 1000')
    bench.read(1.0)
    k2 = certificate("K-2", bench.now + 10 * S, [(0.0, 1.0, 0.1), (200.0, 1.0, 0.1)])
    bench.sets({"certificates": [*K1["certificates"], k2]})
    bench.is_set = False
    bench.restart()
    bench.put([("mass", 0.0)])
    bench.recorder.record()
    bench.mono += 20 * S
    bench.put([("mass", 0.0)])
    bench.recorder.record()
    assert len(bench.points()) == 1
    bench.is_set = True
    bench.recorder.record()
    first, second = bench.points()[-2:]
    assert (first.numbers, second.numbers) == (
        {"mass": 0.0, "mass_u": 0.01},
        pytest.approx({"mass": -1.0, "mass_u": 0.1}),
    )


def test_after_a_restart_the_certificate_holds_and_is_answered_for_again(bench) -> None:
    bench.sets(K1)
    bench.restart()
    assert "mass_u" in bench.read(50.0).numbers
    assert [one.in_force_revision for one in bench.records(SettingKept)] == [1, 1]


def test_a_withdrawn_certificate_corrects_no_more(bench) -> None:
    bench.sets(K1)
    bench.sets({"certificates": [], "needs_certificate": True})
    assert bench.read(50.0).texts == {"mass_q": "uncertain.uncalibrated"}
    bench.sets({})
    assert (bench.read(50.0).numbers, bench.read(50.0).texts) == ({"mass": 50.0}, {})


def test_what_the_instrument_said_of_a_value_itself_is_not_overwritten(bench) -> None:
    bench.sets(K1 | {"due": "2020-01-01"})
    point = bench.read(50.0, qualities=[("mass_q", "uncertain.unstable")])
    assert (point.texts, point.numbers["mass"]) == ({"mass_q": "uncertain.unstable"}, pytest.approx(49.9))


def test_the_status_shows_what_went_out_and_not_what_was_read(bench) -> None:
    bench.sets({"needs_certificate": True})
    bench.read(7.0)
    assert bench.recorder.grades["balance-1"] == "uncertain.uncalibrated"


def test_the_bench_learns_what_an_indication_stands_for(bench) -> None:
    bench.sets(K1)
    stood = bench.recorder.correcting.corrected("balance-1", "mass", 100.0, bench.now)
    assert (stood.value, stood.u, stood.certificate, stood.is_overdue) == (99.8, pytest.approx(0.03), "K-1", False)
    assert bench.recorder.correcting.corrected("balance-1", "mass", 201.0, bench.now) is None
    assert bench.recorder.correcting.corrected("press-1", "mass", 1.0, bench.now) is None


REFUSED = [
    (
        "balance-9",
        K1,
        'setting certificate/balance-9: there is no instrument "balance-9" here. Known are "press-1", "balance-1".',
    ),
    (
        "balance-1",
        {"certificates": [certificate("K-1", WALL, POINTS, unit="kg")]},
        (
            "setting certificate/balance-1: certificate K-1: mass: its points are in kg, the channel is in g. "
            "Convert the points."
        ),
    ),
    (
        "balance-1",
        {"certificates": [certificate("K-1", WALL, POINTS[::-1])]},
        (
            "setting certificate/balance-1: certificate K-1: mass: the point at 100 follows that at 200. "
            "Put them in order, each once."
        ),
    ),
    (
        "balance-1",
        {"certificates": [certificate("K-1", WALL, POINTS[:1])]},
        (
            "setting certificate/balance-1: certificate K-1: mass: a single point, without low and high. "
            "Say over which range its error holds."
        ),
    ),
    (
        "balance-1",
        {"certificates": [certificate("K-1", WALL, POINTS, high=250.0)]},
        (
            "setting certificate/balance-1: certificate K-1: mass: holds from 0 to 250, expected a range within its "
            "points, 0 to 200. Correct low or high."
        ),
    ),
    (
        "balance-1",
        {"certificates": [certificate("K-2", WALL, POINTS), certificate("K-1", WALL - S, POINTS)]},
        (
            "setting certificate/balance-1: certificate K-1: applies before K-2, which stands before it. "
            "Put them in order."
        ),
    ),
    (
        "balance-1",
        {"due": "2026-02-30"},
        'setting certificate/balance-1: due: "2026-02-30" is no day of any year. Correct it.',
    ),
]


@pytest.mark.parametrize(("instrument", "body", "why"), REFUSED)
def test_what_does_not_fit_is_refused_in_words_and_what_held_holds_on(bench, instrument, body, why) -> None:
    bench.sets(K1)
    answer = bench.sets(body, instrument)
    assert (answer.accepted, answer.why) == (False, why)
    assert answer.in_force_revision == (1 if instrument == "balance-1" else 0)
    assert "mass_u" in bench.read(50.0).numbers


def test_certificates_of_another_serial_number_are_refused_once_the_instrument_has_shown_its_own(bench) -> None:
    bench.put([], "press-1", texts=[("serial_number", "P-7")])
    bench.read(1.0)
    answer = bench.sets({"serial_number": "P-8"}, "press-1")
    assert answer.why == (
        'setting certificate/press-1: its certificates are of serial number "P-8", the instrument shows "P-7". '
        "Find out which instrument stands there."
    )
    assert bench.sets({"serial_number": "p-7"}, "press-1").accepted


def test_an_instrument_that_was_swapped_is_not_corrected_and_a_finding_says_so_until_it_is_back(bench) -> None:
    bench.sets({"serial_number": "P-7", "needs_certificate": False}, "press-1")
    bench.put([("press_force", 3.0)], "press-1", texts=[("serial_number", "P-8")])
    bench.read(1.0)
    [press] = [one for one in bench.points() if one.instrument == "press-1"]
    assert press.texts == {"press_force_q": "uncertain.uncalibrated"}
    [finding] = bench.records(Finding)
    assert (finding.key, finding.over) == ("certificate_of_another.press-1", False)
    assert finding.text == (
        'press-1: shows serial number "P-8", its certificates are of "P-7". Nothing is corrected. '
        "Find out which instrument stands there."
    )
    bench.put([("press_force", 4.0)], "press-1", texts=[("serial_number", "P-7")])
    bench.read(1.0)
    assert bench.records(Finding)[-1].over
