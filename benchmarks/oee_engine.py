"""The month by the engine of ``edge_agent.kpi``."""

from fractions import Fraction

import numpy as np
import oee_month as given

from edge_agent.kpi.elements import add_up, figures
from edge_agent.kpi.evaluation import ProductSpan, evaluate
from edge_agent.kpi.evidence import Counter, Evidence
from edge_agent.kpi.timeline import Limits, Plan


def instants(seconds: np.ndarray) -> np.ndarray:
    return (seconds + given.START) * given.NS


def prepare(month: dict[str, np.ndarray]) -> tuple[Evidence, Plan, list[ProductSpan], np.ndarray]:
    """The month as the engine takes it: instants are UTC ns."""
    windows = instants(given.windows(month))
    total_at = instants(month.pop("total_at"))
    rate = Fraction(str(given.MAX_RATE))
    evidence = Evidence(
        event_at=instants(month["event_at"]),
        event_state=month["event_state"],
        counters=(
            Counter("total", "total", total_at, month["total"], rate, given.MODULUS),
            Counter("reject", "reject", instants(month["reject_at"]), month["reject"], rate, given.MODULUS),
        ),
        heartbeat_at=total_at,
    )
    names = list(given.IDEAL_S)
    ends = instants(np.append(month["product_at"][1:], given.SECONDS)).tolist()
    products = [
        ProductSpan(names[k], since, until, given.IDEAL_S[names[k]])
        for k, since, until in zip(month["product"], instants(month["product_at"]).tolist(), ends, strict=True)
    ]
    return evidence, Plan(instants(month["shift"]), instants(month["pause"])), products, windows


def run(
    evidence: Evidence, plan: Plan, products: list[ProductSpan], windows: np.ndarray
) -> tuple[np.ndarray, dict[str, float]]:
    """Of each window 8 times in s, failures, total and reject; and the figures of the month."""
    limits = Limits(given.MICRO_STOP_S * given.NS, given.MAX_GAP_S * given.NS)
    found = evaluate(evidence, plan, products, limits).elements(windows)
    rows = np.array([(*(ns // given.NS for ns in e.ns), e.failures, e.total, e.reject) for e in found])
    month_long = add_up(found)
    return rows, {name: value for name, value in figures(month_long).as_dict().items() if value is not None}
