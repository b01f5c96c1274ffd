"""What is left of a replay document's evidence, and what its counters counted: half of the brute force.

Written from the rules of the time model alone. It believes its document: to refuse a wrong one
is the engine's business.
"""

import math
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

WIDTH = {"int16": 1 << 16, "int32": 1 << 32}


class Reading(NamedTuple):
    """A counter's reading, decoded."""

    t: int
    v: int
    boot: object


class Pieces(NamedTuple):
    """What was counted in (a, b]."""

    role: str
    a: int
    b: int
    n: int


class Given:
    """The document with its times as seconds since 1970, and the evidence that is left of it."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self.zone = ZoneInfo(document["timezone"])
        self.as_of = self.second(document["as_of"]) if document.get("as_of") else math.inf
        self.min_valid = self.second(document["min_valid_time"]) if document.get("min_valid_time") else -math.inf
        self.issues: list[tuple[int, str]] = []
        self.products = [
            (self.second(row["from"]), self.second(row["to"]), row["product"], Fraction(str(row["ideal_cycle_s"])))
            for row in document.get("products", [])
        ]
        self.late_scrap = self.existing(document.get("late_scrap", []), "made_at")
        self.state_at = self.states()
        self.heartbeats = self.beats()

    def second(self, text: str) -> int:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).timestamp())

    def text(self, second: int) -> str:
        return datetime.fromtimestamp(second, self.zone).replace(tzinfo=None).isoformat()

    def existing(self, rows: list, at: str) -> list:
        """Those that arrived by now, in the order of their arrival."""
        arrivals = [(self.second(row.get("arrived", row[at])), place) for place, row in enumerate(rows)]
        return [rows[place] for arrival, place in sorted(arrivals) if arrival <= self.as_of]

    def valid(self, rows: list) -> list:
        """Those that are not from before the clock was set."""
        times = [(self.second(row["t"]), row) for row in rows]
        self.issues += [(t, "quarantined") for t, _ in times if t < self.min_valid]
        return [(t, row) for t, row in times if t >= self.min_valid]

    def states(self) -> dict[int, str]:
        seen, once = set(), []
        for row in self.existing(self.document.get("events", []), "t"):
            if row.get("id") is not None and row["id"] in seen:
                self.issues.append((self.second(row["t"]), "event_duplicate"))
                continue
            seen.add(row.get("id"))
            once.append(row)
        # Rows stand in the order of arrival, so of equal times the last to arrive stays.
        return {t: self.document["state_map"][row["state"]] for t, row in self.valid(once)}

    def readings(self, counter: dict) -> list[Reading]:
        width = WIDTH.get(counter.get("encoding"), 0)
        at = {}
        for t, row in self.valid(self.existing(counter["samples"], "t")):
            at[t] = Reading(t, row["v"] + width if row["v"] < 0 else row["v"], row.get("boot"))
        return [at[t] for t in sorted(at)]

    def beats(self) -> set[int]:
        found = set()
        for row in self.document.get("heartbeats", []):
            if isinstance(row, str):
                found.add(self.second(row))
            else:
                found.update(range(self.second(row["from"]), self.second(row["to"]) + 1, row["every_s"]))
        return {t for t in found if self.min_valid <= t <= self.as_of}

    def shifts(self) -> list[tuple[int, int]]:
        spans = []
        for row in self.document.get("shifts", []):
            if "from" in row:
                spans.append((self.second(row["from"]), self.second(row["to"])))
                continue
            day = date.fromisoformat(row["first_day"])
            while day <= date.fromisoformat(row["last_day"]):
                if day.isoweekday() in (row.get("weekdays") or range(1, 8)):
                    last = day + timedelta(days=1) if row["end"] <= row["start"] else day
                    spans.append((self.second(f"{day}T{row['start']}"), self.second(f"{last}T{row['end']}")))
                day += timedelta(days=1)
        return spans

    def planned_stops(self) -> list[tuple[int, int]]:
        return [(self.second(row["from"]), self.second(row["to"])) for row in self.document.get("planned_stops", [])]

    def product_in_force(self, second: int) -> tuple[str, Fraction] | None:
        return next(((name, cycle) for start, end, name, cycle in self.products if start <= second < end), None)


def fits(last: Reading, new: Reading, counter: dict) -> tuple[int, str | None] | None:
    """Pieces from the last reading to the new one, and what is to be said of it; None: implausible."""
    limit = math.ceil(Fraction(str(counter["max_rate_per_s"])) * (new.t - last.t)) + 1
    if last.boot is not None and new.boot is not None and last.boot != new.boot:
        return (new.v, "reset") if 0 <= new.v <= limit else None
    if new.v >= last.v and new.v - last.v <= limit:
        return new.v - last.v, None
    if new.v < last.v and new.v - last.v + counter["modulus"] <= limit:
        return new.v - last.v + counter["modulus"], "rollover"
    return (new.v, "reset") if 0 <= new.v <= limit else None


def counted(given: Given, counter: dict, readings: list[Reading]) -> list[Pieces]:
    pieces, suspect = [], None
    good = None
    if counter.get("carry_in"):
        carried = counter["carry_in"]
        width = WIDTH.get(counter.get("encoding"), 0)
        v = carried["v"] + width if carried["v"] < 0 else carried["v"]
        good = Reading(given.second(carried["t"]), v, carried.get("boot"))
    for new in readings:
        if good is None:
            good = new
            continue
        base, fit = good, fits(good, new, counter)
        if fit is None and suspect is not None:
            base, fit = suspect, fits(suspect, new, counter)
            if fit is not None:
                given.issues.append((suspect.t, "rebase"))
        if fit is None:
            given.issues.append((new.t, "implausible"))
            suspect = new
            continue
        if fit[1]:
            given.issues.append((new.t, fit[1]))
        pieces.append(Pieces(counter["role"], base.t, new.t, fit[0]))
        good, suspect = new, None
    return pieces
