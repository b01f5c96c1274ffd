"""Figures of a pilot's machines day by day, from the sums of each machine, day and product. Pure.

Decision: a day's figure is of the sum of its machines' elements, as on every page; a ratio comes last.
Because: the mean of machines' ratios weighs a machine that ran for an hour as one that ran for ten.

Decision: which way is better belongs to the figure, and no pilot can choose it.
Because: a side that is declared after the result was seen makes any change a success.

Decision: a loss is a share of the planned busy time with data, so that OEE and its losses make one.
Because: silence is neither running nor down; a day with too much of it is left out, and said so.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from math import fsum
from typing import NamedTuple

from edge_agent.kpi.elements import Elements, Figures, ProductPieces, figures
from edge_agent.kpi.lean import first_pass_yield
from edge_agent.kpi.losses import SIX, losses

LEAST_COVERAGE = 0.8
"""Share of planned time of which there must be data; a day with less is left out."""
TIMES = (
    "not_scheduled_ns",
    "planned_stop_ns",
    "unknown_ns",
    "run_ns",
    "minor_stop_ns",
    "fault_ns",
    "stop_ns",
    "setup_ns",
)
"""Of a sum, in the order of the time model."""
COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures", "failing_ns")
LOSSES = SIX
LABOUR = "labour_productivity"
_S_PER_H = 3600.0
_NO_NS = (0,) * len(TIMES)


class DaySum(NamedTuple):
    """What one machine did on one local day with one product at one ideal cycle.

    Attributes:
        edge: Its edge.
        work_unit: Its name there.
        day: Local day, ISO 8601; a shift counts for the day on which it begins.
        product: In force; empty: none.
        ideal_cycle_s: Of the product, s; None without a product.
        ns: Time by bucket, ns, in the order of :data:`TIMES`.
        counts: In the order of :data:`COUNTS`.
        energy_wh: Wh.
    """

    edge: str
    work_unit: str
    day: str
    product: str
    ideal_cycle_s: float | None
    ns: tuple[int, ...]
    counts: tuple[int, ...]
    energy_wh: float


class Measured(NamedTuple):
    """A figure that a pilot can be judged by.

    Attributes:
        better: 1: the higher the better; -1: the lower.
        unit: UCUM code; ``1`` of a share, which people read in per cent; empty: a ratio of hours.
        of_pieces: Whether machines without counters have none.
    """

    better: int
    unit: str = "1"
    of_pieces: bool = True


MEASURED: dict[str, Measured] = {
    "oee": Measured(1),
    "availability": Measured(1, of_pieces=False),
    "effectiveness": Measured(1),
    "quality_ratio": Measured(1),
    LABOUR: Measured(1, ""),
    "energy_per_unit": Measured(-1, "W.h"),
    "first_pass_yield": Measured(1),
    "breakdown": Measured(-1, of_pieces=False),
    "stops": Measured(-1, of_pieces=False),
    "setup": Measured(-1, of_pieces=False),
    "minor_stops": Measured(-1, of_pieces=False),
    "reduced_speed": Measured(-1),
    "defects": Measured(-1),
}
"""Every figure of a pilot: keys as in the registry."""


class MachineDay(NamedTuple):
    """What some machines did together on one day.

    Attributes:
        day: Local day, ISO 8601.
        coverage: Share of planned time with data; None: nothing was planned.
        is_productive: Something was planned, and ran or was made.
        values: Figure -> value; None: it cannot be said.
        mix: Product -> its share of the ideal time of all pieces; empty: nothing was made.
        planned_ns: Planned busy time, ns.
        observed_ns: Of it with data.
    """

    day: str
    coverage: float | None
    is_productive: bool
    values: Mapping[str, float | None]
    mix: Mapping[str, float]
    planned_ns: int
    observed_ns: int

    @property
    def is_idle(self) -> bool:
        """Whether work was planned and nothing ran: nobody can tell a day off from a breakdown, so people are told.

        A day of which too little was told is none: what ran then is not known.
        """
        return self.is_told and not self.is_productive

    @property
    def is_silent(self) -> bool:
        """Whether work was planned and nothing at all was told of it."""
        return bool(self.planned_ns) and not self.observed_ns

    @property
    def is_told(self) -> bool:
        """Whether enough of its planned time was told."""
        return (self.coverage or 0.0) >= LEAST_COVERAGE

    @property
    def counts(self) -> bool:
        """Whether it goes into a judgement."""
        return self.is_productive and self.is_told


def days_of(
    sums: Iterable[DaySum], labour_h: Mapping[str, float] | None = None, *, counts_pieces: bool = True
) -> list[MachineDay]:
    """Some machines day by day, those days alone of which anything was told.

    Args:
        sums: Of the machines, in any order.
        labour_h: Day -> hours that people worked at these machines together; None: nobody entered any.
        counts_pieces: Whether the machines have counters.
    """
    by_day: dict[str, list[DaySum]] = defaultdict(list)
    for one in sums:
        by_day[one.day].append(one)
    hours = labour_h or {}
    return [_day(day, by_day[day], hours.get(day), counts_pieces) for day in sorted(by_day)]


def elements_of(sums: Iterable[DaySum]) -> Elements:
    """The elements of some sums; pieces without a product in force have no ideal time."""
    ns, products, others = list(_NO_NS), dict[tuple[str, float], list[int]](), [0] * 5
    for one in sums:
        total, reject, rework, *more = one.counts
        if one.ideal_cycle_s is None:
            more[2] += total
        else:
            pieces = products.setdefault((one.product, one.ideal_cycle_s), [0, 0, 0])
            for k, n in enumerate((total, reject, rework)):
                pieces[k] += n
        ns = [a + b for a, b in zip(ns, one.ns, strict=True)]
        others = [a + b for a, b in zip(others, more, strict=True)]
    kept = {key: ProductPieces(key[1], *pieces) for key, pieces in sorted(products.items())}
    unplanned, unattributed, no_product, failures, failing_ns = others
    return Elements(tuple(ns), kept, unplanned, unattributed, no_product, failures, failing_ns)


def _day(day: str, sums: list[DaySum], labour_h: float | None, counts_pieces: bool) -> MachineDay:  # noqa: FBT001
    done = elements_of(sums)
    said = figures(done)
    values = {name: one(done, said) for name, one in _VALUES.items()}
    # Sorted: the sum is the same to the last bit in whatever order the rows came.
    wh = fsum(sorted(one.energy_wh for one in sums))
    values["energy_per_unit"] = wh / done.total if wh and done.total else None
    values[LABOUR] = done.ideal_good_s / _S_PER_H / labour_h if labour_h else None
    if not counts_pieces:
        values |= {name: None for name, one in MEASURED.items() if one.of_pieces}
    return MachineDay(
        day=day,
        coverage=said.coverage,
        is_productive=bool(done.planned_busy_ns and (done.actual_production_ns or done.total)),
        values=values,
        mix=_mix(done),
        planned_ns=done.planned_busy_ns,
        observed_ns=done.observed_ns,
    )


def _mix(done: Elements) -> dict[str, float]:
    whole = done.ideal_s
    if not whole:
        return {}
    seconds: dict[str, list[float]] = defaultdict(list)
    for (product, cycle_s), pieces in done.products.items():
        seconds[product].append(cycle_s * pieces.total)
    return {product: fsum(some) / whole for product, some in sorted(seconds.items()) if fsum(some)}


def _loss(name: str) -> Callable[[Elements, Figures], float | None]:
    def share(done: Elements, _said: Figures) -> float | None:
        return losses(done).by_name()[name] / done.observed_ns if done.observed_ns else None

    return share


_VALUES: dict[str, Callable[[Elements, Figures], float | None]] = {
    "oee": lambda _done, said: said.oee,
    "availability": lambda _done, said: said.availability,
    "effectiveness": lambda _done, said: said.effectiveness,
    "quality_ratio": lambda _done, said: said.quality_ratio,
    "first_pass_yield": lambda done, _said: first_pass_yield(done.total, done.reject, done.rework),
    **{name: _loss(name) for name in LOSSES},
}
