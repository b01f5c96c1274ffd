"""What both stores owe the ingest and the pages; run against SQLite and against a real InfluxDB 1.6."""

import random

import numpy as np
import pytest

from edge_agent.wire.lines import format_line, line_head
from gateway.timeseries import Bucket, ChannelId, Latest, Row

T = 1_760_000_000_000_000_123
S = 1_000_000_000
HEAD = line_head("sample", "sa-dec", "e1", "meter-1")
POWER = ChannelId("sa-dec", "e1", "meter-1", "power")
FIND = "Find who publishes it."
EVER = (0, 2**62)


def sample(at: int, *numbers: tuple[str, float], **texts: str) -> str:
    return format_line(HEAD, numbers, texts.items(), at)


def test_a_line_written_twice_is_there_once(store):
    lines = [sample(T + i, ("power", float(i))) for i in range(10)]
    assert store.write(lines) == []
    assert store.write(lines + lines) == []
    assert list(store.rows(POWER, *EVER)) == [Row(T + i, float(i), None, "good") for i in range(10)]


def test_two_lines_of_one_instant_are_one_point_and_the_later_field_wins(store):
    store.write([sample(T, ("power", 1.0), ("mass", 2.0), mass_q="uncertain.unstable")])
    store.write([sample(T, ("power", 3.0), ("flow", 4.0))])
    store.write([sample(T, ("flow", 5.0), flow_q="uncertain.out_of_range"), sample(T, ("temperature", 6.0))])
    assert store.latest("sa-dec", "e1") == [
        Latest("meter-1", "flow", T, 5.0, None, "uncertain.out_of_range"),
        Latest("meter-1", "mass", T, 2.0, None, "uncertain.unstable"),
        Latest("meter-1", "power", T, 3.0, None, "good"),
        Latest("meter-1", "temperature", T, 6.0, None, "good"),
    ]


def test_every_number_comes_back_to_its_last_bit(store):
    numbers = [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, 123456789012345680.0, -1e-7, 3.0]
    store.write([sample(T + i, ("power", number)) for i, number in enumerate(numbers)])
    assert [row.value for row in store.rows(POWER, *EVER)] == numbers


def test_value_uncertainty_and_quality_stay_together(store):
    store.write(
        [
            sample(T, ("power", 1.5), ("power_u", 0.1)),
            sample(T + 1, ("power", 2.5), ("power_u", 0.1), power_q="uncertain.out_of_range"),
            sample(T + 2, ("mass", 9.0), power_q="bad.no_reply"),
            sample(T + 3, ("mass", 9.0)),
            sample(T + 4, ("power", 3.5), ("power_u", 0.1), power_q="bad.frozen"),
        ]
    )
    assert list(store.rows(POWER, *EVER)) == [
        Row(T, 1.5, 0.1, "good"),
        Row(T + 1, 2.5, 0.1, "uncertain.out_of_range"),
        Row(T + 2, None, None, "bad.no_reply"),
        Row(T + 4, None, None, "bad.frozen"),
    ]


NOT_OF_THE_CONTRACT = [
    "",
    "garbage",
    "# a comment",
    f"#{HEAD}power=1.0 {T}",
    f"{HEAD}power=1.0",
    f"{HEAD}power=1.0 {T}\n",
    f"{HEAD}power=1.0\n,mass=2.0 {T}",
    f"{HEAD}power=5i {T}",
    f"{HEAD}power=nan {T}",
    f"{HEAD}power=1e999 {T}",
    f"{HEAD}power=true {T}",
    f"{HEAD}power= {T}",
    f"{HEAD}power=1.0,5=mass=7 {T}",
    f'{HEAD}power_q="bad {T}',
    f'{HEAD}power_q="a\\\\b" {T}',
    f"{HEAD}power=1.0,Power=2.0 {T}",
    f'{HEAD}power=1.0,power="bad" {T}',
    f"{HEAD}nhiệt_độ=1.0 {T}",
    f"{HEAD}power=\uff11.0 {T}",
    f"{HEAD}power=1.0,time=2.0 {T}",
    f"{HEAD}power=1.0,site=2.0 {T}",
    f'{HEAD}power=1.0,instrument="x" {T}',
    f"{HEAD}power=1.0 -5",
    f"{HEAD}power=1.0 {2**63}",
    f"sample,site=SA,edge=e1,instrument=m power=1.0 {T}",
    f"sample,edge=e1,site=a,instrument=m power=1.0 {T}",
    "\ud800\x00\x7f\u202e 💥",
    f"{HEAD}{','.join(f'f{i}=1.0' for i in range(4001))} {T}",
]


