"""What the demo tells of the days before it began is there for analysts at once, made by the gateway's own jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.wire.schema import ELEMENT, ELEMENT_DAY, STOP, WINDOW_HOUR, WORK_UNIT_STATE
from gateway.config import load_config
from gateway.demo import past
from gateway.demo.folder import for_analysts, gateway_toml
from gateway.opening import opened
from gateway.servers import Server
from gateway.timeseries import Analysed
from gateway.told.telling import Telling

DAY = 86_400 * 10**9
DAYS = 1
NOW = 1_795_330_800 * 10**9
PLANT = {
    "work_units": [{"name": "press"}],
    "calendars": [
        {
            "timezone": "Asia/Ho_Chi_Minh",
            "shifts": [
                {"name": "A", "start": "14:00", "end": "02:00", "breaks": [{"start": "18:00", "end": "18:15"}]},
                {"name": "B", "start": "02:00", "end": "14:00"},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def told(one_influxdb: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysed]:
    """A store that a gateway of the demo has just told everything."""
    file: Path = tmp_path_factory.mktemp("demo") / "gateway.toml"
    file.write_text(gateway_toml("mqtt://127.0.0.1:1", 8080, one_influxdb.url) + 'database = "past"\n', "utf-8")
    config = load_config(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "DAYS", DAYS)
        past.write_past(file, PLANT, NOW)
    with opened(config) as (engine, store):
        assert isinstance(store, Analysed)
        telling = Telling(engine, store, config)
        telling.shop_floor(NOW)
        yield store


def test_every_shift_of_the_days_before_is_there(told: Analysed) -> None:
    days = told.told(ELEMENT_DAY, {"site": "demo"}, NOW - 20 * DAY, NOW)
    shifts = {(one.at, one.tags[4]) for one in days if one.numbers["planned_busy_s"] > 0}
    # Today's shift B began at 02:00 and its first day's, too; A begins now.
    assert len(shifts) == 2 * DAYS + 1
    by_day = sum(one.numbers["total"] for one in days)
    elements = told.told(ELEMENT, {"site": "demo"}, NOW - 20 * DAY, NOW)
    assert sum(one.numbers["total"] for one in elements) == by_day > 30_000


def test_stops_and_states_lead_up_to_the_start(told: Analysed) -> None:
    stops = told.told(STOP, {"site": "demo"}, NOW - DAY, NOW)
    assert {one.texts["kind"] for one in stops} == {"FAULT", "STOP", "SETUP", "MINOR_STOP"}
    assert {one.texts["title_vi"] for one in stops} >= {"Kẹt máy, kẹt hàng", "Đổi mã hàng", ""}
    assert max(one.at for one in told.told(WORK_UNIT_STATE, {"site": "demo"}, NOW - DAY, NOW)) >= NOW - 600 * 10**9


@pytest.mark.parametrize("of", [past.POWER, past.ROOM])
def test_hours_of_channels_are_summed_up_to_the_last_whole_one(told: Analysed, of: past.Read) -> None:
    hours = told.told(WINDOW_HOUR, {"site": of.edge.site}, NOW - 20 * DAY, NOW)
    its = [one for one in hours if one.tags == (*of.edge, of.instrument)]
    # The last hour is summed two minutes after its end.
    assert max(one.at for one in its) == NOW - 2 * past.HOUR
    assert all(one.numbers[f"{of.channel}_n"] == 3600 for one in its)
    assert len(its) == 24 * DAYS + 11


def test_analysts_are_told_where_to_ask() -> None:
    assert for_analysts("") == ""
    assert for_analysts("http://127.0.0.1:8086") == (
        "For analysts: InfluxDB at http://127.0.0.1:8086, database nhipdo, no password\n"
        "  by hand:    influx -host 127.0.0.1 -port 8086 -database nhipdo\n"
        "  in Grafana: NHIPDO_INFLUXDB_URL=http://127.0.0.1:8086 NHIPDO_INFLUXDB_DATABASE=nhipdo (docs/grafana.md)\n"
    )
