"""What holds for every document, whatever is in it."""

import copy
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from brute_force import BUCKETS, differences
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from random_documents import documents

from edge_agent.kpi.replay import replay

# To shrink a whole document takes minutes; ``disagreement.smallest`` does it in seconds when a person wants it.
for_documents = settings(deadline=None, derandomize=True, max_examples=40, phases=[Phase.generate])


def utc(document: dict, text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(document["timezone"]))).astimezone(
        ZoneInfo("UTC")
    )


def length_s(document: dict, window: dict) -> float:
    return (utc(document, window["to"]) - utc(document, window["from"])).total_seconds()


@for_documents
@given(documents)
def test_the_eight_buckets_sum_to_the_window_and_none_is_negative(document):
    answer = replay(document)
    for window in document["windows"]:
        seconds = answer["windows"][window["name"]]["seconds"]
        assert sum(seconds[name] for name in BUCKETS) == seconds["all"] == length_s(document, window)
        assert min(seconds.values()) >= 0
        assert seconds["pbt"] == seconds["all"] - seconds["NOT_SCHEDULED"] - seconds["PLANNED_STOP"]
        assert seconds["observed"] == seconds["pbt"] - seconds["UNKNOWN"]
        assert seconds["apt"] == seconds["RUN"] + seconds["MINOR_STOP"]


@for_documents
@given(documents)
def test_no_count_and_no_mean_time_is_negative(document):
    for window in replay(document)["windows"].values():
        pieces = window["pieces"]
        assert min(n for name, n in pieces.items() if name not in ("by_product", "good")) >= 0
        assert pieces["good"] == pieces["total"] - pieces["reject"]
        assert [pieces["total"], pieces["reject"]] == [
            sum(pair[i] for pair in pieces["by_product"].values()) for i in (0, 1)
        ]
        assert window["failures"] >= 0
        for name in ("mtbf_s", "mttr_s"):
            assert (window[name] is None) == (window["failures"] == 0)
            assert window[name] is None or window[name] >= 0


@for_documents
@given(documents, st.floats(0, 1))
def test_the_parts_of_a_split_window_add_up_to_the_whole(document, share):
    whole = document["windows"][0]
    start, end = utc(document, whole["from"]), utc(document, whole["to"])
    cut = start + timedelta(seconds=round(share * (end - start).total_seconds()))
    assume(start < cut < end)
    windows = [
        {"name": name, "from": a.isoformat(), "to": b.isoformat()}
        for name, a, b in (("whole", start, end), ("left", start, cut), ("right", cut, end))
    ]
    answer = replay(document | {"windows": windows})["windows"]
    whole, *parts = (answer[name] for name in ("whole", "left", "right"))
    assert Counter(whole["seconds"]) == Counter(parts[0]["seconds"]) + Counter(parts[1]["seconds"])
    for name in ("total", "good", "reject", "unplanned", "unattributed", "no_product"):
        assert whole["pieces"][name] == sum(part["pieces"][name] for part in parts)
    products = parts[0]["pieces"]["by_product"].keys() | parts[1]["pieces"]["by_product"].keys()
    assert whole["pieces"]["by_product"] == {
        product: [sum(part["pieces"]["by_product"].get(product, [0, 0])[i] for part in parts) for i in (0, 1)]
        for product in products
    }
    assert whole["failures"] == sum(part["failures"] for part in parts)
    if all(part["failures"] for part in parts):
        for name in ("mtbf_s", "mttr_s"):
            numerators = [figures[name] * figures["failures"] for figures in (whole, *parts)]
            assert numerators[0] == pytest.approx(sum(numerators[1:]), rel=1e-9)


@for_documents
@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_rows_in_the_document_means_nothing_when_each_arrived_at_its_own_time(document, draw):
    document = copy.deepcopy(document)
    document.pop("as_of", None)
    rows = [row for key in ("events", "late_scrap") for row in document.get(key, [])]
    rows += [row for counter in document["counters"] for row in counter["samples"]]
    arrivals = list(range(len(rows)))
    draw.shuffle(arrivals)
    for row, arrival in zip(rows, arrivals, strict=True):
        row["arrived"] = (datetime(2027, 1, 1) + timedelta(seconds=arrival)).isoformat()  # noqa: DTZ001 - local times
    told = replay(document)
    for listed in (document, *document["counters"]):
        for entry in listed.values():
            if isinstance(entry, list):
                draw.shuffle(entry)
    assert differences(told, replay(document)) == []