def test_lines_not_of_the_contract_come_back_alone_and_the_good_ones_are_stored(store):
    good = [sample(T + i, ("power", float(i))) for i in range(len(NOT_OF_THE_CONTRACT))]
    mixed = [line for pair in zip(NOT_OF_THE_CONTRACT, good, strict=True) for line in pair]
    refused = store.write(mixed)
    assert [one.line for one in refused] == NOT_OF_THE_CONTRACT
    assert all(one.why.isprintable() and one.why.endswith(FIND) for one in refused)
    assert [row.at for row in store.rows(POWER, *EVER)] == [T + i for i in range(len(good))]


def test_why_a_line_is_refused_is_said(store):
    lines = [f"{HEAD}power=5i {T}", f"#{HEAD}power=1.0 {T}", f"{HEAD}power=1.0 {T}\n"]
    assert [one.why for one in store.write(lines)] == [
        f"line '{HEAD}power=5i {T}': not a line of the contract (could not convert string to float: '5i'). {FIND}",
        f"line '#{HEAD}power=1.0 {T}': measurement '#sample' is no name of the contract. {FIND}",
        f"line '{HEAD}power=1.0 {T}\\n': holds other than printable ASCII. {FIND}",
    ]


def test_a_line_of_2000_channels_is_stored(store):
    numbers = [(f"c{i}", i + 0.5) for i in range(2000)]
    assert store.write([sample(T, *numbers)]) == []
    assert [(one.channel, one.value) for one in store.latest("sa-dec", "e1")] == sorted(numbers)


def test_nothing_to_write_is_nothing_written(store):
    assert store.write([]) == []
    assert store.latest("sa-dec", "e1") == []
    assert list(store.rows(POWER, *EVER)) == []
    assert store.series(POWER, T, T + S, 5) == []


def test_latest_knows_channels_that_newer_points_lack(store):
    store.write([sample(T, ("power", 1.0), ("mass", 2.0), ("mass_u", 0.1))])
    store.write([sample(T + S, ("power", 3.0))])
    store.write([sample(T + 2 * S, ("power", 4.0), flow_q="bad.no_reply")])
    store.write([sample(T + 3 * S, power_q="bad.timeout")])
    assert store.latest("sa-dec", "e1") == [
        Latest("meter-1", "flow", T + 2 * S, None, None, "bad.no_reply"),
        Latest("meter-1", "mass", T, 2.0, 0.1, "good"),
        Latest("meter-1", "power", T + 3 * S, None, None, "bad.timeout"),
    ]


def test_latest_follows_channels_that_come_and_go(store):
    for i, channel in enumerate(["a", "b", "a", "c"]):
        store.write([sample(T + i * S, (channel, float(i)))])
        store.latest("sa-dec", "e1")
    assert {one.channel: one.value for one in store.latest("sa-dec", "e1")} == {"a": 2.0, "b": 1.0, "c": 3.0}


def test_latest_does_not_depend_on_the_order_in_which_points_arrive(store):
    rng = random.Random(20)
    channels = ["a", "b", "c", "d"]
    points = [(T + i, sorted(rng.sample(channels, rng.randint(1, 3)))) for i in range(60)]
    expected = {channel: max(at for at, there in points if channel in there) for channel in channels}
    rng.shuffle(points)
    for i in range(0, len(points), 7):
        store.write([sample(at, *((channel, 1.0) for channel in there)) for at, there in points[i : i + 7]])
    assert {one.channel: one.at for one in store.latest("sa-dec", "e1")} == expected


def test_latest_is_of_one_edge_and_of_samples_only(store):
    store.write(
        [
            f"sample,site=sa-dec,edge=e1,instrument=b power=1.0 {T}",
            f"sample,site=sa-dec,edge=e1,instrument=a power=2.0 {T}",
            f"sample,site=sa-dec,edge=e2,instrument=a power=3.0 {T}",
            f"sample,site=lai-vung,edge=e1,instrument=a power=4.0 {T}",
            f"window,site=sa-dec,edge=e1,instrument=a power_mean=5.0,power_n=10.0,expected=10.0 {T + S}",
        ]
    )
    assert store.latest("sa-dec", "e1") == [
        Latest("a", "power", T, 2.0, None, "good"),
        Latest("b", "power", T, 1.0, None, "good"),
    ]


def test_a_name_with_quotes_finds_nothing_and_breaks_nothing(store):
    store.write([sample(T, ("power", 1.0))])
    assert store.latest("sa-dec' OR '1'='1", 'e1"; --\\') == []
    odd = ChannelId("sa-dec", "e1", "meter-1' OR ''='", 'power", "mass\\')
    assert list(store.rows(odd, *EVER)) == []
    assert store.series(odd, T, T + S, 3) == []


def by_hand(samples, start: int, end: int, width: int) -> list[Bucket]:
    """The second method: sample after sample."""
    found = []
    for at in range(start, end, width):
        its = [(value, quality) for when, value, quality in samples if at <= when < min(at + width, end)]
        values = [value for value, quality in its if value is not None and not quality.startswith("bad")]
        bad = sum(quality.startswith("bad") for _, quality in its)
        if its:
            three = (float(np.mean(values)), min(values), max(values)) if values else (None, None, None)
            found.append(Bucket(at, *three, len(values), bad))
    return found


