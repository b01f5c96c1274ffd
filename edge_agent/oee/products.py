"""Which product is in force when: as the machine shows it, as people choose it, or the only one."""

from collections.abc import Iterable, Iterator, Sequence

from edge_agent.kpi.evaluation import ProductSpan
from edge_agent.oee.observation import Observation
from edge_agent.oee.unit_rules import UnitRules
from edge_agent.wire.entries import ProductChoice

_FAR = 2**61


def product_spans(
    rules: UnitRules,
    since: int,
    shown_before: str | None,
    observed: Sequence[Observation],
    chosen: Iterable[ProductChoice],
) -> list[ProductSpan]:
    """The products in force from an instant on, in order of time.

    Before them stand those that are not in force at all, long before all time: late scrap may name one.

    Args:
        rules: Of the work unit.
        since: From when.
        shown_before: What the machine showed last before that.
        observed: From then on.
        chosen: In order of time; the first one at ``since`` or before.
    """
    if rules.only_product:
        changes = [(-_FAR, rules.only_product)]
    elif rules.shows_product:
        changes = [(-_FAR, shown_before or ""), *_shown(observed, shown_before or "")]
    else:
        changes = [(one.since, one.product) for one in chosen]
    spans: list[ProductSpan] = []
    for k, (start, product) in enumerate(changes):
        end = changes[k + 1][0] if k + 1 < len(changes) else _FAR
        if product not in rules.cycles or start >= end:
            continue
        if spans and spans[-1].product == product and spans[-1].until == start:
            spans[-1] = spans[-1]._replace(until=end)
        else:
            spans.append(ProductSpan(product, start, end, rules.cycles[product]))
    found = [span for span in spans if span.until > since]
    absent = sorted(rules.cycles.keys() - {span.product for span in found})
    long_ago = -_FAR - len(absent) - 1
    return [*(ProductSpan(p, long_ago + k, long_ago + k + 1, rules.cycles[p]) for k, p in enumerate(absent)), *found]


def _shown(observed: Sequence[Observation], last: str) -> Iterator[tuple[int, str]]:
    for one in observed:
        if one.product is not None and one.product != last:
            last = one.product
            yield one.at, last
