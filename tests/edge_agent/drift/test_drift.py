"""Drift at the edge: what is watched against a check standard tells of it in the same minute, and when it is over."""

import numpy as np
import pytest
from weighing import S, certificate

from edge_agent.config.drift_tables import DriftCheckConfig
from edge_agent.drift.watching import LIMIT, WEIGHT, WIDTH, DriftCheck, DriftState
from edge_agent.wire.messages import Finding

EVERY = 10 * S
START = 1_795_330_800 * S


def noise(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def fed(check: DriftCheck, errors, start: int = 0, other=None) -> list[Finding]:
    """One residual after another: findings with the number of the residual that they came after."""
    found = []
    for k, error in enumerate(errors):
        at = START + (start + k) * EVERY
        found += check.see(at, float(100.0 + error), is_other=False)
        if other is not None:
            found += check.see(at + S, float(100.0 + other[k]), is_other=True)
    return found


def check(**values: object) -> DriftCheck:
    its = {"channel": "bath-1.temperature", "stated": 100.0, "every_s": 10.0, "base": 120} | values
    return DriftCheck(DriftCheckConfig(**its), "Cel", DriftState())


def test_a_bias_that_does_not_move_says_nothing_and_a_shift_by_one_sigma_is_told_within_a_few_residuals() -> None:
    rng, one = noise(), check()
    assert fed(one, 0.5 + rng.normal(0, 0.1, 1000)) == []
    center, sigma = one.state.lines
    assert (center, sigma) == (pytest.approx(0.5, abs=0.04), pytest.approx(0.1, rel=0.2))
    [finding] = fed(one, 0.6 + rng.normal(0, 0.1, 60), start=1000)
    assert (finding.key, finding.kind, finding.over) == ("drift.bath-1.temperature", "drift", False)


def test_the_lines_are_those_of_the_averages_and_sums_computed_by_hand() -> None:
    rng, one = noise(3), check(base=30)
    base = rng.normal(0, 0.1, 30)
    fed(one, [*base, 0.0])
    center = float(np.mean(base))
    sigma = float(np.mean(np.abs(np.diff(base)))) / (2 / np.sqrt(np.pi))  # d2 of two values
    assert one.state.lines == (pytest.approx(center), pytest.approx(sigma))
    # The stretch that is open when the first signal comes is the next one.
    errors = rng.normal(0.12, 0.1, 100)
    z, high, first = center, 0.0, None
    for k, error in enumerate([0.0, *errors]):
        z += WEIGHT * (error - z)
        high = max(0.0, high + (error - center) / sigma - 0.5)
        if abs(z - center) > WIDTH * sigma * np.sqrt(WEIGHT / (2 - WEIGHT)) or high > LIMIT:
            first = k
            break
    told = None
    for k, error in enumerate(errors):
        if list(one.see(START + (31 + k) * EVERY, float(100.0 + error), is_other=False)):
            told = k
            break
    assert told == first


def test_a_drift_between_two_channels_is_told_with_its_rate_and_u_and_in_words() -> None:
    rng, one = noise(11), check(stated=None, against="bath-2.temperature")
    common = rng.normal(0, 5, 400)
    assert fed(one, common[:200] + rng.normal(0, 0.01, 200), other=common[:200]) == []
    ramp = np.arange(200) * 0.001
    [finding] = fed(one, common[200:] + ramp + rng.normal(0, 0.01, 200), start=200, other=common[200:])
    rate = one.rate
    per_day = 0.001 * 86_400 / 10
    assert abs(rate.value - per_day) < 3 * rate.u < 0.2 * per_day
    days = np.array([at for at, _ in one.state.last]) / (86_400 * S)
    assert rate.value == pytest.approx(np.polyfit(days - days[0], [r for _, r in one.state.last], 1)[0])
    before, _, after = finding.text.partition(" It moves by ")
    assert before.startswith("bath-1.temperature against bath-2.temperature: the residual is 0.0")
    assert before.endswith("as in the base of 120 from 2026-11-22 07:00 UTC on.")
    assert after.endswith("Look what has changed; if it stays, have it or the other instrument calibrated.")


def test_a_trouble_is_told_once_and_ends_when_it_is_over() -> None:
    rng, one = noise(5), check()
    fed(one, rng.normal(0, 0.1, 130))
    [begun] = fed(one, rng.normal(0.5, 0.1, 100), start=130)
    [ended] = fed(one, rng.normal(0, 0.1, 100), start=230)
    assert (begun.over, ended.over) == (False, True)
    assert ended.text == (
        "bath-1.temperature against its check standard of 100 Cel: lies within its lines again, 60 residuals in a row."
    )
    assert one.state.lines == check_lines(one)


def check_lines(one: DriftCheck) -> tuple[float, float]:
    average = one._average.chart.plot
    return average.center, average.sigma.value


def test_instruments_that_show_one_and_the_same_number_have_no_lines_yet() -> None:
    one = check(base=20)
    assert fed(one, np.zeros(100)) == []
    assert one.state.lines is None


def test_after_the_clock_was_set_back_it_goes_on() -> None:
    one = check(base=20)
    fed(one, noise().normal(0, 0.1, 25), start=1000)
    fed(one, noise().normal(0, 0.1, 40), start=0)
    assert one.state.bucket == START // EVERY + 39


def test_what_moves_after_the_clock_was_set_back_is_told_with_a_rate_of_the_time_that_runs_now() -> None:
    rng, one = noise(), check(base=20)
    fed(one, rng.normal(0, 0.1, 130), start=1000)
    fed(one, rng.normal(0, 0.1, 40), start=900)
    [finding] = fed(one, rng.normal(1.0, 0.1, 30), start=940)
    assert " It moves by " in finding.text
    assert one.rate.n == len(one.state.last) < 120
    times = [at for at, _ in one.state.last]
    assert times == sorted(set(times))


def test_another_instrument_under_the_same_name_begins_a_new_base() -> None:
    rng, one = noise(5), check(base=20)
    assert list(one.shows_serial("bath-1", "A-1")) == []
    fed(one, rng.normal(0, 0.1, 40))
    [begun] = fed(one, rng.normal(1.0, 0.1, 10), start=40)
    assert list(one.shows_serial("bath-1", "A-1")) == []
    [ended] = one.shows_serial("bath-1", "A-2")
    assert (begun.over, ended.over) == (False, True)
    assert ended.text == (
        "bath-1.temperature against its check standard of 100 Cel: is another instrument now. "
        "A new base of 20 residuals is being taken."
    )
    assert one.state.lines is None
    assert fed(one, rng.normal(1.0, 0.1, 60), start=50) == []


def test_the_recorder_sees_that_an_instrument_was_replaced_also_after_a_restart(watched) -> None:
    watched.put([("mass", 100.0)], texts=[("serial_number", "A-1")])
    minutes(watched, noise(2).normal(0, 0.01, 25))
    watched.restart()
    watched.put([("mass", 100.0)], texts=[("serial_number", "A-2")])
    minutes(watched, 0.5 + noise(3).normal(0, 0.01, 30))
    assert watched.records(Finding) == []


def minutes(edge, errors) -> None:
    for error in errors:
        for _ in range(10):
            edge.put([("mass", float(100.0 + error))])
            edge.mono += S
        edge.recorder.record()


def test_the_recorder_tells_of_it_and_what_else_is_weighed_and_certificates_do_not_disturb(watched) -> None:
    rng = noise(2)
    minutes(watched, rng.normal(0, 0.01, 25))
    watched.read(5.0)
    watched.sets({"certificates": [certificate("K-1", watched.now, [(0.0, 0.5, 0.1), (200.0, 0.5, 0.1)])]})
    minutes(watched, rng.normal(0, 0.01, 20))
    assert watched.records(Finding) == []
    watched.restart()
    watched.read(5.0)
    minutes(watched, 0.05 + rng.normal(0, 0.01, 30))
    [finding] = watched.records(Finding)
    assert finding.text.startswith("balance-1.mass against its check standard of 100 g: the residual is 0.0")
    watched.adjusts(watched.now)
    assert watched.records(Finding)[-1].over
    assert watched.records(Finding)[-1].text == (
        "balance-1.mass against its check standard of 100 g: was adjusted. A new base of 20 residuals is being taken."
    )
