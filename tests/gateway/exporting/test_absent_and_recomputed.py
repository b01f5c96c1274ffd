"""What is not there, and what a certificate that was chosen later makes of what is."""

import json

import msgspec
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy.orm import Session

from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.messages import Declared, Loss
from gateway.laboratory.recomputed_series import series_channel
from gateway.registry import RecordRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

S = 10**9
T = 1_764_003_600 * S
IN_A_FILE = pytest.mark.parametrize("store", ["embedded"], indirect=True)
DAY = ("--in", "2025-11-25")


@pytest.fixture
def lost(shop):
    """Three losses and a declared one; a day later one more."""
    its = {"revision": 1, "at": T}
    said = [
        Loss(key="a", **its, instrument="meter-1", since=T + 5 * S, until=T + 7 * S, n=2, reason="queue_full"),
        Loss(key="b", **its, since=T, until=T + 3600 * S, n=None, reason="power_cut"),
        Loss(
            key="c", **its, instrument="meter-2", since=T + 86_400 * S - 1, until=T + 86_401 * S, n=1, reason="rotten"
        ),
        Loss(key="d", **its, instrument="meter-1", since=T + 86_400 * S, until=T + 86_401 * S, n=9, reason="skipped"),
        Declared(
            key="e", **its, journal="j", ranges=((1, 4),), lines=40, since=T + S, until=T + 2 * S, reason="evicted"
        ),
    ]
    with Session(shop.stores.engine) as session, session.begin():
        for one in said:
            noun = type(one).__struct_config__.tag
            body = msgspec.json.encode(one).decode()
            session.add(
                RecordRow(site="sa-dec", edge="press-shop", noun=noun, key=one.key, revision=1, at=T, body=body)
            )
    return shop


def cells(table: pd.DataFrame, *names: str) -> list[list[object]]:
    its = table[list(names)].astype(object)
    return its.where(its.notna(), None).to_numpy().tolist()


@IN_A_FILE
def test_what_is_known_to_be_absent_is_told_with_its_reason(lost):
    table = pd.read_parquet(lost.export("loss", *DAY))
    assert table["time"].astype("int64").tolist() == [T, T + S, T + 5 * S, T + 86_400 * S - 1]
    assert cells(table, "instrument", "seconds", "n", "reason", "kind") == [
        ["all", 3600.0, None, "power_cut", "loss"],
        ["all", 1.0, 40, "evicted", "declared"],
        ["meter-1", 2.0, 2, "queue_full", "loss"],
        ["meter-2", pytest.approx(1.0), 1, "rotten", "loss"],
    ]


@IN_A_FILE
def test_of_one_instrument_the_losses_of_the_whole_edge_are_told_too(lost):
    table = pd.read_parquet(lost.export("loss", *DAY, "--instrument", "*-1"))
    assert table["instrument"].tolist() == ["all", "all", "meter-1"]
    code, _, said = lost.nhipdo("export", "loss", *DAY, "--instrument", "meter-x", "--out", lost.folder / "x.csv")
    assert (code, said) == (
        2,
        (
            "instrument 'meter-x': is not known here; did you mean meter-2? Known: meter-1, meter-2. "
            "Name one of these, or leave it out for all.\n"
        ),
    )


def test_recomputed_samples_name_their_channel_and_certificate(shop):
    book = Book(shop.stores.engine, lambda: T)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Công ty Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    place = {"name": "sa-dec", "title": "Xưởng", "organisation": organisation, "kind": "factory"}
    balance = {"organisation": organisation, "code": "C-01", "name": "Cân", "unit": "g", "status": "in_use"}
    balance |= {"site": book.make(SYSTEM, "site", place).id, "edge": "press-shop", "edge_instrument": "scale-1"}
    its = {"instrument": book.make(SYSTEM, "instrument", balance).id, "number": "K-2026/118", "kind": "calibration"}
    certificate = book.make(SYSTEM, "certificate", its | {"issued": "2026-01-01", "issued_by": "TT 3"}).id
    point = {"certificate": certificate, "run": "as_found", "channel": "mass", "number": 1, "unit": "g"}
    point |= {"reference": 100.0, "indication": 100.5, "expanded": 0.2, "coverage_factor": 2.0}
    book.make(SYSTEM, "calibration_point", point)
    shop.describe("scale-1", mass="g")
    name = series_channel("mass", "K-2026/118")
    head = line_head("recomputed", "sa-dec", "press-shop", "scale-1")
    lines = [format_line(head, [(name, 0.1 + i), (f"{name}_u", 0.02)], (), T + i) for i in range(3)]
    lines.append(format_line(head, [("mass_by_gone", 7.0)], [("mass_by_gone_q", "uncertain.out_of_range")], T + 9))
    shop.write([*lines, format_line(line_head("sample", "sa-dec", "press-shop", "scale-1"), [("mass", 1.0)], (), T)])
    table = pd.read_parquet(shop.export("recomputed", *DAY, "--channel", "mass"))
    assert cells(table, "instrument", "channel", "certificate", "value", "u", "unit", "quality") == [
        ["scale-1", "mass", "", 7.0, None, "g", "uncertain.out_of_range"],
        *(["scale-1", "mass", "K-2026/118", 0.1 + i, 0.02, "g", "good"] for i in range(3)),
    ]
    assert table["time"].astype("int64").tolist() == [T + 9, T, T + 1, T + 2]


@IN_A_FILE
def test_a_parquet_file_says_what_was_asked_and_how_it_was_understood(lost):
    about = json.loads(pq.read_schema(lost.export("loss", *DAY, "--instrument", "*-1")).metadata[b"nhipdo"])
    assert about.pop("made").endswith("Z")
    assert about.pop("program").startswith("nhipdo ")
    assert about == {
        "table": "loss",
        "in": "2025-11-25",
        "instrument": "*-1",
        "start": "2025-11-24T17:00:00.000000000Z",
        "end": "2025-11-25T17:00:00.000000000Z",
        "zone": "Asia/Ho_Chi_Minh",
        "store": "embedded",
    }


def test_seconds_of_half_a_century_are_written_without_asking_for_each(shop):
    head = line_head("sample", "sa-dec", "press-shop", "meter-1")
    shop.write([format_line(head, [("power", float(i))], (), T + i * 100 * S) for i in range(30)])
    table = pd.read_parquet(shop.export("samples", "--since", "1970", "--until", "2026", "--every", "1s"))
    assert table["time"].astype("int64").tolist() == [T + i * 100 * S for i in range(30)]
    assert table["mean"].tolist() == [float(i) for i in range(30)]
