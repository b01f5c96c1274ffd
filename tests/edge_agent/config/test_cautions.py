"""What can be used and may go badly is said, and nothing else."""

import pytest

from edge_agent.config import cautions_about

HEAD = 'model = "mine"\ntitle.en = "Mine"\nsource.manual = "this test"\ndialect = "modbus"\n'


def test_a_quiet_configuration_has_none(load, piece):
    assert cautions_about(load(piece.edge, piece.bus(), piece.instrument())) == []


def test_a_silent_instrument_must_not_cost_its_neighbours_readings(load, piece):
    meters = piece.instrument("m-1", extra="timeout_s = 3\n"), piece.instrument("m-2", extra="device_id = 2\n")
    assert cautions_about(load(piece.edge, piece.bus(), *meters)) == [
        "bus cabinet: each time m-1 is asked and silent, m-2 waits 3 s, but is read every 1 s. Lower timeout_s."
    ]
    assert cautions_about(load(piece.edge, piece.bus(url="tcp://a", extra="parallel = 2\n"), *meters)) == []


def test_a_bus_without_room_for_retries_is_busy(load, piece):
    # 0.254 s of characters and silence at 9600 baud, and twice 10 ms until the device answers.
    found = cautions_about(load(piece.edge, piece.bus(), piece.instrument(extra="period_s = 0.3\n")))
    text = "bus cabinet: expected to be busy 91% of its time, so retries may not fit. "
    assert found == [f"{text}Raise period_s or baud, or use a second bus."]


def test_a_fast_poll_over_tcp_is_only_a_caution(load, piece):
    found = cautions_about(load(piece.edge, piece.bus(url="tcp://a"), piece.instrument(extra="period_s = 0.01\n")))
    text = "bus cabinet: expected to be busy 200% of its time, so retries may not fit. "
    assert found == [f"{text}Raise period_s or parallel, or use a second bus."]


def test_the_line_behind_a_converter_is_only_a_caution(load, piece):
    bus = piece.bus(url="tcp://converter", extra='framing = "rtu"\nbaud = 1200\n')
    [found] = cautions_about(load(piece.edge, bus, piece.instrument()))
    assert found.startswith("bus cabinet: expected to be busy 205% of its time")


def test_a_window_without_samples_is_named(load, piece):
    assert cautions_about(load(piece.edge, piece.bus(), piece.instrument(extra="period_s = 300\n"))) == [
        "instrument meter-1: read every 300 s, so some windows of 60 s hold no sample. Raise window_s."
    ]


@pytest.mark.parametrize(
    ("table", "mode", "expected"),
    [
        (
            'url = "mqtts://a"\nusername = "e"\npassword_file = "secret"\n',
            0o644,
            ["broker.password_file: everybody may read it. Run: chmod o-r {}/secret"],
        ),
        ('url = "mqtts://a"\nusername = "e"\npassword_file = "secret"\n', 0o640, []),
        (
            'url = "mqtt://a"\nusername = "e"\npassword_file = "secret"\n',
            0o640,
            ["broker.url: the password travels unencrypted. Use mqtts:// outside a closed network."],
        ),
        ('url = "mqtt://127.0.0.1"\nusername = "e"\npassword_file = "secret"\n', 0o640, []),
        (
            'url = "mqtts://a"\nusername = "e"\npassword = "hush"\n',
            0o640,
            ["broker.password: stands in the configuration. Put it into a file and write password_file."],
        ),
    ],
)
def test_a_password_that_others_can_see_is_named(load, piece, tmp_path, table, mode, expected):
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    secret.chmod(mode)
    found = cautions_about(load(piece.edge, f"[broker]\n{table}", piece.bus(), piece.instrument()))
    assert found == [text.format(tmp_path) for text in expected]


def test_a_file_that_this_user_may_not_read_is_named(load, piece, tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("hush\n")
    (tmp_path / "secret").chmod(0o600)
    monkeypatch.setattr("os.access", lambda path, _: path != str(tmp_path / "secret"))
    table = '[broker]\nurl = "mqtts://a"\nusername = "e"\npassword_file = "secret"\n'
    expected = f"this user may not read {tmp_path}/secret. Check again as the agent's user."
    found = cautions_about(load(piece.edge, table, piece.bus(), piece.instrument()))
    assert found == [f"broker.password_file: {expected}"]


@pytest.mark.parametrize(
    ("table", "address", "meant"),
    [
        ("input_register", 30053, "from 30001, write address = 52"),
        ("holding_register", 40001, "from 40001, write address = 0"),
        ("holding_register", 49999, "from 40001, write address = 9998"),
        ("holding_register", 40000, ""),  # SunSpec's, as it stands
        ("holding_register", 30053, ""),
        ("input_register", 52, ""),
    ],
)
def test_an_address_as_manuals_print_it_is_asked_about(load, piece, tmp_path, table, address, meant):
    place = f'table = "{table}"\naddress = {address}\ndatatype = "uint16"\n'
    (tmp_path / "mine.toml").write_text(f'{HEAD}[[register]]\nchannel = "power"\n{place}title.en = "Power"\n')
    found = cautions_about(load(piece.edge, piece.bus(), piece.instrument(model="mine.toml")))
    begin = f"instrument meter-1: power is asked at address {address}. Where the manual counts"
    assert found == ([f"{begin} {meant}."] if meant else [])
