"""What a restart with the same file does not do."""

from floor import CONFIG, HOUR, NS, START, Floor, World, load

from edge_agent.kpi.buckets import Bucket
from edge_agent.wire.messages import Finding
from edge_agent.wire.shop_floor import CalendarKept

EVERYTHING = (
    CONFIG
    + """
[[calendars]]
name = "other"

[[calendars.shifts]]
name = "n"
title = {vi = "Ca đêm", en = "Night"}
start = "22:00"
end = "06:00"
weekdays = [1, 2]

[[calendars.holidays]]
day = "2026-04-30"
title = {vi = "Giải phóng", en = "Reunification"}

[[calendars.planned_stops]]
from = "2026-03-05T08:00"
to = "2026-03-05T09:00"
why = "electricity"

[[work_units]]
name = "press-2"
total = "press.produced"
running = "press.is_running"
calendar = "other"
"""
).replace('name = "press-1"\n', 'name = "press-1"\ncalendar = "week"\n')


def test_the_calendar_is_said_once_and_again_only_when_the_file_says_something_else(make_floor, tmp_path) -> None:
    floor = make_floor(config=EVERYTHING)
    world = World([Bucket.RUN] * 7200, [k // 2 for k in range(7200)], [0] * 7200, [True] * 7200)
    for k in range(0, 7200, 60):
        floor.follow([world.sample(j) for j in range(k, k + 60)], START + (k + 60) * NS)
        if k % 1200 == 0:
            floor.kill()
    kept = [one for one in floor.said if isinstance(one, CalendarKept)]
    assert [(one.number, one.body["name"], one.first_day) for one in kept] == [
        (1, "week", "2000-01-01"),
        (2, "other", "2000-01-01"),
    ]
    floor.close()
    again = Floor(load(tmp_path, config=EVERYTHING.replace('end = "22:00"', 'end = "21:00"')))
    said = again.follow([], START + 2 * HOUR)
    again.close()
    assert [(one.number, one.first_day) for one in said if isinstance(one, CalendarKept)] == [(3, "2026-03-02")]


def test_a_state_that_the_file_maps_since_stands_as_a_finding_no_longer(make_floor, tmp_path) -> None:
    unit = 'state = "press.mode"\nstate_map = {"3" = "RUN"}'
    world = World([Bucket.RUN, Bucket.SETUP] * 30, list(range(60)), [0] * 60, [True] * 60)
    floor = make_floor(unit)
    [told] = [one for one in floor.follow([world.sample(1)], START + 2 * NS) if isinstance(one, Finding)]
    floor.kill()
    again = [one for one in floor.follow([world.sample(3)], START + 4 * NS) if isinstance(one, Finding)]
    assert [(one.key, one.over) for one in again] == [(told.key, True), (told.key, False)]
    floor.close()
    mapped = Floor(load(tmp_path, unit.replace("}", ', "2" = "SETUP"}')))
    said = [one for one in mapped.follow([world.sample(5)], START + 6 * NS) if isinstance(one, Finding)]
    mapped.kill()
    more = [one for one in mapped.follow([world.sample(7)], START + 8 * NS) if isinstance(one, Finding)]
    mapped.close()
    text = "work unit press-1: begins anew; a state that is not mapped is told again."
    assert said == [Finding(key=told.key, kind="unmapped_state", text=text, over=True)]
    assert more == []
