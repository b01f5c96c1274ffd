import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulators.plant import Balance, EnergyMeter, Press, State

MONTH_S = 30 * 86400.0
moments = st.floats(0, 10 * MONTH_S, allow_nan=False)


def test_a_press_makes_a_part_every_cycle_while_it_runs():
    press = Press(cycle_s=2.0, jam_every_s=600.0, jam_s=30.0)
    assert press.cycles(t_s=3600) == 1710  # 6 runs of 570 s
    assert [press.cycles(t) for t in (0, 1.999, 2, 570, 599, 600, 602)] == [0, 0, 1, 285, 285, 285, 286]
    assert [press.state(t) for t in (0, 569.9, 570, 599.9, 600)] == [
        State.RUNNING,
        State.RUNNING,
        State.JAMMED,
        State.JAMMED,
        State.RUNNING,
    ]
    assert [press.jams(t) for t in (0, 569.9, 570, 599, 600, 1170)] == [0, 0, 1, 1, 1, 2]
    assert press.jammed_s(3600) == 180.0


def test_counting_is_exact_where_floats_are_not():
    press = Press(cycle_s=0.1, jam_every_s=1000.0, jam_s=0.0)
    assert 0.3 // 0.1 == 2.0
    assert press.cycles(0.3) == 3
    assert [press.cycles(n * 0.1) for n in range(5000)] == list(range(5000))
    assert press.jams(5000) == 0


@given(moments, moments)
def test_counters_never_fall_and_always_add_up(one, other):
    press = Press(reject_every=7)
    early, late = sorted((one, other))
    for counter in (press.cycles, press.rejects, press.good, press.jams, press.running_s):
        assert 0 <= counter(early) <= counter(late)
    assert press.good(late) + press.rejects(late) == press.cycles(late)
    assert press.running_s(late) + press.jammed_s(late) == pytest.approx(late, abs=1e-6)


@given(moments)
def test_a_month_later_is_the_same_machine(t_s):
    press = Press()
    parts_a_month = press.cycles(MONTH_S)
    assert press.cycles(round(t_s) + MONTH_S) == press.cycles(round(t_s)) + parts_a_month
    assert parts_a_month == 30 * 24 * 1710


def test_a_month_is_counted_by_walking_through_it_too():
    # Second method: every second, is it running, has a part been finished?
    press = Press(cycle_s=3.0, jam_every_s=100.0, jam_s=10.0, reject_every=40)
    running = sum(press.state(t) is State.RUNNING for t in range(86400))
    assert running == press.running_s(86400) == 77760
    parts = sum(b - a for a, b in pairwise(press.cycles(t) for t in range(86401)))
    assert parts == press.cycles(86400) == 25920
    assert press.rejects(86400) == 648


def test_the_die_follows_its_differential_equation():
    press = Press(die_s=100.0)
    step_s = 0.05
    times = np.arange(0, 1200, step_s)
    # Second method: dT/dt = (goal - T) / die_s, stepped by Heun's rule from the same start.
    cel = press.die_cel(0)
    for t in times:
        goal = press.warm_cel if press.state(t + step_s / 2) is State.RUNNING else press.ambient_cel
        first = (goal - cel) / press.die_s
        second = (goal - cel - step_s * first) / press.die_s
        cel += step_s * (first + second) / 2
        assert press.die_cel(t + step_s) == pytest.approx(cel, abs=1e-3)
    assert press.die_cel(0) == pytest.approx(press.die_cel(600), abs=1e-9)


@pytest.mark.parametrize("wrong", [{"cycle_s": 0}, {"jam_s": 600}, {"jam_s": -1}, {"reject_every": 0}, {"die_s": 0}])
def test_a_press_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="times must be above 0, a jam shorter than jam_every_s, reject"):
        Press(**wrong)


def test_energy_is_the_integral_of_power():
    meter = EnergyMeter()
    step_s = 0.01
    middles = np.arange(0, 1800, step_s) + step_s / 2
    by_steps = np.cumsum([meter.power_w(t) * step_s for t in middles])
    for until_s in (10, 300, 570, 585, 600, 1234, 1800):
        assert meter.energy_j(until_s) == pytest.approx(by_steps[round(until_s / step_s) - 1], rel=1e-7)
    assert meter.energy_kwh(3600) == pytest.approx(meter.energy_j(3600) / 3.6e6)


@given(moments, moments)
def test_energy_only_grows(one, other):
    meter = EnergyMeter()
    early, late = sorted((one, other))
    assert 0 <= meter.energy_j(early) <= meter.energy_j(late)
    assert 0 <= meter.reactive_kvarh(early) <= meter.reactive_kvarh(late)


@given(moments)
def test_the_phases_carry_the_power(t_s):
    meter = EnergyMeter()
    phases = meter.phases(t_s)
    assert sum(p.active_power for p in phases) == pytest.approx(meter.power_w(t_s))
    for phase in phases:
        assert phase.voltage * phase.current == pytest.approx(phase.apparent_power)
        assert phase.apparent_power**2 == pytest.approx(phase.active_power**2 + phase.reactive_power**2)
        assert 227 < phase.voltage < 233
    assert 49.9 < meter.frequency_hz(t_s) < 50.1


def test_the_power_falls_while_the_press_is_jammed():
    meter = EnergyMeter(compressor_w=0)
    assert (meter.power_w(100), meter.power_w(580)) == (8700, 2100)


@given(moments)
def test_a_settled_balance_shows_what_lies_on_it(t_s):
    balance = Balance()
    weight = balance.weight(t_s)
    if weight.settled:
        assert abs(weight.mass_g - balance.load_g(t_s)) <= 0.005 + 1e-9
    assert weight.mass_g == round(weight.mass_g, 2)


def test_a_balance_moves_and_then_rests():
    balance = Balance(spread_g=0.0)
    put_on = [balance.weight(t) for t in np.arange(0, 12, 0.25)]
    assert [w.settled for w in put_on] == sorted(w.settled for w in put_on)
    assert (put_on[0].mass_g, put_on[0].settled) == (0.0, False)
    assert (put_on[-1].mass_g, put_on[-1].settled) == (100.0, True)
    taken_off = [balance.weight(t) for t in np.arange(12, 20, 0.25)]
    assert (taken_off[0].mass_g, taken_off[0].settled) == (100.0, False)
    assert (taken_off[-1].mass_g, taken_off[-1].settled) == (0.0, True)


def test_parts_differ_as_they_should_and_are_the_same_at_every_run():
    masses = [Balance().part_g(k) for k in range(2000)]
    assert masses == [Balance().part_g(k) for k in range(2000)]
    assert np.mean(masses) == pytest.approx(100.0, abs=0.005)
    assert np.std(masses) == pytest.approx(0.05, rel=0.1)
    assert Balance(seed=1).part_g(0) != masses[0]
    assert Balance().weighings(39.9) == 2


def test_the_force_differs_from_stroke_to_stroke_within_bounds():
    press = Press()
    forces = [press.last_force_kn(2.0 * k) for k in range(200)]
    assert forces[0] == 0
    assert len(set(forces[1:98])) > 40
    assert all(600 < f < 660 for f in forces[1:])


def test_nothing_has_a_state():
    press, now = Press(), time.time()
    assert press == Press()
    assert press.die_cel(now) == press.die_cel(now)
    assert hash(press) == hash(Press())
