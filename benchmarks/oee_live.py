"""What ten work units cost live: an agent's shop floor fed one sample a second and a press, as fast as it will go.

Everything that the recorder does for the shop floor in a second of operation: evidence kept, the tail evaluated every
five seconds, buckets closed, records said, the picture made; with and without the transaction's own commit.
"""

import tempfile
import time
from pathlib import Path

from drivers.simulators.plant import Press, State
from edge_agent.collect import Sample
from edge_agent.config import load_config
from edge_agent.dating import Dated
from edge_agent.oee.shop import Shop
from edge_agent.outbox import Outbox

NS = 1_000_000_000
START = 1_772_406_000 * NS  # 2026-03-02 06:00 in Ho Chi Minh City: a shift begins
UNITS = 10
LIMIT = 0.01

_CONFIG = """
[edge]
site = "bench"
name = "edge"

[[calendars]]
shifts = [
    { name = "A", start = "06:00", end = "14:00", breaks = [{ start = "10:00", end = "10:30" }] },
    { name = "B", start = "14:00", end = "22:00" },
    { name = "C", start = "22:00", end = "06:00" },
]
"""
_UNIT = """
[[buses]]
name = "line-{k}"
url = "tcp://127.0.0.1:{port}"
instruments = [{{ name = "press-{k}", model = "press_plc" }}]

[[work_units]]
name = "unit-{k}"
total = "press-{k}.produced"
reject = "press-{k}.scrap"
running = "press-{k}.is_running"
fault = "press-{k}.is_fault"
micro_stop_s = 20
target_oee = 0.85
products = [{{ name = "lid", ideal_cycle_s = 1.8 }}]
"""


def _samples(presses: dict[str, Press], second: int) -> list[Dated]:
    dated = []
    for k, (name, press) in enumerate(presses.items()):
        t_s = second + k / 10
        running = press.state(t_s) == State.RUNNING
        numbers = [
            ("produced", float(press.cycles(t_s))),
            ("scrap", float(press.rejects(t_s))),
            ("is_running", float(running)),
            ("is_fault", float(not running)),
        ]
        dated.append(Dated(Sample(name, 0, numbers, []), START + round(t_s * NS)))
    return dated


def live(hours: float) -> int:
    """Run it; print CPU seconds per second of operation, and how much is written."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "agent.toml"
        path.write_text(_CONFIG + "".join(_UNIT.format(k=k, port=15_000 + k) for k in range(UNITS)), "utf-8")
        config = load_config(path)
        config.state_dir.mkdir()
        presses = {f"press-{k}": Press(cycle_s=2.0 + k / 10, jam_every_s=600.0 + 7 * k) for k in range(UNITS)}
        outbox = Outbox(config.state_dir, "bench")
        shop = Shop(config, outbox)
        floor_s = whole_s = 0.0
        records = 0
        seconds = int(hours * 3600)
        for second in range(seconds):
            dated = _samples(presses, second)
            now = START + (second + 2) * NS
            begin = time.process_time()
            with outbox.transaction():
                inside = time.process_time()
                records += sum(1 for _ in shop.take(dated, now))
                floor_s += time.process_time() - inside
            picture = time.process_time()
            shop.picture(now)
            end = time.process_time()
            floor_s += end - picture
            whole_s += end - begin
        size = sum(one.stat().st_size for one in config.state_dir.iterdir() if "reserve" not in one.name)
        outbox.close()
    share = floor_s / seconds
    print(f"{UNITS} work units, one sample a second each, {hours:g} h of operation")
    print(f"shop floor            {share:8.2%} of a core (at most {LIMIT:.0%})")
    print(f"with its transaction  {whole_s / seconds:8.2%}")
    print(f"records said          {records:8d}, files {size / 1e6:.1f} MB")
    return 0 if share < LIMIT else 1
