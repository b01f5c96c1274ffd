"""OEE by brute force: one list entry for every second, and no formula that skips one.

The second method for ``edge_agent.kpi``. It is written from the rules of the time model alone, shares no line with the
engine, and is slow on purpose: whoever doubts a figure can print the lists and count.
"""

import itertools
from collections import defaultdict
from fractions import Fraction

from brute_evidence import Given, Pieces, counted

BUCKETS = ("NOT_SCHEDULED", "PLANNED_STOP", "UNKNOWN", "RUN", "MINOR_STOP", "FAULT", "STOP", "SETUP")


class Seconds:
    """What every second was: ``bucket[s - first]``; and which stop episodes failed."""

    def __init__(self, given: Given, evidence: list[int], others: list[int]) -> None:
        spans = given.shifts()
        moments = evidence + others + [moment for span in spans for moment in span]
        self.first, self.last = min(moments) - 2, max(moments) + 2
        self.state = self.states(given, evidence)
        self.planned = self.marked(spans)
        for i, stopped in enumerate(self.marked(given.planned_stops())):
            self.planned[i] = "" if not self.planned[i] else ("break" if stopped else "planned")
        self.minor = [False] * len(self.state)
        self.failing = [False] * len(self.state)
        self.failures: list[int] = []
        threshold = given.document.get("micro_stop_s") or 0
        for start, end in self.episodes():
            self.judge(start, end, threshold)
        self.bucket = [self.bucket_of(i) for i in range(len(self.state))]

    def states(self, given: Given, evidence: list[int]) -> list[str]:
        carried = given.document.get("carry_in_state")
        now = given.document["state_map"][carried] if carried else "UNKNOWN"
        held = []
        for second in range(self.first, self.last):
            now = given.state_at.get(second, now)
            held.append(now)
        max_gap = given.document.get("max_gap_s")
        times = sorted(set(evidence))
        for earlier, later in itertools.pairwise(times):
            if max_gap is not None and later - earlier > max_gap:
                for second in range(earlier, later):
                    held[second - self.first] = "UNKNOWN"
        return held

    def marked(self, spans: list[tuple[int, int]]) -> list:
        marks: list = [False] * (self.last - self.first)
        for start, end in spans:
            for second in range(max(start, self.first), min(end, self.last)):
                marks[second - self.first] = True
        return marks

    def episodes(self) -> list[tuple[int, int]]:
        """Maximal runs [start, end) of FAULT or STOP."""
        found, start = [], None
        for i, state in enumerate([*self.state, "RUN"]):
            stopped = state in ("FAULT", "STOP")
            if stopped and start is None:
                start = i
            if not stopped and start is not None:
                found.append((start, i))
                start = None
        return found

    def judge(self, start: int, end: int, threshold: float) -> None:
        # What held before the first event and after the last has no end, so it is never short.
        endless = start == 0 or end == len(self.state)
        inside = range(start, end)
        if not endless and end - start < threshold:
            for i in inside:
                self.minor[i] = True
        elif any(self.state[i] == "FAULT" for i in inside):
            for i in inside:
                self.failing[i] = True
            self.failures += [i for i in inside if self.planned[i] == "planned"][:1]

    def bucket_of(self, i: int) -> str:
        if not self.planned[i]:
            return "NOT_SCHEDULED"
        if self.planned[i] == "break":
            return "PLANNED_STOP"
        return "MINOR_STOP" if self.minor[i] else self.state[i]

    def at(self, second: int) -> str:
        return self.bucket[second - self.first]

    def between(self, start: int, end: int) -> list[str]:
        return self.bucket[start - self.first : end - self.first]


class Booked:
    """The pieces of one window."""

    def __init__(self) -> None:
        self.aside = {"unplanned": 0, "unattributed": 0, "no_product": 0}
        self.by_product: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.ideal = self.ideal_of_rejects = Fraction(0)

    def book(self, given: Given, seconds: Seconds, counted: Pieces) -> None:
        moment = counted.b - 1
        product = given.product_in_force(moment)
        if "UNKNOWN" in seconds.between(counted.a, counted.b):
            why = "unattributed"
        elif seconds.at(moment) in ("NOT_SCHEDULED", "PLANNED_STOP"):
            why = "unplanned"
        else:
            why = "no_product" if product is None else ""
        if not why and product is not None:
            self.add(product, counted.role, counted.n)
        elif counted.role == "total":
            self.aside[why] += counted.n

    def scrap(self, given: Given, seconds: Seconds, row: dict) -> bool:
        moment = given.second(row["made_at"])
        product = given.product_in_force(moment)
        if row.get("product") is not None and (product is None or product[0] != row["product"]):
            product = next(((name, cycle) for _, _, name, cycle in given.products if name == row["product"]), None)
        if product is None or seconds.at(moment) in ("NOT_SCHEDULED", "PLANNED_STOP", "UNKNOWN"):
            return False
        self.add(product, "reject", row["qty"])
        return True

    def add(self, product: tuple[str, Fraction], role: str, n: int) -> None:
        name, cycle = product
        self.by_product[name][role == "reject"] += n
        if role == "reject":
            self.ideal_of_rejects += cycle * n
        else:
            self.ideal += cycle * n


