"""What benchmarks/gateway.py is measured on: years of a province's elements, written straight into its registry.

Twenty sites of ten organisations, ten machines each in two lines, at full size; three shifts on six days a week. The
elements, nominal buckets and stops go in by COPY, their daily sums by one statement that says what
gateway.production.summing says; :func:`differing_sums` has the job itself make those of some days again and compares.
"""

import random
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from sqlalchemy import Engine

from edge_agent.kpi.calendar import to_ns
from gateway.production.summing import COUNTS, TIMES, sum_up_changed

S = 10**9
DAY, BUCKET = 86_400 * S, 600 * S
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS_OF_EDGE, EDGES_OF_SITE = 5, 2
STOPS_A_DAY = 6
SHIFTS = (("A", 6), ("B", 14), ("C", 22))
PRODUCTS = {"LID-10": 1.8, "LID-20": 2.4, "BOX-5": 3.0}
REASONS = {f"reason-{k}": {"vi": f"Lý do {k}", "en": f"Reason {k}"} for k in range(8)}
SUNDAY = 7
_ELEMENT = (
    "site, edge, work_unit, since, number, shift, product, until, "
    + ", ".join((*TIMES, *COUNTS))
    + ", ideal_cycle_s, energy_wh, revision"
)
_NOMINAL = "site, edge, work_unit, since, until, revision, at, ever, had_energy, summed"
_STOP = (
    "site, edge, work_unit, since, until, kind, planned_ns, code, shift, product, reason, title, note, who, "
    "entered_at, revision, at, gone, was_over"
)
_SUMS = f"""
INSERT INTO production_day (site, edge, work_unit, utc_day, number, day, date, shift, product, since, until,
    {", ".join((*TIMES, *COUNTS))}, ideal_cycle_s, energy_wh)
SELECT site, edge, work_unit, since / {DAY}, row_number() OVER (PARTITION BY site, edge, work_unit, since / {DAY}
        ORDER BY d, CASE WHEN shift = '' THEN d ELSE right(shift, 10) END, split_part(shift, '@', 1), product) - 1,
    CASE WHEN shift = '' THEN d ELSE right(shift, 10) END, d, split_part(shift, '@', 1), product, min(since),
    max(until), {", ".join(f"sum({name})" for name in (*TIMES, *COUNTS))}, ideal_cycle_s,
    coalesce(sum((energy_wh::json ->> 'RUN')::float8), 0)
FROM (SELECT *, to_char(to_timestamp(since / {S}) AT TIME ZONE '{ZONE.key}', 'YYYY-MM-DD') AS d FROM element
      WHERE site = ANY(%s)) AS e
GROUP BY site, edge, work_unit, since / {DAY}, d, shift, product, ideal_cycle_s
"""


class Unit(NamedTuple):
    """A machine; ``k`` counts all of them."""

    k: int
    site: str
    edge: str
    name: str


def units(first: int, last: int) -> list[Unit]:
    """Machines ``first`` to ``last``, the last not included."""
    found = []
    for k in range(first, last):
        edge = k // UNITS_OF_EDGE
        found.append(Unit(k, f"site-{edge // EDGES_OF_SITE:02}", f"edge-{edge:02}", f"press-{k:03}"))
    return found


def write_elements(url: str, some: list[Unit], until: int, days: int) -> int:
    """Elements, nominal buckets, stops and daily sums of the days before ``until``; how many elements."""
    first = until - days * DAY
    with psycopg.connect(url) as db:
        for unit in some:
            with db.cursor().copy(f"COPY element ({_ELEMENT}) FROM STDIN") as copy:
                for lines in _elements(unit, first, until):
                    copy.write(lines)
            with db.cursor().copy(f"COPY nominal_bucket ({_NOMINAL}) FROM STDIN") as copy:
                copy.write(_nominal(unit, first, until))
            with db.cursor().copy(f"COPY stop ({_STOP}) FROM STDIN") as copy:
                copy.write("".join(_stops(unit, first, until)))
            db.commit()
        db.execute("SET work_mem = '256MB'")
        db.execute(_SUMS, [sorted({unit.site for unit in some})])
        db.commit()
    return len(some) * days * DAY // BUCKET


def _tails() -> list[str]:
    """Some machines' ten minutes: buckets of the time model, pieces, energy, as COPY reads them."""
    chance = random.Random(5)
    tails = []
    for _ in range(64):
        lost = [0, 0, 0]  # minor stops, faults, stops
        if chance.random() < 0.5:
            lost[chance.randrange(3)] = chance.randrange(10, 200)
        run_s = 600 - sum(lost)
        total = int(run_s / 3.2)
        times = [0, 0, 0, run_s, *lost, 0]
        counts = [total, chance.randrange(4), 0, 0, 0, 0, int(lost[1] > 0), lost[1] * S]
        tails.append("\t".join(map(str, [*(s * S for s in times), *counts])))
    return tails


