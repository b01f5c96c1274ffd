"""Samples and windows that are exported are those of the store, whichever it is."""

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.wire.lines import format_line, line_head
from gateway.timeseries import ChannelId, Row

S = 10**9
T = 1_764_003_600 * S + 123
POWER = ChannelId("sa-dec", "press-shop", "meter-1", "active_power")
HEAD = line_head("sample", *POWER[:3])


def sample(at: int, *numbers: tuple[str, float], head: str = HEAD, **texts: str) -> str:
    return format_line(head, numbers, texts.items(), at)


def iso(at: int) -> str:
    """To the microsecond, which is as exact as a time can be asked for."""
    assert at % 1000 == 0
    return f"{pd.Timestamp(at, tz='UTC').isoformat()}"


def hanoi(at: int) -> str:
    """As it is told, to the second."""
    return pd.Timestamp(at // S * S, tz="Asia/Ho_Chi_Minh").isoformat()


def rows_of(table: pd.DataFrame) -> list[Row]:
    cells = zip(table["time"].astype("int64"), table["value"], table["u"], table["quality"], strict=True)
    return [Row(at, none(value), none(u), quality) for at, value, u, quality in cells]


def none(number: float) -> float | None:
    return None if np.isnan(number) else number


def test_what_is_exported_is_what_the_store_holds_to_the_last_bit_and_nanosecond(shop):
    rng = random.Random(8)
    lines = []
    for i in range(11_000):
        at = T + (i // 2) * S + i % 2  # pairs 1 ns apart
        kind = rng.random()
        if kind < 0.02:
            lines.append(sample(at, ("mass", 1.0), active_power_q="bad.no_reply"))
        elif kind < 0.04:
            lines.append(sample(at, ("active_power", rng.gauss(5, 2)), active_power_q="uncertain.out_of_range"))
        else:
            lines.append(sample(at, ("active_power", rng.gauss(5, 2)), ("active_power_u", rng.random())))
    rng.shuffle(lines)
    shop.write(lines)
    shop.describe("meter-1", active_power="kW", mass="g")
    out = shop.export("samples", "--since", "2025-11-25", "--until", "2025-11-26", "--channel", "active_power")
    table = pd.read_parquet(out)
    assert len(table) == 11_000
    assert rows_of(table) == list(shop.stores.timeseries.rows(POWER, 0, 2**62))
    assert table["time"].is_monotonic_increasing
    assert table["time"].is_unique
    whose = table[["site", "edge", "instrument", "channel", "unit"]].drop_duplicates()
    assert whose.to_numpy().tolist() == [[*POWER, "kW"]]


@pytest.fixture
def busy(shop):
    """12 345 samples, 250 ms apart, but for a gap."""
    at = [T - 123 + i * S // 4 for i in range(12_345) if not 5000 <= i < 5100]
    shop.write([sample(one, ("active_power", i * 0.5)) for i, one in enumerate(at)])
    shop.times = at
    return shop


RANGES = st.tuples(st.integers(-2, 13_000), st.integers(1, 7000), st.booleans(), st.booleans())


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=RANGES)
def test_ranges_that_follow_each_other_hold_every_sample_once(busy, drawn):
    """Between samples and on them; longer than what a store is asked for at once."""
    first, count, is_start_on, is_end_on = drawn
    since = T - 123 + first * S // 4 - (0 if is_start_on else 1000)
    until = since + count * S // 4 + (0 if is_end_on else 1000)
    expected = [one for one in busy.times if since <= one < until]
    args = ("samples", "--since", iso(since), "--until", iso(until))
    code, _, err = busy.nhipdo("export", *args, "--out", busy.folder / "out.parquet")
    if not expected:
        where = f"from {hanoi(since)} to {hanoi(until)}"
        assert (code, err) == (1, f"samples: there is nothing {where}; {busy.folder}/out.parquet was not written\n")
        return
    assert pd.read_parquet(busy.folder / "out.parquet")["time"].astype("int64").tolist() == expected


def test_a_range_that_begins_and_ends_inside_parts_has_no_row_twice(busy):
    """At the borders of what is asked for at once (5000 of a file, 10 000 of InfluxDB) and one beside them."""
    for cut in (4999, 5000, 10_000, 10_001):
        border = iso(busy.times[cut])
        files = [busy.export("samples", "--since", "2025-11-24", "--until", border)]
        before = pd.read_parquet(files[0])["time"].astype("int64").tolist()
        after = pd.read_parquet(busy.export("samples", "--since", border, "--until", "2025-11-26"))
        assert before + after["time"].astype("int64").tolist() == busy.times


def test_a_hundred_channels_come_one_after_the_other(shop):
    names = [f"c{i:03d}" for i in range(100)]
    shop.write([sample(T + i * S, *((name, k + i / 10) for k, name in enumerate(names))) for i in range(50)])
    table = pd.read_parquet(shop.export("samples", "--since", "2025-11-25", "--until", "2025-11-26"))
    assert table["channel"].tolist() == [name for name in names for _ in range(50)]
    assert table["value"].tolist() == [k + i / 10 for k in range(100) for i in range(50)]
    assert set(table["unit"]) == {""}


def test_stretches_are_those_of_pandas(busy):
    """The second method: resampled by pandas from every sample; the last stretch ends where the range ends."""
    until = iso(busy.times[-1] - S)
    span = ("--since", "2025-11-25T00:10:00", "--until", until)
    every = pd.read_parquet(busy.export("samples", *span)).set_index("time")["value"]
    expected = every.resample("7s", origin=every.index[0].floor("s")).agg(["mean", "min", "max", "count"])
    expected = expected[expected["count"] > 0]
    table = pd.read_parquet(busy.export("samples", *span, "--every", "7s")).set_index("time")
    assert table.index.tolist() == expected.index.tolist()
    np.testing.assert_allclose(table["mean"], expected["mean"], rtol=1e-12)
    assert (
        table[["minimum", "maximum", "n"]].to_numpy().tolist() == expected[["min", "max", "count"]].to_numpy().tolist()
    )
    assert table["n"].sum() == len(every)


def test_many_stretches_are_asked_for_part_by_part(busy):
    """More than are asked for at once, and the last part ends in the middle of one."""
    until = iso(busy.times[-1] + 10**6)
    table = pd.read_parquet(busy.export("samples", "--since", "2025-11-25", "--until", until, "--every", "500ms"))
    assert table["n"].sum() == len(busy.times)
    assert table["time"].is_unique
    assert set(table["time"].astype("int64") % (S // 2)) == {0}


def test_windows_are_given_back_as_the_edge_computed_them(shop):
    head = line_head("window", *POWER[:3])
    lines = [
        format_line(head, [("active_power_mean", 1.5), ("active_power_min", 1.0), ("active_power_max", 2.0),
                           ("active_power_n", 59.0), ("mass_n", 0.0), ("expected", 60.0)], (), T + 60 * S * i)
        for i in range(3)
    ]  # fmt: skip
    lines.append(format_line(head, [("mass_mean", 7.0), ("mass_n", 1.0), ("expected", 60.0)], (), T + 180 * S))
    shop.write(lines)
    shop.describe("meter-1", active_power="kW", mass="g")
    table = pd.read_parquet(shop.export("windows", "--since", "2025-11-25", "--until", "2025-11-26"))
    table["time"] = (table["time"].astype("int64") - T) // (60 * S)
    figures = table[["channel", "time", "mean", "minimum", "maximum", "n", "expected", "unit"]]
    figures = figures.astype(object).where(figures.notna(), None).to_numpy().tolist()
    assert figures == [
        *(["active_power", i, 1.5, 1.0, 2.0, 59, 60, "kW"] for i in range(3)),
        *(["mass", i, None, None, None, 0, 60, "g"] for i in range(3)),
        ["mass", 3, 7.0, None, None, 1, 60, "g"],
    ]


def test_two_edges_are_told_apart_and_one_can_be_chosen(shop):
    shop.edge("sa-dec", "paint-shop")
    shop.edge("lai-vung", "kiln")
    for site, edge in (("sa-dec", "press-shop"), ("sa-dec", "paint-shop"), ("lai-vung", "kiln")):
        shop.write([sample(T, ("active_power", 1.0), head=line_head("sample", site, edge, "meter-1"))])
    span = ("--since", "2025-11-25", "--until", "2025-11-26")

    def places(*args: str) -> list[list[str]]:
        return pd.read_parquet(shop.export("samples", *span, *args))[["site", "edge"]].to_numpy().tolist()

    assert places() == [["lai-vung", "kiln"], ["sa-dec", "paint-shop"], ["sa-dec", "press-shop"]]
    assert places("--site", "sa-dec") == [["sa-dec", "paint-shop"], ["sa-dec", "press-shop"]]
    assert places("--edge", "kiln", "--edge", "press-shop") == [["lai-vung", "kiln"], ["sa-dec", "press-shop"]]
