"""What a good file becomes."""

import functools
import hashlib
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from drivers.bus import BusSpec
from drivers.instrument import Line
from drivers.models import load_model
from edge_agent.config import ConfigError, load_config
from edge_agent.config.form import TABLES, keys_of

EXAMPLE = files("edge_agent.deploy").joinpath("agent.example.toml").read_text("utf-8")


def test_what_is_left_out_has_its_default(load, piece, tmp_path):
    config = load(piece.edge, piece.bus(), piece.instrument())
    assert (config.site, config.edge) == ("sa-dec", "press-shop")
    assert config.state_dir == tmp_path / "state"
    assert (config.record_period_s, config.window_s, config.status_period_s) == (1.0, 60.0, 10.0)
    assert (config.queue_limit, config.log_level, config.broker) == (300_000, "info", None)
    assert (config.outbox.size_limit_mb, config.outbox.keep_days) == (2048, 7.0)
    assert (config.clock.trust, config.clock.undated_max_s) == ("ntp", 86_400.0)
    [bus] = config.buses
    [meter] = bus.instruments
    assert (meter.device_id, meter.period_s, meter.timeout_s) == (1, 1.0, None)
    assert meter.loaded.name == "test_meter"
    assert set(meter.instrument().channels) == {"active_power", "serial_number", "energy"}


