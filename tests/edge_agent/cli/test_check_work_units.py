"""``nhipdo-edge check``: what will be computed, in words."""

import msgspec
import pytest

from edge_agent.commands.work_units import explain
from edge_agent.config import AgentConfig, WorkUnitConfig, load_config
from edge_agent.config.shop_tables import ProductConfig

PLANT = """\
[edge]
site = "sa-dec"
name = "press-shop"

[[buses]]
name = "press"
url = "tcp://plc"

[[buses.instruments]]
name = "press-1"
model = "press_plc"

[[buses]]
name = "cabinet"
url = "tcp://meter"

[[buses.instruments]]
name = "meter-1"
model = "sdm630"
period_s = 3
"""
CALENDAR = """
[[calendars]]
[[calendars.shifts]]
name = "A"
start = "06:00"
end = "14:00"
breaks = [{ start = "10:00", end = "10:30" }]
[[calendars.holidays]]
day = "2026-03-03"
"""
AT_8 = 1_772_413_200 * 10**9
"""Monday 2026-03-02, 08:00 in Viet Nam."""
AT_20 = AT_8 + 12 * 3600 * 10**9


@pytest.fixture
def config(tmp_path) -> AgentConfig:
    (tmp_path / "agent.toml").write_text(PLANT + CALENDAR, "utf-8")
    return load_config(tmp_path / "agent.toml")


def told(config: AgentConfig, now_ns: int = AT_8, **keys) -> list[str]:
    unit = WorkUnitConfig(name="press", **keys)
    shop = msgspec.structs.replace(config.shop, work_units=(unit,))
    [paragraph] = explain(msgspec.structs.replace(config, shop=shop), now_ns)
    return paragraph.splitlines()


P10 = ProductConfig(name="P10", ideal_cycle_s=2.0)
P20 = ProductConfig(name="P20", ideal_cycle_s=3.0)


def test_a_whole_work_unit_is_told_line_by_line(config):
    found = told(
        config,
        title={"vi": "Máy dập", "en": "Press"},
        production_line="stamping",
        good="press-1.good",
        reject="press-1.scrap",
        running="press-1.is_running",
        fault="press-1.is_fault",
        mode="press-1.mode",
        setup_modes=("1", "2"),
        fault_code="press-1.fault_code",
        products=(P10,),
        energy="meter-1.energy_import",
        target_oee=0.75,
        demand_per_shift=12_000.0,
    )
    assert found == [
        "Work unit press (Press), line stamping",
        "  good       press-1.good, rolls over at 4294967296",
        "  reject     press-1.scrap, rolls over at 4294967296",
        "  so         total is good plus reject",
        "             1.5 a second at most: a faster rise is a wrong reading, a fall a rollover or a restart",
        "  state      FAULT while press-1.is_fault is not 0, RUN while press-1.is_running is not 0, else STOP",
        "  changeover SETUP while press-1.mode is 1 or 2, unless it is in FAULT",
        "  stop       shorter than 60 s: a minor stop, a loss of speed; press-1.fault_code is kept with it",
        "  silence    longer than 10 s: no data, neither running nor down",
        "  products   P10 at 2 s a piece",
        "             the only one, so always in force",
        "  calendar   calendar, wall clock of Asia/Ho_Chi_Minh",
        "  now        A@2026-03-02, 06:00 to 14:00, 8 h, 30 min of it planned stops",
        "  next       A@2026-03-04, 06:00 to 14:00, 8 h, 30 min of it planned stops",
        "  target     OEE of 75%",
        "  takt       planned time of a shift / 12000 pieces",
        "  figures    OEE = availability * effectiveness * quality, losses, MTBF, MTTR; kept every 10 min",
        "  energy     meter-1.energy_import in kW.h: energy by state",
    ]


