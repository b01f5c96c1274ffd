"""docs/analysts.md is run from its first block to its last, on a gateway and an InfluxDB, and prints what it says.

The figures of the machines are chosen so that the answers are known without a program: see ``PRESSES``.
"""

import contextlib
import csv
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import msgspec
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.messages import ChannelMeaning, InstrumentDescription, Loss
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from gateway.cli import main
from gateway.config import load_config
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.opening import Stores, opened
from gateway.registry import EdgeRow, RecordRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "analysts.md").read_text("utf-8")
RSCRIPT = shutil.which("Rscript")
"""Where it is not installed, the blocks in R are the only ones that are not tried."""
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", PAGE, re.MULTILINE | re.DOTALL)
S = 10**9
HOUR, DAY = 3600 * S, 86_400 * S
BEGIN = 1_761_498_000 * S
"""2025-10-27 00:00 in Vietnam, three weeks before the page's Monday."""
EDGE = EdgeId("sa-dec", "press-shop")
NOON = BEGIN + 21 * DAY + 12 * HOUR
START_S = 100.0
PRESSES: dict[str, dict[str, Any]] = {
    # Of an hour: ideal cycle 6 s. OEE (450 - 10) * 6 / 3600 = 0.7333 and (400 - 20) * 6 / 3600 = 0.6333.
    "press-1": {"ns": {"RUN": 3000 * S, "FAULT": 600 * S}, "total": 450, "reject": 10},
    "press-2": {"ns": {"RUN": 2700 * S, "FAULT": 300 * S, "SETUP": 600 * S}, "total": 400, "reject": 20},
}
STOPS = [
    # Of a day: together the faults and setups above, 8 h of each.
    ("press-1", 4200, "FAULT", "Jammed"),
    ("press-1", 600, "FAULT", ""),
    ("press-2", 1800, "FAULT", "Jammed"),
    ("press-2", 600, "FAULT", ""),
    ("press-2", 4800, "SETUP", "Tool change"),
]


