"""Which product is in force when: as the machine shows it, as people choose it, or the only one."""

from collections.abc import Mapping, Sequence

from edge_agent.kpi.evaluation import ProductSpan
from edge_agent.oee.observation import Observation
from edge_agent.oee.shop_book import ShopReader
from edge_agent.oee.unit_rules import UnitRules
from edge_agent.wire.entries import ProductChoice

_FAR = 2**61


def product_spans(
    rules: UnitRules,
    book: ShopReader,
    window: tuple[int, int],
    shown_before: str | None,
    observed: Sequence[Observation],
    cycles: Mapping[str, float],
) -> list[ProductSpan]:
    """The products in force in a window, in order of time.

    Args:
        rules: Of the work unit.
        book: Where choices are kept.
        window: From when to when.
        shown_before: What the machine showed last before the window.
        observed: In the window.
        cycles: Product -> ideal cycle, s; what is not in it is no product.
    """
    since, until = window
    if rules.only_product:
        changes = [(-_FAR, rules.only_product)]
    elif rules.unit.product:
        changes = [(-_FAR, shown_before or "")]
        changes += [(one.at, one.product) for one in observed if one.product is not None]
    else:
        chosen = book.records(ProductChoice, rules.unit.name, 0, until + 1, most=200)
        changes = [(one.since, one.product) for one in reversed(chosen)]
    spans: list[ProductSpan] = []
    for k, (start, product) in enumerate(changes):
        end = changes[k + 1][0] if k + 1 < len(changes) else _FAR
        if product not in cycles or start >= end:
            continue
        if spans and spans[-1].product == product and spans[-1].until == start:
            spans[-1] = spans[-1]._replace(until=end)
        else:
            spans.append(ProductSpan(product, start, end, cycles[product]))
    return [span for span in spans if span.until > since]