@for_documents
@given(documents, st.randoms(use_true_random=False))
def test_late_evidence_gives_the_result_of_evidence_in_order(document, draw):
    document = copy.deepcopy(document)
    document.pop("as_of", None)
    for holder, key in ((document, "events"), *((counter, "samples") for counter in document["counters"])):
        once = {row["t"]: row for row in holder[key]}  # where two rows claim one instant, arrival does decide
        holder[key] = [once[t] for t in sorted(once, key=lambda t: utc(document, t))]
        instants = [utc(document, row["t"]) for row in holder[key]]
        assume(len(set(instants)) == len(instants))
        for row in holder[key]:
            row.pop("id", None)
            row.pop("arrived", None)
    in_order = replay(document)
    for holder, key in ((document, "events"), *((counter, "samples") for counter in document["counters"])):
        for row in holder[key]:
            row["arrived"] = (datetime(2027, 1, 1) + timedelta(seconds=draw.randint(0, 99))).isoformat()  # noqa: DTZ001
        draw.shuffle(holder[key])
    assert differences(in_order, replay(document)) == []


@for_documents
@given(documents)
def test_oee_is_the_product_of_its_factors_and_lies_between_its_bounds(document):
    for window in replay(document)["windows"].values():
        factors = [window[name] for name in ("availability", "effectiveness", "quality_ratio")]
        if None not in factors:
            assert window["oee"] == pytest.approx(factors[0] * factors[1] * factors[2], rel=1e-9, abs=1e-12)
        if window["oee"] is not None and 0 <= window["oee"] <= 1:
            assert window["oee_low"] <= window["oee"] + 1e-12
            assert window["oee"] <= window["oee_high"] + 1e-12
        if window["coverage"] == 1:
            assert window["oee_low"] == pytest.approx(window["oee"], abs=1e-12)
            assert window["oee_high"] == pytest.approx(window["oee"], abs=1e-12)


@for_documents
@given(documents)
def test_an_indicator_is_absent_only_where_its_denominator_is(document):
    for window in replay(document)["windows"].values():
        seconds, pieces = window["seconds"], window["pieces"]
        assert (window["oee"] is None) == (window["availability"] is None) == (seconds["observed"] == 0)
        assert (window["oee_low"] is None) == (window["coverage"] is None) == (seconds["pbt"] == 0)
        assert (window["effectiveness"] is None) == (seconds["apt"] == 0)
        assert (window["piece_quality_ratio"] is None) == (pieces["total"] == 0)
        assert (window["quality_ratio"] is None) == (pieces["total"] == 0)
        assert window["utilization"] == pytest.approx(seconds["pbt"] / seconds["all"])


@for_documents
@given(documents)
def test_a_window_does_not_depend_on_what_else_is_asked(document):
    answer = replay(document)
    for window in document["windows"]:
        alone = replay(document | {"windows": [window]})
        assert differences(answer, alone | {"windows": answer["windows"] | alone["windows"]}) == []


def in_thousandths(entry: object, key: str = "") -> object:
    """The document with a millisecond for every second; a pattern of shifts has no milliseconds and goes."""
    if isinstance(entry, dict):
        return {name: in_thousandths(value, name) for name, value in entry.items()}
    if isinstance(entry, list):
        return [in_thousandths(row) for row in entry if not (isinstance(row, dict) and "first_day" in row)]
    if isinstance(entry, str) and entry[4:5] == "-" and "T" in entry:
        epoch = datetime(2026, 1, 1)  # noqa: DTZ001 - local times
        return (epoch + (datetime.fromisoformat(entry).replace(tzinfo=None) - epoch) / 1000).isoformat()
    if key == "max_rate_per_s":
        return float(Decimal(str(entry)) * 1000)
    return float(Decimal(str(entry)) / 1000) if key.endswith("_s") and entry is not None else entry


@for_documents
@given(documents)
def test_a_document_in_milliseconds_gives_the_figures_of_one_in_seconds(document):
    document["timezone"] = "UTC"
    document["shifts"] = [row for row in document["shifts"] if "first_day" not in row]
    document["windows"] = [row for row in document["windows"] if row["name"] != "utc"]
    slow, fast = replay(document), replay(in_thousandths(document))
    assert [what for _, what in slow["issues"]] == [what for _, what in fast["issues"]]
    for name, window in slow["windows"].items():
        quick = fast["windows"][name]
        assert {k: v / 1000 for k, v in window["seconds"].items()} == pytest.approx(quick["seconds"], rel=1e-12)
        for time in ("mtbf_s", "mttr_s"):
            window[time] = window[time] and window[time] / 1000
        assert differences(window | {"seconds": 0}, quick | {"seconds": 0}) == []


@for_documents
@given(documents)
def test_the_document_is_left_as_it_was(document):
    before = copy.deepcopy(document)
    replay(document)
    assert document == before
