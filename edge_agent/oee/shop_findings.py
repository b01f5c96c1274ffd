"""What the shop floor finds wrong with itself, told once, and told to be over."""

from collections.abc import Collection, Iterator

import msgspec

from edge_agent.oee.shop_book import ShopBook
from edge_agent.wire.messages import Finding

CHARTS = ""
"""Stands for the control charts among work units."""
_UNMAPPED = "unmapped_state"
_BROKEN = "shop_floor_failed"
_ANEW = {
    _UNMAPPED: "begins anew; a state that is not mapped is told again.",
    _BROKEN: "begins anew; what cannot be computed is told again.",
}


class ShopFindings:
    """Belongs to the recorder, inside its transaction.

    Args:
        book: Where findings are kept.
    """

    def __init__(self, book: ShopBook) -> None:
        self._book = book

    def unmapped(self, work_unit: str, words: Collection[str]) -> Finding:
        """A machine shows states that its map does not know."""
        text = (
            f"work unit {work_unit}: shows states that state_map does not know: {', '.join(sorted(words))}. "
            "They count as no data. Add them to state_map."
        )
        return self._kept(Finding(key=f"{_UNMAPPED}.{work_unit}", kind=_UNMAPPED, text=text))

    def broken(self, work_unit: str, error: Exception) -> Finding:
        """Something cannot be computed: a mistake of the program."""
        cause = f"{type(error).__name__}: {error}"[:200]
        text = (
            f"{_what(work_unit)}: cannot be computed: {cause}. What is measured is kept, and it is tried again every "
            "10 min. Report it, with the log."
        )
        return self._kept(Finding(key=_broken_key(work_unit), kind=_BROKEN, text=text))

    def mended(self, work_unit: str) -> Finding:
        """It can be computed again."""
        text = f"{_what(work_unit)}: is computed again."
        return self._kept(Finding(key=_broken_key(work_unit), kind=_BROKEN, text=text, over=True))

    def end_those_before(self) -> Iterator[Finding]:
        """What a run before told of is over; what is still so is told anew."""
        for known in self._book.reader().records(Finding):
            if known.kind in _ANEW and not known.over:
                name = known.key.partition(".")[2]
                text = f"{_what('' if name == 'charts' else name)}: {_ANEW[known.kind]}"
                yield self._kept(msgspec.structs.replace(known, text=text, over=True))

    def _kept(self, finding: Finding) -> Finding:
        self._book.keep(finding)
        return finding


def _what(work_unit: str) -> str:
    return f"work unit {work_unit}" if work_unit else "control charts"


def _broken_key(work_unit: str) -> str:
    return f"{_BROKEN}.{work_unit or 'charts'}"
