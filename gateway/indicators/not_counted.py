"""What an officer may miss in a count: records that went out of use, and those that lack what a measure asks for.

Decision: both stand among what is not counted, each with its reason.
Because: a figure that falls after a record was taken out, or a support without its amount, has to be explained.
"""

from collections.abc import Iterator, Sequence

from gateway.indicators.columns import is_there
from gateway.indicators.counting import Tally, Window
from gateway.indicators.facts import Gap
from gateway.indicators.ledger import Ledger
from gateway.indicators.measures import ANY, Records, Source
from gateway.indicators.results import NotCounted


def not_counted(ledger: Ledger, tally: Tally, window: Window) -> tuple[NotCounted, ...]:
    """All that looks as if it counted over some days and does not, sorted.

    Args:
        ledger: What is known.
        tally: What counts.
        window: Which days.
    """
    measure = tally.measure
    found = [*tally.left_out(window), *_out_of_use(ledger, measure, window), *_lacking(ledger, tally, window)]
    return tuple(sorted(found, key=lambda one: one.ref))


def _out_of_use(ledger: Ledger, measure: Records, window: Window) -> Iterator[NotCounted]:
    plain = _of(measure, [one.model_copy(update={"also_has": ()}) for one in measure.sources])
    for part, rows in Tally(ledger.gone, plain, is_whole=True).over(window).parts:
        yield from (NotCounted(ref=ref, why=Gap(code="out_of_use")) for ref in part.refs(rows))


def _lacking(ledger: Ledger, tally: Tally, window: Window) -> Iterator[NotCounted]:
    """Rows that would be meant if a field that may hold anything were filled in."""
    sources = [one for one in tally.measure.sources if ANY in one.where.values()]
    if not sources:
        return
    wanted = {(one.of, path): None for one in sources for path, values in one.where.items() if values == ANY}
    open_ = [one.model_copy(update={"where": _without(one), "also_has": ()}) for one in sources]
    meant = tally.meant
    for part, rows in Tally(ledger, _of(tally.measure, open_), is_whole=True).over(window).parts:
        left = rows
        for path in (path for noun, path in wanted if noun == part.noun):
            empty = ~ledger.column(part.noun, path).where(is_there)[left]
            why = Gap(code="lacks_field", parts={"field": f"{part.noun}.{path}"})
            yield from (NotCounted(ref=ref, why=why) for ref in part.refs(left[empty]) if ref not in meant)
            left = left[~empty]


def _without(source: Source) -> dict[str, object]:
    return {path: values for path, values in source.where.items() if values != ANY}


def _of(measure: Records, sources: Sequence[Source]) -> Records:
    return measure.model_copy(update={"sources": tuple(sources)})
