import statistics
from pathlib import Path

import pytest

from drivers.simulators.bench_instruments import Bath, BenchBalance, Room, Thermometer
from drivers.simulators.fluke_answers import fluke_answers
from drivers.simulators.imperfections import DAY_S, Imperfections
from drivers.simulators.mt_sics_answers import mass_in, mt_sics_answers

LONG_S = 10.0


class Time:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.mark.parametrize(
    ("imperfections", "value", "days", "error"),
    [
        (Imperfections(), 100.0, 0, 0.0),
        (Imperfections(bias=-0.2), 100.0, 0, -0.2),
        (Imperfections(bias=0.1, gain=4e-5), 200.0, 0, 0.108),
        (Imperfections(bend=1e-6), 200.0, 0, 0.04),
        (Imperfections(gain=1e-4, drift_per_day=0.003), 50.0, 10, 0.035),
    ],
)
def test_the_true_error_is_what_it_was_told(imperfections, value, days, error):
    assert imperfections.error(value, days * DAY_S) == pytest.approx(error, abs=1e-12)
    assert imperfections.indication(value, days * DAY_S) == pytest.approx(value + error, abs=1e-12)


def test_readings_scatter_by_the_repeatability_about_the_error():
    # 4000 readings: their mean within 4 standard errors, their deviation within 5 %; the same at every run.
    errs = Imperfections(bias=0.5, repeatability=0.02)
    shown = [errs.indication(10.0, number=k) for k in range(4000)]
    assert statistics.fmean(shown) == pytest.approx(10.5, abs=4 * 0.02 / 4000**0.5)
    assert statistics.stdev(shown) == pytest.approx(0.02, rel=0.05)
    assert shown == [errs.indication(10.0, number=k) for k in range(4000)]
    assert shown != [
        Imperfections(bias=0.5, repeatability=0.02, seed=1).indication(10.0, number=k) for k in range(4000)
    ]


@pytest.mark.parametrize(("resolution", "decimals"), [(0.0001, 4), (0.005, 3), (0.1, 1), (1.0, 0), (20.0, 0)])
def test_it_shows_whole_steps_only(resolution, decimals):
    errs = Imperfections(bias=0.37 * resolution, resolution=resolution)
    assert errs.decimals == decimals
    for k in range(50):
        steps = errs.indication(k * 0.3137) / resolution
        assert steps == pytest.approx(round(steps), abs=1e-6)


def test_what_cannot_scatter_is_refused():
    with pytest.raises(ValueError, match=r"repeatability and resolution must be 0 or more\.$"):
        Imperfections(repeatability=-1)


def test_a_balance_settles_on_what_a_hand_puts_there():
    time = Time()
    balance = BenchBalance(Imperfections(gain=1e-3, resolution=0.01), time, settle_s=0.1)
    balance.put(100.0)
    assert not balance.weight(time.s + 0.05).settled
    rested = balance.weight(time.s + LONG_S)
    assert (rested.mass_g, rested.settled) == (100.1, True)
    assert balance.true_error(100.0) == pytest.approx(0.1)
    time.s += LONG_S
    balance.put(0.0)
    assert balance.weight(time.s).mass_g == pytest.approx(100.1, abs=0.15)
    assert balance.weight(time.s + LONG_S).mass_g == 0.0


def test_off_the_centre_it_shows_more():
    time = Time()
    balance = BenchBalance(Imperfections(resolution=0.001), time, {"back_left": 2e-5})
    shown = []
    for position in ("centre", "back_left"):
        balance.put(100.0, position)
        shown.append(balance.weight(time.s + LONG_S).mass_g)
    assert shown == [100.0, 100.002]


def test_an_adjusted_balance_errs_otherwise():
    time = Time()
    balance = BenchBalance(Imperfections(gain=1e-3, resolution=0.01), time)
    balance.put(100.0)
    balance.adjust(Imperfections(resolution=0.01))
    assert balance.weight(time.s + LONG_S).mass_g == 100.0


def test_one_loading_shows_one_value_and_the_next_another():
    time = Time()
    balance = BenchBalance(Imperfections(repeatability=0.05, resolution=0.001), time)
    shown = []
    for _ in range(5):
        balance.put(100.0)
        first, second = (balance.weight(time.s + LONG_S + s).mass_g for s in (0.0, 5.0))
        assert first == second
        shown.append(first)
    assert len(set(shown)) == 5


def test_a_hand_may_write_what_it_puts_there(tmp_path: Path):
    time, hand = Time(), tmp_path / "pan"
    balance = BenchBalance(Imperfections(resolution=0.001), time, {"back_left": 1e-3}, hand=hand)
    assert balance.weight(time.s).mass_g == 0.0
    for written, shown in (("100", 100.0), ("99,5", 99.5), ("nix", 99.5), ("", 99.5), ("100 back_left\n", 100.1)):
        hand.write_text(written, "utf-8")
        balance.weight(time.s)
        assert balance.weight(time.s + LONG_S).mass_g == shown
        time.s += 2 * LONG_S


def test_a_bath_goes_where_it_is_set_and_both_thermometers_follow():
    time = Time()
    bath = Bath(time, 20.0, settle_s=1.0)
    reference = Thermometer(bath, Imperfections(bias=0.01, resolution=0.001))
    item = Thermometer(bath, Imperfections(gain=1e-3, resolution=0.1))
    bath.set(80.0)
    assert bath.temperature(time.s) == 20.0
    # One time constant: 1 - 1/e of the way.
    assert bath.temperature(time.s + 1.0) == pytest.approx(20.0 + 60.0 * 0.6321205588, abs=1e-6)
    assert reference.temperature(time.s + 100) == 80.01
    assert item.temperature(time.s + 100) == 80.1
    assert fluke_answers(item, lambda: time.s + 100)(b"FETCH?\r") == b"t: 80.1 C\r\n"
    assert fluke_answers(item, time)(b"cl\r") == b""


def test_a_room_swings_by_the_day():
    room = Room(22.0, 0.5)
    assert [round(room.temperature(k * DAY_S / 4), 9) for k in range(5)] == [22.0, 22.5, 22.0, 21.5, 22.0]


def test_a_balance_in_its_own_words_says_what_it_shows():
    time = Time()
    balance = BenchBalance(Imperfections(gain=4e-5, resolution=0.001), time)
    answer = mt_sics_answers(balance, time)
    balance.put(200.0)
    assert answer(b"SI\r\n").startswith(b"S D ")
    time.s += LONG_S
    assert mass_in(answer(b"S\r\n")) == 200.008


def test_numbers_of_readings_of_a_thermometer_follow_the_time():
    time = Time()
    thermometer = Thermometer(Room(22.0, 0.0), Imperfections(repeatability=0.1), reading_s=0.5)
    shown = [thermometer.temperature(time.s + k * 0.25) for k in range(8)]
    for one, other in zip(shown[::2], shown[1::2], strict=True):
        assert one == other
    assert len(set(shown)) == 4
