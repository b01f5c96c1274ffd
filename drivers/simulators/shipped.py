"""What each shipped model shows, as a function of time, and how it speaks."""

from collections.abc import Callable, Mapping, Sequence

from drivers.instrument import Value
from drivers.modbus.register_map import ModbusMap
from drivers.models import load_model
from drivers.simulators.bench_instruments import Room, Thermometer
from drivers.simulators.clock import Clock
from drivers.simulators.faults import Faults
from drivers.simulators.fluke_answers import TERMINATOR, fluke_answers
from drivers.simulators.imperfections import Imperfections
from drivers.simulators.modbus_devices import Device, Devices
from drivers.simulators.modbus_speakers import ModbusRtu
from drivers.simulators.mt_sics_answers import mt_sics_answers
from drivers.simulators.plant import Balance, EnergyMeter, Press, State
from drivers.simulators.speakers import Speaker, TextAnswers

PRESS, METER, BALANCE, THERMOMETER = "press_plc", "sdm630", "mt_sics_balance", "fluke_1522"
AUTOMATIC = 3
"""Mode of the press's PLC."""
JAM = 17
"""Its fault code for a jam."""


def press_values(t_s: float, press: Press | None = None) -> dict[str, Value]:
    """What the PLC of the press shows at time ``t_s``."""
    press = press or Press()
    is_running = press.state(t_s) is State.RUNNING
    return {
        "produced": press.cycles(t_s),
        "good": press.good(t_s),
        "scrap": press.rejects(t_s),
        "is_running": int(is_running),
        "is_fault": int(not is_running),
        "mode": AUTOMATIC,
        "fault_code": 0 if is_running else JAM,
        "die_temperature": press.die_cel(t_s),
        "ideal_rate": 60 / press.cycle_s,
        "press_force": press.last_force_kn(t_s),
        "running_time": int(press.running_s(t_s)),
        "serial_number": "NHIPDO-PRESS-001",
    }


def meter_values(t_s: float, meter: EnergyMeter | None = None) -> dict[str, Value]:
    """What the energy meter shows at time ``t_s``."""
    meter = meter or EnergyMeter()
    phases = meter.phases(t_s)
    shown: dict[str, Value] = {}
    for k, phase in enumerate(phases, 1):
        shown[f"voltage_l{k}"] = phase.voltage
        shown[f"current_l{k}"] = phase.current
        shown[f"active_power_l{k}"] = phase.active_power
    return shown | {
        "active_power": sum(phase.active_power for phase in phases),
        "apparent_power": sum(phase.apparent_power for phase in phases),
        "power_factor": meter.power_factor,
        "frequency": meter.frequency_hz(t_s),
        "energy_import": meter.energy_kwh(t_s),
        "energy_export": 0.0,
    }


def balance_values(t_s: float, balance: Balance | None = None) -> dict[str, Value]:
    """What the balance shows at time ``t_s``."""
    return {"mass": (balance or Balance()).weight(t_s).mass_g}


def room_thermometer() -> Thermometer:
    """A thermometer that hangs in a room, and shows 0.01 K too much."""
    return Thermometer(Room(), Imperfections(bias=0.01, repeatability=0.002, resolution=0.001))


def thermometer_values(t_s: float) -> dict[str, Value]:
    """What the thermometer shows at time ``t_s``."""
    return {"temperature": room_thermometer().temperature(t_s)}


SIMULATED: Mapping[str, Callable[[float], Mapping[str, Value]]] = {
    PRESS: press_values,
    METER: meter_values,
    BALANCE: balance_values,
    THERMOMETER: thermometer_values,
}
"""Shipped model -> what it shows as a function of the time since its world began, s."""


def modbus_map(model: str) -> ModbusMap:
    """The register map of a shipped model.

    Raises:
        MapError: There is no such model.
        ValueError: It does not speak Modbus.
    """
    form = load_model(model).format
    if not isinstance(form, ModbusMap):
        msg = f"{model}: has no registers. Use one of those that speak Modbus."
        raise ValueError(msg)  # noqa: TRY004  its value is wrong, not its type
    return form


def modbus_device(model: str, clock: Clock, *, strict: bool = False) -> Device:
    """A simulated device of a shipped model.

    Args:
        model: Its name.
        clock: Time of its world.
        strict: Refuse addresses that the map does not hold.
    """
    form, values = modbus_map(model), SIMULATED[model]
    return Device(form.registers, lambda: values(clock()), strict, form.max_registers)


def serial_speaker(model: str, clock: Clock, device_ids: Sequence[int] = (1,), faults: Faults | None = None) -> Speaker:
    """A shipped model on a serial line: Modbus by RTU, a balance and a thermometer in their own words.

    Raises:
        ValueError: The model is not simulated.
    """
    if model not in SIMULATED:
        msg = f"{model}: is not simulated. Use one of {', '.join(SIMULATED)}."
        raise ValueError(msg)
    if model == BALANCE:
        return TextAnswers(mt_sics_answers(Balance(), clock), faults=faults)
    if model == THERMOMETER:
        return TextAnswers(fluke_answers(room_thermometer(), clock), TERMINATOR, faults)
    device = modbus_device(model, clock)
    return ModbusRtu(Devices(dict.fromkeys(device_ids, device), faults))