def _local_days(first: int, until: int) -> Iterator[tuple[date, int, int]]:
    """The local days of a stretch, each with where it begins and ends there."""
    day = datetime.fromtimestamp(first // S, ZONE).date()
    while (begins := to_ns(datetime.combine(day, datetime.min.time()), ZONE.key)) < until:
        yield day, max(begins, first), min(begins + DAY, until)
        day += timedelta(days=1)


def _elements(unit: Unit, first: int, until: int) -> Iterator[str]:
    tails, names = _tails(), list(PRODUCTS)
    head = f"{unit.site}\t{unit.edge}\t{unit.name}\t"
    off = "\t".join(map(str, [600 * S, *[0] * 15]))
    for n, (day, begins, ends) in enumerate(_local_days(first, until)):
        product = names[(n // 3 + unit.k) % len(names)]
        made = f'\t{PRODUCTS[product]}\t{{"RUN":2.5}}\t1\n'
        lines = []
        for at in range(begins, ends, BUCKET):
            shift = shift_of(day, at)
            if shift:
                tail = tails[(at // BUCKET * 7 + unit.k * 13) % len(tails)]
                lines.append(f"{head}{at}\t0\t{shift}\t{product}\t{at + BUCKET}\t{tail}{made}")
            else:
                lines.append(f"{head}{at}\t0\t\t\t{at + BUCKET}\t{off}\t\\N\t{{}}\t1\n")
        yield "".join(lines)


def shift_of(day: date, at: int) -> str:
    """``name@day`` of the shift in which ``at`` lies, on the local day ``day``; empty on Sundays."""
    hour = (at // S + 7 * 3600) % 86_400 // 3600
    on = day - timedelta(days=1) if hour < SHIFTS[0][1] else day
    if on.isoweekday() == SUNDAY:
        return ""
    name = "C" if hour < SHIFTS[0][1] else max((begins, name) for name, begins in SHIFTS if begins <= hour)[1]
    return f"{name}@{on.isoformat()}"


def _nominal(unit: Unit, first: int, until: int) -> str:
    head = f"{unit.site}\t{unit.edge}\t{unit.name}\t"
    tail = '\t1\t1\t[["LID-10","A"]]\tt\t1\n'
    return "".join(f"{head}{at}\t{at + BUCKET}{tail}" for at in range(first, until, BUCKET))


def _stops(unit: Unit, first: int, until: int) -> Iterator[str]:
    chance = random.Random(unit.k)
    head = f"{unit.site}\t{unit.edge}\t{unit.name}\t"
    for day, begins, ends in _local_days(first, until):
        for k in range(STOPS_A_DAY):
            at = begins + k * (DAY // STOPS_A_DAY) + chance.randrange(3000) * S
            shift = shift_of(day, at)
            if at >= ends or not shift:
                continue
            took = chance.randrange(20, 900) * S
            reason = chance.choice(["", *REASONS])
            title = msgspec.json.encode(REASONS.get(reason, {})).decode()
            kind = chance.choice(("FAULT", "STOP", "STOP", "SETUP"))
            who = "Lan" if reason else ""
            yield (
                f"{head}{at}\t{at + took}\t{kind}\t{took}\tE{k}\t{shift}\tLID-10\t{reason}\t{title}\t\t{who}"
                f"\t{at if reason else 0}\t1\t{at}\tf\tt\n"
            )


def differing_sums(engine: Engine, url: str, some: list[Unit], since: int) -> tuple[int, int, float]:
    """Have the job make the sums of these machines since then; how many blocks, how many rows differ, s."""
    its = "site = ANY(%s) AND utc_day >= %s"
    asked = [sorted({unit.site for unit in some}), since // DAY]
    with psycopg.connect(url) as db:
        db.execute(f"CREATE TEMPORARY TABLE by_statement AS SELECT * FROM production_day WHERE {its}", asked)
        db.execute("UPDATE nominal_bucket SET summed = -1 WHERE site = ANY(%s) AND since >= %s", [asked[0], since])
        db.commit()
        began = time.perf_counter()
        blocks = sum_up_changed(engine, ZONE)
        took_s = time.perf_counter() - began
        here = f"SELECT * FROM production_day WHERE {its}"
        query = f"SELECT count(*) FROM (({here} EXCEPT SELECT * FROM by_statement) UNION ALL "
        query += f"(SELECT * FROM by_statement EXCEPT {here})) AS d"
        [(differ,)] = db.execute(query, [*asked, *asked]).fetchall()
    return blocks, differ, took_s