def ratio(above: Fraction | int | None, below: Fraction | int) -> Fraction | None:
    return None if above is None or below == 0 else Fraction(above) / Fraction(below)


def indicators(seconds: dict[str, int], booked: Booked, failures: int, failing_s: int) -> dict:
    ideal = booked.ideal
    good = ideal - booked.ideal_of_rejects
    total, rejected = (sum(pair[i] for pair in booked.by_product.values()) for i in (0, 1))
    pbt, observed, apt = seconds["pbt"], seconds["observed"], seconds["apt"]
    auxiliary = apt + seconds["SETUP"]
    oee, utilization = ratio(good, observed), ratio(pbt, seconds["all"])
    effectiveness, quality = ratio(ideal, apt), ratio(good, ideal)
    nee = None
    if effectiveness is not None and quality is not None:
        nee = ratio(auxiliary * effectiveness * quality, observed)
    return {
        "availability": ratio(apt, observed),
        "effectiveness": effectiveness,
        "quality_ratio": quality,
        "piece_quality_ratio": ratio(total - rejected, total),
        "oee": oee,
        "oee_low": ratio(good, pbt),
        "oee_high": ratio(good + seconds["UNKNOWN"], pbt),
        "coverage": ratio(observed, pbt),
        "utilization": utilization,
        "teep": None if oee is None or utilization is None else oee * utilization,
        "nee": nee,
        "setup_ratio": ratio(seconds["SETUP"], auxiliary),
        "technical_efficiency": ratio(apt, apt + seconds["FAULT"] + seconds["STOP"]),
        "failures": failures,
        "mtbf_s": ratio(apt, failures),
        "mttr_s": ratio(failing_s, failures),
    }


def one_window(given: Given, seconds: Seconds, pieces: list[Pieces], window: dict) -> dict:
    start, end = given.second(window["from"]), given.second(window["to"])
    inside = seconds.between(start, end)
    spent = {name: inside.count(name) for name in BUCKETS}
    spent["all"] = len(inside)
    spent["pbt"] = spent["all"] - spent["NOT_SCHEDULED"] - spent["PLANNED_STOP"]
    spent["observed"] = spent["pbt"] - spent["UNKNOWN"]
    spent["apt"] = spent["RUN"] + spent["MINOR_STOP"]
    booked = Booked()
    for some in pieces:
        if start < some.b <= end:
            booked.book(given, seconds, some)
    for row in given.late_scrap:
        if start <= given.second(row["made_at"]) < end:
            booked.scrap(given, seconds, row)
    here = range(start - seconds.first, end - seconds.first)
    failures = sum(first in here for first in seconds.failures)
    failing_s = sum(seconds.failing[i] and seconds.planned[i] == "planned" for i in here)
    total, rejected = (sum(pair[i] for pair in booked.by_product.values()) for i in (0, 1))
    made = {"total": total, "good": total - rejected, "reject": rejected, "by_product": dict(booked.by_product)}
    return {"seconds": spent, "pieces": made | booked.aside} | indicators(spent, booked, failures, failing_s)


def brute_force(document: dict) -> dict:
    """The answer to a replay document; ratios are exact fractions."""
    given = Given(document)
    readings = [(counter, given.readings(counter)) for counter in document.get("counters", [])]
    evidence = [*given.state_at, *given.heartbeats, *(reading.t for _, some in readings for reading in some)]
    pieces = [some for counter, its in readings for some in counted(given, counter, its)]
    others = [given.second(window[end]) for window in document["windows"] for end in ("from", "to")]
    others += [some.a for some in pieces] + [given.second(row["made_at"]) for row in given.late_scrap]
    seconds = Seconds(given, evidence, others)
    nowhere = [row for row in given.late_scrap if not Booked().scrap(given, seconds, row)]
    given.issues += [(given.second(row["made_at"]), "late_scrap_not_booked") for row in nowhere]
    windows = {window["name"]: one_window(given, seconds, pieces, window) for window in document["windows"]}
    return {"windows": windows, "issues": [[given.text(t), what] for t, what in sorted(given.issues)]}


def differences(expected: object, got: object, place: str = "") -> list[str]:
    """Where two answers differ: [] if nowhere. Whole numbers agree exactly, others to 1e-9."""
    if isinstance(expected, dict) and isinstance(got, dict):
        found = [f"{place}: {key} is only in one" for key in expected.keys() ^ got.keys()]
        for key in expected.keys() & got.keys():
            compare = said_otherwise if key == "issues" else differences
            found += compare(expected[key], got[key], f"{place}.{key}")
        return sorted(found)
    if isinstance(expected, list) or expected is None or got is None:
        same = expected == got
    elif isinstance(expected, int) and not isinstance(got, int):
        same = False  # a count is a whole number, not 3.0
    else:
        same = abs(expected - got) <= 1e-9 * max(1, abs(expected))
    return [] if same else [f"{place}: expected {shown(expected)}, got {shown(got)}"]


def said_otherwise(expected: list, got: list, place: str) -> list[str]:
    """Issues agree in what was said and in the order of time; at one time their order is free."""
    said, heard = [tuple(issue) for issue in expected], [tuple(issue) for issue in got]
    same = sorted(said) == sorted(heard) and [t for t, _ in said] == [t for t, _ in heard]
    return [] if same else [f"{place}: expected {said}, got {heard}"]


def shown(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value