@pytest.mark.parametrize("contradicting", [False, True], ids=["usual", "values with bad quality"])
def test_a_series_is_what_counting_by_hand_gives(store, contradicting):
    rng = random.Random(5)
    samples = []
    for i in range(3000):
        if i % 700 < 90:
            continue  # a gap
        at, value = T + i * S // 10 + rng.randrange(1000), rng.gauss(1500.0, 300.0)
        kind = rng.random()
        if kind < 0.05:
            samples.append((at, value if contradicting else None, "bad.no_reply"))
        elif kind < 0.1:
            samples.append((at, value, "uncertain.out_of_range"))
        else:
            samples.append((at, value, "good"))
    lines = []
    for at, value, quality in samples:
        numbers = [("mass", 1.0)] if value is None else [("mass", 1.0), ("power", value)]
        lines.append(sample(at, *numbers, **({} if quality == "good" else {"power_q": quality})))
    rng.shuffle(lines)
    assert store.write(lines) == []
    start, end, n = T + 7 * S, T + 290 * S + 1, 37
    got = store.series(POWER, start, end, n)
    expected = by_hand(samples, start, end, -(-(end - start) // n))
    assert [(b.at, b.minimum, b.maximum, b.n, b.bad) for b in got] == [
        (b.at, b.minimum, b.maximum, b.n, b.bad) for b in expected
    ]
    assert [b.mean for b in got] == pytest.approx([b.mean for b in expected], rel=1e-12)


def test_a_series_of_bad_samples_only_has_counts_and_no_values(store):
    store.write([sample(T + i, power_q="bad.no_reply") for i in range(3)])
    assert store.series(POWER, T, T + 10, 1) == [Bucket(T, None, None, None, 0, 3)]


def test_a_series_has_no_more_stretches_than_were_asked_for(store):
    store.write([sample(T + i, ("power", 1.0)) for i in range(10)])
    assert [b.at - T for b in store.series(POWER, T, T + 10, 4)] == [0, 3, 6, 9]
    assert [b.at - T for b in store.series(POWER, T, T + 10, 1000)] == list(range(10))
    with pytest.raises(ValueError, match=r"^need start < end and buckets > 0; got start=5, end=5, buckets=3$"):
        store.series(POWER, 5, 5, 3)


def test_rows_come_by_time_and_from_the_stretch_only(store):
    order = list(range(12_345))
    random.Random(1).shuffle(order)
    for i in range(0, len(order), 5000):
        store.write([sample(T + at, ("power", at * 0.5)) for at in order[i : i + 5000]])
    rows = list(store.rows(POWER, T + 5, T + 12_340))
    assert [row.at - T for row in rows] == list(range(5, 12_340))
    assert all(row.value == (row.at - T) * 0.5 for row in rows)


def test_rows_may_be_left_unfinished_while_more_is_written(store):
    store.write([sample(T + at, ("power", 1.0)) for at in range(6000)])
    rows = store.rows(POWER, *EVER)
    assert next(rows).at == T
    store.write([sample(T + 7000, ("power", 2.0))])
    assert len(list(store.rows(POWER, *EVER))) == 6001
    rows.close()


def test_retention_drops_what_is_older_of_one_measurement(store):
    window = "window,site=sa-dec,edge=e1,instrument=meter-1 power_mean=1.0"
    store.write([sample(T + i, ("power", 1.0)) for i in range(11_000)] + [f"{window} {T}"])
    store.write([sample(T, ("mass", 1.0))])
    assert store.forget_before("sample", T + 10_990) in (10_990, -1)
    assert [row.at - T for row in store.rows(POWER, *EVER)] == list(range(10_990, 11_000))
    assert store.forget_before("sample", T + 20_000) in (10, -1)
    assert store.latest("sa-dec", "e1") == []
    store.write([sample(T + 3, ("power", 5.0))])
    assert store.latest("sa-dec", "e1") == [Latest("meter-1", "power", T + 3, 5.0, None, "good")]
    assert store.forget_before("window", T + 1) in (1, -1)
    assert store.forget_before("window", T + 1) in (0, -1)


def test_there_is_room(store):
    assert store.why_full() == ""


def test_a_batch_of_5000_lines_with_one_bad_line_is_stored_but_for_that(store):
    lines = [sample(T + i, *((f"c{k}", i + k / 10) for k in range(5))) for i in range(5000)]
    lines[3210] = f"{HEAD}c0=1.0,c1 {T + 3210}"
    assert [one.line for one in store.write(lines)] == [lines[3210]]
    channel = POWER._replace(channel="c3")
    assert [row.at - T for row in store.rows(channel, *EVER)] == [i for i in range(5000) if i != 3210]
