"""Plans evaluated for whoever asks, kept while nothing was written.

Decision: an evaluation is kept as long as the audit has no new entry, and five minutes at most.
Because: every change of a row is an entry; days of machines come in without one, and pilots are judged from them.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from threading import Lock
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gateway.indicators.facts import Facts
from gateway.indicators.ledger import Ledger
from gateway.indicators.plans import evaluate_plan
from gateway.indicators.results import PlanEvaluated
from gateway.indicators.schema import Plan
from gateway.programme.gathering import gather
from gateway.registry import audit
from gateway.registry.roles import Reader

T = TypeVar("T")
_KEPT_NS = 300 * 10**9
_MOST_FACTS, _MOST_RESULTS = 6, 60
"""Facts of a large province take some tens of MB."""


class Evaluation(NamedTuple):
    """A plan that was evaluated.

    Attributes:
        plan: Which.
        facts: What is known.
        result: How far it is.
        gathered: On which day of the wall clock.
    """

    plan: Plan
    facts: Facts
    result: PlanEvaluated
    gathered: date


class Evaluations:
    """Evaluations of plans.

    Args:
        engine: Of the registry.
        plans: By id.
        zone: Of the wall clock.
        made_up: The registry says of itself that its content is made up.
    """

    def __init__(self, engine: Engine, plans: Mapping[str, Plan], zone: ZoneInfo, *, made_up: bool = False) -> None:
        self.plans = plans
        self.made_up = made_up
        self._engine = engine
        self._zone = zone
        self._lock = Lock()
        self._facts = _Kept[tuple[Facts, dict[str, Ledger]]](_MOST_FACTS)
        self._results = _Kept[Evaluation](_MOST_RESULTS)

    def of(self, reader: Reader, plan: str, as_of: date, now: int) -> Evaluation:
        """How far a plan is on a day, as somebody may see it.

        Args:
            reader: Who asks.
            plan: Its id.
            as_of: The day.
            now: UTC ns.

        Raises:
            KeyError: There is no such plan.
        """
        of = self.plans[plan]
        with Session(self._engine) as session:
            number, _ = audit.last(session)
        asked = (number, reader.account, reader.grants, reader.limits, as_of)
        # One at a time: two who ask for the same would both read the whole province.
        with self._lock:
            done = self._results.get((*asked, plan), number, now)
            if done is None:
                facts, ledgers = self._facts_of(reader, of.province.code, as_of, now, asked)
                result = evaluate_plan(of, facts, as_of, others=self.plans, ledgers=ledgers)
                gathered = datetime.fromtimestamp(facts.gathered // 10**9, self._zone).date()
                done = Evaluation(of, facts, result, gathered)
                self._results.put((*asked, plan), number, now, done)
            return done

    def _facts_of(
        self, reader: Reader, province: str, as_of: date, now: int, asked: tuple[Hashable, ...]
    ) -> tuple[Facts, dict[str, Ledger]]:
        """Facts, and what evaluations of other plans have worked out of them."""
        number = int(str(asked[0]))
        kept = self._facts.get((*asked, province), number, now)
        if kept is None:
            kept = (gather(self._engine, reader, province, as_of, now, self._zone, made_up=self.made_up), {})
            self._facts.put((*asked, province), number, now, kept)
        return kept


class _Kept(OrderedDict[Hashable, tuple[int, int, T]]):
    """What was worked out last, of one state of the audit."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def put(self, key: Hashable, number: int, now: int, value: T) -> None:
        for old in [one for one, (of, _, _) in self.items() if of != number]:
            del self[old]
        self[key] = (number, now, value)
        while len(self) > self._most:
            self.popitem(last=False)

    def get(self, key: Hashable, number: int, now: int) -> T | None:  # type: ignore[override]  # asks for more
        of, at, value = super().get(key, (0, 0, None))
        return value if value is not None and of == number and 0 <= now - at < _KEPT_NS else None
