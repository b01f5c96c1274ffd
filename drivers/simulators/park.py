"""The demonstration plant: a press, an energy meter and a balance, each on its own bus, all of one world.

With a laboratory beside it: a balance that waits for a hand, and a thermometer in its room.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drivers.instrument import Value
from drivers.simulators.bench_instruments import BenchBalance
from drivers.simulators.clock import Clock, world_clock
from drivers.simulators.faults import Faults
from drivers.simulators.fluke_answers import TERMINATOR, fluke_answers
from drivers.simulators.imperfections import Imperfections
from drivers.simulators.modbus_server import LOOPBACK, serve_devices, serve_devices_on_pty
from drivers.simulators.mt_sics_answers import mass_in, mt_sics_answers
from drivers.simulators.plant import Balance
from drivers.simulators.serial_port import text_pty
from drivers.simulators.shipped import BALANCE, METER, PRESS, THERMOMETER, modbus_device, room_thermometer

PRESS_NAME, METER_NAME, BALANCE_NAME = "press", "meter", "balance"
BENCH_NAME, ROOM_NAME = "bench", "room"
"""Of a laboratory: the balance on its bench, the thermometer in its room."""
MODELS = {PRESS_NAME: PRESS, METER_NAME: METER, BALANCE_NAME: BALANCE, BENCH_NAME: BALANCE, ROOM_NAME: THERMOMETER}
HAND = "pan"
"""File in the plant's directory: who writes ``100`` or ``100 back_left`` there puts that on the bench's pan, g."""
SHOP_GAIN = 3e-4
"""What the balance of a plant with a laboratory shows too much: its certificate says so."""
ON_THE_BENCH = Imperfections(gain=4e-5, repeatability=4e-4, resolution=0.001)
"""How the balance on the bench errs."""
OFF_THE_CENTRE = {"front_left": 1e-5, "back_left": -1e-5, "back_right": 2e-5, "front_right": 0.0}


@dataclass(frozen=True, slots=True)
class SimulatedPlant:
    """Where the instruments of a simulated plant can be read.

    Attributes:
        urls: ``press``, ``meter``, ``balance``, with a laboratory also ``bench`` and ``room`` -> url of the bus.
        models: The same names -> model.
        clock: Time of the world, s.
        faults: ``press``, ``meter``, ``balance`` -> what goes wrong there; may be set at any time.
    """

    urls: Mapping[str, str]
    models: Mapping[str, str]
    clock: Clock
    faults: Mapping[str, Faults] = field(default_factory=dict)

    def describe(self) -> str:
        """One line for each instrument: name, model, url."""
        wide = max(map(len, self.models.values()))
        return "\n".join(f"{name:8} {self.models[name]:{wide}}  {url}" for name, url in self.urls.items())


OnShown = Callable[[str, Mapping[str, Value | None], int], None]
"""Told what an instrument showed: its name, channel -> value, ns on the monotonic clock."""


@contextmanager
def simulated_plant(
    directory: Path | None = None,
    port: int = 0,
    clock: Clock | None = None,
    on_shown: OnShown | None = None,
    *,
    laboratory: bool = False,
) -> Iterator[SimulatedPlant]:
    """Run the demonstration plant: a press PLC by Modbus TCP, a meter by RTU, a balance by MT-SICS.

    Args:
        directory: Where links ``meter`` and ``balance`` to the serial ports are made, so that their names stay the
            same from run to run; None: the urls name the ports themselves.
        port: Of the press; 0: a free one.
        clock: Time of the world; None: since the beginning of 2026.
        on_shown: Told what went out readable, before it goes out, in a simulator's thread.
        laboratory: With a laboratory beside it; the plant's own balance then shows a little too much. What lies on
            the pan of the bench stands in ``directory / HAND``.

    Yields:
        Where everything is.

    Raises:
        OSError: The port is taken, or ``directory`` cannot be written.
    """
    clock = clock or world_clock()
    faults = {name: Faults() for name in (PRESS_NAME, METER_NAME, BALANCE_NAME)}
    links = {name: directory and (directory / name).absolute() for name in (METER_NAME, BALANCE_NAME)}
    press, meter = {1: modbus_device(PRESS, clock)}, {1: modbus_device(METER, clock)}
    answers = mt_sics_answers(Balance(gain=SHOP_GAIN if laboratory else 0.0), clock)
    tell = on_shown or (lambda _name, _shown, _at: None)

    def tell_mass(reply: bytes, at: int) -> None:
        mass_g = mass_in(reply)
        if mass_g is not None:
            tell(BALANCE_NAME, {"mass": mass_g}, at)

    with (
        _laboratory(directory, clock, wanted=laboratory) as bench,
        serve_devices(
            press, port=port, faults=faults[PRESS_NAME], on_shown=lambda shown, at, _: tell(PRESS_NAME, shown, at)
        ) as tcp,
        serve_devices_on_pty(
            meter,
            link=links[METER_NAME],
            faults=faults[METER_NAME],
            on_shown=lambda shown, at, _: tell(METER_NAME, shown, at),
        ) as meter_path,
        text_pty(answers, link=links[BALANCE_NAME], faults=faults[BALANCE_NAME], on_sent=tell_mass) as balance_path,
    ):
        urls = {
            PRESS_NAME: f"tcp://{LOOPBACK}:{tcp}",
            METER_NAME: f"serial://{meter_path}",
            BALANCE_NAME: f"serial://{balance_path}",
        }
        yield SimulatedPlant(urls | bench, {name: MODELS[name] for name in (*urls, *bench)}, clock, faults)


@contextmanager
def _laboratory(directory: Path | None, clock: Clock, *, wanted: bool) -> Iterator[dict[str, str]]:
    """Name -> url of what stands in the laboratory; nothing where there is none."""
    if not wanted:
        yield {}
        return
    links = {name: directory and (directory / name).absolute() for name in (BENCH_NAME, ROOM_NAME)}
    hand = directory and directory / HAND
    balance = BenchBalance(ON_THE_BENCH, clock, OFF_THE_CENTRE, hand=hand)
    with ExitStack() as stack:
        bench = stack.enter_context(text_pty(mt_sics_answers(balance, clock), link=links[BENCH_NAME]))
        answers = fluke_answers(room_thermometer(), clock)
        room = stack.enter_context(text_pty(answers, terminator=TERMINATOR, link=links[ROOM_NAME]))
        yield {BENCH_NAME: f"serial://{bench}", ROOM_NAME: f"serial://{room}"}
