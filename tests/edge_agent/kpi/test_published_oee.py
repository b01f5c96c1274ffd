"""Figures that others published: vendors' worked examples, the tests of Flux, those of United Manufacturing Hub."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from edge_agent.kpi.replay import replay

PUBLISHED = Path(__file__).parent / "published"
VENDORS = json.loads((PUBLISHED / "oee_examples.json").read_text("utf-8"))
UMH = json.loads((PUBLISHED / "umh.json").read_text("utf-8"))
START = datetime(2021, 3, 22)  # noqa: DTZ001 - a document's times are local
NAMES = {"availability": "availability", "performance": "effectiveness", "quality": "quality_ratio", "oee": "oee"}


def by_name(cases: list[dict]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


def one_shift(planned_s: int, ideal_cycle_s: float, **more: object) -> dict:
    """A document of one shift from ``START``, asked as a whole."""
    whole = {"from": START.isoformat(), "to": (START + timedelta(seconds=planned_s)).isoformat()}
    return {
        "timezone": "UTC",
        "shifts": [{"name": "planned", **whole}],
        "windows": [{"name": "planned", **whole}],
        "products": [{"product": "P", "ideal_cycle_s": ideal_cycle_s, **whole}],
        "state_map": {"running": "RUN", "stopped": "STOP"},
    } | more


def counter(role: str, samples: list[tuple[str, int]]) -> dict:
    rows = [{"t": t, "v": v} for t, v in samples]
    return {"name": role, "role": role, "modulus": 1 << 32, "max_rate_per_s": 1, "samples": rows}


@by_name(VENDORS["examples"])
def test_a_vendors_example_gives_what_the_vendor_printed(case):
    end = (START + timedelta(seconds=case["planned_s"])).isoformat()
    stop = (START + timedelta(seconds=case["run_s"])).isoformat()
    document = one_shift(
        case["planned_s"],
        case["ideal_cycle_s"],
        events=[{"t": START.isoformat(), "state": "running"}, {"t": stop, "state": "stopped"}],
        counters=[
            counter("total", [(START.isoformat(), 0), (end, case["total"])]),
            counter("reject", [(START.isoformat(), 0), (end, case["total"] - case["good"])]),
        ],
    )
    figures = replay(document)["windows"]["planned"]
    assert figures["seconds"]["RUN"] == case["run_s"]
    assert figures["pieces"]["good"] == case["good"]
    for theirs, ours in NAMES.items():
        assert figures[ours] == pytest.approx(case["published"][theirs], abs=case["tolerance"])


@pytest.mark.parametrize(("states", "parts"), [("rows", "rows"), ("states", "parts")], ids=["apq", "computeapq"])
def test_fluxs_own_tests_give_its_figures(states, parts):
    """Its planned time is 8 h, its events end after 4: its formula takes the rest as not running, so a stop follows."""
    flux = VENDORS["flux"]
    events = [{"t": row[0], "state": row[1]} for row in flux[states]]
    document = one_shift(
        flux["planned_s"],
        flux["ideal_cycle_s"],
        events=[*events, {"t": (START + timedelta(hours=4)).isoformat(), "state": "stopped"}],
        counters=[
            counter("total", [(row[0], row[-2]) for row in flux[parts]]),
            counter("reject", [(row[0], row[-1]) for row in flux[parts]]),
        ],
    )
    figures = replay(document)["windows"]["planned"]
    assert figures["seconds"]["RUN"] == flux["published"]["run_s"]
    for theirs, ours in NAMES.items():
        assert figures[ours] == pytest.approx(flux["published"][theirs], abs=1e-9)


def spans_of(rows: list[list], end: str | None = None) -> list[dict]:
    """Windows from each row to the next."""
    times = [row[0] for row in rows] + ([end] if end else [])
    return [{"name": f"{a} to {b}", "from": a, "to": b} for a, b in pairwise(times)]


@by_name(UMH["micro_stops"])
def test_micro_stops_are_those_that_united_manufacturing_hub_finds(case):
    """Its threshold is "at most", ours "shorter than": none of its stops is exactly as long."""
    rows = case["rows"]
    windows = spans_of(rows)
    document = {
        "timezone": "UTC",
        "shifts": [{"name": "all", "from": rows[0][0], "to": rows[-1][0]}],
        "windows": windows,
        # 9 is "no shift": it stands at the shift's end, where only that it ends the stop matters.
        "state_map": {"0": "RUN", "1": "STOP", "9": "RUN"},
        "events": [{"t": t, "state": str(state)} for t, state, _ in rows],
        "micro_stop_s": case["threshold_s"],
    }
    answer = replay(document)["windows"]
    found = []
    for window, (t, _, _) in zip(windows, rows, strict=False):
        seconds = answer[window["name"]]["seconds"]
        [bucket] = [name for name in ("RUN", "MINOR_STOP", "STOP") if seconds[name] == seconds["all"]]
        found.append([t, {"RUN": 0, "STOP": 1, "MINOR_STOP": 7}[bucket]])
    assert found == [[t, code] for t, _, code in rows[:-1]]


@by_name(UMH["shifts"])
def test_shifts_and_breaks_lie_where_united_manufacturing_hub_puts_them(case):
    """It ends a break a millisecond late, and joins shifts that are less than five minutes apart: one minute here."""
    windows = spans_of(case["expected"], case["to"])
    document = {
        "timezone": "UTC",
        "shifts": [{"name": f"s{i}", "from": a, "to": b} for i, (a, b) in enumerate(case["shifts"])],
        "windows": windows,
        "state_map": {"40000": "STOP"},
        "events": [{"t": t, "state": str(state)} for t, state in case["states"]],
    }
    answer = replay(document)["windows"]
    joined_s = 0.0
    for window, (_, code) in zip(windows, case["expected"], strict=True):
        seconds = answer[window["name"]]["seconds"]
        bucket = {40000: "STOP", 150000: "NOT_SCHEDULED", 160000: "NOT_SCHEDULED"}[code]
        other_s = seconds["all"] - seconds[bucket]
        joined_s += other_s if other_s > 0.002 else 0
    assert joined_s == pytest.approx(59.995 if case["name"] == "shifts-1614607583" else 0)
