"""An agent with a simulated balance on its bench, as in a laboratory, and a hand that puts loads on."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from drivers.simulators.mt_sics_answers import mt_sics_answers
from drivers.simulators.plant import Weight
from drivers.simulators.speakers import TextAnswers
from edge_agent.agent import Agent
from edge_agent.asked import SettingCame
from edge_agent.config import load_config
from edge_agent.wire.bench_settings import BenchOrdersSet, BenchStandardsSet
from edge_agent.wire.messages import Setting

TRUE_GAIN = 4e-5
"""What the simulated balance shows too much, as a share of the load."""
AGENT = """
[edge]
site = "dong-thap"
name = "bench-1"
record_period_s = 0.1
[clock]
trust = "always"
[screen]
host = "127.0.0.1"
port = {port}
[bench]
procedures = "procedures"
[[operators]]
name = "Lan"
[[buses]]
name = "scale"
url = "sim://mt_sics_balance"
[[buses.instruments]]
name = "balance-1"
model = "mt_sics_balance"
period_s = 0.1
"""
PROCEDURE = """
id = "quick-balance"
version = "1"
kinds = ["cân"]
quantity = "mass"
unit = "g"
item_source = "channel"
sources = ["Own method, two points"]
[title]
vi = "Cân, kiểm tra nhanh"
[summary]
vi = "Đặt hai quả cân chuẩn."
[[references]]
role = "weights"
quantity = "mass"
source = "measure"
unit = "g"
title = { vi = "Quả cân chuẩn" }
[[environment]]
quantity = "temperature"
unit = "Cel"
low = 18.0
high = 27.0
title = { vi = "Nhiệt độ không khí" }
[settling]
window_s = 0.3
within = "2 * d"
[[tests]]
id = "eccentricity"
kind = "eccentricity"
points = ["0.5 * high", "0.5 * high"]
positions = ["centre", "back_right"]
title = { vi = "Độ lệch tâm" }
instruction = { vi = "Đặt {nominal} {unit} vào vị trí: {position}." }
[[tests]]
id = "errors"
points = ["0.5 * high", "high"]
model = "x - ref + digit"
title = { vi = "Sai số của số chỉ" }
instruction = { vi = "Đặt {nominal} {unit} vào giữa đĩa cân." }
[[tests.inputs]]
name = "ref"
value = "ref"
spread = "u_ref"
title = { vi = "Quả cân chuẩn" }
[[tests.inputs]]
name = "digit"
distribution = "rectangular"
spread = "d / 2"
title = { vi = "Độ phân giải" }
"""


class Scale:
    """A balance that shows what lies on it, a little too much of it.

    Attributes:
        load_g: What lies on it; the person's hand puts it there.
        gain: What it shows too much, as a share.
    """

    decimals = 3

    def __init__(self) -> None:
        self.load_g = 0.0
        self.gain = TRUE_GAIN

    def weight(self, _: float) -> Weight:
        """What it shows at an instant."""
        return Weight(round(self.load_g * (1 + self.gain), self.decimals), settled=True)


class WalkedBench:
    """The agent in a thread of its own.

    Args:
        folder: Of its configuration and its outbox.
        port: Of its screen.
        patch: Puts the scale behind ``sim://``.
    """

    def __init__(self, folder: Path, port: int, patch: Callable[[Any], None]) -> None:
        self.scale = Scale()
        patch(lambda _, clock, *__, **___: TextAnswers(mt_sics_answers(self.scale, clock)))  # type: ignore[arg-type]
        (folder / "procedures").mkdir()
        (folder / "procedures" / "quick-balance.toml").write_text(PROCEDURE, "utf-8")
        (folder / "agent.toml").write_text(AGENT.format(port=port), "utf-8")
        self.address = f"http://127.0.0.1:{port}"
        self.agent = Agent(load_config(folder / "agent.toml"))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.agent.run, args=(self._stop,))
        self._thread.start()

    def set(self, noun: str, body: BenchOrdersSet | BenchStandardsSet) -> None:
        """What comes from the gateway."""
        setting = Setting(revision=1, body=msgspec.to_builtins(body))
        self.agent._recorder.asked.put(SettingCame(noun, "all", setting))

    def close(self) -> None:
        """End it in order."""
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()
