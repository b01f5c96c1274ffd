"""Pilots judged from a registry whose truth is known."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.programme.pilots_judged import judged, judged_pilots, read_pilot
from gateway.registry import ProductionDayRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM

ENDS = date(2026, 7, 10)
DAYS_OF_WEEK = ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def test_a_line_that_gained_is_improved_and_the_interval_holds_what_it_gained(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    made = workshop.pilot()
    one = workshop.judged()
    assert (one.pilot, one.state, one.why, one.judged) == (made.id, "improved", (), "2026-07-10")
    assert (one.days, one.coverage) == ((61, 61), 1.0)
    [figure] = one.figures
    assert (figure.figure, figure.state) == ("oee", "improved")
    assert figure.low < 0.10 < figure.high
    assert figure.high - figure.low < 0.08
    assert figure.before == pytest.approx(0.6, abs=0.02)


def test_a_line_that_gained_nothing_is_not_improved(workshop) -> None:
    workshop.run("press-1", gain=0.0, seed=4)
    workshop.pilot()
    one = workshop.judged()
    assert (one.state, one.figures[0].state) == ("not_improved", "unclear")
    assert one.figures[0].low < 0 < one.figures[0].high


def test_a_line_that_fell_is_worse(workshop) -> None:
    workshop.run("press-1", gain=-0.15, seed=3)
    workshop.pilot()
    assert [(one.state, one.figures[0].state) for one in [workshop.judged()]] == [("not_improved", "worse")]


def test_a_smaller_loss_is_an_improvement(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.pilot(figures=["stops"])
    one = workshop.judged()
    assert (one.state, one.figures[0].high < 0) == ("improved", True)


def test_before_its_result_is_over_a_pilot_is_not_yet_judged_and_nothing_is_foretold(workshop) -> None:
    workshop.run("press-1", gain=0.2, seed=1)
    workshop.pilot()
    early = workshop.judged(ENDS - timedelta(days=1))
    assert (early.state, early.why, early.figures) == ("not_yet", ("result_not_over",), ())
    assert workshop.judged(ENDS).state == "improved"


def test_fewer_than_thirty_productive_days_are_not_enough(workshop) -> None:
    workshop.run("press-1", gain=0.2, seed=1, until=date(2026, 6, 8))  # 29 days of the result
    workshop.pilot()
    one = workshop.judged()
    assert (one.state, one.why, one.days) == ("not_yet", ("few_days_after", "low_coverage_after"), (61, 29))


def test_what_was_fixed_when_the_result_had_begun_is_not_judged(workshop) -> None:
    workshop.run("press-1", gain=0.2, seed=1)
    loose = workshop.pilot(is_fixed=False)
    assert workshop.judged().why == ("not_fixed",)
    workshop.now += 80 * 24 * 3600 * 10**9  # 11 May, the first day of the result
    workshop.book.change(SYSTEM, "pilot", loose.id, {"is_fixed": True}, None)
    one = workshop.judged()
    assert (one.state, one.why, one.figures) == ("cannot_be_said", ("fixed_late",), ())


def test_pilots_out_of_use_or_replaced_are_not_judged(workshop) -> None:
    workshop.run("press-1", gain=0.1, seed=1)
    old = workshop.pilot()
    new = workshop.pilot(version=2, replaces=old.id)
    assert workshop.judged().pilot == new.id
    workshop.book.retire(SYSTEM, "pilot", new.id, None, "bỏ")
    assert workshop.judged().pilot == old.id


def test_a_new_version_that_is_not_fixed_yet_takes_nothing_from_the_one_before(workshop) -> None:
    workshop.run("press-1", gain=0.1, seed=1)
    old = workshop.pilot()
    new = workshop.pilot(version=2, replaces=old.id, is_fixed=False)
    assert {one.pilot: (one.state, one.why) for one in workshop.every()} == {
        old.id: ("improved", ()),
        new.id: ("cannot_be_said", ("not_fixed",)),
    }


def test_another_pilot_on_the_same_machines_meanwhile_is_told_of(workshop) -> None:
    workshop.run("press-1", gain=0.1, seed=1)
    first = workshop.pilot()
    days = {"baseline_since": "2026-05-20", "baseline_until": "2026-06-30", "begins": "2026-07-01"}
    days |= {"washout_until": "", "result_since": "2026-07-02", "result_until": "2026-09-01"}
    workshop.pilot(name="5S", **days)
    by_id = {one.pilot: one for one in workshop.every()}
    assert "other_pilot" in by_id[first.id].why
    assert by_id[first.id].state == "improved"
    later = {"baseline_since": "2026-07-12", "baseline_until": "2026-07-13", "begins": "2026-07-14"}
    later |= {"washout_until": "", "result_since": "2026-07-15", "result_until": "2026-09-01"}
    workshop.book.retire(SYSTEM, "pilot", next(id_ for id_ in by_id if id_ != first.id), None, "bỏ")
    workshop.pilot(name="Lean", **later)
    assert "other_pilot" not in next(one for one in workshop.every() if one.pilot == first.id).why


def test_what_touches_the_control_line_too_is_no_effect_of_the_pilot(workshop) -> None:
    workshop.describe("press-2")
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.run("press-2", gain=0.10, seed=6)
    workshop.pilot(control_work_units="press-shop/press-2")
    one = workshop.judged()
    assert (one.state, one.figures[0].state) == ("not_improved", "unclear")
    assert one.figures[0].before == pytest.approx(0.6, abs=0.02)  # its own, not the difference


def test_days_of_which_too_little_was_told_are_left_out_and_lower_the_coverage(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1, until=date(2026, 6, 20))
    blind = [workshop.ran("press-1", date(2026, 6, 21) + timedelta(days=k), 0.9) for k in range(20)]
    for row in blind:  # 10 h planned, of which 2.5 h nobody saw
        row |= {"unknown_ns": 9_000 * 10**9, "stop_ns": row["stop_ns"] - 9_000 * 10**9}
        row |= {"run_ns": row["run_ns"] + min(0, row["stop_ns"]), "stop_ns": max(0, row["stop_ns"])}
    workshop.add(blind)
    workshop.pilot()
    one = workshop.judged()
    assert one.days == (61, 41)
    assert one.coverage == pytest.approx(1 - 20 * 2.5 / 610)


def test_labour_productivity_is_of_the_hours_of_exactly_its_machines(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.describe("press-2")
    workshop.pilot(figures=["labour_productivity"])
    assert (workshop.judged().state, workshop.judged().why) == ("not_yet", ("no_labour_hours",))
    with workshop.book.writing(SYSTEM) as writing:
        for k in range(132):
            day = date(2026, 3, 1) + timedelta(days=k)
            names = "press-shop/press-1" if day.day != 5 else "press-shop/press-1, press-shop/press-2"
            hours = {"site": workshop.site, "date": day.isoformat(), "work_units": names}
            writing.make("labour_hours", hours | {"hours": 20 if day.day != 5 else 1})
    one = workshop.judged()
    assert one.state == "improved"
    assert one.figures[0].before == pytest.approx(0.3, abs=0.01)  # 6 good ideal hours of 20


def test_a_washout_that_reaches_into_the_result_is_refused(workshop) -> None:
    with pytest.raises(WrongValuesError) as refused:
        workshop.pilot(washout_until="2026-05-11")
    [(field, why)] = refused.value.problems.items()
    assert field == "result_since"
    assert why.en == ("Result from 2026-05-11 must come after Washout until, inclusive 2026-05-11. Correct it.")


def test_a_machine_cannot_be_compared_with_itself(workshop) -> None:
    with pytest.raises(WrongValuesError) as refused:
        workshop.pilot(control_work_units="press-shop/press-2, press-shop/press-1")
    assert refused.value.problems["control_work_units"].en == (
        "press-shop/press-1: is in the pilot, and cannot be compared with. Name another machine."
    )


@pytest.mark.parametrize(
    ("said", "columns"),
    [
        ({}, ("base", *DAYS_OF_WEEK, "level")),
        ({"model": "level", "weekdays": "alike"}, ("base", "level")),
        ({"model": "level_and_slope"}, ("base", "trend", *DAYS_OF_WEEK, "level", "slope")),
        ({"model": "level_and_slope", "weekdays": "alike"}, ("base", "trend", "level", "slope")),
    ],
)
def test_the_model_is_the_one_that_was_fixed_with_the_pilot(workshop, said, columns) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    made = workshop.pilot(**said)
    read = read_pilot(workshop.engine, SYSTEM, made, [], ENDS, workshop.now, workshop.zone)
    [figure] = judged(read, ENDS).figures
    assert (figure.effect.fit.names, figure.effect.fit.dropped) == (columns, ())
    with pytest.raises(WrongValuesError) as refused:
        workshop.book.change(SYSTEM, "pilot", made.id, {"model": "level_and_slope" if not said else ""}, None)
    assert refused.value.problems["model"].en == "The pilot is fixed and changes no more. Make a new version of it."


@pytest.mark.parametrize(("weekdays", "width"), [("", 0.040), ("differ", 0.040), ("alike", 0.081)])
def test_a_weak_saturday_widens_the_interval_only_where_weekdays_were_said_to_be_alike(
    workshop, weekdays, width
) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    saturdays = [f"{date(2026, 3, 7) + timedelta(days=7 * k)}" for k in range(19)]
    with Session(workshop.engine) as session, session.begin():
        its = ProductionDayRow
        less = its.run_ns // 2
        weak = update(its).where(its.day.in_(saturdays)).values(run_ns=less, stop_ns=its.stop_ns + less)
        session.execute(weak)
    workshop.pilot(figures=["availability"], weekdays=weekdays)
    [figure] = workshop.judged().figures
    assert figure.high - figure.low == pytest.approx(width, rel=0.2)


def test_the_last_day_is_judged_once_it_is_over(workshop) -> None:
    workshop.run("press-1", gain=0.2, seed=1)
    workshop.pilot()
    workshop.now = int(datetime(2026, 7, 10, 12, tzinfo=workshop.zone).timestamp()) * 10**9
    assert judged_pilots(workshop.engine, SYSTEM, ENDS, workshop.now, workshop.zone)[0].why == ("result_not_over",)