def iso_day(day: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(BEGIN // S + 7 * 3600 + day * 86_400))


def element(name: str, day: int, hour: int) -> Elements:
    """3 Wh a good piece, from the 15th day on 2.4; 2 % more and 2 % less from day to day."""
    its, since = PRESSES[name], BEGIN + day * DAY + hour * HOUR
    good = its["total"] - its["reject"]
    wh = good * (3.0 if day < 14 else 2.4) * (1.02 if day % 2 else 0.98)
    part = Part(shift=f"A@{iso_day(day)}", product="cap", ideal_cycle_s=6.0, energy_wh={"RUN": wh}, **its)
    said = {"key": f"{name}.{since}", "revision": 1, "at": since, "work_unit": name}
    return Elements(**said, since=since, until=since + HOUR, parts=(part,))


def stops(day: int) -> Iterator[Stop]:
    for number, (name, seconds, kind, title) in enumerate(STOPS):
        since = BEGIN + day * DAY + (6 + number) * HOUR
        said: dict[str, Any] = {"key": f"{name}.{since}", "revision": 1, "at": since, "work_unit": name, "kind": kind}
        if title:
            said |= {"reason": title.lower().replace(" ", "-"), "title": {"en": title}, "who": "Lan"}
        yield Stop(**said, since=since, until=since + seconds * S, planned_ns=seconds * S)


def power() -> Iterator[str]:
    """Of the Monday, every minute: 4 kW and 0.1 for each hour, 0.1 more in odd minutes; six are bad at 8 o'clock."""
    head = line_head("sample", *EDGE, "meter-1")
    for minute in (one for one in range(1440) if not 1200 <= one < 1205):
        at = BEGIN + 21 * DAY + minute * 60 * S
        if 480 <= minute < 540 and minute % 10 == 0:
            yield format_line(head, (), [("active_power_q", "bad.no_reply")], at)
        else:
            yield format_line(head, [("active_power", 4 + minute // 60 / 10 + minute % 2 / 10)], (), at)


def fill(stores: Stores) -> None:
    """As the ingest would have left it: registry and points."""
    lines = list(power())
    days = [("press-1", day) for day in range(28)] + [("press-2", day) for day in range(21, 28)]
    with Session(stores.engine) as session, session.begin():
        session.add(EdgeRow(site=EDGE.site, edge=EDGE.edge, first_seen=BEGIN))
        for key, channel, unit in (("meter-1", "active_power", "kW"), ("scale-1", "mass", "g")):
            channels = {channel: ChannelMeaning(unit=unit)}
            its_own: dict[str, Any] = {"bus": "b", "model": "m", "model_sha256": "0" * 64, "period_s": 60.0}
            described = InstrumentDescription(key=key, revision=1, channels=channels, **its_own)
            body = msgspec.json.encode(described).decode()
            session.add(RecordRow(**EDGE._asdict(), noun="instrument", key=key, revision=1, at=1, body=body))
        known = {"key": "l1", "revision": 1, "at": 1, "instrument": "meter-1", "n": 5, "reason": "queue_full"}
        lost = Loss(**known, since=BEGIN + 21 * DAY + 20 * HOUR, until=BEGIN + 21 * DAY + 20 * HOUR + 300 * S)
        body = msgspec.json.encode(lost).decode()
        session.add(RecordRow(**EDGE._asdict(), noun="loss", key="l1", revision=1, at=1, body=body))
        for name in PRESSES:
            zone = "Asia/Ho_Chi_Minh"
            its = WorkUnitDescription(
                key=name, revision=1, at=1, micro_stop_s=120, max_gap_s=60, bucket_s=3600, timezone=zone
            )
            shop_floor.take_work_unit(session, EDGE, its, msgspec.json.encode(its).decode())
        for one in (element(name, day, hour) for name, day in days for hour in range(6, 14)):
            shop_floor.take_elements(session, EDGE, one)
            session.flush()
            lines += shop_floor.element_lines(session, EDGE, one.work_unit, one.since)
        for stop in (stop for day in range(21, 28) for stop in stops(day)):
            shop_floor.take_stop(session, EDGE, stop)
            session.flush()
            lines.append(shop_floor.stop_line(session, EDGE, stop.work_unit, stop.since))
    lines.append(format_line(line_head("sample", *EDGE, "scale-1"), [("mass", 100.01), ("mass_u", 0.001)], (), NOON))
    assert stores.timeseries.write(lines) == []
    certificates(Book(stores.engine, time.time_ns))


def certificates(book: Book) -> None:
    """Of a balance: 10, 12 and 14 mg at 100 g, every 365 days, U = 2 mg with k = 2."""
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Công ty Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    place = {"name": EDGE.site, "title": "Xưởng dập", "organisation": organisation, "kind": "factory"}
    balance = {"organisation": organisation, "code": "C-01", "name": "Cân", "unit": "g", "status": "in_use"}
    balance |= {"site": book.make(SYSTEM, "site", place).id, "edge": EDGE.edge, "edge_instrument": "scale-1"}
    instrument = book.make(SYSTEM, "instrument", balance).id
    for day, error in (("2023-03-01", 0.010), ("2024-02-29", 0.012), ("2025-02-28", 0.014)):
        its = {"instrument": instrument, "number": f"GCN-{day}", "kind": "calibration", "issued": day}
        certificate = book.make(SYSTEM, "certificate", its | {"issued_by": "Trung tâm 3"}).id
        for number, nominal in enumerate((100.0, 200.0), 1):
            point = {"certificate": certificate, "run": "as_found", "channel": "mass", "number": number, "unit": "g"}
            point |= {"nominal": nominal, "reference": nominal, "indication": nominal * (1 + error / 100)}
            book.make(SYSTEM, "calibration_point", point | {"expanded": 0.002, "coverage_factor": 2.0})


@pytest.fixture
def gateway(tmp_path: Path, influxdb: Any, free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A gateway's process without a broker; the folder is that of whoever reads the page."""
    settings = {
        "gateway": ['state_dir = "state"'],
        "broker": ['url = "mqtt://127.0.0.1:1"'],
        "http": [f"port = {free_port}"],
        "store": ['kind = "influx"', f'url = "{influxdb.url}"'],
        "retention": ["sample_days = 36500", "window_days = 36500"],
    }
    text = "\n".join("\n".join([f"[{table}]", *lines]) for table, lines in settings.items())
    (tmp_path / "gateway.toml").write_text(text, "utf-8")
    with opened(load_config(tmp_path / "gateway.toml")) as stores:
        fill(stores)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFLUXDB", influxdb.url)
    monkeypatch.setenv("GATEWAY", f"http://127.0.0.1:{free_port}")
    with (tmp_path / "log").open("w") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "serve", "gateway.toml"], stdout=log, stderr=log
        )
        try:
            answered(f"http://127.0.0.1:{free_port}/api/v1/", program, tmp_path / "log")
            monkeypatch.setenv("TOKEN", (tmp_path / "state" / "api-secret").read_text().strip())
            yield os.environ["GATEWAY"]
        finally:
            program.terminate()
            program.wait(30)


def answered(url: str, program: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_S
    while program.poll() is None and time.monotonic() < until:
        try:
            with urlopen(url):
                return
        except URLError as error:
            if hasattr(error, "code"):
                return  # it speaks, and asks who we are
        time.sleep(0.05)
    pytest.fail(f"the gateway did not start: {log.read_text()[-2000:]}")


def in_r(block: str) -> str:
    """Where the locale knows no Vietnamese letters, R cannot read them."""
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    return subprocess.run([str(RSCRIPT), "-e", block], capture_output=True, text=True, check=True, env=env).stdout


def told(kind: str, block: str, names: dict[str, Any]) -> str:
    """What a block prints."""
    if kind == "r":
        return in_r(block) if RSCRIPT else ""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if kind == "python":
            exec(compile(block, "docs/analysts.md", "exec"), names)
        else:
            for line in block.splitlines():
                assert main(shlex.split(line)[1:]) == 0, line
    return out.getvalue()


def test_every_block_prints_what_stands_beneath_it(gateway: str) -> None:
    names: dict[str, Any] = {}
    said = [(kind, block, told(kind, block, names)) for kind, block, _ in BLOCKS]
    tried = {"python", "r"} if RSCRIPT else {"python"}
    assert [one for one in said if one[0] in tried] == [one for one in BLOCKS if one[0] in tried]
    # By hand: (440 + 380) * 6 / 7200; 14 h of faults and 9 h 20 min of setups are the stops of the week.
    assert names["oee"](names["week"]) == pytest.approx(820 * 6 / 7200)
    assert names["pareto"]["hours"].sum() == pytest.approx(14 + 28 / 3)
    assert names["slope"] == pytest.approx(0.002 / (365 / 365.25))

    same_everywhere(gateway)
    heads = Path("tuan.csv").read_text("utf-8-sig").splitlines()[0].split(";")
    assert [heads[3], heads[12], heads[16], *heads[26:28]] == [
        "work_unit",
        "run_s",
        "setup_s",
        "ideal_s",
        "ideal_reject_s",
    ]


def same_everywhere(gateway: str) -> None:
    """Samples as CSV, as Parquet and from the API are the same to the last bit and nanosecond."""
    asked = "export samples --in 2025-11-17 --instrument meter-1 --out"
    for name in ("raw.csv", "raw.parquet"):
        assert main(["-c", "gateway.toml", *asked.split(), name]) == 0
    told = {"start": "2025-11-17T00:00:00+07:00", "end": "2025-11-18T00:00:00+07:00"}
    where = f"{gateway}/api/v1/series/{EDGE.site}/{EDGE.edge}/meter-1/active_power.csv?{urlencode(told)}"
    with urlopen(Request(where, headers={"Authorization": f"Bearer {os.environ['TOKEN']}"})) as answer:
        served = list(csv.DictReader(answer.read().decode("utf-8-sig").splitlines()))
    exported = list(csv.DictReader(Path("raw.csv").read_text("utf-8-sig").splitlines()))
    assert len(served) == len(exported) == 1435
    cells = ("value", "u", "unit", "quality")
    assert [[row[name] for name in cells] for row in served] == [[row[name] for name in cells] for row in exported]
    parquet = pd.read_parquet("raw.parquet")
    for rows in (served, exported):
        assert [pd.Timestamp(row["time"]) for row in rows] == parquet["time"].tolist()
    values = [float(row["value"]) if row["value"] else None for row in exported]
    assert values == [None if pd.isna(value) else value for value in parquet["value"]]


def test_no_block_is_left_out() -> None:
    fences = re.findall(r"^```(\w+)$", PAGE, re.MULTILINE)
    run = [name for kind, _, printed in BLOCKS for name in ([kind, "text"] if printed else [kind])]
    assert fences == run
    assert {"sh", "python", "r", "text"} == set(fences)
