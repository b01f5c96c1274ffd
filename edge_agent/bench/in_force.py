"""What the gateway has set at the bench, as it holds now."""

from collections.abc import Mapping
from typing import NamedTuple

from edge_agent.wire.bench_settings import BenchOrder, BenchStandard, Competent


class BenchSettings(NamedTuple):
    """What the gateway has set.

    Attributes:
        orders: Number -> work order, the most urgent first.
        standards: Code -> reference standard.
        people: Who may do what; none: everybody may do everything.
    """

    orders: Mapping[str, BenchOrder] = {}
    standards: Mapping[str, BenchStandard] = {}
    people: tuple[Competent, ...] = ()

    def may(self, who: str, procedure: str, day: str) -> bool:
        """Whether somebody may do a procedure on a local day."""
        return not self.people or any(
            one.name == who and one.procedure in (procedure, "*") and (not one.until or day <= one.until)
            for one in self.people
        )
