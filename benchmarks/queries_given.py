"""A site of a month and a year, as line protocol: what ``queries.py`` fills an InfluxDB with. Made up."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from edge_agent.wire.schema import (
    BUS_STATUS_NUMBERS,
    DUE_NUMBERS,
    EDGE_STATUS_NUMBERS,
    ENERGY,
    INDICATOR_NUMBERS,
    OBSERVED,
    PILOT_NUMBERS,
    PLAN_NUMBERS,
    PLANNED_BUSY,
    ROLLED_FIELDS,
    ROLLED_SUMS,
    SECONDS,
    STATE_CODES,
    TARGET,
    TARGET_OEE,
    WANTED,
)

S = 10**9
MIN, HOUR, DAY = 60 * S, 3600 * S, 86_400 * S
SITE = "sa-dec"
EDGES = ("press-shop", "paint-shop", "packing", "utilities")
UNITS = tuple((EDGES[k % 3], f"press-{k + 1}") for k in range(20))
METERS = tuple((EDGES[k % 4], f"meter-{k + 1}") for k in range(8))
SHIFTS = ("A", "B")
PERIOD_S = 2
"""Of samples: eight instruments then give 10.4 million in 30 days."""
_PLAN = "dong-thap-2026-2030"
_VIETNAM = 7 * HOUR


class Span(NamedTuple):
    """From when to when, UTC ns."""

    since: int
    until: int

    def steps(self, step: int) -> range:
        return range(self.since - self.since % step, self.until, step)

    def local_days(self) -> range:
        return range(self.since - (self.since + _VIETNAM) % DAY, self.until, DAY)


def month(span: Span) -> Iterator[list[str]]:
    """Batches of all that is stored as it comes, an hour at a time."""
    rng = random.Random(8)
    values = [f"{rng.gauss(1500, 200):.1f}" for _ in range(5003)]
    for hour in span.steps(HOUR):
        at = range(hour, hour + HOUR, PERIOD_S * S)
        for k, (edge, meter) in enumerate(METERS):
            head = f"sample,site={SITE},edge={edge},instrument={meter} power="
            first = hour // S % 5003 + k
            yield [f"{head}{values[(first + n) % 5003]},current={values[n]} {t}" for n, t in enumerate(at)]
        yield [*_windows(hour, rng), *_elements(hour, rng), *_statuses(hour, rng)]


def year(span: Span) -> Iterator[list[str]]:
    """Batches of the roll-ups, and of what the registry tells."""
    rng = random.Random(9)
    for hour in span.steps(HOUR):
        yield [
            *(_element("element_hour", unit, _shift(hour), 3600, hour, rng) for unit in UNITS),
            *(_window_hour(meter, hour, rng) for meter in METERS),
        ]
    for day in span.local_days():
        yield [
            *(_element("element_day", unit, shift, 43_200, day, rng) for unit in UNITS for shift in SHIFTS),
            *(
                _element("element_shift", unit, _shift(at), 43_200, at, rng)
                for unit in UNITS
                for at in (day, day + DAY // 2)
            ),
            *_told_of(day, rng),
        ]
    yield list(_laboratory(span, rng))
    yield list(_pilots(span, rng))


def minutes(span: Span) -> Iterator[list[str]]:
    """Batches of what is told by the minute and by the nominal bucket: statuses and states."""
    rng = random.Random(10)
    for hour in span.steps(HOUR):
        states = [_running(unit, at) for unit in UNITS for at in range(hour, hour + HOUR, 10 * MIN)]
        yield [*states, *_statuses(hour, rng)]


def _running(unit: tuple[str, str], at: int) -> str:
    numbers = f'state_code={STATE_CODES["RUN"]},state="RUN",reason_vi="",reason_en=""'
    return f"work_unit_state,site={SITE},edge={unit[0]},work_unit={unit[1]} {numbers} {at}"


def _windows(hour: int, rng: random.Random) -> Iterator[str]:
    n = 60 // PERIOD_S
    for edge, meter in METERS:
        head = f"window,site={SITE},edge={edge},instrument={meter} expected={n}.0,power_mean="
        for at in range(hour, hour + HOUR, MIN):
            x = rng.gauss(1500, 30)
            yield f"{head}{x},power_min={x - 500},power_max={x + 500},power_n={n}.0 {at}"


def _elements(hour: int, rng: random.Random) -> Iterator[str]:
    for unit in UNITS:
        edge, name = unit
        tags = f"site={SITE},edge={edge},work_unit={name}"
        for at in range(hour, hour + HOUR, 10 * MIN):
            yield _element("element", unit, _shift(at), 600, at, rng)
            yield _running(unit, at)
        if rng.random() < 0.4:
            at, seconds = hour + rng.randrange(3000) * S, rng.uniform(60, 900)
            kind = rng.choice(("FAULT", "FAULT", "STOP", "SETUP"))
            texts = f'kind="{kind}",reason="r1",title_vi="Kẹt khuôn",title_en="Jam",who="",note="",code="",shift="A"'
            numbers = f"seconds={seconds},planned_s={seconds},gone=0.0,revision=1.0"
            yield f'stop,{tags} {numbers},{texts},product="cap-38" {at}'
            fault = f'state_code={STATE_CODES["FAULT"]},state="FAULT",reason_vi="Kẹt khuôn",reason_en="Jam"'
            yield f"work_unit_state,{tags} {fault} {at}"


def _element(measurement: str, unit: tuple[str, str], shift: str, seconds: int, at: int, rng: random.Random) -> str:
    edge, name = unit
    run_s, stop_s = seconds * rng.uniform(0.5, 0.9), seconds * rng.uniform(0, 0.1)
    times = dict.fromkeys(SECONDS.values(), 0.0) | {"run_s": run_s, "stop_s": stop_s}
    times["fault_s"] = seconds - run_s - stop_s
    energy = dict.fromkeys(ENERGY.values(), 0.0) | {"run_wh": run_s / 3, "stop_wh": stop_s / 30}
    counts = dict.fromkeys(ROLLED_FIELDS, 0.0) | {
        "total": run_s // 2,
        "reject": float(rng.randrange(5)),
        "failures": 1.0,
    }
    counts |= {"ideal_s": run_s * 0.9, "ideal_reject_s": counts["reject"] * 1.7, "failing_s": times["fault_s"]}
    more = {"revision": 1.0}
    if measurement != "element":
        said = times | energy
        more = {name: sum(said[one] for one in parts) for name, parts in ROLLED_SUMS.items()}
        more |= {TARGET: 0.65 * more[OBSERVED], WANTED: more[PLANNED_BUSY] / 2}
    tags = f"site={SITE},edge={edge},work_unit={name},product={_product(at)},shift={shift}"
    if measurement == "element_shift":
        tags, more = f"site={SITE},edge={edge},work_unit={name},shift={shift}", more | {TARGET_OEE: 0.65}
    return f"{measurement},{tags} {_fields(times | energy | counts | more)} {at}"


def _window_hour(meter: tuple[str, str], hour: int, rng: random.Random) -> str:
    n = 3600 // PERIOD_S
    x = rng.gauss(1500, 30)
    fields = {"power_sum": x * n, "power_min": x - 500, "power_max": x + 500, "power_n": float(n), "expected": float(n)}
    return f"window_hour,site={SITE},edge={meter[0]},instrument={meter[1]} {_fields(fields)} {hour}"


def _statuses(hour: int, rng: random.Random) -> Iterator[str]:
    edges, buses = [_status(rng) for _ in range(64)], [_some(BUS_STATUS_NUMBERS, rng) for _ in range(64)]
    for at in range(hour, hour + HOUR, MIN):
        for k, edge in enumerate(EDGES):
            yield f'edge_status,site={SITE},edge={edge} {rng.choice(edges)},state="online" {at}'
            yield f"bus_status,site={SITE},edge={edge},bus=line-{k} {rng.choice(buses)} {at}"


def _status(rng: random.Random) -> str:
    silent = {"silent": float(rng.random() < 0.001)}
    return _fields({name: float(rng.randrange(3)) for name in EDGE_STATUS_NUMBERS} | silent)


def _told_of(day: int, rng: random.Random) -> Iterator[str]:
    yield f"plan,province=82,plan={_PLAN} {_some(PLAN_NUMBERS, rng)} {day}"
    for k in range(25):
        tags = f"province=82,plan={_PLAN},indicator=i-{k},feed=registry"
        yield f'indicator,{tags} {_some(INDICATOR_NUMBERS, rng)},state="met",unit="percent" {day}'
    for k in range(200):
        tags = f"owner=Trung\\ tâm,site={SITE},instrument=CAN-{k:03},kind=calibration"
        yield f'due,{tags} {_some(DUE_NUMBERS, rng)},state="in_order",urgency="later",name="Cân" {day}'


def _laboratory(span: Span, rng: random.Random) -> Iterator[str]:
    for k in range(200):
        for nominal in (1, 10, 50, 100, 200):
            tags = f"owner=Trung\\ tâm,site={SITE},instrument=CAN-{k:03},channel=mass,nominal={nominal}"
            numbers = f"error={rng.gauss(0, 1e-4)},expanded=0.0004,u=0.0002,mpe=0.001"
            for run, at in (("as_found", span.since), ("as_left", span.since), ("unadjusted", span.until - 40 * DAY)):
                yield f'calibration,{tags},run={run} {numbers},certificate="HC-{k}",unit="g" {at}'
            if k < 10:
                for at in span.steps(7 * DAY):
                    yield f"check,{tags} value={rng.gauss(0, 1e-4)},centre=0.0,low=-0.0003,high=0.0003,is_out=0.0 {at}"


def _pilots(span: Span, rng: random.Random) -> Iterator[str]:
    for pilot in ("a", "b", "c"):
        for figure in ("oee", "availability", "effectiveness", "quality_ratio", "energy_per_unit"):
            for n, at in enumerate(span.local_days()):
                numbers = {name: rng.random() for name in PILOT_NUMBERS}
                numbers |= {"window_code": float(min(n // 120, 3)), "counts": 1.0, "begins": float(n == 240)}
                tags = f"site={SITE},pilot={pilot * 32},figure={figure},side=pilot"
                yield f'pilot,{tags} {_fields(numbers)},name="TPM" {at}'


def _product(at: int) -> str:
    return f"cap-{at // (3 * DAY) % 4}"


def _shift(at: int) -> str:
    return SHIFTS[(at + _VIETNAM) // (12 * HOUR) % 2]


def _some(names: Sequence[str], rng: random.Random) -> str:
    return _fields({name: float(rng.randrange(9)) for name in names})


def _fields(numbers: dict[str, float]) -> str:
    return ",".join([f"{name}={value!r}" for name, value in numbers.items()])