def test_the_file_is_known_by_its_hash_and_its_place(load, piece, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    load(piece.edge, piece.bus(), piece.instrument())
    config = load_config(Path("agent.toml"))
    assert config.path == tmp_path / "agent.toml"
    assert config.sha256 == hashlib.sha256((tmp_path / "agent.toml").read_bytes()).hexdigest()


@pytest.mark.parametrize(("written", "meant"), [("../elsewhere", "{}/../elsewhere"), ("/var/lib/x", "/var/lib/x")])
def test_a_relative_path_begins_at_the_file(load, piece, tmp_path, written, meant):
    config = load(piece.edge, f'state_dir = "{written}"\n', piece.bus(), piece.instrument())
    assert str(config.state_dir) == meant.format(tmp_path)


def test_a_mark_that_windows_editors_write_is_skipped(load, piece):
    assert load("\ufeff", piece.edge, piece.bus(), piece.instrument()).site == "sa-dec"


def test_a_whole_number_will_do_for_seconds(load, piece):
    config = load(piece.edge, "record_period_s = 2\n", piece.bus(), piece.instrument())
    assert config.record_period_s == 2.0


@pytest.mark.parametrize(
    ("url", "model", "keys", "spec"),
    [
        ("tcp://plc", "press_plc", "parallel = 4\n", BusSpec("b", "tcp://plc", framing="mbap", parallel=4)),
        ("TCP://plc", "press_plc", "", BusSpec("b", "TCP://plc", framing="mbap")),
        ("tcp://converter:4001", "sdm630", 'framing = "rtu"\n', BusSpec("b", "tcp://converter:4001", framing="rtu")),
        (
            "serial:///dev/ttyUSB9",
            "sdm630",
            'baud = 19200\nform = "8E1"\ntimeout_s = 0.3\npause_s = 0.02\n',
            BusSpec("b", "serial:///dev/ttyUSB9", 0.3, "rtu", Line(19_200, "8E1"), pause_s=0.02),
        ),
        (
            "serial:///dev/ttyUSB9",
            "sdm630",
            'framing = "ascii"\nform = "7E1"\n',
            BusSpec("b", "serial:///dev/ttyUSB9", framing="ascii", line=Line(9600, "7E1")),
        ),
        ("sim://sdm630", "sdm630", "", BusSpec("b", "sim://sdm630", framing="rtu")),
        ("tcp://balance:8000", "mt_sics_balance", "", BusSpec("b", "tcp://balance:8000", framing="plain")),
        ("serial:///dev/ttyUSB9", "mt_sics_balance", "", BusSpec("b", "serial:///dev/ttyUSB9", framing="plain")),
    ],
)
def test_a_bus_is_framed_as_model_and_url_call_for(load, piece, url, model, keys, spec):
    [bus] = load(piece.edge, piece.bus("b", url, keys), piece.instrument(model=model)).buses
    assert bus.spec() == spec


def test_over_tcp_device_zero_is_the_device_itself(load, piece):
    config = load(piece.edge, piece.bus(url="tcp://plc"), piece.instrument(extra="device_id = 0\n"))
    assert config.buses[0].instruments[0].device_id == 0


def test_two_names_of_one_serial_port_are_one_port(load, piece, tmp_path):
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    with pytest.raises(ConfigError) as caught:
        load(
            piece.edge,
            *(piece.bus("a", f"serial://{tmp_path}/ttyUSB0"), piece.instrument("m-1")),
            *(piece.bus("b", f"serial://{tmp_path}/by-id"), piece.instrument("m-2")),
        )
    assert str(caught.value) == (
        f'{tmp_path}/agent.toml: buses[1].url: "serial://{tmp_path}/by-id" is also that of buses[0]. '
        "One port is one bus: put the instruments under one of them."
    )


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert str(caught.value) == f"{tmp_path}: cannot be read (Is a directory). Name a file that this user may read."


def test_the_example_is_good(tmp_path):
    path = tmp_path / "agent.toml"
    path.write_text(EXAMPLE, "utf-8")
    config = load_config(path)
    assert [i.name for bus in config.buses for i in bus.instruments] == ["press-1", "meter-1", "meter-2", "balance-1"]


def uncommented(text: str) -> list[str]:
    """The example with the tables that are commented out, as somebody takes them in; their defaults stay comments."""
    lines, within = [], False
    for line in text.splitlines():
        within = (within and line.startswith("#")) or re.match(r"# \[", line) is not None
        lines.append(line.removeprefix("#").removeprefix(" ") if within else line)
    return lines


WHOLE = uncommented(EXAMPLE)


def test_the_example_has_every_key_and_its_comments_the_true_defaults():
    shown: dict[str, dict[str, object]] = {title: {} for title in TABLES}
    title = ""
    for line in WHOLE:
        if line.startswith("["):
            title = line
        elif found := re.match(r"(# )?(\w+) = (\"[^\"]*\"|[\w.]+|\[.*?\]|\{.*\})", line):
            value = tomllib.loads(f"x = {found[3]}")["x"]
            shown[title].setdefault(found[2], value if found[1] else msgspec.UNSET)
    for table, kind in TABLES.items():
        fields = keys_of(kind)
        # What people call a thing is shown where it matters.
        assert set(shown[table]) | {"title"} == set(fields) | {"title"}, table
        for key, value in shown[table].items():
            # A default that is chosen by others (framing, an instrument's timeout) and names are examples.
            default = fields[key].default
            if value is not msgspec.UNSET and default not in (None, "", msgspec.NODEFAULT):
                assert value == (list(default) if isinstance(default, tuple) else default), (table, key)


def test_the_example_is_good_with_all_of_its_tables(tmp_path):
    path = tmp_path / "agent.toml"
    path.write_text("\n".join(WHOLE), "utf-8")
    shop = load_config(path).shop
    assert [reason.id for reason in shop.reasons] == ["material"]
    assert [(c.id, [i.id for i in c.items]) for c in shop.checklists] == [("press-care", ["oil"])]
    assert [q.id for q in shop.audit.questions["sort"]] == ["unneeded"]
    assert (shop.operators[0].name, shop.time_studies[0].id) == ("Lan", "die-change")
    assert [(chart.channel, chart.kind) for chart in shop.charts] == [("press-1.press_force", "individuals")]


load_once = functools.cache(load_model)
VALUES = ["1", "-1", "0.5", "nan", "1e400", '"x"', '""', '"\\u0000"', "true", "[]", "{}", "1979-05-27", '"tcp://["']


@pytest.mark.parametrize(
    "key", [f"{title} {key}" for title, kind in TABLES.items() for key in (*keys_of(kind), title.strip("[]"))]
)
def test_whatever_stands_behind_a_key_it_is_taken_or_told(tmp_path, monkeypatch, key):
    monkeypatch.setattr("edge_agent.config.loading.load_model", load_once)
    title, key = key.split(" ")
    lines = [line for line in WHOLE if not re.match(rf"{key} =", line)]
    at = lines.index(title) + 1
    path = tmp_path / "agent.toml"
    for value in VALUES:  # not a test for each: two thousand of them take longer to report than to run
        path.write_text("\n".join([*lines[:at], f'"{key}" = {value}', *lines[at:]]), "utf-8")
        told: tuple[str, ...] = ()
        try:
            load_config(path)
        except ConfigError as error:
            told = error.mistakes
        except Exception as error:
            error.add_note(f"{key} = {value}")
            raise
        assert [line for line in told if not line.startswith(f"{path}: ")] == [], value
