"""Replay documents as nasty as a plant can be, by seed or by hypothesis.

``python tests/edge_agent/kpi/random_documents.py 5000`` compares the engine with the brute force on the seeds 0 to 4999
and prints the smallest document that it can find for each disagreement; a second number is the first seed.
"""

import json
import random
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

STATES = {"PROD": "RUN", "ALARM": "FAULT", "IDLE": "STOP", "MAINT": "STOP", "CHANGE": "SETUP"}
STATE_MAP = STATES | {kind: kind for kind in ("RUN", "FAULT", "STOP", "SETUP")}
NAMES = (*STATES, "RUN", "FAULT")
# Where clocks change, the night of the change; one zone where they never do, and one that is off by a quarter.
NIGHTS = (
    ("Asia/Ho_Chi_Minh", "2026-03-02"),
    ("Asia/Ho_Chi_Minh", "2025-12-31"),
    ("Asia/Kathmandu", "2026-02-28"),
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
)
RATES = (0.001, 0.01, 0.07, 0.2, 0.3, 1, 2.5, 10)
MODULI = (10, 100, 256, 1000, 65536, 999_983, 1 << 32)


class Day:
    """Draws moments of one day or a few, often the ones that it drew before: where edges meet, mistakes live."""

    def __init__(self, draw: random.Random, span_s: int) -> None:
        self.draw = draw
        zone, night = draw.choice(NIGHTS)
        self.zone = ZoneInfo(zone)
        hour, minute = (0, 0) if span_s > 40_000 else draw.choice(((1, 50), (0, 55), (2, 5), (23, 50), (6, 0)))
        self.start = datetime.fromisoformat(night) + timedelta(hours=hour, minutes=minute)
        self.span_s = span_s
        self.drawn = [0, span_s]

    def likely(self, share: float) -> bool:
        return self.draw.random() < share

    def moment(self) -> int:
        if self.likely(0.35):
            return self.draw.choice(self.drawn) + self.draw.choice((0, 0, 0, 0, 1, -1))
        found = self.draw.randint(0, self.span_s)
        if self.likely(0.4):
            found -= found % 60
        self.drawn.append(found)
        return found

    def text(self, moment: int) -> str:
        """Local wall clock, also one that the clock change leaves out or shows twice."""
        return (self.start + timedelta(seconds=moment)).isoformat()

    def utc(self, text: str) -> float:
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).timestamp()

    def stretch(self) -> dict[str, str] | None:
        """From and to; None where the clock change turns them round."""
        start, end = sorted((self.moment(), self.moment()))
        made = {"from": self.text(start), "to": self.text(end)}
        return made if self.utc(made["from"]) < self.utc(made["to"]) else None

    def stretches(self, most: int) -> list[dict[str, str]]:
        return [made for made in (self.stretch() for _ in range(self.draw.randint(0, most))) if made]

    def maybe_arrived(self, row: dict, t: int, share: float) -> dict:
        if self.likely(share):
            late = self.draw.choice((0, 1, 30, 300, self.span_s // 2, self.span_s, -20))
            row["arrived"] = self.text(t + late)
        return row


def shifts(day: Day) -> list[dict]:
    made: list[dict] = [{"name": f"S{i}", **stretch} for i, stretch in enumerate(day.stretches(3))]
    if day.likely(0.2) or not made:
        made.append({"name": "all", "from": day.text(-100), "to": day.text(day.span_s + day.draw.choice((0, 50)))})
    if day.span_s > 40_000 or day.likely(0.2):
        patterns = (
            ("06:00:00", "14:00:00"),
            ("14:00:00", "22:00:00"),
            ("22:00:00", "06:00:00"),
            ("02:30:00", "02:30:00"),
        )
        for i, (start, end) in enumerate(day.draw.sample(patterns, day.draw.randint(1, 3))):
            first = day.start.date() - timedelta(days=day.draw.randint(0, 1))
            last = first + timedelta(days=day.draw.randint(0, 1 + day.span_s // 86_400))
            made.append({"name": f"P{i}", "first_day": str(first), "last_day": str(last), "start": start, "end": end})
            if day.likely(0.4):
                made[-1]["weekdays"] = sorted(day.draw.sample(range(1, 8), day.draw.randint(1, 6)))
    return made


def windows(day: Day) -> list[dict]:
    made = [{"name": "whole", "from": day.text(-60), "to": day.text(day.span_s + 60)}]
    made += [{"name": f"w{i}", **stretch} for i, stretch in enumerate(day.stretches(4))]
    if day.likely(0.1):
        midnight = day.start.replace(hour=0, minute=0)
        made.append({"name": "utc", "from": f"{midnight.isoformat()}+00:00", "to": f"{day.start.isoformat()}+00:00"})
        if day.start == midnight:
            made.pop()
    return made


def events(day: Day, micro_stop_s: int) -> list[dict]:
    made = []
    lateness = day.draw.choice((0, 0.1, 0.6))
    for _ in range(day.draw.randint(0, 12)):
        t = day.moment()
        made.append((t, day.draw.choice(NAMES)))
        if day.likely(0.4):  # a stop as long as the threshold, or a second less or more
            made[-1] = (t, day.draw.choice(("IDLE", "ALARM")))
            end = t + max(1, micro_stop_s + day.draw.choice((-1, 0, 0, 1)))
            day.drawn.append(end)
            made.append((end, day.draw.choice(("PROD", "PROD", "CHANGE", "ALARM"))))
    rows = [day.maybe_arrived({"t": day.text(t), "state": state}, t, lateness) for t, state in made]
    if day.likely(0.4):
        for i, row in enumerate(rows):
            row["id"] = f"e{i}"
        for row in day.draw.sample(rows, min(len(rows), 2)):
            again = day.maybe_arrived(dict(row), day.moment(), 0.7)
            if day.likely(0.15):
                again |= {"t": day.text(day.moment()), "state": day.draw.choice(NAMES)}
            rows.append(again)
    if day.likely(0.4):
        day.draw.shuffle(rows)
    return rows


def samples(day: Day, modulus: int, rate: float, step: int) -> list[dict]:
    """A counter that runs, and what happens to counters."""
    times = sorted({day.moment() for _ in range(day.draw.randint(0, 6))} | set(range(0, day.span_s, step)))
    count, boot = day.draw.randrange(modulus), day.draw.choice((None, 7))
    offset, before, rows = 0, times[0] if times else 0, []
    trouble = day.draw.choice((0, 0.1, 0.4))
    lateness = day.draw.choice((0, 0.1, 0.5))
    for t in times:
        count += int(rate * (t - before) * day.draw.choice((0, 0.5, 0.9, 1, 1))) + day.draw.choice((0, 0, 0, 1, 2))
        before, v = t, None
        if day.likely(trouble):
            kind = day.draw.choice(("reset", "boot", "glitch", "torn", "zero", "replaced", "back"))
            if kind in ("reset", "boot"):
                count, offset = day.draw.choice((0, 1, 5)), 0
                boot = boot + 1 if kind == "boot" and boot is not None else boot
            elif kind == "replaced":
                offset = day.draw.randrange(modulus)
            v = {
                "glitch": day.draw.randrange(modulus),
                "torn": ((count + offset) ^ 0x10000) % modulus,
                "zero": 0,
                "back": (count + offset - day.draw.randint(1, 9)) % modulus,
            }.get(kind)
        row = {"t": day.text(t), "v": (count + offset) % modulus if v is None else v}
        if boot is not None and not day.likely(0.03):
            row["boot"] = boot
        rows.append(day.maybe_arrived(row, t, lateness))
        if day.likely(0.05):  # the same instant said twice
            rows.append(day.maybe_arrived(row | {"v": (row["v"] + day.draw.randint(-3, 3)) % modulus}, t, 0.5))
    if day.likely(0.3):
        day.draw.shuffle(rows)
    return rows


def counter(day: Day, name: str, role: str) -> dict:
    modulus, rate = day.draw.choice(MODULI), day.draw.choice(RATES)
    made = {"name": name, "role": role, "modulus": modulus, "max_rate_per_s": rate}
    rows = samples(day, modulus, rate, max(1, day.span_s // day.draw.randint(1, 20)))
    encoding = {65536: "int16", 1 << 32: "int32"}.get(modulus)
    if encoding and day.likely(0.6):
        made["encoding"] = encoding
        for row in rows:
            row["v"] -= modulus if row["v"] >= modulus // 2 else 0
    carried = day.text(-day.draw.choice((1, 30, 600)))
    if day.likely(0.3) and all(day.utc(row["t"]) > day.utc(carried) for row in rows):
        near = rows[0]["v"] if rows and day.likely(0.7) else day.draw.randrange(modulus // 2)
        made["carry_in"] = {"t": carried, "v": near}
        if rows and "boot" in rows[0]:
            made["carry_in"]["boot"] = day.draw.choice((rows[0]["boot"], 6))
    return made | {"samples": rows}


def products(day: Day) -> list[dict]:
    cuts = sorted({-100, day.span_s + 100, *(day.moment() for _ in range(day.draw.randint(0, 3)))})
    ideal_cycles = (10, 0.12, 7.5, 3, 0.1)
    cycles = {name: day.draw.choice(ideal_cycles) for name in "ABC"}
    replanned = day.likely(0.1)
    made = []
    for start, end in pairwise(cuts):
        name = day.draw.choice("ABC")
        if replanned:
            cycles[name] = day.draw.choice(ideal_cycles)
        row = {"product": name, "from": day.text(start), "to": day.text(end), "ideal_cycle_s": cycles[name]}
        begins_after = max((day.utc(other["to"]) for other in made), default=0)
        if begins_after <= day.utc(row["from"]) < day.utc(row["to"]) and day.likely(0.85):
            made.append(row)
    return made


def heartbeats(day: Day, max_gap_s: int) -> list:
    made: list = [day.text(day.moment()) for _ in range(day.draw.randint(0, 3))]
    ranges = day.stretches(3)
    return made + [some | {"every_s": max(1, max_gap_s + day.draw.choice((-5, -1, 0, 1)))} for some in ranges]


def late_scrap(day: Day, products: list[dict]) -> list[dict]:
    made = []
    # Of a product with two cycles it would be open which one is meant where neither is in force.
    cycles = {(row["product"], row["ideal_cycle_s"]) for row in products}
    known = sorted({name for name, _ in cycles if sum(name == other for other, _ in cycles) == 1})
    for _ in range(day.draw.randint(0, 3)):
        t = day.moment()
        row = {"made_at": day.text(t), "qty": day.draw.randint(1, 9)}
        if known and day.likely(0.4):
            row["product"] = day.draw.choice(known)
        made.append(day.maybe_arrived(row, t, 0.6))
    return made


def random_document(draw: random.Random, span_s: int | None = None) -> dict:
    """One document that is right by its form."""
    day = Day(draw, span_s or draw.choice((90, 600, 1200, 1200, 4000)))
    micro_stop_s = draw.choice((0, 1, 10, 60, 60))
    max_gap_s = draw.choice((None, day.span_s // 20, day.span_s // 5))
    made = {
        "timezone": day.zone.key,
        "shifts": shifts(day),
        "planned_stops": day.stretches(3),
        "products": products(day),
        "state_map": STATE_MAP,
        "events": events(day, micro_stop_s),
        "counters": [
            counter(day, f"c{i}", draw.choice(("total", "total", "reject"))) for i in range(draw.randint(0, 3))
        ],
        "micro_stop_s": micro_stop_s,
        "max_gap_s": max_gap_s,
        "windows": windows(day),
    }
    if max_gap_s and day.likely(0.7):
        made["heartbeats"] = heartbeats(day, max_gap_s)
    if day.likely(0.4):
        made["late_scrap"] = late_scrap(day, made["products"])
    if day.likely(0.4):
        made["carry_in_state"] = draw.choice(NAMES)
    if day.likely(0.25):
        made["as_of"] = day.text(day.moment())
    if day.likely(0.2):
        made["min_valid_time"] = day.text(draw.randint(0, day.span_s // 3))
    return made


documents = st.randoms(use_true_random=False).map(random_document)


def of_seed(seed: int) -> dict:
    """The document of a seed; every fortieth lasts for days."""
    draw = random.Random(seed)
    return random_document(draw, draw.choice((100_000, 200_000)) if seed % 40 == 39 else None)


def main(count: int, first: int = 0) -> int:
    from disagreement import compare, fails_alike, smallest

    wrong = 0
    for seed in range(first, first + count):
        found = compare(of_seed(seed))
        if found:
            wrong += 1
            small = smallest(of_seed(seed), fails_alike(found))
            print(f"seed {seed}: {found[:3]}\nsmallest: {json.dumps(small)}\n{compare(small)}", flush=True)
    print(f"{count} documents, {wrong} disagreements")
    return wrong


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