def test_without_products_there_is_availability_and_no_oee(config):
    found = told(config, AT_20, total="press-1.produced", stop_after_s=30.0)
    assert found[1:] == [
        "  total      press-1.produced, rolls over at 4294967296",
        "  so         all pieces are good until scrap is entered on the screen",
        "             100 a second at most: a faster rise is a wrong reading, a fall a rollover or a restart",
        (
            "  state      no signal: RUN is inferred from its pieces; "
            "no piece for 30 s is a stop that began at the last piece"
        ),
        "  stop       shorter than 60 s: a minor stop, a loss of speed",
        "  silence    longer than 10 s: no data, neither running nor down",
        "  calendar   calendar, wall clock of Asia/Ho_Chi_Minh",
        "  now        outside of every shift",
        "  next       A@2026-03-04, 06:00 to 14:00, 8 h, 30 min of it planned stops",
        "  figures    availability, losses, MTBF, MTTR; kept every 10 min",
        "  not        effectiveness, quality and OEE: it has no products",
        "  not        energy: no counter is named",
        "  not        takt: demand_per_shift is not written",
    ]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({}, "  pieces     not counted"),
        ({}, "  not        effectiveness, quality and OEE: nothing counts its pieces"),
        ({"total": "press-1.produced", "good": "press-1.good"}, "reject is total minus good"),
        ({"total": "press-1.produced", "reject": "press-1.scrap"}, "  so         good is total minus reject"),
        (
            {"total": "press-1.produced", "good": "press-1.good", "reject": "press-1.scrap"},
            "  so         total counts, reject is what is not good; good only checks them",
        ),
        ({"total": "press-1.produced", "modulus": 10_000}, "  total      press-1.produced, rolls over at 10000"),
        ({"total": "press-1.produced", "boot": "press-1.serial_number"}, "a new press-1.serial_number is a restart"),
        ({"micro_stop_s": 0.0}, "  stop       of any length: a loss of availability, strictly by ISO 22400"),
        ({"products": (P10, P20), "product": "press-1.mode"}, "in force is the one that press-1.mode shows"),
        ({"products": (P10, P20)}, "             none is ever in force: nothing tells which"),
    ],
)
def test_what_follows_from_what_is_written(config, keys, line):
    found = told(config, running="press-1.is_running", **keys)
    assert [one for one in found if line in one]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            {"state": "press-1.mode", "state_map": {"3": "RUN", "2": "SETUP"}},
            "  state      press-1.mode: 3 is RUN, 2 is SETUP; anything else is unknown",
        ),
        (
            {"state": "press-1.mode", "state_preset": "packml"},
            ("  state      press-1.mode by PackML: Execute is RUN, what aborts or clears is FAULT, all others STOP"),
        ),
    ],
)
def test_how_a_state_word_is_read(config, keys, line):
    assert line in told(config, **keys)


def test_without_a_calendar_every_hour_is_planned(config):
    shop = msgspec.structs.replace(config.shop, calendars=())
    found = told(msgspec.structs.replace(config, shop=shop), running="press-1.is_running")
    assert "  calendar   none: every hour is planned, by days of Asia/Ho_Chi_Minh" in found


def test_check_shows_work_units_before_the_warnings_and_counts_them(nhipdo_edge, write):
    code, out, err = nhipdo_edge(
        "check", write(f'{PLANT}\n[[work_units]]\nname = "a"\nrunning = "press-1.is_running"\n')
    )
    assert (code, err) == (0, "")
    assert out.index("\n\nWork unit a\n") < out.index("\n\nwarning: calendars: none")
    assert out.endswith("\n2 buses, 2 instruments, 27 channels, 1 work unit; no mistakes, 1 warning\n")


def test_the_simulated_plant_has_a_work_unit_without_warnings(nhipdo_edge, plant_config):
    code, out, _ = nhipdo_edge("check", plant_config)
    assert code == 0
    assert "Work unit press (Press 1), line stamping\n" in out
    assert "no mistakes, no warnings" in out
    assert "outside of every shift" not in out
