import time

import pytest
import serial
from pymodbus.client import ModbusSerialClient, ModbusTcpClient

from drivers.instrument import Reply
from drivers.modbus.encode import encode
from drivers.modbus.register_map import ModbusMap
from drivers.models import load_model, shipped_models
from drivers.simulators import SIMULATED
from drivers.simulators.clock import BEGINNING, world_clock
from drivers.simulators.faults import Silence
from drivers.simulators.modbus_devices import Devices
from drivers.simulators.park import HAND, SHOP_GAIN, simulated_plant
from drivers.simulators.plant import Balance, Press
from drivers.simulators.shipped import meter_values, modbus_device, modbus_map, serial_speaker


def test_every_shipped_model_is_simulated_channel_by_channel():
    assert set(SIMULATED) == set(shipped_models())
    for name, values in SIMULATED.items():
        meanings = load_model(name).meanings
        for t_s in (0.0, 1.0, 580.0, 86400.0 * 3650):
            shown = values(t_s)
            assert set(shown) == set(meanings)
            for channel, meaning in meanings.items():
                assert isinstance(shown[channel], str) == meaning.text
                if not meaning.text:
                    assert meaning.minimum is None or shown[channel] >= meaning.minimum
                    assert meaning.maximum is None or shown[channel] <= meaning.maximum


@pytest.mark.parametrize("model", ["press_plc", "sdm630"])
def test_what_is_simulated_fits_its_registers(model):
    for t_s in (0.0, 580.0, 86400.0 * 3650):
        encode(modbus_map(model).registers, SIMULATED[model](t_s))


@pytest.mark.parametrize("model", sorted(SIMULATED))
def test_the_driver_of_a_model_reads_what_its_simulator_shows(model):
    t_s = 86400.0 * 30 + 7
    shown = SIMULATED[model](t_s)
    instrument = load_model(model).instrument("i-1")
    has_registers = isinstance(load_model(model).format, ModbusMap)
    devices = Devices({1: modbus_device(model, lambda: t_s)}) if has_registers else None
    speaker = serial_speaker(model, lambda: t_s)
    poll, replies = instrument.poll(), None
    try:
        while True:
            requests = poll.send(replies)
            replies = []
            for request in requests:
                body = devices.answer(1, request.send).pdu if devices else speaker.heard(request.send)[0].sent
                assert request.whole(body) == len(body)
                replies.append(Reply(body, 1))
    except StopIteration as done:
        read = {i.channel: i.value for i in done.value}
    for channel, value in shown.items():
        tolerance = 0.05 if model == "press_plc" else 0
        assert read[channel] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-7, abs=tolerance))


def test_a_model_without_registers_says_so():
    with pytest.raises(ValueError, match=r"^mt_sics_balance: has no registers\. Use one of those that speak Modbus\.$"):
        modbus_map("mt_sics_balance")


def test_the_clock_of_the_world_goes_on_from_run_to_run():
    before = time.time() - BEGINNING
    first, second = world_clock(), world_clock()
    assert before - 1 <= first() <= second() + 1e-3 <= time.time() - BEGINNING + 1
    early = first()
    assert first() >= early
    assert 0 <= world_clock(beginning=time.time() + 1e6)() < 60


def test_the_plant_is_read_by_outside_clients(tmp_path):
    told = []
    at = 86400.0
    with simulated_plant(tmp_path, clock=lambda: at, on_shown=lambda *shown: told.append(shown)) as plant:
        assert plant.urls["meter"] == f"serial://{tmp_path / 'meter'}"
        assert plant.describe().splitlines()[0] == f"press    press_plc        {plant.urls['press']}"
        tcp = ModbusTcpClient("127.0.0.1", port=int(plant.urls["press"].rpartition(":")[2]), timeout=2)
        rtu = ModbusSerialClient(plant.urls["meter"].removeprefix("serial://"), timeout=2)
        with (
            tcp,
            rtu,
            serial.Serial(plant.urls["balance"].removeprefix("serial://"), timeout=2) as balance,
        ):
            produced = tcp.read_holding_registers(0, count=2).registers
            power = rtu.read_input_registers(52, count=2).registers
            balance.write(b"SI\r\n")
            weight = balance.read_until(b"\r\n")
            plant.faults["balance"].set(Silence())
            balance.timeout = 0.2
            balance.write(b"SI\r\n")
            assert balance.read(1) == b""
        assert tcp.convert_from_registers(produced, tcp.DATATYPE.UINT32) == Press().cycles(at) == 41040
        got = rtu.convert_from_registers(power, rtu.DATATYPE.FLOAT32)
        assert got == pytest.approx(meter_values(at)["active_power"], rel=1e-6)
    assert [(name, list(shown)) for name, shown, _ in told] == [
        ("press", ["produced"]),
        ("meter", ["active_power"]),
        ("balance", ["mass"]),
    ]
    assert told[1][1] == {"active_power": got}
    assert told[2][1] == {"mass": float(weight[4:14])}
    assert list(tmp_path.iterdir()) == []


def test_the_plant_takes_the_port_it_is_told_to():
    with simulated_plant() as first:
        port = int(first.urls["press"].rpartition(":")[2])
        assert first.urls["meter"].startswith("serial:///dev/")
        with pytest.raises(OSError, match="in use"), simulated_plant(port=port):
            pass
    with simulated_plant(port=port) as again:
        assert again.urls["press"] == f"tcp://127.0.0.1:{port}"


def test_a_plant_with_a_laboratory_has_a_bench_whose_pan_is_a_file(tmp_path):
    at = 86400.0
    with simulated_plant(tmp_path, clock=lambda: at, laboratory=True) as plant:
        assert list(plant.urls) == ["press", "meter", "balance", "bench", "room"]
        assert plant.models["room"] == "fluke_1522"
        ports = (plant.urls[name].removeprefix("serial://") for name in ("bench", "room", "balance"))
        bench, room, balance = (serial.Serial(path, timeout=2) for path in ports)
        with bench, room, balance:
            (tmp_path / HAND).write_text("200", "utf-8")
            bench.write(b"SI\r\n")
            assert bench.read_until(b"\r\n").startswith(b"S D")
            at += 60
            bench.write(b"SI\r\n")
            # 4e-5 too much, within five repeatabilities and half a step.
            assert float(bench.read_until(b"\r\n")[4:14]) == pytest.approx(200.008, abs=0.0025)
            room.write(b"fetch?\r")
            assert room.read_until(b"\r\n").endswith(b" C\r\n")
            at = 86410.0
            balance.write(b"SI\r\n")
            shown = float(balance.read_until(b"\r\n")[4:14])
        assert shown == round(Balance().part_g(4320) * (1 + SHOP_GAIN), 2)
    (tmp_path / HAND).unlink()
    assert list(tmp_path.iterdir()) == []
